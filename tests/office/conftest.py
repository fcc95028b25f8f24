"""An office for the digest and the report: invented people, half a year of mail as facts, in memory."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from mail.letters.rendering import Templates
from relationship.clocks.durations import Duration
from relationship.facts import Fact, Installation, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Bounce, Kind, Message, Side
from rules.format.loader import load
from rules.policy import Policy
from store.memory import MemoryStore
from store.protocol import OWNER
from tick.bookkeeping.books import Books

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 13, 0, 30, tzinfo=UTC)  # a Monday, 08:00 in New York
START = NOW - 240 * DAY

RULES = """
mode: live
mailbox:
  {address: team@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:NONE"}
owner:
  name: Dana Reyes
  email: dana@acme.example
  timezone: America/New_York
  hours: Mon-Fri 09:00-12:30, 13:30-18:00
  locale: en-US
  digest: Monday 08:00
contractors:
  - {name: Maria Santos, email: maria@contract.example, role: virtual assistant, timezone: Asia/Manila,
     hours: "Mon-Fri 21:00-06:00", since: 2025-03-01}
  - {name: Ben Okafor, email: ben@contract.example, role: web designer, timezone: Africa/Lagos,
     hours: "Mon-Fri 09:00-17:00", since: 2024-03-01}
  - {name: Jonas Weber, email: jonas@contract.example, role: translator, timezone: Europe/Berlin,
     hours: "Mon-Fri 08:00-16:00", since: 2025-06-01}
  - {name: Aiko Tanaka, email: aiko@contract.example, role: illustrator, timezone: Asia/Tokyo,
     hours: "Mon-Fri 10:00-18:00", since: 2025-01-01}
  - {name: Li Na, email: li@contract.example, role: bookkeeper, timezone: Asia/Shanghai,
     hours: "Mon-Fri 09:00-18:00", since: 2026-11-01}
rules:
  - name: Chase an unanswered question
    when: waiting on contractor
    steps: [{after: 1 working day, send: reminders/gentle}]
"""

SUBJECTS = ["Invoice template", "Landing page", "Newsletter for May", "Logo, second draft", "Calendar",
            "Price list", "Travel plans", "Photos for the shop", "Inbox rules"]  # fmt: skip


@dataclass
class Office:
    """The books of an invented office, and a pen to write facts into them."""

    books: Books
    now: datetime = NOW
    rng: random.Random = field(default_factory=lambda: random.Random(11))
    number: int = 0

    def key(self, first_name: str) -> str:
        people = self.books.people.contractors.items()
        return next(key for key, who in people if who.name.startswith(first_name))

    def add(self, who: str, *facts: Fact) -> None:
        self.books.commit(self.key(who), facts)

    def mail(
        self, who: str, side: Side, at: datetime, subject: str, parent: Message | None = None, **more: object
    ) -> Message:
        self.number += 1
        contractor = self.books.people.contractors[self.key(who)]
        key = f"m{self.number}@acme.example"
        return Message(
            **{
                "key": key,
                "at": at,
                "seen_at": at,
                "side": side,
                "kind": Kind.HUMAN,
                "reason": "a person wrote it",
                "sender": contractor.addresses[0] if side is Side.CONTRACTOR else "dana@acme.example",
                "subject": f"Re: {subject}" if parent else subject,
                "message_id": key,
                "parents": (parent.key,) if parent else (),
                **more,  # type: ignore[arg-type]
            }
        )

    def exchange(
        self, who: str, asker: Side, at: datetime, hours: float | None, subject: str = ""
    ) -> list[Message]:
        owner = self.books.people.owner
        clock = (self.books.people.contractors[self.key(who)] if asker is Side.OWNER else owner).clock
        question = self.mail(who, asker, at, subject or self.rng.choice(SUBJECTS), asks=True)
        if hours is None:
            return [question]
        later = clock.after(at, Duration(max(1, round(hours * 60)), "minutes", working=True))
        answer = self.mail(who, asker.other, later, question.subject, question)
        thanks = [self.mail(who, asker, later + timedelta(minutes=20), question.subject, answer, closes=True)]
        return [question, answer, *thanks[: self.rng.random() < 0.3]]

    def talk(
        self, who: str, start: datetime, end: datetime, theirs: float, yours: float, a_week: float = 4
    ) -> None:
        found: list[Message] = []
        at = start
        while at < end:
            if at.weekday() < 5:
                for asker, usual, chance in (
                    (Side.OWNER, theirs, a_week / 5),
                    (Side.CONTRACTOR, yours, a_week / 9),
                ):
                    if self.rng.random() < chance:
                        begun = at + timedelta(minutes=self.rng.randrange(300))
                        found += self.exchange(who, asker, begun, usual * self.rng.lognormvariate(0, 0.55))
            at += DAY
        self.add(who, *(message for message in found if message.at <= end))

    def letter(self, who: str, at: datetime, reader: Side = Side.CONTRACTOR, **more: object) -> Letter:
        self.number += 1
        token = f"token{self.number:06}"
        return Letter(
            **{
                "token": token,
                "contractor": self.key(who),
                "rule": "Chase an unanswered question",
                "occasion": f"wait/{self.number}",
                "step": 0,
                "reader": reader,
                "template": "reminders/gentle",
                "wording": 0,
                "to": ("x@contract.example",),
                "subject": "Re: Landing page",
                "message_id": token,
                "content": "",
                "created_at": at,
                "due_at": at,
                "state": State.SENT,
                "sent_at": at,
                "attempted_at": at,
                **more,  # type: ignore[arg-type]
            }
        )

    def check_in(self, at: datetime, state: str, uid: str = "", **more: object) -> CheckIn:
        self.number += 1
        end = at + timedelta(minutes=30)
        return CheckIn(uid or f"c{self.number}", 0, at, end, at, at - 3 * DAY, state=state, **more)  # type: ignore[arg-type]

    def decision(self, who: str, at: datetime, verdict: Verdict, gate: str, why: str) -> Decision:
        self.number += 1
        return Decision(
            at,
            "Chase an unanswered question",
            self.key(who),
            f"wait/{self.number}",
            "",
            0,
            verdict,
            why,
            gate,
        )


@pytest.fixture
def templates() -> Templates:
    return Templates()


@pytest.fixture
def policy(templates: Templates) -> Policy:
    return load(RULES, templates.index())


@pytest.fixture
def office(policy: Policy, templates: Templates) -> Office:
    """Nobody has written yet."""
    store = MemoryStore()
    books = Books(store, policy, templates.readers())
    books.commit(OWNER, [Installation(START, "live", START)])
    for key, who in books.people.contractors.items():
        books.commit(key, [Profile(who.name, who.addresses, START)])
    return Office(books)


@pytest.fixture
def busy(office: Office) -> Office:
    """Half a year: Maria is steady, Ben slows down, Jonas waits for the owner, Aiko was silent, Li is new."""
    office.talk("Maria", START, NOW, theirs=2, yours=3)
    office.talk("Ben", START, NOW - 45 * DAY, theirs=3, yours=2)
    office.talk("Ben", NOW - 45 * DAY, NOW, theirs=9, yours=2, a_week=3)
    office.talk("Jonas", START, NOW - 12 * DAY, theirs=4, yours=4, a_week=3)
    office.talk("Aiko", START, NOW - 100 * DAY, theirs=2, yours=2, a_week=3)
    office.talk("Aiko", NOW - 60 * DAY, NOW - 4 * DAY, theirs=2, yours=2, a_week=3)
    office.talk("Li", NOW - 20 * DAY, NOW, theirs=1, yours=2)
    at = NOW - 11 * DAY
    debt = office.mail("Jonas", Side.CONTRACTOR, at, "Translation of the terms", asks=True)
    again = office.mail("Jonas", Side.CONTRACTOR, NOW - 5 * DAY, "Translation of the terms", debt, asks=True)
    office.add("Jonas", debt, again)
    asked = office.mail("Ben", Side.OWNER, NOW - 6 * DAY, "Landing page", asks=True, due=date(2026, 11, 27))
    office.add("Ben", asked, office.letter("Ben", NOW - 3 * DAY, occasion=f"wait/{asked.key}"))
    office.add("Ben", office.check_in(NOW - 20 * DAY, "missed"), office.check_in(NOW + 3 * DAY, "accepted"))
    for back in range(200, 0, -30):
        office.add("Maria", office.check_in(NOW - back * DAY, "held"))
    thanks = {"rule": "Thank a quick answer", "template": "appreciation/quick-answer"}
    office.add("Maria", office.letter("Maria", NOW - 4 * DAY, occasion="exchange/x", **thanks))
    office.add("Jonas", office.decision("Jonas", NOW - 2 * DAY, Verdict.HOLD, "owner first",
               "owner first: you owe Jonas Weber an answer to “Translation of the terms”"))  # fmt: skip
    bounced = office.mail("Aiko", Side.OWNER, NOW - 2 * DAY, "Undelivered", kind=Kind.BOUNCE,
                          bounce=Bounce("aiko@contract.example", "5.1.1", permanent=True))  # fmt: skip
    office.add("Aiko", bounced)
    away = office.mail(
        "Aiko",
        Side.CONTRACTOR,
        NOW - 1 * DAY,
        "Out of office",
        kind=Kind.AUTO_REPLY,
        back_on=date(2026, 12, 1),
    )
    office.add("Aiko", away)
    return office
