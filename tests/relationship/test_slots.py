"""A time that suits both: compared with a search that tries every quarter of an hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from relationship.check_ins.pairs import Pair, Slot
from relationship.check_ins.slots import PATIENCE, choose, suits
from relationship.parties import Party

NY, MANILA, LAGOS = "America/New_York", "Asia/Manila", "Africa/Lagos"
HALF_HOUR, MINUTE, DAY = timedelta(minutes=30), timedelta(minutes=1), timedelta(days=1)
DANA = Party("Dana", ("d@acme.example",), NY, "Mon-Fri 09:00-12:30, 13:30-18:00", "US-NY")


def party(zone: str, hours: str, country: str = "", away: tuple[tuple[date, date], ...] = ()) -> Party:
    return Party("Maria", ("m@c.example",), zone, hours, country, away)


def pair(contractor: Party, owner: Party = DANA, length: timedelta = HALF_HOUR, **more: object) -> Pair:
    return Pair(owner, contractor, length, **more)


def at(text: str, zone: str = NY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


LONG_AGO = at("2025-12-01T00:00")
BEN = party(LAGOS, "Mon-Fri 09:00-17:00")  # in winter 03:00 to 11:00 in New York


def test_the_middle_of_the_overlap() -> None:
    slot = choose(pair(BEN), at("2026-02-03T00:00"), at("2026-02-01T00:00"))
    assert slot == Slot(at("2026-02-03T09:45"), at("2026-02-03T10:15"))


def test_the_habit_is_kept_where_it_suits() -> None:
    wanted = at("2026-02-03T10:30")
    assert choose(pair(BEN), wanted, LONG_AGO, habit=True) == Slot(wanted, wanted + HALF_HOUR)
    outside = choose(pair(BEN), at("2026-02-03T10:45"), LONG_AGO, habit=True)
    assert outside and outside.starts_at == at("2026-02-03T09:45")


def test_a_holiday_of_either_moves_it_to_the_nearest_day() -> None:
    presidents_day = at("2026-02-16T10:00")
    slot = choose(pair(BEN), presidents_day, LONG_AGO, habit=True)
    assert slot and slot.starts_at == at("2026-02-17T10:00")
    lee = party(NY, "Mon-Fri 09:00-17:00", "PH")
    slot = choose(pair(lee), at("2026-04-09T10:00"), LONG_AGO, habit=True)  # Day of Valor
    assert slot and slot.starts_at == at("2026-04-10T10:00")


def test_a_weekend_and_an_absence_move_it() -> None:
    slot = choose(pair(BEN), at("2026-02-07T10:00"), LONG_AGO, habit=True)
    assert slot and slot.starts_at == at("2026-02-06T10:00")
    away = [(at("2026-02-02T12:00"), at("2026-02-11T09:30"))]
    slot = choose(pair(BEN, absent=away), at("2026-02-09T10:00"), at("2026-02-05T00:00"), habit=True)
    assert slot and slot.starts_at == at("2026-02-11T10:00")


def test_not_before_the_notice() -> None:
    slot = choose(pair(BEN), at("2026-02-03T10:00"), at("2026-02-05T10:05"), habit=True)
    assert slot and slot.starts_at == at("2026-02-06T10:00")


def test_not_over_another_check_in() -> None:
    taken = [(at("2026-02-03T09:30"), at("2026-02-03T10:00"))]
    slot = choose(pair(BEN, taken=taken), at("2026-02-03T10:00"), LONG_AGO, habit=True)
    assert slot and slot.starts_at == at("2026-02-03T10:00")
    slot = choose(pair(BEN, taken=taken), at("2026-02-03T09:45"), LONG_AGO, habit=True)
    assert slot and slot.starts_at == at("2026-02-03T10:00")


def test_a_full_day_moves_it() -> None:
    taken = [(at("2026-02-03T09:00"), at("2026-02-03T18:00"))]
    slot = choose(pair(BEN, taken=taken), at("2026-02-03T10:00"), LONG_AGO, habit=True)
    assert slot and slot.starts_at == at("2026-02-04T10:00")


def test_several_contractors_spread_over_the_week() -> None:
    taken: list[tuple[datetime, datetime]] = []
    for _ in range(5):
        slot = choose(pair(BEN, taken=taken), at("2026-02-04T00:00"), at("2026-02-01T00:00"))
        assert slot
        taken.append((slot.starts_at, slot.ends_at))
    assert sorted(start.date() for start, _ in taken) == [date(2026, 2, day) for day in (2, 3, 4, 5, 6)]


def test_a_night_shift_that_runs_into_a_holiday_is_left_alone() -> None:
    maria = party(MANILA, "Mon-Fri 21:00-06:00", "PH")
    # 8 April's shift ends on the morning of the Day of Valor, at noon of 8 April in New York.
    slot = choose(pair(maria), at("2026-04-08T13:30"), at("2026-04-08T12:00"), habit=True)
    assert slot
    here = slot.starts_at.astimezone(ZoneInfo(MANILA)).date()
    assert here != date(2026, 4, 9)


def test_fridays_night_shift_gives_way_to_a_plain_working_day() -> None:
    maria = party(MANILA, "Mon-Fri 21:00-06:00")
    early_bird = party(NY, "Mon-Fri 13:30-18:00")
    slot = choose(pair(maria, early_bird), at("2026-02-06T15:00"), at("2026-02-02T00:00"))
    assert slot and slot.starts_at.astimezone(ZoneInfo(MANILA)).weekday() < 5


@pytest.mark.parametrize(
    ("hours", "outside", "starts"),
    [
        ("Mon-Fri 19:00-23:00", "owner", "19:00"),  # after the owner's day: outside the owner's hours
        ("Mon-Fri 04:00-08:00", "owner", "07:30"),
        ("Mon-Fri 17:45-22:00", "owner", "17:45"),  # a quarter of an hour is too short an overlap
    ],
)
def test_without_overlap_the_nearest_edge(hours: str, outside: str, starts: str) -> None:
    slot = choose(pair(party(NY, hours)), at("2026-02-03T12:00"), at("2026-02-01T00:00"))
    assert slot
    assert (slot.outside_hours, f"{slot.starts_at.astimezone(ZoneInfo(NY)):%H:%M}") == (outside, starts)
    assert suits(pair(party(NY, hours)), slot)


@pytest.mark.parametrize("hours", ["Sat, Sun 10:00-18:00", "Sun 21:00-24:00"])
def test_who_works_on_the_other_days_of_the_week_is_met_at_the_nearest_edge_too(hours: str) -> None:
    weekend = pair(party(NY, hours))
    slot = choose(weekend, at("2026-02-03T12:00"), at("2026-02-01T00:00"))
    assert slot and slot.outside_hours == "owner"
    assert suits(weekend, slot)
    again = choose(weekend, slot.starts_at + 7 * DAY, slot.ends_at, habit=True)
    assert again and again.starts_at == slot.starts_at + 7 * DAY


@pytest.mark.parametrize(
    ("owner", "contractor"), [(NY, MANILA), ("America/Havana", MANILA), ("Australia/Lord_Howe", LAGOS)]
)
def test_at_an_edge_no_week_is_left_out_for_an_hour_that_the_clocks_bring(
    owner: str, contractor: str
) -> None:
    """A week later the call may lie an hour nearer to the other's day: the week before has its call too."""
    one = pair(party(contractor, _HOURS[0]), party(owner, _HOURS[0]))
    found = choose(one, at("2026-01-07T00:00", owner), at("2026-01-06T00:00", owner))
    assert found and found.outside_hours
    wanted = found.starts_at.astimezone(ZoneInfo(owner)).replace(tzinfo=None)
    for _ in range(52):
        before, wanted = found, wanted + 7 * DAY
        moment = wanted.replace(tzinfo=ZoneInfo(owner)).astimezone(UTC)
        found = choose(one, moment, before.starts_at + 7 * DAY / 2, habit=True)
        assert found and abs(found.starts_at - moment) <= 60 * MINUTE


def test_of_an_edge_the_start_is_taken_that_is_nearest_also_half_a_day_from_the_wanted_time() -> None:
    one = pair(party("Asia/Tokyo", _HOURS[0]), party("Antarctica/Troll", "Sun-Thu 08:00-16:00"))
    wanted = at("2025-11-01T19:30", "UTC")
    slot = choose(one, wanted, wanted + 130 * 60 * MINUTE, habit=True)
    assert slot and slot.starts_at == at("2025-11-10T07:30", "UTC")


@pytest.mark.parametrize(
    ("owner", "contractor", "month", "walls"),
    [
        (NY, MANILA, 1, ("20:00", "09:00")),
        (NY, MANILA, 7, ("21:00", "09:00")),  # 04:30 and 16:30 is as near
        ("Europe/London", "Pacific/Auckland", 7, ("09:00", "20:00")),
        ("Asia/Kolkata", "America/Los_Angeles", 7, ("21:30", "09:00")),
    ],
)
def test_nobody_has_a_call_at_night_who_works_by_day(
    owner: str, contractor: str, month: int, walls: tuple[str, str]
) -> None:
    wanted = datetime(2026, month, 14, 12, tzinfo=UTC)
    one = pair(party(contractor, "Mon-Fri 09:00-17:00"), party(owner, "Mon-Fri 09:00-17:00"))
    for slot in (choose(one, wanted, wanted - 2 * DAY), choose(one, wanted - DAY / 2, wanted, habit=True)):
        assert slot
        assert walls == tuple(
            f"{slot.starts_at.astimezone(ZoneInfo(zone)):%H:%M}" for zone in (owner, contractor)
        )


def test_no_week_is_left_out_for_the_one_in_which_other_days_lie_within_twelve_hours() -> None:
    """Saturday 09:00 in Tehran is 12:15 from Friday 19:00 in Casablanca, but 11:15 in Ramadan, five weeks later."""
    one = pair(
        party(_TEHRAN, "Sat, Sun 09:00-17:00"), party("Africa/Casablanca", "Mon-Fri 10:00-19:00"), 45 * MINUTE
    )
    wanted = datetime(2026, 1, 17, 5, 30, tzinfo=UTC)
    slot = choose(one, wanted, wanted - 7 * DAY, habit=True)
    assert slot == Slot(wanted, wanted + 45 * MINUTE, "owner")


def test_hours_that_meet_only_when_the_clocks_change_are_no_reason_to_wait_for_weeks() -> None:
    morning = party(LAGOS, "Mon-Fri 09:00-14:45")  # to 08:45 in New York, and from 8 March on to 09:45
    wanted = at("2026-02-03T08:15")
    slot = choose(pair(morning), wanted, at("2026-02-01T00:00"), habit=True)
    assert slot == Slot(wanted, wanted + HALF_HOUR, "owner")
    soon = choose(pair(morning), at("2026-03-05T08:15"), at("2026-03-04T12:00"), habit=True)
    assert soon == Slot(at("2026-03-09T09:00"), at("2026-03-09T09:30"))


def test_hours_round_the_clock_are_shared() -> None:
    always = party("UTC", "Mon-Sun 00:00-24:00")
    slot = choose(pair(always, always), at("2026-12-05T22:36", "UTC"), at("2026-11-22T23:36", "UTC"))
    assert slot == Slot(at("2026-12-05T11:45", "UTC"), at("2026-12-05T12:15", "UTC"))


def test_who_shares_hours_is_waited_for() -> None:
    away = [(at("2026-02-01T00:00"), at("2026-02-24T00:00"))]
    slot = choose(pair(BEN, absent=away), at("2026-02-03T10:00"), at("2026-02-01T00:00"), habit=True)
    assert slot == Slot(at("2026-02-24T10:00"), at("2026-02-24T10:30"))


def test_two_share_an_edge_without_meeting() -> None:
    evening = party(NY, "Mon-Fri 19:00-23:00")
    first = choose(pair(evening), at("2026-02-03T12:00"), LONG_AGO)
    assert first
    second = choose(pair(evening, taken=[(first.starts_at, first.ends_at)]), at("2026-02-03T12:00"), LONG_AGO)
    assert second and (second.ends_at <= first.starts_at or first.ends_at <= second.starts_at)


def test_somebody_who_is_away_for_months_has_no_slot() -> None:
    away = ((date(2026, 1, 1), date(2026, 12, 31)),)
    assert choose(pair(party(NY, "Mon-Fri 09:00-17:00", "", away)), at("2026-02-03T12:00"), LONG_AGO) is None


def test_what_suited_may_suit_no_more() -> None:
    slot = choose(pair(BEN), at("2026-02-03T00:00"), at("2026-02-01T00:00"))
    assert slot and suits(pair(BEN), slot)
    away = party(LAGOS, "Mon-Fri 09:00-17:00", "", ((date(2026, 2, 3), date(2026, 2, 3)),))
    later = party(LAGOS, "Mon-Fri 20:00-23:00")
    assert not suits(pair(away), slot)
    assert not suits(pair(later), slot)
    assert suits(pair(later), slot, hours=False)
    assert not suits(pair(BEN, absent=[(slot.starts_at - DAY, slot.starts_at + MINUTE)]), slot)


_HOURS = [
    "Mon-Fri 09:00-17:00",
    "Mon-Fri 21:00-06:00",
    "Mon,Wed 08:10-11:50; Fri 13:00-19:20",
    "Sun-Thu 07:30-15:30",
]
_ZONES = [NY, MANILA, LAGOS, "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(_ZONES), st.sampled_from(_HOURS), st.sampled_from(_ZONES), st.sampled_from(_HOURS),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.booleans(),
    st.lists(st.integers(0, 40 * 24 * 4), max_size=6), st.sampled_from([15, 30, 60]),
)  # fmt: skip
@example(NY, _HOURS[0], LAGOS, _HOURS[2], datetime(2026, 4, 1), False, [], 15)  # Easter: far apart
def test_every_minute_suits_both_wherever_they_are(
    zone: str,
    hours: str,
    other_zone: str,
    other_hours: str,
    wanted: datetime,
    habit: bool,
    busy: list[int],
    length: int,
) -> None:
    wanted = wanted.replace(tzinfo=UTC, second=0, microsecond=0)
    earliest = wanted - 2 * DAY
    taken = [(earliest + n * 15 * MINUTE, earliest + (n + 2) * 15 * MINUTE) for n in busy]
    one = pair(party(other_zone, other_hours, "PH"), party(zone, hours, "US"), length * MINUTE, taken=taken)
    slot = choose(one, wanted, earliest, habit)
    owner, contractor = one.owner.clock, one.contractor.clock

    def good(start: datetime, both: bool) -> bool:
        minutes = [start + n * MINUTE for n in range(length)]
        if any(busy_start < start + length * MINUTE and start < busy_end for busy_start, busy_end in taken):
            return False
        inside = [all(clock.contains(minute) for minute in minutes) for clock in (owner, contractor)]
        return all(inside) if both else any(inside)

    if slot is None:
        return
    assert slot.starts_at >= earliest and slot.ends_at - slot.starts_at == length * MINUTE
    assert good(slot.starts_at, both=not slot.outside_hours)
    if slot.outside_hours:  # then no quarter of an hour that is near enough lies in the hours of both
        first = earliest - timedelta(minutes=earliest.minute % 15) + 15 * MINUTE
        wide = Pair(one.owner, one.contractor, one.length)
        quarters = (first + n * 15 * MINUTE for n in range(14 * 96))
        near = (start for start in quarters if start <= slot.starts_at + PATIENCE)
        assert not any(
            good(start, both=True) and suits(wide, Slot(start, start + one.length)) for start in near
        )


_HAVANA, _TEHRAN = "America/Havana", "Asia/Tehran"
_EVENINGS, _SATURDAYS = "Mon-Fri 19:00-23:00", "Sat-Wed 08:00-16:00"
_APART = st.tuples(
    st.sampled_from([_HAVANA, NY, "America/Santiago", "Antarctica/Troll"]),
    st.sampled_from([*_HOURS[:2], _EVENINGS]),
    st.sampled_from([_TEHRAN, MANILA, "Pacific/Chatham", "Australia/Lord_Howe", "Europe/Berlin"]),
    st.sampled_from([_HOURS[0], _HOURS[3], _SATURDAYS]),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)), st.integers(-5 * 24, 8 * 24), st.booleans(),
)  # fmt: skip
_CUT_OFF = (_HAVANA, _HOURS[0], _TEHRAN, _SATURDAYS, datetime(2026, 3, 9, 10), 98, True)
_OVER = (NY, _EVENINGS, "Europe/Berlin", _HOURS[0], datetime(2026, 11, 19, 19), -14, True)
_EARLIER = (NY, "Mon-Fri 12:00-20:00", NY, "Mon-Fri 12:00-20:00", datetime(2026, 3, 9, 15, 45), -84, True)


def found(case: tuple[str, str, str, str, datetime, int, bool]) -> tuple[Pair, datetime, datetime, Slot]:
    """Two of different hours, when they want to meet, from when on they can, and the slot that they get."""
    zone, hours, other_zone, other_hours, moment, ahead, habit = case
    one = pair(party(other_zone, other_hours), party(zone, hours))
    wanted = moment.replace(tzinfo=UTC, second=0, microsecond=0)
    slot = choose(one, wanted, wanted + ahead * 60 * MINUTE, habit)
    assume(slot is not None)
    assert slot
    return one, wanted, wanted + ahead * 60 * MINUTE, slot


def apart(one: Pair, start: datetime) -> timedelta | None:
    """How far a slot inside the hours of one is from those of the other, and a week more where it is night there.

    None where it lies in the hours of both, or of none.
    """
    span, week = (start, start + one.length), (start - 7 * DAY, start + 7 * DAY)
    clocks = one.owner.clock, one.contractor.clock
    inside = [list(clock.spans(*span)) == [span] for clock in clocks]
    if sum(inside) != 1:
        return None
    outside = clocks[inside.index(False)]
    others = [x for x in outside.spans(*week) if x[1] - x[0] >= one.length]
    night = any(t.astimezone(outside.zone).hour < 6 for t in (start, span[1] - MINUTE))
    return (
        min(max(opens - start, span[1] - closes, timedelta()) for opens, closes in others) + 7 * DAY * night
    )


@settings(max_examples=150, deadline=None)
@given(_APART)
@example(_CUT_OFF)
def test_no_edge_of_the_next_days_is_hours_nearer_to_the_others_day(case) -> None:
    """Also where little is left of the week round the wanted moment, or its days are not those of both."""
    one, _, _, slot = found(case)
    assume(slot.outside_hours)
    following = (apart(one, slot.starts_at + n * 15 * MINUTE) for n in range(7 * 96))
    distances = [distance for distance in following if distance is not None]
    assert distances[0] - min(distances) <= timedelta(hours=3)


_AWAY = (
    "Pacific/Chatham",
    _HOURS[0],
    "Australia/Lord_Howe",
    "Mon-Fri 18:00-22:00",
    datetime(2026, 9, 28, 7),
    12,
    True,
)


@settings(max_examples=150, deadline=None)
@given(_APART, st.integers(-400, 400), st.integers(1, 400))
@example(_AWAY, -193, 361)
def test_what_is_found_suits_also_while_the_contractor_is_away(case, since: int, hours: int) -> None:
    """Else it would move at each look, to and fro, and nobody would be invited."""
    zone, owners, other_zone, others, moment, ahead, habit = case
    wanted = moment.replace(tzinfo=UTC, second=0, microsecond=0)
    away = wanted + since * 60 * MINUTE
    one = pair(party(other_zone, others), party(zone, owners), absent=[(away, away + hours * 60 * MINUTE)])
    slot = choose(one, wanted, wanted + ahead * 60 * MINUTE, habit)
    assume(slot is not None)
    assert slot and suits(one, slot)


@settings(max_examples=150, deadline=None)
@given(_APART, st.floats(0, 1))
@example(_OVER, 0.2)
@example(_EARLIER, 1)
def test_a_slot_stays_while_time_takes_away_what_lies_before_it(case, part: float) -> None:
    """Else it would be put off each time that its invitation is to go out."""
    one, wanted, earliest, slot = found(case)
    later = choose(one, wanted, earliest + (slot.starts_at - earliest) * part, habit=case[-1])
    assert later
    assume(later.outside_hours == slot.outside_hours)  # else they share hours soon, and wait for these
    assert later == slot
