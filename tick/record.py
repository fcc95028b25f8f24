"""Step two, record: parse, classify, find whose story it is, and keep the message's facts. Safe to repeat."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from mail.parsing import message_ids
from mail.raw import RawMail
from mail.understanding import understand
from relationship.facts import Fact
from relationship.messages import Kind, Message
from relationship.ordering import identify
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
    batches: Iterable[Batch], books: Books, people: People, sent_folders: tuple[str, ...], now: datetime
) -> Recorded:
    """Record batches as they come: facts first, then the cursor, so that a crash repeats and never skips."""
    done = Recorded()
    for batch in batches:
        fresh = _understood(batch, books, people, sent_folders, now, done)
        books.commit_many({key: list(messages.values()) for key, messages in fresh.items()})
        if batch.starred is not None:
            _record_stars(batch, books, now)
        done.read += len(batch.mails)
        done.recorded += sum(map(len, fresh.values()))
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
        known = ChainMap(fresh.setdefault(key, {}), dict(books.store.load(key).messages))
        seen = identify(message, known)
        if seen != known.get(seen.key):
            fresh.setdefault(key, {})[seen.key] = seen
    if any(message.kind is Kind.OWN for _, message in pairs):
        done.copies.append((raw.folder, raw.uid))


def _record_stars(batch: Batch, books: Books, now: datetime) -> None:
    """Note the mails that carry the owner's flag now, and those that carry it no longer."""
    flagged = {name for header in (batch.starred or {}).values() for name in message_ids(header, "message-id")}
    for key in books.people.contractors:
        changed: list[Fact] = []
        for message in books.store.load(key).messages.values():
            if message.key in flagged and message.starred_at is None:
                changed.append(replace(message, starred_at=now))
            elif message.starred_at and message.key not in flagged and batch.folder in message.folders:
                changed.append(replace(message, starred_at=None))
        if changed:
            books.commit(key, changed)
