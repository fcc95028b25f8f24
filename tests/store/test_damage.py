"""Files that were damaged, or written by another version: one aggregate stops, clearly, the others go on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from relationship.facts import Profile
from store.codec import Doc
from store.migrations import Schema
from store.protocol import OWNER, Cursor, FolderCursor, Heartbeat, StoreError
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-1f3a9c", "ben-77aa01"


def _seeded(data: Path, make: SimpleNamespace) -> Path:
    """A data folder with two contractors; the file of the first."""
    store = TinyStore(data)
    store.commit_many({MARIA: make.every_kind(), BEN: [make.message(1)], OWNER: [make.decision()]})
    store.archive(MARIA, [make.message(2)])
    store.close()
    return data / "contractors" / f"{MARIA}.json"


def _changed(change: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        tables = json.loads(content)
        change(tables)
        return json.dumps(tables).encode()

    return damage


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-20],
    "zeros": lambda content: b"\0" * len(content),
    "zeros at the end": lambda content: content[:200] + b"\0" * (len(content) - 200),
    "another file": lambda content: b"%PDF-1.7\n\x8c\xff",
    "no object": lambda content: b"[]",
    "nested without end": lambda content: b"[" * 100_000,
    "no schema": _changed(lambda tables: tables.pop("schema")),
    "odd schema": _changed(lambda tables: tables.update(schema={"version": {"number": "1"}})),
    "schema zero": _changed(lambda tables: tables.update(schema={"version": {"number": 0}})),
    "a table that is none": _changed(lambda tables: tables.update(messages=[1])),
    "a fact that is none": _changed(lambda tables: tables["messages"].update(x=5)),
    "a fact under another key": _changed(
        lambda tables: tables["letters"].update(x=tables["letters"]["token1"])
    ),
    "a field that is missing": _changed(lambda tables: tables["letters"]["token1"].pop("token")),
    "a moment that is none": _changed(lambda tables: tables["letters"]["token1"].update(due_at="soon")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_set_aside_and_the_others_go_on(
    damage: str, data: Path, make: SimpleNamespace
) -> None:
    path = _seeded(data, make)
    bad = DAMAGE[damage](path.read_bytes())
    path.write_bytes(bad)
    store = TinyStore(data)
    for attempt in ("at once", "again"):
        with pytest.raises(StoreError, match=r"was damaged and is set aside as .*damaged-\d{8}T\d{6}Z"):
            store.load(MARIA)
        with pytest.raises(StoreError, match="damaged"):
            store.commit(MARIA, [make.message(9)])
        with pytest.raises(StoreError, match="damaged"):
            store.archive(MARIA, [make.message(9)])
        with pytest.raises(StoreError, match="damaged"):
            list(store.history(MARIA))
        assert store.names() == (BEN, OWNER)
        assert list(store.damaged()) == [MARIA]
        (aside,) = path.parent.glob(f"{MARIA}.json.damaged-*")
        assert aside.read_bytes() == bad
        assert not path.exists()
        store.commit(BEN, [make.message(2)])
        if attempt == "at once":
            store.close()
            store = TinyStore(data)
            assert list(store.damaged()) == [MARIA], "a restart does not begin anew in silence"
    store.close()


@pytest.mark.parametrize(("torn_at", "whose"), [(-5, " (of Ольга Ковальчук)"), (60, "")])
def test_a_damaged_file_says_whose_it_was(data: Path, torn_at: int, whose: str) -> None:
    store = TinyStore(data)
    store.commit(
        MARIA, [Profile("Ольга Ковальчук", ("olha@contract.example",), datetime(2026, 3, 2, tzinfo=UTC))]
    )
    store.close()
    path = data / "contractors" / f"{MARIA}.json"
    path.write_bytes(path.read_bytes()[:torn_at])
    for _ in ("at once", "again"):
        store = TinyStore(data)
        with pytest.raises(StoreError) as raised:
            store.load(MARIA)
        assert str(raised.value).startswith(f"{path}{whose} was damaged")
        store.close()


STRAY = (
    "._{}.json",  # of a Mac, on a disk that is not its own
    "{} (conflicted copy).json",
    "{}_old.json",
    "Copy of {}.json",
    "{}.json.bak",
    "._{}.json.damaged-20260302T080000Z",
)


@pytest.mark.parametrize("stray", STRAY)
def test_what_others_leave_beside_the_files_is_none_of_ours(
    stray: str, data: Path, make: SimpleNamespace
) -> None:
    path = _seeded(data, make)
    path.with_name(stray.format(MARIA)).write_bytes(path.read_bytes())
    (path.parent / f".#{MARIA}.json").symlink_to("somebody@host.4711")
    (data / "requests" / "1 (copy).json").write_text("{}")
    for store in (TinyStore(data, read_only=True), TinyStore(data)):
        assert (store.names(), store.damaged()) == ((BEN, MARIA, OWNER), {})
        assert store.load(MARIA).letters
        store.request("pause", MARIA)
        assert store.requests()[-1] == ("pause", MARIA)
        store.close()


def test_a_batch_with_a_damaged_aggregate_changes_nothing(data: Path, make: SimpleNamespace) -> None:
    _seeded(data, make).write_bytes(b"{")
    store = TinyStore(data)
    with pytest.raises(StoreError):
        store.commit_many({BEN: [make.message(7)], MARIA: [make.message(7)]})
    assert list(store.load(BEN).messages) == ["m1@mail.example"]
    store.close()


def test_a_good_copy_put_back_heals_and_a_removed_one_begins_anew(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    good = path.read_bytes()
    path.write_bytes(good[:50])
    store = TinyStore(data)
    with pytest.raises(StoreError):
        store.load(MARIA)
    store.close()
    (aside,) = path.parent.glob("*.damaged-*")
    path.write_bytes(good)
    store = TinyStore(data)
    assert store.load(MARIA).messages
    assert not store.damaged()
    store.close()
    path.unlink()
    aside.unlink()
    store = TinyStore(data)
    assert not store.load(MARIA).messages
    store.close()


def test_forget_removes_damaged_copies_and_blots_those_of_others(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    bens = path.with_name(f"{BEN}.json")
    path.with_name(f"{path.name}.damaged-20260101T000000Z").write_bytes(b"maria@mail.example")
    bens.with_name(f"{bens.name}.damaged-20260101T000000Z").write_bytes(b'{"to": "Maria@mail.example" \xff')
    bens.write_bytes(b"[")
    store = TinyStore(data)
    with pytest.raises(StoreError):
        store.load(BEN)
    store.forget(MARIA)
    store.close()
    for file in data.rglob("*"):
        assert "maria" not in file.name
        assert file.is_dir() or b"maria@" not in file.read_bytes().lower(), file
    assert b'{"to": "(forgotten)" \xff' in {file.read_bytes() for file in path.parent.glob(f"{BEN}.json.*")}


def test_a_reader_leaves_damage_where_it_is(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    path.write_bytes(b"{")
    reader = TinyStore(data, read_only=True)
    with pytest.raises(StoreError, match="is damaged"):
        reader.load(MARIA)
    assert reader.load(BEN).messages
    assert reader.names() == (BEN, OWNER)
    assert path.read_bytes() == b"{"


@pytest.mark.parametrize("name", ["cursor", "heartbeat"])
def test_a_damaged_cursor_or_heartbeat_is_made_anew(name: str, data: Path) -> None:
    store = TinyStore(data)
    (data / f"{name}.json").write_bytes(b"\0\0")
    assert store.cursor() == Cursor()
    assert store.heartbeat() == Heartbeat()
    store.move_cursor(Cursor({"INBOX": FolderCursor(1, 1)}))
    store.beat(Heartbeat(set_aside=1))
    assert store.cursor().folders
    assert store.heartbeat().set_aside == 1
    store.close()


def test_while_a_file_is_damaged_the_cursor_moves_in_memory_alone(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    sound = path.read_bytes()
    store = TinyStore(data)
    before, after = Cursor({"INBOX": FolderCursor(1, 5)}), Cursor({"INBOX": FolderCursor(1, 9)})
    store.move_cursor(before)
    store.close()
    path.write_bytes(b"{")
    store = TinyStore(data)
    with pytest.raises(StoreError):
        store.load(MARIA)
    store.move_cursor(after)
    assert store.cursor() == after
    store.close()
    path.write_bytes(sound)
    store = TinyStore(data)
    assert store.cursor() == before, "what came meanwhile is read again"
    store.move_cursor(after)
    store.close()
    assert TinyStore(data, read_only=True).cursor() == after


# -- versions ------------------------------------------------------------------------------------------------


def _mood(table: str, doc: Doc) -> Doc:
    """A step as a later version might have one: subjects get a mark."""
    return {**doc, "subject": "v2 " + doc["subject"]} if table == "messages" else doc


def test_an_older_file_is_migrated_with_a_copy_beside_it(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    old = path.read_bytes()
    for _ in range(2):  # once, however often it is opened
        store = TinyStore(data, schema=Schema((_mood,)))
        assert store.load(MARIA).messages["m1@mail.example"].subject.startswith("v2 Sketch 1")
        assert [fact.subject for fact in store.history(MARIA)] == ["v2 Sketch 2, été 🌞"]
        store.close()
    assert json.loads(path.read_bytes())["schema"]["version"]["number"] == 2
    assert path.with_name(f"{path.name}.before-schema-2").read_bytes() == old


def test_a_reader_migrates_in_memory_only(data: Path, make: SimpleNamespace) -> None:
    path = _seeded(data, make)
    old = path.read_bytes()
    reader = TinyStore(data, schema=Schema((_mood, _mood)), read_only=True)
    assert reader.load(MARIA).messages["m1@mail.example"].subject.startswith("v2 v2 Sketch 1")
    assert path.read_bytes() == old
    assert len(list(path.parent.iterdir())) == 2


def test_lines_of_several_versions_stand_in_one_yearly_file(data: Path, make: SimpleNamespace) -> None:
    _seeded(data, make)
    store = TinyStore(data, schema=Schema((_mood,)))
    store.archive(MARIA, [make.message(3)], {"m3@mail.example": "c"})
    assert sorted(fact.subject for fact in store.history(MARIA)) == [
        "Sketch 3, été 🌞",
        "v2 Sketch 2, été 🌞",
    ]
    assert store.conversation_of(MARIA, "m3@mail.example") == "c"
    store.close()
    store = TinyStore(data)
    with pytest.raises(StoreError, match="newer Keepwarm"):
        list(store.history(MARIA))
    store.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables.update(schema={"version": {"number": 2}}),
        lambda tables: tables.update(moods={}),
        lambda tables: tables["letters"]["token1"].update(mood="good"),
        lambda tables: tables["letters"]["token1"].update(state="teleported"),
    ],
    ids=["schema", "table", "field", "value"],
)
def test_a_newer_file_is_refused_and_left_as_it_is(
    change: Callable[[Any], object], data: Path, make: SimpleNamespace
) -> None:
    path = _seeded(data, make)
    path.write_bytes(_changed(change)(path.read_bytes()))
    newer = path.read_bytes()
    store = TinyStore(data)
    with pytest.raises(StoreError, match=r"newer Keepwarm \(.*update this one"):
        store.load(MARIA)
    with pytest.raises(StoreError, match="newer Keepwarm"):
        store.commit(MARIA, [make.message(9)])
    assert path.read_bytes() == newer
    assert store.damaged() == {}
    store.commit(BEN, [make.message(9)])
    store.close()


def test_a_newer_cursor_is_refused(data: Path) -> None:
    TinyStore(data).close()
    (data / "cursor.json").write_text('{"schema": 7, "folders": {}}')
    with pytest.raises(StoreError, match="newer Keepwarm"):
        TinyStore(data, read_only=True).cursor()
