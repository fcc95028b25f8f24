"""Step two, record: parse, classify, find whose story it is, and keep the message's facts. Safe to repeat."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from mail.parsing import ids_in
from mail.raw import RawMail
from mail.understanding import understand
from relationship.messages import Kind, Message
from relationship.ordering import merge
from relationship.parties import People
from store.protocol import Cursor, Store
from tick.books import Books
from tick.collect import Batch

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Recorded:
    """What a record step took in."""

    read: int = 0
    recorded: int = 0
    errors: int = 0
    copies: list[tuple[str, int]] = field(default_factory=list)  # folder and UID of our own letters' copies


def record(
    batches: Iterable[Batch],
    books: Books,
    people: People,
    sent_folders: tuple[str, ...],
    now: datetime,
    move: bool = True,
) -> Recorded:
    """Record batches as they come: facts first, then the cursor, so that a crash repeats and never skips.

    `people` are those whose mail is recorded; `move` is False where the cursor stays as it is.
    """
    done = Recorded()
    for batch in batches:
        fresh = _understood(batch, books, people, sent_folders, now, done)
        books.commit_many({key: list(messages.values()) for key, messages in fresh.items()})
        if batch.starred is not None:
            _record_stars(batch, books, now)
        done.read += len(batch.mails)
        done.recorded += sum(map(len, fresh.values()))
        if move:
            _move_cursor(books.store, batch)
    return done


def _move_cursor(store: Store, batch: Batch) -> None:
    folders = dict(store.cursor().folders)
    folders[batch.folder] = batch.read_to
    store.move_cursor(Cursor(folders))


def _understood(
    batch: Batch, books: Books, people: People, sent: tuple[str, ...], now: datetime, done: Recorded
) -> dict[str, dict[str, Message]]:
    """The messages of a batch that are new or say something new, by relationship and key."""
    fresh: dict[str, dict[str, Message]] = {}
    mailbox = books.policy.mailbox
    for raw in batch.mails:
        try:
            pairs = understand(raw, people, books.policy.words, mailbox.trust, now, sent)
        except Exception:
            log.exception("A mail could not be understood and was set aside: %s, UID %d", raw.folder, raw.uid)
            books.store.set_aside(f"{raw.folder}-{raw.uid}", raw.header + raw.text)
            done.errors += 1
            continue
        _take_in(raw, pairs, books, fresh, done)
    return fresh


def _take_in(
    raw: RawMail,
    pairs: Iterable[tuple[str, Message]],
    books: Books,
    fresh: dict[str, dict[str, Message]],
    done: Recorded,
) -> None:
    for key, message in pairs:
        identities, own = books.identities(key), fresh.setdefault(key, {})
        name = identities.key_of(message)
        known = own.get(name) or books.store.load(key).messages.get(name)
        seen = merge(known, message) if known else replace(message, key=name)
        if seen != known:
            own[name] = seen
            identities.add(seen)
    if any(message.kind is Kind.OWN for _, message in pairs):
        done.copies.append((raw.folder, raw.uid))


def _record_stars(batch: Batch, books: Books, now: datetime) -> None:
    """Note the mails that carry the owner's flag now, and those that carry it no longer."""
    flagged = {name for star in batch.starred or () for name in ids_in(star.header)}
    for key in books.people.contractors:
        changed = [
            replace(message, starred_at=now if message.message_id in flagged else None)
            for message in books.store.load(key).messages.values()
            if (message.starred_at is None) == (message.message_id in flagged)
            and batch.folder in message.folders
        ]
        if changed:
            books.commit(key, changed)
