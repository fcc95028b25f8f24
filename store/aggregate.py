"""One aggregate in memory: its facts, and the TinyDB documents that the next commit writes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from tinydb import TinyDB
from tinydb.table import Document, Table

from relationship.facts import TABLES, Fact, Facts
from store.codec import KINDS, CodecError, Doc, NewerError, decode, encode
from store.json_data import dump_tables, parse, written_tables
from store.migrations import Schema
from store.staging import StagingStorage, Tables

_ABOUT = "schema"  # the table that holds the file's version


def merged(facts: Facts, added: Iterable[Fact], dropped: Iterable[Fact] = ()) -> Facts:
    """A copy with facts added (each last in its table) and dropped; what the caller holds stays as it is."""
    tables = {table: getattr(facts, table) for table in KINDS}
    copied: set[str] = set()

    def table_of(fact: Fact) -> dict[str, Fact]:
        name = TABLES[type(fact)]
        if name not in copied:
            copied.add(name)
            tables[name] = dict(tables[name])
        table: dict[str, Fact] = tables[name]
        return table

    for fact in added:
        table = table_of(fact)
        table.pop(fact.key, None)
        table[fact.key] = fact
    for fact in dropped:
        table_of(fact).pop(fact.key, None)
    return Facts(**tables)


def latest(facts: Iterable[Fact]) -> list[Fact]:
    """Of equal keys the last one."""
    return list({(type(fact), fact.key): fact for fact in facts}.values())


def news(facts: Facts, added: Iterable[Fact]) -> list[Fact]:
    """Those that are not there as they are; of equal keys the last one."""
    return [fact for fact in latest(added) if facts.table(type(fact)).get(fact.key) != fact]


def every_fact(facts: Facts) -> Iterable[Fact]:
    """All facts of an aggregate, table by table."""
    return (fact for table in KINDS for fact in getattr(facts, table).values())


class _FactTable(Table):
    """A TinyDB table whose documents are named by their facts' keys."""

    document_id_class = str  # type: ignore[assignment]


class _Database(TinyDB):
    table_class = _FactTable

    @property
    def staging(self) -> StagingStorage:
        return cast(StagingStorage, self.storage)


class Aggregate:
    """Staged, then committed; where a commit fails, it is as it was.

    The documents are held from the first change on, until `release`: most aggregates rest most of the time.
    """

    def __init__(
        self, facts: Facts, schema: Schema, file: Callable[[], bytes | None], save: Callable[[bytes], None]
    ) -> None:
        self.facts = facts
        self._next = facts
        self._schema = schema
        self._file = file  # what was saved last
        self._save = save
        self._db: _Database | None = None

    @property
    def staged(self) -> bool:
        """Whether there is something to commit."""
        return self._db is not None and self._db.staging.staged

    @property
    def size(self) -> int:
        """How many facts are live."""
        return sum(len(getattr(self.facts, table)) for table in KINDS)

    @property
    def has_documents(self) -> bool:
        """Whether they are held."""
        return self._db is not None

    def stage(self, added: Iterable[Fact], dropped: Iterable[Fact] = ()) -> None:
        """Work towards the next commit; ValueError, and nothing staged, for a fact that cannot be written."""
        added, dropped = list(added), list(dropped)
        if not added and not dropped:
            return
        put = _by_table((fact, Document(encode(fact), fact.key)) for fact in added)  # type: ignore[arg-type]
        gone = _by_table((fact, None) for fact in (*added, *dropped))
        if self._db is None:
            documents = self._written() or tables_of(self.facts, self._schema)
            self._db = _Database(storage=lambda: StagingStorage(documents, self._write))
        for name, keys in gone.items():
            table = self._db.table(name, cache_size=0)
            table.remove(doc_ids=keys)  # type: ignore[arg-type]
            table.insert_multiple(put.get(name, {}).values())
        self._next = merged(self._next, added, dropped)

    def commit(self) -> None:
        """Save what is staged."""
        if self._db is not None:
            self._db.staging.commit()
            self.facts = self._next

    def rollback(self) -> None:
        """Forget what is staged."""
        if self._db is not None:
            self._db.staging.rollback()
            self._next = self.facts

    def release(self) -> None:
        """Let go of the documents."""
        self._db = None

    def _written(self) -> Tables | None:
        """The documents as they stand in the file; None where these are not the facts that are known."""
        try:
            tables: Tables = {**written_tables(self._file() or b"")}
        except ValueError:
            return None
        if any(list(tables.get(name, ())) != list(getattr(self.facts, name)) for name in KINDS):
            return None
        return tables | _about(self._schema)

    def _write(self, tables: Tables) -> None:
        self._save(dump_tables(tables))


def _by_table(pairs: Iterable[tuple[Fact, Any]]) -> dict[str, dict[str, Any]]:
    """By table and key; of equal keys the last one counts."""
    tables: dict[str, dict[str, Any]] = {}
    for fact, item in pairs:
        tables.setdefault(TABLES[type(fact)], {})[fact.key] = item
    return tables


def tables_of(facts: Facts, schema: Schema) -> Tables:
    """The documents of an aggregate, by table and key."""
    tables = _about(schema)
    for name in KINDS:
        if kept := getattr(facts, name):
            tables[name] = {key: encode(fact) for key, fact in kept.items()}
    return tables


def _about(schema: Schema) -> Tables:
    return {_ABOUT: {"version": {"number": schema.version}}}


def read_facts(content: bytes, schema: Schema) -> tuple[Facts, int]:
    """A live file's facts as of this schema, and its version; CodecError, NewerError."""
    data = parse(content)
    try:
        version = schema.check(data.pop(_ABOUT)["version"]["number"])
    except (KeyError, TypeError) as error:
        raise CodecError("it does not say which schema it has") from error
    unknown = data.keys() - KINDS.keys()
    if unknown:
        raise NewerError(f"it holds {min(unknown)!r}, which this version does not know")
    facts = Facts()
    for name, docs in data.items():
        getattr(facts, name).update(_facts(name, schema.migrate(docs, name, version)))
    return facts, version


def _facts(table: str, docs: Mapping[str, Doc]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for key, doc in docs.items():
        fact = decode(KINDS[table], doc)
        if fact.key != key:
            raise CodecError(f"the {table} fact {key!r} calls itself {fact.key!r}")
        found[fact.key] = fact
    return found
