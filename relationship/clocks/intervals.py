"""Open intervals of one stretch of time, with running sums, so that a question is one bisection."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class Chunk:
    """Open intervals of 366 days with running sums; small, since there is one per party and year."""

    __slots__ = ("starts", "sums", "total")

    def __init__(self, intervals: Iterable[tuple[int, int]]) -> None:
        self.starts = array("i")  # seconds since the chunk's start
        self.sums = array("i", [0])  # what was worked before each start, and in the end
        closed = -1
        for start, end in intervals:
            if start == closed:
                self.sums[-1] += end - start
            else:
                self.starts.append(start)
                self.sums.append(self.sums[-1] + end - start)
            closed = end
        self.total = self.sums[-1]

    def until(self, at: int) -> int:
        """Seconds worked before `at`."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return 0
        return min(self.sums[number] + at - self.starts[number], self.sums[number + 1])

    def contains(self, at: int) -> bool:
        """Whether `at` lies in an interval."""
        number = bisect_right(self.starts, at) - 1
        return number >= 0 and at < self.end(number)

    def end(self, number: int) -> int:
        """Where an interval ends."""
        return self.starts[number] + self.sums[number + 1] - self.sums[number]

    def next_start(self, at: int) -> int | None:
        """The first start at or after `at`."""
        number = bisect_left(self.starts, at)
        return self.starts[number] if number < len(self.starts) else None

    def last_end(self, at: int) -> int | None:
        """The last end at or before `at`, which lies in no interval."""
        number = bisect_left(self.starts, at) - 1
        return self.end(number) if number >= 0 else None

    def earliest(self, worked: int) -> int:
        """The first moment by which so many seconds, at least one, were worked."""
        number = bisect_left(self.sums, worked) - 1
        return self.starts[number] + worked - self.sums[number]

    def latest(self, worked: int) -> int:
        """The last moment by which not more than so many seconds, fewer than all, were worked."""
        number = bisect_right(self.sums, worked) - 1
        return self.starts[number] + worked - self.sums[number]

    def intervals(self, at: int) -> Iterator[tuple[int, int]]:
        """The intervals that end after `at`."""
        for number in range(max(bisect_right(self.starts, at) - 1, 0), len(self.starts)):
            if self.end(number) > at:
                yield self.starts[number], self.end(number)
