"""Automatic answers by their words: subjects and first sentences, where no header tells.

The phrases are in `mail/reading/words/`. Words that people use too need a second sign: people announce holidays.
"""

import re
from functools import cache, lru_cache

from mail.reading import failures, signs
from mail.reading.fresh import fresh_text
from mail.reading.parsing import Mail
from mail.reading.wordlists import Phrases, any_of, merged, phrases, plain
from relationship.conversations import is_reply_subject

_TICKET = re.compile(
    r"\[[^\]]{0,40}[#:-]\s?[A-Z]{0,6}-?\d{2,}[^\]]{0,20}\]|"
    r"(?:ticket|case|request|incident|anfrage|vorgang|caso|solicitud|chamado|demande|dossier|richiesta)\b.{0,12}#?\d{2,}",
    re.I,
)
_LETTER = 600  # characters in which a vacation program's letter has said all that it says
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
_SENTENCES = 400  # characters of the text in which an automatic mail says that it is one
_SHAPE = r"(?:\[[^\[\]]{{1,30}}\])?[\s\[(*:]*(?:auto:\s*)?(?:{words})(?:\s+(?:{words}))?[\s!.)\]*]*"
_REST = r"(?:(?:[:：|(\[]|[-–—] |(?:re|aw|fw|fwd)\s?:).*)?"
_BY = r"|\s+(?:from|von|by|de|da|op|от)\s+\S+(?:\s+[^\s?]+){0,2}"  # "Auto response from Jo"


def automatic_subject(mail: Mail) -> bool:
    """A subject in the shape that only automatic answers have: "Automatic reply: ...", or the words alone."""
    return _is_automatic(mail.subject)


@lru_cache(maxsize=1024)  # a conversation has one subject
def _is_automatic(subject: str) -> bool:
    return bool(_automatic_subject().fullmatch(plain(subject))) and not is_reply_subject(subject)


def away_subject(mail: Mail) -> bool:
    """An absence in the subject, in words that people use too, where the text begins as automatic answers do.

    "Out of office" alone or before a colon is enough; "Out of office next week" is a person's announcement.
    """
    subject = plain(mail.subject)
    if is_reply_subject(mail.subject):
        return subject.endswith((")", "]")) and bool(_suffixed().search(subject)) and _says_away(mail)
    if _domino().fullmatch(subject):
        return True
    if _out_of_office().fullmatch(subject):
        return "?" not in mail.opening[:_SENTENCES]
    if not (_away_subject().fullmatch(subject) or _lotus().fullmatch(subject)):
        return False
    return _says_away(mail) or signs.bulk_precedence(mail) or failures.null_path(mail)


def away_letter(mail: Mail) -> bool:
    """A text that is a vacation program's whole letter: thanks for the mail, the absence, who helps or when.

    People say one of these things, and seldom two, to somebody whom they write to.
    """
    if not _has_marks(mail.opening) or not _away_wording().search(plain(mail.opening[:_SENTENCES])):
        return False
    opening = plain(fresh_text(mail.opening[:_LETTER]))
    marks = sum(bool(sign().search(opening)) for sign in (_thanks, _urgent, _on_return))
    return marks >= 2 and not _is_for_somebody(opening)


def away_wording(mail: Mail) -> bool:
    """An absence in the text's first lines, of a mail that carries a second sign of a machine.

    The second sign: the suppress header on an answer, or a subject made of words that are no "Re:" and the
    thread's topic, as Exchange makes it in every language.
    """
    suppressed = b"x-auto-response-suppress" in mail.headers and bool(mail.parents)
    return (suppressed or _prefixed_topic(mail)) and _says_away(mail)


def _prefixed_topic(mail: Mail) -> bool:
    if b"thread-topic" not in mail.headers or is_reply_subject(mail.subject):
        return False
    topic = mail.headers.first(b"thread-topic")
    prefix = mail.subject.removesuffix(topic).rstrip()
    return bool(topic) and prefix.endswith(":") and " " in prefix and mail.subject.endswith(topic)


def _says_away(mail: Mail) -> bool:
    opening = plain(fresh_text(mail.opening[:_SENTENCES]))
    return bool(_away_wording().search(opening)) and not _is_for_somebody(opening)


def _is_for_somebody(opening: str) -> bool:
    """Whether a text asks or brings something: a program that is left behind does neither."""
    return "?" in opening or bool(_brings().search(opening))


def says_automatic(mail: Mail) -> bool:
    """Fresh text that says so in its beginning: "This is an automatic reply".

    "This is an automated message" needs a sentence that asks not to answer it and stands in the first lines:
    programs' notices on lists, which people discuss, have it too.
    """
    if not _has_marks(mail.opening):
        return False
    opening = plain(fresh_text(mail.opening[:_SENTENCES]))
    if _automatic_reply().search(opening):
        return "?" not in opening
    lines = [line for line in (line.strip(" *-_#=<>[(") for line in opening.split("\n")) if line][:2]
    return any(_automatic_mail().match(line) for line in lines) and bool(_do_not_reply().search(opening))


def read_notice(mail: Mail) -> bool:
    """A receipt in plain words: "Read: Logo", and a text that begins with "Your message ... was read on"."""
    if not _read_subject().fullmatch(plain(mail.subject)):
        return False
    return bool(_was_read().match(plain(mail.opening[:_SENTENCES]).lstrip()))


def challenge(mail: Mail) -> bool:
    """The beginning asks the writer to prove that they are a person before the mail is delivered."""
    return _has_marks(mail.opening) and bool(_challenge().search(plain(mail.opening[:_SENTENCES])))


def sure_receipt(mail: Mail) -> bool:
    """The beginning says in a help desk's words that a request was received, and asks nothing.

    Some of the words are enough; of those that people use too, two are wanted.
    """
    if not _has_marks(mail.opening):
        return False
    opening = plain(fresh_text(mail.opening[:_SENTENCES]))
    if "?" in opening:
        return False
    polite = {*_polite_receipt().findall(opening), *_automatic_mail().findall(opening)}
    return bool(_sure_receipt().search(opening)) or len(polite) > 1


def ticket_receipt(mail: Mail) -> bool:
    """A ticket number in the subject of what is no answer and, at the beginning, that a request was received."""
    if is_reply_subject(mail.subject) or not _TICKET.search(mail.subject[:200]):
        return False
    opening = plain(fresh_text(mail.opening[:_SENTENCES]))
    return bool(_receipt().search(opening)) and "?" not in opening


@cache
def _automatic_subject() -> re.Pattern[str]:
    words = merged(phrases("automatic subjects"))
    bracketed = rf".*[\[(（【]\s*(?:{words})\s*[\])）】].*"
    return re.compile(f"{bracketed}|{_SHAPE.format(words=words)}(?:{_REST}{_BY})")


@cache
def _suffixed() -> re.Pattern[str]:
    """AOL: "Re: Logo (Automatic Response)"."""
    return re.compile(rf"[\[(]\s*(?:{merged(phrases('automatic subjects'))})\s*[\])]$")


@cache
def _out_of_office() -> re.Pattern[str]:
    return re.compile(_SHAPE.format(words=merged(phrases("out of office"))) + _REST)


@cache
def _away_subject() -> re.Pattern[str]:
    return re.compile(_SHAPE.format(words=merged(phrases("away subjects"))) + _REST)


@cache
def _domino() -> re.Pattern[str]:
    """Domino: "AUTO: Doe, Jo is out of the office. (returning 03/01/2012)", in the server's language."""
    return re.compile(
        rf"auto: .{{1,100}}\b(?:{merged(phrases('out of office'))}|\(.{{0,60}}\d\d[./-]\d.{{0,9}}\)).{{0,60}}"
    )


@cache
def _lotus() -> re.Pattern[str]:
    """Notes: "Jo Doe/ACME is out of the office (returning 03/01/2012)", later with "AUTO: " before it."""
    return re.compile(r"(?:auto: .{1,200}|.{1,80} is out of the office(?: \(.{0,40}\))?\.?)")


@cache
def _away_wording() -> re.Pattern[str]:
    return any_of(phrases("away"))


@lru_cache(maxsize=1)
def _has_marks(text: str) -> bool:
    """One look for all that challenges and vacation letters say: most mail has none of it."""
    return _marks().stand_in(plain(text[:_LETTER]))


@cache
def _marks() -> Phrases:
    return Phrases(phrase for section in _MARKED for phrase in phrases(section))


@cache
def _brings() -> re.Pattern[str]:
    return any_of(phrases("brings something"))


@cache
def _thanks() -> re.Pattern[str]:
    return any_of(phrases("thanks for writing"))


@cache
def _urgent() -> re.Pattern[str]:
    return any_of(phrases("urgent matters"))


@cache
def _on_return() -> re.Pattern[str]:
    return any_of(phrases("on return"))


@cache
def _automatic_reply() -> re.Pattern[str]:
    return any_of(phrases("automatic reply"))


@cache
def _automatic_mail() -> re.Pattern[str]:
    return any_of(phrases("automatic mail"))


@cache
def _do_not_reply() -> re.Pattern[str]:
    return any_of(phrases("do not reply"))


@cache
def _challenge() -> re.Pattern[str]:
    return any_of(phrases("challenges"))


@cache
def _read_subject() -> re.Pattern[str]:
    return re.compile(rf"(?:{merged(phrases('read subjects'))})(?:\s?[:：\-].*)?")


@cache
def _was_read() -> re.Pattern[str]:
    return any_of(phrases("was read"))


@cache
def _sure_receipt() -> re.Pattern[str]:
    return any_of(phrases("sure receipts"))


@cache
def _polite_receipt() -> re.Pattern[str]:
    return any_of(phrases("receipts"))


@cache
def _receipt() -> re.Pattern[str]:
    return any_of(phrases("ticket receipts"))
