"""The slots that a relationship's check-ins take up, so that no other check-in lies over them."""

from collections.abc import Callable, Collection, Sequence, Set
from datetime import datetime, timedelta
from itertools import chain

from relationship.check_ins.pairs import Span
from relationship.check_ins.planning import spent
from relationship.facts import Fact
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision
from relationship.invitations.bookings import slot_of
from relationship.occasions import Occasion
from relationship.occasions.check_ins import check_in_due
from relationship.story import Story
from rules.matching import unmet
from rules.policy import Rule

LONG_OVER = timedelta(days=30)  # a check-in's slot is then in nobody's way


class SlotsTaken:
    """The slots of all relationships; worked out anew only where something may have changed."""

    def __init__(self) -> None:
        self._callers: set[str] = set()  # relationships with check-ins
        self._doubtful: set[str] = set()  # of whose slots something may have changed
        self._by_one: dict[str, tuple[Span, ...]] = {}
        self._by_others: dict[str, tuple[Span, ...]] = {}  # as long as none changes

    def take_in(self, key: str, facts: Collection[Fact]) -> None:
        """What was committed to a relationship; a decision about something else changes no slot."""
        if any(isinstance(fact, CheckIn) for fact in facts):
            self._callers.add(key)
        if not all(isinstance(fact, Decision) and not slot_of(fact.occasion)[0] for fact in facts):
            self._doubtful.add(key)

    def doubt(self, key: str) -> None:
        """Something may have changed in one."""
        self._doubtful.add(key)

    def doubt_all(self) -> None:
        """Who invites whom may be others now."""
        self._by_one.clear()
        self._by_others.clear()
        self._doubtful = set(self._callers)

    def by_others(
        self, but: str, keys: Set[str], taken: Callable[[str], tuple[Span, ...]]
    ) -> tuple[Span, ...]:
        """The slots of all relationships of these but one; `taken` works out those of a relationship."""
        for key in self._doubtful & self._callers & keys if self._doubtful else ():
            spans = taken(key)
            if spans != self._by_one.get(key):
                self._by_one[key] = spans
                self._by_others.clear()
        self._doubtful.clear()
        if but not in self._by_others:
            others = (x for key, x in self._by_one.items() if key != but)
            self._by_others[but] = tuple(chain.from_iterable(others))
        return self._by_others[but]


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
