"""Answers: what was said about check-ins, before and after, folded into their states.

What calendars answer beforehand is read by `relationship.invitations.rsvps`, what is said afterwards by
`relationship.invitations.afterwards`. An answer to a slot that has been moved since says nothing about the new one
(RFC 5546, 2.1.5), and mail that our server found forged says nothing at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter
from relationship.facts.messages import Kind, Message, Side
from relationship.invitations.afterwards import HOW_IT_WENT, Word, told, words
from relationship.invitations.bookings import proposal_key
from relationship.invitations.replies import answer_in
from relationship.invitations.rsvps import STATES, Answer, Invited, latest
from relationship.subjects import token_in

CHOICES = ("accept", "decline")
PROPOSED = "check-in proposed/"


def fold(
    check_ins: Mapping[str, CheckIn],
    messages: Sequence[Message],
    letters: Mapping[str, Letter],
    addresses: Mapping[Side, Iterable[str]],
    title: str = "",
) -> dict[str, CheckIn]:
    """The check-ins as they stand, by UID.

    `messages` in order; `addresses`: those under which each side was invited; `title`: what calendars call them.
    """
    if not check_ins:
        return {}
    honest = [message for message in messages if message.authentic]
    answers = latest(check_ins, honest, Invited(letters, addresses, title))
    said = list(words(check_ins, honest, letters))
    choices = _choices(honest, letters)
    return {
        uid: _as_it_stands(check_in, answers, choices, [word for word in said if word.uid == uid])
        for uid, check_in in check_ins.items()
    }


def says_something(message: Message) -> bool:
    """Whether a mail may say something about a check-in; all others change nothing in the fold."""
    if not message.authentic:
        return False
    said = message.rsvp is not None or any(tag in CHOICES or tag in HOW_IT_WENT for tag in message.tags)
    return said or bool(answer_in(message.subject)[0])


def _as_it_stands(
    check_in: CheckIn,
    answers: Mapping[tuple[str, Side], Answer],
    choices: Mapping[str, tuple[str, datetime]],
    said: Iterable[Word],
) -> CheckIn:
    if check_in.state in ("planned", "moved", "cancelled"):
        return check_in
    check_in = _answered(check_in, answers)
    if check_in.state == "countered":
        check_in = _chosen(check_in, choices)
    return told(check_in, said)


def _answered(check_in: CheckIn, answers: Mapping[tuple[str, Side], Answer]) -> CheckIn:
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
