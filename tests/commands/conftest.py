"""Years of recorded history, invented: what a daemon that polls every minute would have kept of them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from relationship.clocks.durations import Duration
from relationship.facts import Installation, Profile
from relationship.facts.messages import Bounce, Kind, Message, Side
from relationship.parties import Contractor, Owner
from store.keys import new_key
from store.memory import MemoryStore
from store.protocol import OWNER

ZONES = ("Asia/Manila", "Africa/Lagos", "Europe/Madrid", "America/Bogota", "Asia/Kolkata")
DANA = "dana@acme.example"

TOP = """mode: live
mailbox:
  address: team@acme.example
  imap: imap://127.0.0.1:1
  smtp: smtp://127.0.0.1:1
  password: env:KEEPWARM_TEST_PASSWORD
owner:
  name: Dana Reyes
  email: [dana@acme.example]
  timezone: America/New_York
  hours: Mon-Fri 09:00-12:30, 13:30-18:00
  holidays: US-NY
contractors:
"""
PERSON = """  - name: {name}
    email: {email}
    timezone: {zone}
    hours: Mon-Fri 09:00-18:00
    since: {since}
    phase: {phase}
"""


def rules_for(count: int, rules: str) -> str:
    """A rules file with so many contractors."""
    people = (
        PERSON.format(
            name=f"Person{n} Example",
            email=f"person{n}@contract.example",
            zone=ZONES[n % len(ZONES)],
            since=f"2021-{n % 12 + 1:02}-{n % 27 + 1:02}",
            phase="backup" if n % 10 == 9 else "active",
        )
        for n in range(count)
    )
    return TOP + "".join(people) + rules


class Pen:
    """Writes one relationship's mail."""

    def __init__(self, owner: Owner, contractor: Contractor, dice: random.Random) -> None:
        self.owner, self.contractor, self.dice = owner, contractor, dice
        self.number = 0

    def mails(self, start: datetime, end: datetime, gap_days: float) -> Iterator[Message]:
        """Conversations, one after another, each of a few turns."""
        at = start + timedelta(days=self.dice.random() * gap_days)
        while at < end:
            yield from (mail for mail in self._conversation(at) if mail.at < end)
            at += timedelta(days=self.dice.expovariate(1 / gap_days))

    def _conversation(self, at: datetime) -> Iterator[Message]:
        self.number += 1
        dice = self.dice
        subject = f"{dice.choice(('Logo', 'Invoice', 'Page', 'Text', 'Report'))} {self.number}"
        side, parents = dice.choice((Side.OWNER, Side.OWNER, Side.CONTRACTOR)), ()
        turns = dice.choice((2, 3, 4, 5, 6, 7, 9))
        for turn in range(turns):
            party = self.owner if side is Side.OWNER else self.contractor
            at = party.clock.next_open(at).replace(microsecond=0)
            last = turn == turns - 1
            mail = self._mail(at, side, subject if not turn else f"Re: {subject}", parents, last)
            yield mail
            if dice.random() < 0.06:
                return  # nobody answers
            parents = (*parents, mail.key)
            lag = Duration(int(dice.lognormvariate(4.6, 1.4)) + 2, "minutes", working=True)
            side = side if dice.random() < 0.15 else side.other
            at = (self.owner if side is Side.OWNER else self.contractor).clock.after(at, lag)

    def _mail(self, at: datetime, side: Side, subject: str, parents: tuple[str, ...], last: bool) -> Message:
        dice = self.dice
        seen_at = at + timedelta(seconds=dice.randint(1, 60), microseconds=dice.randint(1, 999_999))
        sender = DANA if side is Side.OWNER else self.contractor.addresses[0]
        name = f"{dice.getrandbits(48):x}@{sender.partition('@')[2]}"
        starred = side is Side.CONTRACTOR and dice.random() < 0.03
        return Message(
            key=name,
            at=at,
            seen_at=seen_at,
            side=side,
            kind=Kind.HUMAN,
            reason="nothing says otherwise",
            sender=sender,
            subject=subject,
            message_id=name,
            dated=at - timedelta(seconds=3),
            parents=parents,
            asks=not last and dice.random() < 0.6,
            closes=last and dice.random() < 0.5,
            tags=("done",) if side is Side.CONTRACTOR and dice.random() < 0.05 else (),
            due=at.date() + timedelta(days=dice.randint(2, 9))
            if side is Side.OWNER and dice.random() < 0.04
            else None,
            starred_at=seen_at + timedelta(hours=dice.randint(1, 30)) if starred else None,
            folders=("Sent" if side is Side.OWNER else "INBOX",),
            fingerprint=f"{dice.getrandbits(64):x}",
        )


def enlivened(store: MemoryStore, seed: int) -> MemoryStore:
    """The same history, in which more is said: days, ideas, tags, bad news; some mails come late, some by robots."""
    dice, lively = random.Random(seed), MemoryStore()
    for key in store.names():
        facts = store.load(key)
        kept = [*facts.profile.values(), *facts.installation.values()]
        mails = [mail for message in facts.messages.values() for mail in _more_said(message, dice)]
        lively.commit(key, [*kept, *mails])
    return lively


def _more_said(mail: Message, dice: random.Random) -> Iterator[Message]:
    owner, chance = mail.side is Side.OWNER, dice.random()
    yield replace(mail, **_another(mail, chance, dice, owner))
    if chance > 0.97:
        name = f"{dice.getrandbits(48):x}@robot.example"
        robot = replace(mail, key=name, message_id=name, fingerprint=name, side=Side.CONTRACTOR, asks=False)
        at, seen_at = mail.at + timedelta(minutes=1), mail.seen_at + timedelta(minutes=1)
        robot = replace(
            robot, at=at, seen_at=seen_at, parents=(mail.key,), tags=(), due=None, starred_at=None
        )
        if owner:
            yield replace(
                robot, kind=Kind.AUTO_REPLY, back_on=mail.at.date() + timedelta(days=dice.randint(1, 9))
            )
        else:
            yield replace(robot, kind=Kind.BOUNCE, bounce=Bounce(mail.sender, "5.1.1", permanent=True))


def _another(mail: Message, chance: float, dice: random.Random, owner: bool) -> dict[str, object]:
    """What is said besides in one of a few mails."""
    if chance < 0.06:
        return {"due": mail.at.date() + timedelta(days=dice.randint(1, 9))}
    if chance < 0.18:
        tags = ("paid", "settled", "pause") if owner else ("idea", "done", "settled")
        return {"tags": (*mail.tags, tags[int(chance * 100) % 3])}
    if chance < 0.20:
        return {"bad_news": True} if not owner else {"handed": False}
    if chance < 0.23:
        return {"seen_at": mail.seen_at + timedelta(days=dice.randint(1, 12))}
    if chance < 0.25:
        return {"authentic": owner}
    return {"parents": mail.parents[:-1]} if chance < 0.27 else {}


Recorded = Callable[..., MemoryStore]


@pytest.fixture
def recorded() -> Recorded:
    """Makes a store that has recorded so many days of mail with everybody in a policy."""

    def make(
        owner: Owner, people: tuple[Contractor, ...], end: datetime, days: int, gap_days: float
    ) -> MemoryStore:
        store, start = MemoryStore(), end - timedelta(days=days)
        for number, contractor in enumerate(people):
            pen = Pen(owner, contractor, random.Random(number))
            key = new_key(contractor.name, contractor.addresses, store.names())
            profile = Profile(contractor.name, contractor.addresses, start)
            store.commit(key, [profile, *pen.mails(start, end, gap_days)])
        store.commit(OWNER, [Installation(start, "live", start)])
        return store

    return make


@pytest.fixture(name="rules_for")
def _rules_for() -> Callable[[int, str], str]:
    """Writes a rules file with so many contractors."""
    return rules_for


@pytest.fixture(name="enlivened")
def _enlivened() -> Callable[[MemoryStore, int], MemoryStore]:
    """Makes more of a recorded history."""
    return enlivened
