"""Dates in headers (RFC 5322, 3.3), the common form by pattern and the rest by the standard library."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MONTHS = {name: n for n, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_COMMON = re.compile(
    rb"(?:\w{3}, ?)?(\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (?:([+-])(\d\d)(\d\d)|(GMT|UTC|UT|Z))"
)
EARLIEST, LATEST = 1971, 2200  # years: before and after, a date is absurd


def parse_date(value: bytes) -> datetime | None:
    """The moment, aware UTC, whole seconds; None where there is none or it is absurd. -0000 counts as UTC."""
    value = value.strip()[:200]
    if not value:
        return None
    match = _COMMON.match(value)
    try:
        found = _common(match) if match else _any(value)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None
    return found if EARLIEST <= found.year <= LATEST else None


def _common(match: re.Match[bytes]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes, _ = match.groups()
    clock = int(hour), int(minute), min(int(second or 0), 59)
    local = datetime(int(year), _MONTHS.get(month.lower(), 0), int(day), *clock, tzinfo=UTC)
    if sign is None:
        return local
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return local - offset if sign == b"+" else local + offset


def _any(value: bytes) -> datetime:
    found = parsedate_to_datetime(value.decode("ascii", "replace"))
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found.astimezone(UTC).replace(microsecond=0)
