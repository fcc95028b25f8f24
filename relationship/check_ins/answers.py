"""Answers: what was said about check-ins, before and after, folded into their states.

Theory of operation. Beforehand, calendars answer: an RSVP names the check-in by its UID and the attendee who
answers, who has to be of the side whose mail it is. Of several answers the one to the highest SEQUENCE
counts, then the one with the latest DTSTAMP, whatever order they came in; an answer to a slot that has been
moved since says nothing about the new one (RFC 5546, 2.1.5). Mail that says "Accepted: ..." in its subject
and carries no calendar counts where it answers the invitation.

What is said afterwards is folded by `relationship.check_ins.afterwards`. Mail that our server found forged says nothing
at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from relationship.check_ins.afterwards import Word, told, words
from relationship.check_ins.bookings import proposal_key, slot_of
from relationship.check_ins.check_in import CheckIn
from relationship.check_ins.replies import answer_in
from relationship.letters import Letter
from relationship.messages import Kind, Message, Side
from relationship.tokens import token_in

CHOICES = ("accept", "decline")
PROPOSED = "check-in proposed/"
STATES = {
    "accepted": "accepted",
    "declined": "declined",
    "tentative": "tentative",
    "delegated": "delegated",
    "counter": "countered",
}


@dataclass(frozen=True, slots=True)
class _Answer:
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
        return self.sequence, self.stamp, self.message.at, self.message.key


def fold(
    check_ins: Mapping[str, CheckIn],
    messages: Sequence[Message],
    letters: Mapping[str, Letter],
    addresses: Mapping[Side, Iterable[str]],
) -> dict[str, CheckIn]:
    """The check-ins as they stand, by UID.

    `messages` in order; `addresses`: those under which each side was invited.
    """
    if not check_ins:
        return {}
    honest = [message for message in messages if message.authentic]
    answers = _latest(_answers(check_ins, honest, letters, addresses))
    said = list(words(check_ins, honest, letters))
    choices = _choices(honest, letters)
    return {
        uid: _as_it_stands(check_in, answers, choices, [word for word in said if word.uid == uid])
        for uid, check_in in check_ins.items()
    }


def _as_it_stands(
    check_in: CheckIn,
    answers: Mapping[tuple[str, Side], _Answer],
    choices: Mapping[str, tuple[str, datetime]],
    said: Iterable[Word],
) -> CheckIn:
    if check_in.state in ("planned", "moved", "cancelled"):
        return check_in
    check_in = _answered(check_in, answers)
    if check_in.state == "countered":
        check_in = _chosen(check_in, choices)
    return told(check_in, said)


def _answered(check_in: CheckIn, answers: Mapping[tuple[str, Side], _Answer]) -> CheckIn:
    """With what both sides' calendars answered to its present slot."""
    owner, contractor = answers.get((check_in.uid, Side.OWNER)), answers.get((check_in.uid, Side.CONTRACTOR))
    if owner and owner.sequence >= check_in.sequence:
        check_in = replace(check_in, owner_answer=owner.answer, owner_proposed=owner.proposed)
    if contractor and contractor.sequence >= check_in.sequence:
        check_in = replace(
            check_in,
            state=STATES[contractor.answer],
            contractor_answer=contractor.answer,
            answered_at=contractor.message.at,
            proposed=contractor.proposed,
        )
    return check_in


def _latest(answers: Iterable[_Answer]) -> dict[tuple[str, Side], _Answer]:
    """The answer that counts, by check-in and side; whatever the order they came in."""
    found: dict[tuple[str, Side], _Answer] = {}
    for answer in answers:
        known = found.get((answer.uid, answer.side))
        if known is None or known.rank < answer.rank:
            found[answer.uid, answer.side] = answer
    return found


def _answers(
    check_ins: Mapping[str, CheckIn],
    messages: Iterable[Message],
    letters: Mapping[str, Letter],
    addresses: Mapping[Side, Iterable[str]],
) -> Iterator[_Answer]:
    invited = {side: frozenset(known) for side, known in addresses.items()}
    for message in messages:
        rsvp, side = message.rsvp, message.side
        if rsvp and rsvp.uid:
            honest = rsvp.attendee in invited[side] and message.sender in invited[side]
            if rsvp.uid in check_ins and honest and rsvp.answer in STATES:
                stamp = rsvp.stamp or message.at
                yield _Answer(rsvp.uid, rsvp.sequence, side, rsvp.answer, stamp, message, rsvp.proposed)
        elif message.kind in (Kind.HUMAN, Kind.RSVP):
            yield from _by_subject(message, letters, check_ins)


def _by_subject(
    message: Message, letters: Mapping[str, Letter], check_ins: Mapping[str, CheckIn]
) -> Iterator[_Answer]:
    """An answer without a calendar: "Accepted: ..." below the invitation, or with its subject."""
    answer, rest = answer_in(message.subject)
    if not answer:
        return
    invites = [
        x for x in letters.values() if slot_of(x.occasion)[0] in check_ins and _is_about(message, rest, x)
    ]
    if invites:
        invite = max(invites, key=lambda letter: letter.created_at)
        uid, sequence = slot_of(invite.occasion)
        yield _Answer(uid, sequence, message.side, answer, message.at, message)


def _is_about(message: Message, rest: str, letter: Letter) -> bool:
    if letter.message_id in message.parents or (letter.alias and letter.alias in message.parents):
        return True
    subject = letter.subject.casefold()
    return (
        len(rest) > 7
        and letter.created_at <= message.at
        and (subject.startswith(rest) or rest.startswith(subject))
    )


def _chosen(check_in: CheckIn, choices: Mapping[str, tuple[str, datetime]]) -> CheckIn:
    """With what the owner chose about this very proposal: who declines it leaves the invitation as it was."""
    choice, at = choices.get(proposal_key(check_in), ("", None))
    if choice == "decline":
        return replace(check_in, state="invited", contractor_answer="", choice=choice, chosen_at=at)
    return replace(check_in, choice=choice, chosen_at=at)


def _choices(messages: Iterable[Message], letters: Mapping[str, Letter]) -> dict[str, tuple[str, datetime]]:
    """What the owner chose about each counter-proposal, and when; the first click counts."""
    found: dict[str, tuple[str, datetime]] = {}
    for message in messages:
        letter = letters.get(token_in(message.subject))
        chosen = next((tag for tag in message.tags if tag in CHOICES), "")
        if message.kind is not Kind.HUMAN or message.side is not Side.OWNER:
            continue
        if chosen and letter and letter.occasion.startswith(PROPOSED):
            found.setdefault(letter.occasion, (chosen, message.at))
    return found
