"""JSON as it stands in the files: UTF-8, names readable, half of a surrogate pair kept as it came.

A live file has a line for each fact: when a few change, the lines of all others are taken over as they are, which
costs a fiftieth of writing them anew.
"""

import json
from collections.abc import Mapping
from typing import Any

from store.codec import CodecError

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder()


class Written(str):
    """One fact with its key, as it stands in a file already."""

    __slots__ = ()


def dump(data: Mapping[str, object]) -> bytes:
    """One JSON object, on one line."""
    return _ENCODER.encode(data).encode("utf-8", "surrogatepass")


def parse(content: bytes) -> dict[str, Any]:
    """What `dump` wrote; CodecError for anything else."""
    try:
        data = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise CodecError(f"it is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise CodecError("it holds no JSON object")
    return data


def dump_tables(tables: Mapping[str, Mapping[str, object]]) -> bytes:
    """The tables of a live file, as one JSON object with a line for each fact."""
    parts = (f"{_ENCODER.encode(name)}:{{\n{_lines(docs)}\n}}" for name, docs in tables.items())
    return ("{" + ",\n".join(parts) + "}").encode("utf-8", "surrogatepass")


def written_tables(content: bytes) -> dict[str, dict[str, Written]]:
    """The lines of what `dump_tables` wrote, by table and key; what has another layout comes out otherwise."""
    tables: dict[str, dict[str, Written]] = {}
    table: dict[str, Written] = {}
    for line in content.decode("utf-8", "surrogatepass").removeprefix("{").split("\n"):
        if line.endswith(":{"):
            table = tables[_DECODER.raw_decode(line)[0]] = {}
        elif line.startswith('"'):
            table[_DECODER.raw_decode(line)[0]] = Written(line.removesuffix(","))
    return tables


def _lines(docs: Mapping[str, object]) -> str:
    return ",\n".join(
        doc if isinstance(doc, Written) else f"{_ENCODER.encode(key)}:{_ENCODER.encode(doc)}"
        for key, doc in docs.items()
    )
