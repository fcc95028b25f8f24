"""Yearly files: facts that are closed, one JSON line each, only ever appended to.

`archive/<year>/<name>.jsonl` holds one aggregate's facts of a year. A line that a crash tore off at the end
of a file was never promised: it is passed over, and cut away before the next line. What stands in the middle
and cannot be read is left out and reported.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from relationship.facts import TABLES, Fact
from store.codec import KINDS, CodecError, NewerError, decode, encode
from store.files import Files, explained
from store.index import Place
from store.json_data import dump, parse
from store.migrations import Schema, newer
from store.protocol import StoreError

# What the moment of a fact is called, whichever sort it is.
_MOMENTS = ("at", "created_at", "starts_at", "since", "watermark")


def year_of(fact: Fact) -> int:
    """The year that a fact belongs to."""
    moment: datetime = next(getattr(fact, name) for name in _MOMENTS if hasattr(fact, name))
    return moment.year


@dataclass(frozen=True, slots=True)
class Line:
    """One archived fact, and where it stands."""

    place: Place
    conversation: str
    fact: Fact


class YearlyFiles:
    """One aggregate's lines, by year and offset."""

    def __init__(self, folder: Path, name: str, files: Files, schema: Schema, flaws: set[str]) -> None:
        self._folder = folder
        self._name = name
        self._files = files
        self._schema = schema
        self._flaws = flaws  # takes in the lines that cannot be read

    def path(self, year: int) -> Path:
        """Where a year lies."""
        return self._folder / f"{year:04}" / f"{self._name}.jsonl"

    def years(self) -> list[int]:
        """The years in which there is a file."""
        years = (int(folder.name) for folder in self._files.matching(self._folder, "[0-9]" * 4))
        return [year for year in years if self._files.matching(self.path(year).parent, self.path(year).name)]

    # -- reading ---------------------------------------------------------------------------------------------

    def lines(self, year: int, start: int = 0) -> Iterator[Line]:
        """The whole lines from an offset on, without those that cannot be read."""
        path = self.path(year)
        with explained(path), path.open("rb") as file:
            file.seek(start)
            at = start
            for raw in file:
                if line := self._read(raw, Place(year, at)):
                    yield line
                at += len(raw)

    def line(self, place: Place) -> Line | None:
        """The line that begins there."""
        path = self.path(place.year)
        with explained(path), path.open("rb") as file:
            file.seek(place.offset)
            return self._read(file.readline(), place)

    def begins_line(self, place: Place) -> bool:
        """Whether a line can begin there."""
        path = self.path(place.year)
        with explained(path), path.open("rb") as file:
            file.seek(max(place.offset - 1, 0))
            before = file.read(2)
        return len(before) == 2 and (place.offset == 0 or before[:1] == b"\n")

    def _read(self, raw: bytes, place: Place) -> Line | None:
        """The line; None for one that was torn off, or cannot be read."""
        if not raw.endswith(b"\n"):
            return None
        try:
            data = parse(raw)
            table = data["table"]
            doc = self._schema.migrate({"": data["fact"]}, table, self._schema.check(data["schema"]))[""]
            return Line(place, data["in"], decode(KINDS[table], doc))
        except NewerError as error:
            raise StoreError(newer(self.path(place.year), error)) from error
        except (CodecError, KeyError) as error:
            self._flaws.add(
                f"what stands at byte {place.offset} of {self.path(place.year)} was left out: {error}"
            )
            return None

    # -- writing ---------------------------------------------------------------------------------------------

    def append(self, year: int, facts: list[tuple[str, Fact]]) -> list[Line]:
        """Add facts, each with its conversation, durable on return."""
        path = self.path(year)
        self._files.make_folder(path.parent)
        start = self._end_of_whole_lines(path)
        content = bytearray()
        lines = []
        for conversation, fact in facts:
            lines.append(Line(Place(year, start + len(content)), conversation, fact))
            content += self._written(conversation, fact)
        self._files.append(path, bytes(content), start)
        return lines

    def _written(self, conversation: str, fact: Fact) -> bytes:
        table = TABLES[type(fact)]
        line = {"schema": self._schema.version, "table": table, "in": conversation, "fact": encode(fact)}
        return dump(line) + b"\n"

    def _end_of_whole_lines(self, path: Path) -> int:
        """Where the next line may begin: after the last newline."""
        with explained(path):
            if not path.exists():
                return 0
            with path.open("rb") as file:
                end = at = file.seek(0, os.SEEK_END)
                while at > 0:
                    at = max(0, at - 65536)
                    file.seek(at)
                    found = file.read(end - at).rfind(b"\n")
                    if found >= 0:
                        return at + found + 1
                    end = at
        return 0

    def edited(self, year: int, change: Callable[[bytes], bytes]) -> bytes | None:
        """What `change` makes of a file's lines; None for no change."""
        old = self._files.read(self.path(year)) or b""
        new = b"".join(change(raw) for raw in old.splitlines(keepends=True))
        return None if new == old else new
