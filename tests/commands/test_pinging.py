"""The dead man's switch, against a real web server on loopback."""

import http.server
import logging
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from commands.demo_servers import EmbeddedMail
from commands.pinging import Pinger, valid


class Switch(http.server.ThreadingHTTPServer):
    """Keeps the paths that it is asked for."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: queue.Queue[str] = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}/ping/t0ps3cret"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Switch

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.end_headers()
        self.server.asked.put(self.path)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def switch():
    with Switch() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_good_and_bad_ticks_are_told_apart(switch: Switch) -> None:
    pinger = Pinger(switch.url)
    pinger.good()
    assert switch.asked.get(timeout=10) == "/ping/t0ps3cret"
    pinger.bad()
    assert switch.asked.get(timeout=10) == "/ping/t0ps3cret/fail"


RULES = """mode: live
mailbox: {{address: team@acme.example, imap: "{imap}", smtp: "{smtp}", password: "env:KEEPWARM_TEST_PASSWORD"}}
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}}
contractors: []
rules: []
"""


@pytest.mark.parametrize(
    ("imap", "path"), [("", "/ping/t0ps3cret"), ("imap://127.0.0.1:1", "/ping/t0ps3cret/fail")]
)
def test_one_run_is_told_of_before_it_ends(switch: Switch, tmp_path: Path, imap: str, path: str) -> None:
    with EmbeddedMail({"team@acme.example": "secret"}) as mail:
        rules = tmp_path / "rules.yaml"
        rules.write_text(RULES.format(imap=imap or mail.imap_url, smtp=mail.smtp_url))
        line = [sys.executable, "daemon.py", "--rules", rules, "--data", tmp_path / "data", "run", "--once"]
        done = subprocess.run(
            [*line, "--ping", switch.url],
            env={**os.environ, "KEEPWARM_TEST_PASSWORD": "secret"},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == (1 if imap else 0), done.stderr
    assert switch.asked.get_nowait() == path
    assert switch.asked.empty()


def test_many_good_ticks_are_one_ping(switch: Switch) -> None:
    pinger = Pinger(switch.url)
    for _ in range(1000):
        pinger.good()
    switch.asked.get(timeout=10)
    pinger.bad()
    assert switch.asked.get(timeout=10).endswith("/fail"), "nothing came between"


def test_a_query_keeps_its_place(switch: Switch) -> None:
    Pinger(f"{switch.url}/?run=1").bad()
    assert switch.asked.get(timeout=10) == "/ping/t0ps3cret/fail?run=1"


def test_silence_is_logged_once_and_without_the_address(
    switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    switch.status = 500
    pinger = Pinger(switch.url, seldom=0)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            pinger._ask(switch.url)
    assert len(caplog.records) == 1
    assert "t0ps3cret" not in caplog.text


def test_without_an_address_nothing_starts() -> None:
    before = threading.active_count()
    Pinger("").good()
    assert threading.active_count() == before


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://", "ftp://a.example", "ping", "http://[", ""])
def test_only_the_web_is_asked(url: str) -> None:
    assert not valid(url)


def test_the_web_is_fine() -> None:
    assert valid("https://hc-ping.example/uuid")


def test_once_closed_nobody_asks_any_more(switch: Switch) -> None:
    """A thread that is still at work with TLS when the process ends was a crash, once in twenty."""
    pinger = Pinger(switch.url)
    pinger.good()
    pinger.bad()
    pinger.close()
    pinger._thread.join(10)
    assert not pinger._thread.is_alive()
