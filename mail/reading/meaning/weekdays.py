"""A day of the week and what stands beside it: "Friday 6th", "Friday at 5", "Friday next week".

The two must go together. Where they do not, nobody can know which of them was meant, and no day is read.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

WeekdayOf = Callable[[str], int | None]  # 0 is Monday; None for any other word

# How the months begin, in the languages that are read.
MONTH = (
    r"(?:j[aä]n|ene|gen|f[eé][bv]|m[aä]r|mrt|apr|abr|avr|ma[giy]|jun|jui|giu|jul|lug|aug|ago|aoû|sep|set|o[ck]t|ott|out|"
    r"nov|de[csz]|dic|déc)[^\W\d_]*"
)
_DAY = timedelta(days=1)
_FAR = 62  # days ahead within which "Friday 6th" is looked for
_LAST_HOUR = 12  # a bare number up to this one may be an hour as well
# An hour, a month or more figures behind the number make something else of it.
_NUMBERED = re.compile(
    r"([^\W\d_]{2,13}(?:-feira)?)[.,]{0,2}\s+\(?(?:(?:the|den|el|le|il|dia)\s+)?(\d{1,2})(?!\d)(st\b|nd\b|rd\b|th\b|er\b|ère\b|\.|º)?+"
    rf"(?!\s?[:./–-]\s?\d|\d|\s?[ap]\.?m\b|\s?o.?clock|\s?(?:of |de |di )?{MONTH}\b)",
    re.IGNORECASE,
)
_AN_HOUR = re.compile(r"\s\d{1,2}(?::\d\d|\s?[ap]\.?m)", re.IGNORECASE)
_NEXT_WEEK = re.compile(
    r"\b(?:next week|(?:nächste[rn]?|kommende[rn]?) woche|la próxima semana|la semana que viene|próxima semana|"
    r"semana que vem|la semaine prochaine|volgende week|la prossima settimana|la settimana prossima)\b",
    re.IGNORECASE,
)
# "Friday week" is a week after Friday, to some.
_WEEKS_ON = re.compile(
    r"([^\W\d_]{3,13})\s+(?:week|fortnight|(?:en|in)\s+(?:(?:\d+|an?|one|two|three|einer|zwei|drei|dos|tres|deux|trois|"
    r"due|tre|twee|drie|een|una?|une)\s+)?(?:weeks?|days?|wochen?|tagen?|semanas?|días|semaines?|jours|settiman[ae]|"
    r"giorni|weken|dagen|huit|quinze|ocho|quince|acht))\b|an? week (?:on|after)\b",
    re.IGNORECASE,
)
# Before a "next week" that is not that day's: "Thursday, next week I am away", "Friday for next week's campaign".
_APART = re.compile(
    r"(?:[,;:.–-]|\b(?:for|before|after|für|vor|nach|para|antes de|pour|avant|per|voor))\s*$", re.IGNORECASE
)
_LITTLE = re.compile(
    r"\b(?:by|on|until|till|before|for|the|in|of|am|bis|an|der|die|el|la|para|até|le|pour|da|de|op)\b",
    re.IGNORECASE,
)


def day_beside(said: str, text: str, today: date, weekday_of: WeekdayOf) -> tuple[bool, date | None]:
    """Whether a day of the week and something beside it stand here, and the day that they name together."""
    week = _NEXT_WEEK.search(said)
    if week and not _APART.search(said[: week.start()]) and not _has_day(said[: week.start()], weekday_of):
        day = _in_next_week(said[: week.start()], said[week.end() :], today, weekday_of)
        return day is not None, day
    if _weeks_on(text, weekday_of):
        return True, None
    match = _NUMBERED.match(text)
    weekday = weekday_of(match[1]) if match else None
    if match is None or weekday is None:
        return False, None
    a_day = bool(match[3] or _AN_HOUR.match(text, match.end()))
    return True, _that_agrees(weekday, int(match[2]), a_day, today)


def _has_day(before: str, weekday_of: WeekdayOf) -> bool:
    """Whether another day stands in front: "12 March, next week I am away"."""
    words = _LITTLE.sub(" ", before).replace(",", " ").split()
    return len(words) > 1 or any(weekday_of(word) is None for word in words)


def _in_next_week(before: str, after: str, today: date, weekday_of: WeekdayOf) -> date | None:
    words = re.findall(r"[\w-]+", _LITTLE.sub(" ", f"{before} {after[:30]}"))
    weekday = weekday_of(words[0]) if words else None
    monday = today + (7 - today.weekday()) * _DAY
    return None if weekday is None else monday + weekday * _DAY


def _weeks_on(text: str, weekday_of: WeekdayOf) -> bool:
    match = _WEEKS_ON.match(text)
    return match is not None and (match[1] is None or weekday_of(match[1]) is not None)


def _that_agrees(weekday: int, number: int, a_day: bool, today: date) -> date | None:
    """The next such weekday with this number; a small bare number may be the hour on the next such weekday."""
    ahead = [today + n * _DAY for n in range(_FAR) if (today + n * _DAY).weekday() == weekday]
    found = next((day for day in ahead if day.day == number), None)
    if a_day or number > _LAST_HOUR or found in ahead[:1]:
        return found
    return None if found else next(day for day in ahead if day > today)
