"""The post: letters on their way, notes and drafts that wait, and what the limits count; kept current by commits.

Nothing here is gone through from end to end at each tick: a letter that changes changes its own place alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from relationship.facts.letters import OPEN_STATES, WENT_OUT, Letter, State
from relationship.facts.messages import Side
from rules.gates.world import COUNTED, Outgoing
from rules.policy import Rate
from store.protocol import OWNER

KEPT = COUNTED | {State.BUNDLED, State.ASKED}
NOT_TAKEN = frozenset({State.REFUSED, State.CANCELLED})  # a bundle that never went out: its notes wait again
LONG_AGO = timedelta(days=7)
AN_HOUR = timedelta(hours=1)
SWEPT = AN_HOUR  # so often letters are let go of that count no more


class Post:
    """The letters of all relationships that a tick may have to do with."""

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}  # the outbox, and what the limits count
        self.bundles: dict[str, Letter] = {}  # the owner's mails that carry notes, but for those of long ago
        self._states: dict[State, dict[str, Letter]] = {state: {} for state in State}
        self._counted: dict[str, Outgoing] = {}
        self._carriers: dict[str, str] = {}  # note -> the bundle that carries it
        self._swept_at: datetime | None = None

    def note(self, key: str, letters: Iterable[Letter]) -> None:
        """Letters of an aggregate as they are now."""
        for letter in letters:
            self._drop(letter.token)
            if letter.state in KEPT:
                self.letters[letter.token] = self._states[letter.state][letter.token] = letter
            if letter.state in COUNTED and letter.reader is Side.CONTRACTOR:
                at = letter.sent_at or letter.created_at
                self._counted[letter.token] = Outgoing(letter.contractor, at)
            if key == OWNER and letter.items:
                self._note_bundle(letter)

    def _drop(self, token: str) -> None:
        known = self.letters.pop(token, None)
        if known:
            del self._states[known.state][token]
            self._counted.pop(token, None)

    def _note_bundle(self, bundle: Letter) -> None:
        self.bundles = {token: x for token, x in self.bundles.items() if not _is_long_gone(x, bundle)}
        self.bundles[bundle.token] = bundle
        for token in bundle.items:
            if bundle.state not in NOT_TAKEN:
                self._carriers[token] = bundle.token
            elif self._carriers.get(token) == bundle.token:
                del self._carriers[token]

    def in_state(self, *states: State) -> list[Letter]:
        """The letters in these states, oldest first."""
        found = [letter for state in states if self._states[state] for letter in self._states[state].values()]
        return sorted(found, key=lambda letter: letter.created_at) if len(found) > 1 else found

    def outbox(self) -> list[Letter]:
        """Letters on their way, oldest first."""
        return self.in_state(*OPEN_STATES)

    def carrier(self, note: Letter) -> Letter | None:
        """The mail to the owner that carries a note, unless it surely never went out."""
        return self.bundles.get(self._carriers.get(note.token, ""))

    def notes_by_themselves(self, since: datetime) -> int:
        """How many notes about a relationship were written to the owner since then that no bundle carries."""
        return sum(
            x.reader is Side.OWNER and x.contractor != OWNER and x.created_at > since
            for x in self.letters.values()
            if x.state is not State.BUNDLED and x.token not in self._carriers
        )

    def outgoing(self, rates: Iterable[Rate], now: datetime) -> list[Outgoing]:
        """Letters to contractors that the limits count; those out of every window are let go, in time."""
        if self._swept_at is None or abs(now - self._swept_at) >= SWEPT:
            self._sweep(now - max([AN_HOUR, *(rate.window for rate in rates)]))
            self._swept_at = now
        return list(self._counted.values())

    def _sweep(self, horizon: datetime) -> None:
        for state in WENT_OUT:
            for letter in list(self._states[state].values()):
                if (letter.sent_at or letter.created_at) <= horizon:
                    self._drop(letter.token)
                    self._carriers.pop(letter.token, None)


def _is_long_gone(bundle: Letter, newer: Letter) -> bool:
    """Whether its notes have long been closed, and its day is over."""
    return bundle.state is State.SENT and bundle.created_at < newer.created_at - LONG_AGO
