"""Copies of our own letters are marked as read, and lie in the sent folder; one that cannot be moved stays.

Which they are is known once they are recorded. Where the line dies, the rest is a matter of the next tick; where the
daemon dies, its successor looks for what is still unread. A letter's copy is filed once: a folder that shows what lies
in others shows it anew each time that it is moved, and who puts it elsewhere afterwards means it.
"""

import logging
from datetime import datetime, timedelta

from mail.imap.inbox import InboxError
from relationship.facts.messages import Side
from tick.bookkeeping.books import Books
from tick.delivering.line import Wires

log = logging.getLogger(__name__)

FILINGS = 3  # ticks in which it is tried to file a copy, or to find those that were left
LEFT_BEHIND = timedelta(days=30)  # so far back a daemon looks that begins


def file_copies(wires: Wires, books: Books, now: datetime) -> None:
    """File what this run has recorded, and what the one before it has left."""
    if wires.looks_back < FILINGS:
        _look_back(wires, books, now)
    for (folder, uid), token in tuple(wires.copies.items()):
        try:
            if token not in wires.filed and wires.inbox.file_copy(folder, uid, wires.inbox.sent_folder()):
                wires.filed.add(token)
        except InboxError as error:
            wires.unfiled[folder, uid] += 1
            if wires.unfiled[folder, uid] < FILINGS:
                return
            log.warning("A copy of a letter stays in %s: %s", folder, error)
        del wires.copies[folder, uid], wires.unfiled[folder, uid]


def _look_back(wires: Wires, books: Books, now: datetime) -> None:
    try:
        wires.copies |= _left_behind(wires, books, now)
        wires.looks_back = FILINGS
    except InboxError as error:
        wires.looks_back += 1
        log.warning("Copies that were left unread could not be looked for: %s", error)


def _left_behind(wires: Wires, books: Books, now: datetime) -> dict[tuple[str, int], str]:
    """The unread copies of letters that went out; where the provider keeps them, none comes unread.

    What an owner without a mailbox of their own has not read yet lies there too, and stays.
    """
    if books.policy.mailbox.copies != "bcc" or not books.routes:
        return {}
    inbox, since = wires.inbox, (now - LEFT_BEHIND).date()
    found = {name: inbox.own_unread(name, since) for name in inbox.folders() if name != inbox.sent_folder()}
    return {
        (name, uid): token
        for name, own in found.items()
        for uid, token in own.items()
        if _copied(books, token)
    }


def _copied(books: Books, token: str) -> bool:
    key = books.routes.get(token)
    letter = books.store.load(key).letters.get(token) if key else None
    return letter is not None and letter.reader is Side.CONTRACTOR
