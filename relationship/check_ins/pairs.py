"""A pair: two parties who look for a time, and when they are free; a slot is a time that was found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from relationship.clocks.daysoff import holiday_dates
from relationship.parties import Party

Span = tuple[datetime, datetime]

QUARTER = timedelta(minutes=15)


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


def free(pair: Pair, at: datetime) -> bool:
    """Whether a slot may begin then: over no other check-in, and on days on which both are there."""
    return not touches((at, at + pair.length), pair.taken) and free_days(pair, at)


def free_days(pair: Pair, at: datetime) -> bool:
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


def without(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    """The spans, less the holes in them."""
    for start, end in spans:
        for hole_start, hole_end in sorted(holes):
            if hole_start < end and start < hole_end:
                if start < hole_start:
                    yield start, hole_start
                start = min(max(start, hole_end), end)
        if start < end:
            yield start, end


def starts_in(span: Span, pair: Pair) -> Iterator[datetime]:
    """Quarters of an hour at which a slot inside the span can begin; its own start where there is none."""
    first = at = quarter_up(span[0])
    while at + pair.length <= span[1]:
        yield at
        at += QUARTER
    if at == first and span[0] + pair.length <= span[1]:
        yield span[0]


def quarter_up(moment: datetime) -> datetime:
    """The next full quarter of an hour, which is one on every wall clock: offsets are whole quarters."""
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - over + QUARTER if over else moment
