"""Where each archived fact's line begins: a digest and a place, sixteen bytes an entry, sorted in memory.

A hundred thousand facts take 1.6 MB. Of two entries with one digest the later counts. Whoever looks a fact up
reads its line and compares, so a chance equality of digests says nothing wrong.
"""

import struct
from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import NamedTuple

_ENTRY = struct.Struct("=QQ")  # digest; place: year and offset in one number
_YEAR = 48  # bits below the year
_OFFSET = (1 << _YEAR) - 1
_FEW = 1000
_LAST = (1 << 64) - 1
END = _ENTRY.pack(_LAST, _LAST)  # closes every append: what follows the last one is not all there


class Place(NamedTuple):
    """The beginning of a line in a yearly file."""

    year: int
    offset: int  # bytes


def entry(sort: str, key: str, place: Place) -> bytes:
    """One entry, as it stands in the file."""
    return _ENTRY.pack(_digest(sort, key), place.year << _YEAR | place.offset)


class Index:
    """The entries of one aggregate: most of them sorted, the latest in a dict until they are many."""

    def __init__(self, content: bytes) -> None:
        self.size = 0  # bytes
        self.last: dict[int, int] = {}  # year -> offset of the last line that is known
        self._digests = array("Q")
        self._places = array("Q")
        self._recent: dict[int, int] = {}
        self.grow(_complete(content))

    def get(self, sort: str, key: str) -> Place | None:
        """Where the fact lies, if it is known."""
        digest = _digest(sort, key)
        place = self._recent.get(digest) or self._sorted(digest)
        return Place(place >> _YEAR, place & _OFFSET) if place else None

    def grow(self, content: bytes) -> None:
        """Take in whole entries that were appended; of each year, later lines lie further on."""
        numbers = array("Q")
        numbers.frombytes(content)
        places = numbers[1::2]
        self._recent.update(zip(numbers[0::2], places, strict=True))
        self.last.update({place >> _YEAR: place & _OFFSET for place in places})
        self._recent.pop(_LAST, None)
        self.last.pop(_LAST >> _YEAR, None)
        self.size += len(content)
        if len(self._recent) > _FEW:
            self._sort()

    def _sorted(self, digest: int) -> int:
        at = bisect_left(self._digests, digest)
        found = at < len(self._digests) and self._digests[at] == digest
        return self._places[at] if found else 0

    def _sort(self) -> None:
        latest = dict(zip(self._digests, self._places, strict=True)) | self._recent
        self._digests = array("Q", sorted(latest))
        self._places = array("Q", (latest[digest] for digest in self._digests))
        self._recent = {}


def _complete(content: bytes) -> bytes:
    """Without what a crash left of an append: all up to the last end mark."""
    at = len(content) - len(content) % _ENTRY.size
    while at and content[at - _ENTRY.size : at] != END:
        at -= _ENTRY.size
    return content[:at]


def _digest(sort: str, key: str) -> int:
    text = f"{sort}\n{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
