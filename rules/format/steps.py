"""Whether one step comes after another, as far as that can be known without knowing the hours."""

from relationship.clocks.durations import UNITS, Duration

_SHORTEST_DAY = 8  # a working day is rarely shorter, in working hours
_LONGEST_DAY = 24


def rises(earlier: Duration, later: Duration, direction: str) -> bool:
    """Whether `later` may follow `earlier`: further on where steps are "after", nearer where "before"."""
    return _longer(earlier, later) if direction == "after" else _longer(later, earlier)


def _longer(short: Duration, long: Duration) -> bool:
    """Whether `long` is longer than `short`; True also where only the hours could tell."""
    if short.working == long.working and _days(short) == _days(long):
        return short.plain_seconds < long.plain_seconds
    if short.working and long.working:
        return _days_longer(short, long)
    if not short.working and not long.working:
        return short.plain_seconds < long.plain_seconds
    if short.working and _days(short):
        return short.plain_seconds < long.plain_seconds  # so many working days are never fewer days
    return True


def _days_longer(short: Duration, long: Duration) -> bool:
    """Working days against working hours: both are compared in hours, in favour of who wrote them."""
    if _days(long):
        return _hours(short) < long.amount * _LONGEST_DAY
    return short.amount * _SHORTEST_DAY < _hours(long)


def _days(duration: Duration) -> bool:
    return duration.working and duration.unit == "days"


def _hours(duration: Duration) -> float:
    return duration.plain_seconds / UNITS["hour"]
