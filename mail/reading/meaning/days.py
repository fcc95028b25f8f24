"""Days as people write them: "12 Dec", "03/04", "Friday", "amanhã" (`dateparser` does the reading).

Read in the writer's zone and languages, and in that of a month's name; an order of day and month that the words leave
open is the owner's.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mail.reading.meaning.figures import nearest, numbers
from mail.reading.meaning.weekdays import MONTH, day_beside
from mail.reading.words.tongues import FURTHER, language_said
from relationship.parties import language_alone

LANGUAGES = ("en", "es", "pt", "tl", "de", "fr", "it", "nl")
TEXT_CAP = 200  # characters of a line in which a date is looked for
WORDS_CAP = 7  # words of a line in which a date is looked for
FRIDAY = 4
PAST, FUTURE = timedelta(days=400), timedelta(days=1500)  # from the mail: what lies outside is no due date

ARTICLES = "el|al|del|le|au|du|il|dal|den|dem|am|zum|op"  # before a day of the month
_MONTH_FIRST = frozenset(["en-us", "en-ph", "es-pa", "es-pr", "fil-ph", "tl-ph", "en"])
_YEAR_FIRST = frozenset(["zh", "ja", "ko", "hu", "lt", "mn"])
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LEADING = re.compile(
    r"^(?:(?:by|on|until|till|before|for|no later than|the|"
    rf"la|para|até|dia|pour|bis|ab|sa|de|{ARTICLES}|"
    r"this|next|coming|n[aä]chste[nr]|kommende[nr]|diesen|pr[oó]xim[oa]|date|noon|midday|first thing|"
    r"eod|cob|end of day|(?:close|end) of business|jusqu'au|(?:m[aå]n|tis|ons|tors|fre|l[oö]r|s[oö]n)dagen|"
    r"poniedzia[lł]ku|wtorku|[sś]rody|czwartku|pi[aą]tku|понедельника|вторника|четверга|понеділка|вівторка|п'ятниці|"
    rf"(?:end of|ende|finales de|fin de|fin|final de|fim de|fine|eind)(?=\s+{MONTH}\b))\b[\s,:]*)+",
    re.IGNORECASE,
)
# "Montag, den 30. November", "Montag, den 30.11.", "lunes, el 30 de noviembre": the article is no part of the day.
_ARTICLE = re.compile(
    r"(?<=[^\W\d_])([.,]?\s)(?:the|den|dem|el|le|il|d[ií]a)\s"
    rf"(?=\d{{1,2}}(?:(?:st|nd|rd|th|er|\.|º)?\s(?:of |de |di )?{MONTH}\b|\s?[./]\s?\d{{1,2}}(?:[./\s]|$)))",
    re.IGNORECASE,
)
# A day of the week in front of figures: "Fr 13.11.", "Fri, 11/13", "sexta, 13/11"; dateparser knows the whole names.
_BEFORE_FIGURES = re.compile(r"([^\W\d_]{2,13})[.,]{0,2}\s+(?=\d{1,4}\s?[./-]\s?\d)")
_IN_TWO = "mo di mi do fr sa so ma wo vr za zo"
_IN_THREE = "lun mar mer mié jeu jue ven vie sam sáb sab dim dom seg ter qua qui sex gio"
# "March 6-8" and "6/7 March": the last of them counts.
_TO = "(?:[-—/&]|to|and|or|bis|und|a|al|y|e|à|au|et)"
_DAYS_OF_MONTH = re.compile(
    rf"(?<![\d./-])\d{{1,2}}(?:st|nd|rd|th|\.)?\s?{_TO}\s?(?=\d{{1,2}}(?!\d|[:./-]\d))"
    rf"(?=\d+(?:st|nd|rd|th|\.)?\s(?:of |de )?{MONTH}\b)",
    re.IGNORECASE,
)
_A_MONTH = re.compile(rf"\b{MONTH}", re.IGNORECASE)
_MONTHS_DAYS = re.compile(
    rf"(?<!\d\s)(?<!\.\s)({MONTH}\.?\s)(\d{{1,2}})(?:st|nd|rd|th)?\s?{_TO}\s?(\d{{1,2}})(?:st|nd|rd|th)?"
    r"(?=\s*(?:$|[,;.!?)](?!\d)|(?:19|20)\d\d|(?:at|by|please)\b))",
    re.IGNORECASE,
)
_WEEKDAYS = frozenset(f"{_IN_TWO} {_IN_THREE}".split())
_SHORTENED = re.compile(r"\b(tue|wed|thu)(?:s|rs|r)\b", re.IGNORECASE)
_FROM_NOW = re.compile(r"(?:\bin )?(\w+ (?:day|week|month)s?) from (?:now|today)\b", re.IGNORECASE)
_FROM_THEN = re.compile(
    r"(?:in )?\w+ (?:day|week|month)s? (?:from|after|before)\b|may (?:be|slip|move|change)\b|last \w+ (?:of|in)\b",
    re.IGNORECASE,
)
# What dateparser does not know, by the days that it lies ahead.
_AHEAD = tuple(
    (days, re.compile(rf"(?:{words})(?!\w)", re.IGNORECASE))
    for days, words in (
        (0, "eod|cob|end of day|close of business|ngayon|ngayong araw"),
        (1, "bukas"),
        (2, "pasado mañana|depois de amanhã|dopodomani|sa makalawa|makalawa"),
    )
)
_MONTHS_END = re.compile(
    r"(?:the )?(?:end of (?:the |this )?month|eom|month[- ]end|monatsende|ende des monats|fin(?:al)? de(?:l)? mes|"
    r"fim do mês|final do mês|fin du mois|fine mese|eind(?:e)? van de maand|katapusan)(?!\w)",
    re.IGNORECASE,
)
_WEEKS_END = re.compile(
    r"(?:the )?(?:end of (?:the |this )?week|eow|ende der woche|ende dieser woche|fin(?:al)? de (?:la|esta) semana|"
    r"fi(?:m|nal) da semana|fin de la semaine|eind(?:e)? van de week)(?!\w)",
    re.IGNORECASE,
)
_YEARS_END = re.compile(
    r"(?:the )?(?:end of (?:the |this )?year|eoy|year[- ]end|jahresende|ende des jahres|fin(?:al)? de año|fim do ano|"
    r"final do ano|fin de l'année|fine anno|eind(?:e)? van het jaar)(?!\w)",
    re.IGNORECASE,
)
# "the 15th", "dia 15", "el 15", "dem 15.", and nothing more: "the 2nd draft" and "am 2. Entwurf" are no days.
_BEHIND = (
    r"(?:\s*(?:$|[,;:!()](?!\d))|\s+(?:at|by|please|por la|a las?|de este mes|y|às|deste mês|à|de ce mois|et|alle|e|om|"
    r"as?(?= \d{1,2}:)|"
    r"inclu[\wí]+|wieder|zurück|im|nicht|um|und|ich|bei|dieses monats|terug|weer|weg|ben)(?!\w))"
)
_DAY_ALONE = re.compile(
    r"(?:(?:el |on |by |no )*d[ií]a (\d{1,2})|(?:on |by |the )*(\d{1,2})(?:st|nd|rd|th)|"
    r"(?:el|al|del|le|au|du|il|dal) (\d{1,2})(?:er|º)?|(?:op )?de (\d{1,2})(?:e|ste|de))"
    rf"(?=\.(?!\d)|{_BEHIND})|(?:den|dem|am|zum) (\d{{1,2}})\.?(?={_BEHIND})",
    re.IGNORECASE,
)
# Which dateparser takes for a month: "el 5 a las 9" is no day of September.
_HOUR_BEHIND = re.compile(r"\s+(?:at|um|om|alle(?: ore)?|às?|as?|a las?)\s+\d", re.IGNORECASE)
_MONTHS = re.compile(
    r"\b(?:months?|mes|meses|mês|mois|monate?n?|maand(?:en)?|mese|mesi|buwan)\b", re.IGNORECASE
)
_NEXT = re.compile(r"(?:by |on |before |until )?next (?:mon|tue|wed|thu|fri|sat|sun)", re.IGNORECASE)
_THREE_LETTERS = re.compile(r"[^\W\d_]{3}|[^\x00-\u02af]")
_NO_DAYS = frozenset(["one", "two", "ten", "six", "sec", "min", "now", "few", "the", "and"])
# Hours that dateparser takes for days: "17 Uhr", "17h30", and "at 5" where no more follows.
_HOUR = re.compile(
    r"(?<![\d.:/-])([01]?\d|2[0-3])\s?(?:uhr|uur|o.clock|h|hs|heures?|horas?)(?:([0-5]\d)|\b)", re.IGNORECASE
)
_HOURS_ALONE = re.compile(r"\d{1,2}(?:-\d{1,2}|\.\d\d)(?![\d./-])")  # "Friday 5-6", "Friday 6.30"
_HOURS = re.compile(r"(?<![\d./-])\d{1,2}(?::\d\d)?\s?-\s?(\d{1,2}(?::\d\d)?\s?[ap]\.?m\b)", re.IGNORECASE)
_DAY_AND_HOUR = re.compile(rf"({MONTH}\.?\s\d{{1,2}})\s?-\s?(?=\d{{1,2}}\s?[ap]\.?m\b)", re.IGNORECASE)
_AT_HOUR = re.compile(
    r"\b(at|um|om|alle|ore|às?|as|a las?) ([01]?\d|2[0-3])(?=$|[,;!?)]|\.(?:\s|$))", re.IGNORECASE
)
_ORDINAL = re.compile(r"(\d)(?:st|nd|rd|th|er|º|ª)\b", re.IGNORECASE)


def order_of(locale: str) -> str:
    """How a locale orders 03/04: "MDY", "DMY" or "YMD"."""
    name = locale.replace("_", "-").lower()
    if name in _MONTH_FIRST:
        return "MDY"
    return "YMD" if language_alone(name) in _YEAR_FIRST else "DMY"


def day_in(text: str, written_at: datetime, timezone: str, language: str, locale: str) -> date | None:
    """The day that a piece of text begins with; None where there is none near `written_at` (aware)."""
    today = written_at.astimezone(_zone(timezone)).date()
    said = _with_plain_hours(text[:TEXT_CAP].replace("\u00a0", " ").replace("–", " - ").strip(" :=-–("))
    found = _day(said, today, order_of(locale), language_said(said) or language)
    if found and _is_next(said, found) and found.isocalendar()[1] == today.isocalendar()[1]:
        found += timedelta(days=7)  # who says "next Friday" on a Monday means that of the next week
    return found if found and today - PAST <= found <= today + FUTURE else None


def _is_next(said: str, found: date) -> bool:
    """Whether "next Friday" stands alone: "next Friday, March 6" names the day itself."""
    return bool(_NEXT.match(said)) and not re.search(rf"\b0?{found.day}(?!\d|:|\s?[ap]\.?m)", said)


def _day(said: str, today: date, order: str, language: str) -> date | None:
    said = _ARTICLE.sub(r"\1", said)
    alone = _DAY_ALONE.match(said)
    if alone and _HOUR_BEHIND.match(said, alone.end()):
        return _day_alone(said, today)
    words = _LEADING.sub("", _SHORTENED.sub(r"\1", _FROM_NOW.sub(r"in \1", said))).split()[:WORDS_CAP]
    text = _with_the_last(" ".join(words))
    found = numbers(text, today, order) or _after_weekday(text, today, order, language)
    if found is None:
        beside, found = day_beside(said, text, today, lambda word: _weekday_of(word, language))
        if beside:
            return found
    if found is None and not _FROM_THEN.match(text):
        found = _known(said, text, today) or (
            _words(tuple(text.split()), today, order, language) if words else None
        )
    return found or _day_alone(said, today)


def _with_the_last(text: str) -> str:
    """Of several days of one month, the last."""
    first = _DAYS_OF_MONTH.search(text)
    if first and not _A_MONTH.search(text[: first.start()]):  # "Dec 31 and 1 Jan" are two
        text = text[: first.start()] + text[first.end() :]
    return _MONTHS_DAYS.sub(_last_of_both, text, count=1)


def _last_of_both(days: re.Match[str]) -> str:
    return f"{days[1]}{days[3]}" if int(days[3]) > int(days[2]) else days[0]


def _after_weekday(text: str, today: date, order: str, language: str) -> date | None:
    """A date in figures behind its day of the week, which tells day and month apart: "Fri 6/3" is a Friday."""
    first = _BEFORE_FIGURES.match(text)
    if not first or not (first[1].lower() in _WEEKDAYS or _read(first[1], today, "DMY", language)):
        return None
    figures = text[first.end() :]
    found, weekday = numbers(figures, today, order), _weekday_of(first[1], language)
    if found is None or weekday is None or found.weekday() == weekday:
        return found
    if _HOURS_ALONE.match(figures):
        return _read(first[1], today, order, language)
    other = numbers(figures, today, "DMY" if order == "MDY" else "MDY")
    return other if other and other.weekday() == weekday and other < found else found


@lru_cache(maxsize=1024)
def _weekday_of(word: str, language: str) -> int | None:
    """The day of the week that a word names: the same one from whatever day it is looked at."""
    if not word.replace("-", "").isalpha():
        return None
    tuesday = date(2026, 6, 9)
    found = [_read(word, tuesday + timedelta(days=n), "DMY", language) for n in range(2)]
    ahead = [day.weekday() for day in found if day and timedelta() < day - tuesday <= timedelta(days=8)]
    return ahead[0] if len(ahead) == 2 and ahead[0] == ahead[1] else None


def _known(said: str, text: str, today: date) -> date | None:
    """The end of the week (its Friday), the month or the year, and days in words that dateparser does not know."""
    if _MONTHS_END.match(text):
        return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if _WEEKS_END.match(text):
        return today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    if _YEARS_END.match(text):
        return today.replace(month=12, day=31)
    days = next((days for days, words in _AHEAD if words.match(text or said)), None)
    return None if days is None else today + timedelta(days=days)


def _day_alone(said: str, today: date) -> date | None:
    """The next day of a month that has this number."""
    match = _DAY_ALONE.match(said)
    if not match:
        return None
    number = int(next(filter(None, match.groups())))
    ahead = (today + timedelta(days=n) for n in range(62))
    return next((day for day in ahead if day.day == number), None)


def _with_plain_hours(text: str) -> str:
    text = _HOURS.sub(r"\1", _DAY_AND_HOUR.sub(r"\1 ", text))
    text = _HOUR.sub(lambda hour: f"{hour[1]}:{hour[2] or '00'}", text)
    return _AT_HOUR.sub(r"\1 \2:00", text)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _words(words: tuple[str, ...], today: date, order: str, language: str) -> date | None:
    """A date in words at the beginning; what follows it is left off word by word."""
    for length in range(len(words), 0, -1):
        text = _ORDINAL.sub(r"\1", " ".join(words[:length])).strip(" ,.;:!)")
        if len(text) > 60 or text.lower().split(" ", 1)[0] in _NO_DAYS or not _THREE_LETTERS.search(text):
            continue
        found = _read(text, today, order, language)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def _read(text: str, today: date, order: str, language: str) -> date | None:
    import dateparser  # loaded only where a date is said: it takes a tenth of a second

    moment = dateparser.parse(
        text,
        languages=list(_languages((language,))),
        settings={
            "DATE_ORDER": "MDY" if order == "YMD" else order,  # "15 Dec" is no day of 2015
            "PREFER_DATES_FROM": "future",
            "PREFER_DAY_OF_MONTH": "current" if _MONTHS.search(text) else "last",  # "in a month"; "December"
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001
            "RETURN_AS_TIMEZONE_AWARE": False,
            "REQUIRE_PARTS": [],
            "PARSERS": ["relative-time", "custom-formats", "absolute-time"],
        },
    )
    if moment is None:
        return None
    found = moment.date()
    if not _YEAR.search(text) and found - today > timedelta(days=335):
        return nearest(found.month, found.day, today)
    return found


def _languages(more: Iterable[str]) -> tuple[str, ...]:
    known = (language_alone(tag) for tag in more)
    return tuple(dict.fromkeys([*LANGUAGES, *(name for name in known if name in FURTHER)]))
