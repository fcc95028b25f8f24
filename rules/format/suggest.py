"""Did you mean: the nearest allowed word."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

MISSPELT = 0.85  # what is as like as that is the same word, spelt wrong


def closest(word: str, allowed: Iterable[str], cutoff: float = 0.66) -> str | None:
    """The allowed word that looks most like this one, or None where none does."""
    by_shape = {_shape(one): one for one in allowed}
    shapes = get_close_matches(_shape(word), by_shape, n=1, cutoff=cutoff)
    return by_shape[shapes[0]] if shapes else None


def before_colon(key: str) -> str:
    """The key of what has no space after its colon, as in {after:1 day}, or none before a bracket: if {took: ...}."""
    return re.split(r":| [{\[]", key, maxsplit=1)[0].rstrip()


def between_commas(text: str) -> list[str]:
    """What may be meant as a list, without its brackets."""
    return [part.strip() for part in text.split(",")]


def in_brackets(parts: Iterable[str]) -> str:
    """A list as it is to be written."""
    return f"[{', '.join(parts)}]"


def did_you_mean(word: str, allowed: Iterable[str], kind: str = "Allowed") -> str:
    """A hint: the nearest word (a letter's, also without its folder), or all of them where none is near."""
    choices = list(allowed)
    near = [one for one in choices if "/" in one and _shape(one.rpartition("/")[2]) == _shape(word)]
    near = near or _nearest(word, choices)
    if near:
        quoted = [f'"{one}"' for one in near]
        return f"Did you mean {' or '.join(quoted)}?"
    return f"{kind}: {', '.join(choices)}." if choices else ""


def _nearest(word: str, allowed: Iterable[str]) -> list[str]:
    """The nearest allowed words: one that is spelt wrong, or several that a word of another sense is as near to."""
    by_shape, shape = {_shape(one): one for one in allowed}, _shape(word)
    shapes = get_close_matches(shape, by_shape, n=3, cutoff=0.66)
    likeness = [SequenceMatcher(None, one, shape).ratio() for one in shapes]
    within = 0.1 if likeness and likeness[0] < MISSPELT else 0.0
    return [
        by_shape[one] for one, like in zip(shapes, likeness, strict=True) if like >= likeness[0] - within
    ][:3]


def _shape(word: str) -> str:
    """Case, hyphens and underscores are no difference worth a thought."""
    return " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
