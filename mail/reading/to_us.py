"""What comes for Keepwarm itself: commands, news and answers to drafts from the owner, and our mail that came back.

It concerns no single contractor.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from mail.raw import RawMail
from mail.reading.authenticity import is_authentic
from mail.reading.classifying.bounces import read_bounces
from mail.reading.classifying.kinds import kind_of
from mail.reading.contents import is_cut, is_readable
from mail.reading.meaning.said import what_is_said
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.text.fresh import fresh_text, own_words
from mail.reading.who import Author, Directory, author_of, claimed, directory, recipients
from relationship.correspondence.ordering import message_time
from relationship.facts.messages import Bounce, Kind, Side
from relationship.parties import People
from relationship.subjects import is_filled_in, token_in

_TOKEN = re.compile("[0-9a-f]{24}")  # of a letter of ours (tick/bookkeeping/tokens.py)


@dataclass(frozen=True, slots=True)
class OwnerWord:
    """A mail of the owner's side to the mailbox alone, as far as we may heed it."""

    key: str  # its Message-ID
    mark: str  # the same with its Date: some mail programs give two mails one id
    at: datetime
    seen_at: datetime
    sender: str
    tokens: tuple[str, ...]  # in its subject and its In-Reply-To: which letters it may answer
    subject: str
    text: str  # its fresh text, quotes left out
    own: str  # the same as it is passed on, with its closing; "" where it is not surely all here
    tags: tuple[str, ...]


def owner_word(raw: RawMail, people: People, trust: str, now: datetime) -> OwnerWord | None:
    """The owner's word to us; None for any other mail, one that fails DMARC, and one that cannot be read."""
    mail, known = parse(raw), directory(people)
    author = author_of(mail, known)
    if author is None or author.side is not Side.OWNER or any(recipients(mail, known)):
        return None
    if kind_of(mail).kind is not Kind.HUMAN or not mail.message_id:
        return None
    if not is_authentic(mail.headers, trust, claimed(mail, author, known)):
        return None
    text = fresh_text(mail.text)
    if not is_readable(mail, text):
        return None
    at = message_time(raw.internal_date, mail.received, mail.dated, now)
    owner = people.owner
    filled_in = is_filled_in(mail.subject)
    tags = what_is_said(text, Side.OWNER, at, owner.timezone, "en", owner.locale, filled_in).tags
    own = "" if not raw.complete and is_cut(mail) else own_words(mail.text)
    mark = " ".join((mail.message_id, *([mail.dated.isoformat()] if mail.dated else ())))
    return OwnerWord(
        mail.message_id, mark, at, now, author.address, _tokens(mail), mail.subject, text, own, tags
    )


def wants_whole(mail: Mail, author: Author | None, known: Directory) -> bool:
    """Whether a capped mail of the owner's side holds words of which none may be lost: an answer to us, or news."""
    if author is None or author.side is not Side.OWNER or any(recipients(mail, known)) or not is_cut(mail):
        return False
    return any(map(_TOKEN.fullmatch, _tokens(mail))) or "#news" in mail.text.lower()


def bounce_of_owner(raw: RawMail, people: People) -> Bounce | None:
    """Why mail to the owner's side came back for good; None for any other mail."""
    mail = parse(raw)
    bounces = read_bounces(mail) if kind_of(mail).kind is Kind.BOUNCE else ()
    return next((x for x in bounces if x.permanent and people.owner_side(x.address)), None)


def _tokens(mail: Mail) -> tuple[str, ...]:
    return tuple(filter(None, (token_in(mail.subject), mail.replied_to.partition("@")[0])))
