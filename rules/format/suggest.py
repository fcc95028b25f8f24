"""Did you mean: the nearest allowed word."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, allowed: Iterable[str], cutoff: float = 0.66) -> str | None:
    """The allowed word that looks most like this one, or None where none does."""
    by_shape = {_shape(one): one for one in allowed}
    shapes = get_close_matches(_shape(word), by_shape, n=1, cutoff=cutoff)
    return by_shape[shapes[0]] if shapes else None


def before_colon(key: str) -> str:
    """The key of what has no space after its colon, as in {after:1 day}."""
    return key.partition(":")[0].rstrip()


def did_you_mean(word: str, allowed: Iterable[str], kind: str = "Allowed") -> str:
    """A hint: the nearest word, or all of them where none is near."""
    choices = list(allowed)
    near = closest(word, choices)
    if near is not None:
        return f'Did you mean "{near}"?'
    return f"{kind}: {', '.join(choices)}." if choices else ""


def _shape(word: str) -> str:
    """Case, hyphens and underscores are no difference worth a thought."""
    return " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
