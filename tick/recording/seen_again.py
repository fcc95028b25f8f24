"""Mail that is seen once more, and lies in the yearly files already: by its id, or by a copy's that lacks one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from relationship.correspondence.ordering import keys_of, same_mail
from relationship.facts.messages import Message
from tick.bookkeeping.books import Books
from tick.bookkeeping.housekeeping import QUIET


@dataclass(frozen=True, slots=True)
class Archived:
    """What the yearly files know about a mail."""

    same: Message | None = None  # the mail itself
    other: Message | None = None  # another one that has its id: some mail programs give two mails one

    def learns_from(self, seen: Message) -> bool:
        """Whether they know it only by a copy without the id by which others name it, or without its star.

        A replay brings a star with the mail itself; the daemon's come by themselves (starring.py).
        """
        if self.same is None:
            return False
        lacks_id = seen.message_id and not self.same.message_id
        return bool(lacks_id or (seen.starred_at and not self.same.starred_at))


def in_the_archive(key: str, messages: Sequence[Message], books: Books, now: datetime) -> list[Archived]:
    """What the yearly files know about each of these mails."""
    found = [_by_its_id(key, seen, books) for seen in messages]
    if any(_may_lack_its_id(seen, one, now) for seen, one in zip(messages, found, strict=True)):
        # Only what is read of an old history comes here: the yearly files are gone through once for all of it.
        known = {old.fingerprint: old for old in books.store.history(key) if isinstance(old, Message)}
        return [
            replace(one, same=known.get(seen.fingerprint)) if _may_lack_its_id(seen, one, now) else one
            for seen, one in zip(messages, found, strict=True)
        ]
    return found


def _by_its_id(key: str, seen: Message, books: Books) -> Archived:
    first, *more = keys_of(seen)
    there = books.store.archived_message(key, first)
    if there and same_mail(there, seen):
        return Archived(there)
    found = (books.store.archived_message(key, name) for name in (more if there else more[-1:]))
    return Archived(next((old for old in found if old and same_mail(old, seen)), None), there)


def _may_lack_its_id(seen: Message, found: Archived, now: datetime) -> bool:
    return not (found.same or seen.message_id) and bool(seen.fingerprint) and seen.at < now - QUIET
