"""An address that is handed on: two people stood in rules.yaml as one, or a desk has somebody new.

What was written to that address, and from it, is the other one's from now on, who has had it read back. In the story
of whom it belonged to it stays as something that was said, and asks nobody for anything: they would be chased for what
another was asked, and may have answered.
"""

from collections.abc import Iterator
from dataclasses import replace

from relationship.facts.messages import Message, Side
from relationship.parties import Contractor
from tick.bookkeeping.books import Books


def hand_on(books: Books) -> None:
    """Leave to newcomers, whose mail was read back just now, what was said with addresses that are theirs by now."""
    for other, who in books.people.contractors.items():
        given = set(books.profiles[other].unlisted)
        for key, newcomer in books.unread.items() if given else ():
            if given.intersection(newcomer.addresses):
                books.commit(other, list(_left_to(key, other, who, books)))


def _left_to(key: str, other: str, who: Contractor, books: Books) -> Iterator[Message]:
    """The messages in the other's story that are between us and the newcomer alone."""
    theirs = books.store.load(key).messages
    for name, message in books.store.load(other).messages.items():
        if name in theirs and not _concerns(theirs[name], who):
            tags = tuple(dict.fromkeys((*message.tags, "nrn")))
            left = replace(message, handed=False, closes=True, asks=False, due=None, tags=tags)
            if left != message:
                yield left


def _concerns(message: Message, who: Contractor) -> bool:
    """Whether a message of the newcomer's story is to the other one too, or the other one's own."""
    named = (message.sender,) if message.side is Side.CONTRACTOR else message.also_asked
    return not set(who.addresses).isdisjoint(named)
