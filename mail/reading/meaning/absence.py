"""Until when somebody is away: "back on Monday", "jusqu'au 12 décembre", "from 20 December to 4 January"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache

from mail.reading.meaning.days import ARTICLES, day_in
from mail.reading.words.wordlists import one_of, phrases, plain

TEXT_CAP = 2_000  # characters of an automatic reply that are looked at
LONGEST = timedelta(days=366)
SOON = timedelta(days=60)  # where day and month could be either, an absence is rather short than long
# "Monday to Friday 9-17", "del lunes al viernes, de 9 a 17", "Mo. bis Fr. 8h-18h"
_HOURS = re.compile(
    rf"\W*(?:(?:{ARTICLES})\s)?([^\W\d_]{{2,}})[.,]?\s+(?:[^\W\d_]{{2,5}}\s)?"
    r"\d{1,2}(?:h|:\d\d)?\s?(?:[-–]|to|a|à|às|alle|bis|tot)\s?\d{1,2}(?![\d/-]|\.\d)"
)
_ARTICLE = re.compile(rf"(?<!\w)({ARTICLES}|dia|de)$")
_AFTER_CAP = 60  # characters after a phrase in which the day stands
_MOST = 6  # days of one sort that are looked at
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
# A day that stands before what is said of it: "11月30日(月)まで", "27.11.2026 asti", "Am 30. November bin ich zurück".
_SAID_FIRST = (
    r"(\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]|\d{1,2}[./]\d{1,2}[./](?:\d{4})?|"
    r"\d{1,2}\.? [^\W\d_]{3,12}(?: \d{4})?|[^\W\d_]{3,12} \d{1,2}(?!\d))"
    r"(?:\s?[(（][^)）\n]{1,4}[)）])?[^\w\n]{0,2}"
)


def back_on(
    subject: str, text: str, written_at: datetime, timezone: str, language: str, locale: str
) -> date | None:
    """The first day that the writer is back; None where it cannot be read. Of several days said, the last."""
    said = plain(f"{subject}\n{text[:TEXT_CAP]}")

    def read(words: str) -> date | None:
        return _nearer(words, written_at, timezone, language, locale)

    found = [*_back(said, read), *(day + _DAY for day in _last_days(said, read))]
    yesterday = written_at.date() - _DAY
    return max((day for day in found if yesterday <= day <= written_at.date() + LONGEST), default=None)


def _back(said: str, read: Callable[[str], date | None]) -> Iterator[date]:
    """The days after "back on" and "until"; "until 12 December inclusive" and "the end of May" mean the day after."""
    for rest in _after(one_of("back on"), said):
        if day := read(rest):
            yield day + _DAY if one_of("inclusive").search(rest) else day
    yield from filter(None, (read(match[1]) for match in list(_said_first().finditer(said))[:_MOST]))


def _last_days(said: str, read: Callable[[str], date | None]) -> Iterator[date]:
    """The last days away: after "through", and at the end of "from 20 December to 4 January"."""
    rests = [*_after(one_of("back after"), said), *_ends(said, read)]
    yield from filter(None, map(read, rests))


def _ends(said: str, read: Callable[[str], date | None]) -> Iterator[str]:
    """What stands after "from <a day> to"; office hours ("from 9am to 5pm") begin with none."""
    for match in list(_from_to().finditer(said))[:_MOST]:
        first = next(filter(None, match.groups()))
        if first.isdigit() or read(first):
            yield _rest(said, match)


def _after(phrase: re.Pattern[str], said: str) -> list[str]:
    return [_rest(said, match) for match in list(phrase.finditer(said))[:_MOST]]


def _rest(said: str, match: re.Match[str]) -> str:
    """What follows, with the article before it: a day may be a number alone ("el 23")."""
    article = _ARTICLE.search(match[0])
    start = match.start() + article.start(1) if article else match.end()
    return said[start : match.end() + _AFTER_CAP].split("\n\n")[0].replace("\n", " ")


@cache
def _said_first() -> re.Pattern[str]:
    words = "|".join(re.escape(plain(one)) for one in phrases("back before"))
    return re.compile(rf"{_SAID_FIRST}(?:{words})")


@cache
def _from_to() -> re.Pattern[str]:
    pairs = (plain(one).split("{}") for one in phrases("away from to"))
    return re.compile("|".join(_span(first.strip(), last.strip()) for first, last in pairs))


def _span(first: str, last: str) -> str:
    """The first word, what stands between without that word again ("de férias de 20/12 a 04/01"), the last."""
    return rf"(?<!\w){first}\s((?:(?!\s{first}\s)[^\n]){{1,40}}?)\s{last}(?!\w)"


def _nearer(words: str, written_at: datetime, timezone: str, language: str, locale: str) -> date | None:
    """The day that the words begin with; where day and month could be either and it lies far off, the other.

    Office hours behind a day of the week are no date: a far one was made of them.
    """
    day = day_in(words, written_at, timezone, language, locale)
    if day and day - written_at.date() > SOON:
        if hours := _HOURS.match(words):
            weekday = day_in(hours[1], written_at, timezone, language, locale)
            if weekday is None or weekday - written_at.date() <= _WEEK:  # "February 8-12" are days
                return weekday
        other = day_in(words, written_at, timezone, language, "en-GB" if locale == "en-US" else "en-US")
        return other if other and timedelta() <= other - written_at.date() <= SOON else day
    return day
