"""Output that goes to other programs: `| head` ends it quietly, and in any locale it is UTF-8."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = """mode: live
mailbox: {address: team@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:P"}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}
contractors:
  - {name: Tomás Herrera, email: tomas@contract.example, timezone: America/Bogota, language: es}
rules: []
"""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what is written at once fails elsewhere
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def line(*words: str) -> list[str | Path]:
    return [sys.executable, ROOT / "daemon.py", *words]


@pytest.mark.parametrize(
    "words", [["status"], ["status", "--json"], ["preview", "reminders/gentle"], ["--help"]]
)
def test_a_reader_that_has_gone_is_no_trouble(folder: Path, words: list[str]) -> None:
    there, here = os.pipe()
    os.close(there)
    done = subprocess.run(line(*words), cwd=folder, stdout=here, stderr=subprocess.PIPE, timeout=60)
    os.close(here)
    assert done.stderr == b""


def test_init_with_a_closed_input_stops_as_at_its_end(folder: Path) -> None:
    shell = ["sh", "-c", 'exec "$@" <&-', "sh", *line("--rules", "new.yaml", "init")]
    done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (1, "Stopped; nothing was written.")


def test_json_is_utf_8_where_the_locale_knows_no_letters(folder: Path) -> None:
    done = subprocess.run(
        line("status", "--json"), cwd=folder, capture_output=True, timeout=60, env={**os.environ, **ASCII}
    )
    assert json.loads(done.stdout)["contractor"] == "Tomás Herrera"


def test_a_rules_file_is_quoted_in_utf_8(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("America/Bogota", "Bogotá"))
    done = subprocess.run(
        line("check", "--offline"), cwd=folder, capture_output=True, timeout=60, env={**os.environ, **ASCII}
    )
    assert "Bogotá" in done.stdout.decode()


@pytest.mark.parametrize(
    "words", [("status", "--json"), ("ledger", "--csv"), ("inspect", "rules.yaml", "--json")]
)
def test_where_there_is_no_standard_output_nobody_reads(folder: Path, words: tuple[str, ...]) -> None:
    closed = ["sh", "-c", '"$@" >&-', "sh", *line(*words)]
    done = subprocess.run(closed, cwd=folder, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_where_there_is_no_standard_error_the_work_is_done_all_the_same(folder: Path) -> None:
    line_to_nobody = ["sh", "-c", '"$@" 2>&-', "sh", *line("run", "--once")]
    done = subprocess.run(line_to_nobody, cwd=folder, env={**os.environ, "P": "secret"}, timeout=60)
    assert done.returncode == 1  # there is no server
    assert "refuses connections" in (folder / "data/heartbeat.json").read_text()


def test_a_terminal_that_does_not_know_its_width_is_shown_something(folder: Path) -> None:
    unknown = {**os.environ, "COLUMNS": "0"}
    done = subprocess.run(line("status"), cwd=folder, capture_output=True, env=unknown, timeout=60)
    assert "Tomás Herrera" in done.stdout.decode()
    done = subprocess.run(line("why", "Nobody"), cwd=folder, capture_output=True, env=unknown, timeout=60)
    assert "“Nobody” is no contractor" in done.stderr.decode()


def test_a_report_takes_the_place_of_no_pipe(folder: Path) -> None:
    pipe, link = folder / "pipe", folder / "link.html"
    os.mkfifo(pipe)
    link.symlink_to("real.html")
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        subprocess.run(
            line("report", "--html", "pipe"), cwd=folder, check=True, stderr=subprocess.PIPE, timeout=60
        )
        assert reader.stdout
        assert b"</html>" in reader.stdout.read()
    subprocess.run(
        line("report", "--html", "link.html"), cwd=folder, check=True, stderr=subprocess.PIPE, timeout=60
    )
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert "</html>" in (folder / "real.html").read_text()


def test_what_cannot_be_written_is_named_as_it_was_asked_for(folder: Path) -> None:
    words = ("report", "--html", "/proc/keepwarm.html")  # not even root can
    done = subprocess.run(line(*words), cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.splitlines()[-1][:40]) == (
        1,
        "/proc/keepwarm.html cannot be used: No s",
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(line("status"), cwd=folder, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (1, b"No space left on device.\n")
