"""What is kept in memory has a bound, and what goes through it is not lost on the way."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import store.shelf
from store.recent import Recent
from store.tinydb_store import TinyStore

MOST = 15_000  # bytes; 4 messages are 1,400
MANY = [f"c-{number:06}" for number in range(40)]


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.shelf, "MOST_BYTES", MOST)


def messages(data: Path) -> dict[str, list[str]]:
    fresh = TinyStore(data, read_only=True)
    return {name: list(fresh.load(name).messages) for name in fresh.names()}


def test_a_batch_that_is_larger_than_memory_lasts(tmp_path: Path, make: SimpleNamespace) -> None:
    kept = TinyStore(tmp_path)
    for first in (1, 5):  # the second time all of them are there already, and most are no longer in memory
        kept.commit_many({name: [make.message(n) for n in range(first, first + 4)] for name in MANY})
    expected = {name: [f"m{n}@mail.example" for n in range(1, 9)] for name in MANY}
    assert {name: list(kept.load(name).messages) for name in kept.names()} == expected
    assert messages(tmp_path) == expected, "on the disk as well"
    kept.close()


def test_however_many_are_read_few_are_kept(tmp_path: Path, make: SimpleNamespace) -> None:
    kept = TinyStore(tmp_path)
    kept.commit_many({name: [make.message(n) for n in range(1, 5)] for name in MANY})
    for name in MANY:
        held = kept.load(name)
        assert kept.load(name) is held, "to load again costs nothing"
    assert kept._shelf._open.weight <= MOST
    kept.close()


def test_what_was_loaded_stays_although_it_is_no_longer_kept(tmp_path: Path, make: SimpleNamespace) -> None:
    kept = TinyStore(tmp_path)
    kept.commit_many({name: [make.message(n) for n in range(1, 5)] for name in MANY})
    first = kept.load(MANY[0])
    for name in MANY:
        kept.load(name)
    again = kept.load(MANY[0])
    assert again is not first, "it was read once more"
    assert again == first
    kept.close()


def test_the_least_recently_used_goes_first_and_the_last_one_never() -> None:
    recent: Recent[int] = Recent(3)
    for number, name in enumerate("abc"):
        assert recent.put(name, number, 1) == []
    assert recent.get("a") == 0
    assert recent.put("d", 3, 1) == [("b", 1)]
    assert recent.put("d", 4, 9) == [("c", 2), ("a", 0)]
    assert (recent.get("d"), recent.get("a"), len(recent), recent.weight) == (4, None, 1, 9)
    recent.drop("d")
    assert recent.weight == 0
