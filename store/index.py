"""Where each archived fact's line begins: a digest and a place, sixteen bytes an entry.

The file begins with a sorted part (a head says how long it is), and goes on with what was appended since,
each time closed by marks: what follows the last mark is not all there. So it is loaded at the speed of
copying; a hundred thousand entries take 1.6 MB in memory. Of two with one digest the later counts. Whoever
looks a fact up reads its line and compares, so a chance equality of digests says nothing wrong.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

_ENTRY = struct.Struct("=QQ")  # digest; place: year and offset in one number
_YEAR = 48  # bits below the year
_OFFSET = (1 << _YEAR) - 1
_MARK = (1 << 64) - 1  # in the digest's place
_HEAD = _MARK - 1
FEW = 1000  # so many entries are kept unsorted, while more come in
LOOSE = 200  # so many are left unsorted in a file that is read: each takes as much memory as eight that are sorted


class Place(NamedTuple):
    """The beginning of a line in a yearly file."""

    year: int
    offset: int  # bytes


def entry(sort: str, key: str, place: Place) -> bytes:
    """One entry, as it stands in the file."""
    return _ENTRY.pack(_digest(sort, key), place.year << _YEAR | place.offset)


def marks(last: Mapping[int, int]) -> bytes:
    """What closes an append: the last line of each year that it spoke of."""
    return b"".join(_ENTRY.pack(_MARK, year << _YEAR | offset) for year, offset in last.items())


class Index:
    """The entries of one aggregate: most of them sorted, the latest in a dict until they are many."""

    def __init__(self, content: bytes) -> None:
        self.size = 0  # bytes of the file that are understood
        self.loose = 0  # entries in the file behind its sorted part
        self.last: dict[int, int] = {}  # year -> offset of the last line that is known
        self._digests = array("Q")
        self._places = array("Q")
        self._recent: dict[int, int] = {}
        numbers = array("Q", _complete(content))
        self._take(numbers[self._take_sorted(numbers) :])

    @property
    def weight(self) -> int:
        """Of what is held in memory, in places of sixteen bytes: one in a dict takes eight times as much."""
        return len(self._digests) + 8 * len(self._recent)

    def get(self, sort: str, key: str) -> Place | None:
        """Where the fact lies, if it is known."""
        if not self._digests and not self._recent:
            return None  # nothing is archived, as in most of a first sync
        digest = _digest(sort, key)
        place = self._recent.get(digest) or self._sorted(digest)
        return Place(place >> _YEAR, place & _OFFSET) if place else None

    def grow(self, content: bytes) -> None:
        """Take in entries that were appended, with their marks."""
        self._take(array("Q", content))
        if len(self._recent) > FEW:
            self._sort()

    def content(self) -> bytes:
        """The file, sorted."""
        self._sort()
        numbers = array("Q", (0,)) * (2 * len(self._digests))
        numbers[0::2] = self._digests
        numbers[1::2] = self._places
        return _ENTRY.pack(_HEAD, len(self._digests)) + numbers.tobytes() + marks(self.last)

    def _take_sorted(self, numbers: "array[int]") -> int:
        """Take in the sorted part; where the rest begins."""
        if not numbers or numbers[0] != _HEAD or 2 * numbers[1] + 2 > len(numbers):
            return 0
        end = 2 * numbers[1] + 2
        self._digests, self._places = numbers[2:end:2], numbers[3:end:2]
        self.size = end * numbers.itemsize
        return end

    def _take(self, numbers: "array[int]") -> None:
        """Take in the rest; of each year, later lines lie further on."""
        places = numbers[1::2]
        self._recent.update(zip(numbers[0::2], places, strict=True))
        self._recent.pop(_MARK, None)
        self.last.update({place >> _YEAR: place & _OFFSET for place in places})
        self.size += len(numbers) * numbers.itemsize
        self.loose += len(places)

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
    """Without what a crash left of an append: all up to the last mark."""
    at = len(content) - len(content) % _ENTRY.size
    while at and _ENTRY.unpack_from(content, at - _ENTRY.size)[0] != _MARK:
        at -= _ENTRY.size
    return content[:at]


def _digest(sort: str, key: str) -> int:
    text = f"{sort}\n{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
