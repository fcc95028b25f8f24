"""Which mail is worth fetching, told by a few header fields: most of a mailbox concerns nobody we know."""

from collections.abc import Callable
from functools import lru_cache

from mail.raw import RawMail
from mail.reading.classifying import signs
from mail.reading.classifying.calendars import CALENDAR_TYPES
from mail.reading.classifying.failures import FROM_CAP, NOBODY, strength_of
from mail.reading.concern import may_concern
from mail.reading.riddles import names_nobody
from mail.reading.syntax.addresses import read_addresses
from mail.reading.syntax.headers import unfold
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.who import Author, Directory, author_of, directory
from relationship.facts.messages import Side
from relationship.parties import People

# Fields that make nobody's mail a machine's that may yet tell something. Most mail has none of them.
_TELLING = frozenset([b"sender", b"content-class", b"x-failed-recipients"])
_WRITERS = 4096  # that are remembered: most of them have written many mails


def sieve(people: People, calendars: bool) -> Callable[[RawMail], bool]:
    """Says of a mail, by the fields of `mail.imap.fetching.FIRST_FIELDS`, whether it may tell us anything.

    It never says no to what `understand` makes something of, to what the owner writes to the mailbox, and to mail
    without a writer, which is set aside.
    `calendars`: answers to our invitations are awaited, which a stranger's calendar may send in any mail of
    several parts.
    """
    known = directory(people)
    is_contractors = _writers(known)

    def worth(raw: RawMail) -> bool:
        mail = parse(raw)
        try:
            writers = mail.headers.fields.get(b"from", ())
            theirs = is_contractors(writers[0]) if len(writers) == 1 else None
            if theirs or (theirs is False and _tells_nothing(mail, calendars)):
                return theirs
            return _may_tell(mail, known, calendars)
        except Exception:
            return True  # a mail that breaks its reader is set aside when it is recorded

    return worth


def _may_tell(mail: Mail, known: Directory, calendars: bool) -> bool:
    author = author_of(mail, known)
    if may_concern(mail, author, known) or _is_for_us(mail, author, known) or names_nobody(mail):
        return True
    return calendars and mail.content_type.startswith("multipart/")


def _is_for_us(mail: Mail, author: Author | None, known: Directory) -> bool:
    """Whether the owner's side may speak to Keepwarm itself: it writes to the mailbox, or names nobody."""
    if author is None or author.side is not Side.OWNER:
        return False
    named = (*mail.to, *mail.cc)
    return not named or any(known.is_mailbox(address) for address in named)


def _writers(known: Directory) -> Callable[[bytes], bool | None]:
    """Of a From: True for a contractor, False for a person whom we do not know, None where more has to be asked."""

    @lru_cache(maxsize=_WRITERS)
    def is_contractors(value: bytes) -> bool | None:
        value = unfold(value)
        addresses = read_addresses(value)
        if len(addresses) != 1 or len(value) > FROM_CAP or known.owner_side(addresses[0]):
            return None
        if known.key_of(addresses[0]):
            return True
        return False if strength_of(value, addresses) == NOBODY else None

    return is_contractors


def _tells_nothing(mail: Mail, calendars: bool) -> bool:
    """Whether a stranger's mail is surely no bounce and no calendar's: most is, and this is seen at once."""
    fields = mail.headers.fields
    if not _TELLING.isdisjoint(fields) or b"@" not in fields.get(b"return-path", (b"@",))[0]:
        return False
    kind = mail.content_type
    if kind.startswith("multipart/"):
        return (
            not calendars
            and not kind.startswith("multipart/report")
            and not signs.answers_invitation(mail.subject)
        )
    return kind not in CALENDAR_TYPES and not kind.startswith("message/")
