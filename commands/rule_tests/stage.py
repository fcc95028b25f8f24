"""The stage of a rule test: a `Collect` that hands over the timeline's mails and stars when their time has come.

The copies of Keepwarm's own letters to contractors come back a minute later, as they do from a real mailbox; and all
that lies in it by then is handed over once more for who is added to the rules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from html import unescape
from urllib.parse import unquote

from commands.rule_tests import mails
from commands.rule_tests.mails import Envelope
from mail.imap.inbox import Starred
from mail.raw import RawMail
from mail.reading.syntax.parsing import Mail, parse
from relationship.clocks.moments import BEGINNING
from relationship.facts.check_in import CheckIn
from relationship.parties import Party, People
from rules.policy import Policy
from rules.rule_tests.plot import LETTER, OWNER, Event
from tick.bookkeeping.books import Books
from tick.bookkeeping.roll import newcomers
from tick.collecting.collect import Batch

COPY_TAKES = timedelta(minutes=1)
_LINK = re.compile(r"mailto:[^?\s\"<>]+\?subject=([^&\s\"<>]+)&(?:amp;)?body=%23(\w+)")


class ScriptError(Exception):
    """A line of the timeline cannot be played: what it answers was never sent. The message says which line."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that went out, as its reader has it."""

    to: tuple[str, ...]
    mail: Mail

    @property
    def thread(self) -> tuple[str, ...]:
        """What an answer to it refers to."""
        return (*self.mail.parents, self.mail.message_id)


class Stage:
    """Plays the events of one test."""

    def __init__(self, policy: Policy, events: tuple[Event, ...]) -> None:
        self._policy = policy
        self._parties: dict[str, Party] = {OWNER: policy.owner} | {c.name: c for c in policy.contractors}
        self._events = events
        self._next = self._uid = 0
        self._now = BEGINNING
        self._copies: list[tuple[datetime, RawMail]] = []
        self._lying: list[RawMail] = []  # in the mailbox, handed over before
        self._envelopes: dict[int, Envelope] = {}  # by line
        self._starred: dict[str, Envelope] = {}  # by Message-ID
        self.letters: list[Letter] = []

    # -- what the daemon sees ------------------------------------------------------------------------------

    def next_at(self) -> datetime | None:
        """When something is handed over next."""
        due = [event.at for event in self._events[self._next : self._next + 1]]
        return min([*due, *(at for at, _ in self._copies)], default=None)

    def __call__(self, books: Books, now: datetime) -> Iterator[Batch]:
        """What is due by now: mail by folder, then the stars. First the history of who was added to the rules."""
        self._now = now
        added = newcomers(books)
        if added:
            yield from _by_folder(self._lying, People(books.people.owner, added))
        found = [raw for at, raw in self._copies if at <= now]
        self._copies = [(at, raw) for at, raw in self._copies if at > now]
        stars, wanted = dict(self._starred), any(rule.when == "starred" for rule in books.rules)
        while self._next < len(self._events) and self._events[self._next].at <= now:
            found += self._played(self._events[self._next], books)
            self._next += 1
        self._lying += found
        yield from _by_folder(found, books.people)
        if wanted and (added or stars != self._starred):  # without such a rule the daemon asks for none
            yield Batch("INBOX", books.people, starred=tuple(self._stars()))

    def _stars(self) -> Iterator[Starred]:
        """All that carries a star now, by the header fields that a server hands out."""
        for mail in self._starred.values():
            fields = f"From: {mail.sender.addresses[0]}\nTo: {mail.to[0]}\nMessage-ID: <{mail.name}>\n"
            yield Starred(0, fields.encode())

    def take(self, to: tuple[str, ...], content: bytes) -> None:
        """What the daemon sends: kept, and copied to the shared mailbox where a contractor reads it."""
        self._uid += 1
        raw = mails.raw(content, "Sent", self._uid, self._now + COPY_TAKES)
        self.letters.append(Letter(to, parse(raw)))
        if to[0] not in self._policy.owner.addresses:
            self._copies.append((self._now + COPY_TAKES, raw))

    # -- the events ----------------------------------------------------------------------------------------

    def _played(self, event: Event, books: Books) -> list[RawMail]:
        match event.does:
            case "stars":
                mail = self._envelopes[event.about]
                self._starred[mail.name] = mail
            case "unstars":
                self._starred.pop(self._envelopes[event.about].name, None)
            case "is added":
                pass  # the runner takes up the rules with them in it
            case _:
                written = self._mail(event, books)
                self._uid += 1
                folder = "Sent" if event.who == OWNER and event.to else "INBOX"
                return [mails.raw(written, folder, self._uid, event.at)]
        return []

    def _mail(self, event: Event, books: Books) -> EmailMessage | bytes:
        if event.does == "bounces":
            address = self._parties[event.who].addresses[0]
            return mails.bounce(event.at, self._name(event), self._policy.mailbox.address, address)
        envelope = self._envelopes[event.line] = self._envelope(event)
        if event.does == "answers the invitation":
            return mails.rsvp(envelope, self._check_in(event, books), event.answer)
        if event.does == "clicks":
            return mails.written(envelope, f"#{event.answer}")
        if event.back_on:
            return mails.automatic(envelope, event.text, event.back_on)
        return mails.written(envelope, event.text)

    def _envelope(self, event: Event) -> Envelope:
        subject, parents = event.subject, tuple[str, ...]()
        if event.answers == LETTER:
            letter = self._last_letter(event)
            subject, parents = subject or f"Re: {letter.mail.subject.removeprefix('Re: ')}", letter.thread
        elif event.answers:
            answered = self._envelopes[event.answers]
            parents = (*answered.parents, answered.name)
        elif event.does == "clicks":
            subject = self._clicked(event)
        return Envelope(
            at=event.at,
            name=self._name(event),
            sender=self._parties[event.who],
            to=tuple(self._addresses(event.to)) or (self._policy.mailbox.address,),
            cc=tuple(self._addresses(event.cc)),
            subject=subject,
            parents=parents,
        )

    def _name(self, event: Event) -> str:
        return f"line-{event.line}@{self._parties[event.who].addresses[0].partition('@')[2]}"

    def _addresses(self, names: tuple[str, ...]) -> Iterator[str]:
        mailbox = self._policy.mailbox.address
        return (mailbox if name == OWNER else self._parties[name].addresses[0] for name in names)

    def _last_letter(self, event: Event) -> Letter:
        for letter in reversed(self.letters):
            if self._reads(event, letter):
                return letter
        raise ScriptError(f"line {event.line} answers a letter, and Keepwarm had sent none by then")

    def _clicked(self, event: Event) -> str:
        """The subject of the mail that the last such link fills in."""
        for letter in reversed(self.letters):
            links = _LINK.findall(unescape(letter.mail.html)) if self._reads(event, letter) else []
            for subject, tag in reversed(links):
                if tag == event.answer:
                    return unquote(subject)
        raise ScriptError(f"line {event.line} clicks {event.answer}, and no letter had such a link by then")

    def _reads(self, event: Event, letter: Letter) -> bool:
        return bool(set(letter.to) & set(self._parties[event.who].addresses))

    def _check_in(self, event: Event, books: Books) -> CheckIn:
        everybody = books.people.contractors.items()
        keys = [key for key, who in everybody if event.who in (OWNER, who.name)]
        standing = [c for key in keys for c in books.story(key).check_ins.values() if c.state != "planned"]
        if not standing:
            raise ScriptError(f"line {event.line} answers an invitation, and none had gone out by then")
        return max(standing, key=lambda check_in: check_in.planned_at)


def _by_folder(mails: list[RawMail], people: People) -> Iterator[Batch]:
    for folder in ("INBOX", "Sent"):
        here = [raw for raw in mails if raw.folder == folder]
        if here:
            yield Batch(folder, people, here, in_sent=folder == "Sent")
