"""Below what a note is about: the owner answers a note of ours, or passes it on, and writes to the contractor at once.

To the mail programs that is a conversation of its own; to people it is the answer that the note asked for. So such a
mail names what the note is about as a parent. Of a day's mail with several notes about one contractor nobody can tell
which one is answered.
"""

from collections.abc import Iterable
from dataclasses import replace

from relationship.facts.letters import Letter
from relationship.facts.messages import Message, Side
from tick.bookkeeping.books import Books

Pairs = tuple[tuple[str, Message], ...]  # relationship, and the message as it is in its story


def below_their_notes(pairs: Pairs, books: Books) -> Pairs:
    """The messages, each below what the note that it answers is about."""
    if not any(message.side is Side.OWNER and message.parents for _, message in pairs):
        return pairs
    return tuple((key, _below(key, message, books)) for key, message in pairs)


def _below(key: str, message: Message, books: Books) -> Message:
    ours = (token for parent in message.parents if _is_ours(token := parent.partition("@")[0], books))
    token = next(ours, "")
    if message.about_letter or not token:
        return message
    carrier = books.owner.letters.get(token)
    letters = books.store.load(key).letters
    notes = (letters[name] for name in (carrier.items if carrier else (token,)) if name in letters)
    about = _conversations(notes)
    return replace(message, parents=(*about, *message.parents)) if len(about) == 1 else message


def _is_ours(token: str, books: Books) -> bool:
    return token in books.owner.letters or token in books.routes


def _conversations(notes: Iterable[Letter]) -> set[str]:
    """What the notes to the owner are about, as far as it is named by the id of a mail."""
    named = {note.conversation for note in notes if note.reader is Side.OWNER}
    return {name for name in named if "@" in name and not name.startswith("no-id:")}
