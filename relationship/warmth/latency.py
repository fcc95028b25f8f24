"""How long answers take: one side's answers as numbers, lately and as usual.

Only asking waits count, as with reminders: nobody is slow who was asked nothing. Working time is the
answerer's own. Answers that fell into a detected absence are left out: who is ill is not slow.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from relationship.correspondence.absences import Absence
from relationship.facts.messages import Side
from relationship.story import Story

RECENT = timedelta(days=28)  # "this month"
WIDE = timedelta(days=56)  # how far to look where the month holds too few answers
USUAL = timedelta(days=365)  # so long before the recent ones reaches the baseline,
REMEMBERED = timedelta(days=385)  # and no further back: what is older may be in the yearly files alone
FEWEST_RECENT = 6
FEWEST_USUAL = 8
AN_HOUR_AND_A_HALF = 90 * 60  # from there on people speak of hours


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question."""

    at: datetime
    worked: int  # working seconds of the answerer, from question to answer
    asked: str  # key of the message that asked
    since: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one side takes lately, and how long it usually takes; working seconds."""

    recent: int  # median
    usual: int  # median of the baseline
    usual_p75: int
    usual_p90: int


def answers(story: Story, side: Side) -> tuple[Answer, ...]:
    """One side's answers to questions, in the order in which they were given."""
    clock = story.clock(side)
    absences = story.absences if side is Side.CONTRACTOR else ()
    return story.mail.remembered((answers, side, clock, absences), lambda: _answers(story, side, absences))


def _answers(story: Story, side: Side, absences: Sequence[Absence]) -> tuple[Answer, ...]:
    clock = story.clock(side)
    found = [
        Answer(turn.answered_at, clock.seconds_between(turn.since, turn.answered_at), turn.asked, turn.since)
        for turn in story.exchanges
        if turn.party is side and turn.asks and turn.answered_at
        if not overlaps(absences, turn.since, turn.answered_at)
    ]
    return tuple(sorted(found, key=lambda answer: (answer.at, answer.asked)))


def overlaps(absences: Sequence[Absence], start: datetime, end: datetime) -> bool:
    """Whether one of the absences touches the stretch."""
    return any(absence.since < end and start < absence.until for absence in absences)


def between(known: Sequence[Answer], start: datetime, end: datetime) -> Sequence[Answer]:
    """The answers given in (start, end]."""
    first = bisect_right(known, start, key=lambda answer: answer.at)
    return known[first : bisect_right(known, end, key=lambda answer: answer.at)]


def recent(known: Sequence[Answer], now: datetime) -> Sequence[Answer]:
    """The answers of this month; where these are few, the last few of two months."""
    month = between(known, now - RECENT, now)
    return month if len(month) >= FEWEST_RECENT else between(known, now - WIDE, now)[-FEWEST_RECENT:]


def pace(
    known: Sequence[Answer], waited: Sequence[int], now: datetime, usual_until: datetime | None = None
) -> Pace | None:
    """Recent against usual; None where there are too few answers to compare.

    `waited` tells how long the questions of two months have waited that are still open: one that has waited
    longer than usual counts as if it were answered now. The usual answers are those before the recent ones;
    with `usual_until`, before that moment too.
    """
    lately = recent(known, now)
    border = min(lately[0].at if lately else now - WIDE, usual_until or now)
    start = max(border - USUAL, now - REMEMBERED)
    first, end = (bisect_left(known, at, key=lambda answer: answer.at) for at in (start, border))
    usual = [answer.worked for answer in known[first:end]]
    if len(usual) < FEWEST_USUAL:
        return None
    middle = int(median(usual))
    times = [answer.worked for answer in lately] + [worked for worked in waited if worked > middle]
    if len(times) < FEWEST_RECENT:
        return None
    return Pace(
        recent=int(median(times)),
        usual=middle,
        usual_p75=percentile(usual, 75),
        usual_p90=percentile(usual, 90),
    )


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest value that at least so many percent of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-percent * len(ranked) // 100) - 1)]


def compared(now: int, before: int) -> str:
    """Two medians beside each other, as all that tells of them does: "9 working hours this month, 3 before"."""
    lately, usual = pair(now, before)
    return f"{lately} this month, {'as before' if is_usual(now, before) else f'{usual} before'}"


def is_usual(now: int, before: int) -> bool:
    """Whether the two are much the same: within a third of each other, or within ten minutes."""
    return 0.75 * before <= now <= 1.33 * before or abs(now - before) < 600


def pair(now: int, before: int) -> tuple[str, str]:
    """Two times in words, the second without the unit that it shares with the first.

    Both are in hours where one is and the other is half an hour at least: who compares wants one unit.
    """
    if max(now, before) < AN_HOUR_AND_A_HALF:
        return hours(now), str(max(1, round(before / 60)))
    if min(now, before) < 30 * 60:
        return hours(now), hours(before)
    return _in_hours(now), number_of(before / 3600)


def hours(seconds: int) -> str:
    """Working time in words: "40 working minutes", "9 working hours"."""
    if seconds < AN_HOUR_AND_A_HALF:
        minutes = max(1, round(seconds / 60))
        return f"{minutes} working minute{'s' * (minutes != 1)}"
    return _in_hours(seconds)


def _in_hours(seconds: int) -> str:
    number = number_of(seconds / 3600)
    return f"{number} working hour{'s' * (number != '1')}"


def short(seconds: int) -> str:
    """The same where there is little room: "40 min", "9 h"."""
    if seconds < AN_HOUR_AND_A_HALF:
        return f"{max(1, round(seconds / 60))} min"
    return f"{number_of(seconds / 3600)} h"


def number_of(value: float) -> str:
    """A number of hours: halves below three, whole numbers above."""
    return f"{round(value * 2) / 2:g}" if value < 3 else f"{round(value)}"
