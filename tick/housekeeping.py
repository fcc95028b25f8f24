"""Housekeeping: what is long closed moves to the yearly files, so that a tick costs what is new, not what was.

A conversation is closed once it has been quiet for longer than anything looks back (the temperature compares this
month with the year before it, `at most: once in a year` counts letters) and nothing of it lies ahead. It comes back
whole when somebody answers it after all (tick/record.py).
"""

from datetime import datetime, timedelta

from relationship.deadlines import deadlines
from relationship.facts import Fact
from relationship.letters import State
from relationship.messages import Message
from relationship.story import Story
from store.protocol import OWNER
from tick.books import Books

QUIET = timedelta(days=400)
SPARE = timedelta(days=100)  # while reading, so much is archived at a time
OVER = frozenset({State.SENT, State.DRAFTED, State.REFUSED, State.CANCELLED, State.UNPROVABLE})


def tidy_while_reading(books: Books, key: str, reached: datetime) -> None:
    """While years of history are read, oldest mail first: what was closed by then need not stay live till the end."""
    oldest = min((message.at for message in books.store.load(key).messages.values()), default=reached)
    if oldest < reached - QUIET - SPARE:
        tidy(books, key, reached)


def tidy(books: Books, key: str, now: datetime) -> None:
    """Archive what is closed in one relationship."""
    story = books.story(key)
    if not story.messages or story.messages[0].at > now - QUIET:
        return
    closed = _closed(story, now)
    facts: list[Fact] = [m for m in story.messages if story.conversation_of[m.key] in closed]
    facts += [decision for decision in story.decisions.values() if decision.at < now - QUIET]
    facts += [x for x in story.letters.values() if x.state in OVER and x.created_at < now - QUIET]
    if facts:
        books.archive(
            key, facts, {m.key: story.conversation_of[m.key] for m in facts if isinstance(m, Message)}
        )


def tidy_owner(books: Books, now: datetime) -> None:
    """Archive Keepwarm's own old mails to the owner; they lie in the order in which they were written."""
    letters = books.owner.letters
    if letters and next(iter(letters.values())).created_at < now - QUIET:
        old = [x for x in letters.values() if x.state in OVER and x.created_at < now - QUIET]
        if old:
            books.archive(OWNER, old, {})


def _closed(story: Story, now: datetime) -> set[str]:
    """Conversations that are quiet for good, as far as anybody can tell."""
    last: dict[str, datetime] = {}
    for message in story.messages:
        last[story.conversation_of[message.key]] = message.at
    ahead = {one.conversation for one in deadlines(story) if one.ends_at(story) > now - QUIET}
    return {name for name, at in last.items() if at < now - QUIET} - ahead
