"""Durations, dates and lists in a reader's own words: language, zone and habit of writing them.

English is written the American way for a locale that ends in US ("Tuesday, March 3, 3:20 pm"), else the
other way ("Tuesday 3 March, 15:20"). Durations are rounded to the unit that a
person would say.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

_DAYS = {
    "en": [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    "es": [
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ],
}
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
_UNITS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "minute": ("minute", "minutes"),
        "hour": ("hour", "hours"),
        "day": ("day", "days"),
        "week": ("week", "weeks"),
        "working minute": ("working minute", "working minutes"),
        "working hour": ("working hour", "working hours"),
        "working day": ("working day", "working days"),
    },
    "es": {
        "minute": ("minuto", "minutos"),
        "hour": ("hora", "horas"),
        "day": ("día", "días"),
        "week": ("semana", "semanas"),
        "working minute": ("minuto de trabajo", "minutos de trabajo"),
        "working hour": ("hora de trabajo", "horas de trabajo"),
        "working day": ("día laborable", "días laborables"),
    },
}
_SHORT = {"en": "under a minute", "es": "menos de un minuto"}
_NO_TIME = {"en": "less than a minute of working time", "es": "menos de un minuto de trabajo"}
_AND = {"en": " and ", "es": " y "}
_SPANISH = {"you": "ti", "me": "mí"}
_STANDS: Mapping[str, Mapping[str, str]] = {
    "en": {"due": "due on {}", "idea": "idea of {}", "delivered": "delivered on {}"},
    "es": {"due": "para el {}", "idea": "idea del {}", "delivered": "entregado el {}"},
}
_YOUR_TIME = {"en": " your time", "es": " (tu hora)"}


def count(amount: int, unit: str, language: str = "en") -> str:
    """Such as "3 days", "1 working hour"; `unit` is one of minute, hour, day, week, or "working hour"."""
    one, many = _UNITS[_known(language)][unit]
    return f"{amount} {one if amount == 1 else many}"


def working_time(seconds: int, language: str = "en") -> str:
    """Working time in words: "40 working minutes", "3 working hours"; below two hours never rounded up to them."""
    if seconds < 60:
        return _NO_TIME[_known(language)]
    if seconds < 2 * 3600:
        return count(round(seconds / 60), "working minute", language)
    return count(round(seconds / 3600), "working hour", language)


def plain_time(seconds: int, language: str = "en") -> str:
    """Time on the wall clock in words: "20 minutes", "5 hours", "3 days", "3 weeks"."""
    if seconds < 60:
        return _SHORT[_known(language)]
    if seconds < 2 * 3600:
        return count(round(seconds / 60), "minute", language)
    if seconds < 36 * 3600:
        return count(round(seconds / 3600), "hour", language)
    if seconds < 21 * 86400:
        return count(round(seconds / 86400), "day", language)
    return count(round(seconds / (7 * 86400)), "week", language)


def day(when: date, language: str = "en", locale: str = "") -> str:
    """Such as "Tuesday 3 March", "Tuesday, March 3" (US), "martes 3 de marzo"."""
    return (
        f"{_DAYS[_known(language)][when.weekday()]}{_comma(language, locale)} {_date(when, language, locale)}"
    )


def short_day(when: date, locale: str = "") -> str:
    """Where there is little room, in English: "3 Mar", or "Mar 3" in America."""
    month = _MONTHS["en"][when.month - 1][:3]
    return f"{month} {when.day}" if _american("en", locale) else f"{when.day} {month}"


def full_date(when: date, language: str = "en", locale: str = "") -> str:
    """A date of another year: "3 March 2024", "March 3, 2024", "3 de marzo de 2024"."""
    joint = {"en": ", " if _american(language, locale) else " ", "es": " de "}[_known(language)]
    return f"{_date(when, language, locale)}{joint}{when.year}"


def clock(at: datetime, language: str = "en", locale: str = "") -> str:
    """Such as "15:20" or "3:20 pm", of a moment that is in its zone already."""
    if not _american(language, locale):
        return f"{at:%H:%M}"
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
    return said + (_YOUR_TIME[_known(language)] if yours else "")


def listed(things: Sequence[str], language: str = "en") -> str:
    """Such as "a, b and c"."""
    if len(things) < 2:
        return "".join(things)
    return ", ".join(things[:-1]) + _AND[_known(language)] + things[-1]


def lies_with(whose: str, since: str, language: str = "en") -> str:
    """Whose turn it is since when: "with you since Tuesday"; `whose` is you, me or a name."""
    if _known(language) == "es":
        return f"pendiente de {_SPANISH.get(whose, whose)} desde el {since}"
    return f"with {whose} since {since}"


def stands(what: str, when: str, language: str = "en") -> str:
    """How a matter stands: `what` is due, idea or delivered, `when` a day in words."""
    return _STANDS[_known(language)][what].format(when)


def titled(subject: str, language: str = "en") -> str:
    """A conversation's subject, or what mail programs show where there is none."""
    return subject or {"en": "(no subject)", "es": "(sin asunto)"}[_known(language)]


def _known(language: str) -> str:
    short = language.partition("-")[0].lower()
    return short if short in _DAYS else "en"


def _american(language: str, locale: str) -> bool:
    return _known(language) == "en" and locale.replace("_", "-").upper().endswith("-US")


def _comma(language: str, locale: str) -> str:
    return "," if _american(language, locale) else ""


def _date(when: date, language: str, locale: str) -> str:
    month = _MONTHS[_known(language)][when.month - 1]
    if _known(language) == "es":
        return f"{when.day} de {month}"
    return f"{month} {when.day}" if _american(language, locale) else f"{when.day} {month}"
