"""What the fresh text of a person's mail says: asks, closers, tags, dates, bad news, unsuited work."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from mail.letters.links import said_by_subject
from mail.reading.meaning.absence import back_on
from mail.reading.meaning.answering import (
    asks_by_please,
    may_say_done,
    may_take_back,
    says_done_beside,
    takes_back,
)
from mail.reading.meaning.asking import (
    CLOSER_CAP,
    Lists,
    Words,
    asks,
    brings_something,
    closes,
    has_question,
    is_bad_news,
    lists_for,
    needs_no_reply,
    says_done,
)
from mail.reading.meaning.said import speaks_to_keepwarm, what_is_said
from mail.reading.syntax.headers import decode_value
from mail.reading.syntax.parsing import Mail
from mail.reading.text.fresh import find_end, fresh_text
from mail.reading.text.pasted import without_pasted
from mail.reading.text.signatures import above_card, above_foreign_name, above_name
from mail.reading.who import Directory
from mail.reading.words.wordlists import any_of, plain
from relationship.facts.messages import Side
from relationship.parties import Contractor
from relationship.subjects import is_filled_in, plain_subject, without_tags

_SEALED = frozenset(
    [
        "multipart/encrypted",
        "application/pgp-encrypted",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/ms-tnef",
    ]
)
# Sealed whatever their type: S/MIME under a type that some gateways make of it, and Microsoft's protected messages,
# whose text only says where they can be read.
_SEALED_NAMES, _PROTECTED = (".p7m",), "application/x-microsoft-rpmsg-message"
_PGP_SEALED = "-----BEGIN PGP MESSAGE-----"
# Gmail's emoji reactions: a part of its own, which may lie beyond the cap, and a link below the emoji.
_REACTION, _REACTED = "text/vnd.google.email-reaction+json", "utm_campaign=emojireactionemail"
ANSWER_CAP = 600  # characters of a short answer and the card below it
PEOPLE_CAP = 1_000  # bytes of From, To and Cc in which names are looked for
_DOMAIN = re.compile(r"@\S+")
_NAME = re.compile(r"[^\W\d_]{2,}")
_CALLED = re.compile(r"([^\W\d_]{2,20})(?:,| [-–—])\s+")
_GARBAGE = re.compile("[\ufffd\x01-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Contents:
    """What is kept of a text."""

    asks: bool = False
    asks_only: str = ""
    closes: bool = False
    takes_back: bool = False
    tags: tuple[str, ...] = ()
    due: date | None = None
    bad_news: bool = False
    brings: bool = False
    readable: bool = True
    unsuited: tuple[str, ...] = ()


def read(
    mail: Mail, side: Side, contractor: Contractor, known: Directory, words: Words, at: datetime
) -> Contents:
    """What a person's mail says; a text that cannot be read says nothing."""
    text = fresh_text(mail.text)
    if not is_readable(mail, text):
        return Contents(readable=False)
    if _REACTED in text or any(part.kind == _REACTION for part in mail.parts):
        return Contents(closes=True)
    lists = lists_for(words)
    owner = known.people.owner
    zone = contractor.timezone if side is Side.CONTRACTOR else owner.timezone
    filled_in = is_filled_in(mail.subject)
    text = text or (said_by_subject(mail.subject) if filled_in else "")
    said = what_is_said(text, side, at, zone, contractor.language, owner.locale, filled_in)
    tags = said.tags
    names = known.names_of(contractor)
    if side is Side.CONTRACTOR and "done" not in tags and _says_done(mail, text, lists, names):
        tags = (*tags, "done")
    spoken_to = not speaks_to_keepwarm(said) or has_question(text)
    in_words = spoken_to and _asks(mail, side, text, lists, names)
    asking = in_words or said.due is not None
    back = said.due is None and _takes_back(mail, text, lists, names)
    closing = back or _closes(mail, text, asking, lists, names)
    if not closing and not asking and needs_no_reply(mail.subject, text, lists):
        tags = (*tags, "nrn")
    closing = closing or "nrn" in tags
    return Contents(
        asks=asking and not closing,
        asks_only=_asks_only(mail, in_words, said.due, text, lists, names) if asking and not closing else "",
        closes=closing,
        takes_back=back,
        tags=tags,
        due=said.due,
        bad_news=is_bad_news(text, lists),
        brings=side is Side.CONTRACTOR and brings_something(text, lists),
        unsuited=_unsuited(mail.subject, text, contractor.not_for) if side is Side.OWNER else (),
    )


def _says_done(mail: Mail, text: str, lists: Lists, names: frozenset[str]) -> bool:
    """Whether the work is done: a line says so, or the first or last sentence."""
    if says_done(text, lists):
        return True
    if not may_say_done(text, lists):
        return False
    names |= _named_in(mail, b"from", b"to", b"cc")
    return says_done_beside(above_name(text, names), lists, names)


def _asks(mail: Mail, side: Side, text: str, lists: Lists, names: frozenset[str]) -> bool:
    """Whether it asks, but for what a contractor delivers, and the slogans on the writer's card."""
    text = _below_name(text or _said_in_subject(mail), names)
    if not asks(text, lists):
        return False
    if side is Side.CONTRACTOR:
        own = without_pasted(text)
        if own != text and not asks(own, lists):
            return False
        text = own
    above = above_card(text, _named_in(mail, b"from")) if "\n" in text else text
    return above == text or asks(above, lists) or asks(_without_questions(text[len(above) :]), lists)


def _asks_only(
    mail: Mail, in_words: bool, due: date | None, text: str, lists: Lists, names: frozenset[str]
) -> str:
    """What alone makes it ask, where that may be no question: a date, or "please" behind an answer."""
    if not in_words:
        return "date"
    if due or len(text) > ANSWER_CAP:
        return ""
    names |= _named_in(mail, b"from", b"to", b"cc")
    return "please" if asks_by_please(above_name(text, names), lists, names) else ""


def _takes_back(mail: Mail, text: str, lists: Lists, names: frozenset[str]) -> bool:
    """Whether the whole of it takes a question back, whoever is named in it."""
    if len(text) > ANSWER_CAP or not may_take_back(text):
        return False
    writer = _named_in(mail, b"from")
    names |= _named_in(mail, b"to", b"cc") | writer | {name[0] for name in writer}
    above = (above_name(text, names), above_card(text, writer))
    return any(takes_back(one, lists, names) for one in above)


def _below_name(text: str, names: frozenset[str]) -> str:
    """What follows the name of somebody who is spoken to: a question may begin there, "Dana, when do you need it"."""
    called = _CALLED.match(text)
    return text[called.end() :] if called and plain(called[1]) in names else text


def _said_in_subject(mail: Mail) -> str:
    """The subject of a mail without any text: "Could you call me? (EOM)"; not that of an answer or a forward."""
    own = not mail.text.strip() and plain_subject(mail.subject) == " ".join(
        without_tags(mail.subject).split()
    )
    return mail.subject if own else ""


def _closes(mail: Mail, text: str, asking: bool, lists: Lists, names: frozenset[str]) -> bool:
    """A closer, whoever is named in it; of what asks, the whole text has to be one."""
    if closes(text, lists, names):
        return True
    beginning = text[:CLOSER_CAP]
    too_long = len(text) > CLOSER_CAP and "\n" not in beginning  # for a closer, whatever stands below
    if too_long or not lists.closer.stand_in(plain(beginning)):
        return False
    writer = _named_in(mail, b"from")
    initials = {name[0] for name in writer}  # many sign with one
    names |= _named_in(mail, b"to", b"cc") | writer | initials
    if closes(above_name(text, names), lists, names):
        return True
    if asking:
        return False
    return any(closes(above(text, writer), lists, names) for above in (above_card, above_foreign_name))


def _without_questions(card: str) -> str:
    """The lines of a card that are no slogan of the sort "Need help? Call us": requests are no part of one."""
    return "\n".join(line for line in card.split("\n") if not has_question(line))


def _named_in(mail: Mail, *fields: bytes) -> frozenset[str]:
    """Names, in lower case, that the headers call people by: a team has addresses in the rules, and no names."""
    headers = map(mail.headers.raw_first, fields)
    people = " ".join(decode_value(value[:PEOPLE_CAP]) for value in headers)
    return frozenset(_NAME.findall(plain(_DOMAIN.sub(" ", people))))


def _unsuited(subject: str, text: str, not_for: tuple[str, ...]) -> tuple[str, ...]:
    if not not_for:
        return ()
    said = plain(f"{subject}\n{text}")
    return tuple(one for one in not_for if _whole_words(one).search(said))


@lru_cache(maxsize=1024)
def _whole_words(phrase: str) -> re.Pattern[str]:
    return any_of([phrase])


def is_readable(mail: Mail, text: str) -> bool:
    """Whether the text could be read: not sealed, not garbage, and nothing of it broken."""
    if mail.broken and {"parts", "plain_text", "html", "text"} & set(mail.broken):
        return False
    if mail.content_type in _SEALED:
        return False
    if _PGP_SEALED in text or any(part.kind == _PROTECTED for part in mail.parts):
        return False
    if text:
        clean = text.isascii() and text.replace("\n", " ").isprintable()
        return clean or len(_GARBAGE.findall(text)) * 10 < len(text)
    return not any(
        part.kind in _SEALED or part.params.get("name", "").lower().endswith(_SEALED_NAMES)
        for part in mail.parts
    )


def is_cut(mail: Mail) -> bool:
    """Whether a cut-off text ends before its fresh part does, or cannot be read at all as far as it goes."""
    for part in mail.parts:
        if part.kind == "text/plain" and part.disposition != "attachment":
            if not part.text.strip() and not part.cut:
                continue
            return part.cut and (part.encoding == "base64" or not find_end(part.text))
        if part.kind == "text/html" and part.disposition != "attachment":
            return part.cut
    return True  # no text yet: it lies further down


def return_day(mail: Mail, at: datetime, contractor: Contractor, known: Directory) -> date | None:
    """When the writer of an automatic reply is back."""
    locale = known.people.owner.locale
    text = fresh_text(mail.text)
    return back_on(mail.subject, text, at, contractor.timezone, contractor.language, locale)
