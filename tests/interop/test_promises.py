"""Never lost, never twice, never a storm, never silent: attacked with a real Dovecot and a real Postfix.

A crowd of contractors has answered quickly, each several times, so that many thank-yous are due at once. Whatever
happens to the daemon, to the lines and to the servers, in the end each of them has each letter exactly once.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from bench.servers.proxy import Proxy, anywhere, at_the_final_dot
from store.tinydb_store import TinyStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
ODD = Path(__file__).parent / "odd_daemon.py"

RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_PASSWORD
  poll: 1 second
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: UTC, hours: Mon-Sun 00:00-24:00}}
contractors:
{people}
limits:
  per contractor: [1000 a day]
  in total: 100000 a day
  in doubt: {doubt}
rules:
  - name: Thank
    when: contractor replied
    if: {{took: under 2 working hours}}
    send: appreciation/quick-answer
"""


class Crowd:
    """Contractors who answer quickly, and the daemon that thanks them."""

    def __init__(self, bench, size: int, doubt: str = "5 seconds") -> None:
        self.bench, self.doubt = bench, doubt
        self.people = [f"c{n}@crowd.example" for n in range(size)]
        known = (bench.mail.dovecot.root / "users").read_text()
        for address in self.people:
            if f"{address}:" not in known:
                bench.mail.add_user(address)
        self.expected: dict[str, Counter[str]] = {address: Counter() for address in self.people}
        self.jobs = 0
        self.rules()

    def rules(self, *edits: tuple[str, str], imap: int = 0, smtp: int = 0) -> None:
        """Write rules.yaml; ports are those of proxies."""
        people = "\n".join(
            f"  - {{name: Crowd {n}, email: {address}, timezone: UTC, hours: Mon-Sun 00:00-24:00}}"
            for n, address in enumerate(self.people)
        )
        mail = self.bench.mail
        urls = {
            "imap": f"imap://127.0.0.1:{imap}" if imap else mail.imap_url,
            "smtp": f"smtp://127.0.0.1:{smtp}" if smtp else mail.smtp_url,
        }
        text = RULES.format(people=people, doubt=self.doubt, **urls)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.bench.rules.write_text(text)

    def answers(self, each: int) -> None:
        """Everybody answers so many questions, quickly: so many letters are due to each."""
        asked_at, asked, answers = datetime.now(UTC) - timedelta(minutes=30), [], []
        for _ in range(each):
            self.jobs += 1
            for address in self.people:
                name = f"<{self.jobs}.{address}>"
                subject = f"Job {self.jobs}"
                asked.append((_mail(DANA, address, subject, asked_at, name), asked_at, ()))
                answer = _mail(address, TEAM, f"Re: {subject}", datetime.now(UTC), f"<re{name[1:]}", name)
                answers.append((answer, datetime.now(UTC), ()))
                self.expected[address][f"Re: {subject}"] += 1
        self.bench.mail.dovecot.append(TEAM, asked, "Sent")
        self.bench.mail.dovecot.append(TEAM, answers)

    def first_run(self) -> None:
        self.once()
        time.sleep(1.1)  # mail servers count in whole seconds: what follows must lie after the first run

    def line(self, *words: str, program: str | Path = "daemon.py") -> list[str]:
        folder = self.bench.folder
        return [
            sys.executable,
            str(program),
            "--rules",
            str(folder / "rules.yaml"),
            "--data",
            str(self.data),
            *words,
        ]

    @property
    def data(self) -> Path:
        return self.bench.folder / "data"

    @property
    def log(self) -> str:
        return (self.bench.folder / "log").read_text()

    def start(self, program: str | Path = "daemon.py") -> subprocess.Popen[bytes]:
        with (self.bench.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self.line("run", program=program),
                cwd=self.bench.root,
                env=self.bench.environment,
                stderr=log,
                stdout=log,
            )

    @contextmanager
    def running(self, program: str | Path = ODD) -> Iterator[subprocess.Popen[bytes]]:
        daemon = self.start(program)
        try:
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(30) == 0, self.log[-3000:]

    def once(self, ok: bool = True) -> dict:
        done = subprocess.run(
            self.line("run", "--once", "--json", program=ODD),
            cwd=self.bench.root,
            env=self.bench.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 0 or not ok, done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def states(self) -> Counter[str]:
        """The letters to contractors by state; nothing in the store is damaged."""
        store = TinyStore(self.data, read_only=True)
        found = Counter(
            str(letter.state)
            for name in store.names()
            if name != "owner"
            for letter in store.load(name).letters.values()
        )
        assert store.damaged() == {}
        return found

    def settles(self, seconds: float = 90.0) -> None:
        """Until nothing is on its way any more."""
        end = time.monotonic() + seconds
        while self.open():
            assert time.monotonic() < end, (
                self.states(),
                self.log[-3000:] if (self.bench.folder / "log").exists() else "",
            )
            self.once(ok=False)
            time.sleep(0.5)

    def open(self) -> int:
        states = self.states()
        wanted = sum(sum(letters.values()) for letters in self.expected.values())
        return states["waiting"] + states["attempted"] + states["deferred"] + max(0, wanted - states.total())

    def letters(self, address: str) -> Counter[str]:
        found = self.bench.mail._look(address, "INBOX")
        return Counter(message_from_bytes(mail.content, policy=policy.default)["Subject"] for mail in found)

    def everybody_has_each_letter_once(self) -> None:
        end = time.monotonic() + 60
        while (
            any(self.letters(a).total() < self.expected[a].total() for a in self.people)
            and time.monotonic() < end
        ):
            time.sleep(0.5)  # Postfix is still delivering
        time.sleep(0.5)
        wrong = {}
        for address in self.people:
            found = self.letters(address)
            if found != self.expected[address]:
                wrong[address] = {
                    "twice": found - self.expected[address],
                    "lost": self.expected[address] - found,
                }
        assert wrong == {}, (wrong, self.states())


def _mail(sender: str, to: str, subject: str, at: datetime, name: str, answers: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, name
    mail["Date"] = format_datetime(at)
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content("Here it is." if answers else "Could you send it?")
    return mail.as_bytes()


@pytest.fixture
def crowd_of(bench) -> Callable[..., Crowd]:
    return lambda size, doubt="5 seconds": Crowd(bench, size, doubt)


def kill_rounds(crowd: Crowd, rounds: int, each: int, dice: random.Random) -> Counter[str]:
    """kill -9 at random moments, while letters are always due; what state it left them in."""
    left: Counter[str] = Counter()
    for _ in range(rounds):
        if crowd.open() < len(crowd.people) * each // 3:
            crowd.answers(each)
        before = crowd.states()["sent"]
        daemon = crowd.start()
        time.sleep(dice.uniform(0.3, 1.2))
        end, more = time.monotonic() + 5, dice.uniform(0, 0.6)
        while crowd.states()["sent"] == before and dice.random() < 0.9 and time.monotonic() < end:
            time.sleep(0.05)  # most rounds die while letters go out
        time.sleep(more)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        left["died with letters in doubt"] += crowd.states()["attempted"] > 0
        left["sent before"] += crowd.states()["sent"] - before
    return left


def test_kill_9_at_random_moments_while_letters_are_due(crowd_of):
    crowd = crowd_of(8)
    crowd.first_run()
    kill_rounds(crowd, 6, 4, random.Random())
    crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_the_line_dies_between_the_final_dot_and_its_answer(crowd_of):
    crowd = crowd_of(8)
    crowd.first_run()
    with Proxy(crowd.bench.mail.postfix.smtp_port) as proxy:
        proxy.fault = at_the_final_dot(proxy, random.Random(), 0.5)
        crowd.rules(smtp=proxy.port)
        crowd.answers(3)
        crowd.settles()
        assert proxy.happened.total() > 5
    crowd.everybody_has_each_letter_once()


def test_lines_that_are_cut_torn_stalled_half_closed_doubled_and_garbled(crowd_of):
    crowd = crowd_of(5, doubt="12 seconds")
    crowd.first_run()
    dice, mail = random.Random(), crowd.bench.mail
    with Proxy(mail.postfix.smtp_port) as smtp, Proxy(mail.dovecot.imap_port) as imap:
        smtp.fault, imap.fault = anywhere(smtp, dice, 0.06), anywhere(imap, dice, 0.02)
        crowd.rules(smtp=smtp.port, imap=imap.port)
        with crowd.running():
            crowd.answers(3)
            end = time.monotonic() + 40
            while crowd.open() and time.monotonic() < end:
                time.sleep(0.5)
        assert smtp.happened.total() + imap.happened.total() > 3
    crowd.rules()
    crowd.settles()
    crowd.everybody_has_each_letter_once()
