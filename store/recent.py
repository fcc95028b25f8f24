"""What was used last: so that memory has a bound, however many relationships there are and however much they said."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Values by name, as many as weigh `most` together; what was used last stays, even where it weighs more."""

    def __init__(self, most: int) -> None:
        self.weight = 0  # of all that is kept
        self._most = most
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()  # the one that was used last is last

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str) -> T | None:
        """The value, if it is still kept; it counts as used."""
        if name not in self._kept:
            return None
        self._kept.move_to_end(name)
        return self._kept[name][0]

    def put(self, name: str, value: T, weight: int) -> list[tuple[str, T]]:
        """Keep a value; those that had to go for it, with their names."""
        self.drop(name)
        self._kept[name] = value, weight
        self.weight += weight
        gone: list[tuple[str, T]] = []
        while self.weight > self._most and len(self._kept) > 1:
            oldest, (old, its) = self._kept.popitem(last=False)
            self.weight -= its
            gone.append((oldest, old))
        return gone

    def drop(self, name: str) -> None:
        """Keep it no longer."""
        _, weight = self._kept.pop(name, (None, 0))
        self.weight -= weight
