"""What a store promises, in the domain's verbs, so that another (PostgreSQL, say) can take TinyDB's place.

One contract suite (tests/store/test_contract.py) runs on every store.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from relationship.facts import Fact, Facts

OWNER = "owner"  # the owner's own aggregate


@dataclass(frozen=True, slots=True)
class FolderCursor:
    """How far a folder was read. UIDs mean something only together with their UIDVALIDITY (RFC 3501, 2.3.1.1)."""

    uidvalidity: int
    uidnext: int  # the first UID not yet read
    modseq: int = 0  # HIGHESTMODSEQ of the last look at flags (RFC 7162); 0 where the server has none


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the mailbox was read; kept apart from the facts and written after them: recording is idempotent."""

    folders: Mapping[str, FolderCursor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last poll, for `health` and `status`."""

    last_poll: datetime | None = None  # the last good one
    failing_since: datetime | None = None
    reason: str = ""  # why it fails, for people
    set_aside: int = 0  # mails that could not be understood


class StoreError(Exception):
    """The store cannot do what it promised; the message says what to do."""


class Store(Protocol):
    """Aggregates of facts, durable once `commit` returns."""

    def names(self) -> tuple[str, ...]:
        """Keys of all aggregates, the owner's among them once it has facts."""

    def load(self, name: str) -> Facts:
        """The live facts of an aggregate; empty where there is none. The caller may not change them."""

    def commit(self, name: str, facts: Iterable[Fact]) -> None:
        """Add facts to an aggregate, all or none, durable on return."""

    def archive(self, name: str, facts: Iterable[Fact]) -> None:
        """Move closed facts to the yearly files, out of what `load` returns."""

    def history(self, name: str) -> Iterator[Fact]:
        """The archived facts, oldest year first; of equal keys the last one counts."""

    def forget(self, name: str) -> None:
        """Remove an aggregate with its history, without a trace."""

    def cursor(self) -> Cursor:
        """How far the mailbox was read."""

    def move_cursor(self, cursor: Cursor) -> None:
        """Keep the cursor, durable on return."""

    def heartbeat(self) -> Heartbeat:
        """The last poll."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep the heartbeat."""

    def set_aside(self, name: str, evidence: bytes) -> None:
        """Keep a mail that could not be understood, as evidence."""

    def requests(self) -> tuple[tuple[str, str], ...]:
        """What commands asked of the running daemon (verb, argument), oldest first."""

    def request(self, verb: str, argument: str) -> None:
        """Drop a request for the next tick."""

    def answered(self, verb: str, argument: str) -> None:
        """Take a request away once it was done."""
