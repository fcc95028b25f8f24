"""Moments as people write them in a rule test: "2026-03-02 10:40", "next day 09:00", "20 minutes later".

    2026-03-02 10:40                       a day and a time; a weekday may stand before it, and must fit
    2026-03-02 21:30 Maria's time          on her wall clock instead of the test's
    2026-03-02 21:30 Asia/Manila           or on that of a zone
    10:40, next day 09:00, 3 days later 09:00, Friday 09:00
    20 minutes later, 2 hours later, 3 days later

The last two rows count from the line above in the timeline.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from relationship.clocks.durations import parse_duration
from rules.format.fields import day as read_day
from rules.format.problems import Fault, found
from rules.rhythm import WEEKDAYS, parse_clock

ZoneOf = Callable[[str], str]  # a person's zone, by name; Fault where nobody has it

_HELP = 'Write it like "2026-03-02 10:40", "10:40", "next day 09:00", "Friday 09:00" or "20 minutes later".'
_WHERE = re.compile(r"\s+(?:([A-Za-z_]+/[A-Za-z_/+-]+|UTC)|([^\d\s][^\d]*)['’]s time)$")
_FULL = re.compile(r"(?:([a-z]+),? )?(\d{4}-\d\d-\d\d) (\d{1,2}:\d\d)", re.IGNORECASE)
_DAYS = re.compile(r"(?:(next day)|(\d{1,3}) days? later) (\d{1,2}:\d\d)", re.IGNORECASE)
_WEEKDAY = re.compile(r"([a-z]{3,9}) (\d{1,2}:\d\d)", re.IGNORECASE)
_LATER = re.compile(r"(.+) later", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d\d")
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class When:
    """A moment as written; `day` is None where it counts from the line above."""

    text: str
    clock: time | None = None
    day: date | None = None
    days: int = 0  # so many days after the line above
    weekday: int | None = None  # the first one after the line above; 0 is Monday
    later: timedelta | None = None
    zone: str = ""
    whose: str = ""  # on whose wall clock; "" for the test's own

    @property
    def absolute(self) -> bool:
        """Whether it stands for itself."""
        return self.day is not None


def when(words: str) -> When:
    """Read a moment; Fault says how it is written."""
    text = " ".join(words.split())
    where = _WHERE.search(text)
    zone, whose = (where[1] or "", where[2] or "") if where else ("", "")
    if zone:
        _check_zone(zone)
    return _read(text[: where.start()] if where else text, text, zone, whose)


def _read(text: str, whole: str, zone: str, whose: str) -> When:
    if match := _FULL.fullmatch(text):
        day = read_day(match[2])
        if day.year not in YEARS:
            raise Fault(
                f"{found(whole)}: the year is {day.year}.", f"Years go from {YEARS[0]} to {YEARS[-1]}."
            )
        if match[1] and _weekday(match[1]) != day.weekday():
            raise Fault(f"{found(whole)}: {day} is a {WEEKDAYS[day.weekday()].capitalize()}.")
        return When(whole, _clock(match[3]), day, zone=zone, whose=whose)
    if match := _DAYS.fullmatch(text):
        return When(whole, _clock(match[3]), days=int(match[2] or 1), zone=zone, whose=whose)
    if match := _LATER.fullmatch(text):
        return When(whole, later=_span(match[1]))
    if match := _WEEKDAY.fullmatch(text):
        return When(whole, _clock(match[2]), weekday=_weekday(match[1]), zone=zone, whose=whose)
    if _CLOCK.fullmatch(text):
        return When(whole, _clock(text), zone=zone, whose=whose)
    raise Fault(f"{found(whole)} is no moment.", _HELP)


def resolve(moment: When, zone: str, zone_of: ZoneOf, before: datetime | None) -> datetime:
    """The moment, aware UTC; `zone` is the test's, `before` the line above (None for the first one)."""
    if moment.later is not None and before:
        return before + moment.later
    here = ZoneInfo(moment.zone or (zone_of(moment.whose) if moment.whose else zone))
    day = moment.day or _day_after(moment, before, here)
    if day is None or moment.clock is None:
        raise Fault(f"{found(moment.text)} counts from the line above, and there is none.", _HELP)
    return datetime.combine(day, moment.clock, here).astimezone(UTC)


def _day_after(moment: When, before: datetime | None, here: ZoneInfo) -> date | None:
    if before is None or moment.clock is None:
        return None
    wall = before.astimezone(here)
    if moment.weekday is None:
        return wall.date() + timedelta(days=moment.days)
    days = (moment.weekday - wall.weekday()) % 7
    passed = days == 0 and moment.clock <= wall.time()
    return wall.date() + timedelta(days=7 if passed else days)


def span(words: str) -> tuple[When, When]:
    """Two moments: "2026-03-02 09:00 .. 2026-03-02 12:00"."""
    first, dots, last = words.partition("..")
    if not dots:
        raise Fault(
            f"{found(words)} is no span of time.", 'Write it like "2026-03-02 09:00 .. 2026-03-02 12:00".'
        )
    return absolute(first), absolute(last)


def absolute(words: str) -> When:
    """A moment that stands for itself, as what is expected does."""
    moment = when(words)
    if not moment.absolute:
        raise Fault(f"{found(moment.text)} does not say on which day.", 'Write it like "2026-03-02 10:40".')
    return moment


def _clock(text: str) -> time:
    try:
        return parse_clock(text)
    except ValueError as error:
        raise Fault(str(error).replace("'", '"').capitalize() + ".") from None


def _weekday(word: str) -> int:
    names = [name for name in WEEKDAYS if name.startswith(word.lower()) and len(word) >= 3]
    if len(names) != 1:
        raise Fault(f"{found(word)} is not a day of the week.", _HELP)
    return WEEKDAYS.index(names[0])


def _span(words: str) -> timedelta:
    try:
        length = parse_duration(words)
    except ValueError:
        raise Fault(f"{found(words)} is no length of time.", 'Write it like "20 minutes later".') from None
    if length.working:
        raise Fault(f"{found(words)} counts working time; a timeline counts plain time.", _HELP)
    return timedelta(seconds=length.plain_seconds)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise Fault(f"{found(name)} is not a time zone.", 'Write one like "Asia/Manila".') from None
