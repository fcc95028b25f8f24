"""The running daemon on real servers: IDLE, edited rules, signals."""

import signal
import subprocess
import sys
import time

import pytest

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"


@pytest.fixture
def daemon(bench):
    """A daemon that has done its first run; ended by SIGTERM."""
    line = [sys.executable, "daemon.py", "--rules", bench.rules, "--data", bench.folder / "data", "run"]
    with (bench.folder / "log").open("w") as log:
        running = subprocess.Popen(line, cwd=bench.root, env=bench.environment, stderr=log, stdout=log)
        bench.wait(lambda: bench.command("health", ok=False).returncode == 0)
        yield running
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
    assert "Traceback" not in (bench.folder / "log").read_text()


def quick_answer(bench, subject: str) -> None:
    question = bench.writes(DANA, MARIA, subject, "Could you send it?")
    time.sleep(1.1)
    bench.writes(MARIA, TEAM, f"Re: {subject}", "Here it is, in three sizes.", question)


def test_a_mail_is_answered_as_it_arrives_long_before_the_next_poll(bench, daemon):
    time.sleep(1.1)
    quick_answer(bench, "Logo")
    [letter] = bench.inbox(MARIA, 1)
    assert letter["Subject"] == "Re: Logo"


def test_sigterm_ends_it_at_once(bench, daemon):
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(10) == 0
    assert "stopped" in (bench.folder / "log").read_text()


def test_a_broken_edit_changes_nothing_and_a_good_one_acts_within_ten_seconds(bench, daemon):
    time.sleep(1.1)
    bench.write(bench.text, ("when: contractor replied", "when: contractor replide"))
    bench.wait(lambda: "replide" in (bench.folder / "log").read_text())
    quick_answer(bench, "Logo")
    [letter] = bench.inbox(MARIA, 1)
    assert letter["Subject"] == "Re: Logo"
    gentle = (
        "send: appreciation/quick-answer\n    at most: once in 2 weeks",
        "send: appreciation/quick-answer",
    )
    bench.write(bench.text, gentle)
    bench.wait(lambda: "was taken up" in (bench.folder / "log").read_text(), seconds=10)
    quick_answer(bench, "Flyer")
    assert [mail["Subject"] for mail in bench.inbox(MARIA, 2)] == ["Re: Logo", "Re: Flyer"]


def test_a_second_daemon_on_the_same_data_is_refused(bench, daemon):
    done = bench.command("run", "--once", ok=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
