"""The gate of the limits: so many letters to one contractor, and in total."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from relationship.facts.decisions import Judgement, Verdict
from relationship.facts.messages import Side
from rules.evaluation import Case
from rules.gates.world import UPDATES, World
from rules.policy import Rate

TOTAL_LIMIT = "total limit"  # the owner is told when it is reached


def limits(case: Case, world: World) -> Judgement | None:
    """So many letters to one contractor, and in total, in rolling windows."""
    if case.reader is Side.OWNER or case.rule.when in UPDATES or _approved(case):
        return None
    key = case.story.key
    own = [letter.at for letter in world.outgoing if letter.contractor == key]
    everybody = [letter.at for letter in world.outgoing]
    for rate in world.policy.limits.per_contractor:
        if full(rate, own, world.now):
            return _limit(rate, own, f"limit per contractor: {rate.text}", world.now)
    for rate in world.policy.limits.in_total:
        if full(rate, everybody, world.now):
            return _limit(rate, everybody, _in_total(rate), world.now, TOTAL_LIMIT)
    return None


def total_limit(held: Judgement, rates: Iterable[Rate]) -> Rate | None:
    """The limit in total that holds a letter; None where something else does."""
    return next((x for x in rates if held.gate == TOTAL_LIMIT and held.why == _in_total(x)), None)


def _in_total(rate: Rate) -> str:
    return f"limit in total: {rate.text}"


def _approved(case: Case) -> bool:
    letter = case.story.letters.get(case.letter)
    return letter is not None and letter.approved_at is not None


def full(rate: Rate, times: Collection[datetime], now: datetime) -> bool:
    """Whether no more may follow within the rate's window, which rolls on either side of now."""
    first, last = now - rate.window, now + rate.window
    return sum(first < at < last for at in times) >= rate.count


def _inside(rate: Rate, times: Sequence[datetime], now: datetime) -> list[datetime]:
    """The times within a window of now, on either side: a letter of next year is from a clock that was set back."""
    return sorted(at for at in times if abs(now - at) < rate.window)


def _limit(rate: Rate, times: Sequence[datetime], why: str, now: datetime, gate: str = "") -> Judgement:
    return Judgement(Verdict.HOLD, why, gate=gate, until=_inside(rate, times, now)[-rate.count] + rate.window)
