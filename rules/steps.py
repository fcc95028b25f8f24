"""Steps and their letters: which letter was written from which step, though an edit of rules.yaml came between.

A step is known by its letter and its time (rules/watermarks.py); its number changes when another is put in or out.
"""

from collections.abc import Mapping, Sequence

from relationship.facts import RuleMark
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Side
from relationship.occasions import Occasion
from relationship.story import Story
from rules.policy import Rule, Step
from rules.watermarks import step_fingerprint


def edited(mark: RuleMark) -> bool:
    """Whether steps were put in after the rule itself."""
    return any(seen > mark.since for _, seen in mark.steps)


def is_anothers(letter: Letter, rule: Rule, step: Step) -> bool:
    """Whether another step of the rule, as it is now, is the one from which a letter was written."""
    if letter.written_for in ("", step_fingerprint(step)):
        return False
    return letter.written_for in map(step_fingerprint, rule.steps)


def written_for_step(story: Story, rule: Rule, number: int, occasion: Occasion) -> Letter | None:
    """The letter about this occasion that went out, or will, from a step, whatever number it had then.

    Where another time makes another step of it, the letters whose steps are gone belong to those with their template.
    """
    prints, template = [*map(step_fingerprint, rule.steps)], rule.steps[number].send
    written = _written(story, rule, template, occasion)
    known = {x.written_for: x for x in written}
    if prints[number] in known:
        return known[prints[number]]
    free = [n for n, step in enumerate(rule.steps) if step.send == template and prints[n] not in known]
    strays = [x for x in written if x.written_for not in prints]
    return dict(zip(free, strays, strict=False)).get(number)


def _written(story: Story, rule: Rule, template: str, occasion: Occasion) -> list[Letter]:
    """The letters that went out, or will, by this rule about this occasion from a template, oldest first."""
    keys = (occasion.key, *occasion.aliases)
    found = (
        x
        for x in story.letters.values()
        if x.rule == rule.name and x.template == template and x.occasion in keys
    )
    return sorted((x for x in found if x.state is not State.CANCELLED), key=lambda x: x.created_at)


def number_of(letter: Letter, rule: Rule, readers: Mapping[str, Side]) -> int | None:
    """The number that a letter's step has now: an edit may have moved it, or given it another time."""
    prints = [*map(step_fingerprint, rule.steps)]
    if letter.written_for in prints:
        return prints.index(letter.written_for)
    alike = [number for number, step in enumerate(rule.steps) if step.send == letter.template]
    if not alike and len(rule.steps) == 1 and readers[rule.steps[0].send] is letter.reader:
        return 0  # the rule's only letter has other words now
    return letter.step if letter.step in alike else next(iter(alike), None)


def really_sent(written: Sequence[Letter], occasion: Occasion, story: Story) -> int:
    """How many of these letters their reader got: of those left in the Drafts folder, what was written since."""
    drafts = [letter for letter in written if letter.state is State.DRAFTED]
    if not drafts:
        return len(written)
    about, ids = occasion.message, {letter.message_id for letter in drafts}
    since = min(letter.sent_at or letter.created_at for letter in drafts)
    talk = story.in_conversation(story.conversation_of[about.key]) if about else ()
    ours = (m for m in talk if m.side is Side.OWNER and m.at >= since and not m.about_letter)
    by_hand = sum(m.kind is Kind.HUMAN or m.message_id in ids for m in ours)
    return len(written) - len(drafts) + min(len(drafts), by_hand)
