"""Working hours: what lies inside a party's own hours, in its own zone (to be filled)."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from relationship.durations import Duration


class WorkingClock:
    """One party's working time."""

    def __init__(self, timezone: str, hours: str, holidays: str = "", away: tuple[tuple[date, date], ...] = ()) -> None:
        raise NotImplementedError

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Working seconds in [start, end)."""
        raise NotImplementedError

    def contains(self, moment: datetime) -> bool:
        """Whether the moment lies inside the hours."""
        raise NotImplementedError

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself where it lies inside the hours, else the next start of hours."""
        raise NotImplementedError

    def after(self, start: datetime, duration: Duration) -> datetime:
        """The moment that lies `duration` after `start`."""
        raise NotImplementedError

    def before(self, end: datetime, duration: Duration) -> datetime:
        """The moment that lies `duration` before `end`."""
        raise NotImplementedError

    def spans(self, start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
        """Open spans within [start, end), UTC."""
        raise NotImplementedError


@lru_cache(maxsize=4096)
def working_clock(
    timezone: str, hours: str, holidays: str = "", away: tuple[tuple[date, date], ...] = ()
) -> WorkingClock:
    """The clock of these hours, built once."""
    return WorkingClock(timezone, hours, holidays, away)
