"""RSVPs: what was answered to invitations beforehand, by calendars and by mails that speak as they do.

Theory of operation. An RSVP names the check-in by its UID and the attendee who answers, who has to be of the side
whose mail it is, or the one to whom the contractor passed the invitation on. Of several answers the one to the
highest SEQUENCE counts, then the one with the latest DTSTAMP, whatever order they came in (RFC 5546, 2.1.5); a DTSTAMP
that is no later than the invitation is a copy of its own. Some calendars name no SEQUENCE: they answer what had been
sent by then. Mail that says "Accepted: ..." in its subject and carries no calendar counts where it answers the
invitation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter
from relationship.facts.messages import UNSAID, Kind, Message, Rsvp, Side
from relationship.invitations.bookings import sequence_at, slot_of
from relationship.invitations.replies import answer_in

STATES = {
    "accepted": "accepted",
    "declined": "declined",
    "tentative": "tentative",
    "delegated": "delegated",
    "counter": "countered",
}
A_SECOND = timedelta(seconds=1)  # a stamp holds whole ones: one that is repeated lies before its invitation
SHORTEST = 7  # characters: a subject that is no longer is like too many others


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's answer beforehand."""

    uid: str
    sequence: int
    side: Side
    answer: str
    stamp: datetime
    message: Message
    proposed: datetime | None = None

    @property
    def rank(self) -> tuple[int, datetime, datetime, str]:
        """Of several answers the one of highest rank counts."""
        return self.sequence, self.stamp, self.message.at, self.message.key


@dataclass(frozen=True, slots=True)
class Invited:
    """What was sent, to which addresses of each side, and what calendars call it."""

    letters: Mapping[str, Letter]
    addresses: Mapping[Side, Iterable[str]]
    title: str


def latest(
    check_ins: Mapping[str, CheckIn], messages: Sequence[Message], invited: Invited
) -> dict[tuple[str, Side], Answer]:
    """The answer that counts, by check-in and side; whatever the order they came in."""
    found: dict[tuple[str, Side], Answer] = {}
    for answer in _answers(check_ins, messages, invited):
        if answer.stamp >= check_ins[answer.uid].ends_at:
            continue  # who tidies up a calendar afterwards does not say how it went
        known = found.get((answer.uid, answer.side))
        if known is None or known.rank < answer.rank:
            found[answer.uid, answer.side] = answer
    return found


def _answers(
    check_ins: Mapping[str, CheckIn], messages: Sequence[Message], invited: Invited
) -> Iterator[Answer]:
    delegates = {
        (message.rsvp.uid, message.rsvp.delegate)
        for message in messages
        if message.rsvp and message.rsvp.answer == "delegated" and _may_answer(message, message.rsvp, invited)
    }
    for message in messages:
        rsvp = message.rsvp
        if rsvp and rsvp.uid:
            for_them = (rsvp.uid, rsvp.attendee) in delegates and message.sender == rsvp.attendee
            may = for_them or _may_answer(message, rsvp, invited)
            if may and rsvp.uid in check_ins and rsvp.answer in STATES:
                yield _by_calendar(message, rsvp, check_ins[rsvp.uid], invited.letters)
        elif message.kind in (Kind.HUMAN, Kind.RSVP):
            yield from _by_subject(message, check_ins, invited)


def _may_answer(message: Message, rsvp: Rsvp, invited: Invited) -> bool:
    addresses = invited.addresses[message.side]
    return rsvp.attendee in addresses and message.sender in addresses


def _by_calendar(message: Message, rsvp: Rsvp, check_in: CheckIn, letters: Mapping[str, Letter]) -> Answer:
    stamp = min(rsvp.stamp or message.at, message.at)  # a calendar whose clock is fast is not always right
    known = sequence_at(rsvp.uid, letters, stamp + A_SECOND) if rsvp.sequence == UNSAID else rsvp.sequence
    sequence = min(known, check_in.sequence)
    written = [x.created_at for x in letters.values() if slot_of(x.occasion) == (rsvp.uid, sequence)]
    if written and stamp <= min(written):
        stamp = message.at  # the invitation's own, which Android's mail repeats: it was answered later
    # Who proposes the very time that is booked (and another length, say) may well come: there is nothing to move.
    answer = "tentative" if rsvp.proposed == check_in.starts_at else rsvp.answer
    return Answer(rsvp.uid, sequence, message.side, answer, stamp, message, rsvp.proposed)


def _by_subject(message: Message, check_ins: Mapping[str, CheckIn], invited: Invited) -> Iterator[Answer]:
    """An answer without a calendar: "Accepted: ..." below the invitation, or with its subject."""
    answer, rest = answer_in(message.subject)
    if not answer:
        return
    sent = [x for x in invited.letters.values() if slot_of(x.occasion)[0] in check_ins]
    below = [letter for letter in sent if message.parents and _is_parent(letter, message)]
    named = [letter for letter in sent if _is_named(letter, rest, message, invited.title)]
    if below or named:
        invite = max(below or named, key=lambda letter: letter.created_at)
        uid, sequence = slot_of(invite.occasion)
        sequence = sequence if below else sequence_at(uid, invited.letters, message.at)
        yield Answer(uid, sequence, message.side, answer, message.at, message)


def _is_parent(letter: Letter, message: Message) -> bool:
    return letter.message_id in message.parents or bool(letter.alias and letter.alias in message.parents)


def _is_named(letter: Letter, rest: str, message: Message, title: str) -> bool:
    """Whether the subject is that of the invitation, or what calendars call it; either may be cut off."""
    known = (letter.subject.casefold(), title.casefold())
    named = any(subject and (subject.startswith(rest) or rest.startswith(subject)) for subject in known)
    return named and len(rest) > SHORTEST and letter.created_at <= message.at
