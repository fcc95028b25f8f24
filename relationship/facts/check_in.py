"""Check-ins: a slot in two calendars, what was answered, and how it went."""

from datetime import datetime

from relationship.values import value

# States that a check-in can have before its time while it still stands in the calendars, or is about to.
STANDING = frozenset({"planned", "invited", "moved", "accepted", "tentative", "delegated", "countered"})


@value
class CheckIn:
    """One check-in of one contractor; a change of its slot raises `sequence` (RFC 5546, 2.1.4).

    Kept are "planned", "invited", "moved" (an update is to go out) and "cancelled"; the other states are
    folded from what was answered (`relationship.invitations.answers`): accepted, tentative, declined, delegated,
    countered and, afterwards, held, late, missed, or disputed where the two sides differ.
    """

    uid: str
    sequence: int
    starts_at: datetime  # aware UTC
    ends_at: datetime
    planned_for: datetime  # the moment that the cadence asked for, from which the next one counts
    planned_at: datetime  # when the slot was chosen, not before its notice; or when it was dropped
    state: str = "planned"
    outside_hours: str = ""  # "owner" or "contractor": whose hours it lies outside of, where they share none
    contractor_said: str = ""  # afterwards: held, late, missed
    owner_said: str = ""
    contractor_answer: str = ""  # beforehand: accepted, tentative, declined, delegated, counter
    owner_answer: str = ""
    answered_at: datetime | None = None  # when the contractor's answer came
    said_at: datetime | None = None  # when the last word on how it went came
    proposed: datetime | None = None  # the start that the contractor would like instead
    why: str = ""  # why it was moved or cancelled, in words
    agreed: bool = False  # the slot was proposed by one side and taken by the other: hours do not matter
    choice: str = ""  # what the owner chose about the proposal: accept, decline
    chosen_at: datetime | None = None  # when the owner chose
    owner_proposed: datetime | None = None  # the start that the owner's own calendar proposed instead

    @property
    def key(self) -> str:
        """Identity within its aggregate."""
        return self.uid

    @property
    def stands(self) -> bool:
        """Whether it is to take place, as far as anybody has said."""
        return self.state in STANDING

    @property
    def was_held(self) -> bool:
        """Whether they talked, be it late."""
        return self.state in ("held", "late")

    @property
    def takes_its_slot(self) -> bool:
        """Whether no other may lie over it; a declined one is in the owner's calendar, and may be accepted yet."""
        return self.stands or self.state == "declined"
