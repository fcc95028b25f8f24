"""The table of signals: what takes points off a relationship's 100, on both sides.

docs/temperature.md shows the same table (a test compares them). The owner writes the names in rules.yaml,
with points of their own; 0 switches a signal off. What each looks for stands in relationship/warmth/symptoms.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from relationship.messages import Side
from relationship.warmth.evidence import Evidence
from relationship.warmth.symptoms import (
    Find,
    check_in,
    deadline_missed,
    long_wait,
    no_feedback,
    no_praise,
    owner_silent,
    payment_late,
    reminders,
    silence,
    slower,
    very_long_wait,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One line of the table."""

    name: str  # as it is written in rules.yaml
    points: int  # off 100, unless the owner says otherwise
    whose: Side | None  # whose part it is; None for both
    about: str  # when it counts
    find: Find
    at_most: int = 1  # how often it counts


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal that counts now."""

    signal: str
    points: int  # all in all
    reason: str


def weigh(evidence: Evidence, points: Mapping[str, int], now: datetime) -> list[Finding]:
    """What counts at the moment, the weightiest first; `points` are the owner's own."""
    found: list[Finding] = []
    evidence.off = frozenset(name for name, each in points.items() if not each)
    for signal in SIGNALS.values():
        each = points.get(signal.name, signal.points)
        if each:
            reasons = islice(signal.find(evidence, now), signal.at_most)
            found += [Finding(signal.name, each, reason) for reason in reasons]
    return sorted(found, key=lambda finding: -finding.points)


_CONTRACTOR, _OWNER = Side.CONTRACTOR, Side.OWNER
_TABLE = (
    Signal(
        "answers slower",
        10,
        _CONTRACTOR,
        "answers take half as long again as usual",
        slower(_CONTRACTOR, False, "answers much slower"),
    ),
    Signal(
        "answers much slower",
        35,
        _CONTRACTOR,
        "answers take more than 2.5 times as long as usual",
        slower(_CONTRACTOR, True),
    ),
    Signal(
        "long wait",
        10,
        _CONTRACTOR,
        "a question is open for 2 to 15 working days",
        long_wait(_CONTRACTOR, "very long wait"),
        2,
    ),
    Signal(
        "very long wait",
        35,
        _CONTRACTOR,
        "a question is open for 5 working days, and they have written nothing since",
        very_long_wait(_CONTRACTOR),
    ),
    Signal("silence 14 days", 20, None, "nobody has written for 14 days", silence(14, 30, 60)),
    Signal(
        "silence 30 days",
        40,
        None,
        "nobody has written for 30 days (instead of the one above)",
        silence(30, 60),
    ),
    Signal(
        "silence 60 days",
        65,
        None,
        "nobody has written for 60 days (instead of the two above)",
        silence(60),
    ),
    Signal(
        "check-in unanswered",
        10,
        _CONTRACTOR,
        "an invite was never answered, in the last 45 days",
        check_in("never answered", "invited"),
        2,
    ),
    Signal(
        "check-in declined",
        10,
        _CONTRACTOR,
        "a check-in was declined, in the last 45 days",
        check_in("declined", "declined"),
        2,
    ),
    Signal(
        "check-in missed",
        20,
        _CONTRACTOR,
        "a check-in was missed, in the last 45 days",
        check_in("missed", "missed"),
        2,
    ),
    Signal(
        "deadline missed",
        20,
        _CONTRACTOR,
        "a date passed without its delivery, in the last 45 days",
        deadline_missed,
        2,
    ),
    Signal(
        "reminders needed",
        10,
        _CONTRACTOR,
        "two questions or more needed a reminder in the last 28 days",
        reminders,
    ),
    Signal(
        "you owe an answer",
        10,
        _OWNER,
        "you have not answered a question for 2 to 15 working days",
        long_wait(_OWNER, "you owe an answer for a week"),
        2,
    ),
    Signal(
        "you owe an answer for a week",
        35,
        _OWNER,
        "for 5 working days, and you have written nothing since",
        very_long_wait(_OWNER),
    ),
    Signal(
        "your answers slower",
        5,
        _OWNER,
        "your answers take half as long again as usual",
        slower(_OWNER, False, "your answers much slower"),
    ),
    Signal(
        "your answers much slower",
        25,
        _OWNER,
        "your answers take more than 2.5 times as long as usual",
        slower(_OWNER, True),
    ),
    Signal(
        "you are silent 30 days",
        20,
        _OWNER,
        "you have not written for 30 days, while they have",
        owner_silent,
    ),
    Signal(
        "no praise",
        5,
        _OWNER,
        "no thanks for 60 days, in which they answered 5 questions or more",
        no_praise,
    ),
    Signal(
        "no feedback",
        10,
        _OWNER,
        "you said nothing for 5 working days about a delivery of the last 45 days",
        no_feedback,
        2,
    ),
    Signal(
        "payment late", 20, _OWNER, "a pay day passed 3 working days ago without your `#paid`", payment_late
    ),
)

SIGNALS: Mapping[str, Signal] = {signal.name: signal for signal in _TABLE}
