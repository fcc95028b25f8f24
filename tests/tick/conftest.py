"""A scene: an owner, contractors, embedded servers and the daemon's own tick on a simulated clock."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

import pytest

from commands.demo_servers import EmbeddedMail
from daemon import House, Keepwarm
from mail.raw import RawMail
from mail.reading.syntax.parsing import parse
from relationship.story import Story
from store.memory import MemoryStore
from tick.owner.bundle import next_bundle
from tick.owner.digest.sending import no_picture
from tick.work import Work

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"

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
  hours: Mon-Fri 09:00-17:00
  digest: off
contractors:
  - name: Maria Santos
    email: [maria@contract.example]
    timezone: Europe/Madrid
    hours: Mon-Fri 09:00-18:00
  - name: Ben Okafor
    email: ben@contract.example
    timezone: Africa/Lagos
    hours: Mon-Fri 09:00-17:00
limits:
  per contractor: [2 a day, 5 a week]
  in total: 30 an hour
rules:
  - name: Thank a quick answer
    when: contractor replied
    if: {{took: under 2 working hours}}
    send: appreciation/quick-answer
    at most: once in 2 weeks
  - name: Chase
    when: waiting on contractor
    steps:
      - {{after: 1 working day, send: reminders/gentle}}
      - {{after: 3 working days, send: reminders/firm}}
      - {{after: 5 working days, send: owner/escalation}}
  - name: I owe an answer
    when: waiting on owner
    steps:
      - {{after: 4 working hours, send: owner/you-owe}}
  - name: We have gone quiet
    when: silence
    steps:
      - {{after: 14 days, send: owner/gone-quiet}}
  - name: Thank what I starred
    when: starred
    send: appreciation/starred
    deliver: any time
  - name: Welcome
    when: contractor added
    send: onboarding/welcome
"""


@dataclass(frozen=True)
class Out:
    """A letter as it went out; of the owner's bundle each note by itself."""

    at: str  # the minute, UTC: "2026-03-03 10:00"
    to: str
    rule: str
    template: str
    subject: str
    text: str  # of the whole mail, in one line


class Scene:
    """Drives the daemon and the people around it."""

    rules_text = RULES

    def __init__(self, servers: EmbeddedMail, folder: Path, start: datetime) -> None:
        self.servers, self.folder, self.now = servers, folder, start
        servers.now = lambda: self.now
        self.rules = folder / "rules.yaml"
        self.store = MemoryStore()
        self.count = 0
        self.out: list[Out] = []
        self.keepwarm: Keepwarm | None = None

    def policy(self, text: str = RULES, *edits: tuple[str, str]) -> None:
        """Write rules.yaml, and start the daemon anew on the same data."""
        text = text.format(imap=self.servers.imap_url, smtp=self.servers.smtp_url)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.rules.write_text(text)
        self.restart()

    def story(self, first_name: str) -> Story:
        """How one relationship stands."""
        books = self.keepwarm.books
        return next(
            books.story(key) for key, who in books.people.contractors.items() if who.first_name == first_name
        )

    def restart(self) -> None:
        house = House(self.rules, self.folder / "data")
        templates = house.templates()
        policy = house.policy(templates)
        if self.keepwarm:
            self.keepwarm.inbox.close()
        self.keepwarm = Keepwarm(policy, templates, self.store, house, draw=no_picture)

    def at(self, text: str) -> None:
        """Set the clock, "2026-03-02 10:00" UTC; it never goes back."""
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        assert moment >= self.now
        self.now = moment

    def writes(
        self, sender: str, to: str, subject: str, text: str, answers: str = "", folder: str = "", **more: str
    ) -> str:
        """Somebody writes; the mail lies in the shared mailbox. Returns its Message-ID."""
        self.count += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"] = more.pop("Date", format_datetime(self.now))
        mail["Message-ID"] = name = f"<{self.count}.{int(self.now.timestamp())}@{sender.split('@')[1]}>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        for header, value in more.items():
            mail[header.replace("_", "-")] = value
        mail.set_content(text)
        folder = folder or ("Sent" if sender in (DANA, TEAM) else "INBOX")
        self.servers.deliver_to(TEAM, mail.as_bytes(), self.now, folder)
        return name

    def tick(self) -> Work:
        """One tick, now."""
        assert self.keepwarm
        before = len(self.servers.accepted)
        work = self.keepwarm.tick(self.now)
        for _, to, content in self.servers.accepted[before:]:
            self.out += self._told(to[0], content)
        return work

    def _told(self, to: str, content: bytes) -> Iterator[Out]:
        mail = message_from_bytes(content, policy=default)
        text = " ".join(mail.get_body(("plain",)).get_content().split())
        known = {x.token: x for name in self.store.names() for x in self.store.load(name).letters.values()}
        letter = known[mail["X-Keepwarm-Letter"]]
        for x in [known[token] for token in letter.items] or [letter]:
            yield Out(f"{self.now:%Y-%m-%d %H:%M}", to, x.rule, x.template, x.subject, text)

    def live(self, until: str, polling: timedelta = timedelta(minutes=1)) -> None:
        """Tick until a moment, as a daemon that polls every minute does.

        The minutes in which nothing can happen are left out, except the last one before something does.
        """
        end = datetime.fromisoformat(until).replace(tzinfo=UTC)
        self.tick()
        while self.now < end:
            due = min(self._next(polling), end)
            if due - self.now > polling:
                self.now = due - polling
                self.tick()
            self.now += polling
            self.tick()

    def _next(self, polling: timedelta) -> datetime:
        """The minute in which the daemon would next find something to do."""
        books = self.keepwarm.books
        tries = [x.next_at or self.now for x in books.outbox()]
        known = [books.looks.next(self.now), next_bundle(books, self.now), *tries]
        due = min((moment for moment in known if moment), default=self.now + timedelta(days=1))
        behind = max(due - self.now, polling)
        return self.now + -(-behind // polling) * polling

    def sent(self, rule: str) -> list[str]:
        """The minutes in which letters of a rule went out."""
        return [out.at for out in self.out if out.rule == rule]

    def last(self, rule: str) -> Out:
        """The last letter of a rule."""
        return [out for out in self.out if out.rule == rule][-1]

    def why(self, rule: str, first_name: str = "Maria") -> list[tuple[str, str]]:
        """Verdicts and reasons of a rule's decisions, by step and time."""
        found = [x for x in self.story(first_name).decisions.values() if x.rule == rule]
        return [(str(x.verdict), x.why) for x in sorted(found, key=lambda x: (x.at, x.step))]

    def run(self, until: str, every: timedelta = timedelta(minutes=30)) -> Work:
        """Tick until a moment."""
        end, total = datetime.fromisoformat(until).replace(tzinfo=UTC), Work()
        while self.now < end:
            self.now = min(end, self.now + every)
            total += self.tick()
        return total

    def letters(self, address: str) -> list[RawMail]:
        """What a person found in their INBOX, parsed."""
        return [
            parse(RawMail("INBOX", n, mail.at, mail.flags, *_split(mail.content), complete=True))
            for n, mail in enumerate(self.servers.mailbox(address))
        ]

    def subjects(self, address: str) -> list[str]:
        return [mail.subject for mail in self.letters(address)]


def _split(content: bytes) -> tuple[bytes, bytes]:
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    return head + b"\n\n", body


@pytest.fixture(scope="session")
def scene_of() -> type[Scene]:
    """A scene on servers, in a folder and at a time of one's own."""
    return Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Monday 2 March 2026, 08:00 UTC: nothing has happened yet."""
    os.environ["KEEPWARM_TEST_PASSWORD"] = "secret"
    users = dict.fromkeys((TEAM, DANA, MARIA, BEN, "aiko@contract.example"), "secret")
    with EmbeddedMail(users) as servers:
        made = Scene(servers, tmp_path, datetime(2026, 3, 2, 8, tzinfo=UTC))
        made.policy()
        yield made
        made.keepwarm.inbox.close()


EXAMPLE = Path("tests/rules/rules.example.yaml")
NOT_HERE = (  # what the example says of servers that are not here
    ("imap: imaps://imap.acme.example ", "imap: {imap} #"),
    ("smtp: smtp+starttls://smtp.acme.example ", "smtp: {smtp} #"),
    ("env:KEEPWARM_PASSWORD", "env:KEEPWARM_TEST_PASSWORD"),
    ("digest: Monday 08:00 ", "digest: off #"),
)
NO_CALLS = (
    ("onboarding: every week ", "onboarding: never #"),
    ("active: every month\n", "active: never\n"),
    ("backup: every 3 months\n", "backup: never\n"),
)


@pytest.fixture
def example(scene: Scene) -> Scene:
    """The example file in force since Monday 5 October 2026, 04:00 in New York; nobody books check-ins."""
    return _begun(scene, NOT_HERE + NO_CALLS)


@pytest.fixture
def whole_example(scene: Scene) -> Scene:
    """The same, with its check-ins."""
    return _begun(scene, NOT_HERE)


def _begun(scene: Scene, edits: tuple[tuple[str, str], ...]) -> Scene:
    text = EXAMPLE.read_text(encoding="utf-8").replace("{", "{{").replace("}", "}}")
    for there, here in edits:
        assert there in text
        text = text.replace(there, here)
    scene.rules_text = text
    scene.at("2026-10-05 08:00")
    scene.store = MemoryStore()
    scene.keepwarm.inbox.close()
    scene.keepwarm = None
    scene.policy(text)
    scene.tick()
    return scene
