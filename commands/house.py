"""What the commands are given: the parts, wired by daemon.py, which no command imports."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from mail.imap.inbox import Inbox
from mail.letters.rendering import Templates
from mail.smtp.delivery import Postman
from rules.policy import Mailbox, Policy
from store.protocol import Store
from tick.bookkeeping.books import Books
from tick.collecting.collect import Collect
from tick.owner.digest.sending import Draw, picture
from tick.rehearsal.paper import Take
from tick.work import Work


class Keepwarm(Protocol):
    """The wired daemon."""

    books: Books
    store: Store
    templates: Templates
    inbox: Inbox

    def tick(self, now: datetime) -> Work:
        """One pass: collect, record, decide, compose, deliver."""

    @property
    def trouble(self) -> str:
        """Why the last tick could not send, in one sentence; "" where it could."""

    def adopt(self, policy: Policy, templates: Templates) -> None:
        """Take up other rules and letters."""

    def start_over(self, now: datetime) -> None:
        """The mailbox could not be read for a while, or the clock was set: take nothing for granted."""

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

    def wind_up(self) -> None:
        """Come to an end after the letter in hand; the others wait in the outbox. Any thread may say so."""

    def close(self) -> None:
        """Hang up, and let others have the data folder."""


class House(Protocol):
    """Where the files are, and how the parts are made from them."""

    @property
    def rules(self) -> Path:
        """The rules file."""

    @property
    def data(self) -> Path:
        """The data folder."""

    def elsewhere(self, rules: Path, data: Path) -> "House":
        """A house with the same clock, and other files."""

    def now(self) -> datetime:
        """The clock."""

    def templates(self) -> Templates:
        """The letters."""

    def policy(self, templates: Templates) -> Policy:
        """The rules understood; PolicyErrors says what is wrong with the file."""

    def store(self, read_only: bool = False) -> Store:
        """The data folder."""

    def inbox(self, mailbox: Mailbox) -> Inbox:
        """The shared inbox, not yet connected."""

    def postman(self, mailbox: Mailbox) -> Postman:
        """The way out, not yet connected."""

    def books(self) -> Books:
        """The books, to read beside the running daemon."""

    def keepwarm(self, policy: Policy, draw: Draw = picture, templates: Templates | None = None) -> Keepwarm:
        """The daemon itself; `draw` makes the pictures of its digests; `templates`, where they are read already."""

    def rehearsal(self, policy: Policy, store: Store, collect: Collect, take: Take | None = None) -> Keepwarm:
        """The daemon on paper: it reads what `collect` hands over, and hands what it sends to `take`."""


def astray(house: House) -> str:
    """Where there is no data folder, in one sentence: a command without --data looks into the folder one stands in."""
    if house.data.exists():
        return ""
    return (
        f"There is no data folder {house.data}: Keepwarm has not run yet, or its data lie elsewhere "
        "(--data, in front of the command)."
    )


HouseOf = Callable[[Path, Path], House]
