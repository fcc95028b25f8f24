"""Check-ins: a slot in two calendars, what was answered, and how it went."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One check-in of one contractor; a change of its slot raises `sequence` (RFC 5546, 2.1.4)."""

    uid: str
    sequence: int
    starts_at: datetime  # aware UTC
    ends_at: datetime
    planned_for: datetime  # the date that the cadence asked for, from which the next one counts
    planned_at: datetime  # when the slot was chosen: not before its notice
    state: str = "planned"  # planned, invited, accepted, tentative, declined, cancelled, held, late, missed
    outside_hours: str = ""  # whose hours it lies outside of, where the parties share none
    contractor_said: str = ""
    owner_said: str = ""

    @property
    def key(self) -> str:
        """Identity within its aggregate."""
        return self.uid
