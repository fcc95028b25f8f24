"""Two months of letters in invented worlds, on paper (make campaign): none is put off for ever, none comes in a burst.

A daemon that looks at what is new and what is due is compared with one that looks at everything at each tick. Both have
odd hours and zones, absences, narrow limits, a machine that is off for days, and a mail server that takes nothing for a
while.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from commands.rule_tests import mails
from daemon import House, Keepwarm
from mail.raw import RawMail
from mail.smtp.delivery import Outcome, Receipt
from relationship.facts.decisions import Verdict
from relationship.facts.letters import State
from relationship.facts.messages import Side
from store.memory import MemoryStore
from tick.collecting.collect import Batch
from tick.owner.digest.sending import no_picture
from tick.rehearsal.paper import PaperInbox, PaperPostman

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]

HOUR, DAY, A_WHILE = timedelta(hours=1), timedelta(days=1), timedelta(days=15)
START = datetime(2026, 2, 2, 6, tzinfo=UTC)
BUSY, END = START + 40 * DAY, START + 70 * DAY  # then nothing more is written
TEAM, DANA = "team@acme.example", "dana@acme.example"
ZONES = ("Europe/Madrid", "Asia/Manila", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata")
HOURS = (
    "Mon-Fri 09:00-18:00",
    "Mon-Fri 21:00-06:00",
    "Tue 09:00-13:00",
    "Sat-Sun 10:00-16:00",
    "Mon,Wed 18:00-22:00",
)
TEXTS = (
    "Could you send it today?",
    "Here it is.",
    "Thanks, got it!",
    "#done\n\nHere it is.",
    "#idea\n\nWe could do more.",
)
RULES = """
  - {name: Quick, when: contractor replied, send: appreciation/quick-answer, at most: 2 a week}
  - name: Chase
    when: waiting on contractor
    steps:
      - {after: 1 working day, send: reminders/gentle}
      - {after: 50 hours, send: reminders/firm}
      - {after: 4 working days, send: owner/escalation}
  - {name: Every, when: every, on: every day at 17:30, if: {phase: active}, send: ideas/ask}
  - {name: I owe, when: waiting on owner, steps: [{after: 4 working hours, send: owner/you-owe}]}
  - {name: Silence, when: silence, steps: [{after: 5 days, send: owner/gone-quiet}]}
  - {name: Near, when: deadline near, steps: [{before: 20 hours, send: reminders/deadline}]}
  - {name: Missed, when: deadline missed, steps: [{after: 1 working day, send: reminders/overdue}]}
  - {name: Delivered, when: delivered, send: appreciation/delivered}
  - {name: Idea, when: idea received, send: owner/answer-the-idea}
  - name: Praise
    when: no praise
    if: {temperature: [warm, cooling]}
    steps: [{after: 10 days, send: owner/no-praise}]
"""


class World:
    """Who there is, what they write, and a daemon on paper that ticks each hour while its machine is on."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice, self.now, self.count = random.Random(seed), START, 0
        self.people = [f"p{n}@c.example" for n in range(self.dice.randint(2, 5))]
        self.mail = sorted(self._written(), key=lambda raw: raw.internal_date)
        self.off = self._spells(30, 100, 300)
        self.put_off = self._spells(5, 30, 70)
        folder.mkdir()
        (folder / "rules.yaml").write_text(self._rules())
        house = House(folder / "rules.yaml", folder / "data")
        templates = house.templates()
        policy = house.policy(templates)
        self.keepwarm = Keepwarm(policy, templates, MemoryStore(), self, self._collect, no_picture)

    def inbox(self, mailbox: object) -> PaperInbox:
        return PaperInbox()

    def postman(self, mailbox: object) -> PaperPostman:
        return Postman(self)

    def _spells(self, *hours: int) -> list[tuple[datetime, datetime]]:
        """One of each length, while people write."""
        begins = [START + self.dice.randrange(24 * 38) * HOUR for _ in hours]
        return [(at, at + length * HOUR) for at, length in zip(begins, hours, strict=True)]

    def _rules(self) -> str:
        pick = self.dice.choice
        away = f"[{START.date() + 9 * DAY}..{START.date() + self.dice.randint(9, 40) * DAY}]"
        rates = pick(("[1 a day, 3 a week]", "[2 a day]")), pick(("2 a day", "1 an hour"))
        limits = f"per contractor: {rates[0]}, in total: {rates[1]}"
        stale = pick(("2 working days", "3 days", "20 days"))
        people = "".join(
            f"  - {{name: P{n} Test, email: {who}, timezone: {pick(ZONES)}, hours: '{pick(HOURS)}', "
            f"away: {away if n == 1 else '[]'}, phase: active}}\n"
            for n, who in enumerate(self.people)
        )
        return (
            f"mode: live\nmailbox: {{address: {TEAM}, imap: 'imap://127.0.0.1:1', smtp: 'smtp://127.0.0.1:1', "
            f"password: 'env:KEEPWARM_TEST_PASSWORD'}}\nowner: {{name: Dana Reyes, email: {DANA}, digest: off, "
            f"timezone: {pick(ZONES)}, hours: '{pick(HOURS[:3])}'}}\ncontractors:\n{people}"
            f"limits: {{{limits}, stale after: {stale}, owner first: {pick(('yes', 'no'))}}}\nrules:{RULES}"
        )

    def _written(self) -> Iterator[RawMail]:
        at, threads = START, list[tuple[str, str, bool, str]]()
        while (at := at + timedelta(minutes=self.dice.randint(30, 900))) < BUSY:
            if self.dice.random() < 0.03:
                who = self.dice.choice(self.people)
                yield self._raw(
                    at,
                    who,
                    TEAM,
                    "Out of office",
                    "I am out of office.",
                    "",
                    {"Auto-Submitted": "auto-replied"},
                )
            elif threads and self.dice.random() < 0.6:
                who, subject, ours, parent = threads.pop(self.dice.randrange(len(threads)))
                raw = self._raw(
                    at,
                    *((DANA, who) if ours else (who, TEAM)),
                    f"Re: {subject}",
                    self.dice.choice(TEXTS),
                    parent,
                )
                threads.append((who, subject, not ours, f"m{self.count}@x.example"))
                yield raw
            else:
                who, ours = self.dice.choice(self.people), self.dice.random() < 0.6
                due = (
                    f"\n\n#due {at + self.dice.randint(1, 9) * DAY:%-d %b %Y}"
                    if self.dice.random() < 0.3
                    else ""
                )
                subject, text = f"Job {self.count}", f"Could you do it?{due}"
                yield self._raw(at, *((DANA, who) if ours else (who, TEAM)), subject, text)
                threads.append((who, subject, not ours, f"m{self.count}@x.example"))

    def _raw(
        self,
        at: datetime,
        sender: str,
        to: str,
        subject: str,
        text: str,
        parent: str = "",
        more: dict[str, str] | None = None,
    ) -> RawMail:
        self.count += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, subject, format_datetime(at)
        mail["Message-ID"] = f"<m{self.count}@x.example>"
        if parent:
            mail["In-Reply-To"] = mail["References"] = f"<{parent}>"
        for name, value in (more or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mails.raw(mail, "Sent" if sender == DANA else "INBOX", self.count, at)

    def _collect(self, books: object, now: datetime) -> Iterator[Batch]:
        come = [raw for raw in self.mail if raw.internal_date <= now]
        self.mail = self.mail[len(come) :]
        for folder in ("INBOX", "Sent"):
            here = [raw for raw in come if raw.folder == folder]
            if here:
                yield Batch(folder, self.keepwarm.books.people, here, in_sent=folder == "Sent")

    def live(self, anew: bool) -> "World":
        """All of it; `anew`: everything is looked at in each tick."""
        while self.now < END:
            if not any(start <= self.now < end for start, end in self.off):
                books = self.keepwarm.books
                if anew:
                    # What depends on the day alone is done once a day all the same.
                    days = dict(books.looks._days)
                    books.adopt(books.policy, books.readers)
                    books.looks._days.update(days)
                self.keepwarm.tick(self.now)
            self.now += HOUR
        return self

    @property
    def letters(self) -> list[tuple[datetime, str, str, str, str]]:
        """What went out; not the note that a debt holds reminders, which is due a tick after them."""
        books = self.keepwarm.books
        return sorted(
            (x.sent_at, x.contractor.rpartition("-")[0], x.template, x.occasion, str(x.reader))
            for key in books.people.contractors
            for x in books.whole(key).letters.values()
            if x.state is State.SENT and x.sent_at and x.rule != "Owner first"
        )


class Postman(PaperPostman):
    """Takes nothing for hours on end."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def deliver(self, *letter: object) -> Receipt:
        if any(start <= self._world.now < end for start, end in self._world.put_off):
            return Receipt(Outcome.DEFERRED, "451 later")
        return Receipt(Outcome.ACCEPTED, "250 on paper")


@pytest.fixture(autouse=True)
def _password() -> None:
    os.environ["KEEPWARM_TEST_PASSWORD"] = "secret"


@pytest.mark.parametrize("seed", range(4))
def test_none_is_overlooked_none_waits_for_ever_and_none_comes_in_a_burst(seed: int, tmp_path: Path) -> None:
    world = World(seed, tmp_path / "usual").live(anew=False)
    assert world.letters == World(seed, tmp_path / "anew").live(anew=True).letters
    assert len(world.letters) > 20
    books, reached = world.keepwarm.books, defaultdict[str, list[datetime]](list)
    for at, who, _, _, reader in world.letters:
        if reader == Side.CONTRACTOR:
            reached[who].append(at)
    for times in reached.values():
        for rate in books.policy.limits.per_contractor:
            spans = zip(times, times[rate.count :], strict=False)
            assert all(later - first >= rate.window for first, later in spans)
    assert books.outbox() == []
    assert all(note.created_at > END - A_WHILE for note in books.notes())
    stories = [books.story(key) for key in books.people.contractors]
    held = [x for story in stories for x in story.decisions.values() if x.verdict is Verdict.HOLD]
    assert [x for x in held if x.gate != "condition" and x.at < END - A_WHILE] == []
