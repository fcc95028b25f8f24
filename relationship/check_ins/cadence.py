"""Cadence: when the next check-in is wanted. Pure from facts, so that a restart changes nothing.

Weeks keep the weekday, months the n-th weekday ("second Tuesday"), both keep the owner's wall clock across
changes to summer time. What is counted from is the moment that the cadence asked for, not the slot that a
holiday moved it to: after a moved check-in the rhythm is the old one again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from relationship.facts.check_in import CheckIn
from relationship.parties import Contractor

# So long a first check-in stays wanted when it was, while others take the days.
PATIENCE = timedelta(weeks=26)


@dataclass(frozen=True, slots=True)
class Period:
    """How far apart two check-ins are: days, or whole months."""

    days: int = 0
    months: int = 0

    @property
    def half(self) -> timedelta:
        """Half of its usual length: two check-ins are never nearer to each other."""
        return timedelta(days=self.days or self.months * 30) / 2


PERIODS: Mapping[str, Period] = {
    "every day": Period(days=1),
    "every week": Period(days=7),
    "every 2 weeks": Period(days=14),
    "every month": Period(months=1),
    "every 3 months": Period(months=3),
}


def period_on(contractor: Contractor, cadence: Mapping[str, str], day: date) -> Period | None:
    """The period that holds on a day: the contractor's own, else that of the phase; None for no check-ins."""
    phase = contractor.phase_on(day)
    if phase in ("paused", "ended"):
        return None
    return PERIODS.get(contractor.check_ins or cadence.get(phase, "never"))


def next_due(
    contractor: Contractor,
    cadence: Mapping[str, str],
    last: CheckIn | None,
    begun: datetime,
    earliest: datetime,
    zone: ZoneInfo,
    at_once: bool = False,
) -> tuple[datetime, Period] | None:
    """The moment that the cadence asks for next, and its period; None where it asks for none.

    `last` is the check-in that was wanted last, `begun` the watermark, `earliest` the first moment that still
    leaves the notice, `zone` the owner's. The first check-in comes a period after the watermark, or
    `at_once`.
    """
    since = last.planned_for if last else begun
    period = _period_after(contractor, cadence, since, earliest, zone)
    if period is None:
        return None
    if last is None and at_once:
        return begun, period
    while period_on(contractor, cadence, since.astimezone(zone).date()) is None:
        since = step(since, period, zone)  # a phase that asks for none is not counted from
    due = step(since, period, zone)
    apart, late = (last.starts_at + period.half, period.half) if last else (begun, max(period.half, PATIENCE))
    while due < max(apart, earliest - late):
        due = step(due, period, zone)
    return due, period


def step(moment: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The moment one period later, at the owner's same wall clock; aware UTC."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    if period.months:
        wall = datetime.combine(_same_weekday(wall.date(), period.months), wall.time())
    else:
        wall += timedelta(days=period.days)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _period_after(
    contractor: Contractor, cadence: Mapping[str, str], since: datetime, earliest: datetime, zone: ZoneInfo
) -> Period | None:
    """The period from a moment on; where the phase has changed by its end, that of the new phase."""
    period = period_on(contractor, cadence, since.astimezone(zone).date())
    then = max(since, earliest) if period is None else step(since, period, zone)
    return period_on(contractor, cadence, then.astimezone(zone).date())


def _same_weekday(day: date, months: int) -> date:
    """The n-th such weekday so many months later; the fifth counts as the last."""
    count = (day.day - 1) // 7
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + 7 * count)
    return found if found.month == first.month else found - timedelta(days=7)
