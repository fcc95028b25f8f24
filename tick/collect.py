"""Step one, collect: new mail from every folder that is read, as raw headers and a capped piece of text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mail.inbox import FolderState, Inbox, Starred
from mail.raw import RawMail
from mail.understanding import wants_more
from relationship.messages import Message
from relationship.parties import People
from store.protocol import Cursor, FolderCursor
from tick.books import Books

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some mail of one folder, whose it may be, and how far the folder is read once it is recorded."""

    folder: str
    people: People
    mails: Sequence[RawMail] = ()
    read_to: FolderCursor | None = None  # None: the cursor stays where it is
    in_sent: bool = False
    starred: tuple[Starred, ...] | None = None  # what is flagged now; None: not looked at
    understood: Sequence[tuple[str, Message]] = ()  # in a replay: what was recorded before, by relationship


# Whatever hands over new mail: the mailbox, or a replay of recorded history.
Collect = Callable[[Books, datetime], Iterator[Batch]]


def from_mailbox(inbox: Inbox) -> Collect:
    """Collect from the shared inbox; the history of contractors added later is read back, for them alone."""

    def collect(books: Books, now: datetime) -> Iterator[Batch]:
        policy, cursor = books.policy, books.store.cursor()
        since = (now - timedelta(seconds=policy.mailbox.history.plain_seconds)).date()
        newcomers = books.newcomers()
        if newcomers:
            people = People(policy.owner, newcomers)
            for batch in _collected(inbox, Cursor(), people, since, starred=False):
                yield replace(batch, read_to=None)
        stars = any(rule.when == "starred" for rule in policy.rules)
        yield from _collected(inbox, cursor, books.people, since, stars)

    return collect


def _collected(inbox: Inbox, cursor: Cursor, people: People, since: date, starred: bool) -> Iterator[Batch]:
    """All mail that is new since the cursor, folder by folder. `since`: how far back a first look goes."""
    sent = inbox.sent_folder()
    for name, state in inbox.states(inbox.folders()).items():
        known = cursor.folders.get(name)
        if known is None or known.uidvalidity != state.uidvalidity:
            known = FolderCursor(state.uidvalidity, 1)  # UIDs mean nothing any more: read it all again
        start = Batch(name, people, in_sent=name == sent)
        yield from _new_mail(inbox, start, state, known, since)
        if starred and (state.modseq == 0 or state.modseq != known.modseq):
            yield _flags(inbox, start, state, known, since)


def _new_mail(
    inbox: Inbox, start: Batch, state: FolderState, known: FolderCursor, since: date
) -> Iterator[Batch]:
    if known.uidnext >= state.uidnext:
        return
    read_to = known
    for mails in inbox.fetch(state.name, state.uidvalidity, known.uidnext, since, BATCH):
        read_to = replace(known, uidnext=mails[-1].uid + 1)
        yield replace(start, mails=[_whole(inbox, mail, start.people) for mail in mails], read_to=read_to)
    if read_to.uidnext < state.uidnext:
        yield replace(start, read_to=replace(known, uidnext=state.uidnext))


def _whole(inbox: Inbox, mail: RawMail, people: People) -> RawMail:
    if mail.complete or not wants_more(mail, people):
        return mail
    return inbox.whole(mail.folder, mail.uid) or mail


def _flags(inbox: Inbox, start: Batch, state: FolderState, known: FolderCursor, since: date) -> Batch:
    """All that is flagged, not only what changed: a star that was taken back is missed otherwise."""
    read_to = FolderCursor(state.uidvalidity, max(known.uidnext, state.uidnext), state.modseq)
    return replace(start, read_to=read_to, starred=inbox.flagged(state.name, since=since))
