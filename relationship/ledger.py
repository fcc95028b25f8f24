"""The ledger: all exchanges and open waits of both sides, a pure fold over messages (to be filled)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from relationship.messages import Message, Side


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the ball: a wait while `answered_at` is None and it was not settled, an exchange once answered."""

    conversation: str
    subject: str  # of the conversation, without "Re:"
    party: Side  # who owes (or owed) the answer
    since: datetime  # aware UTC: when the message that opened it came
    asks: bool
    chasers: int
    asked: str  # key of the message that opened it
    seen_at: datetime  # when that message was first seen
    answered_at: datetime | None = None
    answered: str = ""  # key of the message that closed it
    answered_seen_at: datetime | None = None
    closer: bool = False  # the answer was a closer

    @property
    def elapsed_s(self) -> int | None:
        """Seconds from question to answer; None while it is open."""
        return None if self.answered_at is None else int((self.answered_at - self.since).total_seconds())


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one or more conversations amount to, oldest first."""

    exchanges: tuple[Turn, ...] = ()
    waits: tuple[Turn, ...] = ()


def fold(conversation: str, messages: Iterable[Message]) -> Ledger:
    """The ledger of one conversation; messages in any order."""
    raise NotImplementedError
