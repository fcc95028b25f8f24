"""Who is away, as their auto-replies tell it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from relationship.clocks.durations import Duration
from relationship.facts.messages import Kind, Message, Side
from relationship.parties import Contractor

# An auto-reply that names no day of return, or may be forged, is taken to mean so long.
ABSENCE = Duration(3, "days", working=True)
_A_DAY = timedelta(days=1)
BELIEVED = timedelta(days=400)  # a return that lies farther ahead is none


@dataclass(frozen=True)
class Absence:
    """Away by an auto-reply: letters wait until `until`, the ledger does not."""

    since: datetime
    until: datetime


def absences_in(
    messages: Sequence[Message],
    automatic: Iterable[Message],
    written_of_old: Sequence[datetime],
    contractor: Contractor,
) -> tuple[Absence, ...]:
    """One for each auto-reply, until it says, or until they write again; each mail may bring another auto-reply.

    Where one names the day of return, what they write on the day that it was sent is the last before they go: few
    vacation programs answer the same person again within a week (RFC 5230, section 4.2), to say so once more.

    `written_of_old`: when they wrote what is archived, oldest first.
    """
    return tuple(_absence(one, messages, written_of_old, contractor) for one in automatic)


def days_without(
    absences: Sequence[Absence], away: Sequence[tuple[date, date]], start: datetime, end: datetime
) -> int:
    """Whole days from `start` to `end`, without those of the absences and of these ranges of dates."""
    days = (end - start).days
    if not (absences or away):
        return days
    times = (start + (n + 1) * _A_DAY for n in range(days))
    return sum(
        not any(first <= at.date() <= last for first, last in away)
        and not any(absence.since <= at < absence.until for absence in absences)
        for at in times
    )


def _absence(
    message: Message, messages: Sequence[Message], old: Sequence[datetime], contractor: Contractor
) -> Absence:
    later = messages[messages.index(message) :]
    leaves_at = _leaves_at(message, contractor)
    live = (m.at for m in later if m.kind is Kind.HUMAN and m.side is Side.CONTRACTOR and m.at >= leaves_at)
    theirs = (*islice(live, 1), *old[bisect_left(old, leaves_at) :][:1])
    return Absence(message.at, min((_return(message, contractor), *theirs)))


def _leaves_at(message: Message, contractor: Contractor) -> datetime:
    """From when a mail of theirs says that they are back: who names a day of return still writes on the day they go."""
    if message.back_on is None or not message.authentic:
        return message.at
    zone = ZoneInfo(contractor.timezone)
    return datetime.combine(message.at.astimezone(zone).date() + _A_DAY, time(), zone)


def _return(message: Message, contractor: Contractor) -> datetime:
    if message.back_on is None or not message.authentic:
        return contractor.clock.after(message.at, ABSENCE)
    back = datetime.combine(message.back_on, time(), ZoneInfo(contractor.timezone))
    if back >= message.at + BELIEVED:
        return message.at
    return max(message.at, contractor.clock.next_open(back))
