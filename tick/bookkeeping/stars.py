"""Stars: the mails that carry the owner's flag, as it was seen last: a projection, so that only they are compared."""

from collections.abc import Iterable, Iterator

from relationship.facts import Fact
from relationship.facts.messages import Message


class Stars:
    """The starred live messages of all relationships."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Message] = {}  # by relationship and key

    def take_in(self, key: str, facts: Iterable[Fact]) -> None:
        """What was committed to a relationship."""
        for fact in facts:
            if isinstance(fact, Message):
                if fact.starred_at:
                    self._known[key, fact.key] = fact
                else:
                    self._known.pop((key, fact.key), None)

    def let_go(self, key: str, facts: Iterable[Fact]) -> None:
        """What was archived of a relationship."""
        for fact in facts:
            self._known.pop((key, fact.key), None)

    def within(self, folder: str) -> Iterator[tuple[str, Message]]:
        """Those that were seen in a folder, with their relationships."""
        return ((key, one) for (key, _), one in self._known.items() if folder in one.folders)
