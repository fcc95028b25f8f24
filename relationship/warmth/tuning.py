"""What the owner may tune of how a temperature is judged."""

from collections.abc import Mapping
from typing import Protocol


class Tuning(Protocol):
    """What the owner tunes in rules.yaml under `temperature:`."""

    @property
    def cooling_below(self) -> int:
        """Below so many points a relationship is cooling."""

    @property
    def cold_below(self) -> int:
        """Below so many points it is cold."""

    @property
    def signals(self) -> Mapping[str, int]:
        """Points off 100 by the names of relationship/warmth/signals.py, over the built-in ones."""
