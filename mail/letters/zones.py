"""VTIMEZONE for any zone: the rules by which its clocks change around one year (RFC 5545, 3.6.5).

How it works: the changes of three years are looked up in the zone itself. Where they follow a pattern ("the
second Sunday in March at two"), it is written as a yearly rule, which is what Outlook understands best; where
they do not (Morocco, Israel), each change is written by itself. An onset is local time *before* the change.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks change once."""

    onset: datetime  # naive local time before the change
    before: timedelta  # offset from UTC
    after: timedelta
    name: str

    @property
    def forward(self) -> bool:
        """Whether summer time begins; Ireland's law says it the other way round, its clocks do not."""
        return self.after > self.before

    @property
    def pattern(self) -> tuple[int, int, int, timedelta, timedelta]:
        """What is the same every year where there is a rule: month, weekday, time of day, offsets."""
        minutes = self.onset.hour * 60 + self.onset.minute
        return self.onset.month, self.onset.weekday(), minutes, self.before, self.after

    @property
    def nth(self) -> frozenset[int]:
        """Which weekday of its month it is: second (2), or also the last (-1)."""
        day = self.onset.day
        last = day + 7 > monthrange(self.onset.year, self.onset.month)[1]
        return frozenset({(day - 1) // 7 + 1, *([-1] if last else [])})


@lru_cache(maxsize=256)
def vtimezone(name: str, year: int) -> Timezone:
    """The zone's rules, right from the year before `year` to the one after it."""
    zone = ZoneInfo(name)
    changes = list(_changes(zone, datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)))
    component = Timezone()
    component.add("tzid", name)
    yearly = [_rule([c for c in changes if c.forward is forward]) for forward in (True, False)]
    rules = [rule for rule in yearly if rule]
    if len(rules) < len(yearly):
        rules = [_start(zone, year - 1), *map(_observance, changes)]
    for rule in rules:
        component.add_component(rule)
    return component


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    at = start
    while at < end:
        if _offset(zone, at) != _offset(zone, at + _DAY):
            yield _change(zone, at)
        at += _DAY


def _change(zone: ZoneInfo, early: datetime) -> Change:
    """The change that lies within a day after `early`, to the minute."""
    late, before = early + _DAY, _offset(zone, early)
    while late - early > _MINUTE:
        middle = early + (late - early) // (2 * _MINUTE) * _MINUTE
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    onset = late.replace(tzinfo=None) + before
    return Change(onset, before, _offset(zone, late), late.astimezone(zone).tzname() or "")


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _rule(changes: list[Change]) -> TimezoneDaylight | TimezoneStandard | None:
    """One observance with a yearly rule, where three changes in three years follow one."""
    if len(changes) != 3 or len({change.pattern for change in changes}) != 1:
        return None
    nth = frozenset.intersection(*(change.nth for change in changes))
    if not nth:
        return None
    observance = _observance(changes[0])
    day = f"{min(nth)}{_DAYS[changes[0].onset.weekday()]}"
    observance.add("rrule", {"freq": "yearly", "bymonth": changes[0].onset.month, "byday": day})
    return observance


def _observance(change: Change) -> TimezoneDaylight | TimezoneStandard:
    observance = TimezoneDaylight() if change.forward else TimezoneStandard()
    observance.add("dtstart", change.onset)
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    return observance


def _start(zone: ZoneInfo, year: int) -> TimezoneStandard:
    """What holds until the first change, or always."""
    at = datetime(year, 1, 1, tzinfo=zone)
    offset = at.utcoffset() or timedelta()
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(year, 1, 1))  # noqa: DTZ001 - an onset is local time
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", at.tzname() or "")
    return standard
