"""A simulated clock for the daemon's own tick, from one moment at which something may happen to the next.

No clock is read, and no moment between two is worth a tick: something new arrives, the books want to look
at a relationship, the owner's bundle may go out, or a letter in the outbox is tried again. With a `grid`
every moment is put off to the next multiple of it, as a daemon that polls does.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from tick.books import Books
from tick.wake import PAUSE, next_due
from tick.work import Work


class Ticking(Protocol):
    """The wired daemon, as far as a simulation needs it."""

    @property
    def books(self) -> Books:
        """What it knows."""

    def tick(self, now: datetime) -> Work:
        """One pass."""


class Source(Protocol):
    """Whatever hands over the facts: the daemon's `Collect`, which also knows when the next one comes."""

    def next_at(self) -> datetime | None:
        """When something is handed over next; None where nothing is left."""


def play(
    keepwarm: Ticking,
    source: Source,
    start: datetime,
    end: datetime,
    grid: timedelta | None = None,
    origin: datetime | None = None,
) -> Iterator[datetime]:
    """Tick from `start` up to and including `end`; each moment is told once its tick is over.

    A `grid` counts from its `origin`, or else from `start`.
    """
    now = start
    while now <= end:
        keepwarm.tick(now)
        yield now
        following = _next_moment(keepwarm.books, source, now, grid or PAUSE)
        if following is None:
            return
        now = _on_grid(following, origin or start, grid)


def _next_moment(books: Books, source: Source, now: datetime, pause: timedelta) -> datetime | None:
    moments = next_due(books, now, pause), source.next_at()
    return min((moment for moment in moments if moment), default=None)


def _on_grid(moment: datetime, origin: datetime, grid: timedelta | None) -> datetime:
    return origin + -(-(moment - origin) // grid) * grid if grid else moment
