"""Opening hours: open intervals of all time, kept in chunks of 366 days, each built when first asked for."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from relationship.clocks.intervals import Chunk
from relationship.clocks.zones import CHUNK_S, DAY_S

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OpenHours:
    """When something is open. Moments are aware datetimes in any zone; answers are aware UTC."""

    def __init__(self) -> None:
        self._chunks: dict[int, Chunk] = {}

    def spans(self, start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
        """Open spans within [start, end), UTC, in order and never touching."""
        held: tuple[int, int] | None = None
        for span in self._pieces(seconds(start), seconds(end)):
            if held and held[1] == span[0]:
                held = (held[0], span[1])
                continue
            if held:
                yield moment(0, held[0]), moment(0, held[1])
            held = span
        if held:
            yield moment(0, held[0]), moment(0, held[1])

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Open spans in seconds since 1970, cut at the chunks' borders."""
        for index in range(start // CHUNK_S, (end - 1) // CHUNK_S + 1):
            base = index * CHUNK_S
            for opens, closes in self.chunk(index).intervals(start - base):
                if opens + base >= end:
                    return
                yield max(opens + base, start), min(closes + base, end)

    def chunk(self, index: int) -> Chunk:
        """The open intervals of a chunk."""
        chunk = self._chunks.get(index)
        if chunk is None:
            chunk = self._chunks[index] = Chunk(self._intervals(index))
        return chunk

    def _intervals(self, index: int) -> Iterator[tuple[int, int]]:
        """Open intervals of a chunk, in seconds since its start."""
        raise NotImplementedError


class SharedHours(OpenHours):
    """When both of two are open."""

    def __init__(self, one: OpenHours, other: OpenHours) -> None:
        super().__init__()
        self._one, self._other = one, other

    def _intervals(self, index: int) -> Iterator[tuple[int, int]]:
        ones, others = (list(who.chunk(index).intervals(0)) for who in (self._one, self._other))
        i = j = 0
        while i < len(ones) and j < len(others):
            start, end = max(ones[i][0], others[j][0]), min(ones[i][1], others[j][1])
            if start < end:
                yield start, end
            if ones[i][1] <= others[j][1]:
                i += 1
            else:
                j += 1


@lru_cache(maxsize=512)  # a year of two people takes some 10 KB
def shared_hours(one: OpenHours, other: OpenHours) -> SharedHours:
    """The hours that two share, worked out once."""
    return SharedHours(one, other)


def seconds(since_1970: datetime) -> int:
    """Whole seconds since 1970; TypeError for a naive datetime."""
    since = since_1970 - EPOCH
    return since.days * DAY_S + since.seconds


def moment(index: int, at: int) -> datetime:
    """The moment so many seconds into a chunk."""
    return EPOCH + timedelta(seconds=index * CHUNK_S + at)
