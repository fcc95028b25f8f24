"""Durations, dates and lists in a reader's own words: language, zone and habit of writing them.

English is written the American way for a locale that ends in US ("Tuesday, March 3, 3:20 pm"), else the
other way ("Tuesday 3 March, 15:20"). Durations are rounded to the unit that a
person would say.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mail.letters.phrasebook import phrasebook

_AMERICAN_DAY, _AMERICAN_DATE = "{weekday}, {month} {day}", "{month} {day}, {year}"


def count(amount: int, unit: str, language: str = "en") -> str:
    """Such as "3 days", "1 working hour"; `unit` is one of minute, hour, day, week, or "working hour"."""
    one, many = phrasebook(language).units[unit]
    return f"{amount} {one if amount == 1 else many}"


def working_time(seconds: int, language: str = "en") -> str:
    """Working time in words: "40 working minutes", "3 working hours"; below two hours never rounded up to them."""
    if seconds < 60:
        return phrasebook(language).no_working_time
    if seconds < 2 * 3600:
        return count(round(seconds / 60), "working minute", language)
    return count(round(seconds / 3600), "working hour", language)


def plain_time(seconds: int, language: str = "en") -> str:
    """Time on the wall clock in words: "20 minutes", "5 hours", "3 days", "3 weeks"."""
    if seconds < 60:
        return phrasebook(language).under_a_minute
    if seconds < 2 * 3600:
        return count(round(seconds / 60), "minute", language)
    if seconds < 36 * 3600:
        return count(round(seconds / 3600), "hour", language)
    if seconds < 21 * 86400:
        return count(round(seconds / 86400), "day", language)
    return count(round(seconds / (7 * 86400)), "week", language)


def day(when: date, language: str = "en", locale: str = "") -> str:
    """Such as "Tuesday 3 March", "Tuesday, March 3" (US), "martes 3 de marzo"."""
    pattern = _AMERICAN_DAY if _american(language, locale) else phrasebook(language).day
    return _written(pattern, when, language)


def short_day(when: date, locale: str = "") -> str:
    """Where there is little room, in English: "3 Mar", or "Mar 3" in America."""
    month = phrasebook("en").months[when.month - 1][:3]
    return f"{month} {when.day}" if _american("en", locale) else f"{when.day} {month}"


def full_date(when: date, language: str = "en", locale: str = "") -> str:
    """A date of another year: "3 March 2024", "March 3, 2024", "3 de marzo de 2024"."""
    pattern = _AMERICAN_DATE if _american(language, locale) else phrasebook(language).date
    return _written(pattern, when, language)


def clock(at: datetime, language: str = "en", locale: str = "") -> str:
    """Such as "15:20" or "3:20 pm", of a moment that is in its zone already."""
    if not _american(language, locale):
        return at.strftime(phrasebook(language).clock)
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


def day_in(at: datetime, timezone: str, language: str = "en", locale: str = "") -> str:
    """The day of a moment in the reader's zone."""
    return day(at.astimezone(ZoneInfo(timezone)).date(), language, locale)


def moment(
    at: datetime, timezone: str, language: str = "en", locale: str = "", *, yours: bool = False
) -> str:
    """A moment in the reader's zone; `yours` adds "your time", for those who live in another one."""
    local = at.astimezone(ZoneInfo(timezone))
    said = f"{day(local.date(), language, locale)}, {clock(local, language, locale)}"
    return phrasebook(language).your_time.format(moment=said) if yours else said


def listed(things: Sequence[str], language: str = "en") -> str:
    """Such as "a, b and c"."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {phrasebook(language).joint} {things[-1]}"


def lies_with(whose: str, since: str, language: str = "en") -> str:
    """Whose turn it is since when: "with you since Tuesday"; `whose` is you, me or a name."""
    said = phrasebook(language).whose_turn
    return said.get(whose, said["other"]).format(name=whose, since=since)


def stands(what: str, when: str, language: str = "en") -> str:
    """How a matter stands: `what` is due, idea or delivered, `when` a day in words."""
    return phrasebook(language).stands[what].format(day=when)


def titled(subject: str, language: str = "en") -> str:
    """A conversation's subject, or what mail programs show where there is none."""
    return subject or phrasebook(language).no_subject


def _american(language: str, locale: str) -> bool:
    return locale.replace("_", "-").upper().endswith("-US") and phrasebook(language) is phrasebook("en")


def _written(pattern: str, when: date, language: str) -> str:
    book = phrasebook(language)
    number = str(when.day) if when.day > 1 else book.first_day
    weekday, month = book.days[when.weekday()], book.months[when.month - 1]
    return pattern.format(weekday=weekday, day=number, month=month, year=when.year)
