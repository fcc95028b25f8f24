"""Rhythms, against a search day by day."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.occasions.dates import every
from rules.rhythm import ORDINALS, PERIODS, WEEKDAYS, Rhythm, parse_rhythm

NEW_YORK = "America/New_York"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        ("every Monday at 09:00", "2026-11-21 12:00", "2026-11-23 09:00"),
        ("every Monday at 09:00", "2026-11-23 08:59", "2026-11-23 09:00"),
        ("every Monday at 09:00", "2026-11-23 09:00", "2026-11-30 09:00"),
        ("every day at 7:30", "2026-11-21 07:30", "2026-11-22 07:30"),
        ("day 15 of the month at 10:00", "2026-11-15 10:00", "2026-12-15 10:00"),
        ("day 31 of the month at 10:00", "2026-11-01 00:00", "2026-11-30 10:00"),
        ("day 30 of the month at 10:00", "2027-01-31 00:00", "2027-02-28 10:00"),
        ("last day of the month at 10:00", "2028-02-01 00:00", "2028-02-29 10:00"),
        ("first Monday of the quarter at 10:00", "2026-11-21 00:00", "2027-01-04 10:00"),
        ("first monday of the quarter at 10:00", "2026-10-05 09:59", "2026-10-05 10:00"),
        ("last Friday of the month at 16:00", "2026-11-21 00:00", "2026-11-27 16:00"),
        ("last Friday of the year at 16:00", "2026-12-26 00:00", "2027-12-31 16:00"),
        ("Third  Wednesday of the month at 16:00", "2026-11-21 00:00", "2026-12-16 16:00"),
        ("day 60 of the year at 00:00", "2027-03-01 00:00", "2028-02-29 00:00"),
    ],
)
def test_the_next_time(text: str, after: str, due: str) -> None:
    assert parse_rhythm(text).next_after(at(after, NEW_YORK), NEW_YORK) == at(due, NEW_YORK)


def test_clocks_that_change_are_followed() -> None:
    rhythm = parse_rhythm("every Monday at 09:00")
    dues = list(rhythm.between(at("2026-10-20 00:00"), at("2026-11-10 00:00"), NEW_YORK))
    assert [due.hour for due in dues] == [13, 14, 14]


def test_a_time_that_the_clock_leaves_out_comes_as_much_later() -> None:
    rhythm = parse_rhythm("every Sunday at 02:30")
    assert rhythm.next_after(at("2026-03-07 12:00"), NEW_YORK) == at("2026-03-08 07:30")  # 03:30 there


def test_a_time_that_comes_twice_is_due_once() -> None:
    rhythm = parse_rhythm("every day at 01:30")
    dues = list(rhythm.between(at("2026-11-01 00:00", NEW_YORK), at("2026-11-03 00:00", NEW_YORK), NEW_YORK))
    assert dues == [at("2026-11-01 05:30"), at("2026-11-02 06:30")]


def test_an_end_before_the_start_is_an_end() -> None:
    assert (
        list(
            parse_rhythm("every day at 01:30").between(at("2026-11-02 00:00"), at("2025-11-02 00:00"), "UTC")
        )
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Monday",
        "every Monday",
        "every Mon at 09:00",
        "every Monday at 9",
        "every Monday at 24:00",
        "every Monday at 09:60",
        "day 0 of the month at 10:00",
        "day 32 of the month at 10:00",
        "day 93 of the quarter at 10:00",
        "fifth Monday of the month at 10:00",
        "first Monday of the week at 10:00",
        "every ²Monday at 09:00",
        "day ٣ of the month at ٠٩:٠٠",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rhythm(text)


def belongs(rhythm: Rhythm, day: date) -> bool:
    """Whether a day is one of the rhythm's, said another way: by counting the days of its period."""
    if rhythm.months == 0:
        return rhythm.weekday in (None, day.weekday())
    month = (day.month - 1) // rhythm.months * rhythm.months + 1
    first = date(day.year, month, 1)
    days = []
    while (first.year, (first.month - 1) // rhythm.months) == (day.year, (day.month - 1) // rhythm.months):
        days.append(first)
        first += timedelta(days=1)
    fitting = [one for one in days if rhythm.weekday in (None, one.weekday())]
    return day == (fitting[-1] if rhythm.count < 0 else fitting[min(rhythm.count, len(fitting)) - 1])


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    clock = f"{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}"
    period = draw(st.sampled_from(sorted(PERIODS)))
    weekday = draw(st.sampled_from((*WEEKDAYS, "day")))
    longest = {"month": 31, "quarter": 92, "year": 366}[period]
    return parse_rhythm(
        draw(
            st.sampled_from(
                (
                    f"every {weekday} at {clock}",
                    f"day {draw(st.integers(1, longest))} of the {period} at {clock}",
                    f"{draw(st.sampled_from(sorted(ORDINALS)))} {weekday} of the {period} at {clock}",
                )
            )
        )
    )


@given(rhythms(), st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)))
def test_the_next_time_is_the_first_day_that_belongs(rhythm: Rhythm, moment: datetime) -> None:
    start = moment.replace(tzinfo=UTC)
    day = start.date()
    while not (belongs(rhythm, day) and datetime.combine(day, rhythm.at, tzinfo=UTC) > start):
        day += timedelta(days=1)
    assert rhythm.next_after(start, "UTC") == datetime.combine(day, rhythm.at, tzinfo=UTC)


@given(
    rhythms(),
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)),
    st.sampled_from((NEW_YORK, "Asia/Manila", "Africa/Casablanca")),
)
def test_time_always_goes_on(rhythm: Rhythm, moment: datetime, zone: str) -> None:
    due = moment.replace(tzinfo=UTC)
    for _ in range(5):
        following = rhythm.next_after(due, zone)
        assert following > due
        due = following


@pytest.mark.parametrize(
    ("zone", "clock"),
    [(NEW_YORK, "19:30"), ("Australia/Sydney", "10:30"), ("America/Santiago", "20:15"), ("UTC", "00:00")],
)
def test_each_day_of_a_rhythm_is_an_occasion_of_its_own_also_when_summer_time_begins(
    zone: str, clock: str
) -> None:
    """Two of them are on one day by Greenwich then: half past midnight, and half past eleven in the evening."""
    find = every("r", parse_rhythm(f"every day at {clock}").between)
    story = SimpleNamespace(owner=SimpleNamespace(timezone=zone))
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    found = {(x.key, x.moment) for n in range(365) for x in find(story, begun + timedelta(days=n))}
    assert len(found) == len({key for key, _ in found}) == len({moment for _, moment in found})


def test_a_clock_is_a_time() -> None:
    assert parse_rhythm("every day at 09:05").at == time(9, 5)
