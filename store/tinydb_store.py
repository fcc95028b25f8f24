"""The store on TinyDB: one file per aggregate, replaced as a whole, and yearly files beside it.

    owner.json                    the owner's aggregate
    contractors/<key>.json        one aggregate per contractor
    archive/<year>/<key>.jsonl    closed facts
    archive/<key>.index           where each of them lies (derived)
    cursor.json, heartbeat.json   how far the mailbox was read; the last poll
    requests/, set-aside/         what commands ask; mails that could not be understood
    lock                          held by the daemon

What a commit promises is on the disk when it returns: the file, its name, its folder. Whatever dies in
between, a file holds the facts of before or those of after. Facts are added to the yearly files before they
leave the live one, so a crash between the two leaves them in both, and the live ones count.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from relationship.facts import Fact, Facts
from relationship.facts.messages import Message
from store.aggregate import every_fact, latest
from store.archive import Archive
from store.codec import CodecError, NewerError, decode, encode
from store.evidence import Evidence
from store.files import Files
from store.json_data import dump, parse
from store.lock import Lock
from store.migrations import Schema, newer
from store.person import Person, changes, cleaned_copy, cleaned_line, exported, person, without
from store.protocol import NO_CONVERSATIONS, OWNER, Cursor, Heartbeat, StoreError
from store.recent import Recent
from store.requests import Requests
from store.shelf import Shelf

MOST_PLACES = 400_000  # of sixteen bytes, in the indexes that are kept in memory

Small = TypeVar("Small", Cursor, Heartbeat)


class TinyStore:
    """See `store.protocol.Store` for what each method promises.

    With `read_only` it takes no lock and changes nothing (but for `request`), so that commands can read
    beside the daemon. `files` and `schema` are for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read_only: bool = False,
        files: Files | None = None,
        schema: Schema | None = None,
    ) -> None:
        self._folder = folder
        self._files = files or Files()
        self._schema = schema or Schema()
        self._lock = None if read_only else self._prepare()
        self._shelf = Shelf(folder, self._files, self._schema, not read_only, self._must_be_in_place)
        self._archives: Recent[Archive] = Recent(MOST_PLACES)
        self._flaws: dict[str, set[str]] = {}  # by aggregate, archived lines that could not be read
        self._cursor: Cursor | None = None  # as we last wrote or read it; others read it anew each time
        self._requests = Requests(folder / "requests", self._files)
        self._evidence = Evidence(folder / "set-aside", self._files)

    def _prepare(self) -> Lock:
        """Make the folders, take the lock, sweep away what torn writes left."""
        self._files.make_folder(self._folder)
        lock = Lock(self._folder / "lock")
        folders = [self._folder / name for name in ("contractors", "archive", "requests", "set-aside")]
        for folder in folders:
            self._files.make_folder(folder)
        for folder in (self._folder, *folders, *self._files.matching(self._folder / "archive", "[0-9]" * 4)):
            self._files.sweep(folder)
        return lock

    # -- facts ---------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Keys of all aggregates that can be read."""
        return tuple(sorted(self._shelf.names()))

    def load(self, name: str) -> Facts:
        """The live facts of an aggregate."""
        return self._shelf.facts(name)

    def let_go(self, name: str) -> None:
        """Keep nothing of an aggregate in memory."""
        self._shelf.let_go(name)
        self._archives.drop(name)

    def commit(self, name: str, facts: Iterable[Fact]) -> None:
        """Add facts to an aggregate."""
        self.commit_many({name: facts})

    def commit_many(self, facts: Mapping[str, Iterable[Fact]]) -> None:
        """Add facts to many aggregates."""
        self._shelf.must_be_sound(facts)
        self._change((name, latest(added), []) for name, added in facts.items())

    def alike(self, name: str, seen: Collection[Message]) -> list[Message]:
        """The live messages that may be one of these."""
        return self._shelf.alike(name, seen)

    def archive(
        self,
        name: str,
        facts: Iterable[Fact],
        conversation_of: Mapping[str, str] = NO_CONVERSATIONS,
        left: Iterable[Fact] = (),
    ) -> None:
        """Move closed facts to the yearly files."""
        closed = latest(facts)
        if closed:
            self._must_be_writable()
            self._shelf.must_be_sound([name])  # one that is damaged refuses before anything is written
            self._archive(name).add(closed, conversation_of)
            self._change([(name, latest(left), closed)])
            self._archives.drop(name)

    def history(self, name: str) -> Iterator[Fact]:
        """The archived facts that are not live."""
        live = self.load(name)
        return (fact for fact in self._archive(name).facts() if fact.key not in live.table(type(fact)))

    def conversation_of(self, name: str, message_id: str) -> str | None:
        """The conversation of an archived message."""
        line = self._archive(name).message(message_id)
        return line.conversation if line else None

    def archived_message(self, name: str, message_id: str) -> Message | None:
        """The archived message with this key or Message-ID."""
        line = self._archive(name).message(message_id)
        return line.fact if line and isinstance(line.fact, Message) else None

    def conversation_near(self, name: str, reference: str) -> str | None:
        """The conversation of an archived message that names this id or hint."""
        line = self._archive(name).naming(reference)
        return line.conversation if line else None

    def archived(self, name: str, conversation: str) -> tuple[Fact, ...]:
        """The archived facts of a conversation."""
        return self._archive(name).conversation(conversation)

    def damaged(self) -> Mapping[str, str]:
        """What could not be read so far."""
        flaws = {name: "; ".join(sorted(lines)) for name, lines in self._flaws.items() if lines}
        return {**flaws, **self._shelf.damaged}

    def damaged_of(self, addresses: Collection[str]) -> str | None:
        """The damaged aggregate of whoever has one of these addresses."""
        return self._shelf.damaged_of(addresses)

    def export(self, name: str) -> dict[str, object]:
        """All that is kept about one contractor."""
        own = self._all(name)
        who = person(name, own)
        facts = exported(who, own, () if name == OWNER else self._all(OWNER))
        return facts | {"set_aside": self._evidence.about(who.is_named_in)}

    def forget(self, name: str) -> None:
        """Remove an aggregate and every mention of the person.

        The person's own facts go last, as they say what to look for: after a crash this begins again.
        """
        self._must_be_writable()
        who = self._person(name)
        for other in {*self.names(), *self._shelf.damaged} - {name}:
            if other not in self._shelf.damaged:
                self._change([(other, *changes(every_fact(self.load(other)), who))])
            self._archive(other).edit(partial(cleaned_line, who=who))
        self._shelf.edit_copies(partial(cleaned_copy, who=who))
        self._evidence.forget(who.is_named_in)
        cursor, beat = without(self.cursor(), self.heartbeat(), who)
        self.move_cursor(cursor)
        if beat != self.heartbeat():
            self.beat(beat)
        self._archive(name).remove()
        self._shelf.remove(name)
        self._requests.forget(name)
        self._archives.drop(name)
        self._flaws.pop(name, None)

    def _all(self, name: str) -> list[Fact]:
        return [*self.history(name), *every_fact(self.load(name))]

    def _person(self, name: str) -> Person:
        """Who it is; of an aggregate that is damaged only what is archived is known."""
        profiles = (self.load(other).profile.values() for other in self.names() if other != name)
        others = {profile.name for those in profiles for profile in those}
        others |= {*self.names(), *self._shelf.damaged} - {name}
        try:
            return person(name, self._all(name), others)
        except StoreError:
            return person(name, self._archive(name).facts(), others)

    def _change(self, changes: Iterable[tuple[str, list[Fact], list[Fact]]]) -> None:
        """Add and drop facts, each aggregate all or none; a folder is flushed once for all of its files."""
        self._must_be_writable()
        try:
            for name, added, dropped in changes:
                self._shelf.change(name, added, dropped)
        finally:
            self._shelf.flush()

    def _archive(self, name: str) -> Archive:
        known = self._archives.get(name)
        if known is None:
            folder, writable = self._folder / "archive", self._lock is not None
            flaws = self._flaws.setdefault(name, set())
            known = Archive(folder, name, self._files, self._schema, writable, flaws, self._must_be_in_place)
        self._archives.put(name, known, known.weight + 1)
        return known

    def _must_be_writable(self) -> None:
        if self._lock is None:
            raise StoreError(f"The data folder {self._folder} was opened for reading only.")
        self._must_be_in_place()

    def _must_be_in_place(self) -> None:
        """What the daemon asks at each tick tells it, too, that its folder is gone."""
        if self._lock:
            self._lock.must_hold()

    # -- the mailbox ---------------------------------------------------------------------------------------

    def cursor(self) -> Cursor:
        """How far the mailbox was read."""
        known = self._cursor or self._read_small("cursor", Cursor())
        if self._lock:
            self._cursor = known
        return known

    def move_cursor(self, cursor: Cursor) -> None:
        """Keep the cursor; while somebody's file is damaged only in memory: whoever mends it reads on from there."""
        self._must_be_writable()
        if cursor != self._cursor and self._shelf.damaged:
            self._cursor = cursor
        elif cursor != self._cursor:
            self._files.replace(self._folder / "cursor.json", self._small(cursor))
            self._files.flush_folder(self._folder)
            self._cursor = cursor

    def heartbeat(self) -> Heartbeat:
        """The last poll."""
        self._must_be_in_place()
        return self._read_small("heartbeat", Heartbeat())

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep the heartbeat."""
        self._must_be_writable()
        self._files.overwrite(self._folder / "heartbeat.json", self._small(heartbeat))

    def set_aside(self, name: str, evidence: bytes) -> bool:
        """Keep a mail that could not be understood; False where it is kept already."""
        self._must_be_writable()
        return self._evidence.keep(name, evidence)

    def _read_small(self, name: str, default: Small) -> Small:
        """The file's content; the default where there is none that can be read: it is made anew then."""
        path = self._folder / f"{name}.json"
        content = self._files.read(path)
        try:
            if content:
                data = parse(content)
                self._schema.check(data.pop("schema", 0))
                return decode(type(default), data)
        except NewerError as error:
            raise StoreError(newer(path, error)) from error
        except CodecError:
            pass
        return default

    def _small(self, value: Cursor | Heartbeat) -> bytes:
        return dump({"schema": self._schema.version, **encode(value)})

    # -- what commands ask ---------------------------------------------------------------------------------

    def requests(self) -> tuple[tuple[str, str], ...]:
        """What commands asked, oldest first."""
        self._must_be_in_place()
        return self._requests.all()

    def request(self, verb: str, argument: str) -> None:
        """Drop a request."""
        self._files.make_folder(self._folder)
        self._requests.drop(verb, argument)

    def answered(self, verb: str, argument: str) -> None:
        """Take the oldest such request away."""
        self._requests.take(verb, argument)

    def close(self) -> None:
        """Let others have the data folder."""
        if self._lock:
            self._lock.release()
