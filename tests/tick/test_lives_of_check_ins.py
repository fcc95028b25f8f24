"""Half a year in invented worlds, judged by nothing but the calendar objects that were delivered (make campaign).

Owners and contractors in odd zones, with nights, split hours, weekends on Friday, absences; their answers, proposals,
pauses and changed hours at random. Minutes are counted one by one on the wall clock, with the holidays package asked
directly.
"""

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import holidays
import pytest
from icalendar import Calendar

from commands.demo_servers import EmbeddedMail

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEAM, DANA = "team@acme.example", "dana@acme.example"
START, END = datetime(2026, 1, 5, 6, tzinfo=UTC), datetime(2026, 7, 6, 6, tzinfo=UTC)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PLACES = (
    ("America/New_York", "US-NY"),
    ("Asia/Manila", "PH"),
    ("Africa/Lagos", "NG"),
    ("Asia/Kathmandu", "NP"),
    ("Australia/Lord_Howe", "AU-NSW"),
    ("Africa/Casablanca", "MA"),
    ("America/Sao_Paulo", "BR"),
    ("America/Santiago", "CL"),
    ("Asia/Dubai", "AE"),
    ("Europe/Berlin", "DE-BE"),
)
SHIFTS = (  # days, and ranges in minutes since the midnight with which the shift begins
    ((0, 1, 2, 3, 4), ((540, 1020),)),
    ((0, 1, 2, 3, 4), ((540, 750), (810, 1080))),
    ((0, 1, 2, 3, 4), ((1260, 1800),)),
    ((6, 0, 1, 2, 3), ((600, 1080),)),
    ((0, 1, 2, 3, 4), ((480, 720), (960, 1140))),
    ((0, 2, 4), ((540, 1020),)),
)
PERIODS = {"every week": 7, "every 2 weeks": 14, "every month": 30.4}
RULES = """
mode: live
mailbox: {{address: team@acme.example, imap: {imap}, smtp: {smtp}, password: env:KEEPWARM_TEST_PASSWORD}}
owner: {owner}
contractors:
%s
check-ins: {{active: every month, notice: 3 days}}
rules:
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
"""


@dataclass
class Person:
    """Somebody, as rules.yaml says and as a minute is counted."""

    name: str
    address: str
    place: tuple[str, str]
    shift: tuple[tuple[int, ...], tuple[tuple[int, int], ...]]
    away: list[tuple[date, date]] = field(default_factory=list)
    check_ins: str = ""
    paused: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.place[0])

    def off(self, day: date) -> bool:
        return day in _holidays(self.place[1]) or any(first <= day <= last for first, last in self.away)

    def works(self, moment: datetime) -> bool:
        wall, (days, ranges) = moment.astimezone(self.zone), self.shift
        minute = wall.hour * 60 + wall.minute
        begun = [(back, wall.date() - back * DAY) for back in (0, 1)]
        return any(
            start <= minute + back * 1440 < end and day.weekday() in days and not self.off(day)
            for back, day in begun
            for start, end in ranges
        )

    def rules(self) -> str:
        days, ranges = self.shift
        hours = ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in ranges)
        away = ", ".join(f"{first}..{last}" for first, last in self.away)
        told = (
            f"name: {self.name}, email: {self.address}, timezone: {self.place[0]}, holidays: {self.place[1]}"
        )
        told += f', hours: "{",".join(WEEKDAYS[day] for day in days)} {hours}", away: [{away}]'
        told += f", check-ins: {self.check_ins}" if self.check_ins else ""
        return "{{" + told + (", phase: paused" if self.paused else "") + "}}"


@cache
def _holidays(place: str) -> holidays.HolidayBase:
    country, _, region = place.partition("-")
    return holidays.country_holidays(country, subdiv=region or None, years=(2025, 2026, 2027))


def _clock(minute: int) -> str:
    minute = minute if minute <= 1440 else minute - 1440
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True)
class Said:
    """A calendar object as it was delivered."""

    at: datetime
    method: str
    uid: str
    sequence: int
    start: datetime
    end: datetime


class World:
    """An owner, contractors, and the daemon on simulated time."""

    def __init__(self, servers: EmbeddedMail, scene, owner: Person, people: list[Person]) -> None:
        self.servers, self.scene, self.owner, self.people = servers, scene, owner, people
        self.adopt()

    def adopt(self) -> None:
        listed = "\n".join(f"  - {one.rules()}" for one in self.people)
        self.scene.policy((RULES % listed).replace("{owner}", self.owner.rules()))
        self.scene.tick()

    def delivered(self, address: str) -> Iterator[Said]:
        for mail in self.servers.mailbox(address):
            for part in message_from_bytes(mail.content).walk():
                if part.get_content_type() == "text/calendar":
                    calendar = Calendar.from_ical(part.get_payload(decode=True))
                    [event] = calendar.walk("VEVENT")
                    assert part.get_param("method") == calendar["METHOD"]
                    start, end = event.start.astimezone(UTC), event.end.astimezone(UTC)
                    yield Said(mail.at, calendar["METHOD"], event["UID"], event["SEQUENCE"], start, end)

    def standing(self, address: str) -> dict[str, Said]:
        """What somebody's calendar shows, by UID: an object counts only with a higher SEQUENCE."""
        found: dict[str, Said] = {}
        for said in self.delivered(address):
            if said.method != "DECLINECOUNTER":
                assert said.uid not in found or said.sequence > found[said.uid].sequence
                found[said.uid] = said
        return found

    def answers(self, sender: str, said: Said, answer: str, start: datetime | None = None) -> None:
        method = "COUNTER" if start else "REPLY"
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"METHOD:{method}", "BEGIN:VEVENT"]
        lines += [f"UID:{said.uid}", f"SEQUENCE:{said.sequence}", f"DTSTAMP:{self.scene.now:%Y%m%dT%H%M%SZ}"]
        lines += [f"DTSTART:{start or said.start:%Y%m%dT%H%M%SZ}", f"ORGANIZER:mailto:{TEAM}"]
        lines += [f"ATTENDEE;PARTSTAT={answer}:mailto:{sender}", "END:VEVENT", "END:VCALENDAR", ""]
        mail, self.scene.count = EmailMessage(), self.scene.count + 1
        mail["From"], mail["To"], mail["Subject"] = sender, TEAM, "Calendar"
        mail["Date"], mail["Message-ID"] = (
            format_datetime(self.scene.now),
            f"<{self.scene.count}.cal@x.example>",
        )
        mail.set_content("See the calendar.")
        mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
        self.servers.deliver_to(TEAM, mail.as_bytes(), self.scene.now, "INBOX")
        self.scene.tick()

    def clicks(self, word: str) -> None:
        for mail in reversed(self.scene.letters(DANA)):
            links = re.findall(rf"mailto:[^\s>]*body=%23{word}", mail.text.replace("\n", ""))
            if links:
                asked = parse_qs(urlsplit(links[-1]).query)
                subject = unquote(asked["subject"][0])
                self.scene.writes(DANA, TEAM, subject, asked["body"][0], folder="INBOX")
                self.scene.tick()
                return


@pytest.fixture
def world(request, tmp_path, scene_of) -> Iterator[World]:
    os.environ["KEEPWARM_TEST_PASSWORD"] = "secret"
    seed, count = request.param
    dice = random.Random(seed)

    def away() -> list[tuple[date, date]]:
        begins = [date(2026, 1, 20) + dice.randint(0, 150) * DAY for _ in range(dice.choice((0, 1, 2)))]
        return [(day, day + dice.randint(0, 9) * DAY) for day in begins]

    owner = Person("Dana Reyes", DANA, dice.choice((PLACES[0], PLACES[9])), dice.choice(SHIFTS[:2]), away())
    people = [
        Person(
            f"Person{n} Test",
            f"p{n}@contract.example",
            dice.choice(PLACES),
            dice.choice(SHIFTS),
            away(),
            dice.choice(tuple(PERIODS)),
        )
        for n in range(count)
    ]
    with EmbeddedMail(dict.fromkeys((TEAM, DANA, *(one.address for one in people)), "secret")) as servers:
        scene = scene_of(servers, tmp_path, START)
        yield World(servers, scene, owner, people)
        scene.keepwarm.inbox.close()


@pytest.mark.parametrize("world", [(1, 3), (5, 5), (21, 15)], indirect=True)
def test_check_ins_suit_both(world: World) -> None:
    world.scene.live(f"{END:%Y-%m-%d %H:%M}", 15 * MINUTE)
    booked: list[tuple[datetime, datetime]] = []
    for who in world.people:
        first = {}
        for said in world.delivered(who.address):
            first.setdefault(said.uid, said)
        for said in world.standing(who.address).values():
            if said.method == "CANCEL":
                continue
            booked.append((said.start, said.end))
            assert first[said.uid].start - first[said.uid].at >= 3 * DAY
            assert who.works(first[said.uid].at)
            minutes = [said.start + n * MINUTE for n in range(30)]
            inside = [all(map(one.works, minutes)) for one in (who, world.owner)]
            assert all(inside) or (any(inside) and not _share_hours(world.owner, who, said.start)), (
                who,
                said,
            )
            for one in (who, world.owner):
                assert not any(one.off(t.astimezone(one.zone).date()) for t in (minutes[0], minutes[-1]))
        wanted = (END - START).days / PERIODS[who.check_ins]
        assert wanted * 0.8 - 1.5 <= len(world.standing(who.address)) <= wanted + 1.5
    assert all(one[1] <= other[0] for one, other in pairwise(sorted(booked)))
    assert {s for who in world.people for s in world.standing(who.address)} == set(world.standing(DANA))


def _share_hours(one: Person, other: Person, near: datetime) -> bool:
    """Whether the two share half an hour in the days that follow: before them the clocks may have changed."""
    run = 0
    for step in range(5 * 288):
        moment = near + step * 5 * MINUTE
        free = not any(who.off(moment.astimezone(who.zone).date()) for who in (one, other))
        run = run + 1 if free and one.works(moment) and other.works(moment) else 0
        if run == 6:
            return True
    return False


@pytest.mark.parametrize("world", [(2, 4), (4, 4)], indirect=True)
def test_whatever_happens_both_calendars_say_what_is_booked(world: World) -> None:
    dice, scene = random.Random(7), world.scene
    while scene.now < END:
        scene.live(f"{scene.now + dice.randint(60, 110) * HOUR:%Y-%m-%d %H:%M}", 15 * MINUTE)
        _something_happens(world, dice)
        for who in world.people:
            theirs, owners = world.standing(who.address), world.standing(DANA)
            assert all(
                (said.sequence, said.start) == (owners[uid].sequence, owners[uid].start)
                for uid, said in theirs.items()
            )
            for call in scene.story(who.name.split()[0]).check_ins.values():
                if call.starts_at > scene.now and call.uid in theirs:
                    said = theirs[call.uid]
                    assert (said.method == "CANCEL") == (call.state == "cancelled"), (call, said)
                    assert (said.start, said.sequence) == (call.starts_at, call.sequence)
                    assert not who.paused or said.method == "CANCEL"


def _something_happens(world: World, dice: random.Random) -> None:
    who, now = dice.choice(world.people), world.scene.now
    ahead = [
        x for x in world.standing(who.address).values() if x.start > now + HOUR and x.method == "REQUEST"
    ]
    match dice.choice(
        ("accept", "decline", "owner", "counter", "pause", "resume", "hours", "away", "restart")
    ):
        case "accept" if ahead:
            world.answers(who.address, ahead[0], "ACCEPTED")
        case "decline" if ahead:
            world.answers(who.address, ahead[0], "DECLINED")
        case "owner" if ahead:
            world.answers(DANA, ahead[0], "DECLINED")
        case "counter" if ahead:
            later = ahead[0].start + dice.choice((1, 24, 47)) * HOUR
            world.answers(dice.choice((who.address, DANA)), ahead[0], "TENTATIVE", later)
            world.clicks(dice.choice(("accept", "decline")))
        case "pause":
            who.paused = True
            world.adopt()
        case "resume":
            for one in world.people:
                one.paused = False
            world.adopt()
        case "hours":
            who.shift = dice.choice(SHIFTS)
            world.adopt()
        case "away":
            day = now.date() + dice.randint(0, 5) * DAY
            who.away.append((day, day + dice.randint(0, 6) * DAY))
            world.adopt()
        case "restart":
            world.scene.restart()
