"""The wires to the world, and one round of delivering over them: what is known of the line, and what was done."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mail.imap.inbox import Inbox
from mail.smtp.delivery import Postman
from mail.smtp.submission import DeliveryError
from relationship.facts.letters import Letter
from relationship.story import Story
from store.protocol import StoreError
from tick.bookkeeping.books import Books
from tick.deciding.decide import Court

FIRST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=15)
RETURNS = timedelta(days=4)  # over a weekend: the next mail to the owner comes back as the last one did

Spent = Callable[[], timedelta]  # how long the tick has run already


def no_time() -> timedelta:
    """In a simulation, and in tests: a tick takes no time."""
    return timedelta()


@dataclass(slots=True)
class Delivered:
    """What a deliver step did."""

    sent: int = 0
    refused: int = 0
    cancelled: int = 0
    held: int = 0
    trouble: str = ""  # why letters cannot go out, in one sentence


@dataclass(slots=True)
class Wires:
    """What delivering needs of the world, and what it remembers of it from one tick to the next."""

    inbox: Inbox
    postman: Postman
    rests_until: datetime | None = None  # the way out failed: nobody knocks before, or a login gets locked
    failures: int = 0
    why: str = ""
    owner_refuses: str = ""  # the owner's own server takes nothing from us, in one sentence
    returned_at: datetime | None = None  # when a mail to the owner came back: that it was taken says little
    # Answers that the store could not take, by token.
    unwritten: dict[str, Letter] = field(default_factory=dict)
    # By token: as it was when the draft was judged last, None where they had left the rules.
    drafts: dict[str, Story | None] = field(default_factory=dict)
    # Of our own letters, to be filed: by folder and UID, the token.
    copies: dict[tuple[str, int], str] = field(default_factory=dict)
    unfiled: Counter[tuple[str, int]] = field(default_factory=Counter)  # of these, how often that has failed
    filed: set[str] = field(default_factory=set)  # tokens: a view shows a copy anew wherever it is moved
    looks_back: int = 0  # in vain, for copies that an earlier run has left unread; FILINGS: none is to come
    winding_up: bool = False  # the daemon is asked to stop: no further letter is begun
    told: set[str] = field(default_factory=set)  # occasions of mail that the store could not take

    def came_back(self, why: str, now: datetime) -> None:
        """A mail to the owner was taken, and returned."""
        self.owner_refuses, self.returned_at = why, now

    def owner_takes(self, now: datetime) -> None:
        """A mail to the owner was taken; what came back lately comes back again."""
        if self.returned_at is None or now - self.returned_at > RETURNS:
            self.forget_owner()

    def forget_owner(self) -> None:
        """Nothing is known of how mail to the owner fares."""
        self.owner_refuses, self.returned_at = "", None

    def rest(self, why: str, now: datetime) -> None:
        """Leave the way out alone for a while, longer each time; what failed long ago does not count."""
        if self.rests_until and now > self.rests_until + LONGEST_REST:
            self.failures = 0
        self.why = why
        self.rests_until = now + min(FIRST_REST * 2 ** min(self.failures, 10), LONGEST_REST)
        self.failures += 1

    def resting(self, now: datetime) -> bool:
        """Whether it is too early to knock; a time too far away is from a clock that was set back."""
        return self.rests_until is not None and now < self.rests_until <= now + LONGEST_REST

    def works(self) -> None:
        """The server has judged a letter, whatever it said of it."""
        self.rests_until, self.failures, self.why = None, 0, ""


@dataclass(slots=True)
class Round:
    """One deliver step."""

    books: Books
    bench: Court
    wires: Wires
    now: datetime
    spent: Spent = no_time
    done: Delivered = field(default_factory=Delivered)
    fault: Exception | None = None  # raised once every letter had its turn
    _is_up: bool | None = None  # None: nobody has asked yet

    def time(self) -> datetime:
        """Now, by the tick's clock and the time that the tick has taken."""
        return self.now + self.spent()

    def line_is_up(self) -> bool:
        """Whether letters can be handed in; asked of the server once, and of nobody while it rests."""
        if self._is_up is None:
            self._is_up = not self.wires.resting(self.now) and self._knock()
            if not self._is_up:
                self.done.trouble = self.wires.why
        return self._is_up

    def _knock(self) -> bool:
        try:
            self.wires.postman.ready()
        except DeliveryError as error:
            self.wires.rest(str(error), self.now)
            return False
        self.wires.why = ""  # as far as anybody can tell: it may yet say no to our account
        return True

    def lost_the_line(self, why: str) -> None:
        """It was there, and has gone: the letters wait for another tick."""
        self.wires.rest(why, self.now)
        self.done.trouble, self._is_up = why, False

    def keep(self, letter: Letter) -> None:
        """Commit what became of a letter; what the store cannot take now is remembered until it can."""
        try:
            self.books.commit(letter.contractor, [letter])
        except StoreError:
            self.wires.unwritten[letter.token] = letter
            raise
