"""Calendar mail (iMIP, RFC 6047): is this an invitation or an answer to one, and which answer.

Read line by line with patterns, since many products write calendars that no strict parser takes; only a
counter-proposal's start, which needs a time zone, goes through the `icalendar` library.
"""

import re
from datetime import UTC, datetime

from mail.reading.mime import Part
from mail.reading.parsing import Mail
from relationship.messages import Rsvp

CALENDAR_TYPES = frozenset(["text/calendar", "application/ics", "text/x-vcalendar"])
_FOLD = re.compile(r"\r?\n[ \t]")
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Za-z-]+)", re.MULTILINE | re.IGNORECASE)
_EVENT = re.compile(
    r"^BEGIN:VEVENT[ \t]*\r?$(.*?)(?:^END:VEVENT|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ATTENDEE = re.compile(r'^ATTENDEE((?:;(?:[^":;\r\n]|"[^"\r\n]*")*)*):(.*)$', re.MULTILINE | re.IGNORECASE)
_PARTSTAT = re.compile(r';PARTSTAT="?([A-Za-z-]+)', re.IGNORECASE)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?")
_ANSWERS = frozenset(["accepted", "declined", "tentative", "delegated"])


def calendar_method(mail: Mail) -> str:
    """The iTIP method of a calendar mail in upper case; "" where the mail is not one.

    An .ics file that somebody attached is no calendar mail: its part says "attachment" and names no method.
    An answer is one in any wrapping: nobody keeps answers in files.
    """
    top = mail.content_type
    if not top.startswith("multipart/") and top not in CALENDAR_TYPES:
        return ""
    for part in mail.parts:
        if part.kind not in CALENDAR_TYPES:
            continue
        named = part.params.get("method", "")
        if named:
            return named.upper()
        found = _METHOD.search(_FOLD.sub("", part.text))
        method = found[1].upper() if found else ""
        if method == "REPLY" or (part.disposition != "attachment" and part.kind != "application/ics"):
            return method
    return ""


def calendar_text(mail: Mail) -> str:
    """The unfolded text of the calendar part, with LF line ends; "" where there is none."""
    for part in mail.parts:
        if part.kind in CALENDAR_TYPES:
            return _FOLD.sub("", part.text).replace("\r\n", "\n")
    return ""


def read_rsvp(mail: Mail, method: str, author: str) -> Rsvp | None:
    """The attendee's answer in a REPLY or COUNTER (RFC 5546, 3.2.3 and 3.2.7); None where it says none.

    `author` is the mail's sender: of several attendees the one who wrote counts.
    """
    event = _EVENT.search(calendar_text(mail))
    if not event:
        return None
    body = event[1]
    uid = _value(body, "UID")
    attendee, answer = _answer(body, author)
    if method == "COUNTER":
        answer = "counter"
    if not uid or answer not in _ANSWERS | {"counter"}:
        return None
    sequence = _value(body, "SEQUENCE")
    return Rsvp(
        uid=uid,
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
        attendee=attendee or author,
        answer=answer,
        stamp=_stamp(_value(body, "DTSTAMP")),
        proposed=_start(mail) if method == "COUNTER" else None,
    )


def _answer(body: str, author: str) -> tuple[str, str]:
    found: list[tuple[str, str]] = []
    for params, value in _ATTENDEE.findall(body):
        stat = _PARTSTAT.search(params)
        address = value.strip().strip('"').lower().removeprefix("mailto:").strip()
        found.append((address, stat[1].lower() if stat else ""))
    own = [one for one in found if one[0] == author]
    return (own or found or [("", "")])[0]


def _value(body: str, name: str) -> str:
    match = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", body, re.MULTILINE | re.IGNORECASE)
    return match[1].strip() if match else ""


def _stamp(text: str) -> datetime | None:
    match = _STAMP.fullmatch(text)
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC) if match else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _start(mail: Mail) -> datetime | None:
    """The start that a COUNTER proposes, aware UTC; None where it has no zone that can be told."""
    from icalendar import Calendar

    part: Part = next(part for part in mail.parts if part.kind in CALENDAR_TYPES)
    try:
        start = next(iter(Calendar.from_ical(part.bytes).walk("VEVENT"))).decoded("DTSTART")
    except Exception:  # whatever a broken calendar makes the library raise
        return None
    if not isinstance(start, datetime) or start.tzinfo is None:
        return None
    return start.astimezone(UTC).replace(microsecond=0)
