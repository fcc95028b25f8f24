"""Logs: for people, for machines, for journald; none ever holds a secret."""

import base64
import json
import logging
import os
import sys
from pathlib import Path

import pytest

from commands.logs import AsJson, Journal, Plain, log_to_stderr
from commands.output import complain
from mail.access.secrets import REDACTED, redact, reveal

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def revealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWARM_TEST_SECRET", SECRET)
    assert reveal("env:KEEPWARM_TEST_SECRET") == SECRET


def record(message: str, *args: object) -> logging.LogRecord:
    try:
        raise ValueError(f"the server said {SECRET}")  # noqa: TRY301
    except ValueError:
        return logging.LogRecord("keepwarm", logging.WARNING, "", 1, message, args, sys.exc_info())


@pytest.mark.parametrize("formatter", [Plain(), Plain(bare=True), Journal(), AsJson()])
def test_no_log_holds_a_secret(formatter: logging.Formatter) -> None:
    text = formatter.format(record("login failed: %s", SECRET))
    assert REDACTED in text
    assert SECRET not in text
    assert "ValueError" in text, "the traceback is there"


def test_json_is_one_object_a_line() -> None:
    text = AsJson().format(record("two\nlines of %s", "mail"))
    assert len(text.splitlines()) == 1
    row = json.loads(text)
    assert (row["level"], row["message"], row["logger"]) == ("warning", "two\nlines of mail", "keepwarm")
    assert row["at"].endswith("+00:00")


def test_the_journal_learns_the_priority_of_every_line() -> None:
    lines = Journal().format(record("trouble")).splitlines()
    assert len(lines) > 2
    assert all(line.startswith("<4>") for line in lines)


def test_priorities_are_for_the_journal_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever a service starts inherits its JOURNAL_STREAM."""
    with (tmp_path / "log").open("w") as log:
        monkeypatch.setattr(sys, "stderr", log)
        there = os.fstat(log.fileno())
        for stream, formatter in ((f"{there.st_dev}:{there.st_ino}", Journal), ("8:12345", Plain)):
            monkeypatch.setenv("JOURNAL_STREAM", stream)
            with monkeypatch.context() as root:
                root.setattr(logging.getLogger(), "handlers", [])
                log_to_stderr()
                [handler] = logging.getLogger().handlers
                assert type(handler.formatter) is formatter


def test_what_goes_over_the_wire_is_known_too() -> None:
    assert SECRET not in redact(base64.b64encode(SECRET.encode()).decode())
    assert redact(base64.b64encode(SECRET.encode()).decode()) == REDACTED


def test_errors_do_not_repeat_what_a_server_says(capsys: pytest.CaptureFixture[str]) -> None:
    complain(f"The server does not know the password {SECRET}.")
    assert capsys.readouterr().err == f"The server does not know the password {REDACTED}.\n"


def test_short_secrets_do_not_riddle_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWARM_TEST_SECRET", "a")
    reveal("env:KEEPWARM_TEST_SECRET")
    assert redact("a plain sentence") == "a plain sentence"
