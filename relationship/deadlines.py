"""Deadlines and deliveries: what was promised for a day, and what came. Said in the mails' own fresh text.

Only the owner sets a day. A contractor's day is a proposal: it counts once the owner says yes to it, by one
click or by naming the day as their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from relationship.correspondence.ledger import moves_the_ball
from relationship.facts.messages import Message, Side, is_thanks
from relationship.story import Story

PROPOSED = "deadline proposed"
ABOUT_DEADLINES = (PROPOSED, "deadline missed", "deadline near")  # occasions, as their keys begin
FURTHEST = 400  # days within which the next working day is looked for


@dataclass(frozen=True, slots=True)
class Deadline:
    """The owner's last word on when a conversation's work is due."""

    conversation: str
    due: date
    set_by: Message
    done: Message | None = None  # the delivery, where there was one since
    again: tuple[Message, ...] = ()  # later mails that named the same day once more

    def opens_at(self, story: Story) -> datetime:
        """The start of that day's work, or the next day's; what is due `before` or `after` counts from here."""
        clock = story.clock(Side.CONTRACTOR)
        days = (self.due + timedelta(days=n) for n in range(FURTHEST))
        shift = next((shift for day in days if (shift := clock.shift_on(day))), None)
        return shift[0] if shift else clock.next_open(self._midnight(story))

    def ends_at(self, story: Story) -> datetime:
        """The end of that day where the contractor lives: only then it is missed.

        A night's work belongs to the day on which it starts.
        """
        shift = story.clock(Side.CONTRACTOR).shift_on(self.due)
        midnight = self._midnight(story) + timedelta(days=1)
        return max(midnight, shift[1]) if shift else midnight

    def _midnight(self, story: Story) -> datetime:
        return datetime.combine(self.due, time(), ZoneInfo(story.contractor.timezone))


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that was said to be done."""

    message: Message
    conversation: str
    deadline: Deadline | None
    again: tuple[Message, ...] = ()  # mails that said so once more before the owner wrote again

    def on_time(self, story: Story) -> bool | None:
        """Whether it came by its deadline; None where there was none."""
        if self.deadline is None:
            return None
        return self.message.at < self.deadline.ends_at(story)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A day that the contractor named: it counts only if the owner takes it up."""

    conversation: str
    due: date
    message: Message
    holds: date | None  # the owner's day that held when it was proposed
    over: str = ""  # why nobody need decide any more


def deadlines(story: Story) -> list[Deadline]:
    """The deadlines of all conversations: those that were delivered, then those that are open, by their last word."""
    return story.folded(_deadlines)


def _deadlines(story: Story) -> list[Deadline]:
    found: dict[str, Deadline] = {}
    settled: list[Deadline] = []
    for message in story.mail.marked:
        conversation = story.conversation_of[message.key]
        named = _named(story, message)
        if named:
            found[named.conversation] = _joined(found.get(named.conversation), named)
        elif "settled" in message.tags and _settles(story, message):
            found.pop(_settled_in(story, message), None)
        elif "done" in message.tags and conversation in found:
            open_one = found.pop(conversation)
            settled.append(replace(open_one, done=message))
    return [*settled, *(_thanked_for(story, deadline) for deadline in found.values())]


def _thanked_for(story: Story, deadline: Deadline) -> Deadline:
    """Delivered is also what came without `#done` ("here it is") and was thanked for: nobody reminds of it then."""
    brought: Message | None = None
    for message in story.in_conversation(deadline.conversation):
        if message.at < deadline.set_by.at or not moves_the_ball(message):
            continue
        if message.brings:
            brought = message
        elif brought and message.side is Side.OWNER and is_thanks(message):
            return replace(deadline, done=brought)
    return deadline


def _joined(known: Deadline | None, named: Deadline) -> Deadline:
    """A day that is only said once more is the deadline that there was."""
    if known is None or known.due != named.due:
        return named
    return replace(known, again=(*known.again, named.set_by))


def _named(story: Story, message: Message) -> Deadline | None:
    """The deadline that a message of the owner's sets: its own day, or the contractor's, which it accepts."""
    if message.side is not Side.OWNER:
        return None
    if message.due and not message.about_letter:
        named = Deadline(story.conversation_of[message.key], message.due, message)
        # A day that is over when it is named is a slip ("15 January 2025"), or looks back: nobody can keep it.
        return named if named.ends_at(story) > message.at else None
    proposed = _accepted(story, message)
    if proposed is None or proposed.due is None:
        return None
    return Deadline(story.conversation_of[proposed.key], proposed.due, proposed)


def _accepted(story: Story, message: Message) -> Message | None:
    """The contractor's mail whose day this click accepts."""
    letter = story.letters.get(message.about_letter)
    about, _, key = letter.occasion.partition("/") if letter else ("", "", "")
    return story.by_key.get(key) if about == PROPOSED and "accept" in message.tags else None


def _settles(story: Story, message: Message) -> bool:
    """Whether `#settled` takes a deadline away: the owner wrote it there, or clicked in a note about the day."""
    letter = story.letters.get(message.about_letter)
    about = letter.occasion.partition("/")[0] if letter else ""
    return message.side is Side.OWNER and (about in ABOUT_DEADLINES or not message.about_letter)


def _settled_in(story: Story, message: Message) -> str:
    letter = story.letters.get(message.about_letter)
    known = letter.conversation if letter else ""
    return story.conversation_of.get(known) or story.conversation_of[message.key]


def deliveries(story: Story) -> list[Delivery]:
    """All deliveries, in order; what is said to be done twice, with no word of the owner's between, is one."""
    return story.folded(_deliveries)


def _deliveries(story: Story) -> list[Delivery]:
    by_done = {deadline.done.key: deadline for deadline in deadlines(story) if deadline.done}
    found: list[list[Message]] = []
    last: dict[str, list[Message]] = {}  # conversation -> the delivery that nobody has answered yet
    for message in story.human:
        conversation = story.conversation_of[message.key]
        if "done" in message.tags and conversation in last and message.key not in by_done:
            last[conversation].append(message)
        elif "done" in message.tags:
            last[conversation] = [message]
            found.append(last[conversation])
        elif message.side is Side.OWNER:
            last.pop(conversation, None)
    return [_delivery(story, said, by_done) for said in found]


def _delivery(story: Story, said: list[Message], by_done: dict[str, Deadline]) -> Delivery:
    first, *again = said
    return Delivery(first, story.conversation_of[first.key], by_done.get(first.key), tuple(again))


def proposals(story: Story) -> Iterator[Proposal]:
    """The days that the contractor proposed and the owner had not set, in order."""
    holds: dict[str, date] = {}
    for message in story.human:
        conversation = story.conversation_of[message.key]
        if message.side is Side.OWNER and message.due:
            holds[conversation] = message.due
        elif message.side is Side.CONTRACTOR and message.due and message.due != holds.get(conversation):
            over = _decided(story, message, conversation)
            yield Proposal(conversation, message.due, message, holds.get(conversation), over)


def _decided(story: Story, proposal: Message, conversation: str) -> str:
    """What has become of a proposal; "" while the owner is to decide."""
    for message in story.commands:
        if message.at < proposal.at or message.key == proposal.key:
            continue
        if _accepted(story, message) is proposal:
            return "you said yes to it"
        if story.conversation_of[message.key] == conversation and not message.about_letter:
            if message.due:
                who = "you" if message.side is Side.OWNER else story.contractor.name
                return f"{who} named a day after it"
            if "done" in message.tags:
                return "it was delivered"
    return ""
