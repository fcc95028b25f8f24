"""Step one, collect: new mail from every folder that is read, as raw headers and a capped piece of text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from mail.inbox import FolderState, Inbox, Starred
from mail.raw import RawMail
from mail.understanding import wants_more
from store.protocol import Cursor, FolderCursor

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some mail of one folder, and how far that folder is read once it is recorded."""

    folder: str
    mails: list[RawMail]
    read_to: FolderCursor
    starred: tuple[Starred, ...] | None = None  # what is flagged now; None: not looked at


def collect(inbox: Inbox, cursor: Cursor, since: date, starred: bool) -> Iterator[Batch]:
    """All mail that is new since the cursor, folder by folder. `since`: how far back a first look goes."""
    for name, state in inbox.states(inbox.folders()).items():
        known = cursor.folders.get(name)
        if known is None or known.uidvalidity != state.uidvalidity:
            known = FolderCursor(state.uidvalidity, 1)  # UIDs mean nothing any more: read it all again
        yield from _new_mail(inbox, state, known, since)
        if starred and (state.modseq == 0 or state.modseq != known.modseq):
            yield _flags(inbox, state, known, since)


def _new_mail(inbox: Inbox, state: FolderState, known: FolderCursor, since: date) -> Iterator[Batch]:
    if known.uidnext >= state.uidnext:
        return
    read_to = known
    for mails in inbox.fetch(state.name, state.uidvalidity, known.uidnext, since, BATCH):
        read_to = replace(known, uidnext=mails[-1].uid + 1)
        yield Batch(state.name, [_whole(inbox, mail) for mail in mails], read_to)
    if read_to.uidnext < state.uidnext:
        yield Batch(state.name, [], replace(known, uidnext=state.uidnext))


def _whole(inbox: Inbox, mail: RawMail) -> RawMail:
    if mail.complete or not wants_more(mail):
        return mail
    return inbox.whole(mail.folder, mail.uid) or mail


def _flags(inbox: Inbox, state: FolderState, known: FolderCursor, since: date) -> Batch:
    """All that is flagged, not only what changed: a star that was taken back is missed otherwise."""
    read_to = FolderCursor(state.uidvalidity, max(known.uidnext, state.uidnext), state.modseq)
    return Batch(state.name, [], read_to, inbox.flagged(state.name, since=since))
