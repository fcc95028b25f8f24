"""When to look again by time alone: nothing between two such moments is worth a tick, but for what arrives."""

from datetime import datetime, timedelta

from relationship.facts.letters import State
from tick.bookkeeping.books import Books
from tick.deciding.decide import RECHECK
from tick.owner.bundle import next_bundle

PAUSE = timedelta(minutes=1)  # between two ticks, where the first left something to be looked at once more


def next_due(books: Books, now: datetime, pause: timedelta = PAUSE) -> datetime | None:
    """When something may happen by time alone, after a `pause` at least."""
    due = [books.looks.next(now), next_bundle(books, now), _next_attempt(books, now)]
    return min((max(moment, now + pause) for moment in due if moment), default=None)


def _next_attempt(books: Books, now: datetime) -> datetime | None:
    """When a letter that could not go out is judged and tried again."""
    tries = (x.next_at if x.state is State.DEFERRED and x.next_at else now + RECHECK for x in books.outbox())
    return min(tries, default=None)
