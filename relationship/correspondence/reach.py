"""Which addresses take no mail, so that writing there again is of no use (RFC 3463, 3.2)."""

import re
from collections.abc import Iterable, Mapping

from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Side

STATUS = re.compile(r"\b5\.\d+\.\d+\b")
ADDRESS_GONE = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")


def bouncing(messages: Iterable[Message]) -> Mapping[str, Message]:
    """Addresses that refuse mail for good, with the bounce; a later human mail from there lifts it."""
    found: dict[str, Message] = {}
    for message in messages:
        if message.bounce and message.bounce.permanent and message.bounce.status in ("", *ADDRESS_GONE):
            found.setdefault(message.bounce.address, message)
        elif _from_a_contractor(message):
            found.pop(message.sender, None)
    return found


def turned_away(letters: Iterable[Letter], messages: Iterable[Message]) -> Mapping[str, Letter]:
    """Addresses that our own server refused at once (5.1.x), with the letter; lifted as a bounce is."""
    refused = [x for x in letters if x.state is State.REFUSED and x.attempted_at]
    refused = [x for x in refused if len(x.to) == 1]  # else another recipient may be meant
    gone = {x.to[0]: x for x in refused if (said := STATUS.search(x.reply)) and said[0] in ADDRESS_GONE}
    for message in messages if gone else ():
        letter = gone.get(message.sender)
        lifts = letter and letter.attempted_at and message.at >= letter.attempted_at
        if lifts and _from_a_contractor(message):
            del gone[message.sender]
    return gone


def _from_a_contractor(message: Message) -> bool:
    return message.kind is Kind.HUMAN and message.side is Side.CONTRACTOR
