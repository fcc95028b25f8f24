"""The languages in which days are said: by a month's name it is known, whatever the rules tell of the writer."""

import re
from functools import cache

from mail.reading.words.wordlists import phrases, plain

# The ones that are looked at where a word is theirs, or where the writer's own is among them.
_CODES = "pl cs ru uk sv da nb fi tr id vi hu ro bg el zh ja ko hi ar he th"
FURTHER = frozenset(_CODES.split())
_WORD = re.compile(r"[^\W\d_]{3,}")


def language_said(said: str) -> str:
    """The further language whose month or day of the week stands in the text first; "" where none does."""
    names = _names_of_days()
    return next(filter(None, map(names.get, _WORD.findall(plain(said)))), "")


@cache
def _names_of_days() -> dict[str, str]:
    return {
        plain(name): code
        for code in _CODES.split()
        for line in phrases(f"days {code}")
        for name in line.split()
    }
