"""Step three, decide: rules × occasions → judged cases. Each carries its reason, and so does each "no"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from relationship.facts.decisions import Decision, Judgement, Verdict
from relationship.facts.messages import Side
from relationship.story import Story
from rules.evaluation import OVER, TAKEN_OUT, Case, Cases, cases
from rules.gates import LAST_LOOK, judge
from rules.gates.holding import needs_look
from rules.gates.spending import A_SECOND, fresh_until, said_by
from rules.gates.world import Outgoing, World
from rules.policy import Policy
from tick.bookkeeping.books import Books
from tick.deciding.observe import observe

RECENT = timedelta(days=7)  # how far a last look goes back for what no mail began
PUT_OFF = "put off"
PASSED = "cancelled: the step was changed in rules.yaml when its time was past"
RECHECK = timedelta(minutes=15)  # what cannot be foreseen is looked at again so often

# Looks for mail from one contractor in every folder; the folder where something unrecorded lies, or None.
Look = Callable[[Story, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A due case and its verdict."""

    case: Case
    judgement: Judgement


@dataclass(slots=True)
class Court:
    """Judges cases against one world, and takes a last look before a contractor is chased."""

    world: World
    look: Look
    looked: dict[tuple[str, datetime], str | None] = field(default_factory=dict)

    def judge(self, case: Case) -> Judgement:
        """The verdict; what it lets through counts towards the limits at once, but for a draft: the owner is asked."""
        verdict = judge(case, self.world)
        if verdict.verdict is Verdict.SEND and needs_look(case) and self._finds_something(case):
            verdict = judge(case, self.world)
        if verdict.verdict is Verdict.SEND:
            said = case.story.key, case.occasion.key, said_by(case)
            self.world.chosen.setdefault(said, case.rule.name)
        if verdict.verdict is Verdict.SEND and not case.letter:
            rule = case.story.key, case.rule.name
            self.world.decided[rule] = self.world.decided.get(rule, 0) + 1
        is_draft = case.rule.approve and not case.letter
        if verdict.verdict is Verdict.SEND and case.reader is Side.CONTRACTOR and not is_draft:
            self.world.outgoing.append(Outgoing(case.story.key, self.world.now))
        return verdict

    def _finds_something(self, case: Case) -> bool:
        """Take the last look: the world is another one where something lies there."""
        key, about = case.story.key, case.occasion.message
        since = min(about.at if about else self.world.now - RECENT, case.occasion.moment)
        if (key, since) not in self.looked:
            self.looked[key, since] = self.look(case.story, since)
        found = self.looked[key, since]
        if found:
            self.world.unrecorded = {**self.world.unrecorded, key: found}
        return bool(found)


def court(books: Books, look: Look, now: datetime) -> Court:
    """The court of this tick."""
    return Court(World(books.policy, now, books.outgoing(now), books.story_of), look)


def decide(books: Books, bench: Court, now: datetime) -> list[Judged]:
    """Judge what is due, in the rules' order: file order is priority where limits bite."""
    keys = books.looks.due(now)
    later: dict[str, datetime] = {}
    found: dict[str, Cases] = {}
    for key in keys:  # one after the other, so that no story is told twice
        is_first_look = books.looks.day_ends_at(key) is None
        later[key] = observe(books, key, now)
        found[key] = _cases(books, key, now)
        # Everybody is looked at after a start, and most are at rest.
        if is_first_look and found[key].are_none:
            books.let_go(key)
    due = sorted((case for one in found.values() for case in one.due), key=_priority)
    judged = [Judged(case, bench.judge(case)) for case in due]
    again: dict[str, list[datetime]] = {}
    for held in (x for x in judged if x.judgement.verdict is Verdict.HOLD):
        again.setdefault(held.case.story.key, []).append(_judged_again_at(held, books.policy, now))
    judged += [_over(case) for one in found.values() for case in one.over]
    judged += [_unmet(case) for one in found.values() for case in one.unmet]
    judged += [_put_off(case) for one in found.values() for case in one.put_off]
    for key, one in found.items():
        if one.gone or one.passed:
            ended = [_gone(held, books.story(key), books, now) for held in one.gone]
            books.commit(key, ended + [_ended(held, PASSED, now) for held in one.passed])
        steps = [one.next_at] if one.next_at else []
        books.looks.again(key, min([later[key], *again.get(key, []), *steps]))
    return judged


def _cases(books: Books, key: str, now: datetime) -> Cases:
    return cases(books.rules, books.readers, books.marks, books.story(key), now, books.docket(key))


def _priority(case: Case) -> tuple[int, datetime, str, str]:
    return case.order, case.due_at, case.story.key, case.occasion.key


def _over(case: Case) -> Judged:
    when = "before this went out" if case.decision else "before this was due"
    return Judged(case, Judgement(Verdict.SUPPRESS, f"cancelled: {case.occasion.over}, {when}"))


def _unmet(case: Case) -> Judged:
    """A condition may hold later: rules/docket.py says when it is looked at again."""
    return Judged(case, Judgement(Verdict.HOLD, case.unmet, gate="condition"))


def _put_off(case: Case) -> Judged:
    """A debt was paid, or they went away: what held the letter until now says no more when it goes out."""
    why = f"put off: its time counts anew, and it is due {case.story.when(case.due_at)}"
    return Judged(case, Judgement(Verdict.HOLD, why, gate=PUT_OFF))


def _gone(decision: Decision, story: Story, books: Books, now: datetime) -> Decision:
    """What was held, and has ended without a word: an answer that was settled, a star or a rule taken back."""
    mark = books.marks.get(decision.rule)
    why = OVER
    if all(rule.name != decision.rule for rule in books.rules):
        why = TAKEN_OUT
    elif mark and mark.since > decision.at:
        why = f"cancelled: the rule acts on nothing from before {story.when(mark.since)}"
    return _ended(decision, why, now)


def _ended(held: Decision, why: str, now: datetime) -> Decision:
    return replace(held, at=now, verdict=Verdict.SUPPRESS, why=why, gate="").after(held)


def _judged_again_at(held: Judged, policy: Policy, now: datetime) -> datetime:
    """When a hold can end by time alone: at its own end, or when it has gone stale; else with something new.

    What lies in the mailbox unrecorded brings nothing new: it is looked for again soon.
    """
    if held.judgement.gate == LAST_LOOK:
        return now + RECHECK
    spoiled = fresh_until(held.case, policy) + A_SECOND
    return max(now, min(held.judgement.until or spoiled, spoiled))


def news(judged: Iterable[Judged], now: datetime) -> Iterator[tuple[Case, Decision]]:
    """The decisions that say something new: a verdict is written when it or its reason changes."""
    for one in judged:
        decision = decision_of(one.case, one.judgement, now)
        before = one.case.decision
        if before is None or not decision.repeats(before):
            yield one.case, decision.after(before)


def decision_of(case: Case, judgement: Judgement, now: datetime) -> Decision:
    """A judged case as a fact."""
    return Decision(
        at=now,
        rule=case.rule.name,
        contractor=case.story.key,
        occasion=case.occasion.key,
        about=case.occasion.about,
        step=case.number,
        verdict=judgement.verdict,
        why=judgement.why,
        gate=judgement.gate,
    )
