"""Letters and the outbox: a letter's bytes, Message-ID and token are fixed before anything is sent."""

from datetime import datetime
from enum import StrEnum

from relationship.facts.decisions import mails_of
from relationship.facts.messages import Side
from relationship.values import value


class State(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"  # in the outbox, not yet tried (or surely not accepted)
    BUNDLED = "bundled"  # a note to the owner that waits for, or went out in, the day's one mail
    # The attempt is durable, its outcome is not known: in doubt until the mailbox says.
    ATTEMPTED = "attempted"
    ASKED = "asked"  # a draft that the owner was asked about: it goes out on their word alone
    DEFERRED = "deferred"  # the server said "later" (4xx): tried again at `next_at`
    SENT = "sent"
    DRAFTED = "drafted"  # left in the Drafts folder (mode: drafts)
    REFUSED = "refused"  # the server said "never" (5xx); `reply` holds its words
    CANCELLED = "cancelled"  # no longer applies; `reply` holds why
    UNPROVABLE = "unprovable"  # in doubt, and no copy can tell: not sent again, the owner is told


SURELY_HERE = frozenset({State.WAITING, State.DEFERRED})  # no server has said that it took it
OPEN_STATES = SURELY_HERE | {State.ATTEMPTED}
PENDING = OPEN_STATES | {State.ASKED}  # nobody knows yet whether it will have been sent
ON_THEIR_WAY = PENDING | {State.BUNDLED}  # the same, with the notes that wait for the day's mail to the owner
WENT_OUT = frozenset({State.SENT, State.DRAFTED})
LOST = frozenset({State.REFUSED, State.UNPROVABLE})  # or nobody knows: the owner is told


@value
class Letter:
    """One rendered email."""

    token: str  # unguessable; stands in X-Keepwarm-Letter and in the Message-ID
    contractor: str  # key of the relationship it is about
    rule: str
    occasion: str
    step: int
    reader: Side
    template: str
    wording: int  # which of the template's wordings
    to: tuple[str, ...]
    subject: str
    message_id: str  # without brackets
    content: str  # the final bytes, ASCII, CRLF; emptied once the letter is done (bodies are not kept)
    created_at: datetime
    due_at: datetime
    state: State = State.WAITING
    conversation: str = ""  # what it is about: what its reader says by a link is said there
    attempts: int = 0
    attempted_at: datetime | None = None
    next_at: datetime | None = None
    sent_at: datetime | None = None
    reply: str = ""  # what the server said last, or why it was cancelled
    marks: tuple[tuple[str, int, int], ...] = ()  # folder, UIDVALIDITY, UIDNEXT before the attempt
    items: tuple[str, ...] = ()  # tokens of the notes that a bundle carries
    provable: bool = True  # a copy goes to the shared mailbox in the same transaction
    alias: str = ""  # the Message-ID that a provider gave it instead
    approved_at: datetime | None = None  # when the owner said that it may go
    heeded: tuple[str, ...] = ()  # the owner's words about it, by id and Date: a mail may be read again
    heard_at: datetime | None = None  # when the last of these was said
    late_word: str | None = None  # one that came too late, until it is answered: "ok", "no", or ""
    doubted_at: datetime | None = None  # it was in doubt once; the grace counts from here
    written_for: str = ""  # fingerprint of the step, which an edit may move to another number

    @property
    def key(self) -> str:
        """Identity within its aggregate."""
        return self.token

    @property
    def about(self) -> tuple[str, ...]:
        """Keys of the mails that it may be about: the one that names its conversation, and its occasion's."""
        return (self.conversation, *mails_of(self.occasion)) if self.conversation else mails_of(self.occasion)
