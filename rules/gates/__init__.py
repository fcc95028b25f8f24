"""The gates: what can stand between a due letter and its reader. In the order of the table.

A gate returns None where it has nothing against the letter, else its reason. "Suppress" spends the occasion; "hold" is
judged again. In doubt, quiet.
"""

from dataclasses import replace

from relationship.facts.decisions import Judgement, Verdict
from rules.evaluation import Case
from rules.gates import holding, spending
from rules.gates.limits import limits
from rules.gates.world import Gate, World

LAST_LOOK = "last look"

GATES: tuple[tuple[str, Verdict, Gate], ...] = (
    ("condition", Verdict.SUPPRESS, spending.condition),
    ("gone", Verdict.SUPPRESS, spending.gone),
    ("bouncing", Verdict.SUPPRESS, spending.bouncing),
    ("already done", Verdict.SUPPRESS, spending.already_done),
    ("at most", Verdict.SUPPRESS, spending.at_most),
    ("stale", Verdict.SUPPRESS, spending.stale),
    ("bad news", Verdict.SUPPRESS, spending.bad_news),
    ("wants no answers", Verdict.SUPPRESS, spending.wants_no_answers),
    ("mode", Verdict.HOLD, holding.mode),
    ("owner first", Verdict.HOLD, holding.owner_first),
    ("absent", Verdict.HOLD, holding.absent),
    ("doubtful mail", Verdict.HOLD, holding.doubtful_mail),
    (LAST_LOOK, Verdict.HOLD, holding.last_look),
    ("might not reach us", Verdict.HOLD, holding.might_not_reach_us),
    ("one of two answered", Verdict.HOLD, holding.one_of_two_answered),
    ("not invited", Verdict.HOLD, holding.not_invited),
    ("limits", Verdict.HOLD, limits),
    ("quiet hours", Verdict.HOLD, holding.quiet_hours),
)


def judge(case: Case, world: World) -> Judgement:
    """The verdict on a due case, with its reason; the first gate that objects speaks."""
    for name, verdict, gate in GATES:
        objection = gate(case, world)
        if isinstance(objection, Judgement):
            return replace(objection, gate=objection.gate or name)
        if objection:
            return Judgement(verdict, objection, gate=name)
    return Judgement(Verdict.SEND, case.occasion.about)
