"""What the gates know: the case, and the world around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from relationship.facts.decisions import Judgement
from relationship.facts.letters import OPEN_STATES, WENT_OUT, State
from relationship.occasions.shared import StoryOf, nobody
from rules.evaluation import Case
from rules.policy import Policy

CHASES = frozenset({"waiting on contractor", "deadline near", "deadline missed", "check-in unanswered"})
# Their calendars are wrong until it is out.
UPDATES = frozenset({"check-in changed", "check-in cancelled", "check-in kept"})
COUNTED = WENT_OUT | OPEN_STATES
TOLD = COUNTED | {State.BUNDLED, State.ASKED}


class Outgoing(NamedTuple):
    """A letter to a contractor, as the limits count it."""

    contractor: str
    at: datetime


@dataclass(slots=True)
class World:
    """What the gates know besides the case."""

    policy: Policy
    now: datetime
    # Rolling: what was sent, is on its way, and was decided in this tick.
    outgoing: list[Outgoing] = field(default_factory=list)
    story_of: StoryOf = nobody
    # The folder with mail of a relationship that was never recorded.
    unrecorded: Mapping[str, str] = field(default_factory=dict)
    # What was decided to be sent in this tick: contractor, occasion and template, by which rule.
    chosen: dict[tuple[str, str, str], str] = field(default_factory=dict)
    # How many letters of a rule about a contractor were decided on in this tick, and are not written yet.
    decided: dict[tuple[str, str], int] = field(default_factory=dict)


def any_time(case: Case, policy: Policy) -> bool:
    """Whether the letter may be delivered outside its reader's working hours."""
    return policy.limits.any_time if case.rule.any_time is None else case.rule.any_time


# None where it has nothing against the letter; else why, or a judgement that says more.
Gate = Callable[[Case, World], str | Judgement | None]
