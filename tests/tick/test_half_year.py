"""Half a year of check-ins by the daemon's own tick, judged by the calendar objects that were delivered.

The hours are checked minute by minute by wall clock, with the holidays package asked directly.
"""

import os
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from icalendar import Calendar

from commands.demo_servers import EmbeddedMail

TEAM, DANA = "team@acme.example", "dana@acme.example"
PEOPLE = {
    DANA: ("America/New_York", [(540, 750), (810, 1080)], ("US", "NY")),
    "maria@contract.example": ("Asia/Manila", [(1260, 1800)], ("PH", None)),
    "ben@contract.example": ("Africa/Lagos", [(540, 1020)], ("NG", None)),
    "lee@contract.example": ("America/New_York", [(600, 1110)], ("US", "NY")),
}
RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_TEST_PASSWORD
owner:
  name: Dana Reyes
  email: [dana@acme.example]
  timezone: America/New_York
  hours: Mon-Fri 09:00-12:30, 13:30-18:00
  holidays: US-NY
contractors:
  - name: Maria Santos
    email: maria@contract.example
    timezone: Asia/Manila
    hours: Mon-Fri 21:00-06:00
    holidays: PH
    since: 2026-01-12
  - name: Ben Okafor
    email: ben@contract.example
    timezone: Africa/Lagos
    hours: Mon-Fri 09:00-17:00
    holidays: NG
  - name: Lee Park
    email: lee@contract.example
    timezone: America/New_York
    hours: Mon-Fri 10:00-18:30
    holidays: US-NY
    phase: backup
check-ins: {{onboarding: every week, active: every month, backup: every 3 months, notice: 3 days}}
rules:
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
"""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
START, END = datetime(2026, 1, 12, 6, tzinfo=UTC), datetime(2026, 7, 13, 6, tzinfo=UTC)
CALENDARS = {where: holidays.country_holidays(where[0], subdiv=where[1]) for _, _, where in PEOPLE.values()}


def works(who: str, moment: datetime) -> bool:
    zone, shifts, where = PEOPLE[who]
    wall = moment.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    days = [(back, wall.date() - back * DAY) for back in (0, 1)]
    return any(
        start <= minute + back * 1440 < end and day.weekday() < 5 and day not in CALENDARS[where]
        for back, day in days
        for start, end in shifts
    )


def invitations(servers: EmbeddedMail, who: str) -> list[tuple[datetime, datetime, datetime]]:
    """Of each: when it came, and its slot, by the calendar object that the contractor got."""
    found = []
    for mail in servers.mailbox(who):
        for part in message_from_bytes(mail.content).walk():
            if part.get_content_type() == "text/calendar":
                [event] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
                found.append((mail.at, event.start.astimezone(UTC), event.end.astimezone(UTC)))
    return found


@pytest.fixture(scope="module")
def half_year(tmp_path_factory, scene_of) -> dict[str, list[tuple[datetime, datetime, datetime]]]:
    os.environ["KEEPWARM_TEST_PASSWORD"] = "secret"
    with EmbeddedMail(dict.fromkeys((TEAM, *PEOPLE), "secret")) as servers:
        scene = scene_of(servers, tmp_path_factory.mktemp("house"), START)
        scene.policy(RULES)
        scene.tick()
        while scene.now < END:
            scene.now += timedelta(hours=1)
            scene.tick()
            if scene.now.month == 3 and scene.now.hour == 0:
                scene.restart()
        scene.keepwarm.inbox.close()
        return {who: invitations(servers, who) for who in PEOPLE if who != DANA}


def test_the_right_number(half_year):
    assert {who.partition("@")[0]: len(found) for who, found in half_year.items()} == {
        "maria": 12,
        "ben": 6,
        "lee": 2,
    }


def test_inside_both_parties_hours_and_on_no_holiday(half_year):
    for who, found in half_year.items():
        for _, start, end in found:
            assert end - start == 30 * MINUTE
            for minute in range(30):
                assert works(who, start + minute * MINUTE), (who, start)
                assert works(DANA, start + minute * MINUTE), (who, start)
            for zone, _, where in (PEOPLE[who], PEOPLE[DANA]):
                assert start.astimezone(ZoneInfo(zone)).date() not in CALENDARS[where]


def test_none_double_booked_and_each_with_its_notice(half_year):
    slots = sorted((start, end) for found in half_year.values() for _, start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(slots))
    for who, found in half_year.items():
        for came, start, _ in found:
            assert 3 * DAY <= start - came <= 8 * DAY
            assert works(who, came)


def test_summer_time_and_the_change_of_phase_are_among_them(half_year):
    maria = [
        start.astimezone(ZoneInfo("America/New_York")) for _, start, _ in half_year["maria@contract.example"]
    ]
    assert len({start.utcoffset() for start in maria}) == 2
    gaps = [(later.date() - start.date()).days for start, later in pairwise(maria)]
    assert max(gaps[:6]) <= 8
    assert min(gaps[8:]) >= 26
    assert date(2026, 2, 17) not in {start.date() for start in maria}  # the lunar new year in Manila
