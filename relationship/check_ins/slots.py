"""Slots: a time for a check-in that suits both parties.

Theory of operation. Both parties' open spans, less the contractor's detected absences, are cut with each
other: what is left is their overlap. The days of the overlap are tried one by one, the one nearest to the
wanted moment first. Where no habit exists yet, each check-in that the owner has on a day counts for more than
three days' distance, so that a few contractors spread over the week; and distance counts by its square, so that
of many who begin at once nobody waits for an empty day for ever: the later it gets, the more of them a day
takes, and after some weeks as many as it has room for. On a day, the wanted wall clock is taken where it suits,
else the middle of the longest overlap, else the free quarter of an hour that is nearest to it. Days count in the
owner's zone. Two who share no hours, or none for weeks until the clocks change, meet at the nearest edge.

A night shift runs into a day that may be a holiday, or the weekend. It would lie inside the hours; nobody
likes it. So no slot touches a holiday or an absence of either calendar, whosever shift it belongs to.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from relationship.clocks.daysoff import holiday_dates
from relationship.clocks.opening import shared_hours
from relationship.messages import Side
from relationship.parties import Party

Span = tuple[datetime, datetime]
Wide = tuple[list[datetime], list[datetime]]  # starts and ends of spans

EVER = datetime.min.replace(tzinfo=UTC)
BACK = timedelta(days=21)  # how far before the wanted moment is looked at all, and how far behind it
AHEAD = timedelta(days=45)
NEARBY = 6  # days round the wanted one that are tried first
# How bad a day is for a first check-in, besides the square of its distance in days.
LOAD = 10  # for each that the owner has on it
SPREAD = 14  # days behind the wanted one after which the other check-ins of a day count for less and less
AWKWARD = 100  # where it is a free day of either calendar
FARTHEST = timedelta(hours=12)  # hours that lie further apart than this do not neighbour each other
# But those of two who work on different days of the week, where nothing is nearer.
OTHER_DAYS = timedelta(days=4)
PATIENCE = timedelta(days=7)  # shared hours further off, after the clocks change or holidays, are no help
QUARTER = timedelta(minutes=15)
AT_AN_EDGE = 4  # starts that count as the edge of a span


@dataclass(frozen=True, slots=True)
class Slot:
    """A chosen time, aware UTC; `outside_hours` is "owner" or "contractor" where the two share no hours."""

    starts_at: datetime
    ends_at: datetime
    outside_hours: str = ""


@dataclass(frozen=True)
class Pair:
    """Two parties who look for a time, and what stands in their way."""

    owner: Party
    contractor: Party
    length: timedelta
    taken: Sequence[Span] = ()  # the owner's other check-ins
    absent: Sequence[Span] = ()  # when the contractor is away, by an auto-reply

    @property
    def zone(self) -> ZoneInfo:
        """The owner's: days and quarters of an hour are those of the owner's wall clock."""
        return self.owner.clock.zone


def choose(pair: Pair, wanted: datetime, earliest: datetime, habit: bool = False) -> Slot | None:
    """The best slot that does not begin before `earliest`; None where there is none within weeks.

    With a `habit`, the wanted moment's weekday and wall clock are kept where they suit.
    """
    if not habit:
        wanted = max(wanted, earliest - BACK)  # of long ago, a day more would outweigh all that lies on one
        return _sometime(pair, wanted, max(earliest, wanted - BACK), habit)
    start = max(_whole_day(pair.zone, wanted, earliest), wanted - BACK)
    return _soon(pair, wanted, start) or _sometime(pair, wanted, start, habit)


def _soon(pair: Pair, wanted: datetime, start: datetime) -> Slot | None:
    """The best slot where one of that week is the nearest: nearly always, between two who share hours."""
    days = timedelta(days=NEARBY + 2)  # so that the days nearby are whole ones
    if start >= wanted + days:
        return None
    window = (max(start, wanted - days), wanted + days)
    shared = _shared(pair, window)
    near = any(_is_near(pair, span, max(wanted, start)) for span in shared)
    return _in_overlap(pair, shared, wanted, habit=True, within=NEARBY) if near else None


def _sometime(pair: Pair, wanted: datetime, start: datetime, habit: bool) -> Slot | None:
    """The best slot within all weeks that are looked at."""
    window = (start, max(wanted, start) + AHEAD)
    # Its middle is that of a whole day: of what is left, it would move on with the time, and never be reached.
    whole = start if habit else _midnight(pair.zone, start.astimezone(pair.zone).date())
    shared = [x for x in _shared(pair, (whole, window[1])) if x[1] - pair.length >= start]
    in_overlap = _in_overlap(pair, shared, wanted, habit, earliest=start)
    if in_overlap and any(_is_near(pair, span, max(wanted, start)) for span in shared):
        return in_overlap
    at_an_edge = _at_an_edge(pair, window, wanted, FARTHEST)
    if in_overlap is None:
        return at_an_edge or _at_an_edge(pair, window, wanted, OTHER_DAYS)
    nearer = at_an_edge and at_an_edge.starts_at + PATIENCE < in_overlap.starts_at
    return at_an_edge if nearer else in_overlap


def _shared(pair: Pair, window: Span) -> list[Span]:
    """The spans that both share and that are long enough."""
    hours = shared_hours(pair.owner.clock, pair.contractor.clock)
    spans = _without(hours.spans(*window), pair.absent)
    return [span for span in spans if span[1] - span[0] >= pair.length]


def _is_near(pair: Pair, span: Span, wanted: datetime) -> bool:
    """Whether a span that both share lies near enough, on days on which both are there, if perhaps taken."""
    nearest = min(max(wanted, span[0]), span[1] - pair.length)
    return abs(nearest - wanted) <= PATIENCE and _free_days(pair, nearest)


def _whole_day(zone: ZoneInfo, wanted: datetime, earliest: datetime) -> datetime:
    """The day of `earliest` counts only where the wanted wall clock is still to come; else the next does."""
    day = earliest.astimezone(zone).date()
    if datetime.combine(day, wanted.astimezone(zone).time(), zone) >= earliest:
        return earliest
    return _midnight(zone, day + timedelta(days=1))


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def suits(pair: Pair, slot: Slot, hours: bool = True) -> bool:
    """Whether a slot chosen earlier is still good; holidays, absences and `hours` may have changed since."""
    span = (slot.starts_at, slot.ends_at)
    if not _free_days(pair, slot.starts_at) or touches(span, pair.absent):
        return False
    clocks = {Side.OWNER: pair.owner.clock, Side.CONTRACTOR: pair.contractor.clock}
    asked = [clock for who, clock in clocks.items() if hours and who != slot.outside_hours]
    return all(list(clock.spans(*span)) == [span] for clock in asked)


def _in_overlap(
    pair: Pair,
    shared: list[Span],
    wanted: datetime,
    habit: bool,
    within: int | None = None,
    earliest: datetime = EVER,
) -> Slot | None:
    """The best slot in the spans that both share; those `within` so many days alone, where it is said."""
    days: dict[date, list[Span]] = {}
    middle = wanted.astimezone(pair.zone).date()
    for span in shared:
        for day, part in _by_day(span, pair.zone):
            if within is None or abs(day - middle).days <= within:
                days.setdefault(day, []).append(part)
    load = Counter(() if habit else (start.astimezone(pair.zone).date() for start, _ in pair.taken))
    away = {day: (day - middle).days for day in days}
    for day in sorted(days, key=lambda day: _preference(pair, days[day], away[day], load[day], habit)):
        at = _on_day(pair, days[day], wanted if habit else None, day, earliest)
        if at:
            return Slot(at, at + pair.length)
    return None


def _preference(pair: Pair, spans: list[Span], away: int, load: int, habit: bool) -> tuple[float, int]:
    """Days in order: with a habit the nearest; else near ones, working days, with few check-ins."""
    distance = 2 * abs(away) + (away < 0)
    heed = (SPREAD / max(away, SPREAD)) ** 2  # what waits for long takes any day that has room
    cost = 0 if habit else away**2 + heed * LOAD * load + AWKWARD * _awkward(pair, _middle(spans, pair))
    return cost, distance


def _awkward(pair: Pair, at: datetime) -> bool:
    """Whether it lies on a free day of either calendar, as the end of Friday's night shift does."""
    return any(
        not who.clock.works_on(at.astimezone(who.clock.zone).date()) for who in (pair.owner, pair.contractor)
    )


def _on_day(
    pair: Pair, spans: list[Span], habit: datetime | None, day: date, earliest: datetime
) -> datetime | None:
    """The start of the best free slot on a day."""
    if habit:
        wall = habit.astimezone(pair.zone).time()
        at = datetime.combine(day, wall, pair.zone).astimezone(UTC)
        if any(start <= at and at + pair.length <= end for start, end in spans) and _free(pair, at):
            return at
    middle = _middle(spans, pair)
    starts = sorted(
        (at for span in spans for at in _starts(span, pair)), key=lambda at: (abs(at - middle), at)
    )
    return next((at for at in starts if at >= earliest and _free(pair, at)), None)


def _middle(spans: list[Span], pair: Pair) -> datetime:
    """Where a slot begins that lies in the middle of the longest span; the first of equally long ones."""
    start, end = max(spans, key=lambda span: span[1] - span[0])
    return start + (end - start - pair.length) / 2


def _starts(span: Span, pair: Pair) -> Iterator[datetime]:
    """Quarters of an hour at which a slot inside the span can begin; its own start where there is none."""
    first = at = _quarter_up(span[0])
    while at + pair.length <= span[1]:
        yield at
        at += QUARTER
    if at == first and span[0] + pair.length <= span[1]:
        yield span[0]


def _quarter_up(moment: datetime) -> datetime:
    """The next full quarter of an hour, which is one on every wall clock: offsets are whole quarters."""
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - over + QUARTER if over else moment


def _free(pair: Pair, at: datetime) -> bool:
    return not touches((at, at + pair.length), pair.taken) and _free_days(pair, at)


def _free_days(pair: Pair, at: datetime) -> bool:
    """Whether neither party has a holiday, or is away, on the days that the slot touches."""
    ends = at + pair.length - timedelta(seconds=1)
    return not any(_off(who, moment) for who in (pair.owner, pair.contractor) for moment in (at, ends))


def _off(party: Party, moment: datetime) -> bool:
    day = moment.astimezone(party.clock.zone).date()
    away = any(first <= day <= last for first, last in party.away)
    return away or day in holiday_dates(party.holidays, day.year)


def touches(slot: Span, others: Iterable[Span]) -> bool:
    """Whether a slot lies over one of these spans, or a part of it does."""
    return any(start < slot[1] and slot[0] < end for start, end in others)


def _without(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    """The spans, less the holes in them."""
    for start, end in spans:
        for hole_start, hole_end in sorted(holes):
            if hole_start < end and start < hole_end:
                if start < hole_start:
                    yield start, hole_start
                start = min(max(start, hole_end), end)
        if start < end:
            yield start, end


def _by_day(span: Span, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """A span, cut at the midnights of a zone."""
    start, end = span
    while start < end:
        day = start.astimezone(zone).date()
        midnight = _midnight(zone, day + timedelta(days=1))
        yield day, (start, min(end, midnight))
        start = midnight


def _at_an_edge(pair: Pair, window: Span, wanted: datetime, most: timedelta) -> Slot | None:
    """Inside one party's hours, as near as can be to the other's, at `most` so far; rather outside the owner's.

    The weeks round the wanted moment are tried one by one: nearly always the first one has a place.
    """
    farthest = max(abs(at - wanted) for at in window)
    for week in range(farthest // PATIENCE + 1):
        found: list[tuple[timedelta, bool, timedelta, datetime]] = []
        for inside, others, outside in _sides(pair, _clipped(window, wanted, week + 2)):
            near = _within(inside, wanted, week)
            for at in (at for at in _edges(near, pair) if abs(at - wanted) // PATIENCE == week):
                apart = _apart(at, others, pair.length)
                if timedelta() < apart <= most:
                    found.append((apart, outside is Side.CONTRACTOR, abs(at - wanted), at))
        for _, contractors, _, at in sorted(found):
            if _free(pair, at):
                return Slot(at, at + pair.length, str(Side.CONTRACTOR if contractors else Side.OWNER))
    return None


def _sides(pair: Pair, window: Span) -> Iterator[tuple[list[Span], Wide, Side]]:
    """Whose hours a slot may lie in, those that it is to be near to, and whose these are."""
    owner = list(pair.owner.clock.spans(*window))
    contractor = list(_without(pair.contractor.clock.spans(*window), pair.absent))
    yield contractor, _wide(pair, owner), Side.OWNER
    yield owner, _wide(pair, contractor), Side.CONTRACTOR


def _clipped(window: Span, wanted: datetime, weeks: int) -> Span:
    """The part of a window that lies so near to a moment: where hours are cut off there, no slot notices."""
    far = weeks * PATIENCE
    start = max(window[0], wanted - far)
    return start, max(start, min(window[1], wanted + far))


def _within(spans: list[Span], wanted: datetime, week: int) -> list[Span]:
    """The spans that reach into the weeks round a moment, up to this one."""
    far = (week + 1) * PATIENCE
    first, last = wanted - far, wanted + far
    return [span for span in spans if first <= span[1] and span[0] <= last]


def _edges(spans: list[Span], pair: Pair) -> Iterator[datetime]:
    """The first and the last starts within each span; further in, so that two check-ins fit at one edge."""
    for span in spans:
        first, last = _quarter_up(span[0]), span[1] - pair.length
        quarters = (last - first) // QUARTER
        if quarters < 2 * AT_AN_EDGE:
            yield from _starts(span, pair)
        else:
            yield from (first + n * QUARTER for n in range(AT_AN_EDGE))
            yield from (first + (quarters - n) * QUARTER for n in range(AT_AN_EDGE))


def _wide(pair: Pair, spans: list[Span]) -> Wide:
    """The starts and the ends of the spans that are long enough."""
    wide = [span for span in spans if span[1] - span[0] >= pair.length]
    return [start for start, _ in wide], [end for _, end in wide]


def _apart(at: datetime, wide: Wide, length: timedelta) -> timedelta:
    """How far a slot from `at` on would have to be moved to lie inside the nearest span; all are wide enough."""
    starts, ends = wide
    number = bisect_right(starts, at)
    earlier = max(at + length - ends[number - 1], timedelta()) if number else timedelta.max
    later = starts[number] - at if number < len(starts) else timedelta.max
    return min(earlier, later)
