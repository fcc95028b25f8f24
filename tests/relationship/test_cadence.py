"""When the next check-in is wanted: by phase, by calendar, across changes to summer time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.check_ins.cadence import PERIODS, next_due, step
from relationship.clocks.durations import Duration
from relationship.facts.check_in import CheckIn
from relationship.parties import Contractor

ZONE = ZoneInfo("America/New_York")
CADENCE = {"onboarding": "every week", "active": "every month", "backup": "every 3 months"}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def contractor(phase: str = "", since: date | None = None) -> Contractor:
    return Contractor(
        "Maria", ("m@c.example",), "Asia/Manila", "Mon-Fri 09:00-17:00", since=since, fixed_phase=phase,
        onboarding_lasts=Duration(60, "days"),
    )  # fmt: skip


def check_in(planned_for: str, starts_at: str = "") -> CheckIn:
    start = at(starts_at or planned_for)
    return CheckIn("uid", 0, start, start + timedelta(minutes=30), at(planned_for), start)


def due(
    who: Contractor, last: CheckIn | None, begun: str = "2026-01-05T10:00", earliest: str = ""
) -> datetime | None:
    found = next_due(who, CADENCE, last, at(begun), at(earliest) if earliest else LONG_AGO, ZONE)
    return found and found[0]


@pytest.mark.parametrize(
    ("phase", "wanted"),
    [
        ("onboarding", "2026-03-10T10:30"),
        ("active", "2026-04-07T10:30"),  # the first Tuesday, as 3 March was
        ("backup", "2026-06-02T10:30"),
        ("paused", None),
        ("ended", None),
    ],
)
def test_the_rhythm_is_that_of_the_phase(phase: str, wanted: str | None) -> None:
    assert due(contractor(phase), check_in("2026-03-03T10:30")) == (at(wanted) if wanted else None)


def test_a_contractor_may_have_a_cadence_of_their_own() -> None:
    last = check_in("2026-03-03T10:30")
    assert due(replace(contractor("active"), check_ins="every 2 weeks"), last) == at("2026-03-17T10:30")
    assert due(replace(contractor("active"), check_ins="never"), last) is None
    assert due(replace(contractor("paused"), check_ins="every week"), last) is None


def test_the_first_one_comes_a_period_after_the_watermark_or_at_once() -> None:
    assert due(contractor("onboarding"), None) == at("2026-01-12T10:00")
    assert due(contractor("active"), None) == at("2026-02-02T10:00")
    begun = at("2026-01-05T10:00")
    found = next_due(contractor("active"), CADENCE, None, begun, LONG_AGO, ZONE, at_once=True)
    assert found and found[0] == begun


def test_a_change_of_phase_changes_the_rhythm() -> None:
    who = contractor(since=date(2026, 1, 1))  # onboarding until 1 March
    assert due(who, check_in("2026-02-17T10:30")) == at("2026-02-24T10:30")
    assert due(who, check_in("2026-02-24T10:30")) == at("2026-03-24T10:30")


def test_a_phase_without_check_ins_may_be_followed_by_one_with() -> None:
    who = contractor(since=date(2026, 1, 1))
    cadence = {"onboarding": "never", "active": "every week"}
    begun = at("2026-01-05T10:00")
    assert next_due(who, cadence, None, begun, at("2026-02-20T10:00"), ZONE) is None
    found = next_due(who, cadence, None, begun, at("2026-03-10T10:00"), ZONE)
    assert found and found[0] >= at("2026-03-05T00:00")


def test_a_moved_check_in_does_not_move_the_next() -> None:
    moved = check_in("2026-02-17T10:30", "2026-02-18T10:30")
    assert due(contractor("onboarding"), moved) == at("2026-02-24T10:30")


def test_two_are_never_nearer_than_half_a_period() -> None:
    late = check_in("2026-02-17T10:30", "2026-02-23T10:30")
    assert due(contractor("onboarding"), late) == at("2026-03-03T10:30")


def test_after_downtime_there_is_one_and_no_catching_up() -> None:
    last = check_in("2026-01-06T10:30")
    wanted = due(contractor("onboarding"), last, earliest="2026-06-01T09:00")
    assert wanted is not None
    assert abs(wanted - at("2026-06-01T09:00")) <= timedelta(days=3.5)


def test_the_owners_wall_clock_stays_across_summer_time() -> None:
    wall = due(contractor("onboarding"), check_in("2026-03-03T10:30"))
    assert wall and wall - at("2026-03-03T10:30") == timedelta(days=7, hours=-1)


def test_the_fifth_weekday_of_a_month_counts_as_the_last() -> None:
    assert step(at("2026-01-29T10:30"), PERIODS["every month"], ZONE) == at("2026-02-26T10:30")
    assert step(at("2026-11-10T10:30"), PERIODS["every 3 months"], ZONE) == at("2027-02-09T10:30")


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["every month", "every 3 months"]),
)
def test_months_keep_weekday_and_wall_clock_and_skip_no_month(start: datetime, words: str) -> None:
    start = start.replace(hour=12, minute=start.minute // 15 * 15, second=0, microsecond=0, tzinfo=ZONE)
    following = step(start.astimezone(UTC), PERIODS[words], ZONE).astimezone(ZONE)
    months = (following.year - start.year) * 12 + following.month - start.month
    assert (following.weekday(), following.time(), months) == (
        start.weekday(),
        start.time(),
        PERIODS[words].months,
    )
