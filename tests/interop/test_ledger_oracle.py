"""A quarter of mixed mail on a real Dovecot: the ledger equals a slow oracle, entry by entry, to the second.

The oracle is told what was said by the script that wrote the mails; it counts working time minute by minute.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import holidays
import pytest

TEAM, DANA = "team@acme.example", "dana@acme.example"
START = datetime(2025, 9, 15, tzinfo=UTC)  # over the end of summer time, on both sides of the Atlantic

# name, address, zone, hours in the file, hours for the oracle [(days, from minute, to minute)], holidays
PEOPLE = [
    ("Maria Santos", "maria@contract.example", "Asia/Manila", "Mon-Fri 21:00-06:00", [("01234", 1260, 1800)], "PH"),
    ("Ben Okafor", "ben@contract.example", "Africa/Lagos", "Mon-Fri 09:00-17:00", [("01234", 540, 1020)], "NG"),
    ("Chidi Eze", "chidi@contract.example", "Europe/London", "Mon-Fri 08:30-12:00, 13:00-17:30; Sat 10:00-12:00",
     [("01234", 510, 720), ("01234", 780, 1050), ("5", 600, 720)], "GB-ENG"),
    ("Yuki Mori", "yuki@contract.example", "Asia/Tokyo", "Tue-Sat 10:00-19:00", [("12345", 600, 1140)], "JP"),
    ("Ana Lima", "ana@contract.example", "America/Sao_Paulo", "Mon-Thu 07:00-24:00", [("0123", 420, 1440)], "BR"),
    ("Tom Reid", "tom@contract.example", "America/Los_Angeles", "Sun-Thu 22:00-02:00", [("60123", 1320, 1560)], ""),
]  # fmt: skip
OWNER = ("Dana Reyes", DANA, "America/New_York", "Mon-Fri 09:00-12:30, 13:30-18:00",
         [("01234", 540, 750), ("01234", 810, 1080)], "US-NY")  # fmt: skip
AWAY = {"Ben Okafor": (date(2025, 10, 6), date(2025, 10, 10))}


@dataclass
class Said:
    """One line of the script."""

    at: datetime
    side: str  # owner, contractor
    who: str  # address
    name: str  # Message-ID
    asks: bool = False
    closes: bool = False
    human: bool = True
    cc_only: bool = False


@dataclass
class Thread:
    person: tuple
    subject: str
    said: list[Said] = field(default_factory=list)


def minutes_worked(person: tuple, start: datetime, end: datetime) -> int:
    """Working seconds, minute by minute of the wall clock; the script's times are whole minutes."""
    name, _, zone, _, hours, country = person
    days_off = holidays.country_holidays(*country.split("-")) if country else {}
    away = AWAY.get(name)
    count, at = 0, start
    while at < end:
        wall = at.astimezone(ZoneInfo(zone))
        minute = wall.hour * 60 + wall.minute
        for days, opens, closes in hours:
            for back, offset in ((0, 0), (1, 1440)):
                day = wall.date() - timedelta(days=back)
                off = day in days_off or (away and away[0] <= day <= away[1])
                if str(day.weekday()) in days and not off and opens <= minute + offset < closes:
                    count += 1
                    break
            else:
                continue
            break
        at += timedelta(minutes=1)
    return count * 60


def oracle(thread: Thread) -> list[dict]:
    rows: list[dict] = []
    wait: dict | None = None
    first = True
    for said in sorted((s for s in thread.said if s.human), key=lambda s: s.at):
        if wait and wait["party"] == said.side:
            person = OWNER if said.side == "owner" else thread.person
            elapsed = int((said.at - wait["at"]).total_seconds())
            working = minutes_worked(person, wait["at"], said.at)
            rows.append({**wait, "answered": said.name, "elapsed_s": elapsed, "working_s": working})
            wait = None
        opens = first and said.side == "owner"
        first = False
        if said.closes or said.cc_only:
            continue
        if wait:
            wait["chasers"] += 1
            wait["asks"] |= said.asks
        else:
            party = "contractor" if said.side == "owner" else "owner"
            wait = {
                "party": party,
                "at": said.at,
                "asked": said.name,
                "asks": said.asks or opens,
                "chasers": 0,
            }
    if wait:
        rows.append({**wait, "answered": None, "elapsed_s": None, "working_s": None})
    return rows


ASKING = ["Could you send the numbers?", "When will the draft be ready?", "Please have a look at page two."]
TELLING = ["Here is the file.", "The second version is attached.", "I finished the header today."]
CLOSING = ["Thanks!", "Great, got it.", "👍"]


def script(dice: random.Random) -> list[Thread]:
    threads = []
    for number in range(90):
        person = dice.choice(PEOPLE)
        thread = Thread(person, f"Job {number:03d} for {person[0].split()[0]}")
        at = START + timedelta(minutes=dice.randrange(0, 85 * 1440))
        for turn in range(dice.randrange(1, 9)):
            side = dice.choice(["owner", "contractor"])
            sort = dice.random()
            who = DANA if side == "owner" else person[1]
            said = Said(at, side, who, f"<{number}.{turn}.{dice.randrange(10**9)}@{who.partition('@')[2]}>")
            said.asks, said.closes = sort < 0.4, sort > 0.85 and turn > 0
            said.human = not (side == "contractor" and 0.8 < sort <= 0.85)
            said.cc_only = side == "owner" and dice.random() < 0.08
            thread.said.append(said)
            at += timedelta(minutes=dice.choice([7, 55, 240, 1500, 4000]) + dice.randrange(60))
        threads.append(thread)
    return threads


def mails(thread: Thread, dice: random.Random) -> list[tuple[Said, bytes]]:
    written = []
    for number, said in enumerate(thread.said):
        mail = EmailMessage()
        mail["From"] = said.who
        mail["To"] = (
            TEAM
            if said.side == "contractor"
            else ("boss@other.example" if said.cc_only else thread.person[1])
        )
        if said.cc_only:
            mail["Cc"] = thread.person[1]
        mail["Subject"] = thread.subject if number == 0 else f"Re: {thread.subject}"
        mail["Date"] = format_datetime(said.at)
        mail["Message-ID"] = said.name
        if number:
            mail["In-Reply-To"] = thread.said[number - 1].name
            mail["References"] = " ".join(s.name for s in thread.said[:number])
        if not said.human:
            mail["Auto-Submitted"] = "auto-replied"
            mail.replace_header("Subject", f"Automatic reply: {thread.subject}")
        texts = ASKING if said.asks else CLOSING if said.closes else TELLING
        text = dice.choice(texts)
        if number and dice.random() < 0.5:
            text += f"\n\nOn {said.at:%d %b %Y}, somebody wrote:\n> Could you do this too? Please?\n> Thanks!"
        mail.set_content(text)
        written.append((said, mail.as_bytes()))
    return written


def noise(dice: random.Random) -> list[tuple[datetime, bytes]]:
    """Mail that starts and stops no clock: lists, strangers, receipts."""
    found = []
    for number in range(60):
        at = START + timedelta(minutes=dice.randrange(0, 85 * 1440))
        mail = EmailMessage()
        sender = dice.choice(["news@shop.example", "noreply@bank.example", PEOPLE[0][1]])
        mail["From"], mail["To"], mail["Subject"] = sender, TEAM, f"Newsletter {number}"
        mail["Date"], mail["Message-ID"] = format_datetime(at), f"<noise{number}@shop.example>"
        if sender == PEOPLE[0][1]:
            mail["List-Id"] = "<talk.lists.example>"
            mail["List-Unsubscribe"] = "<mailto:off@lists.example>"
        mail.set_content("Could you have a look at our offers?")
        found.append((at, mail.as_bytes()))
    return found


def rules(mail) -> str:
    people = "".join(
        f"  - name: {name}\n    email: {address}\n    timezone: {zone}\n    hours: {hours}\n"
        + (f"    holidays: {country}\n" if country else "")
        + (f"    away: [{AWAY[name][0]}..{AWAY[name][1]}]\n" if name in AWAY else "")
        for name, address, zone, hours, _, country in PEOPLE
    )
    return (
        f"mode: live\nmailbox:\n  address: {TEAM}\n  imap: {mail.imap_url}\n  smtp: {mail.smtp_url}\n"
        f"  password: env:KEEPWARM_PASSWORD\n  history: 2000 days\nowner:\n  name: {OWNER[0]}\n"
        f"  email: [{DANA}]\n  timezone: {OWNER[2]}\n  hours: {OWNER[3]}\n  holidays: {OWNER[5]}\n"
        f"contractors:\n{people}rules:\n  - name: Quiet\n    when: silence\n    steps:\n"
        "      - {{after: 900 days, send: owner/gone-quiet}}\n"
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_ledger_equals_the_oracle(bench, seed):
    dice = random.Random(seed)
    threads = script(dice)
    letters = [(said, content) for thread in threads for said, content in mails(thread, dice)]
    deliveries = [
        (said.at, content, "Sent" if said.side == "owner" else "INBOX") for said, content in letters
    ]
    deliveries += [(at, content, "INBOX") for at, content in noise(dice)]
    deliveries += [
        (at, content, dice.choice(["INBOX", "Archive"])) for at, content, _ in dice.sample(deliveries, 40)
    ]
    dice.shuffle(deliveries)
    half = len(deliveries) // 2
    bench.write(rules(bench.mail))
    for part in (deliveries[:half], deliveries[half:]):  # arrival out of order, across two runs
        for at, content, folder in part:
            bench.mail.deliver_to(TEAM, content, at, folder)
        bench.once()

    rows = bench.rows("ledger")
    found = {row["asked"]: row for row in rows}
    assert len(found) == len(rows)
    expected = {row["asked"].strip("<>"): (thread, row) for thread in threads for row in oracle(thread)}
    assert found.keys() == expected.keys()
    for name, (thread, wanted) in expected.items():
        row = found[name]
        assert row["contractor"] == thread.person[0]
        assert row["subject"] == thread.subject
        assert datetime.fromisoformat(row["asked_at"]) == wanted["at"]
        assert row["answered"] == (wanted["answered"] and wanted["answered"].strip("<>")), (thread, wanted)
        for key in ("party", "asks", "chasers", "elapsed_s", "working_s"):
            assert row[key] == wanted[key], (key, thread, wanted)

    bench.once()
    assert bench.rows("ledger") == rows
