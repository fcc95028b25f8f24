"""Whatever is done in whatever order, both stores tell the same, and restarts change nothing."""

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from relationship.facts import Fact, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Kind, Message, Side
from store.aggregate import every_fact
from store.files import Files
from store.memory import MemoryStore
from store.protocol import OWNER
from store.tinydb_store import TinyStore

NAMES = st.sampled_from(["maria-1f3a9c", "ben-77aa01", OWNER])
START = datetime(2025, 12, 30, tzinfo=UTC)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
CONVERSATIONS = st.sampled_from(["", "c1", "c2"])


def _message(n: int, days: int, twin: bool, also: bool) -> Message:
    at = START + timedelta(days=days)
    key = f"digest{n}" if twin else f"m{n}@x"
    asked = ("maria@x.example",) if also else ()
    base = Message(key, at, at, Side.OWNER, Kind.HUMAN, "", "ana@x.example", "Hello", f"m{n}@x")
    return replace(base, also_asked=asked)


DAYS = st.integers(-400, 400)
MESSAGES = st.builds(_message, st.integers(0, 4), DAYS, st.booleans(), st.booleans())
FACTS: st.SearchStrategy[Fact] = st.one_of(
    MESSAGES,
    st.builds(lambda n, days: _check_in(n, START + timedelta(days=days)), st.integers(0, 2), DAYS),
    st.just(Profile("Maria", ("maria@x.example",), START)),
)


def _check_in(n: int, at: datetime) -> CheckIn:
    return CheckIn(f"c{n}", 0, at, at, at, at)


class Unflushed(Files):
    """Does not wait for the disk: nothing is cut off here."""

    def _flush(self, descriptor: int, path: Path) -> None: ...

    def _flush_folder(self, folder: Path) -> None: ...


class Alike(RuleBasedStateMachine):
    """The same is done to both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.tiny = TinyStore(self.folder / "data", files=Unflushed())
        self.memory = MemoryStore()

    @rule(facts=st.dictionaries(NAMES, st.lists(FACTS, max_size=4)))
    def commit(self, facts: dict[str, list[Fact]]) -> None:
        self.tiny.commit_many(facts)
        self.memory.commit_many(facts)

    @rule(
        name=NAMES,
        facts=st.lists(FACTS, max_size=4),
        conversation=CONVERSATIONS,
        left=st.lists(FACTS, max_size=2),
    )
    def archive(self, name: str, facts: list[Fact], conversation: str, left: list[Fact]) -> None:
        told = dict.fromkeys((fact.key for fact in facts), conversation)
        left = [fact for fact in left if fact.key not in told]
        self.tiny.archive(name, facts, told, left)
        self.memory.archive(name, facts, told, left)

    @rule(name=NAMES)
    def archive_what_is_live(self, name: str) -> None:
        for store in (self.tiny, self.memory):
            store.archive(name, sorted(every_fact(store.load(name)), key=repr)[::2])

    @rule(name=NAMES, conversation=CONVERSATIONS)
    def revive(self, name: str, conversation: str) -> None:
        for store in (self.tiny, self.memory):
            store.commit(name, store.archived(name, conversation))

    @rule(name=st.sampled_from(["maria-1f3a9c", "ben-77aa01"]))
    def forget(self, name: str) -> None:
        self.tiny.forget(name)
        self.memory.forget(name)

    @rule(name=NAMES)
    def let_go(self, name: str) -> None:
        self.tiny.let_go(name)
        self.memory.let_go(name)

    @rule(name=NAMES, seen=st.lists(MESSAGES, min_size=1, max_size=7))
    def look_for_what_may_be_known(self, name: str, seen: list[Message]) -> None:
        assert self.tiny.alike(name, seen) == self.memory.alike(name, seen)

    @rule()
    def restart(self) -> None:
        self.tiny.close()
        self.tiny = TinyStore(self.folder / "data", files=Unflushed())

    @rule()
    def lose_the_indexes(self) -> None:
        self.restart()
        for index in (self.folder / "data" / "archive").glob("*.index"):
            index.unlink()

    @invariant()
    def they_tell_the_same(self) -> None:
        assert self.tiny.names() == self.memory.names()
        for name in ("maria-1f3a9c", "ben-77aa01", OWNER):
            self._same(name)
        assert self.tiny.damaged() == {}

    def _same(self, name: str) -> None:
        assert self.tiny.load(name) == self.memory.load(name)
        assert set(self.tiny.history(name)) == set(self.memory.history(name))
        assert len(list(self.tiny.history(name))) == len(set(self.memory.history(name)))
        for conversation in ("", "c1", "c2", "c3"):
            found = set(self.tiny.archived(name, conversation))
            assert found == set(self.memory.archived(name, conversation))
        for n in range(5):
            for key in (f"m{n}@x", f"digest{n}"):
                told = self.tiny.conversation_of(name, key)
                assert (told is None) == (self.memory.conversation_of(name, key) is None)

    def teardown(self) -> None:
        self.tiny.close()
        shutil.rmtree(self.folder)


TestAlike = Alike.TestCase
TestAlike.settings = settings(max_examples=30, stateful_step_count=15, deadline=None, phases=PHASES)
