"""Mail that cannot be understood: without a writer, or broken where the parts guard themselves.

It is not lost: `record` keeps a piece of it as evidence and counts it, and the loop goes on.
"""

from mail.raw import RawMail
from mail.reading.classifying.failures import NOBODY, sender_strength
from mail.reading.classifying.signs import failed_recipients
from mail.reading.syntax.parsing import Mail, parse


def riddle(raw: RawMail) -> str:
    """Why nobody can say what this mail is, for people; "" where somebody can. Never raises."""
    mail = parse(raw)
    if names_nobody(mail):
        return "no header says who wrote it" if mail.headers.fields else "it has no headers"
    _read(mail)
    return f"its {', '.join(mail.broken)} could not be read" if mail.broken else ""


def _read(mail: Mail) -> tuple[object, ...]:
    """What a message is made of: what is broken shows when it is read."""
    return mail.message_id, mail.subject, mail.to, mail.parents, mail.text


def names_nobody(mail: Mail) -> bool:
    """Whether no header names a writer, and no mail server speaks either (RFC 5322, 3.6.2)."""
    return not (mail.from_ or mail.sender or failed_recipients(mail)) and sender_strength(mail) == NOBODY
