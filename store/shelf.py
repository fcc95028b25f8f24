"""The live files: one aggregate each, read when it is wanted, replaced as a whole.

The facts of those that were used last are kept in memory, so that the daemon stays small however long a history is
live. To add to one, its facts need not be known: its file is changed line by line (store/lines.py).

A file that cannot be read is renamed to `<file>.damaged-<time of its last change>`, and its aggregate refuses
to load or commit until somebody has looked: one that began anew would not know what was sent already. All
others go on, and what comes meanwhile is read again then, as the cursor stays.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

from relationship.correspondence.ordering import alike, signs
from relationship.facts import Fact, Facts
from relationship.facts.messages import Message
from store.aggregate import merged, named_in, news, read_facts, stands_in, tables_of, with_changes
from store.codec import CodecError, NewerError
from store.files import Files, explained
from store.keys import checked, is_key
from store.lines import dump_tables
from store.migrations import Schema, newer
from store.protocol import OWNER, StoreError
from store.recent import Recent

DAMAGED = ".damaged-"
BEFORE = ".before-schema-"  # the copy that is kept of a file that was migrated
MOST_BYTES = 9_000_000  # of the files whose facts are kept in memory, where they take half as much again
_NAME = re.compile(rb'"profile":\s*\{\s*"name":\s*("(?:[^"\\]|\\.)*")')
_ADDRESSES = re.compile(rb'"addresses":\s*\[([^\]]*)')
FEW = 5  # messages that are looked for in a file


class Shelf:
    """All aggregates of a data folder."""

    def __init__(
        self, folder: Path, files: Files, schema: Schema, writable: bool, must_be_in_place: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._files = files
        self._schema = schema
        self._writable = writable
        self._must_be_in_place = must_be_in_place
        self._open: Recent[Facts] = Recent(MOST_BYTES)
        # What was read once, and is sound: the state in which its file was left, None where it is to be written anew.
        self._left: dict[str, int | None] = {}
        self._unflushed: set[Path] = set()  # folders whose last flush failed, or is still to come
        self._names = self._list() if writable else None  # nobody else writes while we hold the lock
        self.damaged = self._list_set_aside()

    def names(self) -> set[str]:
        """Keys of all aggregates that can be read."""
        return (self._list() if self._names is None else self._names) - self.damaged.keys()

    def facts(self, name: str) -> Facts:
        """The facts of an aggregate; StoreError where its file is damaged, or a newer version's."""
        known = self._open.get(name)
        return self._read(name) if known is None else known

    def alike(self, name: str, seen: Collection[Message]) -> list[Message]:
        """See `store.protocol.Store`; for a few messages a file is searched without reading it."""
        by = signs(seen)
        content = None if len(seen) > FEW or self._open.get(name) else self._as_left(name)
        known = self.facts(name).messages.values() if content is None else named_in(content, by)
        return alike(known, by)

    def must_be_sound(self, names: Iterable[str]) -> None:
        """StoreError where one of these cannot be read; most were read before."""
        for name in names:
            if name not in self._left:
                self.facts(name)

    def change(self, name: str, added: Collection[Fact], dropped: Collection[Fact]) -> None:
        """Save an aggregate with facts added and dropped, all or none; durable once `flush` returns."""
        if not (added or dropped) or self._is_so(name, added, dropped):
            return
        path = self.path(name)
        before = self._as_left(name) or dump_tables(tables_of(self.facts(name), self._schema))
        after = with_changes(before, added, dropped)
        if after is before and self._left[name] is not None:
            return
        self._unflushed.add(path.parent)
        self._files.replace(path, after)
        self._left[name] = self._files.state(path)
        if self._names is not None:
            self._names.add(name)
        if (known := self._open.get(name)) is not None:
            self._keep(name, merged(known, news(known, added), dropped), after)

    def _is_so(self, name: str, added: Collection[Fact], dropped: Collection[Fact]) -> bool:
        """Whether nothing would change, as far as can be told without reading."""
        known, left = self._open.get(name), self._left.get(name)
        if known is None or left is None or news(known, added):
            return False
        return all(fact.key not in known.table(type(fact)) for fact in dropped)

    def _as_left(self, name: str) -> bytes | None:
        """The content of the file, if it is as we left it."""
        path = self.path(name)
        left = self._left.get(name)
        return self._files.read(path) if left is not None and left == self._files.state(path) else None

    def _keep(self, name: str, facts: Facts, content: bytes) -> None:
        """Keep facts in memory; they weigh about as much as their file, whatever they are."""
        self._open.put(name, facts, len(content) + 1)

    def damaged_of(self, addresses: Collection[str]) -> str | None:
        """A damaged file still says whose it was, as a rule: near its top, under `addresses`."""
        wanted = [json.dumps(address, ensure_ascii=False).encode() for address in addresses]
        for name in sorted(self.damaged):
            for path in (self.path(name), *self.copies(name)):
                told = b" ".join(_ADDRESSES.findall(self._files.read(path) or b""))
                if any(address in told for address in wanted):
                    return name
        return None

    def let_go(self, name: str) -> None:
        """Keep an aggregate in memory no longer; it is read again when it is wanted."""
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
        self._left.pop(name, None)
        self.damaged.pop(name, None)
        if self._names is not None:
            self._names.discard(name)

    def _list(self) -> set[str]:
        """What else lies there, of an editor, a file manager or a Mac, is none of ours."""
        contractors = self._files.matching(self._folder / "contractors", "*.json")
        names = {path.stem for path in (*contractors, *self._files.matching(self._folder, "owner.json"))}
        return {name for name in names if is_key(name)}

    def _list_set_aside(self) -> dict[str, str]:
        """The aggregates that have nothing but a damaged file."""
        aside = {copy.name.partition(".")[0]: copy for copy in self.copies() if DAMAGED in copy.name}
        lost = {name for name in aside if is_key(name)} - self._list()
        return {name: self._advice(self.path(name), aside[name]) for name in lost}

    # -- one file ------------------------------------------------------------------------------------------

    def _read(self, name: str) -> Facts:
        path = self.path(name)
        state, content = self._files.state(path), self._files.read(path)
        self._must_be_in_place()  # nothing is there while the folder is away: that is not nobody's history
        if content is None:
            if name in self.damaged:
                raise StoreError(self.damaged[name])
            content, facts = b"", Facts()
        else:
            facts, version = self._understood(name, path, content)
            if version < self._schema.version and self._writable:
                content = self._keep_migrated(path, content, version, facts)
                state = self._files.state(path)
        self._left[name] = state if stands_in(content, facts) else None
        self._keep(name, facts, content)
        return facts

    def _understood(self, name: str, path: Path, content: bytes) -> tuple[Facts, int]:
        try:
            return read_facts(content, self._schema)
        except NewerError as error:
            raise StoreError(newer(path, error)) from error
        except CodecError as error:
            self.damaged[name] = self._set_aside(path, error)
            raise StoreError(self.damaged[name]) from error

    def _keep_migrated(self, path: Path, old: bytes, version: int, facts: Facts) -> bytes:
        """The old file is safe beside it before the new one takes its place."""
        new = dump_tables(tables_of(facts, self._schema))
        self._files.replace(path.with_name(f"{path.name}{BEFORE}{version + 1}"), old)
        self._files.flush_folder(path.parent)
        self._files.replace(path, new)
        self._files.flush_folder(path.parent)
        return new

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
        return self._advice(path, aside)

    def _advice(self, path: Path, aside: Path) -> str:
        whose, rest = "", "nothing is sent"
        if path.stem != OWNER:
            whose, rest = _whose(self._files.read(aside) or b""), "only the others are looked after"
        return (
            f"{path}{whose} was damaged and is set aside as {aside.name}: put a good copy back from a backup, "
            f"or remove {aside.name} to begin anew without that history; then start again. Until then, {rest}."
        )


def _whose(content: bytes) -> str:
    """Such as " (of Ольга Ковальчук)": a file's own name tells little of names in other letters than Latin ones."""
    name = _NAME.search(content)
    try:
        return f" (of {json.loads(name[1])})" if name else ""
    except ValueError:
        return ""
