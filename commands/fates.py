"""What became of a letter, in words for the owner."""

from collections import Counter
from collections.abc import Iterable

from commands.output import counted
from relationship.facts.letters import Letter, State

FATES = {
    State.WAITING: "it waits to go out",
    State.BUNDLED: "it waits for the day’s one mail to you",
    State.ASKED: "it waits for your word",
    State.ATTEMPTED: "the line broke off: the mailbox is watched for its copy",
    State.DEFERRED: "the mail server put it off",
    State.DRAFTED: "it was left as a draft",
    State.REFUSED: "the mail server refused it",
    State.UNPROVABLE: "nobody can tell whether it went out, so it is not sent again",
}
SAID = frozenset({State.DEFERRED, State.REFUSED, State.ATTEMPTED})
IN_THE_OUTBOX = {State.ATTEMPTED: "in doubt", State.DEFERRED: "put off"}


def fate(letter: Letter) -> str:
    """What became of it, with the server's words; "" where it simply went out."""
    words = FATES.get(letter.state, "")
    return f"{words} ({letter.reply})" if letter.reply and letter.state in SAID else words


def outbox_in_words(letters: Iterable[Letter]) -> str:
    """How many letters are on their way, and how they fare."""
    states = Counter(letter.state for letter in letters)
    some = [f"{states[state]} {words}" for state, words in IN_THE_OUTBOX.items() if states[state]]
    return counted(states.total(), "letter") + (f" ({', '.join(some)})" if some else "")
