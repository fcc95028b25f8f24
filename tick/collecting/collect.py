"""Step one, collect: new mail from every folder that is read, as raw headers and a capped piece of text.

Where much is new, the folders are read side by side, the oldest mail first: a conversation, which lies half in
the inbox and half in the sent folder, is then recorded in about the order in which it was held.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from mail.imap.inbox import BATCH, FolderClosed, FolderState, Inbox, Starred
from mail.raw import RawMail
from mail.reading.concern import wants_more
from mail.reading.sifting import sieve
from relationship.clocks.moments import BEGINNING
from relationship.facts.messages import Message
from relationship.parties import People
from rules.policy import Mailbox
from store.protocol import Cursor, FolderCursor
from tick.bookkeeping.books import Books
from tick.bookkeeping.roll import newcomers
from tick.delivering.doubt import prove_nothing

# UIDs, between a mailbox's being put back and our next look. Not many: where the newest mail is taken out of a folder
# behind DavMail, it looks as if it had been put back, too.
COME_MEANWHILE = 100


def as_it_is(mail: RawMail) -> RawMail:
    """No more of a mail is to be had."""
    return mail


@dataclass(frozen=True, slots=True)
class Batch:
    """Some mail of one folder, whose it may be, and how far the folder is read once it is recorded."""

    folder: str
    people: People
    mails: Sequence[RawMail] = ()
    read_to: FolderCursor | None = None  # None: the cursor stays where it is
    in_sent: bool = False
    starred: tuple[Starred, ...] | None = None  # what is flagged now; None: not looked at
    starred_since: date = date.min  # mail from before it was not looked at
    first_look: bool = False  # the folder was not read before
    understood: Sequence[tuple[str, Message]] = ()  # in a replay: what was recorded before, by relationship
    whole: Callable[[RawMail], RawMail] = as_it_is  # fetches the rest of a mail that was cut off too early


# Whatever hands over new mail: the mailbox, or a replay of recorded history.
Collect = Callable[[Books, datetime], Iterator[Batch]]


def from_mailbox(inbox: Inbox) -> Collect:
    """Collect from the shared inbox; the history of contractors added later is read back, for them alone."""

    def collect(books: Books, now: datetime) -> Iterator[Batch]:
        policy, cursor = books.policy, _cursor_of(books)
        since = (now - timedelta(seconds=policy.mailbox.history.plain_seconds)).date()
        added = newcomers(books)
        if added:
            people = People(policy.owner, added)
            for batch in _collected(inbox, Cursor(), people, since, starred=False):
                yield replace(batch, read_to=None)
        stars = any(rule.when == "starred" for rule in policy.rules)
        if stars and (added or not books.settled):  # what they carry by now is known, and no news later
            cursor = _without_flags(cursor)
        yield from _collected(inbox, cursor, books.people, since, stars, calendars=bool(books.routes))

    return collect


def _collected(
    inbox: Inbox, cursor: Cursor, people: People, since: date, starred: bool, calendars: bool = False
) -> Iterator[Batch]:
    """All mail that is new since the cursor, then the flags. `since`: how far back a first look goes."""
    sent, worth = inbox.sent_folders(), sieve(people, calendars)
    states = [_surely(inbox, cursor, state) for state in inbox.states(inbox.folders()).values()]
    looks = [
        (Batch(state.name, people, in_sent=state.name in sent), state, _known(cursor, state))
        for state in states
    ]
    grown = (look for look in looks if look[2].uidnext < look[1].uidnext)
    closed = set[str]()
    yield from _oldest_first(_new_mail(inbox, *look, since, worth, closed) for look in grown)
    for start, state, known in looks:
        if starred and state.name not in closed and (state.modseq == 0 or state.modseq != known.modseq):
            with _passed_over(known, state.name, closed):
                yield _flags(inbox, start, state, known, since)


@contextmanager
def _passed_over(known: FolderCursor, name: str, closed: set[str]) -> Iterator[None]:
    """A folder that was never ours to read. Of one that was, FolderClosed: what lies in it now may be the answer."""
    try:
        yield
    except FolderClosed:
        if known.uidnext > 1:
            raise
        closed.add(name)


def _without_flags(cursor: Cursor) -> Cursor:
    folders = {name: replace(folder, modseq=0) for name, folder in cursor.folders.items()}
    return replace(cursor, folders=folders)


def whose(mailbox: Mailbox) -> str:
    """What tells one mailbox from another, for its cursor."""
    return f"{mailbox.login} at {urlsplit(mailbox.imap).hostname}"


def _cursor_of(books: Books) -> Cursor:
    """How far this mailbox was read; one that rules.yaml did not name before is read as if for the first time."""
    cursor, mailbox = books.store.cursor(), whose(books.policy.mailbox)
    if cursor.mailbox not in ("", mailbox):
        prove_nothing(books)
        cursor = Cursor(mailbox=mailbox)
        books.store.move_cursor(cursor)
    return cursor


def _surely(inbox: Inbox, cursor: Cursor, state: FolderState) -> FolderState:
    """The state; as the folder's opening tells it, where it was read further than this: a STATUS may lag behind."""
    known = cursor.folders.get(state.name)
    return inbox.as_opened(state) if known and _is_put_back(known, state) else state


def _known(cursor: Cursor, state: FolderState) -> FolderCursor:
    known = cursor.folders.get(state.name)
    if known is None or known.uidvalidity != state.uidvalidity:
        return FolderCursor(state.uidvalidity, 1)  # UIDs mean nothing any more: read it all again
    if _is_put_back(known, state):
        return replace(known, uidnext=max(state.uidnext - COME_MEANWHILE, 1))
    return known


def _is_put_back(known: FolderCursor, state: FolderState) -> bool:
    """Whether it seems to come from a backup: what comes now gets UIDs that were read before. Not while it is empty."""
    return known.uidvalidity == state.uidvalidity and 1 < state.uidnext < known.uidnext


def _oldest_first(folders: Iterable[Iterator[Batch]]) -> Iterator[Batch]:
    """The batches of several folders; next comes always the folder whose last batch ended earliest."""
    reached = dict.fromkeys(folders, BEGINNING)
    while reached:
        folder = min(reached, key=reached.__getitem__)
        batch = next(folder, None)
        if batch is None:
            del reached[folder]
            continue
        if batch.mails:
            reached[folder] = batch.mails[-1].internal_date
        yield batch


def _new_mail(
    inbox: Inbox,
    start: Batch,
    state: FolderState,
    known: FolderCursor,
    since: date,
    worth: Callable[[RawMail], bool],
    closed: set[str],
) -> Iterator[Batch]:
    read_to, people = known, start.people
    start = replace(start, whole=lambda mail: _whole(inbox, mail, people))
    with _passed_over(known, state.name, closed):
        for mails in inbox.fetch(state.name, state.uidvalidity, known.uidnext, since, BATCH, worth):
            read_to = replace(known, uidnext=mails[-1].uid + 1)
            yield replace(start, mails=mails, read_to=read_to)
    if read_to.uidnext < state.uidnext and state.name not in closed:
        yield replace(start, read_to=replace(known, uidnext=state.uidnext))


def _whole(inbox: Inbox, mail: RawMail, people: People) -> RawMail:
    if mail.complete or not wants_more(mail, people):
        return mail
    return inbox.whole(mail.folder, mail.uid) or mail


def _flags(inbox: Inbox, start: Batch, state: FolderState, known: FolderCursor, since: date) -> Batch:
    """All that is flagged, not only what changed: a star that was taken back is missed otherwise."""
    read_to = FolderCursor(state.uidvalidity, max(known.uidnext, state.uidnext), state.modseq)
    starred, first_look = inbox.flagged(state.name, since=since), known.uidnext == 1
    return replace(start, read_to=read_to, starred=starred, starred_since=since, first_look=first_look)
