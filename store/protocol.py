"""What a store promises, in the domain's verbs, so that another (PostgreSQL, say) can take TinyDB's place.

One contract suite (tests/store/test_contract.py) runs on every store.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from relationship.facts import Fact, Facts
from relationship.facts.messages import Message

OWNER = "owner"  # the owner's own aggregate
NO_CONVERSATIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FolderCursor:
    """How far a folder was read. UIDs mean something only under their UIDVALIDITY (RFC 3501, 2.3.1.1)."""

    uidvalidity: int
    uidnext: int  # the first UID not yet read
    modseq: int = 0  # HIGHESTMODSEQ of the last look at flags (RFC 7162); 0 where the server has none


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the mailbox was read; written after the facts, and apart: recording is idempotent."""

    folders: Mapping[str, FolderCursor] = field(default_factory=dict)
    mailbox: str = ""  # whose it is, and where: providers number everybody's folders alike


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last poll, for `health` and `status`."""

    last_poll: datetime | None = None  # the last good one
    failing_since: datetime | None = None
    reason: str = ""  # why it fails, for people
    set_aside: int = 0  # mails that could not be understood


class StoreError(Exception):
    """The store cannot do what it promised; the message says what to do."""


class InUseError(StoreError):
    """Another process works on the data folder: it can be asked (`request`), or read beside (`read_only`)."""


class Store(Protocol):
    """Aggregates of facts, durable once `commit` returns. For one thread at a time.

    Every method may raise StoreError; what it was asked to do is then undone (of `commit_many`: for the
    aggregates that were not yet durable), and may be tried again.
    """

    # -- facts ---------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Keys of all aggregates, the owner's among them once it has facts, without damaged ones."""

    def load(self, name: str) -> Facts:
        """The live facts of an aggregate; empty where there is none.

        A snapshot that later commits leave as it is, and that the caller may not change; to load again costs
        nothing while it is among the last used. StoreError while the aggregate is damaged.
        """

    def alike(self, name: str, seen: Collection[Message]) -> list[Message]:
        """The live messages that may be one of these, seen once more (relationship/correspondence/ordering.py).

        For one or a few it costs little more the more is live, also where the aggregate is not among the last used.
        """

    def let_go(self, name: str) -> None:
        """Keep nothing of an aggregate in memory: it will not be wanted soon."""

    def commit(self, name: str, facts: Iterable[Fact]) -> None:
        """Add facts to an aggregate, all or none, durable on return. What is there already costs nothing."""

    def commit_many(self, facts: Mapping[str, Iterable[Fact]]) -> None:
        """The same for many aggregates, faster; all or none of each aggregate's."""

    def archive(
        self,
        name: str,
        facts: Iterable[Fact],
        conversation_of: Mapping[str, str] = NO_CONVERSATIONS,
        left: Iterable[Fact] = (),
    ) -> None:
        """Move closed facts to the yearly files, out of what `load` returns; they need not have been live.

        `conversation_of` maps keys of facts to conversations, so that a late answer finds its own again. What is
        `left` of them is added when they go.
        """

    def history(self, name: str) -> Iterator[Fact]:
        """The archived facts that are not live (again), each key once as it was last, oldest year first."""

    def conversation_of(self, name: str, message_id: str) -> str | None:
        """The conversation of an archived message, by its key or Message-ID; None where none is archived.

        What it costs does not depend on how much is archived. "" where the conversation was not told.
        """

    def archived_message(self, name: str, message_id: str) -> Message | None:
        """The archived message with this key or Message-ID, at the same cost."""

    def conversation_near(self, name: str, reference: str) -> str | None:
        """The conversation of an archived message with this key, or with this id or hint, also as a reference."""

    def archived(self, name: str, conversation: str) -> tuple[Fact, ...]:
        """The archived facts of a conversation; to commit them makes it live again. None for ""."""

    def damaged(self) -> Mapping[str, str]:
        """What could not be read so far, and what to do about it, by aggregate. The others go on."""

    def damaged_of(self, addresses: Collection[str]) -> str | None:
        """The aggregate that cannot be read, and tells that it is that of whoever has one of these addresses."""

    def export(self, name: str) -> dict[str, object]:
        """All that is kept about one contractor, live, archived and with the owner, as plain JSON data."""

    def forget(self, name: str) -> None:
        """Remove an aggregate with its history, and what the others say of the person, without a trace.

        It may be repeated, and goes on where a crash cut it short.
        """

    # -- the mailbox ---------------------------------------------------------------------------------------

    def cursor(self) -> Cursor:
        """How far the mailbox was read."""

    def move_cursor(self, cursor: Cursor) -> None:
        """Keep the cursor, durable on return."""

    def heartbeat(self) -> Heartbeat:
        """The last poll."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep the heartbeat, without waiting for the disk."""

    def set_aside(self, name: str, evidence: bytes) -> bool:
        """Keep a mail that could not be understood, as evidence; `name` says where it was found.

        False where it is kept already.
        """

    # -- what commands ask ---------------------------------------------------------------------------------

    def requests(self) -> tuple[tuple[str, str], ...]:
        """What commands asked of the running daemon (verb, argument), oldest first."""

    def request(self, verb: str, argument: str) -> None:
        """Drop a request for the next tick; the one thing that may be written beside the daemon."""

    def answered(self, verb: str, argument: str) -> None:
        """Take a request away once it was done: the oldest one that reads so."""

    def close(self) -> None:
        """Let others have the data folder."""
