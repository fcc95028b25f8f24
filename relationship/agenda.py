"""The agenda of a check-in: what is open between the two, and what was delivered since they last talked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from relationship.correspondence.ledger import Turn
from relationship.deadlines import deadlines, deliveries
from relationship.facts.messages import Message
from relationship.invitations.afterwards import NOT_MET
from relationship.occasions.deliveries import idea_received
from relationship.occasions.shared import StoryOf, nobody, unanswered
from relationship.story import Story

MOST = 8  # points: more are no agenda
LONG_AGO = timedelta(days=60)
NOT_TALKED = NOT_MET | {"declined", "missed"}
PAST_DUE = timedelta(days=14)  # a deadline that passed longer ago is no point of its own


@dataclass(slots=True)
class Point:
    """One conversation, and why it is to be talked about."""

    conversation: str
    subject: str
    wait: Turn | None = None
    due: date | None = None
    idea: Message | None = None  # one of the contractor's that has no answer yet
    delivered: Message | None = None


def points(story: Story, now: datetime, story_of: StoryOf = nobody) -> list[Point]:
    """The points, in the order: who waits for whom, deadlines, ideas, deliveries."""
    found: dict[str, Point] = {}

    def point(conversation: str) -> Point:
        return found.setdefault(conversation, Point(conversation, story.subject_of(conversation)))

    for turn in unanswered(story, story_of, now):
        point(turn.conversation).wait = turn
    for deadline in sorted(deadlines(story), key=lambda one: one.due):
        if deadline.done is None and deadline.ends_at(story) > now - PAST_DUE:
            point(deadline.conversation).due = deadline.due
    for idea in idea_received(story, now):
        if idea.message and not idea.over and idea.moment > now - LONG_AGO:
            point(story.conversation_of[idea.message.key]).idea = idea.message
    since = _last_talk(story, now)
    for delivery in deliveries(story):
        if delivery.message.at > since:
            point(delivery.conversation).delivered = delivery.message
    return list(found.values())[:MOST]


def _last_talk(story: Story, now: datetime) -> datetime:
    """When they last had a check-in, as far as anybody knows; not longer ago than matters."""
    over = [x.ends_at for x in story.check_ins.values() if x.ends_at <= now and x.state not in NOT_TALKED]
    return max([story.profile.watermark, now - LONG_AGO, *over])
