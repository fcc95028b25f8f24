"""Time zones: their names, and the stretches of constant UTC offset that they consist of."""

from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAY_S = 86400
CHUNK_DAYS = 366
CHUNK_S = CHUNK_DAYS * DAY_S


def check_zone(timezone: str) -> ZoneInfo:
    """The zone of this name; ValueError where there is none."""
    try:
        return ZoneInfo(timezone)
    except (ValueError, KeyError, OSError):
        near = get_close_matches(timezone, available_timezones(), n=1)
        usage = "write one like 'Asia/Manila' or 'America/New_York'"
        hint = f"did you mean {near[0]!r}?" if near else usage
        raise ValueError(f"{timezone!r} is not a time zone; {hint}") from None


@lru_cache(maxsize=4096)
def segments(timezone: str, index: int) -> tuple[tuple[int, int, int], ...]:
    """A chunk's stretches of one constant offset: start, end, offset in seconds.

    Looking once a day finds every change: since 2000 no zone has had two of them less than a week apart.
    """
    zone = ZoneInfo(timezone)
    start = index * CHUNK_S
    segments = []
    for day in range(start, start + CHUNK_S, DAY_S):
        if _offset(zone, day) != _offset(zone, day + DAY_S):
            change = _change(zone, day, day + DAY_S)
            segments.append((start, change, _offset(zone, day)))
            start = change
    end = (index + 1) * CHUNK_S
    return (*segments, (start, end, _offset(zone, end - 1)))


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second of a new offset after `low`, at most `high`."""
    old = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, seconds: int) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return 0 if offset is None else offset.days * DAY_S + offset.seconds
