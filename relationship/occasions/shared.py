"""A question that went to two contractors: once one of them has answered it, nothing is held against the other."""

from collections.abc import Callable
from datetime import datetime

from relationship.correspondence.ledger import Turn
from relationship.facts.messages import Message, Side
from relationship.story import Story

StoryOf = Callable[[str], Story | None]  # the story of another contractor, by address


def nobody(address: str) -> Story | None:
    """Where no other story is known."""
    return None


def who_answered(story: Story, turn: Turn, story_of: StoryOf, now: datetime) -> Story | None:
    """Of the other contractors who were asked by the mail that opened a turn, the first who had answered it by now."""
    question = story.by_key.get(turn.asked)
    if question is None or turn.party is Side.OWNER:
        return None
    others = (story_of(address) for address in question.also_asked)
    return next((one for one in others if one and _has_answered(one, question, now)), None)


def _has_answered(story: Story, question: Message, now: datetime) -> bool:
    """Whether the contractor has written in that conversation since; the question may have been a chaser there."""
    conversation = story.conversation_of.get(question.key)
    return any(
        turn.conversation == conversation
        and turn.answered_at
        and turn.since <= question.at <= turn.answered_at <= now
        for turn in story.ledger.exchanges
        if turn.party is Side.CONTRACTOR
    )
