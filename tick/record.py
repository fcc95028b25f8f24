"""Step two, record: parse, classify, find whose story it is, and keep the message's facts. Safe to repeat."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from mail.parsing import ids_in
from mail.to_us import owner_word
from mail.understanding import understand
from relationship.messages import Kind, Message
from relationship.ordering import merge
from store.protocol import Cursor, Store
from tick.books import Books
from tick.collect import Batch
from tick.heed import heed

log = logging.getLogger(__name__)

Pairs = tuple[tuple[str, Message], ...]  # relationship, and the message as it is in its story


@dataclass(slots=True)
class Recorded:
    """What a record step took in."""

    read: int = 0
    recorded: int = 0
    errors: int = 0
    copies: list[tuple[str, int]] = field(default_factory=list)  # folder and UID of our own letters' copies


def record(batches: Iterable[Batch], books: Books, now: datetime) -> Recorded:
    """Record batches as they come: facts first, then the cursor, so that a crash repeats and never skips."""
    done = Recorded()
    for batch in batches:
        fresh: dict[str, dict[str, Message]] = {}
        for pairs in _understood(batch, books, now, done):
            _take_in(pairs, books, fresh)
        books.commit_many({key: list(messages.values()) for key, messages in fresh.items() if messages})
        if batch.starred is not None:
            _record_stars(batch, books, now)
        done.read += len(batch.mails)
        done.recorded += sum(map(len, fresh.values()))
        _move_cursor(books.store, batch)
    return done


def _move_cursor(store: Store, batch: Batch) -> None:
    known = store.cursor().folders
    if batch.read_to and known.get(batch.folder) != batch.read_to:
        store.move_cursor(Cursor({**known, batch.folder: batch.read_to}))


def _understood(batch: Batch, books: Books, now: datetime, done: Recorded) -> Iterator[Pairs]:
    """What each mail of a batch is in whose story; one that cannot be understood is set aside, and counted."""
    mailbox, words = books.policy.mailbox, books.policy.words
    sent = (batch.folder,) if batch.in_sent else ()
    yield tuple(batch.understood)
    for raw in batch.mails:
        try:
            pairs = understand(raw, batch.people, words, mailbox.trust, now, sent, books.routes)
        except Exception:
            log.exception("A mail could not be understood and was set aside: %s, UID %d", raw.folder, raw.uid)
            books.store.set_aside(f"{raw.folder}-{raw.uid}", raw.header + raw.text)
            done.errors += 1
            continue
        if not pairs and (word := owner_word(raw, batch.people, mailbox.trust, now)):
            heed(word, books, now)
            done.recorded += 1
        if any(message.kind is Kind.OWN for _, message in pairs) and not batch.in_sent:
            done.copies.append((raw.folder, raw.uid))
        yield pairs


def _take_in(pairs: Pairs, books: Books, fresh: dict[str, dict[str, Message]]) -> None:
    for key, message in pairs:
        own = fresh.setdefault(key, {})
        name = books.identities(key).key_of(message)
        known = own.get(name) or books.store.load(key).messages.get(name)
        if known is None and books.is_archived(key, replace(message, key=name)):
            continue
        if known is None:
            books.revive(key, message)
        seen = merge(known, message) if known else replace(message, key=name)
        if seen != known:
            own[name] = seen
            books.identities(key).add(seen)


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
