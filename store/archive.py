"""The archive of one aggregate: its yearly files, and an index that says where each fact lies.

A fact stays in the year under which it was first archived, so that of several lines with one key the last in
its file is the one that counts.

`archive/<name>.index` holds places by key, by Message-ID and by conversation: a message is known again, and a
conversation found again, at the same cost however much is archived. It is derived, and written after the
lines: what it lacks after a crash is read from the yearly files, and lost it is made anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

from relationship.facts import TABLES, Fact
from relationship.facts.messages import Message, leads
from store.files import Files
from store.index import LOOSE, Index, Place, entry, marks
from store.migrations import Schema
from store.yearly import Line, YearlyFiles, year_of

NAMED = "near"  # how the index calls references and hints


def told(fact: Fact, conversation_of: Mapping[str, str]) -> str:
    """The conversation that a fact belongs to; a letter knows it by itself."""
    return conversation_of.get(fact.key, getattr(fact, "conversation", ""))


class Archive:
    """One aggregate's closed facts."""

    def __init__(
        self,
        folder: Path,
        name: str,
        files: Files,
        schema: Schema,
        writable: bool,
        flaws: set[str],
        must_be_in_place: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._path = folder / f"{name}.index"
        self._files = files
        self._yearly = YearlyFiles(folder, name, files, schema, flaws)
        self._writable = writable
        self._must_be_in_place = must_be_in_place
        self._known: Index | None = None

    @property
    def weight(self) -> int:
        """Of what is held in memory, in places of the index."""
        return self._known.weight if self._known else 0

    # -- reading ---------------------------------------------------------------------------------------------

    def _years(self) -> list[int]:
        """The years in which there is a file; no years while the folder is away would be no history."""
        years = self._yearly.years()
        self._must_be_in_place()
        return years

    def facts(self) -> Iterator[Fact]:
        """Every fact once, as it was last, oldest year first."""
        return (
            line.fact for year in self._years() for line in self._yearly.lines(year) if self._is_last(line)
        )

    def message(self, message_id: str) -> Line | None:
        """The line of a message, by its key, else by its Message-ID."""
        for sort in (TABLES[Message], "id"):
            place = self._index.get(sort, message_id)
            line = self._yearly.line(place) if place else None
            if (
                line
                and isinstance(line.fact, Message)
                and message_id in (line.fact.key, line.fact.message_id)
            ):
                return line
        return None

    def naming(self, reference: str) -> Line | None:
        """The line of a message that has this key, or carries this id or hint, as its own or as a reference."""
        place = self._index.get(NAMED, reference)
        line = self._yearly.line(place) if place else self.message(reference)
        if line and isinstance(line.fact, Message) and reference in (line.fact.key, *leads(line.fact)):
            return line
        return None

    def conversation(self, conversation: str) -> tuple[Fact, ...]:
        """The facts that were last archived as this conversation's."""
        if not conversation:
            return ()
        lines = (self._yearly.line(place) for place in _members(self._index, conversation))
        return tuple(
            line.fact for line in lines if line and line.conversation == conversation and self._is_last(line)
        )

    def _is_last(self, line: Line) -> bool:
        return self._index.get(*_identity(line.fact)) == line.place

    # -- the index -------------------------------------------------------------------------------------------

    @property
    def _index(self) -> Index:
        if self._known is None:
            self._known = self._load_index()
        return self._known

    def _load_index(self) -> Index:
        """The index as it lies there, completed; made anew where it does not fit the yearly files."""
        content = self._files.read(self._path) or b""
        index = Index(content)
        if not self._fits(index):
            index = Index(b"")
        index.grow(_entries(self._unknown_lines(index.last), index))
        if self._writable and (index.size != len(content) or index.loose > LOOSE):
            content = index.content()
            self._files.replace(self._path, content)
            index = Index(content)
        return index

    def _fits(self, index: Index) -> bool:
        years = set(self._years())
        return all(
            year in years and self._yearly.begins_line(Place(year, at)) for year, at in index.last.items()
        )

    def _unknown_lines(self, last: Mapping[int, int]) -> Iterator[Line]:
        """The lines after the last ones that are known."""
        for year in self._years():
            for line in self._yearly.lines(year, last.get(year, 0)):
                if line.place.offset != last.get(year):
                    yield line

    # -- writing ---------------------------------------------------------------------------------------------

    def add(self, facts: Iterable[Fact], conversation_of: Mapping[str, str]) -> None:
        """Append facts, durable on return."""
        by_year: dict[int, list[tuple[str, Fact]]] = {}
        for fact in facts:
            place = self._index.get(*_identity(fact))
            year = place.year if place else year_of(fact)
            by_year.setdefault(year, []).append((told(fact, conversation_of), fact))
        try:
            lines = [line for year in sorted(by_year) for line in self._yearly.append(year, by_year[year])]
            entries = _entries(lines, self._index)
            self._files.append(self._path, entries, self._index.size)
            self._index.grow(entries)
        except BaseException:
            self._known = None  # what did arrive is found when it is next read
            raise

    def remove(self) -> None:
        """Remove all of it."""
        self._remove_index()
        for year in self._years():
            self._files.remove(self._yearly.path(year))
            self._files.flush_folder(self._yearly.path(year).parent)

    def edit(self, change: Callable[[bytes], bytes]) -> None:
        """Write those yearly files anew of whose lines `change` makes something else."""
        for year in self._years():
            new = self._yearly.edited(year, change)
            if new is not None:
                self._remove_index()
                self._files.replace(self._yearly.path(year), new)
                self._files.flush_folder(self._yearly.path(year).parent)

    def _remove_index(self) -> None:
        """Before the yearly files change: it must never outlive what it points to."""
        self._known = None
        self._files.remove(self._path)
        self._files.flush_folder(self._folder)


def _identity(fact: Fact) -> tuple[str, str]:
    return TABLES[type(fact)], fact.key


def _members(index: Index, conversation: str) -> Iterator[Place]:
    """Where the lines of a conversation lie: they are numbered in the index."""
    for number in count():
        place = index.get("in", f"{number} {conversation}")
        if place is None:
            return
        yield place


def _entries(lines: Iterable[Line], index: Index) -> bytes:
    """What the index shall say of new lines: key, other ids and hints, number in the conversation."""
    lines, found = list(lines), bytearray()
    ids = {line.fact.message_id for line in lines if isinstance(line.fact, Message)}
    numbers: dict[str, int] = {}
    last: dict[int, int] = {}
    for line in lines:
        last[line.place.year] = line.place.offset
        found += entry(*_identity(line.fact), line.place)
        if isinstance(line.fact, Message):
            if line.fact.message_id not in ("", line.fact.key):
                found += entry("id", line.fact.message_id, line.place)
            for name in {*leads(line.fact)} - ids:
                found += entry(NAMED, name, line.place)
        if line.conversation:
            number = numbers.get(line.conversation)
            if number is None:
                number = sum(1 for _ in _members(index, line.conversation))
            found += entry("in", f"{number} {line.conversation}", line.place)
            numbers[line.conversation] = number + 1
    return bytes(found) + marks(last)
