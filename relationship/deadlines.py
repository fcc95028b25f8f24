"""Deadlines and deliveries: what was promised for a day, and what came. Said in the mails' own fresh text."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from relationship.messages import Message, Side
from relationship.story import Story


@dataclass(frozen=True, slots=True)
class Deadline:
    """The owner's last word on when a conversation's work is due."""

    conversation: str
    due: date
    set_by: Message
    done: Message | None = None  # the delivery, where there was one since

    def opens_at(self, story: Story) -> datetime:
        """The start of that day's work; what is due `before` or `after` counts from here."""
        return story.clock(Side.CONTRACTOR).next_open(self._midnight(story))

    def ends_at(self, story: Story) -> datetime:
        """The end of that day where the contractor lives: only then it is missed."""
        return self._midnight(story) + timedelta(days=1)

    def _midnight(self, story: Story) -> datetime:
        return datetime.combine(self.due, time(), ZoneInfo(story.contractor.timezone))


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that was said to be done."""

    message: Message
    conversation: str
    deadline: Deadline | None

    def on_time(self, story: Story) -> bool | None:
        """Whether it came by its deadline; None where there was none."""
        if self.deadline is None:
            return None
        return self.message.at.astimezone(ZoneInfo(story.contractor.timezone)).date() <= self.deadline.due


def deadlines(story: Story) -> list[Deadline]:
    """The deadlines of all conversations: those that were delivered, then those that are open, by their last word."""
    found: dict[str, Deadline] = {}
    settled: list[Deadline] = []
    for message in story.human:
        conversation = story.conversation_of[message.key]
        if message.due and message.side is Side.OWNER:
            found[conversation] = Deadline(conversation, message.due, message)
        elif "done" in message.tags and conversation in found:
            open_one = found.pop(conversation)
            settled.append(Deadline(conversation, open_one.due, open_one.set_by, message))
    return [*settled, *found.values()]


def deliveries(story: Story) -> list[Delivery]:
    """All deliveries, in order."""
    by_done = {deadline.done.key: deadline for deadline in deadlines(story) if deadline.done}
    return [
        Delivery(message, story.conversation_of[message.key], by_done.get(message.key))
        for message in story.human
        if "done" in message.tags
    ]
