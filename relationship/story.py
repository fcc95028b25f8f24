"""A story: one relationship as it stands, folded from its facts. Built anew whenever a fact is added."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

from relationship.clocks.hours import WorkingClock
from relationship.correspondence.absences import Absence, absences_in, days_without
from relationship.correspondence.correspondence import Correspondence, subject_of
from relationship.correspondence.ledger import Ledger, Turn, lapses_at
from relationship.correspondence.past import Past
from relationship.correspondence.reach import bouncing, turned_away
from relationship.facts import Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import ON_THEIR_WAY, PENDING, Letter
from relationship.facts.messages import Message, Side
from relationship.facts.news import News
from relationship.facts.temperature import Temperature
from relationship.invitations import bookings
from relationship.parties import Contractor, Owner
from relationship.values import folded_value

T = TypeVar("T")
LATELY = timedelta(days=14)


@folded_value
class Story:
    """One relationship: who, and all that was said, decided and sent."""

    key: str
    contractor: Contractor
    owner: Owner
    profile: Profile
    mail: Correspondence
    decisions: Mapping[str, Decision]
    letters: Mapping[str, Letter]
    check_ins: Mapping[str, CheckIn]
    temperatures: Mapping[str, Temperature]
    news: Mapping[str, News]  # the owner's, the same in every story
    noted: Mapping[str, CheckIn]  # the check-ins as they were noted, whatever was said about them since
    past: Past  # what lies in the yearly files, in numbers
    _whole: "Story | None" = None  # of which this is a part

    @property
    def whole(self) -> "Story":
        """The story itself, or the one of which it is a part."""
        return self._whole or self

    def part(self, names: frozenset[str], but: Set[tuple[str, str]] = frozenset()) -> "Story":
        """The story as if nothing else had been said than in these conversations, or by a click about them.

        The exchanges that are named in `but`, by what was asked and answered, are left out. Of the check-ins those
        are in it that are named by their UIDs.
        """
        clicks = tuple(m for m in self.mail.clicks if not names.isdisjoint(self.meant_by(m)))
        asked = names, frozenset(but), tuple(click.key for click in clicks)
        mail = self.mail.remembered(asked, lambda: self.mail.part(names, clicks, but))
        check_ins = {uid: check_in for uid, check_in in self.check_ins.items() if uid in names}
        return replace(self, mail=mail, check_ins=check_ins, _whole=self.whole)

    def meant_by(self, click: Message) -> frozenset[str]:
        """What a one-click answer is about: what its letter is."""
        letter = self.letters.get(click.about_letter)
        return self.named_by(letter) if letter else frozenset()

    def named_by(self, letter: Letter) -> frozenset[str]:
        """What a letter is about: its conversation, that of the mail that its occasion names, or a check-in's UID."""
        uid = bookings.slot_of(letter.occasion)[0]
        found = self.conversations_of(letter.about)
        return frozenset((*found, uid) if uid else found)

    def conversations_of(self, keys: Iterable[str]) -> list[str]:
        """The live conversations of those of these keys that are mails'."""
        return [self.conversation_of[key] for key in keys if key in self.conversation_of]

    @cached_property
    def pending(self) -> tuple[Letter, ...]:
        """The letters of which nobody knows yet whether they will have been sent."""
        return tuple(letter for letter in self.letters.values() if letter.state in PENDING)

    @cached_property
    def invitations(self) -> Mapping[str, list[Letter]]:
        """The invitations that went out, or may have, by the check-in's UID."""
        return bookings.invitations(self.letters.values())

    def reached(self, check_in: CheckIn) -> bool:
        """Whether an invitation to it, at whatever time, may stand in somebody's calendar."""
        return check_in.uid in self.invitations

    def told(self, check_in: CheckIn) -> bool:
        """Whether the contractor knows of its slot; what was left in the Drafts folder is for the owner to send."""
        out = self.invitations.get(check_in.uid)
        return bookings.is_told(check_in, out, self.letters.values(), self.messages)

    def when(self, moment: datetime) -> str:
        """A moment as reasons name it: on the owner's wall clock, for the owner reads them."""
        return _on_the_wall(moment, self.owner.timezone)

    def clock(self, side: Side) -> WorkingClock:
        """The working time of one side."""
        return self.owner.clock if side is Side.OWNER else self.contractor.clock

    @property
    def messages(self) -> tuple[Message, ...]:
        """All mails, in order, each once."""
        return self.mail.messages

    @property
    def conversation_of(self) -> Mapping[str, str]:
        """The conversation of each message, by their keys."""
        return self.mail.conversation_of

    @property
    def ledger(self) -> Ledger:
        """All exchanges and open waits."""
        return self.mail.ledger

    @property
    def exchanges(self) -> tuple[Turn, ...]:
        """All exchanges, also those that are known in numbers alone, oldest first."""
        return tuple(sorted((*self.past.exchanges, *self.ledger.exchanges), key=lambda turn: turn.since))

    @property
    def by_key(self) -> Mapping[str, Message]:
        """The messages by their keys."""
        return self.mail.by_key

    @property
    def human(self) -> tuple[Message, ...]:
        """What people wrote to each other, in order."""
        return self.mail.human

    @property
    def commands(self) -> tuple[Message, ...]:
        """What people wrote, to each other or to Keepwarm alone, in order: tags count in all of it."""
        return self.mail.commands

    def folded(self, fold: Callable[["Story"], T]) -> T:
        """What a pure function makes of this story's mail alone, not of hours, which an edit changes.

        It is asked once, until more comes.
        """
        return self.mail.remembered(fold, lambda: fold(self))

    def said(self, side: Side, tag: str) -> tuple[Message, ...]:
        """The messages in which one side said this tag, in order."""
        return tuple(m for m in self.mail.tagged if m.side is side and tag in m.tags)

    def last_said(self, side: Side, tags: Iterable[str]) -> Message | None:
        """The last message in which one side said one of these tags."""
        return max((m for tag in tags for m in self.said(side, tag)), key=lambda m: m.at, default=None)

    @property
    def temperature(self) -> Temperature | None:
        """The one that was judged last, by whatever clock; None before the first time."""
        return next(reversed([*self.temperatures.values()]), None)

    @cached_property
    def last_event(self) -> Message | None:
        """The last thing that either side said."""
        return self.human[-1] if self.human else None

    def last_from(self, side: Side) -> Message | None:
        """The last thing that one side said."""
        return next((m for m in reversed(self.human) if m.side is side), None)

    def in_conversation(self, conversation: str) -> tuple[Message, ...]:
        """A conversation's messages, in order."""
        return self.mail.conversations.get(conversation, ())

    def subject_of(self, conversation: str) -> str:
        """What a conversation is about."""
        return subject_of(self.in_conversation(conversation))

    def waits(self, side: Side) -> tuple[Turn, ...]:
        """Open waits on one side, oldest first."""
        return tuple(wait for wait in self.ledger.waits if wait.party is side)

    def open_questions(self, now: datetime) -> Iterator[Turn]:
        """The asking waits on either side that are not given up, oldest first."""
        return (wait for wait in self.ledger.waits if wait.asks and now < self.lapses_at(wait))

    def lapses_at(self, wait: Turn) -> datetime:
        """When a wait is given up: nothing came in its conversation for so long, or the call it is about is over."""
        lapse = lapses_at(wait, self.in_conversation(wait.conversation)[-1].at)
        return min([lapse, *(call.ends_at for call in self._calls_before(self.by_key[wait.asked]))])

    def _calls_before(self, answer: Message) -> Iterator[CheckIn]:
        """The check-in whose invitation a mail answers that came before its end."""
        for name in answer.parents:
            letter = self.letters.get(name.partition("@")[0]) or self._renamed.get(name)
            call = self.whole.check_ins.get(bookings.slot_of(letter.occasion)[0]) if letter else None
            if call and answer.at < call.ends_at:
                yield call

    @cached_property
    def _renamed(self) -> Mapping[str, Letter]:
        """The letters that a provider gave another Message-ID, by that."""
        return {letter.alias: letter for letter in self.letters.values() if letter.alias}

    def lately(self, now: datetime) -> tuple[Turn, ...]:
        """The exchanges that a rule may still act on.

        Each was looked at in the tick that recorded it; after `LATELY` it is done with, unless something about
        it is held, or on its way.
        """
        known = self._lately.get(now)
        if known is None:
            since, held = now - LATELY, self._held
            known = tuple(x for x in self.ledger.exchanges if _is_recent(x, since) or x.conversation in held)
            self._lately[now] = known
        return known

    @cached_property
    def _lately(self) -> dict[datetime, tuple[Turn, ...]]:
        return {}

    @cached_property
    def dealt_with(self) -> Set[str]:
        """The occasions about which something was decided, or written."""
        if self._whole:
            return self._whole.dealt_with
        occasion = attrgetter("occasion")
        return {*map(occasion, self.decisions.values()), *map(occasion, self.letters.values())}

    @cached_property
    def _holds(self) -> list[Decision]:
        """All that is held, by whatever gate."""
        return [x for x in self.decisions.values() if x.verdict is Verdict.HOLD]

    @cached_property
    def _held(self) -> frozenset[str]:
        """The conversations of occasions that are held, or whose letter is on its way: it is judged once more."""
        if self._whole:
            return self._whole._held
        occasions = (*(x.occasion for x in self._holds), *(occasion for _, occasion in self.on_their_way))
        held = (occasion.partition("/")[2] for occasion in occasions)
        return frozenset(self.conversation_of[name] for name in held if name in self.conversation_of)

    @cached_property
    def held(self) -> tuple[Decision, ...]:
        """What is held, and judged again; not what the mode alone holds."""
        if self._whole:
            return self._whole.held
        return tuple(decision for decision in self._holds if decision.gate != "mode")

    @cached_property
    def on_their_way(self) -> frozenset[tuple[str, str]]:
        """Rule and occasion of the letters of which nobody knows yet whether they will have been sent."""
        return frozenset((x.rule, x.occasion) for x in self.letters.values() if x.state in ON_THEIR_WAY)

    @cached_property
    def bouncing(self) -> Mapping[str, Message]:
        """Addresses that refuse mail for good, with the bounce; a later human mail from there lifts it."""
        return bouncing(self.messages) if self.mail.bounces else {}

    @cached_property
    def turned_away(self) -> Mapping[str, Letter]:
        """Addresses that our own server refused at once (5.1.x), with the letter; lifted as a bounce is."""
        return turned_away(self.letters.values(), self.messages)

    @cached_property
    def absences(self) -> tuple[Absence, ...]:
        """The contractor's absences as auto-replies tell them; a human mail ends one."""
        if self._whole:
            return self._whole.absences
        old = self.past.written[Side.CONTRACTOR]
        return absences_in(self.messages, self.mail.automatic, old, self.contractor)

    def days_between(self, start: datetime, end: datetime) -> int:
        """Whole days, without those on which the contractor or the owner was away: by `away:`, or an auto-reply."""
        return days_without(self.absences, (*self.contractor.away, *self.owner.away), start, end)

    @cached_property
    def paused_by(self) -> tuple[str, ...]:
        """Who stopped the letters: the contractor (only they can lift it), the owner, or both."""
        said = tuple(side for side in (Side.CONTRACTOR, Side.OWNER) if self._paused(side))
        return said + tuple(who for who in self.profile.paused_by if who not in said)

    def _paused(self, side: Side) -> bool:
        """Whether the last that a side said of pausing was `#pause`; the owner says it by answering a letter."""
        last = self.last_said(side, ("pause", "resume"))
        proved = side is Side.CONTRACTOR or (last and last.about_letter)
        return bool(last and proved and "pause" in last.tags)


@lru_cache(maxsize=1024)
def _on_the_wall(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%-d %b %Y %H:%M}"


def _is_recent(turn: Turn, since: datetime) -> bool:
    return turn.answered_seen_at is None or turn.answered_seen_at >= since
