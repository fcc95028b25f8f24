"""Never lost, never twice, never a storm, never silent: attacked with a real Dovecot and a real Postfix.

A crowd of contractors has answered quickly, each several times, so that many thank-yous are due at once. Whatever
happens to the daemon, to the lines and to the servers, in the end each of them has each letter exactly once.
"""

import json
import os
import random
import re
import shutil
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

from bench.servers.proxy import (
    BODY,
    DOT,
    DOWN,
    FINAL_DOT,
    Cut,
    Fault,
    Line,
    Proxy,
    answering,
    anywhere,
    at_the_final_dot,
    silent_from,
)
from relationship.facts.messages import Side
from store.tinydb_store import TinyStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
ROUNDS = int(os.environ.get("KEEPWARM_ROUNDS", "300"))
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

    def __init__(self, bench, size: int, doubt: str = "4 seconds") -> None:
        self.bench, self.doubt = bench, doubt
        self.people = [f"c{n}@crowd.example" for n in range(size)]
        known = (bench.mail.dovecot.root / "users").read_text()
        for address in self.people:
            if f"{address}:" not in known:
                bench.mail.add_user(address)
        self.expected: dict[str, Counter[str]] = {address: Counter() for address in self.people}
        self.jobs = 0
        self._seen: dict[
            str, tuple[int, Counter[str]]
        ] = {}  # by file: which one it was, and its letters by state
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
        for name in set(store.names()) - {"owner"}:
            written = (self.data / "contractors" / f"{name}.json").stat().st_mtime_ns
            if (
                self._seen.get(name, (0,))[0] != written
            ):  # it grows from round to round, and is asked for often
                letters = [x for x in store.load(name).letters.values() if x.reader is Side.CONTRACTOR]
                self._seen[name] = written, Counter(str(letter.state) for letter in letters)
        assert store.damaged() == {}
        return sum((states for _, states in self._seen.values()), Counter())

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
        """By subject. What Postfix delivers twice, having died between Dovecot's yes and its own note, counts once."""
        found = self.bench.mail._look(address, "INBOX")
        mails = (message_from_bytes(mail.content, policy=policy.default) for mail in found)
        return Counter(subject for subject, _ in {(mail["Subject"], _handed_in_as(mail)) for mail in mails})

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


def _handed_in_as(mail: EmailMessage) -> str:
    """The name under which Postfix took it in: another one each time."""
    [name] = re.findall(r"\(Postfix\) with \w+ id (\w+)", " ".join(mail.get_all("Received")))
    return name


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
    return lambda size, doubt="4 seconds": Crowd(bench, size, doubt)


def kill_rounds(crowd: Crowd, rounds: int, each: int, dice: random.Random) -> Counter[str]:
    """kill -9 at random moments, while letters are always due; what state it left them in."""
    left: Counter[str] = Counter()
    for _ in range(rounds):
        if crowd.open() < len(crowd.people) * each // 3:
            crowd.answers(each)
        before = crowd.states()["sent"]
        daemon = crowd.start()
        time.sleep(dice.uniform(0.3, 1.2))
        end, more = time.monotonic() + 10 * (dice.random() < 0.9), dice.uniform(0, 0.6)
        while crowd.states()["sent"] == before and time.monotonic() < end:
            time.sleep(0.05)  # most rounds die while letters go out
        time.sleep(more)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        left["died with letters in doubt"] += crowd.states()["attempted"] > 0
        left["sent before"] += crowd.states()["sent"] - before
    assert left["sent before"] > rounds // 2, "it died before it had anything to do"
    return left


def test_kill_9_at_random_moments_while_letters_are_due(crowd_of):
    crowd = crowd_of(8)
    crowd.first_run()
    kill_rounds(crowd, 5, 4, random.Random())
    crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_the_line_dies_between_the_final_dot_and_its_answer(crowd_of):
    crowd = crowd_of(6)
    crowd.first_run()
    with Proxy(crowd.bench.mail.postfix.smtp_port) as proxy:
        proxy.fault = at_the_final_dot(proxy, random.Random(), 0.5)
        crowd.rules(smtp=proxy.port)
        while proxy.happened.total() < 6:
            crowd.answers(3)
            crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_lines_that_are_cut_torn_stalled_half_closed_doubled_and_garbled(crowd_of):
    crowd = crowd_of(5, doubt="12 seconds")
    crowd.first_run()
    dice, mail = random.Random(), crowd.bench.mail
    with Proxy(mail.postfix.smtp_port) as smtp, Proxy(mail.dovecot.imap_port) as imap:
        smtp.fault, imap.fault = anywhere(smtp, dice, 0.06), anywhere(imap, dice, 0.02)

        def met() -> bool:
            return smtp.happened.total() + imap.happened.total() > 3

        crowd.rules(smtp=smtp.port, imap=imap.port)
        with crowd.running():
            crowd.answers(3)
            enough, longest = (
                time.monotonic() + 10,
                time.monotonic() + 60,
            )  # the dice may fall on few faults at first
            while time.monotonic() < (enough if met() else longest) and (crowd.open() or not met()):
                time.sleep(0.5)
        assert met()
    crowd.rules()
    crowd.settles()
    crowd.everybody_has_each_letter_once()


# -- asked to stop ------------------------------------------------------------------------------------------------


def stops(daemon: subprocess.Popen[bytes], before: float = 5) -> None:
    """Asked by SIGTERM. It takes a second; what is asserted is that no server's silence is waited for."""
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(before) == 0


@pytest.mark.parametrize("stage", [b"MAIL", b"RCPT", b"DATA", BODY, DOT], ids=bytes.decode)
def test_sigterm_while_the_way_out_is_silent(crowd_of, stage: bytes):
    crowd = crowd_of(3)
    crowd.first_run()
    with Proxy(crowd.bench.mail.postfix.smtp_port) as smtp:
        smtp.fault = silent_from(smtp, stage)
        crowd.rules(smtp=smtp.port)
        crowd.answers(1)
        daemon = crowd.start()
        crowd.bench.wait(lambda: smtp.happened["silent"])
        stops(daemon)
    assert crowd.states()["attempted"] == (stage in (b"DATA", BODY, DOT)), "only what may be out is in doubt"
    assert "in the middle of its work" in crowd.log
    crowd.rules()
    crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_sigterm_between_letters_leaves_none_in_doubt(crowd_of):
    crowd = crowd_of(10)
    crowd.first_run()

    def slow(direction: str, data: bytes, line: Line) -> bytes:
        time.sleep(0.01)
        return data

    with Proxy(crowd.bench.mail.postfix.smtp_port, slow) as smtp:
        crowd.rules(smtp=smtp.port)
        crowd.answers(6)
        daemon = crowd.start()
        crowd.bench.wait(lambda: crowd.states()["sent"])
        stops(daemon)
        states = crowd.states()
        assert states["waiting"] and not states["attempted"], states
        assert "in the middle" not in crowd.log
    crowd.rules()
    crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_sigterm_while_the_mailbox_is_silent(crowd_of):
    crowd = crowd_of(1)
    with Proxy(crowd.bench.mail.dovecot.imap_port) as imap:
        imap.fault = silent_from(imap, b"")
        crowd.rules(imap=imap.port)
        daemon = crowd.start()
        crowd.bench.wait(lambda: imap.happened["silent"])
        stops(daemon)


# -- servers that go, change and refuse -------------------------------------------------------------------------


def restart(server) -> None:
    """As a machine does it; whoever has a mailbox keeps it."""
    server.stop()
    server.start()


def test_servers_that_restart_while_letters_go_out(crowd_of):
    crowd = crowd_of(6)
    crowd.first_run()
    with crowd.running():
        crowd.answers(3)
        for server in (crowd.bench.mail.postfix, crowd.bench.mail.dovecot, crowd.bench.mail.postfix):
            time.sleep(random.uniform(0, 1))
            restart(server)
        crowd.bench.wait(lambda: not crowd.open(), 60)
    crowd.everybody_has_each_letter_once()


def refuse_everybody(direction: str, data: bytes, line: object) -> bytes:
    raise Cut


def told(crowd: Crowd, words: str) -> int:
    """In how many mails the owner reads these words."""
    mails = [
        message_from_bytes(m.content, policy=policy.default) for m in crowd.bench.mail._look(DANA, "INBOX")
    ]
    return sum(words in f"{m['Subject']} {m.get_body(('plain',)).get_content()}" for m in mails)


def test_a_dead_mailbox_is_told_once_and_when_it_is_over_and_health_is_red_meanwhile(crowd_of):
    crowd = crowd_of(3)
    crowd.first_run()
    later = crowd.bench.folder / "later"
    later.write_text("600")

    def health(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**crowd.bench.environment, "KEEPWARM_SKEW": str(later)}
        line = crowd.line("health", *words, program=ODD)
        return subprocess.run(line, cwd=crowd.bench.root, env=environment, capture_output=True, text=True)

    with Proxy(crowd.bench.mail.dovecot.imap_port) as imap:
        crowd.rules(imap=imap.port)
        with crowd.running():
            imap.fault = refuse_everybody
            imap.cut()
            crowd.answers(1)
            crowd.bench.wait(lambda: told(crowd, "has trouble"))
            time.sleep(2)
            assert told(crowd, "has trouble") == 1
            done = health("--json")
            assert done.returncode == 1
            assert json.loads(done.stdout)["ok"] is False
            assert "127.0.0.1" in json.loads(done.stdout)["reason"]
            assert "Trouble since" in crowd.bench.command("status").stdout
            imap.fault = None
            crowd.bench.wait(lambda: told(crowd, "works again"))
            crowd.bench.wait(lambda: not crowd.open())
            assert (told(crowd, "has trouble"), told(crowd, "works again")) == (1, 1)
    crowd.everybody_has_each_letter_once()


def test_a_way_out_that_refuses_us_keeps_the_letters_and_says_so_when_it_is_over(crowd_of):
    crowd = crowd_of(3)
    crowd.first_run()
    with Proxy(crowd.bench.mail.postfix.smtp_port) as smtp:
        smtp.fault = answering(b"AUTH", b"535 5.7.8 the token has expired")
        crowd.rules(smtp=smtp.port)
        with crowd.running():
            crowd.answers(2)
            crowd.bench.wait(lambda: "the token has expired" in crowd.bench.command("status").stdout)
            time.sleep(2)
            assert crowd.states() == Counter(waiting=6)
            smtp.fault = None
            crowd.bench.wait(lambda: not crowd.open())
            crowd.bench.wait(lambda: told(crowd, "works again"))
    assert crowd.letters(DANA).total() == 1
    assert crowd.log.count("WARNING: The SMTP server") == 1, "told once, not at every tick"
    crowd.everybody_has_each_letter_once()


@pytest.mark.parametrize("put_right", ["a good copy", "begun anew"])
def test_of_a_damaged_file_the_owner_is_told_and_the_others_go_on(crowd_of, put_right):
    crowd = crowd_of(3)
    crowd.first_run()
    victim, path = crowd.people[0], min((crowd.data / "contractors").glob("crowd-0-*.json"))
    sound = path.read_bytes()
    path.write_bytes(sound[: len(sound) // 2])
    with crowd.running():
        crowd.answers(1)
        crowd.bench.wait(lambda: told(crowd, "was damaged and is set aside"))
        crowd.bench.wait(lambda: all(crowd.letters(address) for address in crowd.people[1:]))
    status = crowd.bench.command("status")
    assert "Crowd 1" in status.stdout and "only the others are looked after" in status.stderr
    assert not crowd.letters(victim)
    for damaged in path.parent.glob("*.damaged-*"):
        damaged.unlink()
    if put_right == "a good copy":
        path.write_bytes(sound)
    else:
        crowd.expected[victim].clear()  # nothing of what came before is acted on
    with crowd.running():
        crowd.bench.wait(lambda: told(crowd, "works again"))
        crowd.bench.wait(lambda: not crowd.open())
    crowd.everybody_has_each_letter_once()
    assert sum(row["contractor"] == "Crowd 0" for row in crowd.bench.rows("ledger")) == 2


def killing_at_the_answer(daemon: list[subprocess.Popen[bytes]]) -> Fault:
    """The server has taken a letter, and the daemon is killed before it hears of it."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == DOWN and line.tail == FINAL_DOT:
            daemon[0].send_signal(signal.SIGKILL)
            raise Cut
        return data

    return fault


def test_killed_at_the_answer_then_a_new_uidvalidity_and_a_copy_moved_by_hand(crowd_of):
    crowd = crowd_of(4, doubt="3 seconds")
    crowd.first_run()
    mail, daemon = crowd.bench.mail, []
    with Proxy(mail.postfix.smtp_port, killing_at_the_answer(daemon)) as smtp:
        crowd.rules(smtp=smtp.port)
        crowd.answers(1)
        daemon.append(crowd.start())
        daemon[0].wait(30)
    assert crowd.states() == Counter(attempted=1, waiting=3)
    mail.arrived(TEAM, 5)
    ledger = crowd.bench.rows("ledger")
    mail.dovecot._doveadm("move", "-u", TEAM, "Trash", "mailbox", "INBOX", "header", "X-Keepwarm-Letter", "")
    mail.dovecot._doveadm("mailbox", "update", "-u", TEAM, "--uid-validity", "4711", "INBOX")
    mail.dovecot._doveadm("kick", "*")
    assert len(mail.mailbox(TEAM, "Trash")) == 1
    crowd.rules()
    crowd.settles()
    crowd.everybody_has_each_letter_once()
    assert crowd.bench.rows("ledger") == ledger
    assert {row["contractor"] for row in ledger} == {f"Crowd {n}" for n in range(4)}


def test_never_and_later_at_the_real_servers_rcpt(crowd_of):
    crowd = crowd_of(1)
    crowd.people += ["never@crowd.example", "later@crowd.example"]
    crowd.expected |= {"never@crowd.example": Counter(), "later@crowd.example": Counter()}
    crowd.rules()
    crowd.first_run()
    crowd.answers(1)
    crowd.once(ok=False)
    assert crowd.states() == Counter(sent=1, refused=1, deferred=1)
    whys = {row["contractor"]: row["why"] for row in crowd.bench.rows("why") if row["rule"] == "Thank"}
    assert "no such mailbox" in whys["Crowd 1"]
    assert "come back later" in whys["Crowd 2"]
    crowd.bench.wait(lambda: told(crowd, "no such mailbox"))


# -- the clock and the disk ---------------------------------------------------------------------------------------


def test_a_clock_that_jumps_under_the_running_daemon(crowd_of):
    crowd = crowd_of(4)
    crowd.first_run()
    skew = crowd.bench.folder / "skew"
    skew.write_text("0")
    crowd.bench.environment["KEEPWARM_SKEW"] = str(skew)

    def polls(wrong: float) -> bool:
        last = TinyStore(crowd.data, read_only=True).heartbeat().last_poll
        return last is not None and abs((last - datetime.now(UTC)).total_seconds() - wrong) < 30

    with crowd.running():
        crowd.answers(1)
        for wrong in (3600.0, -3600.0, 365 * 86400.0, 0.0):
            skew.write_text(str(wrong))
            crowd.bench.wait(lambda wrong=wrong: polls(wrong))
        assert "The clock went" in crowd.log
        time.sleep(1.1)
        crowd.answers(1)
        crowd.bench.wait(lambda: not crowd.open())
    crowd.everybody_has_each_letter_once()


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A data folder on a disk of half a megabyte."""
    folder = tmp_path / "data"
    folder.mkdir()
    mounted = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)), capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(("umount", "-l", str(folder)), check=True)


def fill(folder: Path, leave: int) -> None:
    """Fill the disk but for so many blocks of 4096 bytes."""
    (folder / "filler").unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    with (folder / "filler").open("wb") as filler:
        filler.write(bytes(max(0, free - 4096 * leave)))


def test_a_full_disk_at_every_write(crowd_of, small_disk):
    crowd = crowd_of(3)
    crowd.first_run()
    for leave in (0, 1, 3, 8):
        crowd.answers(1)
        fill(small_disk, leave)
        done = crowd.once(ok=False)
        assert leave or not done
        crowd.states()
    (small_disk / "filler").unlink()
    crowd.settles()
    crowd.everybody_has_each_letter_once()


def test_of_a_full_disk_the_owner_is_told_and_when_it_is_over_all_goes_on(crowd_of, small_disk):
    crowd = crowd_of(3)
    crowd.first_run()
    with crowd.running():
        crowd.bench.wait(lambda: crowd.states() == Counter())
        fill(small_disk, 0)
        crowd.answers(1)
        crowd.bench.wait(lambda: told(crowd, "has trouble"))
        time.sleep(2)
        assert told(crowd, "has trouble") == 1
        (small_disk / "filler").unlink()
        crowd.bench.wait(lambda: not crowd.open())
        crowd.bench.wait(lambda: told(crowd, "works again"))
    crowd.everybody_has_each_letter_once()


# -- the long ones ------------------------------------------------------------------------------------------------


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_three_hundred_rounds_of_kill_9_while_two_hundred_letters_are_due(crowd_of):
    crowd = crowd_of(40)
    crowd.first_run()
    left = kill_rounds(crowd, ROUNDS, 5, random.Random())
    crowd.settles(600)
    crowd.everybody_has_each_letter_once()
    print(f"{ROUNDS} rounds of kill -9: {dict(left)}, {crowd.jobs * 40} letters, each once")


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_three_hundred_cuts_at_the_final_dot_while_two_hundred_letters_are_due(crowd_of):
    crowd = crowd_of(40)
    crowd.first_run()
    with Proxy(crowd.bench.mail.postfix.smtp_port) as proxy:
        proxy.fault = at_the_final_dot(proxy, random.Random(), 0.4)
        crowd.rules(smtp=proxy.port)
        with crowd.running():
            while proxy.happened.total() < ROUNDS:
                if crowd.open() < 200:
                    crowd.answers(5)
                time.sleep(1)
        crowd.settles(600)
    crowd.everybody_has_each_letter_once()
    print(f"{dict(proxy.happened)} of {crowd.jobs * 40} letters, each once")


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_kill_9_and_ill_lines_together(crowd_of):
    crowd = crowd_of(40, doubt="12 seconds")
    crowd.first_run()
    dice, mail = random.Random(), crowd.bench.mail
    with Proxy(mail.postfix.smtp_port) as smtp, Proxy(mail.dovecot.imap_port) as imap:
        smtp.fault, imap.fault = anywhere(smtp, dice, 0.01), anywhere(imap, dice, 0.005)
        crowd.rules(smtp=smtp.port, imap=imap.port)
        left = kill_rounds(crowd, ROUNDS // 3, 5, dice)
    assert smtp.happened and imap.happened
    crowd.rules()
    crowd.settles(600)
    crowd.everybody_has_each_letter_once()
    print(f"{dict(left)}, SMTP {dict(smtp.happened)}, IMAP {dict(imap.happened)}, each letter once")
