"""What short mails say that answer something: a choice with "please" behind it, which is no request."""

import re
from collections.abc import Iterable
from functools import cache

from mail.reading.meaning.asking import CLOSER_CAP, Lists, asks, bare, is_polite, without_greeting
from mail.reading.words.wordlists import Phrases, any_of, phrases, plain

_REST = re.compile(r"[^.!?;:\n…)]*")  # of a sentence


def asks_by_please(text: str, lists: Lists, names: Iterable[str] = ()) -> bool:
    """Whether a short text asks by nothing but a "please" as answers have it, such as "The 14:00, please".

    It stands where a sentence ends, or is one of those that tell the other to go on: "Please do."
    """
    said = plain(without_greeting(text.strip()))
    if len(said) > CLOSER_CAP:
        return False
    rest = _without_please(_goes_ahead().taken_out(said), lists, frozenset(names))
    return rest != said and not asks(rest, lists)


def _without_please(said: str, lists: Lists, names: frozenset[str]) -> str:
    """The text without each "please" that nothing follows in its sentence but thanks, or a name."""
    pieces, at = [], 0
    for found in _please().finditer(said):
        rest = _REST.match(said, found.end())
        if rest is None or is_polite(bare(rest[0]), lists, names):
            pieces.append(said[at : found.start()])
            at = found.end()
    return " ".join((*pieces, said[at:]))


@cache
def _please() -> re.Pattern[str]:
    return any_of(phrases("please"))


@cache
def _goes_ahead() -> Phrases:
    return Phrases(phrases("go ahead"))
