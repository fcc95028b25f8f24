"""Facts as plain JSON data, and back.

What a fact's dataclass says is all there is to know: the converters are built once from its type hints.
Fields that hold their default are left out, so that files stay small and a field added later needs no
migration. Moments are written in UTC, ISO 8601. Reading is strict: data that is no such fact is an error,
never a guess.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from relationship.facts import TABLES, Fact
from store.protocol import Cursor, Heartbeat

Doc = dict[str, Any]  # one fact as plain JSON data
Kept = TypeVar("Kept")  # a fact, the cursor, the heartbeat
Convert = Callable[[Any], Any]

KINDS: dict[str, type[Fact]] = {table: kind for kind, table in TABLES.items()}
_REQUIRED = object()  # equal to no value, so that a field without a default is always written


class CodecError(ValueError):
    """Data that is no such fact; it was damaged, or edited by hand."""


class NewerError(CodecError):
    """Data that a newer version wrote: sound, but not understood here."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one field is written and read; `pack` is None where the value is plain already."""

    name: str
    default: object
    pack: Convert | None
    unpack: Convert


def encode(fact: Fact | Cursor | Heartbeat) -> Doc:
    """A fact as plain JSON data; ValueError for a moment without a zone."""
    return _pack(fact)


def decode(kind: type[Kept], doc: object) -> Kept:
    """The fact that `encode` made this of; CodecError, or NewerError for a field of a newer version."""
    try:
        return _unpack(kind, doc)  # type: ignore[no-any-return]
    except CodecError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        raise CodecError(f"this is no {kind.__name__}: {error}") from error


def _pack(value: Any) -> Doc:
    doc: Doc = {}
    parts, packing = _packing(value.__class__)
    for part, (name, default, pack) in zip(parts(value), packing, strict=True):
        if part is not default and part != default:
            doc[name] = pack(part) if pack else part
    return doc


def _unpack(kind: Any, doc: object) -> Any:
    if not isinstance(doc, Mapping):
        raise CodecError(f"this is no {kind.__name__}: {type(doc).__name__} where an object was expected")
    readers = _readers(kind)
    if not doc.keys() <= readers.keys():
        unknown = min(doc.keys() - readers.keys())
        raise NewerError(f"{kind.__name__} has a field {unknown!r} that this version does not know")
    return kind(**{name: readers[name](value) for name, value in doc.items()})


@cache
def _packing(kind: Any) -> tuple[Convert, tuple[tuple[str, object, Convert | None], ...]]:
    """What takes all fields of a fact at once, and how each is written."""
    plans = _plans(kind)
    parts = attrgetter(*plans) if len(plans) > 1 else lambda value: (getattr(value, *plans),)
    return parts, tuple((plan.name, plan.default, plan.pack) for plan in plans.values())


@cache
def _readers(kind: Any) -> dict[str, Convert]:
    return {name: plan.unpack for name, plan in _plans(kind).items()}


@cache
def _plans(kind: Any) -> dict[str, _Plan]:
    hints = get_type_hints(kind)
    return {part.name: _plan(part, hints[part.name]) for part in fields(kind)}


def _plan(part: Field[Any], hint: Any) -> _Plan:
    default: object = _REQUIRED if part.default is MISSING else part.default
    if part.default_factory is not MISSING:
        default = part.default_factory()
    return _Plan(part.name, default, *_converters(hint))


def _converters(hint: Any) -> tuple[Convert | None, Convert]:
    """How values of this type are written and read."""
    if hint is str:
        return None, _text
    if hint in (int, bool):
        return None, _exactly(hint)
    if hint is datetime:
        return _moment, _read_moment
    if hint is date:
        return date.isoformat, date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _value, _member(hint)
    if is_dataclass(hint):
        return _pack, lambda doc: _unpack(hint, doc)
    if get_origin(hint) in (Union, UnionType):
        return _optional(hint)
    if get_origin(hint) is tuple:
        return _sequence(hint)
    if get_origin(hint) is Mapping:
        return _mapping(hint)
    raise TypeError(f"the store has no way to write {hint}; add one to store/codec.py")


def _optional(hint: Any) -> tuple[Convert | None, Convert]:
    (inner,) = (part for part in get_args(hint) if part is not type(None))
    pack, unpack = _converters(inner)
    read = lambda value: None if value is None else unpack(value)  # noqa: E731
    return (lambda value: None if value is None else pack(value)) if pack else None, read


def _sequence(hint: Any) -> tuple[Convert, Convert]:
    """Both sorts of tuple: `tuple[str, ...]`, and `tuple[str, int]` with a type for each place."""
    inner = get_args(hint)
    if inner[-1] is Ellipsis:
        pack, unpack = _converters(inner[0])
        write = (lambda value: [pack(part) for part in value]) if pack else list
        return write, lambda value: tuple(unpack(part) for part in _list(value))
    pairs = [_converters(part) for part in inner]
    return (
        lambda value: [pack(part) if pack else part for (pack, _), part in zip(pairs, value, strict=True)],
        lambda value: tuple(unpack(part) for (_, unpack), part in zip(pairs, _list(value), strict=True)),
    )


def _mapping(hint: Any) -> tuple[Convert, Convert]:
    pack, unpack = _converters(get_args(hint)[1])
    return (
        lambda value: {key: pack(part) if pack else part for key, part in value.items()},
        lambda value: {key: unpack(part) for key, part in value.items()},
    )


def _text(value: object) -> str:
    """Each text is held once: mails of one person say much alike, and name each other."""
    if type(value) is not str:
        raise CodecError(f"{value!r} where a str was expected")
    return _once(value)


@lru_cache(maxsize=2048)  # a few conversations' worth: what is named in more is rare
def _once(text: str) -> str:
    return text


def _exactly(kind: type) -> Convert:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise CodecError(f"{value!r} where a {kind.__name__} was expected")
        return value

    return read


def _member(kind: type[Enum]) -> Convert:
    known: dict[object, Enum] = {member.value: member for member in kind}

    def read(value: object) -> Enum:
        if value in known:
            return known[value]
        if isinstance(value, str):
            raise NewerError(f"{value!r} is no {kind.__name__} that this version knows")
        return kind(value)

    return read


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise CodecError(f"{value!r} where a list was expected")
    return value


def _value(member: Enum) -> object:
    return member.value


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no zone; moments are kept in UTC")
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()


@lru_cache(maxsize=64)  # a mail was often sent, received and seen in one moment, or seen with others
def _read_moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise CodecError(f"{value!r} has no zone")
    return moment
