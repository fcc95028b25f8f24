"""Step two, record: parse, classify, find whose story it is, and keep the message's facts. Safe to repeat.

While much is read, messages wait for a commit until they are many (waiting.py), and what was closed long ago
goes to the yearly files at once. The cursor is moved after the facts, so that a crash repeats and never skips.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mail.imap.inbox import InboxError
from mail.raw import RawMail
from mail.reading.riddles import riddle
from mail.reading.to_us import bounce_of_owner, owner_word
from mail.reading.understanding import understand
from relationship.correspondence.ordering import Identities, merge
from relationship.facts.messages import Bounce, Kind, Message, Side, leads, letter_of
from store.protocol import FolderCursor
from tick.bookkeeping.books import Books
from tick.bookkeeping.housekeeping import is_untold, take_in
from tick.collecting.collect import Batch, whose
from tick.delivering.line import RETURNS
from tick.owner.heed import heed
from tick.recording.below import Pairs, below_their_notes
from tick.recording.ideas import with_ideas
from tick.recording.seen_again import in_the_archive
from tick.recording.starring import note_stars
from tick.recording.waiting import Waiting

log = logging.getLogger(__name__)

MANY = 30_000  # messages that wait at most before they are committed, and the cursor moves
LONGEST = 250_000  # mails that are read at most before that: so many are read again after a crash
MUCH = 100  # messages of one relationship: a history is read
# While a history is read, mail from another folder may yet join what was said so long before the newest mail read.
SPARE = timedelta(days=100)
EVIDENCE = 20  # mails that are kept as evidence in one go: a flood of junk is counted


@dataclass(slots=True)
class Recorded:
    """What a record step took in."""

    read: int = 0
    recorded: int = 0
    errors: int = 0
    returned: str = ""  # why our mail to the owner came back, in one sentence


def record(
    batches: Iterable[Batch], books: Books, now: datetime, copies: dict[tuple[str, int], str]
) -> Recorded:
    """Record batches as they come. What was read before the line broke is kept.

    `copies` takes up our own letters' copies that are to be filed: by folder and UID, their tokens.
    """
    work = _Recording(books, now, copies)
    try:
        for batch in batches:
            work.take(batch)
    except InboxError:
        work.save()
        raise
    work.save(whole=True)
    if work.done.errors:
        beat = books.store.heartbeat()
        books.store.beat(replace(beat, set_aside=beat.set_aside + work.done.errors))
    return work.done


class _Recording:
    """What is understood, and not yet committed."""

    def __init__(self, books: Books, now: datetime, copies: dict[tuple[str, int], str]) -> None:
        self.done = Recorded()
        self._books, self._now, self._copies = books, now, copies
        self._waiting = Waiting()
        self._cursors: dict[str, FolderCursor] = {}
        self._mails = 0  # read since the last commit

    def take(self, batch: Batch) -> None:
        """Understand a batch; commit where enough waits."""
        for key, message in batch.understood:
            self._waiting.add(key, message)
        for raw in batch.mails:
            if not raw.passed_over:
                self._understand(batch.whole(raw), batch)
        self._mails += len(batch.mails)
        self.done.read += len(batch.mails)
        if batch.read_to:
            self._cursors[batch.folder] = batch.read_to
        if batch.starred is not None:
            self._save_facts(whole=True)  # the flags come last
            note_stars(batch, self._books, self._now)
        if self._waiting.count >= MANY or self._mails >= LONGEST:
            self.save()

    def save(self, whole: bool = False) -> None:
        """Commit what waits, then move the cursor; `whole`: nothing is left to be read."""
        self._save_facts(whole)
        store = self._books.store
        cursor = store.cursor()
        known = cursor.folders
        moved = {name: place for name, place in self._cursors.items() if known.get(name) != place}
        if moved:
            mailbox = whose(self._books.policy.mailbox)
            store.move_cursor(replace(cursor, folders={**known, **moved}, mailbox=mailbox))
        self._cursors, self._mails = {}, 0

    def _save_facts(self, whole: bool) -> None:
        for piece, unfinished in self._waiting.taken():
            changed = {key: _taken_in(key, found, self._books, self._now) for key, found in piece.items()}
            self._books.commit_many(
                {key: [*found] for key, found in changed.items() if 0 < len(found) < MUCH}
            )
            for key, found in changed.items():
                if len(found) >= MUCH:
                    known_to = self._now if whole and key != unfinished else max(m.at for m in found) - SPARE
                    take_in(self._books, key, found, known_to)
            recorded = sum(map(len, changed.values()))
            for key in changed if recorded >= MUCH else ():
                self._books.let_go(key)
            self.done.recorded += recorded

    def _understand(self, raw: RawMail, batch: Batch) -> None:
        """What a mail is in whose story; one that cannot be understood is set aside, and counted.

        What our side has only begun to write says nothing to anybody: Gmail shows it among all mail.
        """
        try:
            concerned = self._concerned(raw, batch)
        except Exception:
            log.exception("A mail could not be understood: %s, UID %d", raw.folder, raw.uid)
            self._set_aside(raw, "it broke its reader")
            return
        if raw.is_draft and not batch.in_sent and all(m.side is Side.OWNER for _, m in concerned):
            return
        why = "" if concerned and all(message.readable for _, message in concerned) else riddle(raw)
        if why:
            self._set_aside(raw, why)
        for key, message in concerned:
            self._waiting.add(key, message)
        if not concerned:
            self._heed(raw, batch)
        elif not batch.in_sent and (own := _own_among(concerned)):
            self._copies[raw.folder, raw.uid] = letter_of(own) or own.key

    def _set_aside(self, raw: RawMail, why: str) -> None:
        """Keep the first of a tick's riddles as evidence, and count those that are new."""
        store, place = self._books.store, f"{raw.folder}, UID {raw.uid}"
        if self.done.errors < EVIDENCE:
            if not store.set_aside(place, raw.header + raw.text):
                return
            log.warning("A mail was set aside, since %s: %s", why, place)
        self.done.errors += 1

    def _concerned(self, raw: RawMail, batch: Batch) -> Pairs:
        books = self._books
        mailbox, words = books.policy.mailbox, books.policy.words
        sent = (batch.folder,) if batch.in_sent else ()
        found = understand(raw, batch.people, words, mailbox.trust, self._now, sent, books.routes)
        return with_ideas(below_their_notes(found, books), books) if books.routes else found

    def _heed(self, raw: RawMail, batch: Batch) -> None:
        word = owner_word(raw, batch.people, self._books.policy.mailbox.trust, self._now)
        if word:
            heed(word, self._books, self._now)
            self.done.recorded += 1
        elif raw.internal_date > self._now - RETURNS and (bounce := bounce_of_owner(raw, batch.people)):
            self._note_returned(bounce)

    def _note_returned(self, bounce: Bounce) -> None:
        """Of our own letters only: anybody may say that a mail of theirs came back.

        And only lately: where a history is read back, what came back long ago is read again.
        """
        token = bounce.letter.partition("@")[0]
        if token in self._books.owner.letters or token in self._books.routes:
            why = f" ({bounce.status})" if bounce.status else ""
            self.done.returned = f"Mail to you ({bounce.address}) comes back{why}: is the address right?"


def _own_among(concerned: Pairs) -> Message | None:
    return next((message for _, message in concerned if message.kind is Kind.OWN), None)


def _taken_in(key: str, messages: Iterable[Message], books: Books, now: datetime) -> list[Message]:
    """What is new in a relationship, or seen in another way than before."""
    messages = list(messages)
    known, identities = _known(key, messages, books)
    unknown = [message for message in messages if identities.key_of(message) not in known]
    there = list(zip(unknown, in_the_archive(key, unknown, books, now), strict=True))
    names = {books.store.conversation_of(key, found.same.key) or "" for _, found in there if found.same}
    again = {name for name in names - {""} if is_untold(books, key, name, now)}
    again |= {found.same.key for seen, found in there if found.same and found.learns_from(seen)}
    old = {id(seen) for seen, found in there if found.same and not found.learns_from(seen)}
    messages = [message for message in messages if id(message) not in old]
    if books.revive(key, again.union(*(_leads(key, message, books) for message in messages))):
        known, identities = _known(key, messages, books)
    for _, found in there:
        if found.other:  # it keeps its key
            identities.add(found.other)
    changed: dict[str, Message] = {}
    for message in messages:
        name = identities.key_of(message)
        before = changed.get(name) or known.get(name)
        view = merge(before, message) if before else _named(message, name)
        if view != before:
            changed[name] = view
            identities.add(view)
    return list(changed.values())


def _known(key: str, messages: Collection[Message], books: Books) -> tuple[Mapping[str, Message], Identities]:
    """The live messages that some of these may be, seen once more."""
    known = books.store.alike(key, messages)
    return {message.key: message for message in known}, Identities(known)


def _leads(key: str, message: Message, books: Books) -> tuple[str, ...]:
    """The names by which a mail is led to its conversation: what is said by a click, to that of its letter."""
    letter = books.store.load(key).letters.get(message.about_letter) if message.about_letter else None
    return (*leads(message), *(letter.about if letter else ()))


def _named(message: Message, key: str) -> Message:
    return message if message.key == key else replace(message, key=key)
