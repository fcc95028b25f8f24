"""Symptoms: what each signal of the temperature looks for, with its reasons in plain words.

Each reads the evidence as of a moment. What is compared is compared with this relationship's own past; where
there is too little of it, nothing is said.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from relationship.clocks.durations import Duration
from relationship.correspondence.ledger import Turn
from relationship.facts.messages import Side
from relationship.subjects import plain_subject
from relationship.warmth.evidence import Evidence
from relationship.warmth.latency import REMEMBERED, Pace, between, compared

TWO_WEEKS = timedelta(days=14)
MONTH = timedelta(days=28)
LATELY = timedelta(days=45)
QUARTER = 90  # days
QUARTER_OF_CALLS = 100  # the second Tuesday of three months later may lie 98 days ahead, and on a holiday
PRAISE_DAYS = 60
A_YEAR = 365  # days
FEW_ANSWERS = 5
FORGOTTEN = Duration(15, "days", working=True)
PAYMENT_GRACE = Duration(3, "days", working=True)
FEEDBACK_GRACE = Duration(5, "days", working=True)

Find = Callable[[Evidence, datetime], Iterable[str]]


# -- answers -----------------------------------------------------------------------------------------


def slower(side: Side, much: bool, instead: str = "") -> Find:
    """Answers take longer than they usually do: somewhat, or much; `instead` is the signal that tells of much."""

    def find(evidence: Evidence, now: datetime) -> list[str]:
        known = evidence.pace(side, now)
        if known is None or not _is_slower(known):
            return []
        # What has cooled has not recovered before it takes less than twice as long as usual.
        still = evidence.recovering and known.recent >= 2 * known.usual
        if (still or _is_much_slower(known)) is not much and not (instead in evidence.off and not much):
            return []
        whose = "your answers" if side is Side.OWNER else "answers"
        return [f"{whose} take {compared(known.recent, known.usual)}"]

    return find


def _is_slower(known: Pace) -> bool:
    """Half as long again, an hour longer at least, and longer than three of four answers usually take."""
    return known.recent >= max(1.5 * known.usual, known.usual + 3600) and known.recent >= known.usual_p75


def _is_much_slower(known: Pace) -> bool:
    """Over twice as long, two hours longer at least, and longer than nine of ten answers usually take."""
    return known.recent >= max(2.5 * known.usual, known.usual + 2 * 3600) and known.recent >= known.usual_p90


# -- waits -------------------------------------------------------------------------------------------


def _long_waits(
    evidence: Evidence, side: Side, waits: Iterable[Turn], days: int, now: datetime
) -> Iterator[tuple[Turn, datetime]]:
    """Of open questions those of so many working days, and longer than nine of ten answers usually take."""
    clock = evidence.story.clock(side)
    known = evidence.pace(side, now)
    for turn in waits:
        start = evidence.waited_from(turn, now)
        if known and clock.seconds_between(start, now) < known.usual_p90:
            continue  # asked first: it is found sooner than a day so many working days later
        if clock.after(start, Duration(days, "days", working=True)) <= now:
            yield turn, start


def _gone(evidence: Evidence, side: Side, now: datetime) -> tuple[Turn, datetime] | None:
    """The oldest question of a week since which that side has not written at all."""
    silent = [turn for turn in evidence.waits(side, now) if not evidence.wrote(side, turn.since, now)]
    return next(_long_waits(evidence, side, silent, 5, now), None) if silent else None


def long_wait(side: Side, instead: str) -> Find:
    """Questions open for two working days, and not yet forgotten; without what `very_long_wait` (`instead`) finds."""

    def find(evidence: Evidence, now: datetime) -> Iterator[str]:
        waits = evidence.waits(side, now)
        if not waits:
            return
        gone = None if instead in evidence.off else _gone(evidence, side, now)
        clock = evidence.story.clock(side)
        for turn, start in _long_waits(evidence, side, waits, 2, now):
            if (gone is None or turn != gone[0]) and clock.after(start, FORGOTTEN) > now:
                yield _waiting(evidence, turn, start, now)

    return find


def very_long_wait(side: Side) -> Find:
    """A question open for five working days, since which that side has not written at all."""

    def find(evidence: Evidence, now: datetime) -> list[str]:
        gone = _gone(evidence, side, now)
        if gone is None:
            return []
        return [f"{_waiting(evidence, *gone, now)}, and {_who(evidence, side)} not written since"]

    return find


def _waiting(evidence: Evidence, turn: Turn, start: datetime, now: datetime) -> str:
    """Such as "“Logo” has waited 6 working days for an answer"."""
    days = evidence.working_days(turn.party, start, now)
    worth = "over 60 working days" if days >= 60 else f"{days} working days"
    about = f"“{turn.subject}”" if turn.subject else "a mail without a subject"
    if turn.party is Side.OWNER:
        return f"you have owed an answer to {about} for {worth}"
    return f"{about} has waited {worth} for an answer"


def _who(evidence: Evidence, side: Side) -> str:
    return "you have" if side is Side.OWNER else f"{evidence.story.contractor.first_name} has"


# -- silence -----------------------------------------------------------------------------------------


def silence(least: int, *instead: int) -> Find:
    """So many days without contact, unless pauses of two thirds of it are usual here; `instead` are the longer ones."""

    def find(evidence: Evidence, now: datetime) -> list[str]:
        days = evidence.quiet_days(now)
        if days < least or any(
            days >= more and f"silence {more} days" not in evidence.off for more in instead
        ):
            return []
        if days < 1.5 * evidence.usual_pause(now) or (
            _is_backup(evidence, now) and days < _quarter(evidence, now)
        ):
            return []
        return [f"nobody has written for {days} days"]

    return find


def _is_backup(evidence: Evidence, now: datetime) -> bool:
    return evidence.story.contractor.phase_at(now) == "backup"


def _quarter(evidence: Evidence, now: datetime) -> int:
    """So many days a backup contractor may keep quiet; from one check-in to the next there may be 14 weeks."""
    return QUARTER_OF_CALLS if evidence.last_talked(now) else QUARTER


def owner_silent(evidence: Evidence, now: datetime) -> list[str]:
    """The owner writes nothing and calls nobody, the contractor writes."""
    days, lately = evidence.owner_quiet_days(now), now - TWO_WEEKS
    if (
        days < 30
        or not evidence.wrote(Side.CONTRACTOR, lately, now)
        or days < 1.5 * evidence.usual_pause(now)
    ):
        return []
    return [f"you have not written for {days} days, {evidence.story.contractor.first_name} has"]


# -- check-ins, work, reminders ----------------------------------------------------------------------


def check_in(words: str, *states: str) -> Find:
    """Check-ins that came to one of these states, the latest first."""

    def find(evidence: Evidence, now: datetime) -> list[str]:
        known = evidence.check_ins(states, now - LATELY, now)
        return [f"the check-in of {evidence.day(c.starts_at)} was {words}" for c in reversed(known)]

    return find


def deadline_missed(evidence: Evidence, now: datetime) -> list[str]:
    """Dates that passed without their delivery."""
    found = []
    for one in evidence.deadlines:
        if not -2 <= (now.date() - one.due).days <= LATELY.days + 3:  # the end of its day lies near it
            continue
        end, done = one.ends_at(evidence.story), evidence.delivered_at(one)
        if not now - LATELY < end <= now or (done and done < end):
            continue
        how = "came late" if done and done <= now else "has not come"
        found.append(f"“{plain_subject(one.set_by.subject)}” was due on {evidence.day(one.due)} and {how}")
    return found


def reminders(evidence: Evidence, now: datetime) -> list[str]:
    """Several questions needed a reminder."""
    number = len(evidence.reminded(now - MONTH, now))
    return [f"{number} questions needed a reminder this month"] if number >= 2 else []


# -- the owner's part --------------------------------------------------------------------------------


def no_praise(evidence: Evidence, now: datetime) -> list[str]:
    """No thanks for a long time in which there was cause for some."""
    said = evidence.praises[: bisect_right(evidence.praises, now)]
    days = (now - max([*evidence.contacts[:1], *said[-1:]], default=now)).days
    if days < PRAISE_DAYS:
        return []
    worked = between(evidence.answers[Side.CONTRACTOR], now - timedelta(days=PRAISE_DAYS), now)
    if len(worked) < FEW_ANSWERS:
        return []
    return [f"no word of thanks for {f'{days} days' if days < A_YEAR else 'over a year'}"]


def no_feedback(evidence: Evidence, now: datetime) -> list[str]:
    """Deliveries about which the owner said nothing."""
    clock = evidence.story.owner.clock
    return [
        f"nothing was said about “{plain_subject(delivery.subject)}”, "
        f"delivered on {evidence.day(delivery.at)}"
        for delivery in evidence.deliveries
        if now - LATELY < delivery.at and clock.after(delivery.at, FEEDBACK_GRACE) <= now
        if not evidence.feedback_on(delivery, now)
    ]


def payment_late(evidence: Evidence, now: datetime) -> list[str]:
    """Only where the owner says `#paid` at all: who never does has not been late every month."""
    paid = [at for at in evidence.payments if now - REMEMBERED < at <= now]
    if not paid:
        return []
    clock = evidence.story.owner.clock
    days = [day for day in evidence.pay_days(now) if clock.after(evidence.noon(day), PAYMENT_GRACE) <= now]
    if not days:
        return []
    due = evidence.noon(days[-1])
    gap = due - evidence.noon(days[-2]) if len(days) > 1 else timedelta(days=28)
    if paid[0] > due or paid[-1] > due - gap / 2:
        return []
    return [f"pay of {evidence.day(due)} is not marked as paid"]
