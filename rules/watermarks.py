"""Watermarks: from when a rule, a contractor or the installation may act. No surprises after an edit."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from relationship.facts import RuleMark
from relationship.occasions import Occasion
from rules.policy import Rule, Step


def fingerprint(*parts: object) -> str:
    """A short mark by which an edit is noticed."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:16]


@lru_cache(maxsize=1024)
def step_fingerprint(step: Step) -> str:
    """A step is another one when its letter or its time changes."""
    return fingerprint(step.send, str(step.after), str(step.before))


def meaning(rule: Rule, starred: str = "") -> str:
    """What resets a rule's watermark: a new `when` or `if` (a new name makes a new rule anyway).

    The label that stands for the star belongs to `when: starred`: what carried it before thanks nobody.
    """
    when = f"starred {starred}" if rule.when == "starred" and starred else rule.when
    rhythm = rule.rhythm.text if rule.rhythm else ""
    return fingerprint(when, rhythm, sorted(rule.conditions.items(), key=lambda item: item[0]))


def new_marks(
    rules: Iterable[Rule], known: Mapping[str, RuleMark], now: datetime, starred: str = ""
) -> list[RuleMark]:
    """The marks that an edited policy needs: new rules act from now on, new steps count from now on.

    A rule that was taken out means nothing any more: put back, it is a new one.
    """
    wanted = {rule.name: _mark(rule, meaning(rule, starred), known.get(rule.name), now) for rule in rules}
    gone = [replace(mark, meaning="") for name, mark in known.items() if name not in wanted and mark.meaning]
    return [mark for name, mark in wanted.items() if mark != known.get(name)] + gone


def _mark(rule: Rule, means: str, known: RuleMark | None, now: datetime) -> RuleMark:
    if known is None or known.meaning != means:
        steps = tuple((step_fingerprint(step), now) for step in rule.steps)
        return RuleMark(rule.name, means, now, steps)
    seen = dict(known.steps)
    steps = tuple((print_, seen.get(print_, now)) for print_ in map(step_fingerprint, rule.steps))
    return RuleMark(rule.name, known.meaning, known.since, steps)


def counted(occasion: Occasion, since: datetime) -> Occasion:
    """What lasts counts from a watermark that is later than its last event: days before it are nobody's news."""
    return replace(occasion, start=since) if occasion.lasts and occasion.start < since else occasion


def acts(occasion: Occasion, since: datetime) -> bool:
    """Whether the occasion lies after a watermark, or lasts.

    Mail servers count in whole seconds, so a mail of the watermark's own second is told apart by when we saw it.
    """
    if occasion.moment < since.replace(microsecond=0) and not occasion.lasts:
        return False
    if occasion.deadline and occasion.message is None and occasion.deadline < since.date():
        return False  # a day of pay at the weekend begins with the next hours, and is over all the same
    return occasion.seen_at is None or occasion.seen_at > since


def passed(step: Step, due_at: datetime, mark: RuleMark, since: datetime) -> bool:
    """Whether the step was already past at the watermark, or when an edit brought it in."""
    seen = dict(mark.steps).get(step_fingerprint(step), since)
    return due_at < max(seen, since).replace(microsecond=0)
