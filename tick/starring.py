"""Starring: what the owner flagged since the last look, and what carries the flag no longer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mail.imap.fetching import LONG_AGO
from mail.imap.inbox import Starred
from mail.raw import RawMail
from mail.reading.parsing import parse
from mail.reading.who import directory
from relationship.facts import Fact
from relationship.messages import Message
from relationship.parties import People
from tick.books import Books
from tick.collect import Batch


def note_stars(batch: Batch, books: Books, now: datetime) -> None:
    """Note the mails that carry the owner's flag now, and those that carry it no longer."""
    flagged = {about for star in batch.starred or () for about in _about(star, books.people)}
    before = {(key, message.message_id): message for key, message in books.stars.within(batch.folder)}
    changed: dict[str, list[Fact]] = {}
    for key, name in before.keys() - flagged:
        changed.setdefault(key, []).append(replace(before[key, name], starred_at=None))
    for key, name in flagged - before.keys():
        if message := _found(books, key, name, batch.folder):
            changed.setdefault(key, []).append(replace(message, starred_at=now))
    books.commit_many(changed)


def _about(star: Starred, people: People) -> Iterator[tuple[str, str]]:
    """Each relationship that the header of a starred mail names, with its Message-ID."""
    mail = parse(RawMail("", star.uid, LONG_AGO, frozenset(), star.header, b"", complete=False))
    named = directory(people).contractors_in((*mail.from_, *mail.reply_to, *mail.to, *mail.cc))
    return ((key, mail.message_id) for key in named if mail.message_id)


def _found(books: Books, key: str, name: str, folder: str) -> Message | None:
    """The unstarred live message with this Message-ID, if it was seen in this folder."""
    messages = books.store.load(key).messages
    likely = messages.get(name)
    among = (likely,) if likely and likely.message_id == name else messages.values()
    return next((m for m in among if m.message_id == name and folder in m.folders and not m.starred_at), None)
