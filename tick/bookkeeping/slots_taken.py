"""The slots that a relationship's check-ins take up, so that no other check-in lies over them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from relationship.check_ins.pairs import Span
from relationship.check_ins.planning import spent
from relationship.occasions import Occasion
from relationship.occasions.check_ins import check_in_due
from relationship.story import Story
from rules.matching import unmet
from rules.policy import Rule

LONG_OVER = timedelta(days=30)  # a check-in's slot is then in nobody's way


def slots_taken(story: Story, rules: Sequence[Rule], now: datetime) -> tuple[Span, ...]:
    """Those of the check-ins that stand, but for those long over.

    One that is planned, and that no rule invites to, takes nobody's time: an owner with few hours has no other.
    """
    standing = [x for x in story.check_ins.values() if x.ends_at > now - LONG_OVER and x.takes_its_slot]
    if any(x.state == "planned" for x in standing):
        due = (x for x in check_in_due(story, now) if _is_invited_to(x, story, rules, now))
        to_be = [occasion.check_in for occasion in due]
        standing = [x for x in standing if x.state != "planned" or (x in to_be and not spent(story, x))]
    return tuple((x.starts_at, x.ends_at) for x in standing)


def _is_invited_to(occasion: Occasion, story: Story, rules: Sequence[Rule], now: datetime) -> bool:
    return any(rule.when == occasion.trigger and not unmet(rule, occasion, story, now) for rule in rules)
