"""One-click answers: `mailto:` links (RFC 6068) that open a mail which fills itself in.

The body of that mail is the command or the fact, alone on its first line; the subject carries the
letter's token, unguessable, so that the answer is known to come from who got the letter. A letter never
shows the tag itself: in the link the sign before it is percent-encoded.
"""

from functools import cache, lru_cache
from urllib.parse import quote

from mail.letters.phrasebook import languages, phrasebook

# What the filled-in mail is called where the owner sends it; a contractor's are in the phrasebooks.
_OWNERS = {
    "news": "Yes, send this news",
    "paid": "Paid",
    "accept": "Yes, at that time",
    "decline": "No, at the old time",
    "ok": "Yes, send it",
    "no": "No, drop it",
}
_WORDS = frozenset(["ok", "no"])  # said without a sign, as they are in an answer to a draft
# What they are called in letters, where the words themselves say too little.
_NAMES = {"news": "confirm", "ok": "send", "no": "drop"}

NEWS_SUBJECT = "What is new here"


def answer(tag: str, mailbox: str, token: str, language: str = "en") -> str:
    """The link that says `tag` (settled, held, accept, ...) about a letter."""
    subject, body = _filled_in(tag, language)
    return f"mailto:{_address(mailbox)}?subject={subject}{_named(token)}&body={body}"


@lru_cache
def _filled_in(tag: str, language: str) -> tuple[str, str]:
    """The words of the subject, and the body."""
    words = _OWNERS.get(tag) or phrasebook(language).links[tag]
    return quote(words, safe=""), quote(tag if tag in _WORDS else f"#{tag}", safe="")


@lru_cache(maxsize=16)  # a letter has a dozen links, one after the other
def _named(token: str) -> str:
    return quote(f" (kw-{token})", safe="")


@lru_cache(maxsize=16)
def _address(mailbox: str) -> str:
    return quote(mailbox, safe="@")


def said_by_subject(subject: str) -> str:
    """What a link's mail says whose body the mail program left out, as some webmail does; "" where that sends mail."""
    tag = _tags_by_subject().get(subject.partition(" (kw-")[0], "news")
    return "" if tag in _WORDS or tag == "news" else f"#{tag}"


@cache
def _tags_by_subject() -> dict[str, str]:
    """What the mails are called that links fill in, in every language."""
    named = [_OWNERS, *(phrasebook(language).links for language in languages())]
    return {words: tag for links in named for tag, words in links.items()}


def write_news(mailbox: str) -> str:
    """The link that begins a mail of the owner's with news; it needs no token, as it is asked back."""
    subject, body = quote(NEWS_SUBJECT, safe=""), quote("#news\r\n\r\n", safe="")
    return f"mailto:{_address(mailbox)}?subject={subject}&body={body}"


def all_answers(mailbox: str, token: str, language: str = "en") -> dict[str, str]:
    """The whole fact `links`, for the letter with this token."""
    tags = (*phrasebook(language).links, *_OWNERS)
    found = {tag: answer(tag, mailbox, token, language) for tag in tags}
    return {_NAMES.get(tag, tag): link for tag, link in found.items()}
