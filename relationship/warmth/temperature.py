"""Temperature: warm, cooling or cold; the state of one relationship, always with its reasons.

Theory of operation. A relationship has 100 points; each signal (relationship/warmth/signals.py) takes some off.
Below one threshold it is cooling, below the other cold; relationship/warmth/steadiness.py keeps that from flapping.
A new relationship is too early to tell: until six weeks after the first mail and five answers of the
contractor, or, with fewer answers, until three months after it.

What it was before is an argument: it is kept as a fact whenever it changes. Where there is none yet, the past
is replayed week by week: the first look at a mailbox with a history says what earlier looks would have, but it
is no change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relationship.facts.messages import Side
from relationship.facts.temperature import RANK, TOO_EARLY, WARM, Temperature
from relationship.occasions.shared import StoryOf, nobody
from relationship.story import Story
from relationship.warmth.evidence import Evidence
from relationship.warmth.latency import RECENT, Pace, compared
from relationship.warmth.signals import Finding, weigh
from relationship.warmth.steadiness import STAY, clear_state, next_state, plain_state
from relationship.warmth.tuning import Tuning

A_NEW_USUAL = timedelta(days=182)  # what stays different for so long is the new usual
NEW = timedelta(days=42)
NEW_AT_MOST = timedelta(days=90)
FEWEST_ANSWERS = 5
REPLAY = timedelta(days=182)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature, and the numbers that it rests on: None where there are too few answers to compare."""

    temperature: Temperature
    theirs: Pace | None
    yours: Pace | None


def judge(
    story: Story, tuning: Tuning, before: Temperature | None, now: datetime, story_of: StoryOf = nobody
) -> Temperature:
    """The temperature now; `before` is the one that was judged last, None where none was."""
    return read(story, tuning, before, now, story_of).temperature


def read(
    story: Story, tuning: Tuning, before: Temperature | None, now: datetime, story_of: StoryOf = nobody
) -> Reading:
    """The same with both sides' pace, so that whoever shows numbers shows those of the reasons."""
    scales = _Scales(story, tuning, story_of)
    if before is not None:
        temperature = _judged(scales, before, now)
    else:
        *_, replayed = (None, *_replay(scales, now - REPLAY, now, WEEK))
        temperature = replace(_judged(scales, replayed, now), before="")  # nobody saw it change: no news
    theirs, yours = (scales.evidence.pace(side, now) for side in (Side.CONTRACTOR, Side.OWNER))
    return Reading(temperature, theirs, yours)


def history(
    story: Story, tuning: Tuning, start: datetime, now: datetime, story_of: StoryOf = nobody
) -> tuple[tuple[datetime, Temperature], ...]:
    """The temperature of each day from `start` (or the first mail) to now, judged from today's facts."""
    scales = _Scales(story, tuning, story_of)
    days = _replay(scales, start, now, DAY)
    return tuple((_first(scales.evidence, start, now, DAY) + n * DAY, one) for n, one in enumerate(days))


def _replay(scales: "_Scales", start: datetime, now: datetime, step: timedelta) -> Iterator[Temperature]:
    before: Temperature | None = None
    at = _first(scales.evidence, start, now, step)
    while at <= now:
        before = _judged(scales, before, at)
        yield before
        at += step


def _first(evidence: Evidence, start: datetime, now: datetime, step: timedelta) -> datetime:
    """The first look: a whole number of steps before now, at or after both `start` and the first mail."""
    first = max(start, evidence.contacts[0]) if evidence.contacts else now
    return now - max((now - first) // step, 0) * step


def _judged(scales: "_Scales", before: Temperature | None, now: datetime) -> Temperature:
    scales.evidence.usual_until = _usual_until(before, now)
    known = before is not None and before.state != TOO_EARLY
    if not known and (early := _too_early(scales.evidence, now)):
        since = before.since if before else now
        return Temperature(TOO_EARLY, 100, (early,), since)
    state = next_state(before, scales.points, scales.recovered, scales.tuning, now)
    if before is not None and RANK[state] > RANK[before.state] and not _touched(scales, before, now):
        state = before.state  # signals that merely ran out are no good news
    findings = scales.findings(now, recovering=before is not None and before.warm_until is not None)
    points = _left(findings)
    touched = before is None or _touched(scales, before, now)
    reasons = _reasons(scales, state, findings, touched, now)
    if before is not None and state == before.state:
        return replace(before, points=points, reasons=reasons)
    cooled_at = (before.warm_until if before else None) or now
    warm_until = None if state == WARM else cooled_at
    return Temperature(state, points, reasons, now, before.state if before else "", warm_until)


def _touched(scales: "_Scales", before: Temperature, now: datetime) -> bool:
    """Whether anything was said or happened between the two since the state began.

    One that begins in the future is from a clock that was set back: two weeks will do.
    """
    return scales.evidence.in_touch(min(before.since, now - STAY), now)


def _usual_until(before: Temperature | None, now: datetime) -> datetime | None:
    """While it is not warm, usual is what was so before it cooled."""
    if before is None or before.warm_until is None:
        return None
    return max(min(before.warm_until, now) - RECENT, now - A_NEW_USUAL)


class _Scales:
    """Weighs a story's evidence at any moment, each once."""

    def __init__(self, story: Story, tuning: Tuning, story_of: StoryOf) -> None:
        self.evidence = Evidence(story, story_of)
        self.tuning = tuning
        self._weighed: dict[tuple[datetime, datetime | None, bool], list[Finding]] = {}

    def findings(self, at: datetime, recovering: bool = False) -> list[Finding]:
        """What counts at the moment."""
        key = at, self.evidence.usual_until, recovering
        self.evidence.recovering = recovering
        if key not in self._weighed:
            self._weighed[key] = weigh(self.evidence, self.tuning.signals, at)
        return self._weighed[key]

    def points(self, at: datetime) -> int:
        """What is left of the 100."""
        return _left(self.findings(at))

    def recovered(self, at: datetime) -> int:
        """The same, where it is asked whether all is well again."""
        return _left(self.findings(at, recovering=True))


def _left(findings: list[Finding]) -> int:
    return max(0, 100 - sum(finding.points for finding in findings))


def _too_early(evidence: Evidence, now: datetime) -> str:
    """Why nobody can tell yet; "" where one can."""
    if not evidence.contacts or evidence.contacts[0] > now:
        return "nobody has written yet"
    age = now - evidence.contacts[0]
    number = sum(answer.at <= now for answer in evidence.answers[Side.CONTRACTOR])
    if age < NEW or (number < FEWEST_ANSWERS and age < NEW_AT_MOST):
        counted = f"{number} {'answer' if number == 1 else 'answers'}"
        return f"{counted} in {_days(age)} since the first mail"
    return ""


def _days(age: timedelta) -> str:
    return "1 day" if age.days == 1 else f"{age.days} days"


def _reasons(
    scales: _Scales, state: str, findings: list[Finding], touched: bool, now: datetime
) -> tuple[str, ...]:
    told = [finding.reason for finding in findings]
    plain, clear = (weighed(_left(findings), scales.tuning) for weighed in (plain_state, clear_state))
    if RANK[plain] > RANK[state] and not touched:
        told.append(f"it stays {state} until you are in touch again")
    elif RANK[clear] > RANK[state]:
        told.append(f"it looks better now, and counts as {clear} once that has lasted two weeks")
    elif RANK[plain] > RANK[state]:
        told.append(f"it looks better now, but not by enough to count as {plain}")
    elif RANK[plain] < RANK[state]:
        told.append(f"it looks worse now, and counts as {plain} if that lasts")
    return tuple(told) or (_all_well(scales.evidence, now),)


def _all_well(evidence: Evidence, now: datetime) -> str:
    known = evidence.pace(Side.CONTRACTOR, now)
    if known:
        return f"answers take {compared(known.recent, known.usual)}"
    return "you are in touch, and nobody waits for long"
