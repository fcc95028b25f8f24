"""Phrasebooks: what Keepwarm itself says in letters to contractors, by language, as plain files that anyone can mend.

One YAML file a language, in `mail/letters/words/`. In a letter in any other language it says the same in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from relationship.parties import language_alone

FOLDER = Path(__file__).parent / "words"
_SAME = {"fil": "tl"}  # Filipino is Tagalog, as the state calls it


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of one language; what stands in braces is put in."""

    days: tuple[str, ...]  # from Monday on
    months: tuple[str, ...]
    day: str  # {weekday} {day} {month}
    date: str  # {day} {month} {year}
    clock: str  # as strftime writes it
    your_time: str  # {moment}
    units: Mapping[str, tuple[str, str]]  # one of them, several
    under_a_minute: str
    no_working_time: str
    in_no_time: str  # what follows "in": an answer that came before any working time had passed
    joint: str  # of the last two things in a list
    no_subject: str
    whose_turn: Mapping[str, str]  # you, me, other: {name} {since}
    stands: Mapping[str, str]  # due, idea, delivered: {day}
    footer: Mapping[str, str]  # Markdown: {name} {first} {link} {when}
    links: Mapping[str, str]  # by tag, the subject of the mail that a click begins
    first_day: str = "1"  # of a month


def phrasebook(language: str) -> Phrasebook:
    """The phrasebook of a language such as es or es-MX; the English one where there is none."""
    short = language_alone(language)
    known = _SAME.get(short, short)
    return _read(known if known in languages() else "en")


@cache
def languages() -> frozenset[str]:
    """The languages that have one, such as es."""
    return frozenset(file.stem for file in FOLDER.glob("*.yaml"))


@cache
def _read(language: str) -> Phrasebook:
    said = yaml.load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Phrasebook(**{key.replace(" ", "_"): words for key, words in said.items()})
