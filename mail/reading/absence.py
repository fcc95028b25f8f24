"""Until when somebody is away: "back on Monday", "jusqu'au 12 décembre", out of an automatic reply."""

from datetime import date, datetime, timedelta

from mail.reading.days import day_in
from mail.reading.wordlists import one_of, plain

TEXT_CAP = 2_000  # characters of an automatic reply that are looked at
LONGEST = timedelta(days=366)
SOON = timedelta(days=60)  # where day and month could be either, an absence is rather short than long
_AFTER_CAP = 60  # characters after a phrase in which the day stands


def back_on(
    subject: str, text: str, written_at: datetime, timezone: str, language: str, locale: str
) -> date | None:
    """The first day that the writer is back; None where it cannot be read. Of several days said, the last."""
    said = plain(f"{subject}\n{text[:TEXT_CAP]}")
    days = [*_days("back on", said, written_at, timezone, language, locale)]
    days += [
        day + timedelta(days=1) for day in _days("back after", said, written_at, timezone, language, locale)
    ]
    today = written_at.date() - timedelta(days=1)
    return max((day for day in days if today <= day <= written_at.date() + LONGEST), default=None)


def _days(
    section: str, text: str, written_at: datetime, timezone: str, language: str, locale: str
) -> list[date]:
    found: list[date] = []
    for match in list(one_of(section).finditer(text))[:6]:
        rest = text[match.end() : match.end() + _AFTER_CAP].split("\n\n")[0].replace("\n", " ")
        day = day_in(rest, written_at, timezone, language, locale)
        if day and day - written_at.date() > SOON:
            other = day_in(rest, written_at, timezone, language, "en-GB" if locale == "en-US" else "en-US")
            day = other if other and timedelta() <= other - written_at.date() <= SOON else day
        if day:
            found.append(day)
    return found
