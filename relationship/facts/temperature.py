"""The temperature: what it says of one relationship. relationship/warmth/temperature.py judges it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

WARM, COOLING, COLD = "warm", "cooling", "cold"
TOO_EARLY = "too early to tell"
RANK: Mapping[str, int] = {COLD: 0, COOLING: 1, WARM: 2, TOO_EARLY: 2}  # nothing is wrong with a new one


@dataclass(frozen=True, slots=True)
class Temperature:
    """The state of one relationship, with its reasons. It is kept as a fact whenever the state changes."""

    state: str  # "warm", "cooling", "cold", "too early to tell"
    points: int  # 100, less those of each signal; 0 at least
    reasons: tuple[str, ...]  # in plain words, the weightiest first; there is always one
    since: datetime  # when the state began
    before: str = ""  # the state that it came from; "" where it is the first one
    warm_until: datetime | None = None  # when it was last warm; None while it is

    @property
    def key(self) -> str:
        """Identity within its aggregate: there is one change at a moment."""
        return f"{self.since:%Y-%m-%dT%H:%M:%S}"

    @property
    def fell(self) -> bool:
        """Whether the relationship became cooler when this state began."""
        return bool(self.before) and RANK[self.state] < RANK[self.before]

    @property
    def rose(self) -> bool:
        """Whether it became warmer."""
        return bool(self.before) and RANK[self.state] > RANK[self.before]
