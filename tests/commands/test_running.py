"""The daemon as a process: what systemd hears, what the log says, what signals do, and where the secret is not."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.demo_servers import EmbeddedMail

ROOT = Path(__file__).parents[2]
RULES = """mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: file:$CREDENTIALS_DIRECTORY/password
  poll: 1 second
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}}
contractors:
  - {{name: Maria Santos, email: maria@contract.example, timezone: Asia/Manila}}
rules:
  - {{name: Thank, when: contractor replied, send: appreciation/quick-answer}}
"""
SECRET = "s3cret-of-the-house"


class Stage:
    """A rules file, a credential as systemd hands it over, and a socket that systemd listens on."""

    def __init__(self, mail: EmbeddedMail, folder: Path) -> None:
        self.folder = folder
        (folder / "credentials").mkdir()
        (folder / "credentials/password").write_text(SECRET + "\n")
        self.rules, self.log = folder / "rules.yaml", folder / "log"
        self.rules.write_text(RULES.format(imap=mail.imap_url, smtp=mail.smtp_url))
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.manager.settimeout(60)

    def line(self, *words: str) -> list[str | Path]:
        return [sys.executable, "daemon.py", "--rules", self.rules, "--data", self.folder / "data", *words]

    @property
    def environment(self) -> dict[str, str]:
        credentials = str(self.folder / "credentials")
        return {
            **os.environ,
            "CREDENTIALS_DIRECTORY": credentials,
            "NOTIFY_SOCKET": str(self.folder / "notify"),
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self.line("run", *words), cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def hears(self, wanted: str) -> None:
        while wanted not in self.manager.recv(4096).decode():
            pass

    def wait(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not so():
            assert time.monotonic() < end, self.log.exists() and self.log.read_text()
            time.sleep(0.05)


@pytest.fixture
def stage(tmp_path: Path):
    with EmbeddedMail({"team@acme.example": SECRET, "maria@contract.example": SECRET}) as mail:
        stage = Stage(mail, tmp_path)
        yield stage
        stage.manager.close()


def test_the_life_of_a_service(stage: Stage) -> None:
    daemon = stage.start("--log", "json")
    try:
        stage.hears("READY=1")
        stage.hears("STATUS=All is well.")
        line = (
            Path(f"/proc/{daemon.pid}/cmdline").read_bytes()
            + Path(f"/proc/{daemon.pid}/environ").read_bytes()
        )
        assert SECRET.encode() not in line, "anybody on the machine can read the process list"
        stage.rules.write_text(stage.rules.read_text().replace("name: Thank,", "name: Thanks,"))
        daemon.send_signal(signal.SIGHUP)
        stage.wait(lambda: "taken up" in stage.log.read_text())
    finally:
        daemon.send_signal(signal.SIGTERM)
        code = daemon.wait(30)
    assert code == 0
    stage.hears("STOPPING=1")
    rows = [json.loads(row) for row in stage.log.read_text().splitlines()]
    assert rows[0]["message"].startswith("Keepwarm is running")
    assert rows[-1]["message"] == "Keepwarm has stopped."
    assert all(set(row) == {"at", "level", "message", "logger"} for row in rows)


def test_a_poll_that_is_edited_counts_from_then_on(stage: Stage) -> None:
    daemon = stage.start()
    beat = stage.folder / "data" / "heartbeat.json"
    try:
        stage.hears("READY=1")
        stage.wait(beat.exists)
        stage.rules.write_text(stage.rules.read_text().replace("poll: 1 second", "poll: 1 hour"))
        daemon.send_signal(signal.SIGHUP)
        stage.wait(lambda: "taken up" in stage.log.read_text())
        time.sleep(2)  # the tick that follows
        last = beat.stat().st_mtime_ns
        time.sleep(3)
        assert beat.stat().st_mtime_ns == last
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)


def listens(process: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    told = Path(f"/proc/{process}/status").read_text()
    [caught] = (line.split()[1] for line in told.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> number - 1 & 1)


def test_sigterm_ends_it_though_nobody_reads_its_log_any_more(stage: Stage) -> None:
    there, here = os.pipe()
    os.set_blocking(here, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(here, b"a line that nobody reads\n")
    os.set_blocking(here, True)
    daemon = subprocess.Popen(stage.line("run"), cwd=ROOT, env=stage.environment, stdout=here, stderr=here)
    stage.wait(lambda: listens(daemon.pid, signal.SIGTERM))
    daemon.send_signal(signal.SIGTERM)
    try:
        assert daemon.wait(30) == 0
    finally:
        daemon.kill()
        os.close(there)
        os.close(here)


def test_the_secret_is_nowhere(stage: Stage) -> None:
    """A wrong password: logged, in the heartbeat, in `health`; and after all that it stands in no file."""
    (stage.folder / "credentials/password").write_text("wr0ng-" + SECRET)
    daemon = stage.start()
    stage.wait(lambda: "refuses the login" in stage.log.read_text())
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
    said = ""
    for words in (("health",), ("export", "Maria Santos"), ("status", "--json"), ("check",)):
        done = subprocess.run(
            stage.line(*words), cwd=ROOT, env=stage.environment, capture_output=True, text=True, timeout=60
        )
        said += done.stdout + done.stderr
    assert "refuses the login" in said
    kept = [path for path in stage.folder.rglob("*") if path.is_file() and path.parent.name != "credentials"]
    assert stage.log in kept
    for text in (said, *(path.read_text(errors="replace") for path in kept)):
        assert SECRET not in text


def test_a_ping_address_that_is_none_is_refused(stage: Stage) -> None:
    done = subprocess.run(
        stage.line("run", "--ping", "file:///etc/passwd"),
        cwd=ROOT, env=stage.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--ping" in done.stderr
