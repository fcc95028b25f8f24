"""Check-ins as iTIP objects (RFC 5546 over RFC 6047): a REQUEST books or moves one, a CANCEL drops it.

A DECLINECOUNTER answers who proposed another time and does not get it.

The same UID with a higher SEQUENCE moves an event that calendars know already; nothing else tells them that
it is the same one. Times are written in a zone with its VTIMEZONE, not in UTC: a call at nine stays a
call at nine when the clocks change, and every calendar shows it so. Only in the hour that comes twice when
summer time ends they are in UTC, since calendars take a wall clock then for the first or the second, as they like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from mail.letters.markdown import one_line
from mail.letters.zones import vtimezone
from relationship.facts.check_in import CheckIn

Address = tuple[str, str]  # name, address

PRODUCT = "-//Keepwarm//Check-ins//EN"
REMIND_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """A check-in as calendars are told of it."""

    check_in: CheckIn
    organizer: Address  # answers go there: to the shared mailbox, so that they are read
    attendees: Sequence[Address]
    summary: str
    timezone: str  # an IANA name
    now: datetime


def request(entry: Entry, description: str, where: str) -> bytes:
    """Invite to a check-in, or move one (RFC 5546, 3.2.2): UTF-8, CRLF, lines of at most 75 octets."""
    event = _event(entry)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    if description:
        event.add("description", _described(description))
    if where:
        event.add("location", one_line(where))
    event.add_component(_alarm(entry.summary))
    return _calendar("REQUEST", event, entry)


def described(calendar: bytes, description: str) -> bytes:
    """The same invitation with another description."""
    known = Calendar.from_ical(calendar)
    for event in known.walk("VEVENT"):
        event.pop("description", None)
        event.add("description", _described(description))
    return bytes(known.to_ical())


def cancel(entry: Entry) -> bytes:
    """Take a check-in out of the calendars (RFC 5546, 3.2.5); its SEQUENCE is higher than the invite's."""
    event = _event(entry)
    event.add("status", "CANCELLED")
    return _calendar("CANCEL", event, entry)


def decline_counter(entry: Entry) -> bytes:
    """Tell who proposed another time that the old one stands (RFC 5546, 3.2.8): the SEQUENCE stays the same."""
    return _calendar("DECLINECOUNTER", _event(entry), entry)


def _event(entry: Entry) -> Event:
    start, end = _shown(entry.check_in, ZoneInfo(entry.timezone))
    event = Event()
    event.add("uid", entry.check_in.uid)
    event.add("sequence", entry.check_in.sequence)
    event.add("dtstamp", entry.now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", one_line(entry.summary))
    event.add("organizer", _person(entry.organizer), encode=False)
    for attendee in entry.attendees:
        event.add("attendee", _attendee(attendee), encode=False)
    return event


def _shown(check_in: CheckIn, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end on the zone's wall clock; in UTC where that shows one of them twice."""
    start, end = (at.astimezone(zone) for at in (check_in.starts_at, check_in.ends_at))
    twice = any(at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() for at in (start, end))
    return (start.astimezone(UTC), end.astimezone(UTC)) if twice else (start, end)


def _described(text: str) -> str:
    return "\n".join(map(one_line, text.splitlines()))


def _person(who: Address) -> vCalAddress:
    name, address = who
    person = vCalAddress(f"mailto:{address}")
    if name:
        person.params["CN"] = vText(_parameter(name))
    return person


def _attendee(who: Address) -> vCalAddress:
    person = _person(who)
    person.params["CUTYPE"] = vText("INDIVIDUAL")
    person.params["ROLE"] = vText("REQ-PARTICIPANT")
    person.params["PARTSTAT"] = vText("NEEDS-ACTION")
    person.params["RSVP"] = vText("TRUE")
    return person


def _parameter(name: str) -> str:
    """A name as a parameter's value: it can hold no double quote (RFC 5545, 3.2)."""
    return one_line(name).replace('"', "'")


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(summary))
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm


def _calendar(method: str, event: Event, entry: Entry) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(vtimezone(entry.timezone, entry.check_in.starts_at.year))
    calendar.add_component(event)
    return bytes(calendar.to_ical())
