"""A question that went to two contractors: once one of them has answered it, nothing is held against the other."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from relationship.correspondence.ledger import Turn
from relationship.facts.messages import Message, Side
from relationship.story import Story

StoryOf = Callable[[str], Story | None]  # the story of another contractor, by address


def nobody(address: str) -> Story | None:
    """Where no other story is known."""
    return None


def unanswered(story: Story, story_of: StoryOf, now: datetime) -> Iterator[Turn]:
    """The open questions, oldest first, without those that another has answered who was asked, too."""
    return (x.as_asked for x in story.open_questions(now) if not who_answered(story, x, story_of, now))


def who_answered(story: Story, turn: Turn, story_of: StoryOf, now: datetime) -> Story | None:
    """Of the other contractors who were asked as well, the first who had answered by now, and after the last asking."""
    asked = [one for one in _questions(story, turn) if one.at <= now]
    others = (story_of(address) for question in asked for address in question.also_asked)
    return next((one for one in others if one and _has_answered(one, asked, now)), None)


def _has_answered(story: Story, asked: Sequence[Message], now: datetime) -> bool:
    """Whether the contractor has written in that conversation since; the question may have been a chaser there."""
    conversations = {story.conversation_of.get(question.key) for question in asked}
    return any(
        turn.conversation in conversations
        and turn.answered_at
        and turn.since <= asked[-1].at <= turn.answered_at <= now
        for turn in story.ledger.exchanges
        if turn.party is Side.CONTRACTOR
    )


def asked_anew_at(story: Story, turn: Turn) -> datetime:
    """Since when a contractor is waited for: what went to two is a question of its own each time that it is asked."""
    asked = _questions(story, turn)
    return asked[-1].at if any(question.also_asked for question in asked) else turn.asked_at


def _questions(story: Story, turn: Turn) -> list[Message]:
    """What the owner asked in a turn, as far as it is known in words."""
    asked = () if turn.party is Side.OWNER else turn.questions
    return [story.by_key[key] for key in asked if key in story.by_key]
