"""Starring: what the owner flagged since the last look, and what carries the flag no longer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mail.imap.fetching import NO_TIME
from mail.imap.inbox import Starred
from mail.raw import RawMail
from mail.reading.syntax.parsing import parse
from mail.reading.who import directory
from relationship.facts import Fact
from relationship.facts.messages import Message
from relationship.parties import People
from tick.bookkeeping.books import Books
from tick.collecting.collect import Batch

A_DAY = timedelta(days=1)


def note_stars(batch: Batch, books: Books, now: datetime) -> None:
    """Note the mails that carry the owner's flag now, and those that carry it no longer.

    What comes in with its star from a folder that is new among those read may have carried it for long.
    """
    flagged = {about for star in batch.starred or () for about in _about(star, books.people)}
    before = {(key, message.message_id): message for key, message in books.stars.within(batch.folder)}
    changed: dict[str, list[Fact]] = {}
    for key, name in before.keys() - flagged:
        if _was_looked_at(before[key, name], batch, now):
            changed.setdefault(key, []).append(replace(before[key, name], starred_at=None))
    for key in {key for key, _ in flagged - before.keys()}:
        names = {name for other, name in flagged - before.keys() if other == key}
        for message in _found(books, key, names, batch.folder):
            is_old = batch.first_look and message.seen_at == now and books.installation is not None
            starred = replace(message, starred_at=message.at if is_old else now)
            changed.setdefault(key, []).append(starred)
    books.commit_many(changed)


def _was_looked_at(message: Message, batch: Batch, now: datetime) -> bool:
    """Whether its star was looked for; the search goes by the server's day, which may be a later one."""
    seen_lately = message.starred_at is not None and now - message.starred_at < A_DAY
    return seen_lately or message.at.date() > batch.starred_since


def _about(star: Starred, people: People) -> Iterator[tuple[str, str]]:
    """Each relationship that the header of a starred mail names, with its Message-ID."""
    mail = parse(RawMail("", star.uid, NO_TIME, frozenset(), star.header, b"", complete=False))
    named = directory(people).contractors_in((*mail.from_, *mail.reply_to, *mail.to, *mail.cc))
    return ((key, mail.message_id) for key in named if mail.message_id)


def _found(books: Books, key: str, names: set[str], folder: str) -> list[Message]:
    """The unstarred messages with these Message-IDs that were seen in this folder; their conversations come back."""

    def is_new(message: Message) -> bool:
        return message.message_id in names and folder in message.folders and not message.starred_at

    store = books.store
    old = names - {message.message_id for message in store.load(key).messages.values()}
    near = {store.conversation_of(key, name) or "" for name in old}
    archived = (fact for one in near for fact in store.archived(key, one))
    books.revive(key, [fact.message_id for fact in archived if isinstance(fact, Message) and is_new(fact)])
    return [message for message in store.load(key).messages.values() if is_new(message)]
