"""Whether a mail may concern a contractor, by its headers: most of a mailbox does not, and is read no further."""

from mail.raw import RawMail
from mail.reading import contents
from mail.reading.classifying import signs
from mail.reading.classifying.calendars import CALENDAR_TYPES
from mail.reading.classifying.failures import sender_strength
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.to_us import wants_whole
from mail.reading.who import Author, Directory, author_of, directory
from relationship.parties import People
from relationship.subjects import token_in


def may_concern(mail: Mail, author: Author | None, known: Directory) -> bool:
    """Whether the headers alone allow that the mail concerns a contractor: asked before more is fetched."""
    if author is not None:
        named = author.key or known.contractors_in(mail.to) or known.contractors_in(mail.cc)
        if named or token_in(mail.subject):
            return True
    return machine_may_write(mail)


def wants_more(raw: RawMail, people: People | None = None) -> bool:
    """Whether the capped text is not enough to understand the mail, and the whole should be fetched.

    Where `people` are given, mail that concerns none of them is only where the owner speaks to us.
    """
    if raw.complete:
        return False
    mail = parse(raw)
    if people is not None:
        known = directory(people)
        author = author_of(mail, known)
        if not may_concern(mail, author, known):
            return wants_whole(mail, author, known)
    return _is_report(mail) or _is_calendar(mail) or contents.is_cut(mail)


def _is_report(mail: Mail) -> bool:
    return mail.content_type.startswith(("multipart/report", "message/")) or sender_strength(mail) > 0


def _is_calendar(mail: Mail) -> bool:
    return (
        mail.content_type in CALENDAR_TYPES or _names_one(mail.raw.text.lower()) or signs.calendar_hint(mail)
    )


def _names_one(text: bytes) -> bool:
    """Whether a text in lower case names a calendar part; of all mail, so that it is quick."""
    return b"text/calendar" in text or b"application/ics" in text or b"text/x-vcalendar" in text


def machine_may_write(mail: Mail) -> bool:
    """Whether a mail from nobody we know may yet tell of a contractor: a bounce, or a calendar answer."""
    return signs.failed_recipients(mail) or _is_report(mail) or _is_calendar(mail)
