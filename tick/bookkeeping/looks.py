"""When each relationship is looked at again: a look goes to whoever has news, and to whoever's time has come."""

from collections.abc import Iterable
from datetime import datetime

from relationship.clocks.moments import BEGINNING


class Looks:
    """The looks at all relationships; at first everybody has news."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._at: dict[str, datetime | None] = dict.fromkeys(keys)  # None: it has news
        self._days: dict[str, datetime] = {}  # the end of the day in which each was looked at last
        self._stays: dict[str, datetime] = {}  # until when nothing can be closed in one

    def due(self, now: datetime) -> list[str]:
        """Relationships with news, or with something due by now."""
        return [key for key, at in self._at.items() if at is None or at <= now]

    def next(self, now: datetime) -> datetime | None:
        """When the next look is: `now` where one has news; None where there is nobody."""
        return min((at or now for at in self._at.values()), default=None)

    def again(self, key: str, at: datetime) -> None:
        """Nothing is due before `at`, unless something new arrives."""
        self._at[key] = at

    def news(self, key: str) -> None:
        """Something new arrived."""
        if key in self._at:
            self._at[key] = None

    def news_for_all(self) -> None:
        """The same for everybody."""
        self._at = dict.fromkeys(self._at)

    def day_ends_at(self, key: str) -> datetime | None:
        """The end of the contractor's day in which the relationship was looked at last."""
        return self._days.get(key)

    def is_new_day(self, key: str, ends_at: datetime) -> bool:
        """Whether this is the first look at a relationship in a day of its contractor's, which ends then."""
        known = self._days.get(key)
        self._days[key] = ends_at
        return known != ends_at

    def stays_until(self, key: str) -> datetime:
        """Until when nothing can have become so old that it goes to the yearly files."""
        return self._stays.get(key, BEGINNING)

    def note_stays(self, key: str, until: datetime) -> None:
        """It is so until something is said, comes back, or goes."""
        self._stays[key] = until

    def may_close(self, key: str) -> None:
        """Something was said, came back, or went."""
        self._stays.pop(key, None)
