"""A simulated clock for the daemon's own tick, from one moment at which something may happen to the next.

No clock is read, and no moment between two is worth a tick: something new arrives, the books want to look
at a relationship, the owner's bundle may go out, or a letter in the outbox is tried again. With a `grid`
every moment is put off to the next multiple of it since the start, as a daemon that polls does.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from tick.bookkeeping.books import Books
from tick.wake import PAUSE, next_due
from tick.work import Work

INSTANT = timedelta(microseconds=1)


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
    entrances: Iterable[datetime],
    enter: Callable[[datetime], None],
    grid: timedelta | None = None,
) -> Iterator[datetime]:
    """Tick from `start` up to and including `end`; each moment is told once its tick is over.

    At each of the `entrances` somebody is added to the rules: `enter` is called before that moment's own tick.
    """
    begin = start
    for moment in entrances:
        yield from _played(keepwarm, source, begin, moment - INSTANT, start, grid)
        enter(moment)
        begin = moment
    yield from _played(keepwarm, source, begin, end, start, grid)


def _played(
    keepwarm: Ticking,
    source: Source,
    begin: datetime,
    end: datetime,
    origin: datetime,
    grid: timedelta | None,
) -> Iterator[datetime]:
    now = begin
    while now <= end:
        keepwarm.tick(now)
        yield now
        following = _next_moment(keepwarm.books, source, now, grid or PAUSE)
        if following is None:
            return
        now = _on_grid(following, origin, grid)


def _next_moment(books: Books, source: Source, now: datetime, pause: timedelta) -> datetime | None:
    moments = next_due(books, now, pause), source.next_at()
    return min((moment for moment in moments if moment), default=None)


def _on_grid(moment: datetime, origin: datetime, grid: timedelta | None) -> datetime:
    return origin + -(-(moment - origin) // grid) * grid if grid else moment
