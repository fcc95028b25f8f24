"""Messages that wait for their commit, while much is read.

A commit writes an aggregate as a whole, so a first sync gathers many messages before one. Most of them wait packed,
in a tenth of the memory, and come out by relationship: each aggregate is then read and written once.
"""

import pickle
import zlib
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter

from relationship.facts.messages import Message

LOOSE = 1500  # messages that wait as they are
PIECE = 700  # that come out together, about
BESIDES = 150  # so many a relationship counts for itself: what is known of it is read as well
HUGE = 2500  # of one relationship, that come out in several pieces

_values = attrgetter(*(part.name for part in fields(Message)))  # left to itself, pickle asks for each by name

By = dict[str, list[Message]]  # by relationship, in the order in which they came


class Waiting:
    """Messages by relationship."""

    def __init__(self) -> None:
        self._loose: By = {}
        self._packed: dict[str, list[bytes]] = {}
        self._loosely = 0  # messages that wait as they are
        self.count = 0

    def add(self, key: str, message: Message) -> None:
        """One more message of a relationship."""
        self._loose.setdefault(key, []).append(message)
        self._loosely += 1
        self.count += 1
        if self._loosely >= LOOSE:
            self._pack()

    def _pack(self) -> None:
        for key, messages in self._loose.items():
            values = [_values(message) for message in messages]
            self._packed.setdefault(key, []).append(zlib.compress(pickle.dumps(values, -1), level=1))
        self._loose, self._loosely = {}, 0

    def taken(self) -> Iterator[tuple[By, str]]:
        """All of them, in pieces, each with the relationship of which more is to come, if there is one.

        Afterwards none waits. Whoever breaks off has lost the rest.
        """
        piece: By = {}
        size = 0
        for key, messages, more in self._each():
            size += len(messages) + (0 if key in piece else BESIDES)
            piece.setdefault(key, []).extend(messages)
            if size >= (HUGE if more else PIECE):
                yield piece, key if more else ""
                piece, size = {}, 0
        self.count = self._loosely = 0
        if piece:
            yield piece, ""

    def _each(self) -> Iterator[tuple[str, list[Message], bool]]:
        """Relationship by relationship; whether more of it is to come."""
        for key in (*self._packed, *(self._loose.keys() - self._packed.keys())):
            packed = self._packed.pop(key, [])
            for number, some in enumerate(packed, 1):
                values = pickle.loads(zlib.decompress(some))  # noqa: S301 - packed above
                yield key, [Message(*each) for each in values], number < len(packed) or key in self._loose
            if key in self._loose:
                yield key, self._loose.pop(key), False
