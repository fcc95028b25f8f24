"""Rhythms: dates that come round, as people write them.

    every Monday at 09:00
    every day at 09:00
    day 15 of the month at 10:00
    last day of the month at 10:00
    first Monday of the quarter at 10:00

Periods are months, quarters and years. A day that a period does not have (day 31 in April) is its last one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from relationship.clocks.weeks import DAYS

WEEKDAYS = tuple(day.lower() for day in DAYS)
PERIODS = {"month": 1, "quarter": 3, "year": 12}  # in months
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_DAY = timedelta(days=1)

_EVERY = re.compile(r"every (\w+) at (\S+)")
_OF_PERIOD = re.compile(r"(?:day (\d{1,3})|(\w+) (\w+)) of the (\w+) at (\S+)")
_EXAMPLES = "'every Monday at 09:00', 'day 15 of the month at 10:00', 'first Monday of the quarter at 10:00'"
_HELP = f"write it like {_EXAMPLES}"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One rhythm. With period 0 it is every day, or every week on `weekday`."""

    at: time  # wall clock, in the zone that it is asked for
    months: int = 0  # length of the period: 1, 3 or 12; 0 for days and weeks
    weekday: int | None = None  # 0 is Monday; None for any day
    count: int = 1  # the n-th day (or weekday) of the period, from 1; -1 for the last
    text: str = ""  # as written

    def next_after(self, moment: datetime, zone: str) -> datetime:
        """The first time strictly after an aware moment, as aware UTC."""
        here = ZoneInfo(zone)
        day = moment.astimezone(here).date()
        while True:
            day = self._day_from(day)
            # A wall time that a change to summer time leaves out comes as much later: so fold 0 reads it.
            due = datetime.combine(day, self.at, tzinfo=here).astimezone(UTC)
            if due > moment:
                return due
            day += _DAY

    def between(self, start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
        """All times after `start`, up to and including `end`; it ends also where `start` lies after `end`."""
        due = self.next_after(start, zone)
        while due <= end:
            yield due
            due = self.next_after(due, zone)

    def _day_from(self, day: date) -> date:
        """The first day of the rhythm that is not before this one."""
        if not self.months:
            return day if self.weekday is None else day + (self.weekday - day.weekday()) % 7 * _DAY
        first = _period_start(day, self.months)
        while (chosen := self._day_of_period(first)) < day:
            first = _next_period(first, self.months)
        return chosen

    def _day_of_period(self, first: date) -> date:
        last = _next_period(first, self.months) - _DAY
        if self.weekday is None:
            return last if self.count < 0 else min(first + (self.count - 1) * _DAY, last)
        if self.count < 0:
            return last - (last.weekday() - self.weekday) % 7 * _DAY
        return first + ((self.weekday - first.weekday()) % 7 + 7 * (self.count - 1)) * _DAY


def parse_rhythm(text: str) -> Rhythm:
    """Read a rhythm; ValueError says what is allowed."""
    words = " ".join(text.lower().split())
    if match := _EVERY.fullmatch(words):
        weekday = None if match[1] == "day" else _weekday(match[1], text)
        return Rhythm(parse_clock(match[2]), weekday=weekday, text=text)
    if match := _OF_PERIOD.fullmatch(words):
        return _of_period(match, text)
    raise ValueError(f"{text!r} is not a rhythm; {_HELP}")


def parse_clock(text: str) -> time:
    """Read "09:00"; ValueError where it is no time of day."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is not a time of day; write it like '09:00' or '17:30'")
    return time(int(match[1]), int(match[2]))


def _of_period(match: re.Match[str], text: str) -> Rhythm:
    if match[4] not in PERIODS:
        raise ValueError(f"{text!r}: {match[4]!r} is not a period; there are month, quarter and year")
    months = PERIODS[match[4]]
    if match[1]:
        return Rhythm(parse_clock(match[5]), months, None, _day_number(int(match[1]), months, text), text)
    if match[2] not in ORDINALS:
        raise ValueError(f"{text!r}: {match[2]!r} is not one of first, second, third, fourth, last")
    weekday = None if match[3] == "day" else _weekday(match[3], text)
    return Rhythm(parse_clock(match[5]), months, weekday, ORDINALS[match[2]], text)


def _day_number(number: int, months: int, text: str) -> int:
    longest = {1: 31, 3: 92, 12: 366}[months]
    if not 1 <= number <= longest:
        raise ValueError(f"{text!r}: there is no day {number}; days are counted from 1 to {longest}")
    return number


def _weekday(word: str, text: str) -> int:
    if word not in WEEKDAYS:
        raise ValueError(f"{text!r}: {word!r} is not a day of the week; {_HELP}")
    return WEEKDAYS.index(word)


def _period_start(day: date, months: int) -> date:
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next_period(first: date, months: int) -> date:
    month = first.month + months
    return date(first.year + (month > 12), month - 12 if month > 12 else month, 1)
