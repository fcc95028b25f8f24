"""A live file: one JSON object with a line for each fact, found and replaced without reading the others.

    {"schema":{
    "version":{"number":1}
    },
    "messages":{
    "<a key>":{...},
    "<the next one>":{...}
    }}

JSON has no line break within a text, so that a key behind a line break is where its fact begins. All that stays is
taken over as it stands: beside the copying of bytes, a change costs the same however many facts there are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from store.codec import Doc
from store.json_data import dump, parse

FEW = 20  # keys that are looked for one by one; for more, all lines are gone through once
_LINE = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*":)\{.*\},')  # with its key
_BRACE = ord("}")

Span = tuple[int, int]


def dump_tables(tables: Mapping[str, Mapping[str, object]]) -> bytes:
    """The tables of a live file."""
    parts = (
        _head(name) + b",\n".join(_line(key, doc) for key, doc in docs.items()) + b"\n}"
        for name, docs in tables.items()
    )
    return b"{" + b",\n".join(parts) + b"}"


def is_laid_out(content: bytes, keys: Mapping[str, Iterable[str]]) -> bool:
    """Whether these facts, by table, stand there in this order, each on a line of its own."""
    return content.endswith(b"\n}}") and all(
        _keys(content, table) == [_key(key) for key in those] for table, those in keys.items()
    )


def documents(content: bytes, table: str, keys: Collection[str]) -> dict[str, Doc]:
    """Those of a table's facts that have one of these keys."""
    return _read(content, _places(content, table, keys).values())


def search(content: bytes, table: str, keys: Collection[str], **fields: Iterable[str]) -> dict[str, Doc]:
    """Those of a table's facts that have one of these keys, or in a field one of these values, in their order."""
    spans = {*_places(content, table, keys).values()}
    for field, values in fields.items():
        for value in values:
            spans.update(_holding(content, table, _key(field) + dump(value)))
    return _read(content, sorted(spans))


def changed(content: bytes, table: str, gone: Collection[str], put: Mapping[str, Doc]) -> bytes:
    """The file without some of a table's facts, and with others at its end."""
    lines = [_line(key, doc) for key, doc in put.items()]
    rows = _rows(content, table)
    if rows is None:
        return content[:-1] + b",\n" + _head(table) + b",\n".join(lines) + b"\n}}"
    (at, end), whole = rows, memoryview(content)  # to copy as little as can be
    left = []
    for first, last in sorted(_places(content, table, gone).values()):
        left.append(whole[at : first - 2])
        at = last + 1
    left.append(whole[at:end])
    return b"".join((whole[: rows[0]], b",\n".join((*filter(None, left), *lines)), whole[end:]))


def _head(table: str) -> bytes:
    return _key(table) + b"{\n"


def _key(key: str) -> bytes:
    return dump(key) + b":"


def _line(key: str, doc: object) -> bytes:
    return _key(key) + dump(doc)


def _rows(content: bytes, table: str) -> Span | None:
    """Where a table's lines stand."""
    head = b"\n" + _head(table)
    at = content.find(head)
    if at < 0:
        return None
    begin = at + len(head)
    end = begin - 1
    while content[end + 1] != _BRACE:  # line by line, as to search for so short a text takes much longer
        end = content.index(b"\n", end + 1)
    return begin, end


def _end(content: bytes, at: int, end: int) -> int:
    """Where the line ends in which this is."""
    found = content.find(b"\n", at, end)
    return found if found >= 0 else end


def _places(content: bytes, table: str, keys: Collection[str]) -> dict[str, Span]:
    """Where those of a table's facts stand that have one of these keys."""
    if len(keys) <= FEW:  # most are new, and stand nowhere
        keys = [key for key in keys if b"\n" + _key(key) in content]
    rows = _rows(content, table) if keys else None
    if rows is None:
        return {}
    if len(keys) > FEW:
        every = dict(_every_place(content, *rows))
        return {key: every[text] for key in keys if (text := _key(key)) in every}
    begin, end = rows
    found = ((key, content.find(b"\n" + _key(key), begin - 1, end) + 1) for key in keys)
    return {key: (at, _end(content, at, end)) for key, at in found if at}


def _holding(content: bytes, table: str, text: bytes) -> Iterator[Span]:
    """Where those of a table's facts stand that hold a text."""
    rows = _rows(content, table) if text in content else None  # most texts are new, and stand nowhere
    begin, end = rows or (0, 0)
    at = content.find(text, begin, end)
    while at >= 0:
        line_end = _end(content, at, end)
        yield content.rfind(b"\n", 0, at) + 1, line_end
        at = content.find(text, line_end, end)


def _every_place(content: bytes, begin: int, end: int) -> Iterator[tuple[bytes, Span]]:
    for line in _lines(content, begin, end):
        if match := _LINE.match(line):
            yield match[1], (begin, min(begin + len(line), end))
        begin += len(line) + 1


def _keys(content: bytes, table: str) -> list[bytes]:
    """The keys of a table as they stand there; none for what is no such line."""
    matches = map(_LINE.fullmatch, _lines(content, *(_rows(content, table) or (0, 0))))
    return [match[1] if match else b"" for match in matches]


def _lines(content: bytes, begin: int, end: int) -> list[bytes]:
    """Lines, each with a comma at its end."""
    return (content[begin:end] + b",").split(b"\n") if begin < end else []


def _read(content: bytes, spans: Iterable[Span]) -> dict[str, Doc]:
    parts = [content[begin:end].removesuffix(b",") for begin, end in spans]
    return parse(b"{" + b",".join(parts) + b"}")
