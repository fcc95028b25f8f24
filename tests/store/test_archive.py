"""Yearly files: torn ends, unreadable lines, and an index that can be lost."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.index import Index, Place, entry, marks
from store.tinydb_store import TinyStore

MARIA = "maria-1f3a9c"


@pytest.fixture
def year(data: Path, make: SimpleNamespace) -> Path:
    """A yearly file of five messages in one conversation."""
    store = TinyStore(data)
    store.archive(
        MARIA, [make.message(n) for n in range(1, 6)], {f"m{n}@mail.example": "c" for n in range(1, 6)}
    )
    store.close()
    return data / "archive" / "2025" / f"{MARIA}.jsonl"


def _numbers(store: TinyStore) -> list[str]:
    return [fact.key[1] for fact in store.history(MARIA)]


def test_lines_are_plain_json(year: Path) -> None:
    lines = [json.loads(line) for line in year.read_text(encoding="utf-8").splitlines()]
    assert [line["fact"]["key"][1] for line in lines] == list("12345")
    assert {line["table"] for line in lines} == {"messages"}
    assert {line["in"] for line in lines} == {"c"}


@pytest.mark.parametrize("rest", [1, 30, 200], ids=lambda n: f"{n} bytes torn off")
def test_a_torn_end_is_passed_over_and_cut_away(
    rest: int, year: Path, data: Path, make: SimpleNamespace
) -> None:
    year.write_bytes(year.read_bytes()[:-rest])
    reader = TinyStore(data, read_only=True)
    assert _numbers(reader) == list("1234")
    assert reader.conversation_of(MARIA, "m5@mail.example") is None
    store = TinyStore(data)
    assert _numbers(store) == list("1234")
    store.archive(MARIA, [make.message(6)], {})
    assert _numbers(store) == list("12346")
    assert store.damaged() == {}
    assert store.conversation_of(MARIA, "m6@mail.example") == ""
    assert store.conversation_of(MARIA, "m4@mail.example") == "c"
    store.close()
    assert all(json.loads(line) for line in year.read_text(encoding="utf-8").splitlines())


def test_half_a_line_of_a_writer_at_work_is_no_damage(year: Path, data: Path) -> None:
    reader = TinyStore(data, read_only=True)
    with year.open("ab") as file:
        file.write(b'{"schema":1,"table":"mess')
    assert _numbers(reader) == list("12345")
    assert reader.damaged() == {}


@pytest.mark.parametrize("damage", [b"\0" * 40, b"{" * 40, b'{"schema":1}' + b" " * 28])
def test_an_unreadable_line_is_left_out_and_reported(damage: bytes, year: Path, data: Path) -> None:
    lines = year.read_bytes().splitlines(keepends=True)
    lines[2] = damage + b"\n"
    year.write_bytes(b"".join(lines))
    store = TinyStore(data)
    assert _numbers(store) == list("1245")
    assert f"{year} was left out" in store.damaged()[MARIA]
    assert store.names() == (MARIA,)
    store.commit(MARIA, store.archived(MARIA, "c"))
    assert len(store.load(MARIA).messages) == 4
    store.close()


@pytest.mark.parametrize("kept", [0, 1, 16, 35, 64, 160, 175], ids=lambda n: f"{n} bytes left")
@pytest.mark.parametrize("read_only", [True, False])
def test_an_index_that_is_lost_or_torn_is_made_again(
    kept: int, read_only: bool, year: Path, data: Path
) -> None:
    index = data / "archive" / f"{MARIA}.index"
    whole = index.read_bytes()
    index.write_bytes(whole[:kept])
    store = TinyStore(data, read_only=read_only)
    assert [store.conversation_of(MARIA, f"m{n}@mail.example") for n in range(1, 7)] == ["c"] * 5 + [None]
    assert _numbers(store) == list("12345")
    assert (index.read_bytes() == whole[:kept]) == read_only
    store.close()
    before = index.stat()
    store = TinyStore(data)
    assert store.conversation_of(MARIA, "m5@mail.example") == "c"
    assert len(store.archived(MARIA, "c")) == 5
    assert read_only or index.stat() == before, "what is in order is not written again"
    store.close()


@pytest.mark.parametrize("garbage", [b"\0" * 80, b"\xff" * 80, bytes(range(80))])
def test_an_index_of_garbage_is_made_again(garbage: bytes, year: Path, data: Path) -> None:
    (data / "archive" / f"{MARIA}.index").write_bytes(garbage)
    store = TinyStore(data)
    assert [store.conversation_of(MARIA, f"m{n}@mail.example") for n in range(1, 7)] == ["c"] * 5 + [None]
    store.close()


def test_an_index_that_is_older_or_newer_than_its_files(
    year: Path, data: Path, make: SimpleNamespace
) -> None:
    index = data / "archive" / f"{MARIA}.index"
    old_index, old_year = index.read_bytes(), year.read_bytes()
    store = TinyStore(data)
    store.archive(MARIA, [make.message(n) for n in range(6, 9)], {})
    store.close()
    new_index, new_year = index.read_bytes(), year.read_bytes()
    for index_bytes, year_bytes, expected in (
        (old_index, new_year, "12345678"),
        (new_index, old_year, "12345"),
    ):
        index.write_bytes(index_bytes)
        year.write_bytes(year_bytes)
        store = TinyStore(data)
        assert _numbers(store) == list(expected)
        assert (store.conversation_of(MARIA, "m7@mail.example") is None) == ("7" not in expected)
        store.close()


def test_years_lie_apart_and_a_fact_stays_in_its_year(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    later = make.start.replace(year=2027)
    store.archive(MARIA, [make.check_in(1), make.message(2, at=later)])
    store.archive(MARIA, [make.check_in(1, starts_at=later, sequence=1)])
    store.archive(MARIA, [make.check_in(1, sequence=2)])
    store.close()
    (data / "archive" / f"{MARIA}.index").unlink()
    store = TinyStore(data)
    assert [fact.sequence for fact in store.history(MARIA) if hasattr(fact, "sequence")] == [2]
    assert sorted(path.parent.name for path in data.rglob("*.jsonl")) == ["2025", "2027"]
    store.close()


PLACES = st.dictionaries(
    st.text(max_size=5), st.tuples(st.integers(1, 9999), st.integers(0, 2**48 - 1)), max_size=60
)


@given(PLACES, st.integers(0, 40), st.booleans())
def test_the_index_finds_what_it_was_given(
    places: dict[str, tuple[int, int]], torn: int, again: bool
) -> None:
    entries = [entry("messages", key, Place(*place)) for key, place in places.items()]
    half = len(entries) // 2
    first, second = b"".join(entries[:half]) + marks({1: 0}), b"".join(entries[half:]) + marks({2: 7})
    index = Index(first + second[:-16][:torn])
    assert index.size == len(first)
    index.grow(second)
    assert index.size == len(first + second)
    if again:
        content = index.content()
        index = Index(content)
        assert index.size == len(content)
    assert {key: index.get("messages", key) for key in places} == {k: Place(*p) for k, p in places.items()}
    assert index.get("letters", "x") is None
    assert {1, 2} <= set(index.last)
    assert index.last[2] == 7


def test_an_index_that_ends_in_its_sorted_part_is_none() -> None:
    index = Index(b"".join(entry("messages", str(n), Place(2025, n)) for n in range(50)) + marks({2025: 49}))
    content = index.content()
    assert len(content) == 52 * 16
    for cut in range(0, len(content) - 16, 16):
        assert Index(content[:cut]).size == 0


def test_a_large_index_is_sorted_and_takes_later_places() -> None:
    index = Index(
        b"".join(entry("messages", str(n), Place(2025, n + 1)) for n in range(5000)) + marks({2025: 5000})
    )
    assert index.loose == 5001
    index = Index(index.content())
    assert index.loose == 1, "the mark"
    index.grow(entry("messages", "7", Place(2026, 1)))
    assert index.get("messages", "7") == Place(2026, 1)
    index.grow(b"".join(entry("messages", str(n), Place(2026, n)) for n in range(2000)) + marks({2026: 1999}))
    assert index.get("messages", "1999") == Place(2026, 1999)
    assert index.get("messages", "4999") == Place(2025, 5000)
    assert index.get("messages", "5000") is None
    assert index.last == {2025: 5000, 2026: 1999}
