"""The digest's picture comes from a process of its own, which ends whatever happens."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from mail.letters.charts import drawn

ROOT = Path(__file__).parents[2]
WEEKS = [(date(2026, 3, 6) + timedelta(weeks=n), 3600 * n, 7200) for n in range(12)]
KILLED = f"""
import os, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from multiprocessing import active_children
from datetime import date
from mail.letters.charts import drawn

def die():
    while not active_children():
        time.sleep(0.01)
    os._exit(7)

if __name__ == "__main__":
    threading.Thread(target=die).start()
    drawn({WEEKS!r}, [])
""".replace("datetime.date", "date")


def test_it_is_drawn_by_another_process() -> None:
    png = drawn(WEEKS, [("Maria", 3600, 7200, None, None)], "en-US")
    assert png and png.startswith(b"\x89PNG")


def test_a_daemon_that_is_killed_meanwhile_leaves_no_process_behind(tmp_path: Path) -> None:
    (tmp_path / "killed.py").write_text(KILLED)
    # Whoever is left holds our end of the pipe open, and this never ends.
    done = subprocess.run(
        [sys.executable, tmp_path / "killed.py"], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout + done.stderr) == (7, "")


def test_what_cannot_be_drawn_is_said_and_keeps_nothing_back(caplog: pytest.LogCaptureFixture) -> None:
    assert drawn([], []) is None
    assert "goes without its picture: IndexError" in caplog.text
