"""Which mail is worth fetching, told by a few header fields: most of a mailbox concerns nobody we know."""

from collections.abc import Callable

from mail.raw import RawMail
from mail.reading.parsing import Mail, parse
from mail.reading.riddles import names_nobody
from mail.reading.understanding import may_concern
from mail.reading.who import Author, Directory, author_of, directory
from relationship.messages import Side
from relationship.parties import People


def sieve(people: People, calendars: bool) -> Callable[[RawMail], bool]:
    """Says of a mail, by the fields of `mail.imap.fetching.FIRST_FIELDS`, whether it may tell us anything.

    It never says no to what `understand` makes something of, to what the owner writes to the mailbox, and to mail
    without a writer, which is set aside.
    `calendars`: answers to our invitations are awaited, which a stranger's calendar may send in any mail of
    several parts.
    """
    known = directory(people)

    def worth(raw: RawMail) -> bool:
        mail = parse(raw)
        author = author_of(mail, known)
        if may_concern(mail, author, known) or _is_for_us(mail, author, known) or names_nobody(mail):
            return True
        return calendars and mail.content_type.startswith("multipart/")

    return worth


def _is_for_us(mail: Mail, author: Author | None, known: Directory) -> bool:
    """Whether the owner's side may speak to Keepwarm itself: it writes to the mailbox, or names nobody."""
    if author is None or author.side is not Side.OWNER:
        return False
    named = (*mail.to, *mail.cc)
    return not named or any(known.is_mailbox(address) for address in named)
