"""Bookings: which occasions and letters are about which check-in, and whether an invitation went out."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Side, letter_of
from relationship.parties import Contractor, Owner
from relationship.subjects import plain_subject

CALLED = "Check-in: "  # so begins what calendars call a check-in
BOOKED = ("check-in/", "check-in changed/")  # so the occasions begin whose letters carry an invitation
REACHED = frozenset({State.SENT, State.DRAFTED, State.ATTEMPTED, State.UNPROVABLE})


def invitations(letters: Iterable[Letter]) -> Mapping[str, list[Letter]]:
    """The invitations that may stand in somebody's calendar, by the check-in's UID, at whatever time it is."""
    found: dict[str, list[Letter]] = {}
    for letter in letters:
        if letter.state in REACHED and letter.occasion.startswith(BOOKED):
            found.setdefault(slot_of(letter.occasion)[0], []).append(letter)
    return found


def is_told(
    check_in: CheckIn, out: Iterable[Letter] | None, letters: Iterable[Letter], messages: Iterable[Message]
) -> bool:
    """Whether the contractor knows of its slot. `out`: the invitations to it, at whatever time; None where none are."""
    if check_in.state == "planned":  # its invitation is held, or will never be
        return False
    if check_in.contractor_answer or check_in.contractor_said:
        return True
    slot = (check_in.uid, check_in.sequence)
    if out is None:  # none went out, or they are long forgotten
        return all(slot_of(letter.occasion) != slot for letter in letters)
    return any(_went_out(letter, messages) for letter in out if slot_of(letter.occasion) == slot)


def _went_out(letter: Letter, messages: Iterable[Message]) -> bool:
    """Whether an invitation was sent; a draft, where its copy is there, or a mail with its subject."""
    if letter.state is not State.DRAFTED:
        return True
    ours = (m for m in messages if m.side is Side.OWNER and m.at >= letter.created_at)
    return any(
        letter_of(m) == letter.token
        or m.message_id == letter.message_id
        or (m.kind is not Kind.OWN and plain_subject(m.subject) == plain_subject(letter.subject))
        for m in ours
    )


def occasion_key(check_in: CheckIn, trigger: str = "check-in") -> str:
    """What a rule acts on once: this check-in at this time."""
    return f"{trigger}/{check_in.uid}/{check_in.sequence}"


def proposal_key(check_in: CheckIn, trigger: str = "check-in proposed") -> str:
    """What is told or chosen about once: this proposal of another time for this check-in."""
    start = f"{check_in.proposed:%Y%m%dT%H%MZ}" if check_in.proposed else "another time"
    return f"{occasion_key(check_in, trigger)}/{start}"


def title_of(owner: Owner, contractor: Contractor) -> str:
    """What calendars call a check-in, and repeat when they answer."""
    return f"{CALLED}{owner.first_name} and {contractor.first_name}"


def sequence_at(uid: str, letters: Mapping[str, Letter], at: datetime) -> int:
    """The SEQUENCE of the last invitation to a check-in that was written before a moment."""
    written = (slot_of(x.occasion) for x in letters.values() if x.created_at <= at)
    return max((sequence for known, sequence in written if known == uid), default=0)


def slot_of(occasion: str) -> tuple[str, int]:
    """UID and SEQUENCE of an occasion that is about a check-in; ("", 0) of any other."""
    trigger, _, slot = occasion.partition("/")
    uid, _, sequence = slot.rpartition("/")
    about = trigger.startswith("check-in") and uid and sequence.isdecimal()
    return (uid, int(sequence)) if about else ("", 0)
