"""A real Dovecot and a real Postfix for the tests: private configuration, loopback, no systemd.

Fixtures (they need root, and Debian's dovecot-imapd, dovecot-lmtpd and postfix):

- `dovecot` (session): IMAP, IMAPS, STARTTLS and LMTP. `dovecot.url()` is for rules.yaml; `url("expired")`,
  `url("stranger")` and `url("wrong-name")` have bad certificates. The good ones are signed by
  `dovecot.authority`, a file for SSL_CERT_FILE. `url("bare")` says it can do IMAP4rev1 and nothing more,
  `url("uidplus")` only UIDPLUS besides.
- `postfix` (session): takes mail for every domain and hands it to Dovecot by LMTP. At RCPT it refuses
  never@ANY.DOMAIN with 550, and puts off later@ANY.DOMAIN with 450.
- `real_mail` (function): both, with empty mailboxes, spoken to like commands.demo_servers.EmbeddedMail:
  `imap_url`, `smtp_url`, `deliver_to(address, content, at, folder, flags)`, `mailbox(address, folder)`, and
  `arrived(address, count, folder)`, which waits. Everybody's password is `real_mail.password`;
  `add_user(address)` makes people besides those of `USERS`.
- `odd_bench(changes, more)` (function) makes the command line before a Dovecot that is set up otherwise, and a Postfix
  before that: see bench.servers.dovecot.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError

from bench.servers.dovecot import PASSWORD, Dovecot, StoredMail
from bench.servers.postfix import Postfix
from bench.servers.starting import PATIENCE, missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.interop)


_not_tested = ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _not_tested:
        terminalreporter.write_line(_not_tested, red=True, bold=True)


def _needed() -> None:
    global _not_tested
    wanting = missing()
    if not wanting:
        return
    _not_tested = (
        f"REAL SERVERS NOT TESTED for want of {', '.join(wanting)}: "
        "as root, apt install dovecot-imapd dovecot-lmtpd postfix openssl"
    )
    if os.environ.get("CI"):
        pytest.fail(_not_tested)
    pytest.skip(_not_tested)


class RealMail:
    """Both servers, spoken to like the embedded ones."""

    password = PASSWORD

    def __init__(self, dovecot: Dovecot, postfix: Postfix) -> None:
        self.dovecot, self.postfix = dovecot, postfix
        self.imap_url, self.smtp_url = dovecot.url(), postfix.url()
        self.add_user, self.mailbox = dovecot.add_user, dovecot.mailbox

    def deliver_to(
        self, address: str, content: bytes, at: datetime, folder: str = "INBOX", flags: Iterable[str] = ()
    ) -> None:
        """Put one mail into a mailbox with this INTERNALDATE; for many, `dovecot.append` is quicker."""
        self.dovecot.append(address, [(content, at, flags)], folder)

    def _look(self, address: str, folder: str) -> list[StoredMail]:
        try:
            return self.mailbox(address, folder)
        except (IMAPClientError, OSError):  # Dovecot is making the mailbox this very moment
            return []

    def arrived(self, address: str, count: int, folder: str = "INBOX") -> list[StoredMail]:
        """Wait until so many mails lie in a folder, and give them out."""
        end = time.monotonic() + PATIENCE
        while len(found := self._look(address, folder)) < count:
            if time.monotonic() > end:
                pytest.fail(
                    f"{len(found)} of {count} mails arrived; Postfix says:\n{self.postfix.log.read_text()}"
                )
            time.sleep(0.02)
        return found


@pytest.fixture(scope="session")
def _rig() -> Iterator[Path]:
    """A folder that the servers' own users may enter, with a path short enough for a Unix socket."""
    _needed()
    root = Path(tempfile.mkdtemp(prefix="keepwarm-interop-"))
    root.chmod(0o755)
    yield root
    if not os.environ.get("KEEPWARM_KEEP_RIG"):  # for a look at the logs
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot(_rig: Path) -> Iterator[Dovecot]:
    (_rig / "dovecot").mkdir()
    server = Dovecot(_rig / "dovecot")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postfix(_rig: Path, dovecot: Dovecot) -> Iterator[Postfix]:
    (_rig / "postfix").mkdir()
    server = Postfix(_rig / "postfix", dovecot)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def real_mail(dovecot: Dovecot, postfix: Postfix) -> RealMail:
    dovecot.wipe()
    return RealMail(dovecot, postfix)


TEAM, DANA = "team@acme.example", "dana@acme.example"
ROOT = Path(__file__).parent.parent.parent

RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_PASSWORD
owner:
  name: Dana Reyes
  email: [dana@acme.example]
  timezone: America/New_York
  hours: Mon-Sun 00:00-24:00
contractors:
  - name: Maria Santos
    email: [maria@contract.example]
    timezone: Asia/Manila
    hours: Mon-Sun 00:00-24:00
  - name: Ben Okafor
    email: ben@contract.example
    timezone: Africa/Lagos
    hours: Mon-Sun 00:00-24:00
limits:
  per contractor: [20 a day]
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
      - {{after: 3 seconds, send: reminders/gentle}}
      - {{after: 3 hours, send: reminders/firm}}
"""


class Bench:
    """A rules file, a data folder and the command line."""

    text = RULES

    def __init__(self, mail, folder: Path) -> None:
        self.mail, self.folder, self.count = mail, folder, 0
        self.rules = folder / "rules.yaml"
        self.environment = {**os.environ, "KEEPWARM_PASSWORD": mail.password}
        self.write(RULES)

    def write(self, text: str, *edits: tuple[str, str]) -> None:
        text = text.format(imap=self.mail.imap_url, smtp=self.mail.smtp_url)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.rules.write_text(text)

    root = ROOT

    def wait(self, check, seconds: float = 30.0) -> None:
        """Until something is so."""
        end = time.monotonic() + seconds
        while not check():
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.2)

    def command(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "daemon.py", "--rules", self.rules, "--data", self.folder / "data", *words]
        done = subprocess.run(
            line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert not ok or done.returncode == 0, done.stderr
        return done

    def rows(self, *words: str) -> list[dict]:
        return [json.loads(line) for line in self.command(*words, "--json").stdout.splitlines()]

    def once(self) -> dict:
        [work] = self.rows("run", "--once")
        return work

    def writes(
        self, sender: str, to: str, subject: str, text: str, answers: str = "", ago: timedelta = timedelta()
    ) -> str:
        self.count += 1
        at = datetime.now(UTC) - ago
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = name = f"<{self.count}.{at.timestamp()}@{sender.partition('@')[2]}>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        folder = "Sent" if sender in (DANA, TEAM) else "INBOX"
        self.mail.deliver_to(TEAM, mail.as_bytes(), at, folder)
        return name

    def inbox(self, address: str, count: int) -> list[EmailMessage]:
        return [
            message_from_bytes(m.content, policy=policy.default) for m in self.mail.arrived(address, count)
        ]


@pytest.fixture
def bench(real_mail: RealMail, tmp_path: Path) -> Bench:
    """The command line, a rules file and an empty data folder, before real servers."""
    return Bench(real_mail, tmp_path)


@pytest.fixture
def odd_bench(dovecot, tmp_path) -> Iterator[Callable[..., Bench]]:
    """The command line before a Dovecot of one's own, and a Postfix before that."""
    with ExitStack() as stack:

        def make(changes: dict[str, str] | None = None, more: str = "") -> Bench:
            root = Path(tempfile.mkdtemp(prefix="keepwarm-odd-"))
            stack.callback(shutil.rmtree, root, ignore_errors=True)
            root.chmod(0o755)
            for name in ("dovecot", "postfix"):
                (root / name).mkdir()
            imap = Dovecot(root / "dovecot", changes, more)
            smtp = Postfix(root / "postfix", imap)
            for server in (imap, smtp):
                stack.callback(server.stop)
                server.start()
            return Bench(RealMail(imap, smtp), tmp_path)

        yield make
