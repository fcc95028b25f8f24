"""Looking at plain data of which nothing is known yet: what is not as expected is passed over.

The checks across values run even where single values are at fault, so that all problems are told at once.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from rules.format.positions import Plain
from rules.format.problems import Fault
from rules.format.suggest import before_colon, closest

T = TypeVar("T")


def block(data: Any, *path: str) -> dict[str, Any]:
    """The block of keys at a path; an empty one where there is none."""
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def blocks(data: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The blocks in the list under a key, each with its number in the list."""
    entries = data.get(key) if isinstance(data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def stands(data: dict[str, Any], key: str, known: Collection[str]) -> bool:
    """Whether a key is there, be it misspelt: then that is what its owner is told."""
    return key in data or any(
        closest(before_colon(other), known) == key for other in data if other not in known
    )


def words(value: Plain) -> list[str]:
    """A text, or the texts of a list, trimmed."""
    entries = value if isinstance(value, list) else [value]
    return [entry.strip() for entry in entries if isinstance(entry, str) and entry.strip()]


def word(value: Plain) -> str:
    """A text, trimmed; "" for anything else."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def attempt(read: Callable[[str], T], value: Plain) -> T | None:
    """What a reader makes of a text; None where it finds fault, for that is told elsewhere."""
    try:
        return read(value.strip()) if isinstance(value, str) else None
    except (Fault, ValueError):
        return None
