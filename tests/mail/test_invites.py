"""Check-ins in calendars: valid iTIP, read back by another library, right to the minute in every zone."""

import io
import os
import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import vobject
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from mail.letters.composing import compose
from mail.letters.invites import Entry, cancel, decline_counter, request
from mail.letters.links import answer
from mail.letters.rendering import Templates
from mail.letters.samples import sample_facts
from mail.letters.zones import vtimezone
from relationship.facts.check_in import CheckIn

NOW = datetime(2026, 3, 2, 9, 0, 30, 123456, tzinfo=UTC)
GOLDEN = Path(__file__).parent.parent / "golden" / "mails" / "check-in.eml"
ZONES = sorted(name for name in zoneinfo.available_timezones() if name[0].isupper() and "/" in name)


def check_in(starts_at: datetime = datetime(2026, 3, 6, 14, 30, tzinfo=UTC), sequence: int = 0) -> CheckIn:
    end = starts_at + timedelta(minutes=30)
    return CheckIn("k7@acme.example", sequence, starts_at, end, starts_at, starts_at - timedelta(days=3))


def entry(slot: CheckIn | None = None, **options: Any) -> Entry:
    known: dict[str, Any] = {
        "organizer": ("Dana Reyes", "team@acme.example"),
        "attendees": [("María Santos", "maria@contract.example"), ("Dana Reyes", "dana@acme.example")],
        "summary": "Check-in: Dana and María",
        "timezone": "America/New_York",
        "now": NOW,
    }
    return Entry(slot or check_in(), **{**known, **options})


def invited(
    slot: CheckIn | None = None,
    description: str = "What is open between us:\n- Invoice template, first; second",
    where: str = "https://meet.example/dana",
    **options: Any,
) -> bytes:
    return request(entry(slot, **options), description, where)


def event(content: bytes) -> Any:
    calendar = vobject.readOne(content.decode())
    calendar.serialize(validate=True)
    return calendar.vevent


def test_a_request_says_all_that_calendars_ask_for() -> None:
    calendar = vobject.readOne(invited().decode())
    assert calendar.method.value == "REQUEST"
    assert calendar.version.value == "2.0"
    assert calendar.vtimezone.tzid.value == "America/New_York"
    found = calendar.vevent
    assert found.uid.value == "k7@acme.example"
    assert found.sequence.value == "0"
    assert found.dtstamp.value == NOW.replace(microsecond=0)
    assert found.dtstart.value.astimezone(UTC) == check_in().starts_at
    assert found.dtend.value.astimezone(UTC) == check_in().ends_at
    assert found.organizer.value == "mailto:team@acme.example"
    assert found.organizer.params["CN"] == ["Dana Reyes"]
    assert [a.value for a in found.attendee_list] == [
        "mailto:maria@contract.example",
        "mailto:dana@acme.example",
    ]
    for attendee in found.attendee_list:
        assert attendee.params["RSVP"] == ["TRUE"]
        assert attendee.params["PARTSTAT"] == ["NEEDS-ACTION"]
    assert found.location.value == "https://meet.example/dana"
    assert found.description.value == "What is open between us:\n- Invoice template, first; second"
    assert found.status.value == "CONFIRMED"
    assert found.valarm.trigger.value == timedelta(minutes=-15)


def test_times_stand_in_a_zone_not_in_utc() -> None:
    assert b"DTSTART;TZID=America/New_York:20260306T093000\r\n" in invited()
    assert b"DTSTART;TZID=Asia/Manila:20260306T223000\r\n" in invited(timezone="Asia/Manila")


@pytest.mark.parametrize(
    ("zone", "start", "shown"),
    [
        ("America/New_York", datetime(2026, 11, 1, 5, 15, tzinfo=UTC), b":20261101T051500Z"),
        ("America/New_York", datetime(2026, 11, 1, 6, 15, tzinfo=UTC), b":20261101T061500Z"),
        ("America/New_York", datetime(2026, 11, 1, 4, 45, tzinfo=UTC), b":20261101T044500Z"),
        (
            "America/New_York",
            datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
            b";TZID=America/New_York:20261101T020000",
        ),
        (
            "America/New_York",
            datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
            b";TZID=America/New_York:20260308T030000",
        ),
        ("Africa/Cairo", datetime(2026, 10, 29, 21, 0, tzinfo=UTC), b":20261029T210000Z"),
    ],
)
def test_the_hour_that_comes_twice_is_told_in_utc(zone: str, start: datetime, shown: bytes) -> None:
    """Some calendars take a wall clock of that hour for the first, others for the second."""
    content = invited(check_in(start), timezone=zone)
    assert b"DTSTART" + shown + b"\r\n" in content
    assert event(content).dtend.value.astimezone(UTC) == start + timedelta(minutes=30)


def test_a_moved_check_in_keeps_its_uid_and_counts_on() -> None:
    moved = event(invited(check_in(datetime(2026, 3, 9, 14, tzinfo=UTC), sequence=3)))
    assert (moved.uid.value, moved.sequence.value) == ("k7@acme.example", "3")


def test_a_cancelled_check_in() -> None:
    content = cancel(entry(check_in(sequence=4), attendees=[("María Santos", "maria@contract.example")]))
    assert vobject.readOne(content.decode()).method.value == "CANCEL"
    dropped = event(content)
    assert (dropped.uid.value, dropped.sequence.value) == ("k7@acme.example", "4")
    assert dropped.status.value == "CANCELLED"
    assert [a.value for a in dropped.attendee_list] == ["mailto:maria@contract.example"]


def test_a_declined_proposal_echoes_the_invitation_that_it_was_about() -> None:
    """RFC 5546, 3.2.8: the same UID and SEQUENCE; the time that stands, and neither a status nor an alarm."""
    content = decline_counter(
        entry(check_in(sequence=2), attendees=[("María Santos", "maria@contract.example")])
    )
    assert vobject.readOne(content.decode()).method.value == "DECLINECOUNTER"
    kept = event(content)
    assert (kept.uid.value, kept.sequence.value) == ("k7@acme.example", "2")
    assert kept.organizer.value == "mailto:team@acme.example"
    assert kept.dtstart.value.astimezone(UTC) == check_in().starts_at
    assert not {"status", "valarm", "rrule"} & set(kept.contents)


@given(st.text(max_size=200), st.text(max_size=300), st.text(max_size=60))
def test_lines_are_folded_and_whole_whatever_they_say(summary: str, description: str, name: str) -> None:
    content = invited(summary=summary, description=description, attendees=[(name, "m@contract.example")])
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", content)
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    unfolded = content.replace(b"\r\n ", b"").decode("utf-8")
    assert len(re.findall(r"^BEGIN:VEVENT\r$", unfolded, re.M)) == 1
    assert re.findall(r"^ATTENDEE.*:mailto:(.*)\r$", unfolded, re.M) == ["m@contract.example"]


@pytest.mark.parametrize(
    "name", ['Maria "the cat" Santos', "Santos; Maria, Inc: x", "a\r\nATTENDEE:mailto:evil@x.example"]
)
def test_hostile_names(name: str) -> None:
    (attendee,) = event(invited(attendees=[(name, "m@contract.example")])).attendee_list
    assert attendee.value == "mailto:m@contract.example"


FAR_APART = [
    "Asia/Manila",
    "Africa/Lagos",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/Santiago",
    "Antarctica/Troll",
    "Africa/Cairo",
]


@pytest.mark.parametrize("zone", sorted({*FAR_APART, *ZONES[::7]}))
def test_vtimezone_is_right_at_every_hour_around_its_year(zone: str) -> None:
    """Against the zone itself, read by dateutil: at its changes, and in steps of some hours in between."""
    calendar = b"BEGIN:VCALENDAR\r\n" + vtimezone(zone, 2026).to_ical() + b"END:VCALENDAR\r\n"
    read, known = tz.tzical(io.StringIO(calendar.decode())).get(zone), zoneinfo.ZoneInfo(zone)
    at = datetime(2025, 12, 1, tzinfo=UTC)
    while at < datetime(2027, 1, 31, tzinfo=UTC):
        local = at.astimezone(known)
        assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), at
        at += timedelta(hours=5)


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("America/New_York", 2),
        ("Europe/Dublin", 2),
        ("Australia/Lord_Howe", 2),
        ("Asia/Manila", 0),
        ("Africa/Casablanca", 0),
    ],
)
def test_regular_zones_have_yearly_rules(zone: str, rules: int) -> None:
    assert vtimezone(zone, 2026).to_ical().count(b"RRULE:FREQ=YEARLY") == rules


def test_the_first_change_is_told_in_the_time_before_it() -> None:
    assert b"DTSTART:20250309T020000" in vtimezone("America/New_York", 2026).to_ical()


def test_the_mail_carries_the_invite_twice() -> None:
    """Inside the alternative, where Gmail and Outlook look, and attached, for all the others."""
    token = "Zk3-q_vT8x0aLrPw"
    content = compose(
        Templates().render("check-ins/agenda", "en", 0, sample_facts()),
        sender=("Dana Reyes", "team@acme.example"),
        to=("Maria Santos", "maria@contract.example"),
        token=token,
        message_id=f"{token}@acme.example",
        at=NOW,
        pause_link=answer("pause", "team@acme.example", token),
        calendar=invited(),
    )
    if os.environ.get("KEEPWARM_GOLDEN") == "write":
        GOLDEN.write_bytes(content)
    assert content == GOLDEN.read_bytes()
    message = message_from_bytes(content, policy=policy.default)
    inside, attached = message.iter_parts()  # type: ignore[attr-defined]
    assert [p.get_content_type() for p in inside.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    *_, shown = inside.iter_parts()
    assert shown.get_param("method") == "REQUEST"
    assert shown.get_content_charset() == "utf-8"
    assert attached.get_filename() == "invite.ics"
    assert shown.get_payload(decode=True) == attached.get_payload(decode=True) == invited()
