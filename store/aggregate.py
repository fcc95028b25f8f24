"""One aggregate: its facts in memory, and what its live file says."""

from collections.abc import Iterable, Mapping
from typing import Any

from tinydb import TinyDB
from tinydb.table import Document, Table

from relationship.correspondence.ordering import Signs
from relationship.facts import TABLES, Fact, Facts
from relationship.facts.messages import Message
from store.codec import KINDS, CodecError, Doc, NewerError, decode, encode
from store.json_data import parse
from store.lines import is_laid_out, search
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


def with_changes(content: bytes, added: Iterable[Fact], dropped: Iterable[Fact]) -> bytes:
    """A live file with facts added (each last in its table) and dropped; the same where it says so already.

    ValueError for a fact that cannot be written.
    """
    put = _by_table((fact, Document(encode(fact), fact.key)) for fact in added)  # type: ignore[arg-type]
    gone = _by_table((fact, None) for fact in dropped)
    keys = {name: (*put.get(name, ()), *gone.get(name, ())) for name in {**put, **gone}}
    storage = StagingStorage(content, keys)
    database = _Database(storage=lambda: storage)
    for name, known in storage.read().items():
        table = database.table(name, cache_size=0)
        new = {key: doc for key, doc in put.get(name, {}).items() if known.get(key) != doc}
        table.remove(doc_ids=known.keys() & {*new, *gone.get(name, ())})  # type: ignore[arg-type]
        table.insert_multiple(new.values())
    return storage.content


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


def stands_in(content: bytes, facts: Facts) -> bool:
    """Whether a live file says these facts as we write them: then it can be changed line by line."""
    return is_laid_out(content, {name: getattr(facts, name) for name in KINDS})


def named_in(content: bytes, looked_for: Signs) -> list[Message]:
    """The messages in a live file that have one of these signs."""
    table, ids, fingerprints = TABLES[Message], looked_for.ids, looked_for.fingerprints
    docs = search(content, table, looked_for.keys, message_id=ids, fingerprint=fingerprints)
    return [fact for fact in _facts(table, docs).values() if isinstance(fact, Message)]


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
