"""The live files: one aggregate each, read when it is wanted, replaced as a whole.

Those that were used last are kept in memory, so that the daemon stays small however long a history is live.

A file that cannot be read is renamed to `<file>.damaged-<time of its last change>`, and its aggregate refuses
to load or commit until somebody has looked: one that began anew would not know what was sent already. All
others go on.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from relationship.facts import Fact, Facts
from store.aggregate import Aggregate, read_facts, tables_of
from store.codec import CodecError, NewerError
from store.files import Files, explained
from store.json_data import dump_tables
from store.keys import checked
from store.migrations import Schema, newer
from store.protocol import OWNER, StoreError
from store.recent import Recent

DAMAGED = ".damaged-"
BEFORE = ".before-schema-"  # the copy that is kept of a file that was migrated
MOST_FACTS = 6000  # that are kept in memory, of all aggregates together
MOST_DOCUMENTS = 8000  # the same facts as TinyDB has them, of the aggregates that changed last


class Shelf:
    """All aggregates of a data folder."""

    def __init__(self, folder: Path, files: Files, schema: Schema, writable: bool) -> None:
        self._folder = folder
        self._files = files
        self._schema = schema
        self._writable = writable
        self._open: Recent[Aggregate] = Recent(MOST_FACTS)
        self._changed: Recent[Aggregate] = Recent(MOST_DOCUMENTS)
        self._sound: set[str] = set()  # what was read once, and is not damaged
        self._unflushed: set[Path] = set()  # folders whose last flush failed, or is still to come
        self._names = self._list() if writable else None  # nobody else writes while we hold the lock
        self.damaged = self._list_set_aside()

    def names(self) -> set[str]:
        """Keys of all aggregates that can be read."""
        return (self._list() if self._names is None else self._names) - self.damaged.keys()

    def aggregate(self, name: str) -> Aggregate:
        """The aggregate; StoreError where its file is damaged, or a newer version's."""
        known = self._open.get(name)
        if known is None:
            known = self._read(name)
            self._sound.add(name)
            self._keep(name, known)
        return known

    def must_be_sound(self, names: Iterable[str]) -> None:
        """StoreError where one of these cannot be read; most were read before."""
        for name in names:
            if name not in self._sound:
                self.aggregate(name)

    def change(self, name: str, added: Iterable[Fact], dropped: Iterable[Fact]) -> None:
        """Save an aggregate with facts added and dropped, all or none; durable once `flush` returns."""
        aggregate = self.aggregate(name)
        try:
            aggregate.stage(added, dropped)
            if aggregate.staged:
                self._unflushed.add(self.path(name).parent)
                aggregate.commit()
                if self._names is not None:
                    self._names.add(name)
        finally:
            aggregate.rollback()
            self._keep(name, aggregate)

    def _keep(self, name: str, aggregate: Aggregate) -> None:
        for gone, unused in self._open.put(name, aggregate, aggregate.size + 1):
            self._changed.drop(gone)
            unused.release()  # it and its documents hold each other
        if aggregate.has_documents:
            for _, rests in self._changed.put(name, aggregate, aggregate.size):
                rests.release()

    def rest(self, name: str) -> None:
        """Keep an aggregate's documents in memory no longer: it will not change soon."""
        if known := self._open.get(name):
            known.release()
        self._changed.drop(name)

    def let_go(self, name: str) -> None:
        """Keep an aggregate in memory no longer; it is read again when it is wanted."""
        self.rest(name)
        self._open.drop(name)

    def flush(self) -> None:
        """A folder stays listed until its flush succeeds, so that a commit that is repeated waits for it."""
        for folder in sorted(self._unflushed):
            self._files.flush_folder(folder)
            self._unflushed.discard(folder)

    def path(self, name: str) -> Path:
        """Where an aggregate lies."""
        return (
            self._folder / "owner.json"
            if name == OWNER
            else self._folder / "contractors" / f"{checked(name)}.json"
        )

    def copies(self, of: str = "*") -> list[Path]:
        """Damaged files and those from before a migration, of all aggregates or of one."""
        folders = (self._folder, self._folder / "contractors")
        return [
            p
            for f in folders
            for mark in (DAMAGED, BEFORE)
            for p in self._files.matching(f, f"{of}.json{mark}*")
        ]

    def edit_copies(self, change: Callable[[bytes], bytes]) -> None:
        """Write copies anew, durable on return."""
        for copy in self.copies():
            self._files.replace(copy, change(self._files.read(copy) or b""))
            self._files.flush_folder(copy.parent)

    def remove(self, name: str) -> None:
        """Remove an aggregate's file and all copies of it, durable on return."""
        path = self.path(name)
        for copy in self.copies(name):
            self._files.remove(copy)
        self._files.remove(path)
        self._files.flush_folder(path.parent)
        self._open.drop(name)
        self._changed.drop(name)
        self._sound.discard(name)
        self.damaged.pop(name, None)
        if self._names is not None:
            self._names.discard(name)

    def _list(self) -> set[str]:
        contractors = self._files.matching(self._folder / "contractors", "*.json")
        return {path.stem for path in (*contractors, *self._files.matching(self._folder, "owner.json"))}

    def _list_set_aside(self) -> dict[str, str]:
        """The aggregates that have nothing but a damaged file."""
        aside = {copy.name.partition(".")[0]: copy for copy in self.copies() if DAMAGED in copy.name}
        return {
            name: _advice(self.path(name), copy) for name, copy in aside.items() if name not in self._list()
        }

    # -- one file ------------------------------------------------------------------------------------------

    def _read(self, name: str) -> Aggregate:
        path = self.path(name)
        content = self._files.read(path)
        if content is None:
            if name in self.damaged:
                raise StoreError(self.damaged[name])
            return self._aggregate(path, Facts())
        try:
            facts, version = read_facts(content, self._schema)
        except NewerError as error:
            raise StoreError(newer(path, error)) from error
        except CodecError as error:
            self.damaged[name] = self._set_aside(path, error)
            raise StoreError(self.damaged[name]) from error
        if version < self._schema.version and self._writable:
            self._keep_migrated(path, content, version, facts)
        return self._aggregate(path, facts)

    def _aggregate(self, path: Path, facts: Facts) -> Aggregate:
        files = self._files
        return Aggregate(
            facts, self._schema, lambda: files.read(path), lambda content: files.replace(path, content)
        )

    def _keep_migrated(self, path: Path, old: bytes, version: int, facts: Facts) -> None:
        """The old file is safe beside it before the new one takes its place."""
        self._files.replace(path.with_name(f"{path.name}{BEFORE}{version + 1}"), old)
        self._files.flush_folder(path.parent)
        self._files.replace(path, dump_tables(tables_of(facts, self._schema)))
        self._files.flush_folder(path.parent)

    def _set_aside(self, path: Path, error: CodecError) -> str:
        if not self._writable:
            return f"{path} is damaged ({error}): the daemon sets it aside when it next starts."
        with explained(path):
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            aside = path.with_name(f"{path.name}{DAMAGED}{changed:%Y%m%dT%H%M%SZ}")
            path.replace(aside)
        self._files.flush_folder(path.parent)
        if self._names is not None:
            self._names.discard(path.stem)
        return _advice(path, aside)


def _advice(path: Path, aside: Path) -> str:
    return (
        f"{path} was damaged and is set aside as {aside.name}: put a good copy back from a backup, or remove "
        f"{aside.name} to begin anew without that history; then start again. Until then, nothing is sent."
    )
