"""What short mails say as a whole: an answer with "please" behind it, a question taken back, "Done!"."""

import re
from collections.abc import Iterable
from functools import cache

from mail.reading.meaning.asking import (
    CLOSER_CAP,
    WRAP,
    Lists,
    asks,
    bare,
    has_question,
    is_done,
    is_polite,
    without_greeting,
    without_thanks,
)
from mail.reading.words.wordlists import Phrases, any_of, is_greeting, phrases, plain

_REST = re.compile(rf"(?:[^.!?;:\n…)]|{WRAP})*")  # of a sentence

_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")


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
        if rest is None or names.issuperset(without_thanks(bare(rest[0]), lists).split()):
            pieces.append(said[at : found.start()])
            at = found.end()
    return " ".join((*pieces, said[at:]))


@cache
def _please() -> re.Pattern[str]:
    return any_of(phrases("please"))


@cache
def _goes_ahead() -> Phrases:
    return Phrases(phrases("go ahead"))


def takes_back(text: str, lists: Lists, names: Iterable[str] = ()) -> bool:
    """Whether a short text says as a whole that a question is none any more: "Never mind, found it!"."""
    text = without_greeting(text.strip())
    if len(text) > CLOSER_CAP or not may_take_back(text) or has_question(text):
        return False
    said = bare(text)
    rest = _taken_back().taken_out(said)
    spare = frozenset(names)
    return rest != said and is_polite(_beside().taken_out(rest), lists, spare)


def may_take_back(text: str) -> bool:
    """Whether words that take a question back stand in it at all."""
    return _taken_back().stand_in(plain(text))


@cache
def _taken_back() -> Phrases:
    return Phrases(phrases("taken back"))


@cache
def _beside() -> Phrases:
    return Phrases(phrases("beside what is taken back"))


def says_done_beside(text: str, lists: Lists, names: Iterable[str] = ()) -> bool:
    """Whether the first or the last sentence says that the work is done, and nothing else: "Here it is. Done!".

    The last is the one above thanks and names. Where anything tells of work that is left, it says nothing.
    """
    if _work_is_left().stand_in(plain(text)):
        return False
    sentences = [one for one in _SENTENCES.split(without_greeting(text.strip())) if one.strip()]
    first = _without_call(sentences[0]) if sentences else ""
    if is_done(first, lists) and bare(first) not in _only_okay():
        return True
    spare = frozenset(names)
    last = next((one for one in reversed(sentences) if not _is_ending(one, lists, spare)), "")
    return is_done(last, lists)


def may_say_done(text: str, lists: Lists) -> bool:
    """Whether words that say that work is done stand in it at all."""
    return lists.any_done.stand_in(plain(text))


def _is_ending(sentence: str, lists: Lists, names: frozenset[str]) -> bool:
    """Whether a sentence is thanks or a name below the last one that says something."""
    return not is_done(sentence, lists) and is_polite(bare(sentence), lists, names)


def _without_call(sentence: str) -> str:
    """What follows "Hi Dana," on the same line."""
    called, comma, rest = sentence.partition(",")
    return rest.strip() if comma and is_greeting(f"{called},") else sentence


@cache
def _work_is_left() -> Phrases:
    return Phrases(phrases("work is left"))


@cache
def _only_okay() -> frozenset[str]:
    """Words for "done" that say "okay" where a mail begins."""
    return frozenset(map(bare, phrases("done or okay")))
