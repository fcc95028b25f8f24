"""Step four, compose, continued: what Keepwarm writes to the owner of its own accord."""

from datetime import datetime

from mail.letters.rendering import Templates
from tick.bookkeeping.books import Books
from tick.bookkeeping.housekeeping import tidy_owner
from tick.deciding.decide import Court
from tick.owner import approval, news
from tick.owner.bundle import bundle
from tick.owner.digest.sending import Draw, digest


def compose_to_owner(books: Books, bench: Court, templates: Templates, draw: Draw, now: datetime) -> int:
    """Drafts that wait for a word, news to be confirmed, the day's notes and the week's digest; how many mails."""
    tidy_owner(books, now)
    asked = approval.ask(books, templates, now) + news.echo(books, templates, now)
    return asked + bundle(books, bench, templates, now) + digest(books, templates, now, draw)
