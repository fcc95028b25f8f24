"""The docket: what is still to do in one relationship, so that a look goes through that and what is new.

Theory of operation. What a rule finds follows from the facts and the clock. A conversation in which every step of
every rule is spent, past or over has nothing for the rules until something is said in it, or about it; nor has a
rule, until facts come in that it rests on, or its next step comes due. So a look goes through what is open and what
changed since the last one. The first look, under each policy, goes through everything.

What is due or held is judged at every look; open too is what waits for its time, and a letter on its way. What a
condition keeps back is looked at with new mail, another phase or temperature, and once a week.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from relationship.check_ins.check_in import CheckIn
from relationship.decisions import Decision
from relationship.facts import Fact
from relationship.letters import Letter
from relationship.messages import Message
from relationship.news import News
from relationship.occasions import RESTS_ON, Occasion
from relationship.story import Story
from relationship.warmth.words import Temperature
from rules.policy import Rule

KINDS: Mapping[type, str] = {
    Message: "mail",
    Letter: "letters",
    Decision: "decisions",
    CheckIn: "check-ins",
    Temperature: "temperature",
    News: "news",
}


@dataclass(slots=True)
class Left:
    """What one rule has left to do."""

    names: set[str] = field(default_factory=set)  # conversations and check-ins with which it is not done
    judged: bool = False  # something is due, or held: it is judged at every look
    unmet: bool = False  # a condition does not hold: it may with another phase or temperature, or other mail
    next_at: datetime | None = None  # when its next step comes due

    def note(self, occasion: Occasion, story: Story) -> None:
        """Something is open about an occasion."""
        if occasion.turn:
            self.names.add(occasion.turn.conversation)
        if occasion.message:
            self.names.add(story.conversation_of[occasion.message.key])
        if occasion.check_in:
            self.names.add(occasion.check_in.uid)


@dataclass(slots=True)
class Docket:
    """What is left to do in one relationship, and what came in since it was looked at."""

    left: dict[str, Left] = field(default_factory=dict)  # by rule
    looked_on: date | None = None  # the contractor's day of the last look; None before the first one
    today: date = date.min  # that of the look which goes on
    stirred: set[str] = field(
        default_factory=set
    )  # the kinds of facts that came in, and the rules that acted
    conversations: Mapping[str, object] = field(default_factory=dict)  # as they were at the last look
    check_ins: Mapping[str, CheckIn] = field(default_factory=dict)  # likewise

    def stir(self, facts: Iterable[Fact]) -> None:
        """Facts came in."""
        for fact in facts:
            kind = KINDS.get(type(fact))
            if kind is None:  # a new watermark, say: what was past may be so no more
                self.looked_on = None
            else:
                self.stirred.add(kind)
            if isinstance(fact, Decision | Letter):
                self.stirred.add(_doings(fact.rule))

    def begin(self, story: Story, now: datetime) -> None:
        """A look begins; with a new day of the contractor's, and of their week, what time alone brings is new."""
        self.today, last = now.astimezone(story.contractor.clock.zone).date(), self.looked_on
        if last and last != self.today:
            week = last.isocalendar()[:2] != self.today.isocalendar()[:2]
            phase = story.contractor.phase_on(last) != story.contractor.phase_on(self.today)
            self.stirred |= {"day", "phase"} if week or phase else {"day"}

    def wants(self, rule: Rule, now: datetime) -> bool:
        """Whether a rule may find something now that it did not find before."""
        left = self.left.get(rule.name)
        if self.looked_on is None or left is None or left.judged or (left.next_at and left.next_at <= now):
            return True
        if left.unmet and not self.stirred.isdisjoint(("phase", "temperature")):
            return True
        return _doings(rule.name) in self.stirred or not self.stirred.isdisjoint(RESTS_ON[rule.when])

    def part_of(self, story: Story) -> Story:
        """The story without the conversations and check-ins in which nothing is open and nothing changed."""
        if self.looked_on is None:
            return story
        names, said = {name for left in self.left.values() for name in left.names}, story.mail.conversations
        if said is not self.conversations:
            changed = [name for name, mails in said.items() if self.conversations.get(name) is not mails]
            clicks = (mail for name in changed for mail in said[name] if mail.about_letter)
            names.update(changed, *map(story.meant_by, clicks))
        if story.check_ins is not self.check_ins:
            names.update(uid for uid, one in story.check_ins.items() if self.check_ins.get(uid) != one)
        return story.part(frozenset(names))

    def looked(self, story: Story) -> None:
        """Everything was looked at."""
        self.looked_on = self.today
        self.conversations, self.check_ins = story.mail.conversations, story.check_ins
        self.stirred.clear()

    @property
    def next_at(self) -> datetime | None:
        """When the next step of any rule comes due."""
        return min((left.next_at for left in self.left.values() if left.next_at), default=None)


def _doings(rule: str) -> str:
    return f"rule {rule}"
