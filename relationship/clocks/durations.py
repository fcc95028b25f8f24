"""Durations as people write them: "2 working hours", "1 working day", "3 days", "20 minutes"."""

import re
from dataclasses import dataclass

LONGEST_S = 36525 * 86400  # a century: what is longer is a slip of the pen, and would leave the calendar
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_PATTERN = re.compile(r"(\d+)\s+(working\s+)?(second|minute|hour|day|week)s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of plain or working time; `unit` is one of seconds, minutes, hours, days, weeks."""

    amount: int
    unit: str
    working: bool = False

    @property
    def plain_seconds(self) -> int:
        """The length on a wall clock, in seconds; of a working duration, that of the same plain one."""
        return self.amount * UNITS[self.unit.removesuffix("s")]

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.amount == 1 else self.unit
        return f"{self.amount} {'working ' if self.working else ''}{unit}"


def parse_duration(text: str) -> Duration:
    """Read a duration; ValueError says what is allowed."""
    match = _PATTERN.fullmatch(text.strip())
    if not match:
        raise ValueError(
            f"{text!r} is not a duration; write it like '2 working hours', '1 working day' or '3 days'"
        )
    amount, working, unit = int(match[1]), bool(match[2]), match[3].lower() + "s"
    if working and unit not in ("hours", "days", "minutes", "seconds"):
        raise ValueError(f"{text!r}: working time is counted in hours or days, such as '5 working days'")
    if amount * UNITS[unit.removesuffix("s")] > LONGEST_S:
        raise ValueError(f"{text!r} is too long; nothing here lasts longer than 100 years")
    return Duration(amount, unit, working)
