"""News: what the owner mailed with #news is echoed to them, and goes out only once they confirmed it."""

from dataclasses import replace
from datetime import datetime, timedelta

from mail.letters.links import all_answers
from mail.letters.rendering import Templates
from mail.letters.wording import titled
from relationship.facts.news import News
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.bookkeeping.tokens import new_token
from tick.owner.mail import alert

# After that the words are dropped, as bodies are not kept: since they came, or since they were confirmed, as it takes a
# while until the limits and everybody's hours have let them out. So long that a holiday of three weeks is over: a click
# that finds no words any more does nothing, in silence.
KEPT = timedelta(days=35)


def echo(books: Books, templates: Templates, now: datetime) -> int:
    """Ask the owner about news that nobody asked about yet; drop the words of what is long done with."""
    written = 0
    for piece in list(books.owner.news.values()):
        if now - (piece.confirmed_at or piece.seen_at) > KEPT:
            books.commit(OWNER, [replace(piece, paragraphs=())] if piece.paragraphs else [])
        elif piece.confirmed_at is None:
            written += _ask(piece, books, templates, now)
    return written


def _ask(piece: News, books: Books, templates: Templates, now: datetime) -> bool:
    token = new_token()
    facts = {
        "subject": titled(piece.subject),
        "paragraphs": piece.paragraphs,
        "links": all_answers(books.policy.mailbox.address, token),
    }
    return alert(books, templates, "owner/confirm-news", f"news/{piece.key}", facts, now, token)
