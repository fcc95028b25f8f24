"""Working time against a count of every minute: every zone, nights, lunches, holidays, absences."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.clocks.daysoff import check_holidays
from relationship.clocks.durations import Duration
from relationship.clocks.hours import WorkingClock, working_clock
from relationship.clocks.opening import shared_hours
from relationship.clocks.weeks import parse_hours
from relationship.clocks.zones import check_zone

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Job:
    """Somebody's hours, and what the minute-by-minute count makes of them."""

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]  # ranges in minutes since midnight, for seven days
    holidays: str = ""
    away: tuple[tuple[date, date], ...] = ()

    @property
    def text(self) -> str:
        groups = []
        for name, ranges in zip(DAYS, self.week, strict=True):
            if ranges:
                groups.append(f"{name} " + ", ".join(f"{_hm(a)}-{_hm(b)}" for a, b in ranges))
        return "; ".join(groups)

    @property
    def clock(self) -> WorkingClock:
        return working_clock(self.zone, self.text, self.holidays, self.away)

    def off(self, day: date) -> bool:
        country, _, region = self.holidays.partition("-")
        if country and day in _calendar(country, region or None):
            return True
        return any(first <= day <= last for first, last in self.away)

    def shift(self, moment: datetime) -> tuple[date, int] | None:
        """The day whose shift the minute belongs to, and the minutes since that day's midnight."""
        wall = moment.astimezone(ZoneInfo(self.zone))
        for back in (0, 1):
            day = wall.date() - back * DAY
            minute = wall.hour * 60 + wall.minute + back * 1440
            if any(a <= minute < b for a, b in self.week[day.weekday()]) and not self.off(day):
                return day, minute
        return None

    def works(self, moment: datetime) -> bool:
        return self.shift(moment) is not None

    def works_on(self, day: date) -> bool:
        return bool(self.week[day.weekday()]) and not self.off(day)

    def seconds(self, start: datetime, end: datetime) -> int:
        """Counts every minute; the first and the last may be cut."""
        count, minute = 0, start.replace(second=0, microsecond=0)
        while minute < end:
            if self.works(minute):
                count += int((min(minute + MINUTE, end) - max(minute, start)).total_seconds())
            minute += MINUTE
        return count

    def first_worked(self, moment: datetime) -> datetime:
        while not self.works(moment):
            moment += MINUTE
        return moment

    def last_worked(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the last worked minute."""
        if self.works(moment):
            return moment
        while not self.works(moment - MINUTE):
            moment -= MINUTE
        return moment

    def wall(self, day: date, minute: int) -> datetime:
        naive = datetime.combine(day, time()) + minute * MINUTE
        return naive.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def nth_day(self, day: date, count: int, step: int) -> date:
        while count:
            day += step * DAY
            count -= self.works_on(day)
        return day

    def days_after(self, start: datetime, count: int) -> datetime:
        moment = self.first_worked(start)
        if not count:
            return moment
        day, minute = self.shift(moment)
        return self.first_worked(self.wall(self.nth_day(day, count, 1), minute))

    def days_before(self, end: datetime, count: int) -> datetime:
        moment = self.last_worked(end)
        if not count:
            return moment
        if self.works(moment):
            day, minute = self.shift(moment)
        else:
            day, minute = self.shift(moment - MINUTE)
            minute += 1
        return self.last_worked(self.wall(self.nth_day(day, count, -1), minute))


_CALENDARS: dict[tuple[str, str | None], holidays.HolidayBase] = {}


def _calendar(country: str, region: str | None) -> holidays.HolidayBase:
    if (country, region) not in _CALENDARS:
        _CALENDARS[country, region] = holidays.country_holidays(country, subdiv=region)
    return _CALENDARS[country, region]


def _hm(minute: int) -> str:
    minute -= 1440 * (minute > 1440)
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def _weeks(draw) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Any hours that do not overlap: nights, lunches, free days; never a free week."""
    week: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    taken: list[tuple[int, int]] = []
    wanted = draw(
        st.lists(
            st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1439)), min_size=1, max_size=12
        )
    )
    for day, start, length in wanted:
        low, high = day * 1440 + start, day * 1440 + start + length
        if all(high + w <= a or b <= low + w for a, b in taken for w in (-10080, 0, 10080)):
            taken.append((low, high))
            week[day].append((start, start + length))
    return tuple(tuple(sorted(ranges)) for ranges in week)


NINE_TO_FIVE = ((540, 1020),)
LUNCH = ((540, 750), (810, 1080))
NIGHT = ((1260, 1800),)
FREE: tuple[tuple[int, int], ...] = ()
USUAL = (
    (*(NINE_TO_FIVE,) * 5, FREE, FREE),
    (*(LUNCH,) * 5, ((600, 720),), FREE),
    (*(NIGHT,) * 5, FREE, FREE),
    (FREE, NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, FREE),
    (((0, 1440),),) * 7,
    (((30, 150), (170, 600)),) * 7,  # over the hours that summer time takes and gives
)


@st.composite
def _moments(draw, zone: str) -> datetime:
    """Anything from 2000 to 2100, and more often what is hard: changes of offset, turns of years, borders."""
    year = draw(st.integers(2000, 2099))
    begin = datetime(year, 1, 1, tzinfo=UTC)
    kind = draw(st.sampled_from(["any", "change", "change", "new year", "border"]))
    if kind == "change":
        begin = draw(st.sampled_from(_changes(zone, year) or [begin]))
    elif kind == "border":  # where a clock's chunks of 366 days meet
        begin = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=366 * (year - 1969))
    elif kind == "any":
        begin += draw(st.integers(0, 364)) * DAY
    return begin - draw(st.integers(-1440, 4 * 1440)) * MINUTE


def _changes(zone: str, year: int) -> list[datetime]:
    """The ends of the days in which the zone's offset changes."""
    info = ZoneInfo(zone)
    days = [datetime(year, 1, 1, tzinfo=UTC) + n * DAY for n in range(366)]
    offsets = [day.astimezone(info).utcoffset() for day in days]
    return [day for day, (old, new) in zip(days[1:], pairwise(offsets), strict=True) if old != new]


@st.composite
def _cases(draw) -> tuple[Job, datetime]:
    zone = draw(st.sampled_from(ZONES))
    start = draw(_moments(zone))
    week = draw(st.one_of(st.sampled_from(USUAL), _weeks()))
    first = start.date() + draw(st.integers(-3, 8)) * DAY
    away = draw(st.sampled_from([(), ((first, first + draw(st.integers(0, 3)) * DAY),)]))
    return Job(zone, week, draw(st.sampled_from(["", "", "PH", "US-NY", "NG", "DE"])), away), start


@settings(max_examples=80, deadline=None)
@given(_cases(), st.integers(0, 8 * 86400), st.integers(0, 59))
def test_working_seconds_are_those_of_the_minutes_counted_one_by_one(case, length, second):
    job, start = case
    start += timedelta(seconds=second)
    end = start + timedelta(seconds=length)
    assert job.clock.seconds_between(start, end) == job.seconds(start, end)


@settings(max_examples=60, deadline=None)
@given(_cases(), st.integers(1, 3 * 1440))
def test_open_spans_are_the_worked_minutes(case, length):
    job, start = case
    end = start + length * MINUTE
    spans = list(job.clock.spans(start, end))
    for (_, closes), (opens, _) in pairwise(spans):
        assert closes < opens
    covered = {opens + n * MINUTE for opens, closes in spans for n in range((closes - opens) // MINUTE)}
    assert covered == {start + n * MINUTE for n in range(length) if job.works(start + n * MINUTE)}


@settings(max_examples=80, deadline=None)
@given(_cases())
def test_opening_and_closing_are_found_as_by_walking(case):
    job, start = case
    assert job.clock.contains(start) == job.works(start)
    assert job.clock.next_open(start) == job.first_worked(start)
    assert job.clock.last_open(start) == job.last_worked(start)


@settings(max_examples=60, deadline=None)
@given(_cases(), st.integers(0, 1500))
def test_working_hours_accumulate_minute_by_minute(case, minutes):
    job, start = case
    later = earlier = start
    count = 0
    while count < minutes:
        count += job.works(later)
        later += MINUTE
    count = 0
    while count < minutes:
        earlier -= MINUTE
        count += job.works(earlier)
    amount = Duration(minutes, "minutes", working=True)
    assert job.clock.after(start, amount) == later
    assert job.clock.before(start, amount) == earlier


@settings(max_examples=80, deadline=None)
@given(_cases(), st.integers(0, 6))
def test_working_days_are_found_as_by_walking(case, days):
    job, start = case
    amount = Duration(days, "days", working=True)
    assert job.clock.after(start, amount) == job.days_after(start, days)
    assert job.clock.before(start, amount) == job.days_before(start, days)


@settings(max_examples=60, deadline=None)
@given(_cases(), st.integers(0, 3 * 10**9), st.integers(0, 3 * 10**9))
def test_long_stretches_are_the_sum_of_their_parts(case, one, other):
    job, start = case
    low, high = sorted((one % (5 * 366 * 86400), other % (5 * 366 * 86400)))
    middle, end = start + timedelta(seconds=low), start + timedelta(seconds=high)
    clock = job.clock
    assert clock.seconds_between(start, end) == clock.seconds_between(start, middle) + clock.seconds_between(
        middle, end
    )
    assert clock.seconds_between(end, start) == 0
    open_s = sum((closes - opens).total_seconds() for opens, closes in clock.spans(start, end))
    assert open_s == clock.seconds_between(start, end)


def test_every_zone_is_right_around_its_changes():
    week = (((120, 150), (165, 600), (1260, 1500)),) * 7
    for zone in ZONES:
        job = Job(zone, week)
        for change in _changes(zone, 2026):
            start = change - 3 * DAY
            minutes = [start + 15 * n * MINUTE for n in range(5 * 96)]
            counted = sum(job.works(minute) for minute in minutes) * 900
            assert job.clock.seconds_between(start, start + 5 * DAY) == counted, zone


def test_who_always_works_has_one_span():
    clock = working_clock("Asia/Manila", "Mon-Sun 00:00-24:00")
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert list(clock.spans(start, end)) == [(start, end)]


def test_openings_are_found_over_years():
    start = datetime(2026, 6, 3, 12, tzinfo=UTC)
    away = ((date(2026, 6, 3), date(2031, 6, 3)),)
    clock = working_clock("UTC", "Mon-Fri 09:00-17:00", "", away)
    assert clock.next_open(start) == datetime(2031, 6, 4, 9, tzinfo=UTC)
    for day in range(0, 5 * 365, 50):
        assert clock.last_open(start + day * DAY) == datetime(2026, 6, 2, 17, tzinfo=UTC)
        assert clock.next_open(start + day * DAY) == datetime(2031, 6, 4, 9, tzinfo=UTC)


def test_a_century_of_nine_to_five():
    clock = working_clock("Asia/Kolkata", "Mon-Fri 09:00-17:00")
    start, end = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    weekdays = sum((start + n * DAY).weekday() < 5 for n in range((end - start).days))
    assert clock.seconds_between(start, end) == weekdays * 8 * 3600


# Single cases that a person can check against a calendar.


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(count: int) -> Duration:
    return Duration(count, "hours", working=True)


def days(count: int) -> Duration:
    return Duration(count, "days", working=True)


def test_a_night_belongs_to_the_day_it_starts_on_holidays_and_absences_too():
    manila = "Asia/Manila"
    away = ((date(2026, 12, 22), date(2026, 12, 22)),)
    clock = working_clock(manila, "Mon-Fri 21:00-06:00", "PH", away)
    assert clock.contains(at("2026-12-22 05:59", manila))  # Monday's night, on the absent Tuesday
    assert not clock.contains(at("2026-12-22 21:00", manila))
    assert not clock.contains(at("2026-12-23 05:00", manila))  # would be the absent Tuesday's night
    assert clock.contains(at("2026-12-24 05:00", manila))  # Wednesday's night, on Christmas Eve, a holiday
    assert not clock.contains(at("2026-12-26 02:00", manila))  # would be Christmas Day's night
    assert clock.contains(at("2026-12-19 05:00", manila))  # Friday's night on a Saturday


def test_the_hour_that_summer_time_takes_is_not_worked_and_the_one_it_gives_is_worked_twice():
    new_york = "America/New_York"
    clock = working_clock(new_york, "Mon-Sun 00:00-24:00")
    assert clock.seconds_between(at("2026-03-08", new_york), at("2026-03-09", new_york)) == 23 * 3600
    assert clock.seconds_between(at("2026-11-01", new_york), at("2026-11-02", new_york)) == 25 * 3600
    gap = working_clock(new_york, "Sun 02:00-03:00")
    assert gap.seconds_between(at("2026-03-08", new_york), at("2026-03-09", new_york)) == 0
    fold = working_clock(new_york, "Sun 01:00-02:00")
    assert fold.seconds_between(at("2026-11-01", new_york), at("2026-11-02", new_york)) == 7200


LUNCHES = "Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00"


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-06-03 17:00", hours(2), "2026-06-04 10:00"),
        (
            "2026-06-03 16:00",
            hours(2),
            "2026-06-03 18:00",
        ),  # done when the day ends, not when the next begins
        ("2026-06-03 12:00", hours(1), "2026-06-03 14:00"),
        ("2026-06-05 17:30", hours(2), "2026-06-06 11:30"),
        ("2026-06-07 12:00", hours(1), "2026-06-08 10:00"),
        ("2026-06-03 10:15", days(1), "2026-06-04 10:15"),
        ("2026-06-03 13:00", days(1), "2026-06-04 13:30"),  # lunch: the next start of hours
        ("2026-06-03 20:00", days(1), "2026-06-05 09:00"),  # evening: belongs to the next day's start
        ("2026-06-05 17:00", days(1), "2026-06-08 09:00"),  # Saturday ends at noon
        ("2026-06-05 11:00", days(1), "2026-06-06 11:00"),
        ("2026-06-07 12:00", days(2), "2026-06-10 09:00"),
        ("2026-06-07 12:00", days(0), "2026-06-08 09:00"),
        ("2026-06-03 20:00", Duration(3, "days"), "2026-06-06 20:00"),
        ("2026-06-03 20:00", Duration(20, "minutes"), "2026-06-03 20:20"),
    ],
)
def test_durations_after(start, duration, end):
    zone = "Europe/Lisbon"
    assert working_clock(zone, LUNCHES).after(at(start, zone), duration) == at(end, zone)


@pytest.mark.parametrize(
    ("end", "duration", "start"),
    [
        ("2026-06-04 10:00", hours(2), "2026-06-03 17:00"),
        ("2026-06-03 11:00", hours(2), "2026-06-03 09:00"),
        ("2026-06-04 10:15", days(1), "2026-06-03 10:15"),
        ("2026-06-04 09:00", days(1), "2026-06-03 09:00"),
        ("2026-06-04 18:00", days(1), "2026-06-03 18:00"),
        ("2026-06-04 13:00", days(1), "2026-06-03 12:30"),
        ("2026-06-04 23:00", days(1), "2026-06-03 18:00"),
        ("2026-06-08 17:00", days(1), "2026-06-06 12:00"),  # Saturday ends at noon
        ("2026-06-08 17:00", days(2), "2026-06-05 17:00"),
        ("2026-06-07 12:00", days(1), "2026-06-05 12:00"),  # Sunday: the end of Saturday's hours
        ("2026-06-06 20:00", Duration(3, "days"), "2026-06-03 20:00"),
    ],
)
def test_durations_before(end, duration, start):
    zone = "Europe/Lisbon"
    assert working_clock(zone, LUNCHES).before(at(end, zone), duration) == at(start, zone)


def test_a_working_day_of_nights_ends_at_the_same_wall_time_of_the_next_night():
    manila = "Asia/Manila"
    clock = working_clock(manila, "Mon-Fri 21:00-06:00")
    assert clock.after(at("2026-06-03 02:00", manila), days(1)) == at("2026-06-04 02:00", manila)
    assert clock.after(at("2026-06-06 02:00", manila), days(1)) == at("2026-06-09 02:00", manila)
    assert clock.before(at("2026-06-09 02:00", manila), days(1)) == at("2026-06-06 02:00", manila)
    assert clock.after(at("2026-06-03 12:00", manila), days(1)) == at("2026-06-04 21:00", manila)


def test_plain_days_are_elapsed_time_whatever_zone_the_moment_comes_in():
    clock = working_clock("America/New_York", "Mon-Fri 09:00-17:00")
    start = datetime(2026, 3, 7, 12, tzinfo=ZoneInfo("America/New_York"))
    assert clock.after(start, Duration(1, "days")) - start.astimezone(UTC) == DAY
    assert start.astimezone(UTC) - clock.before(start, Duration(1, "days")) == DAY


def test_a_party_that_never_works_is_answered_with_a_far_moment():
    forever = ((date(1900, 1, 1), date(2200, 1, 1)),)
    clock = working_clock("Asia/Manila", "Mon-Fri 09:00-17:00", "", forever)
    now = at("2026-06-03 12:00")
    far = timedelta(days=30 * 366)
    assert clock.next_open(now) == now + far
    assert clock.last_open(now) == now - far
    for duration in (hours(1), days(1), days(20000)):
        assert clock.after(now, duration) == now + far
        assert clock.before(now, duration) == now - far
    assert clock.seconds_between(now, now + far) == 0
    assert list(clock.spans(now, now + DAY)) == []


def test_a_leave_that_began_today_does_not_hang_a_working_day():
    away = ((date(2026, 6, 4), date(2200, 1, 1)),)
    clock = working_clock("UTC", "Mon-Fri 09:00-17:00", "", away)
    assert clock.after(at("2026-06-03 12:00"), days(1)) > at("2050-01-01 00:00")
    assert clock.after(at("2026-06-03 12:00"), hours(8)) > at("2050-01-01 00:00")


def test_a_naive_moment_is_refused():
    clock = working_clock("UTC", "Mon-Fri 09:00-17:00")
    with pytest.raises(TypeError):
        clock.seconds_between(datetime(2026, 1, 1), datetime(2026, 1, 2))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("daily 09:00-10:00", "Mon-Sun 09:00-10:00"),
        ("Fri-Mon 9:00-10:00", "Mon 09:00-10:00; Fri 09:00-10:00; Sat 09:00-10:00; Sun 09:00-10:00"),
        ("monday, Wed 09:00\u201310:00;", "Mon 09:00-10:00; Wed 09:00-10:00"),
        ("Mon 13:00-14:00, 09:00-10:00", "Mon 09:00-10:00, 13:00-14:00"),
        ("Mon 21:00-00:00", "Mon 21:00-24:00"),
        ("Mon 09:00-10:00; Mon 10:00-11:00", "Mon 09:00-10:00, 10:00-11:00"),
    ],
)
def test_hours_can_be_written_in_several_ways(text, same):
    assert parse_hours(text) == parse_hours(same)


@settings(max_examples=40, deadline=None)
@given(_weeks())
def test_hours_are_read_as_they_were_written(week):
    assert parse_hours(Job("UTC", week).text) == week


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no working hours"),
        (" ; ", "no working hours"),
        ("Mon-Fri", "says no hours"),
        ("09:00-17:00", "which days"),
        ("Mn-Fri 09:00-17:00", "'Mn' is not a day"),
        ("Mon-Wed-Fri 09:00-17:00", "no range of days"),
        ("Mon 9-17", "'9-17' is not a range"),
        ("Mon 9am-5pm", "'9am-5pm' is not a range"),
        ("Mon 09:00-25:00", "24:00"),
        ("Mon 09:61-10:00", "24:00"),
        ("Mon 24:00-06:00", "24:00"),
        ("Mon 09:00-24:30", "24:00"),
        ("Mon 09:00-09:00", "00:00-24:00"),
        ("Mon 09:00-12:00,", "'' is not a range"),
        ("Mon 09:00-12:00, 11:00-13:00", "overlap: Mon 09:00-12:00 and Mon 11:00-13:00"),
        ("Mon-Fri 09:00-17:00; Fri 09:00-12:00", "overlap"),
        ("Mon 21:00-06:00; Tue 05:00-08:00", "overlap: Mon 21:00-06:00 and Tue 05:00-08:00"),
        ("Sun 21:00-06:00; Mon 05:00-08:00", "overlap: Sun 21:00-06:00 and Mon 05:00-08:00"),
    ],
)
def test_wrong_hours_are_refused_in_words(text, complaint):
    with pytest.raises(ValueError, match="(?i)" + complaint.replace("+", "\\+")):
        parse_hours(text)


NIGHTS = working_clock("Asia/Manila", "Mon-Fri 21:00-06:00")
AT_NOON = working_clock("America/New_York", "Mon-Fri 09:00-12:30, 13:30-18:00", "US")
DAYS_OFF = working_clock(
    "Europe/Berlin", "Mon-Sat 00:00-24:00", "", ((date(2026, 2, 12), date(2026, 2, 13)),)
)


@pytest.mark.parametrize("first", [date(2026, 2, 9), date(2026, 3, 23)], ids=["two chunks", "clocks change"])
@pytest.mark.parametrize(("one", "other"), [(NIGHTS, AT_NOON), (AT_NOON, DAYS_OFF), (DAYS_OFF, NIGHTS)])
def test_shared_hours_are_the_moments_that_lie_in_both(one, other, first):
    start = datetime.combine(first, time(), UTC)
    both = list(shared_hours(one, other).spans(start, start + 8 * DAY))
    assert both
    for at in (start + n * 10 * MINUTE for n in range(8 * 144)):
        assert any(begin <= at < end for begin, end in both) == (one.contains(at) and other.contains(at))


@pytest.mark.parametrize("code", ["", "PH", "US-NY", "us-ny", "GB-ENG", "NG"])
def test_holiday_calendars_that_are_known(code):
    check_holidays(code)


def test_the_hour_that_comes_twice_is_two():
    first = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    clock, hour = WorkingClock("America/New_York", "daily 00:00-24:00"), Duration(1, "hours", working=True)
    assert clock.after(first.replace(fold=1), hour) - clock.after(first, hour) == timedelta(hours=1)


def test_a_region_has_holidays_of_its_own():
    lincolns_birthday = date(2026, 2, 12)
    assert working_clock("America/New_York", "Mon-Fri 09:00-17:00", "US").works_on(lincolns_birthday)
    assert not working_clock("America/New_York", "Mon-Fri 09:00-17:00", "US-NY").works_on(lincolns_birthday)


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("XX", "not a known country"),
        ("US-ZZ", "no region 'ZZ'"),
        ("-", "not a known"),
        ("IN-Kerala", "did you mean 'IN-KL'"),
        ("br-são paulo", "did you mean 'BR-SP'"),
        ("DE-Byaern", "no region 'Byaern'; write"),
        ("PH-Manila", "no region 'Manila'; write"),
    ],
)
def test_holiday_calendars_that_are_not(code, complaint):
    with pytest.raises(ValueError, match=complaint):
        check_holidays(code)
    with pytest.raises(ValueError, match=complaint):
        WorkingClock("UTC", "Mon 09:00-10:00", code)


@pytest.mark.parametrize("zone", ["Asia/Manilla", "", "Asia", "../etc", "/etc/passwd"])
def test_zones_that_are_not(zone):
    with pytest.raises(ValueError, match="is not a time zone"):
        check_zone(zone)


def test_a_slip_in_a_zone_is_answered_with_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'Asia/Manila'"):
        check_zone("Asia/Manilla")
