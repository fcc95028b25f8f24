"""Occasions: the one thing that a rule can act on once."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from relationship.correspondence.ledger import Turn
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter
from relationship.facts.messages import Message, Side
from relationship.facts.news import News
from relationship.story import Story
from relationship.values import value


@value
class Occasion:
    """Something that a rule may act on."""

    trigger: str
    key: str
    moment: datetime  # compared with the watermarks, unless it `lasts`
    about: str  # in words, for `why`
    whose: Side  # whose hours `after` and `before` are counted in
    start: datetime  # where `after` counts from: the moment, or later where the steps start anew
    lasts: bool = False  # nothing has happened since the moment: a watermark that is later is its start
    seen_at: datetime | None = None  # when we learnt of it; None where it is a matter of time alone
    turn: Turn | None = None
    message: Message | None = None
    check_in: CheckIn | None = None
    letter: Letter | None = None
    news: News | None = None
    deadline: date | None = None
    years: int = 0
    streak: int = 0
    on_time: bool | None = None  # of a delivery; None where nothing was due
    aliases: tuple[str, ...] = ()  # keys under which it may have been acted on before a late mail came in
    over: str = ""  # why no further step applies, where it ended before all were taken
    earliest: datetime | None = None  # no step is due before, however early `start` lies
    until: datetime | None = None  # what a letter would say is no longer true from then on
    holds: date | None = None  # the day that holds until the owner has decided on another one
    streak_of: str = ""  # "deliveries on time"
    debt: Turn | None = None  # the answer that the owner owes


Finder = Callable[[Story, datetime], Iterator[Occasion]]


def who(story: Story, side: Side) -> str:
    """How `why` speaks of a side: the owner reads it."""
    return "you" if side is Side.OWNER else story.contractor.name


def quoted(subject: str) -> str:
    """A subject in words."""
    return f"“{subject}”" if subject else "a mail without a subject"
