"""JSON as it stands in the files: UTF-8, names readable, half of a surrogate pair kept as it came."""

import json
from typing import Any

from store.codec import CodecError

_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def dump(value: object) -> bytes:
    """A value as it stands in the files, on one line."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def parse(content: bytes) -> dict[str, Any]:
    """The object that `dump` wrote; CodecError for anything else."""
    try:
        data = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise CodecError(f"it is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise CodecError("it holds no JSON object")
    return data
