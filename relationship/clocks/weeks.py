"""Working hours as people write them: "Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00".

Groups are parted by semicolons; each names its days and their ranges. A range whose end is not after its
start runs past midnight and belongs to the day it starts on.
"""

import re
from itertools import pairwise

Range = tuple[int, int]  # minutes since the midnight that its day starts with; the end may lie past 24 * 60
Week = tuple[tuple[Range, ...], ...]  # seven days, Monday first

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY

_EXAMPLE = "'Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00'"
_DASH = r"\s*[-\u2013]\s*"
_GROUP = re.compile(r"(\D*)(.*)", re.DOTALL)
_RANGE = re.compile(rf"(\d\d?):(\d\d){_DASH}(\d\d?):(\d\d)", re.ASCII)
_NAMES = {
    **{name.lower(): number for number, name in enumerate(DAYS)},
    **{name[:3].lower(): number for number, name in enumerate(DAYS)},
    **{"tues": 1, "thur": 3, "thurs": 3},
}


def parse_hours(text: str) -> Week:
    """Read working hours; ValueError says in one sentence what is wrong and how it is written."""
    week: list[list[Range]] = [[] for _ in DAYS]
    groups = [group.strip() for group in text.split(";") if group.strip()]
    if not groups:
        raise ValueError(f"no working hours are given; write them like {_EXAMPLE}")
    for group in groups:
        days, ranges = _GROUP.fullmatch(group).groups()  # type: ignore[union-attr]  # it matches anything
        for day in _days(days.strip(), group):
            week[day] += _ranges(ranges, group)
    _refuse_overlaps(week)
    return tuple(tuple(sorted(ranges)) for ranges in week)


def _days(text: str, group: str) -> list[int]:
    if not text:
        raise ValueError(f"{group!r} does not say on which days; write it like {_EXAMPLE}")
    if text.lower() in ("daily", "every day"):
        return list(range(7))
    if text.endswith((",", ":")) and not text[:-1].endswith((",", ":")):
        raise ValueError(f"between {text[:-1].strip()!r} and its hours stands a space, and no {text[-1]!r}")
    return sorted({day for part in text.split(",") for day in _day_range(part)})


def _day_range(text: str) -> list[int]:
    """The days of "Sat" or of "Fri-Mon", which goes round the end of the week."""
    first, *rest = re.split(_DASH, text.strip())
    if len(rest) > 1:
        raise ValueError(f"{text.strip()!r} is no range of days; write it like 'Mon-Fri'")
    start, end = _day(first), _day(rest[0] if rest else first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _day(name: str) -> int:
    try:
        return _NAMES[name.strip().rstrip(".").lower()]
    except KeyError:
        allowed = ", ".join(day[:3] for day in DAYS)
        raise ValueError(f"{name.strip()!r} is not a day of the week; write one of {allowed}") from None


def _ranges(text: str, group: str) -> list[Range]:
    if not text:
        raise ValueError(f"{group!r} says no hours; write it like {_EXAMPLE}")
    return [_range(part.strip()) for part in text.split(",")]


def _range(text: str) -> Range:
    match = _RANGE.fullmatch(text)
    if not match and re.split(r"[\s\d-]", text)[0].lower() in _NAMES:
        raise ValueError(f"other days begin at {text!r}; put a semicolon before it, not a comma")
    if not match:
        raise ValueError(f"{text!r} is not a range of hours; write it like '09:00-17:00'")
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if max(start_minute, end_minute) > 59 or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        raise ValueError(f"{text!r} is not a range of hours: a day goes from 00:00 to 24:00")
    if start == end:
        raise ValueError(f"{text!r} is empty; the whole day is written '00:00-24:00'")
    return (start, end) if end > start else (start, end + MINUTES_A_DAY)


def _refuse_overlaps(week: list[list[Range]]) -> None:
    """Overlapping hours are a slip of the pen, also where a night runs into the next day's morning."""
    shifts = sorted(
        (day * MINUTES_A_DAY + start, day * MINUTES_A_DAY + end)
        for day, all_ in enumerate(week)
        for start, end in all_
    )
    again = (shifts[0][0] + MINUTES_A_WEEK, shifts[0][1] + MINUTES_A_WEEK)
    for one, other in pairwise([*shifts, again]):
        if other[0] < one[1]:
            raise ValueError(f"hours overlap: {_words(one)} and {_words(other)}; write each hour once")


def _words(shift: Range) -> str:
    day, start = divmod(shift[0] % MINUTES_A_WEEK, MINUTES_A_DAY)
    end = shift[1] % MINUTES_A_DAY or MINUTES_A_DAY
    return f"{DAYS[day][:3]} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
