"""Bookings: which occasions and letters are about which check-in, and whether an invitation went out."""

from collections.abc import Mapping

from relationship.check_ins.check_in import CheckIn
from relationship.letters import Letter, State

BOOKED = frozenset({"check-in", "check-in changed"})  # occasions whose letters carry an invitation
REACHED = frozenset({State.SENT, State.DRAFTED, State.ATTEMPTED, State.UNPROVABLE})


def reached(check_in: CheckIn, letters: Mapping[str, Letter]) -> bool:
    """Whether an invitation to it, at whatever time, may stand in somebody's calendar."""
    about = (x for x in letters.values() if x.state in REACHED and x.occasion.split("/")[0] in BOOKED)
    return any(slot_of(letter.occasion)[0] == check_in.uid for letter in about)


def occasion_key(check_in: CheckIn, trigger: str = "check-in") -> str:
    """What a rule acts on once: this check-in at this time."""
    return f"{trigger}/{check_in.uid}/{check_in.sequence}"


def slot_of(occasion: str) -> tuple[str, int]:
    """UID and SEQUENCE of an occasion that is about a check-in; ("", 0) of any other."""
    trigger, _, slot = occasion.partition("/")
    uid, _, sequence = slot.rpartition("/")
    about = trigger.startswith("check-in") and uid and sequence.isdecimal()
    return (uid, int(sequence)) if about else ("", 0)
