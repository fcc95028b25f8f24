"""Heeding the owner: news and its confirmation, and answers to drafts. Each may be done again without harm."""

import re
from dataclasses import replace
from datetime import datetime

from mail.letters.links import NEWS_SUBJECT
from mail.reading.to_us import OwnerWord
from relationship.facts.letters import Letter
from relationship.facts.news import News
from relationship.subjects import is_filled_in, plain_subject
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.owner.approval import YES, answer_draft, word_alone

# Between paragraphs, and below a line that is too short to have been wrapped: a point of a list, a greeting, a name.
_PARAGRAPHS = re.compile(r"\n\n|(?<![^\n]{55})\n|\n(?=(?:[-*•–]|\d{1,2}[.)])\s)")


def heed(word: OwnerWord, books: Books, now: datetime) -> None:
    """Act on a mail of the owner's to Keepwarm, as far as a token proves what it answers."""
    asked = _answered(word, books)
    kind, _, about = asked.occasion.partition("/") if asked else ("", "", "")
    if kind == "approve":
        answer_draft(word, about, books, now)
    elif kind == "news" and _says_yes(word, books):
        _confirm(about, books, now)
    elif "news" in word.tags:
        _take_news(word, _subject(word, asked, books.owner.news.get(about)), books)


def _answered(word: OwnerWord, books: Books) -> Letter | None:
    """The letter to the owner that this mail answers, by its token."""
    letters = books.owner.letters
    return next((letters[token] for token in word.tokens if token in letters), None)


def _says_yes(word: OwnerWord, books: Books) -> bool:
    """Whether an answer to the echo of news confirms it: by its link, or in a word.

    Who answers it with other news has thought better of it: that is echoed anew, and what was echoed before stays here.
    """
    said = word_alone(word.text, books.people.owner)
    return said in (YES, "yes", "#news") or ("news" in word.tags and is_filled_in(word.subject))


def _subject(word: OwnerWord, asked: Letter | None, instead: News | None) -> str:
    """What news is called: as the owner's mail is, without "Fwd:"; never what our letter was that it answers."""
    if instead:
        return instead.subject
    return NEWS_SUBJECT if asked else plain_subject(word.subject)


def _take_news(word: OwnerWord, subject: str, books: Books) -> None:
    """Keep the news until the owner has confirmed it; the command's own line is no part of it.

    What was mailed before the watermark is of the past: a first run asks nobody about it, but about what comes while
    it reads.
    """
    begun = books.installation.watermark if books.installation else word.seen_at
    if word.at < begun or word.key in books.owner.news:
        return
    parts = _PARAGRAPHS.split(word.own.partition("\n")[2])
    paragraphs = tuple(" ".join(part.split()) for part in parts if part.strip())
    if paragraphs:
        books.commit(OWNER, [News(word.key, word.at, word.seen_at, subject, paragraphs)])


def _confirm(key: str, books: Books, now: datetime) -> None:
    piece = books.owner.news.get(key)
    if piece and piece.confirmed_at is None:
        books.commit(OWNER, [replace(piece, confirmed_at=now)])
