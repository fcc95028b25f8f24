"""A live file has a line for each fact, and those that stay are taken over as they stand."""

import json
import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.aggregate import tables_of
from store.json_data import dump, parse
from store.lines import dump_tables
from store.migrations import Schema
from store.tinydb_store import TinyStore

MARIA = "maria-1f3a9c"


def path(data: Path) -> Path:
    return data / "contractors" / f"{MARIA}.json"


def facts_in(content: bytes) -> dict[str, list[object]]:
    """Keys and facts as they follow each other, by table."""
    return {name: list(docs.items()) for name, docs in parse(content).items() if docs}


def is_as_if_written_anew(data: Path, kept: TinyStore) -> bool:
    """Whether the file holds what it would with every fact encoded anew, each on a line of its own."""
    found = path(data).read_bytes()
    lines = [line for line in found.split(b"\n") if line.startswith(b'"') and not line.endswith(b":{")]
    expected = facts_in(dump_tables(tables_of(kept.load(MARIA), Schema())))
    return facts_in(found) == expected and len(lines) == sum(map(len, expected.values()))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_changes_the_file_is_as_if_written_anew(
    tmp_path: Path, make: SimpleNamespace, seed: int
) -> None:
    dice = random.Random(seed)
    kept = TinyStore(tmp_path)
    for _ in range(30):
        n = dice.randrange(1, 12)
        subject = dice.choice(("Käse\n\u2028\u0085", 'a":{', '"},', "\ud83d", "x"))
        odd = dice.choice(('"},', "}\n", '\\"', "messages", "\ud83d", "token1"))
        facts = [make.message(n, subject=subject), make.letter(n), make.decision(n), make.message(key=odd)]
        facts += [make.message(100 + more) for more in range(dice.choice((0, 0, 30)))]
        some = dice.sample(facts, dice.randrange(1, len(facts)))
        if dice.random() < 0.5:
            kept.let_go(MARIA)  # the commit begins with what stands in the file
        if dice.random() < 0.3:
            kept.archive(MARIA, some)
        else:
            kept.commit(MARIA, some)
        if dice.random() < 0.3:
            kept.close()
            kept = TinyStore(tmp_path)
        assert is_as_if_written_anew(tmp_path, kept)
    kept.close()


@pytest.mark.parametrize("how", ["one line", "another order", "a line is missing", "no line"])
def test_a_file_that_is_laid_out_otherwise_is_written_anew(
    tmp_path: Path, make: SimpleNamespace, how: str
) -> None:
    kept = TinyStore(tmp_path)
    kept.commit(MARIA, [make.message(n) for n in range(1, 6)])
    lines = path(tmp_path).read_bytes().split(b"\n")
    rows = [place for place, line in enumerate(lines) if line.startswith(b'"m') and line.endswith(b",")]
    if how == "one line":
        path(tmp_path).write_bytes(dump(tables_of(kept.load(MARIA), Schema())))
    elif how == "another order":
        lines[rows[1]], lines[rows[2]] = lines[rows[2]], lines[rows[1]]
        path(tmp_path).write_bytes(b"\n".join(lines))
    elif how == "a line is missing":
        del lines[rows[1]]
        path(tmp_path).write_bytes(b"\n".join(lines))
    else:
        path(tmp_path).write_bytes(b"")
    kept.commit(MARIA, [make.message(9)])
    assert is_as_if_written_anew(tmp_path, kept)
    assert list(kept.load(MARIA).messages) == [f"m{n}@mail.example" for n in (1, 2, 3, 4, 5, 9)]
    kept.close()


OTHERWISE = {
    "one line": lambda content: json.dumps(json.loads(content)).encode(),
    "indented": lambda content: json.dumps(json.loads(content), indent=2).encode(),
    "an editor's last line": lambda content: content + b"\n",
    "two facts on a line": lambda content: content.replace(b',\n"m3@', b',"m3@'),
}


@pytest.mark.parametrize("how", OTHERWISE)
def test_a_file_that_another_program_has_saved_before_the_start_is_written_anew(
    tmp_path: Path, make: SimpleNamespace, how: str
) -> None:
    kept = TinyStore(tmp_path)
    kept.commit(MARIA, [make.message(n) for n in range(1, 6)])
    kept.close()
    path(tmp_path).write_bytes(OTHERWISE[how](path(tmp_path).read_bytes()))
    kept = TinyStore(tmp_path)
    kept.load(MARIA)
    kept.commit(MARIA, [make.message(3, asks=True), make.letter(1)])
    assert is_as_if_written_anew(tmp_path, kept)
    kept.close()
    kept = TinyStore(tmp_path)
    facts = kept.load(MARIA)
    assert [*facts.messages, *facts.letters] == [*(f"m{n}@mail.example" for n in (1, 2, 4, 5, 3)), "token1"]
    kept.close()


def test_lines_that_stay_are_not_written_anew(tmp_path: Path, make: SimpleNamespace) -> None:
    kept = TinyStore(tmp_path)
    kept.commit(MARIA, [make.message(n) for n in range(1, 6)])
    spaced = path(tmp_path).read_bytes().replace(b'"m3@mail.example":{', b'"m3@mail.example":{ ')
    path(tmp_path).write_bytes(spaced)
    kept.close()
    kept = TinyStore(tmp_path)
    kept.commit(MARIA, [make.message(9), make.message(2, subject="Another")])
    assert b'"m3@mail.example":{ ' in path(tmp_path).read_bytes()
    kept.commit(MARIA, [make.message(3, subject="Another")])
    assert b'"m3@mail.example":{ ' not in path(tmp_path).read_bytes()
    kept.close()
