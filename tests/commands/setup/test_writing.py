"""The file that `init` writes: right for any name, and never torn."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from commands.setup.writing import Answers, rules_text, scalar, write_whole
from mail.letters.rendering import BUILT_IN, Templates
from rules.format.loader import examine

MAILBOX = {
    "address": "team@acme.example",
    "imap": "imaps://imap.acme.example",
    "smtp": "smtp+starttls://smtp.acme.example:2587",
    "login": "",
    "password": "file:/a folder/keepwarm-password",
    "folders": ["INBOX", "Sent, old"],
}
OWNER = {
    "name": "Dana",
    "email": ["dana@acme.example"],
    "timezone": "America/New_York",
    "hours": "Mon 09:00-17:00",
}


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1).filter(str.isprintable))
def test_any_name_comes_back_as_it_was(name: str) -> None:
    assert yaml.safe_load(f"name: {scalar(name)}") == {"name": name}


@pytest.mark.parametrize(
    "name",
    [
        "Maria",
        "O'Brien",
        "file:/a: b/c",
        "a:b:",
        'A "B" C',
        "no",
        "x: y",
        "# 1",
        "- a",
        "[a]",
        "null",
        "Ünal",
    ],
)
def test_the_file_is_accepted_whatever_people_are_called(name: str) -> None:
    person = {"name": name, "email": "a@x.example", "timezone": "Asia/Manila", "hours": "Mon-Fri 21:00-06:00"}
    text = rules_text(Answers(MAILBOX, OWNER, [person]), date(2026, 3, 1), "keepwarm")
    findings = examine(text.encode(), Templates((BUILT_IN,)).index())
    assert not findings.errors + findings.warnings
    assert findings.policy is not None
    assert findings.policy.contractors[0].name == name
    assert findings.policy.mailbox.folders == ("INBOX", "Sent, old")
    assert findings.policy.mode == "dry-run"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new/secret"
    write_whole(path, "one\n")
    write_whole(path, "two\n")
    assert path.read_text() == "two\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
