"""The roll: which relationships there are, and from when they may act.

It is called once under each policy, and again while a contractor's history is still to be read: a tick with nothing
new does not go through everybody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime

from relationship.facts import Fact, Installation, Profile
from relationship.parties import Contractor
from rules.watermarks import new_marks
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.bookkeeping.handed_on import hand_on
from tick.bookkeeping.tokens import new_secret


def enroll(books: Books, now: datetime) -> None:
    """Before a collect: every contractor has a profile, so that facts never lie under an unknown key."""
    if not books.enrolled:
        books.commit_many({**dict(_missing(books, now)), **dict(_left(books))})
        books.unread = dict(_unread(books))
        books.enrolled = True


def _unread(books: Books) -> Iterator[tuple[str, Contractor]]:
    """Of whom which addresses are to be read back; with a new one of the owner's side, everybody's."""
    owner_side = set(books.installation.owner_side if books.installation else ())
    all_anew = bool(owner_side and books.people.owner_addresses - owner_side)
    for key, contractor in books.people.contractors.items():
        known = books.profiles[key]
        if all_anew or not known.history_read:
            yield key, contractor
        elif known.unread:
            yield key, replace(contractor, addresses=known.unread)


def newcomers(books: Books) -> dict[str, Contractor]:
    """Contractors and addresses listed after the first run, whose history is still to be read back."""
    return books.unread if books.installation else {}


def settle(books: Books, now: datetime) -> None:
    """After a complete collect, begun at `now`: set the watermarks that are missing; leaving dry-run sets all."""
    if books.settled and not books.unread:
        return
    before, mode = books.installation, books.policy.mode
    fresh = before is None or before.mode == "dry-run" != mode
    installation = Installation(now, mode, now) if before is None or fresh else before
    owner_side, secret = tuple(sorted(books.people.owner_addresses)), before.secret if before else ""
    installation = replace(installation, mode=mode, owner_side=owner_side, secret=secret or new_secret())
    known, starred = {} if fresh else books.marks, books.policy.mailbox.starred
    marks: list[Fact] = [*new_marks(books.rules, known, now, starred)]
    if installation != before or marks:
        books.commit(OWNER, [*marks, installation])
    hand_on(books)
    books.commit_many(dict(_read(books, now, fresh)))
    books.settled, books.unread = True, {}


def _missing(books: Books, now: datetime) -> Iterator[tuple[str, list[Fact]]]:
    """Profiles that are new, or have a new name or address.

    A first run reads everybody's history anyway: nothing is left to say of it when it is over.
    """
    first_run = books.installation is None
    had_by = Counter(address for known in books.profiles.values() for address in known.addresses)
    handed_on = {
        a for key, who in books.people.contractors.items() if key not in books.profiles for a in who.addresses
    }
    for key, contractor in books.people.contractors.items():
        known = books.profiles.get(key)
        seen_before = any(had_by[address] for address in contractor.addresses)  # as somebody else's
        added_at = None if first_run or seen_before else now
        wanted = known or Profile(contractor.name, (), now, added_at, history_read=first_run)
        addresses = tuple(dict.fromkeys((*contractor.addresses, *wanted.addresses)))
        names = dict.fromkeys((*wanted.once_called, wanted.name))
        once_called = tuple(name for name in names if name != contractor.name)
        unread = dict.fromkeys((*wanted.unread, *_news(contractor, known, had_by, handed_on)))
        wanted = replace(
            wanted,
            name=contractor.name,
            addresses=addresses,
            once_called=once_called,
            unread=tuple(x for x in unread if x in contractor.addresses),
            unlisted=tuple(x for x in addresses if x not in contractor.addresses),
        )
        if wanted != known:
            yield key, [wanted]


def _news(
    contractor: Contractor, known: Profile | None, had_by: Mapping[str, int], handed_on: Set[str]
) -> Iterator[str]:
    """The addresses whose mail may not be recorded yet. What came while one was somebody else's is theirs.

    Where one is handed on to a newcomer, all are read anew, to learn who was asked what.
    """
    if known is None:
        return
    anew = not handed_on.isdisjoint(known.addresses)
    for address in contractor.addresses:
        others = had_by[address]
        if anew or (
            others == 0 if address not in known.addresses else others == 1 and address in known.unlisted
        ):
            yield address


def _left(books: Books) -> Iterator[tuple[str, list[Fact]]]:
    """Profiles of who is no longer in rules.yaml: what they write from now on is read back when they return.

    Then they are nobody new.
    """
    for key, known in books.profiles.items():
        if key not in books.people.contractors and known.history_read:
            yield key, [replace(known, history_read=False, added_at=None)]


def _read(books: Books, now: datetime, fresh: bool) -> Iterator[tuple[str, list[Fact]]]:
    """Profiles whose history is read now, or (`fresh`) all: nothing that happened before now is acted on.

    A newcomer counts as added only now: the mailbox may have been away since they were seen in the file.
    """
    for key in books.people.contractors:
        known = wanted = books.profiles[key]
        if fresh:
            wanted = replace(wanted, watermark=now)
        if not known.history_read:
            added_at = now if known.added_at else None
            wanted = replace(wanted, watermark=now, added_at=added_at, history_read=True)
        wanted = replace(wanted, unread=())
        if wanted != known:
            yield key, [wanted]
