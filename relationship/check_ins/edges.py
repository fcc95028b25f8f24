"""Edges: a time for two who share no hours, inside those of one and as near as can be to the other's."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from relationship.check_ins.pairs import QUARTER, Pair, Slot, Span, free, quarter_up, starts_in, without
from relationship.facts.messages import Side

Wide = tuple[list[datetime], list[datetime]]  # starts and ends of spans
# How far it is to the other's hours, whether outside the contractor's, how far from the wanted moment, and when.
Place = tuple[timedelta, bool, timedelta, datetime]

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
CLOCKS = timedelta(hours=1)  # no more nearer, as after the clocks change, is not worth another day
MUCH = timedelta(hours=2)  # so much nearer is worth another week
NIGHT = timedelta(days=7)  # added to how far it is: any other place is better than one at night
MORNING = 6  # o'clock, when a night is over that began at midnight
AT_AN_EDGE = 4  # starts that count as the edge of a span


def at_an_edge(pair: Pair, window: Span, wanted: datetime, most: timedelta) -> Slot | None:
    """Inside one party's hours, as near as can be to the other's, at `most` so far; rather outside the owner's.

    The weeks round the wanted moment are tried one by one: nearly always the first one has a place. Of a week that is
    cut off, or full, it may be a poor one: then the next week's is taken where it is much nearer to the other's hours.
    """
    best: Place | None = None
    farthest = max(abs(at - wanted) for at in window)
    for week in range(farthest // A_WEEK + 1):
        found = _best_place(pair, window, wanted, most, week)
        if best and not (found and best[0] - found[0] > MUCH):
            break
        best = found
        if best and best[0] <= MUCH:
            break  # none is so much nearer
    if best is None:
        return None
    _, contractors, _, at = best
    return Slot(at, at + pair.length, str(Side.CONTRACTOR if contractors else Side.OWNER))


def _best_place(pair: Pair, window: Span, wanted: datetime, most: timedelta, week: int) -> Place | None:
    """The best free place so many weeks from the wanted moment; one at night only where there is no other."""
    found: list[Place] = []
    begin, end = _clipped(window, wanted, week + 2)
    for inside, others, outside in _sides(pair, (begin - most, end)):  # those that are over by then count too
        contractors = outside is Side.CONTRACTOR
        for at in _edges(_within(inside, wanted, week), pair):
            away = abs(at - wanted)
            if at < begin or away // A_WEEK != week:
                continue
            apart = _apart(at, others, pair.length)
            if timedelta() < apart <= most:
                found.append((apart, contractors, away, at))
    found.sort()
    if by_day := _nearest(pair, found, at_night=False):
        return by_day
    at_night = _nearest(pair, found, at_night=True)
    return at_night and (at_night[0] + NIGHT, *at_night[1:])


def _nearest(pair: Pair, found: list[Place], at_night: bool) -> Place | None:
    """The nearest free place, by night or by day; of those about as near, that of the nearest day."""

    def fits(place: Place) -> bool:
        return _at_night(pair, place) == at_night and free(pair, place[-1])

    nearest = next(filter(fits, found), None)
    if nearest is None:
        return None
    as_near = (place for place in found if place[0] <= nearest[0] + CLOCKS)
    chosen = next(filter(fits, sorted(as_near, key=_by_day)))
    return next(place for place in found if _same_edge(place, chosen) and fits(place))


def _at_night(pair: Pair, place: Place) -> bool:
    """Whether it is night for the one outside whose hours it lies; who works at night is used to it."""
    _, contractors, _, at = place
    who = pair.contractor if contractors else pair.owner
    ends = at + pair.length - timedelta(seconds=1)
    return any(moment.astimezone(who.clock.zone).hour < MORNING for moment in (at, ends))


def _same_edge(place: Place, other: Place) -> bool:
    """Whether two places are on the same side of the same day."""
    return place[1] == other[1] and abs(place[-1] - other[-1]) < A_DAY / 2


def _by_day(place: Place) -> tuple[bool, int, Place]:
    """Rather outside the owner's hours, and rather on the wanted day."""
    _, contractors, away, _ = place
    return contractors, (away + A_DAY / 2) // A_DAY, place


def _sides(pair: Pair, window: Span) -> Iterator[tuple[list[Span], Wide, Side]]:
    """Whose hours a slot may lie in, those that it is to be near to, and whose these are."""
    owner = list(pair.owner.clock.spans(*window))
    contractor = list(without(pair.contractor.clock.spans(*window), pair.absent))
    yield contractor, _wide(pair, owner), Side.OWNER
    yield list(without(owner, pair.absent)), _wide(pair, contractor), Side.CONTRACTOR


def _clipped(window: Span, wanted: datetime, weeks: int) -> Span:
    """The part of a window that lies so near to a moment: where hours are cut off there, no slot notices."""
    far = weeks * A_WEEK
    start = max(window[0], wanted - far)
    return start, max(start, min(window[1], wanted + far))


def _within(spans: list[Span], wanted: datetime, week: int) -> list[Span]:
    """The spans that reach into the week before a moment or the one after it, so many weeks away."""
    near, far = week * A_WEEK, (week + 1) * A_WEEK
    first, before, after, last = wanted - far, wanted - near, wanted + near, wanted + far
    return [(a, b) for a, b in spans if first <= b and a <= last and (a <= before or after <= b)]


def _edges(spans: list[Span], pair: Pair) -> Iterator[datetime]:
    """The first and the last starts within each span; further in, so that two check-ins fit at one edge."""
    for span in spans:
        first, last = quarter_up(span[0]), span[1] - pair.length
        quarters = (last - first) // QUARTER
        if quarters < 2 * AT_AN_EDGE:
            yield from starts_in(span, pair)
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
