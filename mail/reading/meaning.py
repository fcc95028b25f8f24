"""What a mail means to the ledger: in whose story it is what, whether it is a riddle, and what the owner says in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from mail.raw import RawMail
from mail.reading.asking import Words
from mail.reading.riddles import riddle
from mail.reading.to_us import OwnerWord, owner_word
from mail.reading.understanding import Pair, understand
from relationship.parties import People


@dataclass(frozen=True, eq=False)
class Terms:
    """What mails are read by, the same for many of them; the arguments of `understand`."""

    people: People
    words: Words
    trust: str
    now: datetime
    routes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that is kept of a mail."""

    concerned: tuple[Pair, ...]  # relationship, and the message as it is in its story
    riddle: str = ""  # why nobody can say what it is, for people
    word: OwnerWord | None = None  # said to Keepwarm itself


def meaning(raw: RawMail, terms: Terms, sent_folders: Collection[str]) -> Meaning:
    """Read a mail."""
    people, trust, now = terms.people, terms.trust, terms.now
    concerned = understand(raw, people, terms.words, trust, now, sent_folders, terms.routes)
    why = "" if concerned and all(message.readable for _, message in concerned) else riddle(raw)
    return Meaning(concerned, why, None if concerned else owner_word(raw, people, trust, now))
