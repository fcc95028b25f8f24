"""kill -9 at every step of everything that writes, and at random moments of a busy life."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from store.aggregate import every_fact
from store.files import Files
from store.migrations import Schema
from store.protocol import OWNER, Cursor, FolderCursor
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-1f3a9c", "ben-77aa01"
STEPS = ("_write", "_extend", "_flush", "_rename", "_unlink", "_flush_folder")


class DyingFiles(Files):
    """Kills its own process at the n-th step: before it, or (`torn`) with half of what it writes written."""

    def __init__(self, n: int, torn: bool) -> None:
        super().__init__()
        self._left = n
        self._torn = torn
        self.armed = False

    def __getattribute__(self, name: str) -> Any:
        step = super().__getattribute__(name)
        if name not in STEPS or not self.armed:
            return step

        def dying(*args: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                if self._torn and name in ("_write", "_extend"):
                    path, content, *rest = args
                    step(path, content[: len(content) // 2], *rest)
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args)

        return dying


def _state(store: TinyStore) -> dict[str, tuple[frozenset[object], frozenset[object]]]:
    """Live facts, and all facts, of each aggregate."""
    return {
        name: (
            frozenset(every_fact(store.load(name))),
            frozenset((*store.history(name), *every_fact(store.load(name)))),
        )
        for name in store.names()
    }


def _seed(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit_many(
        {name: [make.profile(name.title(), f"{name}@x.example")] for name in (MARIA, BEN, OWNER)}
    )
    store.commit(MARIA, [make.message(n) for n in range(1, 6)])
    store.archive(MARIA, [make.message(1), make.message(7)])
    store.archive(BEN, [make.message(1, also_asked=(f"{MARIA}@x.example",)), make.message(9)])
    store.request("forget", MARIA)
    store.close()


def _commit(store: TinyStore, make: SimpleNamespace) -> None:
    store.commit(MARIA, [make.message(3, asks=True), make.decision(), make.letter()])


def _commit_many(store: TinyStore, make: SimpleNamespace) -> None:
    store.commit_many({MARIA: [make.message(6)], BEN: [make.message(6)], "new-000001": [make.profile()]})


def _archive(store: TinyStore, make: SimpleNamespace) -> None:
    late = make.message(4, at=make.start.replace(year=2027))
    store.archive(MARIA, [make.message(2), late], {"m2@mail.example": "c"}, [make.summary()])


ACTIONS: list[Callable[[TinyStore, SimpleNamespace], None]] = [_commit, _commit_many, _archive]


def _die_at(n: int, torn: bool, data: Path, action: Callable[[TinyStore, Any], None], make: Any) -> bool:
    """Run the action in a child that dies at step n; whether it died."""
    child = os.fork()
    if child == 0:
        files = DyingFiles(n, torn)
        store = TinyStore(data, files=files)
        for name in store.names():  # as the daemon has at its start
            store.conversation_of(name, "x")
            store.load(name)
        files.armed = True
        action(store, make)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_kill_at_any_step_leaves_all_or_none_of_each_aggregate(
    action: Callable[[TinyStore, Any], None], torn: bool, tmp_path: Path, make: SimpleNamespace
) -> None:
    n, died = 0, True
    while died:
        data = tmp_path / f"{n}"
        _seed(data, make)
        store = TinyStore(data)
        before = _state(store)
        store.close()
        died = _die_at(n, torn, data, action, make)
        store = TinyStore(data)
        found = _state(store)
        action(store, make)  # what was cut short is simply done again
        after = _state(store)
        store.close()
        for name in after:
            assert found.get(name) in (before.get(name), after[name]) or _is_in_both(
                found, before, after, name
            )
            assert died or found[name] == after[name]
        assert store.damaged() == {}
        assert not list(data.rglob("*.tmp"))
        n += 1
    assert n > 3, "the action has steps to die at"


def _is_in_both(found: Any, before: Any, after: Any, name: str) -> bool:
    """While facts move to a yearly file, those that are there already still count as live: none is lost."""
    live, everything = found[name]
    return live == before[name][0] and before[name][1] <= everything <= after[name][1]


def test_forget_goes_on_where_a_kill_cut_it_short(tmp_path: Path, make: SimpleNamespace) -> None:
    n, died = 0, True
    while died:
        data = tmp_path / f"{n}"
        _seed(data, make)
        died = _die_at(n, True, data, lambda store, _: store.forget(MARIA), make)
        store = TinyStore(data)
        if died:
            assert store.requests() == (("forget", MARIA),)
            store.forget(MARIA)
        assert store.requests() == ()
        assert {m.key for m in store.history(BEN)} == {"m1@mail.example", "m9@mail.example"}
        store.close()
        for path in data.rglob("*"):
            assert "maria" not in path.name
            assert path.is_dir() or b"maria" not in path.read_bytes().lower(), path
        n += 1
    assert n > 10


def test_a_migration_that_is_cut_short_begins_again(tmp_path: Path, make: SimpleNamespace) -> None:
    schema = Schema((lambda table, doc: {**doc, "subject": "v2"} if table == "messages" else doc,))
    n, died = 0, True
    while died:
        data = tmp_path / f"{n}"
        _seed(data, make)
        path = data / "contractors" / f"{MARIA}.json"
        old = path.read_bytes()
        child = os.fork()
        if child == 0:
            files = DyingFiles(n, torn=True)
            store = TinyStore(data, files=files, schema=schema)
            files.armed = True
            store.load(MARIA)
            os._exit(0)
        died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        store = TinyStore(data, schema=schema)
        assert {m.subject for m in store.load(MARIA).messages.values()} == {"v2"}
        assert path.with_name(f"{MARIA}.json.before-schema-2").read_bytes() == old
        store.close()
        n += 1
    assert n > 6


def test_the_cursor_is_the_old_or_the_new_one(tmp_path: Path, make: SimpleNamespace) -> None:
    old, new = Cursor({"INBOX": FolderCursor(1, 2)}), Cursor({"INBOX": FolderCursor(1, 99)})
    n, died = 0, True
    while died:
        data = tmp_path / f"{n}"
        store = TinyStore(data)
        store.move_cursor(old)
        store.close()
        died = _die_at(n, True, data, lambda store, _: store.move_cursor(new), make)
        store = TinyStore(data)
        assert store.cursor() in ((old, new) if died else (new,))
        store.close()
        n += 1


def _busy(data: Path, make: SimpleNamespace, told: int) -> None:
    """Commit without end, archive now and then, and tell each number once it is durable."""
    store = TinyStore(data)
    n = len(store.load(BEN).messages)  # what was cut short between the two is done again
    while True:
        n += 1
        pair = [make.message(n, subject=str(n)), make.letter(n)]
        store.commit_many({MARIA: pair, BEN: pair})
        if n % 5 == 0:
            store.archive(MARIA, list(store.load(MARIA).messages.values())[:-1], {})
        store.beat(store.heartbeat())
        os.write(told, n.to_bytes(4, "big"))


def _rounds(rounds: int, data: Path, make: SimpleNamespace, seed: int) -> None:
    chance = random.Random(seed)
    promised = 0
    for _ in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _busy(data, make, writing)
            finally:
                os._exit(1)
        os.close(writing)
        first = os.read(reading, 4)  # it is at work
        time.sleep(chance.uniform(0, 0.08))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as told:
            numbers = first + told.read()
        promised = max(promised, int.from_bytes(numbers[-4:], "big"))
        promised = _check(data, promised)
    assert promised >= rounds


def _check(data: Path, promised: int) -> int:
    """All that was promised is there, once, and at most one more; what that is."""
    store = TinyStore(data)
    assert store.damaged() == {}
    live = store.load(MARIA)
    numbers = sorted(int(m.subject) for m in (*store.history(MARIA), *live.messages.values()))
    assert numbers == list(range(1, len(numbers) + 1))
    assert promised <= len(numbers) <= promised + 1
    assert len(live.letters) == len(numbers), "a message and its letter come together"
    assert len(store.load(BEN).messages) == len(store.load(BEN).letters)
    assert promised <= len(store.load(BEN).messages) <= len(numbers)
    assert all(store.conversation_of(MARIA, m.key) == "" for m in store.history(MARIA))
    store.close()
    return len(store.load(BEN).messages)


def test_kill_at_random_moments(data: Path, make: SimpleNamespace) -> None:
    _rounds(15, data, make, seed=random.randrange(10**6))


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_kill_at_random_moments_for_long(data: Path, make: SimpleNamespace) -> None:
    _rounds(400, data, make, seed=random.randrange(10**6))
