"""Keepwarm: the entry. Wires the parts, and runs the loop: collect, record, decide, compose, deliver."""

import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from commands.app import build
from commands.check import checked
from commands.clock_laws import take_the_newer
from commands.output import complain
from mail.access.secrets import reveal
from mail.access.tokens import Keep, Tokens
from mail.imap.inbox import Inbox
from mail.imap.inbox import settings_from_url as imap_settings
from mail.letters.rendering import BUILT_IN, Templates
from mail.letters.wording import moment
from mail.smtp.delivery import Postman
from mail.smtp.submission import settings_from_url as smtp_settings
from rules.format.problems import PolicyErrors
from rules.policy import Mailbox, Policy
from store.protocol import Store
from store.tinydb_store import TinyStore
from tick.bookkeeping.books import MOST_MESSAGES, Books
from tick.bookkeeping.clock import heal
from tick.bookkeeping.requests import apply_requests
from tick.bookkeeping.roll import enroll, settle
from tick.collecting.collect import Collect, from_mailbox
from tick.collecting.looking import looking
from tick.composing.compose import compose
from tick.deciding.decide import court, decide
from tick.delivering.copies import file_copies
from tick.delivering.deliver import deliver
from tick.delivering.doubt import doubt_anew
from tick.delivering.line import Wires
from tick.delivering.urgent import tell_at_once
from tick.owner.digest.sending import Draw, no_picture, picture
from tick.owner.limits import tell_of_limit
from tick.owner.to_owner import compose_to_owner
from tick.recording.record import record
from tick.rehearsal.paper import Paper, Take
from tick.work import Work

# Objects that are made before cycles among them are looked for. Facts form none: looking after every 700, as Python
# does, took 2 % of a first sync.
GARBAGE = 50_000


class Lines(Protocol):
    """Who makes the lines to the servers; a house does, and so does paper."""

    def inbox(self, mailbox: Mailbox) -> Inbox:
        """The shared inbox."""

    def postman(self, mailbox: Mailbox) -> Postman:
        """The way out."""


class Keepwarm:
    """The wired parts."""

    def __init__(
        self,
        policy: Policy,
        templates: Templates,
        store: Store,
        lines: Lines,
        collect: Collect | None = None,
        draw: Draw = picture,
        most: int = MOST_MESSAGES,
    ) -> None:
        self.store, self.templates, self._lines, self._draw = store, templates, lines, draw
        self.inbox = lines.inbox(policy.mailbox)
        self.wires = Wires(self.inbox, lines.postman(policy.mailbox))
        self.books = Books(store, policy, templates.readers(), most)
        self._collect = from_mailbox(self.inbox) if collect is None else collect
        self._trouble = ""
        self._is_fresh = True

    def tick(self, now: datetime) -> Work:
        """One pass: collect, record, decide, compose, deliver. Deciding waits until all was collected."""
        books, begun = self.books, monotonic()
        if self._is_fresh:
            heal(books, now)
            self._is_fresh = False
        apply_requests(books)
        enroll(books, now)
        recorded = record(self._collect(books, now), books, now, self.wires.copies)
        if recorded.returned:
            self.wires.came_back(recorded.returned, now)
        settle(books, now)
        file_copies(self.wires, books, now)
        bench = court(books, looking(self.inbox, books), now)
        judged = decide(books, bench, now)
        composed = compose(judged, books, self.templates, now)
        tell_of_limit(judged, books, self.templates, now)
        to_owner = compose_to_owner(books, bench, self.templates, self._draw, now)
        delivered = deliver(
            books, bench, self.wires, now, spent=lambda: timedelta(seconds=monotonic() - begun)
        )
        self._trouble = delivered.trouble or next(iter(books.lost.values()), "")
        return Work(
            read=recorded.read,
            recorded=recorded.recorded,
            decided=composed.decided,
            composed=composed.composed + to_owner,
            sent=delivered.sent,
            held=composed.held,
            suppressed=composed.suppressed,
            cancelled=composed.cancelled + delivered.cancelled,
            refused=delivered.refused,
            errors=recorded.errors,
        )

    @property
    def trouble(self) -> str:
        """Why the last tick could not send, or not to everybody, in one sentence; "" where it could."""
        return self._trouble

    def adopt(self, policy: Policy, templates: Templates) -> None:
        """Take up other rules and letters; new lines where the mailbox is another."""
        if policy.mailbox != self.books.policy.mailbox:
            inbox, postman = self._lines.inbox(policy.mailbox), self._lines.postman(policy.mailbox)
            self.wires.postman.close()
            self.inbox.close()
            self.inbox, self.wires = inbox, Wires(inbox, postman)
            self._collect = from_mailbox(inbox)
        if policy.owner.addresses != self.books.policy.owner.addresses:
            self.wires.forget_owner()
        self.templates = templates
        self.books.adopt(policy, templates.readers())

    def start_over(self, now: datetime) -> None:
        """The mailbox could not be read for a while, or the clock was set: take nothing for granted."""
        self.books.leave_out_the_lost()
        doubt_anew(self.books, now)
        heal(self.books, now)
        self.books.recount()
        self.books.adopt(self.books.policy, self.books.readers)

    def tell_owner(
        self,
        template: str,
        occasion: str,
        facts: Mapping[str, object],
        since: datetime,
        now: datetime,
        seldom: timedelta = timedelta(),
        ends: str = "",
    ) -> str:
        """Write to the owner at once, even where the mailbox cannot be read, or the disk is full.

        At most once per occasion, with one template at most once in `seldom`, and only where mail can go out now:
        else why it cannot, in one sentence.
        The end of an occasion of which the owner was told (`ends`) is told however lately another end was.
        """
        owner, bench = self.books.people.owner, court(self.books, looking(self.inbox, self.books), now)
        said = {"since": moment(since, owner.timezone, "en", owner.locale), **facts}
        return tell_at_once(
            self.books, bench, self.wires, self.templates, template, occasion, said, now, seldom, ends
        )

    def wind_up(self) -> None:
        """Come to an end after the letter in hand; the others wait in the outbox. Any thread may say so."""
        self.wires.winding_up = True

    def close(self) -> None:
        """Hang up, and let others have the data folder."""
        self.wires.postman.close()
        self.inbox.close()
        self.store.close()


@dataclass(frozen=True)
class House:
    """Where the files are, and how the parts are made from them: what the commands are given."""

    rules: Path
    data: Path

    def elsewhere(self, rules: Path, data: Path) -> "House":
        """A house with the same clock, and other files."""
        return replace(self, rules=rules, data=data)

    def templates(self, sketch: bool = False) -> Templates:
        """The owner's own letters beside the rules file, then the built-in ones."""
        return Templates((self.rules.parent / "templates", BUILT_IN), sketch)

    def policy(self, templates: Templates) -> Policy:
        """The rules understood; PolicyErrors says what is wrong with the file."""
        findings = checked(self.rules, templates)
        if findings.policy is None:
            raise PolicyErrors(findings.errors, str(self.rules))
        return findings.policy

    def store(self, read_only: bool = False) -> Store:
        """The data folder."""
        return TinyStore(self.data, read_only=read_only)

    def inbox(self, mailbox: Mailbox) -> Inbox:
        """The shared inbox, not yet connected."""
        tokens = self._tokens(mailbox)
        password = "" if tokens else reveal(mailbox.password)
        settings = imap_settings(mailbox.imap, mailbox.login, password, mailbox.folders, tokens=tokens)
        where = "" if tokens else mailbox.password
        return Inbox(replace(settings, starred=mailbox.starred, password_at=where))

    def postman(self, mailbox: Mailbox) -> Postman:
        """The way out."""
        tokens = None if mailbox.smtp_password or not mailbox.smtp_login else self._tokens(mailbox)
        where = mailbox.smtp_password
        named = "`password:`" if where == mailbox.password else "`smtp password:`"
        password = reveal(where, named) if where else ""
        settings = smtp_settings(mailbox.smtp, mailbox.smtp_login, password, tokens=tokens)
        return Postman(replace(settings, password_at=where))

    def _tokens(self, mailbox: Mailbox) -> Tokens | None:
        """Fresh OAuth 2 tokens from the data folder, where the mailbox wants them."""
        return Tokens(Keep(self.data, mailbox.address), self.now) if mailbox.oauth else None

    def books(self) -> Books:
        """The books, to read beside the running daemon."""
        templates = self.templates()
        policy = self.policy(templates)
        books = Books(self.store(read_only=True), policy, templates.readers())
        for advice in books.lost.values():
            complain(advice)
        return books

    def keepwarm(self, policy: Policy, draw: Draw = picture, templates: Templates | None = None) -> Keepwarm:
        """The daemon, wired for real."""
        return Keepwarm(policy, templates or self.templates(), self.store(), self, draw=draw)

    def rehearsal(self, policy: Policy, store: Store, collect: Collect, take: Take | None = None) -> Keepwarm:
        """The daemon on paper: it reads what `collect` hands over, and hands what it sends to `take`."""
        templates = self.templates(sketch=take is None)
        return Keepwarm(policy, templates, store, Paper(take), collect, no_picture, most=sys.maxsize)

    def now(self) -> datetime:
        """The only clock in the house: read once per tick, and handed on."""
        return datetime.now(UTC)


def main() -> None:
    """The console script."""
    gc.set_threshold(GARBAGE)
    take_the_newer()
    sys.exit(build(House)())


if __name__ == "__main__":
    main()
