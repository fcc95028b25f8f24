"""How the phrases of a rule are read.

`took: under 2 working hours`, `chasers: over 1`, `on: every Monday at 09:00`.
"""

import re

from rules.format.fields import duration, told, worded
from rules.format.problems import Fault, found
from rules.policy import Count, Took
from rules.rhythm import parse_rhythm


def took(words: str) -> Took:
    """How long an answer took: "under" or "over", and a duration."""
    match = re.fullmatch(r"(under|over)\s+(.+)", words)
    if not match:
        raise Fault(
            f"{found(words)} does not say how long.",
            'Write it like "under 2 working hours" or "over 3 days".',
        )
    return Took(match[1], duration(match[2]))


def count(words: str) -> Count:
    """How many: a number is "at least"; or "under", "over" or "at least" and a number."""
    match = re.fullmatch(r"(?:(under|over|at least)\s+)?([0-9]{1,4})", words)
    if not match:
        raise Fault(f"{found(words)} does not say how many.", 'Write a number, "over 1" or "under 3".')
    return Count(match[1] or "at least", int(match[2]))


TOOK = told(worded(took), type="string", pattern="^(under|over) .+", examples=["under 2 working hours"])
COUNT = told(worded(count), type=["string", "integer"], examples=[2, "over 1", "under 3"])
RHYTHM = told(
    worded(parse_rhythm),
    type="string",
    examples=[
        "every Monday at 09:00",
        "day 15 of the month at 10:00",
        "first Monday of the quarter at 10:00",
    ],
)
