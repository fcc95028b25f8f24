"""Heeding the owner: news and its confirmation, and answers to drafts. Each may be done again without harm."""

from dataclasses import replace
from datetime import datetime

from mail.reading.to_us import OwnerWord
from relationship.letters import Letter
from relationship.news import News
from store.protocol import OWNER
from tick.books import Books
from tick.owner.approval import answer_draft


def heed(word: OwnerWord, books: Books, now: datetime) -> None:
    """Act on a mail of the owner's to Keepwarm, as far as a token proves what it answers."""
    asked = _answered(word, books)
    kind, _, about = asked.occasion.partition("/") if asked else ("", "", "")
    if kind == "approve":
        answer_draft(word, about, books, now)
    elif kind == "news" and "news" in word.tags:
        _confirm(about, books, now)
    elif "news" in word.tags:
        _take_news(word, books)


def _answered(word: OwnerWord, books: Books) -> Letter | None:
    """The letter to the owner that this mail answers, by its token."""
    letters = books.owner.letters
    return next((letters[token] for token in word.tokens if token in letters), None)


def _take_news(word: OwnerWord, books: Books) -> None:
    """Keep the news until the owner has confirmed it; the command's own line is no part of it."""
    if word.key in books.owner.news:
        return
    text = word.own.partition("\n")[2]
    paragraphs = tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
    if paragraphs:
        books.commit(OWNER, [News(word.key, word.at, word.seen_at, word.subject, paragraphs)])


def _confirm(key: str, books: Books, now: datetime) -> None:
    piece = books.owner.news.get(key)
    if piece and piece.confirmed_at is None:
        books.commit(OWNER, [replace(piece, confirmed_at=now)])
