"""What answers the letter that asks for ideas is one, as if it were tagged: contractors do not know tags.

The letter promises that the owner reads each. A closer ("Thanks!") is none, nor what was said to Keepwarm ("#pause").
"""

from dataclasses import replace

from relationship.facts.messages import Kind, Message, Side
from tick.bookkeeping.books import Books
from tick.recording.below import Pairs

ASKS_FOR_IDEAS = "ideas/ask"
_MAY_STAND_BESIDE = frozenset(["nrn", "done"])  # "no need to answer" is found in plain words, too


def with_ideas(pairs: Pairs, books: Books) -> Pairs:
    """The messages, those tagged that answer a letter which asks for ideas."""
    return tuple(
        (key, replace(message, tags=(*message.tags, "idea")) if _is_idea(key, message, books) else message)
        for key, message in pairs
    )


def _is_idea(key: str, message: Message, books: Books) -> bool:
    """Whether it answers the letter itself: what is said further down its conversation is talk."""
    if message.side is not Side.CONTRACTOR or message.kind is not Kind.HUMAN or not message.parents:
        return False
    says_nothing = message.closes and "nrn" not in message.tags
    if says_nothing or not message.readable or not _MAY_STAND_BESIDE.issuperset(message.tags):
        return False
    return any(
        message.parents[-1] in (letter.message_id, letter.alias)
        for letter in books.store.load(key).letters.values()
        if letter.template == ASKS_FOR_IDEAS and letter.reader is Side.CONTRACTOR
    )
