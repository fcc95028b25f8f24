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

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from relationship.check_ins.edges import at_an_edge
from relationship.check_ins.pairs import Pair, Slot, Span, free, free_days, starts_in, touches, without
from relationship.clocks.moments import BEGINNING
from relationship.clocks.opening import shared_hours
from relationship.facts.messages import Side

BACK = timedelta(days=21)  # how far before the wanted moment is looked at all, and how far behind it
AHEAD = timedelta(days=45)
NEARBY = 6  # days round the wanted one that are tried first
# How bad a day is for a first check-in, besides the square of its distance in days.
LOAD = 10  # for each that the owner has on it
SPREAD = 14  # days behind the wanted one after which the other check-ins of a day count for less and less
AWKWARD = 100  # where it is a free day of either calendar
FARTHEST = timedelta(hours=12)  # hours that lie further apart than this do not neighbour each other
# But those of two who share none do: they may work on different days of the week.
OTHER_DAYS = timedelta(days=4)
PATIENCE = timedelta(days=7)  # shared hours further off, after the clocks change or holidays, are no help


def choose(pair: Pair, wanted: datetime, earliest: datetime, habit: bool = False) -> Slot | None:
    """The best slot that does not begin before `earliest`; None where there is none within weeks.

    With a `habit`, the wanted moment's weekday and wall clock are kept where they suit.
    """
    if not habit:
        wanted = max(wanted, earliest - BACK)  # of long ago, a day more would outweigh all that lies on one
        return _sometime(pair, wanted, max(earliest, wanted - BACK), habit)
    slot, day = None, earliest.astimezone(pair.zone).date()
    for first in (day, day + timedelta(days=1)):
        # A day counts whole: of what is left of it, another time would be chosen, and put off again and again.
        start = max(midnight(pair.zone, first), wanted - BACK)
        slot = _soon(pair, wanted, start) or _sometime(pair, wanted, start, habit)
        if slot is None or slot.starts_at >= earliest:
            break
    return slot


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
    whole = start if habit else midnight(pair.zone, start.astimezone(pair.zone).date())
    shared = [x for x in _shared(pair, (whole, window[1])) if x[1] - pair.length >= start]
    in_overlap = _in_overlap(pair, shared, wanted, habit, earliest=start)
    if in_overlap and any(_is_near(pair, span, max(wanted, start)) for span in shared):
        return in_overlap
    if in_overlap is None:
        return at_an_edge(pair, window, wanted, OTHER_DAYS)
    edge = at_an_edge(pair, window, wanted, FARTHEST)
    nearer = edge and edge.starts_at + PATIENCE < in_overlap.starts_at
    return edge if nearer else in_overlap


def _shared(pair: Pair, window: Span) -> list[Span]:
    """The spans that both share and that are long enough."""
    hours = shared_hours(pair.owner.clock, pair.contractor.clock)
    spans = without(hours.spans(*window), pair.absent)
    return [span for span in spans if span[1] - span[0] >= pair.length]


def _is_near(pair: Pair, span: Span, wanted: datetime) -> bool:
    """Whether a span that both share lies near enough, on days on which both are there, if perhaps taken."""
    nearest = min(max(wanted, span[0]), span[1] - pair.length)
    return abs(nearest - wanted) <= PATIENCE and free_days(pair, nearest)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def suits(pair: Pair, slot: Slot, hours: bool = True) -> bool:
    """Whether a slot chosen earlier is still good; holidays, absences and `hours` may have changed since."""
    span = (slot.starts_at, slot.ends_at)
    if not free_days(pair, slot.starts_at) or touches(span, pair.absent):
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
    earliest: datetime = BEGINNING,
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
        if any(start <= at and at + pair.length <= end for start, end in spans) and free(pair, at):
            return at
    middle = _middle(spans, pair)
    starts = sorted(
        (at for span in spans for at in starts_in(span, pair)), key=lambda at: (abs(at - middle), at)
    )
    return next((at for at in starts if at >= earliest and free(pair, at)), None)


def _middle(spans: list[Span], pair: Pair) -> datetime:
    """Where a slot begins that lies in the middle of the longest span; the first of equally long ones."""
    start, end = max(spans, key=lambda span: span[1] - span[0])
    return start + (end - start - pair.length) / 2


def _by_day(span: Span, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """A span, cut at the midnights of a zone."""
    start, end = span
    while start < end:
        day = start.astimezone(zone).date()
        over = midnight(zone, day + timedelta(days=1))
        yield day, (start, min(end, over))
        start = over
