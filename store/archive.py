"""Yearly files: facts that are closed, one JSON line each, only ever appended to.

`archive/<year>/<name>.jsonl` holds one aggregate's facts of a year. A fact stays in the year under which it
was first archived, so that of several lines with one key the last in its file is the one that counts. A line
that a crash tore off at the end of a file was never promised, and is passed over; what stands in the middle
and cannot be read is left out and reported.

`archive/<name>.index` says where the line of each fact begins, so that a message is known again at the same
cost however much is archived. It is derived: what it lacks after a crash is read from the yearly files, and
lost it is made anew.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from relationship.facts import TABLES, Fact
from relationship.messages import Message
from store.aggregate import dump, parse
from store.codec import KINDS, CodecError, NewerError, decode, encode
from store.files import Files, explained
from store.index import Index, Place, entry
from store.migrations import Schema, newer
from store.protocol import StoreError

# What the moment of a fact is called, whichever sort it is.
_MOMENTS = ("at", "created_at", "starts_at", "since", "watermark")


def year_of(fact: Fact) -> int:
    """The year that a fact belongs to."""
    moment: datetime = next(getattr(fact, name) for name in _MOMENTS if hasattr(fact, name))
    return moment.year


def told(fact: Fact, conversation_of: Mapping[str, str]) -> str:
    """The conversation that a fact belongs to; a letter knows it by itself."""
    return conversation_of.get(fact.key, getattr(fact, "conversation", ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One archived fact, where it stands, and where the next line begins."""

    place: Place
    end: int
    conversation: str
    fact: Fact


class Archive:
    """One aggregate's yearly files."""

    def __init__(self, folder: Path, name: str, files: Files, schema: Schema, writable: bool) -> None:
        self._folder = folder
        self._name = name
        self._files = files
        self._schema = schema
        self._writable = writable
        self._known: Index | None = None
        self.flaws: set[str] = set()  # lines that could not be read

    # -- reading -------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Every fact once, as it was last, oldest year first."""
        for year in self.years():
            for line in self._lines(year):
                if self._index.get(*_identity(line.fact)) == line.place:
                    yield line.fact

    def message(self, message_id: str) -> Line | None:
        """The line of a message, by its key, else by its Message-ID."""
        for sort in (TABLES[Message], "id"):
            place = self._index.get(sort, message_id)
            line = self._line(place) if place else None
            if (
                line
                and isinstance(line.fact, Message)
                and message_id in (line.fact.key, line.fact.message_id)
            ):
                return line
        return None

    def conversation(self, conversation: str) -> tuple[Fact, ...]:
        """The facts that were archived as this conversation's."""
        return tuple(
            line.fact
            for year in self.years()
            for line in self._lines(year)
            if line.conversation == conversation and self._index.get(*_identity(line.fact)) == line.place
        )

    def years(self) -> list[int]:
        """The years in which there is a file."""
        years = (int(folder.name) for folder in self._files.matching(self._folder, "[0-9][0-9][0-9][0-9]"))
        return [
            year for year in years if self._files.matching(self._path(year).parent, self._path(year).name)
        ]

    def _lines(self, year: int, start: int = 0) -> Iterator[Line]:
        """The whole lines of a yearly file from an offset on, without those that cannot be read."""
        path = self._path(year)
        with explained(path), path.open("rb") as file:
            file.seek(start)
            at = start
            for raw in file:
                if line := self._read(raw, Place(year, at)):
                    yield line
                at += len(raw)

    def _line(self, place: Place) -> Line | None:
        path = self._path(place.year)
        with explained(path), path.open("rb") as file:
            file.seek(place.offset)
            return self._read(file.readline(), place)

    def _read(self, raw: bytes, place: Place) -> Line | None:
        """The line; None for one that was torn off, or cannot be read."""
        if not raw.endswith(b"\n"):
            return None
        try:
            data = parse(raw)
            table = data["table"]
            doc = self._schema.migrate({"": data["fact"]}, table, self._schema.check(data["schema"]))[""]
            return Line(place, place.offset + len(raw), data["in"], decode(KINDS[table], doc))
        except NewerError as error:
            raise StoreError(newer(self._path(place.year), error)) from error
        except (CodecError, KeyError) as error:
            self.flaws.add(
                f"what stands at byte {place.offset} of {self._path(place.year)} was left out: {error}"
            )
            return None

    # -- the index -----------------------------------------------------------------------------------------

    @property
    def _index(self) -> Index:
        if self._known is None:
            self._known = self._load_index()
        return self._known

    def _load_index(self) -> Index:
        """The index as it lies there, completed; made anew where it does not fit the yearly files."""
        content = self._files.read(self._index_path) or b""
        index = Index(content)
        fits = set(index.last) <= set(self.years()) and all(
            self._begins_line(*last) for last in index.last.items()
        )
        content = content[: index.size] if fits else b""
        missing = b"".join(self._missing(index.last if fits else {}))
        if missing or not fits:
            if self._writable:
                self._files.replace(self._index_path, content + missing)
            index = Index(content + missing)
        return index

    def _missing(self, last: Mapping[int, int]) -> Iterator[bytes]:
        """The entries of all lines after the last ones that are known."""
        for year in self.years():
            for line in self._lines(year, last.get(year, 0)):
                if line.place.offset != last.get(year):
                    yield _entries(line.fact, line.place)

    def _begins_line(self, year: int, offset: int) -> bool:
        path = self._path(year)
        with explained(path), path.open("rb") as file:
            file.seek(max(offset - 1, 0))
            before = file.read(2)
        return len(before) == 2 and (offset == 0 or before[:1] == b"\n")

    # -- writing -------------------------------------------------------------------------------------------

    def add(self, facts: Iterable[Fact], conversation_of: Mapping[str, str]) -> None:
        """Append facts, durable on return."""
        by_year: dict[int, list[Fact]] = {}
        for fact in facts:
            place = self._index.get(*_identity(fact))
            by_year.setdefault(place.year if place else year_of(fact), []).append(fact)
        index, self._known = (
            self._index,
            None,
        )  # after a failure, what did arrive is found when it is next read
        entries = b"".join(
            self._append(year, batch, conversation_of) for year, batch in sorted(by_year.items())
        )
        self._files.append(self._index_path, entries, index.size)
        index.grow(entries)
        self._known = index

    def _append(self, year: int, facts: list[Fact], conversation_of: Mapping[str, str]) -> bytes:
        """Append to one yearly file; the entries for the index."""
        path = self._path(year)
        self._files.make_folder(path.parent)
        start = self._end_of_whole_lines(path)
        content, entries = bytearray(), bytearray()
        for fact in facts:
            entries += _entries(fact, Place(year, start + len(content)))
            content += self._written(fact, told(fact, conversation_of))
        self._files.append(path, bytes(content), start)
        return bytes(entries)

    def _written(self, fact: Fact, conversation: str) -> bytes:
        line = {
            "schema": self._schema.version,
            "table": TABLES[type(fact)],
            "in": conversation,
            "fact": encode(fact),
        }
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

    def remove(self) -> None:
        """Remove all of it."""
        self._remove_index()
        for year in self.years():
            self._files.remove(self._path(year))
            self._files.flush_folder(self._path(year).parent)

    def edit(self, change: Callable[[bytes, Fact | None], bytes]) -> None:
        """Write yearly files anew where `change` changes a line (its fact is None if unreadable)."""
        for year in self.years():
            old = self._files.read(self._path(year)) or b""
            new = b"".join(change(raw, self._fact(raw)) for raw in old.splitlines(keepends=True))
            if new != old:
                self._remove_index()
                self._files.replace(self._path(year), new)
                self._files.flush_folder(self._path(year).parent)

    def _fact(self, raw: bytes) -> Fact | None:
        line = self._read(raw, Place(0, 0))
        return line.fact if line else None

    def _remove_index(self) -> None:
        """Before the yearly files change: it must never outlive what it points to."""
        self._known = None
        self._files.remove(self._index_path)
        self._files.flush_folder(self._folder)

    def _path(self, year: int) -> Path:
        return self._folder / f"{year:04}" / f"{self._name}.jsonl"

    @property
    def _index_path(self) -> Path:
        return self._folder / f"{self._name}.index"


def _identity(fact: Fact) -> tuple[str, str]:
    return TABLES[type(fact)], fact.key


def _entries(fact: Fact, place: Place) -> bytes:
    """The entries of one line: a message is found by its Message-ID too."""
    found = entry(*_identity(fact), place)
    if isinstance(fact, Message) and fact.message_id not in ("", fact.key):
        found += entry("id", fact.message_id, place)
    return found
