"""The docket: what is still to do in one relationship, so that a look goes through that and what is new.

Theory of operation. What a rule finds follows from the facts and the clock. A conversation in which every step of
every rule is spent, past or over has nothing for the rules until something is said in it, or about it. One in which
a step is to come has nothing until that step is due. So a look goes through the conversations and check-ins that
changed since the last one, and through those of which something is due, and leaves the others as they were noted.
The first look, under each policy, goes through everything.

What is due or held is judged at every look. What a condition keeps back is looked at with news of its own, with
another phase or temperature, and once a week. Where steps start anew, because a debt was paid or an absence ended,
everything that is open is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from relationship.correspondence.ledger import Ledger
from relationship.facts import Fact
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision
from relationship.facts.letters import LOST, Letter
from relationship.facts.messages import Message
from relationship.facts.news import News
from relationship.facts.summary import Summary
from relationship.facts.temperature import Temperature
from relationship.invitations.bookings import BOOKED, slot_of
from relationship.occasions import OF_ANOTHER, ONE_BY_ONE, RESTS_ON, Occasion
from relationship.occasions.turns import debts_paid
from relationship.story import Story
from relationship.values import value
from rules.policy import Rule

NOTHING: Set[str] = frozenset()
NO_TURNS = Ledger()
Wanted = Sequence[tuple[int, Rule]]  # rules, with their places in the file

KINDS: Mapping[type, str] = {
    Message: "mail",
    Letter: "letters",
    Decision: "decisions",
    CheckIn: "check-ins",
    Temperature: "temperature",
    News: "news",
    Summary: "mail",
}


@value
class Open:
    """What a rule has left to do about one occasion.

    With none of the last three there is nothing now: its letter is on its way, or its steps may start anew.
    """

    keys: tuple[str, ...]  # of the occasion, whatever it was called
    names: tuple[str, ...]  # the conversation or check-in that it is about
    judged: bool = False  # it is due, or held: it is judged at every look
    unmet: bool = False  # a condition does not hold: it may with another phase or temperature
    # When time alone changes something: the step comes due, or a wait is given up.
    due_at: datetime | None = None

    def calls(self, now: datetime, anew: bool) -> bool:
        """Whether it is to be looked at, though nothing was said about it; `anew`: conditions may hold now."""
        return self.judged or (anew and self.unmet) or (self.due_at is not None and self.due_at <= now)


def names_of(occasion: Occasion, story: Story) -> tuple[str, ...]:
    """The conversation or check-in that an occasion is about."""
    conversation = story.conversation_of[occasion.message.key] if occasion.message else ""
    check_in = occasion.check_in.uid if occasion.check_in else ""
    turn = occasion.turn.conversation if occasion.turn else ""
    return tuple({name for name in (conversation, check_in, turn) if name})


@dataclass(slots=True)
class Docket:
    """What is left to do in one relationship, and what came in since it was looked at."""

    left: dict[str, list[Open]] = field(default_factory=dict)  # by rule
    looked_on: date | None = None  # the contractor's day of the last look; None before the first one
    today: date = date.min  # that of the look which goes on
    names: frozenset[str] | None = None  # what this look goes through; None: everything
    stirred: set[str] = field(default_factory=set)  # the kinds of facts that came in, and what came of them
    acted: dict[str, set[str]] = field(default_factory=dict)  # the rules that acted, and on which occasions
    conversations: Mapping[str, object] = field(default_factory=dict)  # as they were at the last look
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)  # likewise
    check_ins: Mapping[str, CheckIn] = field(default_factory=dict)  # likewise
    starts: tuple[object, ...] = ()  # likewise: why steps started anew
    judged: bool = False  # whether something is due, or held
    next_at: datetime | None = None  # when time alone changes something for a rule

    def stir(self, facts: Iterable[Fact]) -> None:
        """Facts came in."""
        for fact in facts:
            kind = KINDS.get(type(fact))
            if kind is None:  # a new watermark, say: what was past may be so no more
                self.looked_on = None
            else:
                self.stirred.add(kind)
            if isinstance(fact, Letter) and fact.occasion.startswith(BOOKED):
                self.stirred.add("invitations")
            if isinstance(fact, Letter) and fact.state in LOST:
                self.stirred.add("lost letters")
            if isinstance(fact, Decision | Letter):
                self.acted.setdefault(fact.rule, set()).add(fact.occasion)

    def begin(self, rules: Iterable[Rule], story: Story, now: datetime) -> Wanted:
        """A look begins: the rules that may find something now that they did not find before, and their order."""
        self._note_day(story, now)
        self._note_folds(story)
        if self.looked_on is None:
            self.names = None
            return list(enumerate(rules))
        if story.mail.conversations is not self.conversations:
            self._let_go(self.conversations.keys() - story.mail.conversations.keys())
        called = self._called(story, now)
        self.names = frozenset((*self._changed(story), *(name for one in called.values() for name in one)))
        wanted, triggers = called.keys() | self.acted.keys(), _resting_on(frozenset(self.stirred))
        if not wanted and not triggers:
            return []
        return [
            (order, rule) for order, rule in enumerate(rules) if rule.when in triggers or rule.name in wanted
        ]

    def _note_day(self, story: Story, now: datetime) -> None:
        """With a new day of the contractor's, and of their week, what time alone brings is new."""
        self.today, last = story.contractor.day_at(now), self.looked_on
        if last and last != self.today:
            week = last.isocalendar()[:2] != self.today.isocalendar()[:2]
            phase = story.contractor.phase_on(last) != story.contractor.phase_on(self.today)
            self.stirred |= {"day", "phase"} if week or phase else {"day"}

    def _note_folds(self, story: Story) -> None:
        """What became of facts that came in: another state of a check-in, something that another rule holds back."""
        if story.check_ins is not self.check_ins and story.check_ins != self.check_ins:
            self.stirred.add("check-ins")
        if not self.stirred.isdisjoint(("mail", "decisions")) and any(
            x.gate in OF_ANOTHER for x in story.held
        ):
            self.stirred.add("withheld")

    def _let_go(self, gone: Set[str]) -> None:
        """Conversations have gone to the yearly files, or are others' parts by now."""
        if gone:
            for rule, left in self.left.items():
                self.left[rule] = [one for one in left if gone.isdisjoint(one.names)]
            self.note_next()

    def _called(self, story: Story, now: datetime) -> dict[str, list[str]]:
        """By rule, the conversations and check-ins to be looked at though nothing was said about them."""
        everything = self.starts != _starts(story)
        anew = not self.stirred.isdisjoint(("phase", "temperature"))
        by_time = self.judged or (self.next_at is not None and self.next_at <= now)
        called: dict[str, list[str]] = {}
        for rule in self.left if everything or anew or by_time else self.acted:
            acted = self.acted.get(rule, NOTHING)
            for one in self.left.get(rule, ()):
                if everything or one.calls(now, anew) or not acted.isdisjoint(one.keys):
                    called.setdefault(rule, []).extend(one.names)
        return called

    def _changed(self, story: Story) -> Iterator[str]:
        """The conversations and check-ins about which something came in."""
        said = story.mail.conversations
        if said is not self.conversations:
            changed = [name for name, mails in said.items() if self.conversations.get(name) is not mails]
            yield from changed
            for click in (mail for name in changed for mail in said[name] if mail.about_letter):
                yield from story.meant_by(click)
        if story.check_ins is not self.check_ins:
            yield from (uid for uid, one in story.check_ins.items() if self.check_ins.get(uid) != one)
        acted_on = (occasion for occasions in self.acted.values() for occasion in occasions)
        yield from (uid for occasion in acted_on if (uid := slot_of(occasion)[0]))

    def part_of(self, story: Story) -> Story:
        """The story without the conversations and check-ins that are not looked at, nor the answers done with."""
        return story if self.names is None else story.part(self.names, self._done_with())

    def _done_with(self) -> set[tuple[str, str]]:
        """The answers that were looked at before, with nothing left to do about them."""
        seen = [turn for name in self.names or () for turn in self.ledgers.get(name, NO_TURNS).exchanges]
        left = {key for some in self.left.values() for one in some for key in one.keys} if seen else NOTHING
        return {
            (turn.asked, turn.answered)
            for turn in seen
            if f"wait/{turn.asked}" not in left and f"exchange/{turn.answered}" not in left
        }

    def kept(self, rule: Rule) -> list[Open]:
        """What is left of a rule in the conversations and check-ins that are not looked at."""
        left = self.left.get(rule.name)
        if not left or self.names is None or rule.when not in ONE_BY_ONE:
            return []
        return [one for one in left if self.names.isdisjoint(one.names)]

    def leave(self, rule: Rule, left: list[Open]) -> None:
        """What a rule has left to do, after this look; most have nothing."""
        if left:
            self.left[rule.name] = left
        else:
            self.left.pop(rule.name, None)

    def note_next(self) -> datetime | None:
        """When time alone changes something for a rule; what it left is noted by now."""
        left = [one for some in self.left.values() for one in some]
        self.judged = any(one.judged for one in left)
        self.next_at = min((one.due_at for one in left if one.due_at), default=None)
        return self.next_at

    def looked(self, story: Story) -> None:
        """Everything was looked at."""
        self.looked_on = self.today
        self.conversations, self.check_ins = story.mail.conversations, story.check_ins
        self.ledgers = story.mail.ledgers
        self.starts = _starts(story)
        self.stirred.clear()
        self.acted.clear()


@lru_cache(maxsize=256)
def _resting_on(stirred: frozenset[str]) -> frozenset[str]:
    """The triggers whose occasions rest on one of these kinds."""
    return frozenset(trigger for trigger, kinds in RESTS_ON.items() if not stirred.isdisjoint(kinds))


def _starts(story: Story) -> tuple[object, ...]:
    """Why steps start anew."""
    return debts_paid(story), story.absences
