"""Words for durations, dates and lists, in the reader's language, zone and habit."""

from datetime import UTC, date, datetime

import pytest

from mail.letters.wording import (
    clock,
    count,
    day,
    day_in,
    full_date,
    listed,
    moment,
    plain_time,
    titled,
    working_time,
)

AT = datetime(2026, 3, 3, 20, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (0, "less than a minute of working time", "menos de un minuto de trabajo"),
        (60, "1 working minute", "1 minuto de trabajo"),
        (40 * 60, "40 working minutes", "40 minutos de trabajo"),
        (89 * 60, "89 working minutes", "89 minutos de trabajo"),
        (3 * 3600, "3 working hours", "3 horas de trabajo"),
    ],
)
def test_working_time(seconds: int, english: str, spanish: str) -> None:
    assert working_time(seconds) == english
    assert working_time(seconds, "es-MX") == spanish


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "under a minute"),
        (1200, "20 minutes"),
        (7200, "2 hours"),
        (3 * 86400, "3 days"),
        (21 * 86400, "3 weeks"),
    ],
)
def test_plain_time(seconds: int, said: str) -> None:
    assert plain_time(seconds) == said


def test_a_moment_in_the_readers_zone_and_habit() -> None:
    assert moment(AT, "America/New_York", "en", "en-US") == "Tuesday, March 3, 3:20 pm"
    assert moment(AT, "Asia/Manila", yours=True) == "Wednesday 4 March, 04:20 your time"
    assert moment(AT, "Europe/Madrid", "es", "en-US", yours=True) == "martes 3 de marzo, 21:20 (tu hora)"
    assert moment(AT, "Europe/Berlin", "de", "de-DE", yours=True) == "Dienstag, 3. März, 21:20 Uhr (Ortszeit)"
    assert (
        moment(AT, "Europe/Helsinki", "fi", "fi-FI") == "Tuesday 3 March, 22:20"
    )  # nobody has written it yet
    assert day_in(AT, "Asia/Manila") == "Wednesday 4 March"


def test_midnight_and_noon_the_american_way() -> None:
    assert clock(datetime(2026, 3, 3, 0, 5), "en", "en-US") == "12:05 am"
    assert clock(datetime(2026, 3, 3, 12, 0), "en", "en-US") == "12:00 pm"


def test_dates() -> None:
    assert day(date(2026, 3, 6), "en", "en_US") == "Friday, March 6"
    assert day(date(2026, 3, 6), "es") == "viernes 6 de marzo"
    assert full_date(date(2024, 3, 1)) == "1 March 2024"
    assert full_date(date(2024, 3, 1), "en", "en-US") == "March 1, 2024"
    assert full_date(date(2024, 3, 1), "es") == "1 de marzo de 2024"


def test_small_words() -> None:
    assert count(1, "working day") == "1 working day"
    assert count(2, "working day", "es") == "2 días laborables"
    assert [listed(things) for things in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert listed(("a", "b"), "es") == "a y b"
    assert titled("") == "(no subject)"
    assert titled("x") == "x"
