"""Absences by their words, where no header tells: people announce holidays, so most words need a second sign."""

import re
from functools import cache, lru_cache

from mail.reading.classifying import failures, signs
from mail.reading.classifying.automatic import LETTER, REST, SENTENCES, SHAPE, beginning
from mail.reading.syntax.parsing import Mail
from mail.reading.words.wordlists import merged, one_of, phrases, plain
from relationship.subjects import is_reply_subject

_SIGNS = ("thanks for writing", "urgent matters", "on return")

# Notes: "Jo Doe/ACME is out of the office (returning 03/01/2012)", later with "AUTO: " before it.
_LOTUS = re.compile(r"(?:auto: .{1,200}|.{1,80} is out of the office(?: \(.{0,40}\))?\.?)")


@lru_cache(maxsize=1024)  # a conversation has one subject
def subject_tells(subject: str) -> bool:
    """Whether the subject may be an absence's."""
    lower = plain(subject)
    if is_reply_subject(subject):
        return lower.endswith((")", "]")) and bool(_suffixed().search(lower))
    shapes = (_domino(), _subject("out of office"), _subject("away subjects"), _LOTUS)
    return any(shape.fullmatch(lower) for shape in shapes)


def away_subject(mail: Mail) -> bool:
    """An absence in the subject, in words that people use too, where the text begins as automatic answers do.

    "Out of office" alone or before a colon is enough; "Out of office next week" is a person's announcement.
    """
    subject = plain(mail.subject)
    if not subject_tells(mail.subject):
        return False
    if is_reply_subject(mail.subject):
        return _says_away(mail)
    if _domino().fullmatch(subject):
        return True
    if _subject("out of office").fullmatch(subject):
        return "?" not in mail.opening[:SENTENCES]
    return _says_away(mail) or signs.bulk_precedence(mail) or failures.null_path(mail)


def away_letter(mail: Mail) -> bool:
    """A text that is a vacation program's whole letter: thanks for the mail, the absence, who helps or when.

    People say one of these things, and seldom two, to somebody whom they write to.
    """
    if not one_of("away").search(plain(mail.opening[:SENTENCES])):
        return False
    text = beginning(mail, LETTER)
    return sum(bool(one_of(sign).search(text)) for sign in _SIGNS) >= 2 and not _is_for_somebody(text)


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
    text = beginning(mail)
    return bool(one_of("away").search(text)) and not _is_for_somebody(text)


def _is_for_somebody(text: str) -> bool:
    """Whether a text asks or brings something: a program that is left behind does neither."""
    return "?" in text or bool(one_of("brings something").search(text))


@cache
def _subject(section: str) -> re.Pattern[str]:
    return re.compile(SHAPE.format(words=merged(phrases(section))) + REST)


@cache
def _suffixed() -> re.Pattern[str]:
    """AOL: "Re: Logo (Automatic Response)"."""
    return re.compile(rf"[\[(]\s*(?:{merged(phrases('automatic subjects'))})\s*[\])]$")


@cache
def _domino() -> re.Pattern[str]:
    """Domino: "AUTO: Doe, Jo is out of the office. (returning 03/01/2012)", in the server's language."""
    absent = merged(phrases("out of office"))
    return re.compile(rf"auto: .{{1,100}}\b(?:{absent}|\(.{{0,60}}\d\d[./-]\d.{{0,9}}\)).{{0,60}}")
