"""Which occasions a rule looks for: its trigger's, and for triggers that count or come round, its own."""

from typing import cast

from relationship.occasions import FINDERS, Finder
from relationship.occasions.dates import every
from relationship.occasions.streaks import on_time_streak, quick_streak
from rules.policy import Rule


def finder_of(rule: Rule) -> Finder:
    """The finder of a rule's occasions."""
    if rule.when == "every" and rule.rhythm is not None:
        return every(rule.name, rule.rhythm.between)
    if rule.when == "streak":
        return _streak(rule)
    return FINDERS[rule.when]


def _streak(rule: Rule) -> Finder:
    if "deliveries on time" in rule.conditions:
        return on_time_streak(cast(int, rule.conditions["deliveries on time"]))
    return quick_streak(cast(int, rule.conditions["quick answers"]))
