"""Working hours: what lies inside a party's own hours, in its own zone, without its holidays and absences.

Theory of operation. A minute is worked when its wall clock lies in the hours. The hours are laid out as
spans of the wall clock, day after day; a zone's time is cut into segments of one constant UTC offset; in
each segment the spans become UTC intervals by one subtraction, cut off at the segment's ends. A wall clock
that a change to summer time leaves out is thus never worked, and one that comes twice is worked twice. The
intervals are kept in chunks of 366 days, each built when first asked for, with running sums: a question is
two bisections.

Nothing is looked for further away than about 30 years: a party that never works within them (endless
`away:`) is answered with the moment at that distance, so that whatever waits for its hours waits quietly.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from relationship.clocks.daysoff import check_holidays, holiday_dates
from relationship.clocks.durations import Duration
from relationship.clocks.opening import EPOCH, OpenHours
from relationship.clocks.opening import moment as _moment
from relationship.clocks.opening import seconds as _seconds
from relationship.clocks.weeks import Week, parse_hours
from relationship.clocks.zones import CHUNK_DAYS, CHUNK_S, DAY_S, check_zone, segments

HORIZON_CHUNKS = 30
REMEMBERED = 500  # answers, which take 0.1 MB

_EPOCH_DATE = EPOCH.date()
_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)


class WorkingClock(OpenHours):
    """One party's working time. Moments are aware datetimes in any zone; answers are aware UTC."""

    def __init__(
        self, timezone: str, hours: str, holidays: str = "", away: tuple[tuple[date, date], ...] = ()
    ) -> None:
        """Take a zone ("Asia/Manila"), hours, holidays ("PH") and absences; ValueError says what is wrong."""
        super().__init__()
        self.zone = check_zone(timezone)
        self._timezone = timezone
        self._week: Week = parse_hours(hours)
        check_holidays(holidays)
        self._holidays = holidays
        self._away = away
        self._asked: dict[tuple[datetime, Duration], datetime] = {}  # what `after` answered lately
        self._days: dict[int, array[int]] = {}  # working days, by chunk

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Working seconds in [start, end); 0 where the end is not after the start. Fractions are dropped."""
        first, start_at = divmod(_seconds(start), CHUNK_S)
        last, end_at = divmod(_seconds(end), CHUNK_S)
        if (last, end_at) <= (first, start_at):
            return 0
        worked = self.chunk(last).until(end_at) - self.chunk(first).until(start_at)
        if first < last:
            worked += sum(self.chunk(index).total for index in range(first, last))
        return worked

    def contains(self, moment: datetime) -> bool:
        """Whether the moment lies inside the hours."""
        index, at = divmod(_seconds(moment), CHUNK_S)
        return self.chunk(index).contains(at)

    def works_on(self, day: date) -> bool:
        """Whether a shift starts on this day of the party's own calendar."""
        if not self._week[day.weekday()] or day in holiday_dates(self._holidays, day.year):
            return False
        return not any(first <= day <= last for first, last in self._away)

    def shift_on(self, day: date) -> tuple[datetime, datetime] | None:
        """Start and end of the shift that begins on this day, breaks included; None on a day without one."""
        if not self.works_on(day):
            return None
        spans = self._week[day.weekday()]
        start, end = min(start for start, _ in spans), max(end for _, end in spans)
        return self._instant(day, timedelta(minutes=start)), self._instant(day, timedelta(minutes=end))

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself where it lies inside the hours, else the next start of hours."""
        if self.contains(moment):
            return moment.astimezone(UTC)
        first, at = divmod(_seconds(moment), CHUNK_S)
        for index in range(first, first + HORIZON_CHUNKS):
            start = self.chunk(index).next_start(at if index == first else 0)
            if start is not None:
                return _moment(index, start)
        return _moment(first + HORIZON_CHUNKS, at)

    def last_open(self, moment: datetime) -> datetime:
        """The moment itself where it lies inside the hours, else the last end of hours before it."""
        if self.contains(moment):
            return moment.astimezone(UTC)
        first, at = divmod(_seconds(moment), CHUNK_S)
        for index in range(first, first - HORIZON_CHUNKS, -1):
            end = self.chunk(index).last_end(at if index == first else CHUNK_S)
            if end is not None:
                return _moment(index, end)
        return _moment(first - HORIZON_CHUNKS, at)

    def after(self, start: datetime, duration: Duration) -> datetime:
        """The moment that lies `duration` after `start`; it is remembered, since the same is asked at every look.

        Plain durations are plain time. Working hours: the earliest moment by which so much was worked.
        Working days: the start belongs to the working day whose shift contains it, else to that of the next
        start of hours; so many working days later at the same wall time, or at the next start of hours where
        nothing is worked then.
        """
        if not duration.working:
            return start.astimezone(UTC) + timedelta(seconds=duration.plain_seconds)
        asked = start.astimezone(UTC), duration
        found = self._asked.get(asked)
        if found is None:
            if len(self._asked) >= REMEMBERED:
                self._asked.clear()
            found = self._asked[asked] = self._work_out(start, duration)
        return found

    def _work_out(self, start: datetime, duration: Duration) -> datetime:
        if duration.unit == "days":
            return self._days_after(start, duration.amount)
        return self._time_after(start, duration.plain_seconds)

    def before(self, end: datetime, duration: Duration) -> datetime:
        """The moment that lies `duration` before `end`: `after` in a mirror.

        Working hours: the latest moment from which so much is worked until `end`. Working days: an `end`
        outside the hours counts as the last end of hours before it, and so does an outcome outside them.
        """
        if not duration.working:
            return end.astimezone(UTC) - timedelta(seconds=duration.plain_seconds)
        if duration.unit == "days":
            return self._days_before(end, duration.amount)
        return self._time_before(end, duration.plain_seconds)

    def _time_after(self, start: datetime, need: int) -> datetime:
        if not need:
            return start.astimezone(UTC)
        first, at = divmod(_seconds(start), CHUNK_S)
        need += self.chunk(first).until(at)
        for index in range(first, first + HORIZON_CHUNKS):
            chunk = self.chunk(index)
            if need <= chunk.total:
                return _moment(index, chunk.earliest(need))
            need -= chunk.total
        return _moment(first + HORIZON_CHUNKS, at)

    def _time_before(self, end: datetime, need: int) -> datetime:
        if not need:
            return end.astimezone(UTC)
        first, at = divmod(_seconds(end), CHUNK_S)
        rest = self.chunk(first).until(at) - need
        for index in range(first, first - HORIZON_CHUNKS, -1):
            if rest >= 0:
                return _moment(index, self.chunk(index).latest(rest))
            rest += self.chunk(index - 1).total
        return _moment(first - HORIZON_CHUNKS, at)

    def _days_after(self, start: datetime, amount: int) -> datetime:
        moment = self.next_open(start)
        shift = self._shift(moment)
        if not amount or not shift:
            return moment
        day, into = shift
        return self.next_open(self._instant(self._walk(day, amount, 1), into))

    def _days_before(self, end: datetime, amount: int) -> datetime:
        moment = self.last_open(end)
        # An end of hours is no part of them any more: the second before it tells its day.
        back = timedelta(0) if self.contains(moment) else _ONE_SECOND
        shift = self._shift(moment - back)
        if not amount or not shift:
            return moment
        day, into = shift
        return self.last_open(self._instant(self._walk(day, amount, -1), into + back))

    def _shift(self, moment: datetime) -> tuple[date, timedelta] | None:
        """The working day whose shift contains the moment, and the wall time since that day's midnight."""
        wall = moment.astimezone(self.zone).replace(tzinfo=None)
        for day in (wall.date(), wall.date() - _ONE_DAY):
            into = wall - datetime.combine(day, time())
            minute = into.total_seconds() / 60
            if self.works_on(day) and any(start <= minute < end for start, end in self._week[day.weekday()]):
                return day, into
        return None

    def _instant(self, day: date, into: timedelta) -> datetime:
        """Wall time to UTC; one that does not exist or comes twice is read as RFC 5545, 3.3.5 reads it."""
        return (datetime.combine(day, time()) + into).replace(tzinfo=self.zone).astimezone(UTC)

    def _walk(self, day: date, amount: int, step: int) -> date:
        """The `amount`-th working day after `day`, or with step -1 before it; none is looked for past the horizon."""
        number = (day - _EPOCH_DATE).days
        index = number // CHUNK_DAYS
        days = self._workdays(index)
        place = bisect_right(days, number) - 1 + amount if step > 0 else bisect_left(days, number) - amount
        for _ in range(HORIZON_CHUNKS + 1):
            if 0 <= place < len(days):
                farthest = number + step * HORIZON_CHUNKS * CHUNK_DAYS
                found = min(days[place], farthest) if step > 0 else max(days[place], farthest)
                return _EPOCH_DATE + timedelta(days=found)
            place -= len(days) if step > 0 else 0
            index += step
            days = self._workdays(index)
            place += len(days) if step < 0 else 0
        return day + timedelta(days=step * HORIZON_CHUNKS * CHUNK_DAYS)

    def _workdays(self, index: int) -> "array[int]":
        """The working days of a chunk, counted since 1970."""
        days = self._days.get(index)
        if days is None:
            numbers = range(index * CHUNK_DAYS, (index + 1) * CHUNK_DAYS)
            working = (n for n in numbers if self.works_on(_EPOCH_DATE + timedelta(days=n)))
            days = self._days[index] = array("i", working)
        return days

    def _intervals(self, index: int) -> Iterator[tuple[int, int]]:
        """Open intervals of a chunk, in seconds since its start."""
        base = index * CHUNK_S
        walls = list(self._wall_spans(index))
        for start, end, offset in segments(self._timezone, index):
            for opens, closes in walls:
                low, high = max(opens - offset, start), min(closes - offset, end)
                if low < high:
                    yield low - base, high - base

    def _wall_spans(self, index: int) -> Iterator[tuple[int, int]]:
        """Hours on the wall clock, in seconds since 1970-01-01 00:00 there; two days more at either end."""
        for number in range(index * CHUNK_DAYS - 2, (index + 1) * CHUNK_DAYS + 2):
            day = _EPOCH_DATE + timedelta(days=number)
            if self.works_on(day):
                for start, end in self._week[day.weekday()]:
                    yield number * DAY_S + start * 60, number * DAY_S + end * 60


@lru_cache(maxsize=4096)
def working_clock(
    timezone: str, hours: str, holidays: str = "", away: tuple[tuple[date, date], ...] = ()
) -> WorkingClock:
    """The clock of these hours, built once."""
    return WorkingClock(timezone, hours, holidays, away)
