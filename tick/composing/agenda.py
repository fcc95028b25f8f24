"""The agenda of a check-in in its reader's words."""

from collections.abc import Iterator
from datetime import datetime

from mail.letters.wording import day, day_in, lies_with, stands, titled
from relationship.agenda import Point, points
from relationship.correspondence.ledger import Turn
from relationship.facts.messages import FORGOTTEN, Side
from relationship.occasions.shared import StoryOf, nobody
from relationship.story import Story
from tick.composing.reader import Reader


def agenda(
    story: Story, side: Side, reader: Reader, now: datetime, story_of: StoryOf = nobody
) -> tuple[str, ...]:
    """The points, such as "Flyer (with you since Tuesday, March 3; due on Friday, March 6)"."""
    shown = (x for x in points(story, now, story_of) if side is Side.OWNER or FORGOTTEN not in x.subject)
    return tuple(_told(point, story, side, reader) for point in shown)


def _told(point: Point, story: Story, side: Side, reader: Reader) -> str:
    return f"{titled(point.subject, reader.language)} ({'; '.join(_remarks(point, story, side, reader))})"


def _remarks(point: Point, story: Story, side: Side, reader: Reader) -> Iterator[str]:
    if point.wait:
        yield _with_whom(point.wait, story, side, reader)
    if point.due:
        yield stands("due", day(point.due, reader.language, reader.locale), reader.language)
    for what, message in (("idea", point.idea), ("delivered", point.delivered)):
        if message:
            when = day_in(message.at, reader.timezone, reader.language, reader.locale)
            yield stands(what, when, reader.language)


def _with_whom(turn: Turn, story: Story, side: Side, reader: Reader) -> str:
    """In a letter to the contractor the owner speaks; in one to the owner, Keepwarm does."""
    other = "me" if side is Side.CONTRACTOR else story.contractor.first_name
    since = day_in(turn.since, reader.timezone, reader.language, reader.locale)
    return lies_with("you" if turn.party is side else other, since, reader.language)
