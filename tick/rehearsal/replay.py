"""A replay: recorded history handed over once more, each fact when it was first seen.

What was read in the first look at the mailbox was not seen when it happened; it is handed over at its own
time, so that a backtest may reach further back than the installation. A star appears when it was seen, not
before; of one that was taken back, the thanks tell that had gone out for it by then. An answer to one of the
daemon's letters names that letter's token or Message-ID; the letter that the replay wrote in its place has
others, and the answer is made to name these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from relationship.facts import Facts, Profile
from relationship.facts.letters import WENT_OUT, Letter
from relationship.facts.messages import Message
from relationship.occasions.marks import STAR, STAR_GRACE
from relationship.subjects import token_in
from store.protocol import OWNER, Store
from tick.bookkeeping.books import Books
from tick.collecting.collect import Batch


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it was at one moment, and whose story it is in."""

    at: datetime
    key: str
    message: Message


@dataclass(frozen=True, slots=True)
class Record:
    """One relationship as it was recorded, live and archived."""

    profile: Profile
    messages: tuple[Message, ...]
    letters: tuple[Letter, ...]


def records(store: Store) -> dict[str, Record]:
    """All that was recorded, by relationship."""
    found: dict[str, Record] = {}
    for key in store.names():
        facts, old = store.load(key), Facts()
        for fact in store.history(key):
            old.add(fact)
        profile = {**old.profile, **facts.profile}.get("profile")
        if key != OWNER and profile:
            messages, letters = {**old.messages, **facts.messages}, {**old.letters, **facts.letters}
            found[key] = Record(profile, tuple(messages.values()), tuple(letters.values()))
    return found


def sightings(key: str, record: Record, begun: datetime) -> Iterator[Seen]:
    """When what was seen; `begun` is the installation's watermark."""
    live_from = max(begun, record.profile.watermark) if record.profile.added_at is None else begun
    thanked = {x.occasion: x.due_at - STAR_GRACE for x in record.letters if x.state in WENT_OUT}
    for message in record.messages:
        at = message.at if message.seen_at <= live_from else message.seen_at
        plain = replace(message, seen_at=at, starred_at=None)
        yield Seen(at, key, plain)
        starred_at = thanked.get(f"{STAR}{message.key}", message.starred_at)
        if starred_at:
            yield Seen(max(at, starred_at), key, replace(plain, starred_at=starred_at))


class Replay:
    """A `Collect` that hands over what was seen by now, and was not handed over yet."""

    def __init__(self, seen: Iterable[Seen], letters: Iterable[Letter] = ()) -> None:
        self._seen = sorted(seen, key=lambda one: (one.at, one.message.at, one.key, one.message.key))
        self._next = 0
        known = list(letters)
        self._by_token = {letter.token: letter for letter in known}
        self._by_id = {name: x for x in known for name in (x.message_id, x.alias) if name}

    def next_at(self) -> datetime | None:
        """When the next one comes."""
        return self._seen[self._next].at if self._next < len(self._seen) else None

    def __call__(self, books: Books, now: datetime) -> Iterator[Batch]:
        """One batch with all that is due; none where nothing is."""
        first = self._next
        while self._next < len(self._seen) and self._seen[self._next].at <= now:
            self._next += 1
        due = [one for one in self._seen[first : self._next] if one.key in books.people.contractors]
        if due:
            pairs = [(one.key, self._about_ours(one, books)) for one in due]
            yield Batch("", books.people, understood=pairs)

    def _about_ours(self, one: Seen, books: Books) -> Message:
        """The message, with the names of the replay's own letters beside those of the recorded ones."""
        message = one.message
        named = self._by_token.get(message.about_letter or token_in(message.subject))
        answered = [self._by_id[parent] for parent in message.parents if parent in self._by_id]
        if not named and not answered:
            return message
        letters = books.store.load(one.key).letters
        ours = [found for letter in answered if (found := _same(letter, letters))]
        named_now = _same(named, letters) if named else None
        if named and named_now:
            about = named_now.token if message.about_letter else ""
            subject = message.subject.replace(named.token, named_now.token)
            message = replace(message, subject=subject, about_letter=about)
        return replace(message, parents=(*message.parents, *(letter.message_id for letter in ours)))


def _same(letter: Letter, written: Mapping[str, Letter]) -> Letter | None:
    """The replay's letter about the same step of the same occasion."""
    about = (letter.rule, letter.occasion, letter.step)
    return next((x for x in written.values() if (x.rule, x.occasion, x.step) == about), None)
