"""A rule test understood: what happens, and what must and must not be sent. The loader makes it."""

from dataclasses import dataclass
from datetime import date, datetime

LETTER = -1
OWNER = ""  # how events and expectations name the owner; contractors have their full name


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline.

    `does` is one of "writes", "is away" (an automatic answer), "answers the invitation", "clicks" (a link in a
    letter), "stars", "unstars", "bounces" (mail to `who` comes back) and "is added" (to rules.yaml).
    """

    at: datetime  # aware UTC
    line: int
    does: str
    who: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    answers: int = 0  # the line of the mail that it answers; 0 for none, LETTER for Keepwarm's last one
    label: str = ""
    back_on: date | None = None
    answer: str = ""  # to an invitation: accepted, declined, tentative; or what is clicked
    about: int = 0  # the line of the mail that is starred


@dataclass(frozen=True, slots=True)
class Letters:
    """A sort of letter; what is left out may be anything."""

    line: int
    send: str = ""  # template
    to: str | None = None  # None: to anybody
    about: str = ""  # the contractor
    rule: str = ""
    subject: str = ""  # words in it
    says: tuple[str, ...] = ()  # words in the text
    first: datetime | None = None  # not before
    last: datetime | None = None  # not after


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test."""

    name: str
    line: int
    timezone: str
    begins: datetime  # the watermark: what lies before it is history
    until: datetime
    people: tuple[str, ...]  # the contractors who take part
    events: tuple[Event, ...]
    expect: tuple[Letters, ...]
    never: tuple[Letters, ...]
    nothing_else: bool
