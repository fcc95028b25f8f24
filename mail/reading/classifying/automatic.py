"""Automatic answers by their words: subjects and first sentences, where no header tells.

The phrases are in `mail/reading/words/`. Words that people use too need a second sign. Absences are told by `away`,
beside this.
"""

import re
from functools import cache, lru_cache

from mail.reading.syntax.parsing import Mail
from mail.reading.text.fresh import fresh_text
from mail.reading.words.wordlists import Phrases, merged, one_of, phrases, plain
from relationship.subjects import is_reply_subject

LETTER = 600  # characters in which a program's letter has said all that it says
SENTENCES = 400  # characters of the text in which an automatic mail says that it is one

_TICKET = re.compile(
    r"\[[^\]]{0,40}[#:-]\s?[A-Z]{0,6}-?\d{2,}[^\]]{0,20}\]|(?:ticket|case|request|incident|anfrage|vorgang|"
    r"caso|solicitud|chamado|demande|dossier|richiesta)\b.{0,12}#?\d{2,}",
    re.I,
)
_MARKED = (
    "automatic reply",
    "automatic mail",
    "sure receipts",
    "receipts",
    "challenges",
    "thanks for writing",
    "urgent matters",
    "on return",
)
SHAPE = r"(?:\[[^\[\]]{{1,30}}\])?[\s\[(*:]*(?:auto:\s*)?(?:{words})(?:\s+(?:{words}))?[\s!.)\]*]*"
REST = r"(?:(?:[:：|(\[]|[-–—] |(?:re|aw|fw|fwd)\s?:).*)?"
_BY = r"|\s+(?:from|von|by|de|da|op|от)\s+\S+(?:\s+[^\s?]+){0,2}"  # "Auto response from Jo"


def beginning(mail: Mail, length: int = SENTENCES) -> str:
    """The first characters of what was written freshly, as phrases are compared."""
    return plain(fresh_text(mail.opening[:length]))


def has_marks(text: str) -> bool:
    """One look for all that the rules about wording look for: most mail has none of it."""
    return _marks().stand_in(plain(text[:LETTER]))


@cache
def _marks() -> Phrases:
    return Phrases(phrase for section in _MARKED for phrase in phrases(section))


@lru_cache(maxsize=1024)  # a conversation has one subject
def subject_tells(subject: str) -> bool:
    """Whether the subject is one with which a rule of this module begins."""
    return _is_automatic(subject) or _says_read(subject) or _is_tickets(subject)


def automatic_subject(mail: Mail) -> bool:
    """A subject in the shape that only automatic answers have: "Automatic reply: ...", or the words alone."""
    return _is_automatic(mail.subject)


def _is_automatic(subject: str) -> bool:
    if is_reply_subject(subject):
        return subject[0] in "[(（【" and bool(_tagged_automatic().match(plain(subject)))
    return bool(_automatic_subject().fullmatch(plain(subject)))


def says_automatic(mail: Mail) -> bool:
    """Fresh text that says so in its beginning: "This is an automatic reply".

    "This is an automated message" needs a sentence that asks not to answer it and stands in the first lines:
    programs' notices on lists, which people discuss, have it too.
    """
    text = beginning(mail)
    if one_of("automatic reply").search(text):
        return "?" not in text
    lines = [line for line in (line.strip(" *-_#=<>[(") for line in text.split("\n")) if line][:2]
    says_so = any(one_of("automatic mail").match(line) for line in lines)
    return says_so and bool(one_of("do not reply").search(text))


def read_notice(mail: Mail) -> bool:
    """A receipt in plain words: "Read: Logo", and a text that begins with "Your message ... was read on"."""
    if not _says_read(mail.subject):
        return False
    return bool(one_of("was read").match(plain(mail.opening[:SENTENCES]).lstrip()))


def challenge(mail: Mail) -> bool:
    """The beginning asks the writer to prove that they are a person before the mail is delivered."""
    return bool(one_of("challenges").search(plain(mail.opening[:SENTENCES])))


def sure_receipt(mail: Mail) -> bool:
    """The beginning says in a help desk's words that a request was received, and asks nothing.

    Some of the words are enough; of those that people use too, two are wanted.
    """
    text = beginning(mail)
    polite = {*one_of("receipts").findall(text), *one_of("automatic mail").findall(text)}
    return "?" not in text and (len(polite) > 1 or bool(one_of("sure receipts").search(text)))


def ticket_receipt(mail: Mail) -> bool:
    """A ticket number in the subject of what is no answer and, at the beginning, that a request was received."""
    if not _is_tickets(mail.subject):
        return False
    text = beginning(mail)
    return bool(one_of("ticket receipts").search(text)) and "?" not in text


def _says_read(subject: str) -> bool:
    return bool(_read_subject().fullmatch(plain(subject)))


def _is_tickets(subject: str) -> bool:
    return not is_reply_subject(subject) and bool(_TICKET.search(subject[:200]))


@cache
def _automatic_subject() -> re.Pattern[str]:
    words = merged(phrases("automatic subjects"))
    bracketed = rf".*[\[(（【]\s*(?:{words})\s*[\])）】].*"
    return re.compile(f"{bracketed}|{SHAPE.format(words=words)}(?:{REST}{_BY})")


@cache
def _tagged_automatic() -> re.Pattern[str]:
    """What stands before the "Re:" of the mail that is answered: "[Auto-Reply] Re: Logo"."""
    return re.compile(rf"[\[(（【]\s*(?:{merged(phrases('automatic subjects'))})\s*[\])）】]")


@cache
def _read_subject() -> re.Pattern[str]:
    return re.compile(rf"(?:{merged(phrases('read subjects'))})(?:\s?[:：\-].*)?")
