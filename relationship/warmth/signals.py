"""The table of signals: what takes points off a relationship's 100, on both sides.

docs/temperature.md shows the same table (a test compares them), and says when each counts. The owner writes the names
in rules.yaml, with points of their own; 0 switches a signal off. What each looks for stands in
relationship/warmth/symptoms.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from relationship.facts.messages import Side
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


_TABLE = (
    Signal("answers slower", 10, slower(Side.CONTRACTOR, False, "answers much slower")),
    Signal("answers much slower", 35, slower(Side.CONTRACTOR, True)),
    Signal("long wait", 10, long_wait(Side.CONTRACTOR, "very long wait"), 2),
    Signal("very long wait", 35, very_long_wait(Side.CONTRACTOR)),
    Signal("silence 14 days", 20, silence(14, 30, 60)),
    Signal("silence 30 days", 40, silence(30, 60)),
    Signal("silence 60 days", 65, silence(60)),
    Signal("check-in unanswered", 10, check_in("never answered", "invited"), 2),
    Signal("check-in declined", 10, check_in("declined", "declined"), 2),
    Signal("check-in missed", 20, check_in("missed", "missed"), 2),
    Signal("deadline missed", 20, deadline_missed, 2),
    Signal("reminders needed", 10, reminders),
    # The owner's part.
    Signal("you owe an answer", 10, long_wait(Side.OWNER, "you owe an answer for a week"), 2),
    Signal("you owe an answer for a week", 35, very_long_wait(Side.OWNER)),
    Signal("your answers slower", 5, slower(Side.OWNER, False, "your answers much slower")),
    Signal("your answers much slower", 25, slower(Side.OWNER, True)),
    Signal("you are silent 30 days", 20, owner_silent),
    Signal("no praise", 5, no_praise),
    Signal("no feedback", 10, no_feedback, 2),
    Signal("payment late", 20, payment_late),
)

SIGNALS: Mapping[str, Signal] = {signal.name: signal for signal in _TABLE}
