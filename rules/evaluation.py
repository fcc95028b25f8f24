"""Rules × occasions → cases: which step of which rule is due for which occasion, and when the next one is.

Pure: reads stories and the clock it is given, changes nothing. The gates (rules/gates) then judge each case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from relationship.facts import RuleMark
from relationship.facts.decisions import Decision, Verdict, decision_key
from relationship.facts.letters import PENDING, WENT_OUT, Letter, State
from relationship.facts.messages import Side
from relationship.occasions import ONE_BY_ONE, Finder, Occasion
from relationship.occasions.turns import given_up_at, may_start_anew
from relationship.story import Story
from relationship.values import value
from rules.docket import Docket, Open, names_of
from rules.due import due
from rules.finding import finder_of
from rules.matching import unmet
from rules.policy import Rule, Step
from rules.steps import edited, is_anothers, number_of, really_sent, written_for_step
from rules.watermarks import acts, counted, passed

# Triggers whose occasion lasts: a condition that does not hold today may hold tomorrow. Of all others it is judged
# once, when they come due.
LASTING = frozenset(
    {
        "waiting on contractor",
        "waiting on owner",
        "silence",
        "owner silence",
        "deadline near",
        "deadline missed",
        "no praise",
        "no feedback",
        "check-in unanswered",
        "payment due",
    }
)
# Which come round: the next one is found once the one before it is past.
ROUNDS = frozenset({"every", "anniversary"})
TAKEN_OUT = "cancelled: the rule is no longer in rules.yaml"
OVER = "cancelled: what it was about is over"


@value
class Case:
    """One step of one rule for one occasion: what the gates judge."""

    rule: Rule
    order: int  # the rule's place in the file: its priority
    number: int  # the step's, from 0
    step: Step
    reader: Side
    occasion: Occasion
    due_at: datetime
    story: Story
    begun: bool = False  # whether any letter about it went out
    unmet: str = ""  # the condition that does not hold, in words
    letter: str = ""  # token of the letter in the outbox that is judged once more

    @property
    def reminders(self) -> int:
        """How many letters about this occasion the contractor really got, by whatever rule."""
        keys = (self.occasion.key, *self.occasion.aliases)
        about = (x for x in self.story.letters.values() if x.occasion in keys)
        written = [x for x in about if x.state in WENT_OUT and x.reader is Side.CONTRACTOR]
        return really_sent(written, self.occasion, self.story)

    @property
    def decision(self) -> Decision | None:
        """What was decided about it before."""
        return _decided(self.story, self.rule, self.occasion, self.number)


@dataclass(slots=True)
class Cases:
    """What a story holds for the rules at one moment."""

    due: list[Case] = field(default_factory=list)
    over: list[Case] = field(default_factory=list)  # begun or held, but ended before this step was sent
    unmet: list[Case] = field(default_factory=list)  # due, but a condition does not hold as yet
    put_off: list[Case] = field(default_factory=list)  # held, and due only later by now: its time counts anew
    gone: list[Decision] = field(default_factory=list)  # held, and there is nothing any more to act on
    passed: list[Decision] = field(default_factory=list)  # held, and an edit made a step of it that was past
    next_at: datetime | None = None  # when the next step comes due by time alone

    @property
    def are_none(self) -> bool:
        """Whether there is nothing to do now."""
        return not (self.due or self.over or self.unmet or self.put_off or self.gone or self.passed)


def cases(
    rules: Sequence[Rule],
    readers: Mapping[str, Side],
    marks: Mapping[str, RuleMark],
    story: Story,
    now: datetime,
    docket: Docket,
) -> Cases:
    """The cases of one story that are new, or still open. `readers` tells who reads each template."""
    found, acting = Cases(), dict[str, set[str]]()
    wanted = docket.begin(rules, story, now)
    part = docket.part_of(story) if any(rule.when in ONE_BY_ONE for _, rule in wanted) else story
    known: dict[Finder, list[Occasion]] = {}  # rules with the same trigger find the same
    for order, rule in wanted:
        mark, left = marks[rule.name], docket.kept(rule)
        seen = acting[rule.name] = {one.keys[0] for one in left}
        find, since = finder_of(rule), max(mark.since, story.profile.watermark)
        if find not in known:
            known[find] = list(find(part if rule.when in ONE_BY_ONE else story, now))
        for occasion in (counted(one, since) for one in known[find]):
            if acts(occasion, since) and occasion.key not in seen:
                seen.add(occasion.key)
                case = _next_case(rule, order, mark, readers, occasion, story, now)
                found.passed += _passed(story, rule, occasion, case)
                left += _filed(found, rule, occasion, case, story, now)
        docket.leave(rule, left)
    found.next_at = docket.note_next() if wanted else docket.next_at
    docket.looked(story)
    found.gone = _gone(story, acting, rules)
    return found


def _passed(story: Story, rule: Rule, occasion: Occasion, case: Case | None) -> list[Decision]:
    """What is held of steps that will not be taken any more, as those after them are to be taken, or none."""
    if not story.held or (case is None and (rule.name, occasion.key) in story.on_their_way):
        return []
    number = case.number if case else len(rule.steps)
    about = (x for x in story.held if x.rule == rule.name and x.occasion == occasion.key)
    return [x for x in about if x.step < number]


def _gone(story: Story, acting: Mapping[str, set[str]], rules: Sequence[Rule]) -> list[Decision]:
    """What is held of a rule that finds its occasion no longer, or that was taken out."""
    names = {rule.name for rule in rules} if story.held else set()
    return [
        x
        for x in story.held
        if (x.occasion not in acting[x.rule] if x.rule in acting else x.rule not in names)
    ]


def _filed(
    found: Cases, rule: Rule, occasion: Occasion, case: Case | None, story: Story, now: datetime
) -> list[Open]:
    """Put a case where it belongs; what it leaves to do, if anything."""
    keys = (occasion.key, *occasion.aliases)
    names = names_of(occasion, story) if rule.when in ONE_BY_ONE else ()
    if case is None:
        if rule.when in ROUNDS and occasion.moment > now:  # acted on by a clock that was ahead
            return [Open(keys, names, due_at=occasion.moment)]
        stays = (rule.name, occasion.key) in story.on_their_way or may_start_anew(occasion)
        return [Open(keys, names)] if stays else []
    if case.occasion.over:
        if not (case.begun or case.decision):
            return []
        found.over.append(case)
    elif case.due_at > now:
        # What the dry run noted is no hold that waits: it tells what would have gone out; nor is an unmet `if:`.
        if case.decision and not case.decision.spent and case.decision.gate not in ("mode", "condition"):
            found.put_off.append(case)
        return [Open(keys, names, due_at=case.due_at)]
    elif case.unmet and rule.when in LASTING:
        found.unmet.append(case)
        return [Open(keys, names, unmet=True, due_at=given_up_at(occasion, story))]
    else:
        found.due.append(case)
    return [Open(keys, names, judged=True)]


def _next_case(
    rule: Rule,
    order: int,
    mark: RuleMark,
    readers: Mapping[str, Side],
    occasion: Occasion,
    story: Story,
    now: datetime,
) -> Case | None:
    """The first step that is not spent; None where all are, or the last letter is still on its way."""
    sent: tuple[Step, datetime] | None = None
    note_waits = False  # for the day's one mail to the owner: it holds no two of one rule about one thing
    for number, step in enumerate(rule.steps):
        spent, letter = _done(story, rule, mark, occasion, number)
        if spent:
            if letter and letter.state in PENDING:
                return None
            note_waits = note_waits or (letter is not None and letter.state is State.BUNDLED)
            if letter and letter.state in WENT_OUT and letter.sent_at:
                sent = (step, letter.sent_at)
            continue
        due_at = due(step, sent, occasion, story)
        since = max(mark.since, story.profile.watermark)
        if passed(step, due_at, mark, since) or _too_late(step, due_at, occasion):
            continue
        if note_waits and readers[step.send] is Side.OWNER and not occasion.over:
            return None
        why = unmet(rule, occasion, story, now)
        begun = sent is not None
        return Case(rule, order, number, step, readers[step.send], occasion, due_at, story, begun, why)
    return None


def _done(
    story: Story, rule: Rule, mark: RuleMark, occasion: Occasion, number: int
) -> tuple[bool, Letter | None]:
    """Whether a step is spent, and its letter. An edit may have moved the step to another number."""
    step = rule.steps[number]
    decision = _decided(story, rule, occasion, number)
    letter = story.letters.get(decision.letter) if decision else None
    if letter is None and not edited(mark):
        return decision is not None and _spent(decision, occasion), None
    if decision and letter and letter.template == step.send and not is_anothers(letter, rule, step):
        return _spent(decision, occasion), letter
    written = written_for_step(story, rule, number, occasion)
    if written:
        return True, written
    return decision is not None and letter is None and _spent(decision, occasion), None


def _too_late(step: Step, due_at: datetime, occasion: Occasion) -> bool:
    """A reminder before a day that was named only after the reminder's own time: there is nothing to remind of."""
    return step.before is not None and occasion.message is not None and due_at < occasion.message.at


def _decided(story: Story, rule: Rule, occasion: Occasion, number: int) -> Decision | None:
    for key in (occasion.key, *occasion.aliases):
        decision = story.decisions.get(decision_key(rule.name, key, number))
        if decision and (decision.spent or key == occasion.key):
            return decision
    return None


def _spent(decision: Decision, occasion: Occasion) -> bool:
    """Steps start anew where the start moved: only what was really sent stays done.

    What only the mode held back is done as well: each step is noted when it would have been due. But what lasts
    counts anew from the watermark that is set when the dry run ends.
    """
    if decision.why == OVER:  # and here it is again: another reminder waits for the same debt, say
        return False
    if decision.gate == "mode":
        return not (occasion.lasts and decision.at < occasion.start)
    # A mail that moves the start of a wait follows what was dropped in its moment; a start that is foreseen does not.
    before = decision.at <= occasion.start if occasion.turn else decision.at < occasion.start
    anew = occasion.start > occasion.moment and before
    return decision.spent and (decision.verdict is Verdict.SEND or not anew)


def case_of(
    letter: Letter, rules: Sequence[Rule], readers: Mapping[str, Side], story: Story, now: datetime
) -> Case | str:
    """The case that a letter in the outbox stands for, as things are now; in words why there is none any more."""
    for order, rule in enumerate(rules):
        if rule.name == letter.rule:
            return _case_again(letter, rule, order, readers, story, now)
    return TAKEN_OUT


def _case_again(
    letter: Letter, rule: Rule, order: int, readers: Mapping[str, Side], story: Story, now: datetime
) -> Case | str:
    number = number_of(letter, rule, readers)
    if number is None:
        return "cancelled: this step is no longer in rules.yaml"
    step = rule.steps[number]
    for occasion in finder_of(rule)(_about(letter, rule, story), now):
        if letter.occasion in (occasion.key, *occasion.aliases):
            if occasion.over:
                return f"cancelled: {occasion.over}"
            return Case(
                rule,
                order,
                number,
                step,
                readers[step.send],
                occasion,
                letter.due_at,
                story,
                unmet=unmet(rule, occasion, story, now),
                letter=letter.token,
            )
    return OVER


def _about(letter: Letter, rule: Rule, story: Story) -> Story:
    """The story without what a letter is surely not about."""
    names = story.named_by(letter)
    return story.part(names) if names and rule.when in ONE_BY_ONE else story
