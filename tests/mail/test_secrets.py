"""Where passwords come from, and that no message ever holds one."""

import shlex
import sys
from pathlib import Path

import pytest

from mail.access.secrets import SecretError, reveal

SECRET = "pässword mit space"


def command(code: str) -> str:
    return f"command:{shlex.join((sys.executable, '-c', code))}"


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPWARM_TEST_SECRET", SECRET)
    assert reveal("env:KEEPWARM_TEST_SECRET") == SECRET
    assert reveal("env: KEEPWARM_TEST_SECRET") == SECRET


@pytest.mark.parametrize(
    "content", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n", f"{SECRET}\nand a comment\n", f"\ufeff{SECRET}\r\n"]
)
def test_from_a_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(content.encode())
    assert reveal(f"file:{path}") == SECRET


def test_from_a_file_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".secret").write_text(SECRET, encoding="utf-8")
    assert reveal("file:~/.secret") == SECRET


def test_from_a_command() -> None:
    assert reveal(command(f"import sys; sys.stdout.buffer.write({(SECRET + chr(10)).encode()!r})")) == SECRET


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("env:KEEPWARM_NOT_SET", "KEEPWARM_NOT_SET"),
        ("file:/nowhere/at/all", "No such file"),
        ("command:/nowhere/at/all", "cannot be run"),
        ("command:'unbalanced", "cannot be understood"),
        (command("print('s3cret'); raise SystemExit(3)"), "exit code 3"),
        (command("pass"), "prints no password"),
        ("keyring:keepwarm", "keyring"),
        ("s3cret", "never the password itself"),
        ("env:", "never the password itself"),
        ("", "never the password itself"),
    ],
)
def test_one_sentence_says_what_is_wrong(where: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with pytest.raises(SecretError) as caught:
        reveal(where)
    message = str(caught.value)
    assert said in message
    assert "\n" not in message
    if not where.startswith("command:"):  # a command's own words are the owner's, and stand in rules.yaml
        assert "s3cret" not in message


def test_what_is_no_text_is_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(b"\xff\xfes3cret")
    with pytest.raises(SecretError, match="not a text file") as caught:
        reveal(f"file:{path}")
    assert "s3cret" not in repr(caught.value)


@pytest.mark.parametrize(
    "where", ["GOCSPX-abc", "env:KEEPWARM_NOBODY_SET_THIS", "file:/nowhere/at/all", "command:false"]
)
def test_what_is_wrong_with_another_setting_is_said_of_that_one(where: str) -> None:
    with pytest.raises(SecretError) as raised:
        reveal(where, "--client-secret")
    assert "--client-secret" in str(raised.value)
    assert "password" not in str(raised.value)
    assert "abc" not in str(raised.value)
