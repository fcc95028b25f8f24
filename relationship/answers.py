"""Answers: what was said about check-ins, before and after, folded into their states.

Theory of operation. Beforehand, calendars answer: an RSVP names the check-in by its UID and the attendee who
answers, who has to be of the side that wrote the mail. Of several answers the one to the highest SEQUENCE
counts, then the one with the latest DTSTAMP, whatever order they came in; an answer to a slot that has been
moved since says nothing about the new one (RFC 5546, 2.1.5). Mail that says "Accepted: ..." in its subject
and carries no calendar counts where it answers the invitation.

Afterwards, people answer: `#held`, `#late`, `#missed`. A letter's token counts for its own reader, and once;
the contractor may also say it without a token, the owner may not. Where the two sides differ nothing is
assumed: the owner is asked, and what the owner answers to that question is the last word.

Mail that our server found forged says nothing at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from relationship.checkins import CheckIn
from relationship.letters import Letter
from relationship.messages import Kind, Message, Side
from relationship.replies import answer_in
from relationship.tokens import token_in

HOW_IT_WENT = ("held", "late", "missed")
DISPUTED = "check-in disputed/"  # the occasion of the question whose answer is the last word
REMEMBERED = timedelta(days=14)  # an answer without a token is about a check-in of these days
STATES = {
    "accepted": "accepted",
    "declined": "declined",
    "tentative": "tentative",
    "delegated": "delegated",
    "counter": "countered",
}
_NEVER = datetime.min.replace(tzinfo=UTC)


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


@dataclass(frozen=True, slots=True)
class _Word:
    """One side's word on how it went."""

    uid: str
    side: Side
    word: str
    at: datetime
    last: bool = False  # an answer to the question which of the two is right


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
    words = list(_words(check_ins, honest, letters))
    return {uid: _as_it_stands(check_in, answers, words) for uid, check_in in check_ins.items()}


def _as_it_stands(
    check_in: CheckIn, answers: Mapping[tuple[str, Side], _Answer], words: Iterable[_Word]
) -> CheckIn:
    if check_in.state in ("planned", "moved", "cancelled"):
        return check_in
    answered = _answered(check_in, answers)
    return _told(answered, [word for word in words if word.uid == check_in.uid])


def _answered(check_in: CheckIn, answers: Mapping[tuple[str, Side], _Answer]) -> CheckIn:
    """With what both sides' calendars answered to its present slot."""
    owner, contractor = answers.get((check_in.uid, Side.OWNER)), answers.get((check_in.uid, Side.CONTRACTOR))
    if owner and owner.sequence >= check_in.sequence:
        check_in = replace(check_in, owner_answer=owner.answer)
    if contractor and contractor.sequence >= check_in.sequence:
        check_in = replace(
            check_in,
            state=STATES[contractor.answer],
            contractor_answer=contractor.answer,
            answered_at=contractor.message.at,
            proposed=contractor.proposed,
        )
    return check_in


def _told(check_in: CheckIn, words: Iterable[_Word]) -> CheckIn:
    """With what both sides said afterwards; of each side its latest word."""
    last = False
    for word in words:
        if word.at < check_in.starts_at:
            continue
        said = {"owner_said" if word.side is Side.OWNER else "contractor_said": word.word}
        last = last or word.last
        check_in = replace(check_in, **said, said_at=word.at)  # type: ignore[arg-type]
    owner, contractor = check_in.owner_said, check_in.contractor_said
    if not owner and not contractor:
        return check_in
    if last or not contractor or owner == contractor:
        return replace(check_in, state=owner)
    return replace(check_in, state="disputed" if owner else contractor)


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
            if rsvp.uid in check_ins and rsvp.attendee in invited[side] and rsvp.answer in STATES:
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


def _words(
    check_ins: Mapping[str, CheckIn], messages: Iterable[Message], letters: Mapping[str, Letter]
) -> Iterator[_Word]:
    by_id = {
        name: letter for letter in letters.values() for name in (letter.message_id, letter.alias) if name
    }
    used: set[str] = set()
    for message in messages:
        said = next((tag for tag in message.tags if tag in HOW_IT_WENT), "")
        if not said or message.kind is not Kind.HUMAN:
            continue
        letter = _letter_of(message, letters, by_id)
        uid = _meant(message, letter, used, check_ins)
        if uid in check_ins:
            disputed = letter is not None and letter.occasion.startswith(DISPUTED)
            yield _Word(uid, message.side, said, message.at, disputed)


def _meant(message: Message, letter: Letter | None, used: set[str], check_ins: Mapping[str, CheckIn]) -> str:
    """The UID of the check-in that a word is about; "" where it may not be said, or not any more."""
    token = token_in(message.subject)
    if letter is None:
        return "" if token or message.side is Side.OWNER else _last(check_ins, message.at)
    if letter.reader is not message.side or (token and token in used):
        return ""
    used.add(token)
    return slot_of(letter.occasion)[0] or _last(check_ins, letter.created_at if token else message.at)


def _letter_of(message: Message, letters: Mapping[str, Letter], by_id: Mapping[str, Letter]) -> Letter | None:
    """The letter that the message answers: by the token in its subject, else by what it is a reply to."""
    token = token_in(message.subject)
    if token:
        return letters.get(token)
    return next((by_id[parent] for parent in reversed(message.parents) if parent in by_id), None)


def _last(check_ins: Mapping[str, CheckIn], at: datetime) -> str:
    """The UID of the last check-in that began before a moment, and not long before it; "" where none did."""
    known = [
        x for x in check_ins.values() if at - REMEMBERED <= x.starts_at <= at and x.state not in _NOT_MET
    ]
    return max(known, key=lambda x: x.starts_at).uid if known else ""


_NOT_MET = ("planned", "moved", "cancelled")


def occasion_key(check_in: CheckIn, trigger: str = "check-in") -> str:
    """What a rule acts on once: this check-in at this time."""
    return f"{trigger}/{check_in.uid}/{check_in.sequence}"


def slot_of(occasion: str) -> tuple[str, int]:
    """UID and SEQUENCE of an occasion that is about a check-in; ("", 0) of any other."""
    trigger, _, slot = occasion.partition("/")
    uid, _, sequence = slot.rpartition("/")
    about = trigger.startswith("check-in") and uid and sequence.isdecimal()
    return (uid, int(sequence)) if about else ("", 0)
