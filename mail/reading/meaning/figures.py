"""Dates in figures: 2026-12-03, 03/04, 3.4.2026; and figures that are none: "3.5 hours", "8-10 pages"."""

import re
from datetime import date, timedelta

_ISO = re.compile(r"((?:19|20)\d\d)(?:\s?[-/.年]\s?(\d\d?)\s?[-/.月]\s?(\d\d?)|(\d\d)(\d\d))(?!\d)")
_MONTH_AND_DAY = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})(?!\d)")
_NUMBERED = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})(?:\s*\2\s*(\d{4}|\d{2}))?\.?(?!\d)")
# "3.5 hours", "2-3 days", "6-8pm": so much, and no date.
_SO_MUCH = re.compile(
    r"\s?(?:[ap]\.?m\b|[kh%]\b|h?rs?\b|hours?|minutes?|days?\b|weeks?|months?|business|working|pages?|words?|"
    r"stunden|tagen?\b|wochen|monate|seiten|horas|d[ií]as\b|semanas|meses|p[aá]ginas|heures|jours|semaines|"
    r"giorni|settimane|uur|dagen|weken|uhr)",
    re.IGNORECASE,
)


def numbers(text: str, today: date, order: str) -> date | None:
    """A date in figures: 2026-12-03, 03/04, 3.4.2026."""
    iso = _ISO.match(text)
    if iso:
        return _date(int(iso[1]), int(iso[2] or iso[4]), int(iso[3] or iso[5]))
    named = _MONTH_AND_DAY.match(text)
    if named:
        return nearest(int(named[1]), int(named[2]), today)
    match = _NUMBERED.match(text)
    if not match or (not match[4] and _SO_MUCH.match(text, match.end())):
        return None
    first, mark, second = int(match[1]), match[2], int(match[3])
    # Points are used only where the day comes first, or the year, and then the month comes before the day.
    day_first = order == "DMY" or (mark == "." and order == "MDY")
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:
        day, month = month, day
    if match[4]:
        year = int(match[4])
        return _date(year + 2000 if year < 100 else year, month, day)
    return nearest(month, day, today)


def nearest(month: int, day: int, today: date) -> date | None:
    """The next such day; one that lies just behind is meant as it was."""
    candidates = (_date(today.year + n, month, day) for n in (-1, 0, 1, 2))
    return next((one for one in candidates if one and one >= today - timedelta(days=30)), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
