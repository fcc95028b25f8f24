"""Where each archived fact's line begins: a digest and a place, sixteen bytes an entry, sorted in memory.

A hundred thousand facts take 1.6 MB. Of two entries with one digest the later counts. Whoever looks a fact up
reads its line and compares, so a chance equality of digests says nothing wrong.
"""

import struct
from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import NamedTuple

_ENTRY = struct.Struct("<QHHI")  # digest, year, offset (high and low part)

_FEW = 1000


class Place(NamedTuple):
    """The beginning of a line in a yearly file."""

    year: int
    offset: int  # bytes


def entry(sort: str, key: str, place: Place) -> bytes:
    """One entry, as it stands in the file."""
    return _ENTRY.pack(_digest(sort, key), place.year, place.offset >> 32, place.offset & 0xFFFFFFFF)


class Index:
    """The entries of one aggregate: most of them sorted, the latest in a dict until they are many."""

    def __init__(self, content: bytes) -> None:
        self.size = 0  # bytes of whole entries
        self.last: dict[int, int] = {}  # year -> offset of the last line that is known
        self._digests = array("Q")
        self._places = array("Q")
        self._recent: dict[int, int] = {}
        self.grow(content)

    def get(self, sort: str, key: str) -> Place | None:
        """Where the fact lies, if it is known."""
        digest = _digest(sort, key)
        place = self._recent.get(digest) or self._sorted(digest)
        return Place(place >> 48, place & 0xFFFFFFFFFFFF) if place else None

    def grow(self, content: bytes) -> None:
        """Take in entries that were appended; half an entry at the end is left out."""
        whole = len(content) - len(content) % _ENTRY.size
        for digest, year, high, low in _ENTRY.iter_unpack(memoryview(content)[:whole]):
            offset = high << 32 | low
            self._recent[digest] = year << 48 | offset
            self.last[year] = max(offset, self.last.get(year, 0))
        self.size += whole
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


def _digest(sort: str, key: str) -> int:
    text = f"{sort}\n{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
