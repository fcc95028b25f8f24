"""Half a year of check-ins: three contractors far apart, summer time, holidays, a phase that changes.

Everything is checked without the code under test: a minute lies in the hours if its wall clock does, counted
minute by minute from the hours as data, with the holidays package asked directly.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest

from relationship.check_ins.planning import Diary, survey
from relationship.clocks.durations import Duration
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.folding import tell
from relationship.parties import Contractor, Owner
from relationship.story import Story

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START, END = datetime(2026, 1, 12, 6, tzinfo=UTC), datetime(2026, 7, 13, 6, tzinfo=UTC)
MAILBOX = "team@acme.example"


@dataclass(frozen=True)
class Terms:
    cadence: Mapping[str, str]
    length: Duration = Duration(30, "minutes")  # noqa: RUF009
    notice: Duration = Duration(3, "days")  # noqa: RUF009


TERMS = Terms({"onboarding": "every week", "active": "every month", "backup": "every 3 months"})


# Ranges in minutes since the midnight that the shift starts with, Monday to Friday.
SHIFTS = {
    "owner": [(540, 750), (810, 1080)],
    "maria": [(1260, 1800)],
    "ben": [(540, 1020)],
    "lee": [(600, 1110)],
}
ZONES = {
    "owner": "America/New_York",
    "maria": "Asia/Manila",
    "ben": "Africa/Lagos",
    "lee": "America/New_York",
}
COUNTRIES = {"owner": ("US", "NY"), "maria": ("PH", None), "ben": ("NG", None), "lee": ("US", "NY")}
AWAY = {"maria": (date(2026, 3, 30), date(2026, 4, 7)), "owner": (date(2026, 5, 18), date(2026, 5, 22))}

OWNER = Owner(
    "Dana Reyes",
    ("dana@acme.example",),
    "America/New_York",
    "Mon-Fri 09:00-12:30, 13:30-18:00",
    "US-NY",
    (AWAY["owner"],),
    mailbox=(MAILBOX,),
)
CONTRACTORS = {
    "maria": Contractor(
        "Maria Santos",
        ("maria@contract.example",),
        "Asia/Manila",
        "Mon-Fri 21:00-06:00",
        "PH",
        (AWAY["maria"],),
        since=date(2026, 1, 12),
    ),
    "ben": Contractor("Ben Okafor", ("ben@contract.example",), "Africa/Lagos", "Mon-Fri 09:00-17:00", "NG"),
    "lee": Contractor(
        "Lee Park",
        ("lee@contract.example",),
        "America/New_York",
        "Mon-Fri 10:00-18:30",
        "US-NY",
        fixed_phase="backup",
    ),
}


def works(who: str, moment: datetime) -> bool:
    """Whether a minute lies in somebody's hours, by nothing but their wall clock."""
    wall = moment.astimezone(ZoneInfo(ZONES[who]))
    minute = wall.hour * 60 + wall.minute
    return any(
        start <= minute + back * 1440 < end and day_works(who, wall.date() - back * DAY)
        for back in (0, 1)
        for start, end in SHIFTS[who]
    )


def day_works(who: str, day: date) -> bool:
    return day.weekday() < 5 and not day_off(who, day)


def day_off(who: str, day: date) -> bool:
    country, region = COUNTRIES[who]
    first, last = AWAY.get(who, (date.max, date.min))
    return day in holidays.country_holidays(country, subdiv=region) or first <= day <= last


class Simulation:
    """Ticks that plan check-ins, and a restart at each of them: nothing is kept but facts."""

    def __init__(self, contractors=CONTRACTORS, terms=TERMS) -> None:
        self.contractors, self.terms = contractors, terms
        self.facts = {key: Facts(profile={"profile": Profile(key, (), START)}) for key in contractors}
        self.invited: dict[str, tuple[str, datetime]] = {}
        self.plans = 0

    def story(self, key: str) -> Story:
        profile = self.facts[key].profile["profile"]
        return tell(key, self.contractors[key], OWNER, profile, self.facts[key])

    def check_ins(self, key: str) -> list[CheckIn]:
        return sorted(self.facts[key].check_ins.values(), key=lambda x: x.starts_at)

    def run(self, tick: timedelta) -> "Simulation":
        now, wake = START, dict.fromkeys(self.contractors, START)
        while now < END:
            for key in self.contractors:
                if wake[key] <= now:
                    wake[key] = self._tick(key, now)
            now += tick
        return self

    def _tick(self, key: str, now: datetime) -> datetime:
        taken = [(x.starts_at, x.ends_at) for k in self.contractors for x in self.check_ins(k)]
        diary = Diary(self.terms, MAILBOX, taken, START)
        found = survey(self.story(key), diary, now).check_in
        self.plans += 1
        if found:
            self.facts[key].add(found)
        for check_in in self.check_ins(key):
            if check_in.state == "planned" and works(key, now):  # a letter goes out in its reader's hours
                self.facts[key].add(replace(check_in, state="invited"))
                self.invited[check_in.uid] = (key, now)
        if any(x.state == "planned" for x in self.check_ins(key)):
            return now
        return survey(self.story(key), diary, now).look_at or END


@pytest.fixture(scope="module", params=[15, 60], ids=["quarterly ticks", "hourly ticks"])
def half_year(request: pytest.FixtureRequest) -> Simulation:
    return Simulation().run(request.param * MINUTE)


def test_as_many_as_the_cadence_asks_for(half_year: Simulation) -> None:
    # Maria: weekly for 60 days, the first a week after the beginning, then monthly; Ben monthly; Lee twice.
    counts = {key: len(half_year.check_ins(key)) for key in CONTRACTORS}
    onboarding = [x for x in half_year.check_ins("maria") if x.starts_at.date() < date(2026, 3, 13)]
    assert (len(onboarding), counts) == (8, {"maria": 12, "ben": 6, "lee": 2})


def test_every_minute_lies_in_the_hours_of_both(half_year: Simulation) -> None:
    for key in CONTRACTORS:
        for check_in in half_year.check_ins(key):
            assert check_in.ends_at - check_in.starts_at == 30 * MINUTE and not check_in.outside_hours
            for minute in range(30):
                moment = check_in.starts_at + minute * MINUTE
                assert works(key, moment) and works("owner", moment), (key, check_in)


def test_none_touches_a_holiday_or_an_absence_of_either(half_year: Simulation) -> None:
    for key in CONTRACTORS:
        for check_in in half_year.check_ins(key):
            for who in (key, "owner"):
                for moment in (check_in.starts_at, check_in.ends_at - MINUTE):
                    assert not day_off(who, moment.astimezone(ZoneInfo(ZONES[who])).date()), (key, check_in)


def test_none_is_double_booked(half_year: Simulation) -> None:
    slots = sorted((x.starts_at, x.ends_at) for key in CONTRACTORS for x in half_year.check_ins(key))
    assert all(one[1] <= other[0] for one, other in pairwise(slots))


def test_each_has_its_notice_and_not_much_more(half_year: Simulation) -> None:
    for key in CONTRACTORS:
        for check_in in half_year.check_ins(key):
            if check_in.uid in half_year.invited:
                ahead = check_in.starts_at - half_year.invited[check_in.uid][1]
                # A notice that begins on a weekend or holiday is given on the working day before.
                assert 3 * DAY <= ahead <= 8 * DAY, (key, check_in, ahead)
    assert len(half_year.invited) == sum(len(half_year.check_ins(key)) for key in CONTRACTORS)


def test_the_weekday_and_the_owners_wall_clock_stay(half_year: Simulation) -> None:
    for key in ("maria", "ben"):
        walls = [x.starts_at.astimezone(ZoneInfo(ZONES["owner"])) for x in half_year.check_ins(key)]
        times = Counter((wall.weekday(), wall.time()) for wall in walls)
        assert times.most_common(1)[0][1] >= len(walls) - 4, times


def test_a_tick_without_anything_to_plan_costs_nothing(half_year: Simulation) -> None:
    assert half_year.plans < 80


def test_a_restart_plans_nothing_twice() -> None:
    once, again = Simulation().run(HOUR), Simulation().run(HOUR)
    assert {k: once.check_ins(k) for k in CONTRACTORS} == {k: again.check_ins(k) for k in CONTRACTORS}
