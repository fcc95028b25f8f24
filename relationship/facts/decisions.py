"""Decisions: what a rule made of an occasion at one moment, and why."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from relationship.values import value

MOST_HOLDS = 12  # so many reasons for waiting are remembered of one step


class Verdict(StrEnum):
    """What became of an occasion."""

    SEND = "send"
    HOLD = "hold"  # judged again each tick
    SUPPRESS = "suppress"  # spent: never judged again


@value
class Judgement:
    """A verdict and its reason; a gate returns one, or None where it has nothing against the letter."""

    verdict: Verdict
    why: str
    gate: str = ""  # which gate said so; "" where none did
    until: datetime | None = None  # a hold that cannot end earlier, unless something new arrives


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a letter waited, and since when for this reason."""

    at: datetime
    why: str


@value
class Decision:
    """One rule's verdict on one step of one occasion; written when verdict or reason changes."""

    at: datetime
    rule: str
    contractor: str  # key of the relationship
    occasion: str  # key of the occasion
    about: str  # the occasion in words
    step: int
    verdict: Verdict
    why: str
    gate: str = ""
    letter: str = ""  # token
    holds: tuple[Hold, ...] = field(default=(), compare=False)  # what held it before, oldest first

    @property
    def key(self) -> str:
        """Identity within its aggregate."""
        return decision_key(self.rule, self.occasion, self.step)

    @property
    def spent(self) -> bool:
        """Whether this step is over and done with."""
        return self.verdict is not Verdict.HOLD

    def repeats(self, before: "Decision") -> bool:
        """Whether it says nothing new: another moment and what held it meanwhile are none."""
        return _said(self) == _said(before)

    def after(self, before: "Decision | None") -> "Decision":
        """The same decision, remembering what held the letter until now."""
        if before is None or before.verdict is not Verdict.HOLD:
            return self
        return replace(self, holds=(*before.holds, Hold(before.at, before.why))[-MOST_HOLDS:])


def _said(decision: Decision) -> tuple[object, ...]:
    what = decision.rule, decision.contractor, decision.occasion, decision.step, decision.about
    return *what, decision.verdict, decision.why, decision.gate, decision.letter


def mails_of(occasion: str) -> tuple[str, ...]:
    """The keys of the mail that an occasion's key may name: after its sort, and before or after a day or an address."""
    named = occasion.partition("/")[2]
    keys = (named, named.rpartition("/")[0], named.partition("/")[2])
    return tuple(key for key in keys if key)


def decision_key(rule: str, occasion: str, step: int) -> str:
    """The identity of a decision: a rule acts once on a step of an occasion."""
    return f"{rule}\n{occasion}\n{step}"
