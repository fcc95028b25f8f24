"""Calendar mail (iMIP, RFC 6047): is this an invitation or an answer to one, and which answer.

Read line by line with patterns, since many products write calendars that no strict parser takes; only a
counter-proposal's start, which needs a time zone, goes through the `icalendar` library: that line alone.
"""

import re
from collections.abc import Callable, Container, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

from mail.reading.syntax.mime import UNKNOWN, Part
from mail.reading.syntax.parsing import Mail
from relationship.domains import on_the_wire
from relationship.facts.messages import UNSAID, Rsvp

CALENDAR_TYPES = frozenset(["text/calendar", "application/ics", "text/x-vcalendar"])
_LINE_END = re.compile(r"\r+\n?")  # quoted-printable that encodes one half of them leaves two CR behind
_FOLD = re.compile(r"\n[ \t]")
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Za-z-]+)", re.MULTILINE | re.IGNORECASE)
_EVENT = re.compile(
    r"^BEGIN:[ \t]?VEVENT[ \t]*\r?$(.*?)(?:^END:[ \t]?VEVENT|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ALARM = re.compile(r"^BEGIN:VALARM.*?(?:^END:VALARM|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_ZONE = re.compile(
    r"^BEGIN:VTIMEZONE[ \t]*$.*?(?:^END:VTIMEZONE[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_TZID = re.compile(r';TZID=(?:"([^"]*)"|([^;]*))', re.IGNORECASE)  # Exchange's hold colons unquoted
_RULE = re.compile(r"^RRULE[^:\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_OF_A_DAY = re.compile(
    r"FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYDAY=[+-]?\d?[A-Z]{2}"
    r"|BYMONTHDAY=[-+\d,]{1,40}|UNTIL=\w{1,20}|COUNT=\d{1,9}|BY(?:HOUR|MINUTE|SECOND)=\d{1,2}"
)
# No call is proposed outside them; near the last year of all, no zone can be reckoned.
YEARS = range(1970, 2100)
MOST_RULES, LONGEST_ZONE = 20, 16_384  # characters; of one zone
_ATTENDEE = re.compile(r"^ATTENDEE([;:].*)$", re.MULTILINE | re.IGNORECASE)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?")
_ANSWERS = frozenset(["accepted", "declined", "tentative", "delegated"])


def calendar_method(mail: Mail) -> str:
    """The iTIP method of a calendar mail in upper case; "" where the mail is not one.

    An .ics file that somebody attached is no calendar mail: its part says "attachment", or "inline" of a type that no
    program shows, and names no method.
    An answer is one in any wrapping: nobody keeps answers in files.
    """
    top = mail.content_type
    if not top.startswith("multipart/") and top not in CALENDAR_TYPES:
        return ""
    for part in _calendars(mail):
        named = part.params.get("method", "")
        if named:
            return named.upper()
        found = _METHOD.search(_unfolded(part))
        method = found[1].upper() if found else ""
        shown = ("", "inline") if part.kind.startswith("text/") else ("",)
        if method == "REPLY" or (part.disposition in shown and part.kind in CALENDAR_TYPES):
            return method
    return ""


def calendar_text(mail: Mail) -> str:
    """The unfolded text of the calendar part, with LF line ends; "" where there is none."""
    return next(map(_unfolded, _calendars(mail)), "")


def _unfolded(part: Part) -> str:
    return _FOLD.sub("", _LINE_END.sub("\n", part.text))


def _calendars(mail: Mail) -> Iterator[Part]:
    """The calendar parts; some programs know them by their name alone."""
    for part in mail.parts:
        unknown = part.kind == UNKNOWN
        if part.kind in CALENDAR_TYPES or (unknown and part.params.get("name", "").lower().endswith(".ics")):
            yield part


def read_rsvp(
    mail: Mail,
    method: str,
    author: str,
    is_theirs: Callable[[str], bool] = lambda address: False,
    ours: Container[str] = (),
) -> Rsvp | None:
    """The attendee's answer in a REPLY or COUNTER (RFC 5546, 3.2.3 and 3.2.7); None where it says none.

    Of several attendees the mail's sender counts: `author`, or another address of the same person. Of several
    events the one whose UID is one of `ours` does.
    """
    text = calendar_text(mail)
    events = _EVENT.findall(_ALARM.sub("", text))
    if not events:
        return None
    body = next((event for event in events if _value(event, "UID") in ours), events[0])
    uid, sequence, who = _value(body, "UID"), _value(body, "SEQUENCE"), _attendee(body, author, is_theirs)
    answer = "counter" if method == "COUNTER" else _parameter(who, "PARTSTAT").lower()
    if not uid or answer not in _ANSWERS | {"counter"}:
        return None
    return Rsvp(
        uid=uid,
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else UNSAID,
        attendee=_address(who) or author,
        answer=answer,
        stamp=_stamp(_value(body, "DTSTAMP")),
        proposed=_start(text, body) if method == "COUNTER" else None,
        organizer=_address(_line(body, "ORGANIZER")),
        delegate=_without_scheme(_parameter(who, "DELEGATED-TO")),
    )


def _attendee(body: str, author: str, is_theirs: Callable[[str], bool]) -> str:
    """The rest of the ATTENDEE line that speaks for the mail's sender; of the first one where none does."""
    lines = _ATTENDEE.findall(body)
    own = [line for line in lines if _address(line) == author]
    others = [line for line in lines if is_theirs(_address(line))]
    return next(iter([*own, *others, *lines]), "")


def _address(line: str) -> str:
    """The address in the rest of an ATTENDEE or ORGANIZER line, whose parameters may hold colons unquoted.

    Apple's server names people by paths of its own, and their addresses in a parameter; Exchange and Notes by names in
    their directories, which name nobody here.
    """
    before, scheme, value = line.lower().rpartition("mailto:")
    told = value if scheme and before.count('"') % 2 == 0 else line.rpartition(":")[2]
    known = (_without_scheme(told), _without_scheme(_parameter(line, "EMAIL")))
    return next((address for address in known if "@" in address), "")


def _parameter(line: str, name: str) -> str:
    """The first value of a parameter; "" where there is none."""
    match = re.search(rf';{name}=(?:"([^"]*)"|([^;:,]*))', line, re.IGNORECASE)
    return (match[1] or match[2] or "").strip() if match else ""


def _without_scheme(uri: str) -> str:
    """The address in a mailto: URI, which may escape any letter (RFC 6068, 2), in the one spelling that is listed."""
    address = unquote(uri.strip(' "').lower().removeprefix("mailto:")).strip(' "<>')
    return on_the_wire(address) or address


def _line(body: str, name: str) -> str:
    """All behind the name of a property; "" where it is missing."""
    match = re.search(rf"^{name}([;:].*)$", body, re.MULTILINE | re.IGNORECASE)
    return match[1].strip() if match else ""


def _value(body: str, name: str) -> str:
    """The value of a property without parameters that matter."""
    return _line(body, name).partition(":")[2].strip()


def _stamp(text: str) -> datetime | None:
    match = _STAMP.fullmatch(text)
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC) if match else None  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _start(text: str, body: str) -> datetime | None:
    """The start that a COUNTER proposes, aware UTC; None where it has no zone that can be told.

    The library is given this one line, and the zone that it names where nobody knows it but the mail.
    """
    from icalendar import Calendar
    from icalendar.timezone import tzp

    before, _, start = _line(body, "DTSTART").rpartition(":")
    utc = start.upper().endswith("Z")  # whatever zone is named beside it
    named = None if utc else _TZID.search(before)
    name = _unescaped(named[1] or named[2] or "").strip() if named else ""
    try:
        tzp.use_default()  # it would remember another mail's zone of the same name
        zone = _own_zone(text, name) if name and tzp.timezone(name) is None else ""
        told = f'DTSTART;TZID="{name}":{start}' if name else f"DTSTART{_TZID.sub('', before)}:{start}"
        event = f"BEGIN:VEVENT\n{told}\nEND:VEVENT\n"
        [found] = Calendar.from_ical(f"BEGIN:VCALENDAR\n{zone}{event}END:VCALENDAR\n").walk("VEVENT")
        at = found.decoded("DTSTART")
    except Exception:  # whatever a broken calendar makes the library raise
        return None
    if not isinstance(at, datetime) or at.tzinfo is None or at.year not in YEARS:
        return None
    return at.astimezone(UTC).replace(microsecond=0)


def _own_zone(text: str, name: str) -> str:
    """What a calendar says of a zone; "" where it says nothing, or more than a year's changes.

    The library reckons every change of a zone in advance: by a rule that strikes each second, for hours.
    """
    zones = _ZONE.findall(text)
    zone = next((found for found in zones if _unescaped(_value(found, "TZID").strip('"')) == name), "")
    rules = [rule.strip() for rule in _RULE.findall(zone)]
    plain = len(rules) <= MOST_RULES and len(zone) <= LONGEST_ZONE and all(map(_is_yearly, rules))
    return zone if plain else ""


def _unescaped(name: str) -> str:
    """A zone's name, whose commas are escaped where it is defined (RFC 5545, 3.3.11), but not where it is used."""
    return re.sub(r"\\([\\;,])", r"\1", name)


def _is_yearly(rule: str) -> bool:
    """Whether a rule names one day a year, as those of clocks do."""
    parts = rule.upper().split(";")
    return "FREQ=YEARLY" in parts and all(_OF_A_DAY.fullmatch(part) for part in parts)
