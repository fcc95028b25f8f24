"""The rules file that `init` writes: commented, complete, and without any secret."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

STARTER = Path(__file__).parent / "starter.txt"
SCHEMA = Path(__file__).parents[2] / "rules" / "rules.schema.json"

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ./@+_$-]*(:[A-Za-z0-9/.$][A-Za-z0-9 ./@+_$:-]*)?")
_WORDS = frozenset("yes no true false null on off y n none".split())  # noqa: SIM905 - easier to read

Lines = Mapping[str, str | list[str]]  # keys and values, in the order of the file; empty ones are left out


@dataclass(frozen=True)
class Answers:
    """What was asked, as it will stand in the file."""

    mailbox: Lines
    owner: Lines
    contractors: Iterable[Lines]


def rules_text(answers: Answers, day: date, program: str) -> str:
    """The whole file."""
    people = ["\n" + "\n".join(_item(lines)) for lines in answers.contractors]
    return STARTER.read_text(encoding="utf-8").format(
        schema=SCHEMA,
        day=f"{day:%-d %B %Y}",
        program=program,
        mailbox="\n".join(_block(answers.mailbox, "  ")),
        owner="\n".join(_block(answers.owner, "  ")),
        contractors="\n".join(people) if people else " []",
    )


def scalar(value: str) -> str:
    """A value as YAML reads it back; quoted wherever there could be a doubt."""
    plain = (
        _PLAIN.fullmatch(value)
        and not re.search(":( |$)", value)
        and value.lower() not in _WORDS
        and not value.endswith(" ")
    )
    return value if plain else json.dumps(value, ensure_ascii=False)


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step: an interruption leaves the old one or the new one. Others may not read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _item(lines: Lines) -> list[str]:
    first, *others = _block(lines, "    ")
    return ["  - " + first.strip(), *others]


def _block(lines: Lines, indent: str) -> list[str]:
    return [f"{indent}{key}: {_value(value)}" for key, value in lines.items() if value]


def _value(value: str | list[str]) -> str:
    if isinstance(value, str):
        return scalar(value)
    return scalar(value[0]) if len(value) == 1 else f"[{', '.join(_in_list(one) for one in value)}]"


def _in_list(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if re.search(r"[,\[\]{}]", value) else scalar(value)
