"""A message's time, its place among the others, and its identity.

The time is the server's, because a sender's clock says anything. The order never puts an answer before what
it answers. The identity holds however often a mail is seen: in two folders, after a move, without its id.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from heapq import heapify, heappop, heappush
from itertools import groupby

from relationship.facts.messages import Kind, Message

OLD_MAIL = timedelta(hours=24)  # an INTERNALDATE so much later than the mail tells of a move or an import
ONE_COPY = timedelta(hours=24)  # copies whose Message-ID a provider rewrote arrive within this


def message_time(
    internal_date: datetime, received: datetime | None, dated: datetime | None, now: datetime
) -> datetime:
    """When a mail came: INTERNALDATE, or the topmost Received (else Date) if that is over 24 h older.

    All moments are aware UTC; the answer has whole seconds and never lies in the future.
    """
    stated = received or dated
    moved = stated is not None and internal_date - stated > OLD_MAIL
    at = stated if stated is not None and moved else internal_date
    at = min(at, now)
    return at.replace(microsecond=0) if at.microsecond else at


def in_order(messages: Iterable[Message]) -> list[Message]:
    """The messages by time, each with an `at` that is never before that of a mail it answers.

    Ties: parent first, then Date, then id. The outcome does not depend on the order given; where mails claim
    to answer each other in a circle, all of them get the latest time in it.
    """
    ordered = sorted(messages, key=_place)
    parents = _parents(ordered)
    if not any(parents):
        return ordered
    times = _times(ordered, parents)
    moved = [m if m.at == at else replace(m, at=at) for m, at in zip(ordered, times, strict=True)]
    return [moved[number] for number in _parents_first(moved, parents)]


def _place(message: Message) -> tuple[datetime, datetime, str, str]:
    return message.at, message.dated or message.at, message.message_id, message.key


def _parents(ordered: list[Message]) -> list[list[int]]:
    """Positions of the mails that each one refers to; of mails that share an id, the earliest."""
    by_id: dict[str, int] = {}
    for number, message in enumerate(ordered):
        if message.message_id:
            by_id.setdefault(message.message_id, number)
    return [
        [by_id[parent] for parent in dict.fromkeys(message.parents) if by_id.get(parent, number) != number]
        for number, message in enumerate(ordered)
    ]


def _times(ordered: list[Message], parents: list[list[int]]) -> list[datetime]:
    """The latest time of each mail and all that came before it in its thread."""
    times = [message.at for message in ordered]
    children: list[list[int]] = [[] for _ in ordered]
    for number, known in enumerate(parents):
        for parent in known:
            children[parent].append(number)
    # From the latest on, whatever is reached first is reached with its final time: no mail is visited twice.
    done = [False] * len(ordered)
    for number in reversed(range(len(ordered))):
        pending = [number]
        while pending:
            current = pending.pop()
            if not done[current]:
                done[current] = True
                times[current] = ordered[number].at
                pending += children[current]
    return times


def _parents_first(messages: list[Message], parents: list[list[int]]) -> list[int]:
    """Positions by time, Date and id; but within one second no mail before its parent."""
    by_time = sorted(range(len(messages)), key=lambda number: _place(messages[number]))
    order: list[int] = []
    for _, second in groupby(by_time, key=lambda number: messages[number].at):
        group = list(second)
        order += _within_a_second(group, parents) if len(group) > 1 else group
    return order


def _within_a_second(group: list[int], parents: list[list[int]]) -> list[int]:
    """The group with parents first, else as it stands; where only a circle is left, its first goes first."""
    place = {number: rank for rank, number in enumerate(group)}
    waits_for = {number: sum(parent in place for parent in parents[number]) for number in group}
    children: dict[int, list[int]] = {number: [] for number in group}
    for number in group:
        for parent in parents[number]:
            if parent in place:
                children[parent].append(number)
    heap = [(waits_for[number] > 0, place[number]) for number in group]
    heapify(heap)
    order: dict[int, None] = {}
    while heap:
        number = group[heappop(heap)[1]]
        if number in order:
            continue
        order[number] = None
        for child in children[number]:
            waits_for[child] -= 1
            if waits_for[child] == 0:
                heappush(heap, (False, place[child]))
    return list(order)


def fingerprint(sender: str, dated: datetime | None, subject: str, recipients: Iterable[str]) -> str:
    """A digest of what makes two mails one: From, Date, Subject, recipients (To and Cc in any order).

    Without a Date the caller gives the server's time instead.
    """
    moment = "" if dated is None else str(int(dated.timestamp()))
    people = ",".join(sorted({address.strip().lower() for address in recipients}))
    said = "\n".join((sender.strip().lower(), moment, " ".join(subject.split()), people))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def same_mail(one: Message, other: Message) -> bool:
    """Whether two messages are one mail, seen twice.

    An equal Message-ID says so, unless From or Date differ. So does an equal fingerprint; where both have
    ids and these differ (some providers rewrite them), the copies must also have come within a day, since a
    broken clock gives every mail the same Date.
    """
    if one.message_id and one.message_id == other.message_id:
        return _same_origin(one, other)
    if not one.fingerprint or one.fingerprint != other.fingerprint:
        return False
    return not (one.message_id and other.message_id) or abs(one.at - other.at) <= ONE_COPY


def _same_origin(one: Message, other: Message) -> bool:
    return one.sender == other.sender and (not one.dated or not other.dated or one.dated == other.dated)


@dataclass(frozen=True, slots=True)
class Signs:
    """By what messages that are seen may be known already."""

    keys: frozenset[str]
    ids: frozenset[str]
    fingerprints: frozenset[str]


def signs(seen: Collection[Message]) -> Signs:
    """The signs of messages: what is empty is none."""
    return Signs(
        frozenset(key for message in seen for key in _keys_of(message)),
        frozenset(message.message_id for message in seen) - {""},
        frozenset(message.fingerprint for message in seen) - {""},
    )


def alike(known: Iterable[Message], by: Signs) -> list[Message]:
    """Those of the known messages that may be one of those with these signs, seen once more."""
    keys, ids, fingerprints = by.keys, by.ids, by.fingerprints
    return [m for m in known if m.message_id in ids or m.fingerprint in fingerprints or m.key in keys]


def keys_of(seen: Message) -> tuple[str, ...]:
    """The keys that this mail can have: also that of a copy which lacks the id."""
    keys = _keys_of(seen)
    return (*keys, f"no-id:{seen.fingerprint}") if seen.message_id and seen.fingerprint else keys


def _keys_of(seen: Message) -> tuple[str, ...]:
    """The keys that a message can get: of two with one Message-ID the later known gets a digest added."""
    own = seen.fingerprint or fingerprint(seen.sender, seen.dated or seen.at, seen.subject, ())
    return (seen.message_id, f"{seen.message_id}#{own}") if seen.message_id else (f"no-id:{own}",)


class Identities:
    """The known messages of one relationship, by what they are recognised by."""

    def __init__(self, known: Iterable[Message] = ()) -> None:
        self._keys: set[str] = set()
        self._by_id: dict[str, list[Message]] = {}
        self._by_fingerprint: dict[str, list[Message]] = {}
        for message in known:
            self.add(message)

    def add(self, message: Message) -> None:
        """Take a message in, or another view of a known one."""
        self._keys.add(message.key)
        for index, name in ((self._by_id, message.message_id), (self._by_fingerprint, message.fingerprint)):
            if name:
                index.setdefault(name, []).append(message)

    def key_of(self, seen: Message) -> str:
        """The key of the known message that this is, else a new one: its Message-ID, or a digest.

        The key that `seen` came with does not matter.
        """
        for index, name in ((self._by_id, seen.message_id), (self._by_fingerprint, seen.fingerprint)):
            for known in index.get(name, ()):
                if same_mail(known, seen):
                    return known.key
        first, *others = _keys_of(seen)
        return others[0] if others and first in self._keys else first


def merge(known: Message, seen: Message) -> Message:
    """One message out of two views of the same mail, whichever came first; it keeps the known one's key.

    The text's facts come from the view that tells more; of times the earlier counts; what either view
    grants (it is authentic, it hands the ball over) is granted.
    """
    best, rest = (seen, known) if _worth(seen) > _worth(known) else (known, seen)
    return replace(
        best,
        key=known.key,
        at=min(known.at, seen.at),
        seen_at=min(known.seen_at, seen.seen_at),
        message_id=_first(known.message_id, seen.message_id),
        dated=best.dated or rest.dated,
        fingerprint=_first(known.fingerprint, seen.fingerprint),
        hints=tuple(sorted({*known.hints, *seen.hints})),
        handed=known.handed or seen.handed,
        authentic=known.authentic or seen.authentic,
        reaches_us=known.reaches_us or seen.reaches_us,
        starred_at=min(filter(None, (known.starred_at, seen.starred_at)), default=None),
        folders=tuple(sorted({*known.folders, *seen.folders})),
    )


def _worth(message: Message) -> tuple[bool, bool, int, int, bool]:
    human = message.kind is Kind.HUMAN
    return message.readable, human, len(message.parents), len(message.tags), message.asks


def _first(one: str, other: str) -> str:
    """The one that is there; of two the smaller, so that the order of seeing does not matter."""
    return min(filter(None, (one, other)), default="")
