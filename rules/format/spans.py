"""Which duration was probably meant: "48h", "2 business days", "a week", "1.5 hours"."""

import re

from relationship.clocks.durations import UNITS, Duration
from rules.format.suggest import closest

_SPAN = re.compile(r"(\d{1,5}(?:[.,]\d)?|half|[a-z]+)(?:\s+an?\b)?[\s-]*(?:([a-z]+)[\s-]+)?([a-z]+)\.?")
_NUMBERS = {name: n for n, name in enumerate("a one two three four five six seven eight nine ten".split())}  # noqa: SIM905
_WORDS = {**_NUMBERS, "a": 1, "an": 1, "half": 0.5}
_SHORT = {"s": "second", "m": "minute", "h": "hour", "hr": "hour", "d": "day", "w": "week", "wk": "week"}
_WORKING = ("working", "work", "business")
_WORKDAYS = ("workday", "weekday", "wd")
_LONGER = {"month": 30, "year": 365, "fortnight": 14}  # in days


def meant_by(words: str) -> str:
    """A hint: the duration that these words were probably meant to be; "" where nobody can tell."""
    match = _SPAN.fullmatch(words.lower())
    if not match:
        return ""
    number = _WORDS.get(match[1]) if match[1].isalpha() else float(match[1].replace(",", "."))
    working = bool(closest(match[2] or "", _WORKING))
    if not number or (match[2] and not working):
        return ""
    meant = _in_whole(number, working, match[3].removesuffix("s") or match[3])
    return f'Did you mean "{meant}"?' if meant and str(meant) != words else ""


def _in_whole(number: float, working: bool, unit: str) -> Duration | None:
    """The amount in a unit of which it is a whole number; working days have no known length."""
    if unit in _WORKDAYS:
        unit, working = "day", True
    if unit in _LONGER and not working:
        number, unit = number * _LONGER[unit], "day"
    unit = _SHORT.get(unit) or closest(unit, UNITS) or ""
    if not unit or (working and unit == "week"):
        return None
    if number == int(number):
        return Duration(int(number), f"{unit}s", working)
    smaller = {"hour": "minute", "day": "hour", "week": "day"}.get(unit)
    if smaller is None or (working and unit == "day"):
        return None
    amount = number * UNITS[unit] / UNITS[smaller]
    return Duration(int(amount), f"{smaller}s", working) if amount == int(amount) else None
