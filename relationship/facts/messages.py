"""What is kept of a mail: its facts, never its body.

A `Message` is a mail as one contractor's story sees it. It is written once, when the mail is first seen,
and everything else (conversations, the ledger, absences, bounces, check-in answers) is a fold over messages.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from relationship.values import value


class Side(StrEnum):
    """The two sides of a relationship; the team and the shared mailbox count as the owner."""

    OWNER = "owner"
    CONTRACTOR = "contractor"

    @property
    def other(self) -> "Side":
        """The side across."""
        return Side.CONTRACTOR if self is Side.OWNER else Side.OWNER


class Kind(StrEnum):
    """What sort of mail it is; only human mail moves the ball."""

    HUMAN = "human"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LIST = "list"
    INVITATION = "invitation"
    RSVP = "rsvp"
    OWN = "own"


@value
class Bounce:
    """A delivery that failed: RFC 3464, or what old mail servers write instead."""

    address: str  # the recipient that failed, lower case; "" where the report names none
    status: str  # the enhanced code of RFC 3463, such as "5.1.1"; "" where unknown
    permanent: bool
    letter: str = ""  # Message-ID (no brackets) of the mail that came back, "" where unknown


UNSAID = -1


@dataclass(frozen=True, slots=True)
class Rsvp:
    """One attendee's answer to an invitation (RFC 5546, 3.2.3 and 3.2.7)."""

    uid: str
    sequence: int  # UNSAID where it names none
    attendee: str  # lower case, without "mailto:"
    answer: str  # PARTSTAT in lower case ("accepted", "declined", "tentative", "delegated"), or "counter"
    stamp: datetime | None = None  # DTSTAMP: of two answers to one sequence the later counts
    proposed: datetime | None = None  # COUNTER: the start that the attendee would like
    organizer: str = ""  # whose invitation it answers; "" where it does not say
    delegate: str = ""  # to whom the attendee passed the invitation on


@value
class Message:
    """One mail in one contractor's story."""

    key: str  # identity: the Message-ID without brackets, or a digest of From, Date, Subject, recipients
    at: datetime  # the server's time, aware UTC, whole seconds
    seen_at: datetime  # when we first saw it, aware UTC
    side: Side  # who wrote it
    kind: Kind
    reason: str  # why it is of that kind, for people
    sender: str  # address, lower case
    subject: str  # decoded, one line
    message_id: str = ""  # without brackets; "" where the mail has none
    dated: datetime | None = None  # the Date header, aware UTC
    parents: tuple[str, ...] = ()  # References, then In-Reply-To, without brackets, oldest first
    hints: tuple[str, ...] = ()  # provider thread ids: "gmail:...", "thread-index:<root>"
    handed: bool = True  # the other side is in To (not only in Cc): the ball is handed over
    asks: bool = False  # a question, a request, a date (docs/clocks.md); the fold adds "first of its thread"
    # What alone makes it ask: "please" at the end of what may be an answer, or a "date"; "" where more does.
    asks_only: str = ""
    # "Never mind, found it": it closes, and from the side that asked it ends the wait.
    takes_back: bool = False
    closes: bool = False  # closer, #nrn or FYI: answers, but hands nothing over
    tags: tuple[
        str, ...
    ] = ()  # facts and commands said in the fresh text: "settled", "pause", ...; FYI is "nrn"
    due: date | None = None  # the date of a "#due" or "Due:" line
    bad_news: bool = False  # hospital, resign, unfortunately ...: no praise on top of it
    brings: bool = False  # "here is", "attached" ...: thanked for, it counts as delivered
    authentic: bool = True  # False where our server marked a DMARC failure: moves and commands nothing
    readable: bool = True  # False where the text could not be understood
    reaches_us: bool = True  # an answer to it will come to the shared mailbox
    also_asked: tuple[str, ...] = ()  # addresses of other contractors in its To
    starred_at: datetime | None = None  # when the owner's flag was first seen
    bounce: Bounce | None = None
    back_on: date | None = None  # an auto-reply's "back on ..."
    rsvp: Rsvp | None = None
    folders: tuple[str, ...] = field(default=())  # where it was seen
    fingerprint: str = ""  # digest of From, Date, Subject and recipients: tells copies that lack an id
    unsuited: tuple[str, ...] = ()  # what it names of the contractor's `not for:`
    # Token of the letter that it answers, to Keepwarm alone: it is said to nobody else.
    about_letter: str = ""
    no_answers: bool = False  # its headers ask that no machine answers it (X-Auto-Response-Suppress)


FORGOTTEN = "(forgotten)"  # what stands where somebody was named who is to be forgotten
LETTER = "letter:"  # how the hint begins by which a copy of a letter of ours is known


def is_thanks(message: Message) -> bool:
    """Whether it is a short thank-you: a closer that is more than "no reply needed"."""
    return message.closes and not message.takes_back and "nrn" not in message.tags


def letter_of(message: Message) -> str:
    """The token of the letter of ours that a mail is a copy of; "" where it is none."""
    return next((hint.removeprefix(LETTER) for hint in message.hints if hint.startswith(LETTER)), "")


def leads(message: Message) -> tuple[str, ...]:
    """The ids and providers' hints that a mail carries: by each of them others may be led to its conversation."""
    own = (message.message_id,) if message.message_id else ()
    return (*own, *message.parents, *(hint for hint in message.hints if not hint.startswith(LETTER)))
