"""Afterwards: what both sides said of how a check-in went, by `#held`, `#late` and `#missed`.

A letter's token counts for its own reader, and once; the contractor may also say it without a token, the
owner may not. Where the two sides differ nothing is assumed: the owner is asked, and what the owner answers
to that question is the last word. So is the answer to the letter that tells of a missed call, if they said so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter
from relationship.facts.messages import Kind, Message, Side
from relationship.invitations.bookings import slot_of
from relationship.subjects import token_in

HOW_IT_WENT = ("held", "late", "missed")
# The occasions of letters by which the owner hears what the contractor says, and whose answer is the last word.
ABOUT_THEIR_WORD = ("check-in disputed/", "check-in missed/")
NOT_MET = frozenset({"planned", "moved", "cancelled"})  # nobody was told to come at that time
REMEMBERED = timedelta(days=14)  # an answer without a token is about a check-in of these days


@dataclass(frozen=True, slots=True)
class Word:
    """One side's word on how it went."""

    uid: str
    side: Side
    word: str
    at: datetime
    last: bool = False  # the owner's answer to a letter that tells of the contractor's word


def told(check_in: CheckIn, words: Iterable[Word]) -> CheckIn:
    """With what both sides said afterwards; of each side its latest word."""
    last = False
    for word in words:
        if word.at < check_in.starts_at:
            continue
        said = {"owner_said" if word.side is Side.OWNER else "contractor_said": word.word}
        last = last or (word.last and bool(check_in.contractor_said))
        check_in = replace(check_in, **said, said_at=word.at)  # type: ignore[arg-type]
    owner, contractor = check_in.owner_said, check_in.contractor_said
    if not owner and not contractor:
        return check_in
    if last or not contractor or owner == contractor:
        return replace(check_in, state=owner)
    return replace(check_in, state="disputed" if owner else contractor)


def words(
    check_ins: Mapping[str, CheckIn], messages: Iterable[Message], letters: Mapping[str, Letter]
) -> Iterator[Word]:
    """What was said, in the messages' order; of each token the first use."""
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
            theirs = letter is not None and letter.occasion.startswith(ABOUT_THEIR_WORD)
            yield Word(uid, message.side, said, message.at, theirs and message.side is Side.OWNER)


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
    known = [x for x in check_ins.values() if at - REMEMBERED <= x.starts_at <= at and x.state not in NOT_MET]
    return max(known, key=lambda x: x.starts_at).uid if known else ""
