"""`health`, where no daemon can start that would say why."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.app import build
from daemon import House
from store.protocol import Heartbeat
from store.tinydb_store import TinyStore

RULES = """mode: dry-run
mailbox: {address: team@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:X"}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: UTC}
contractors: []
rules: []
"""


@pytest.mark.parametrize("ago", [timedelta(hours=1), timedelta(seconds=1)])
def test_an_owners_file_that_is_damaged_is_the_reason(tmp_path: Path, ago: timedelta) -> None:
    rules, data = tmp_path / "rules.yaml", tmp_path / "data"
    rules.write_text(RULES)
    store = TinyStore(data)
    store.beat(Heartbeat(last_poll=datetime.now(UTC) - ago))
    store.close()
    (data / "owner.json.damaged-20261122T144707Z").write_text("{")
    told = CliRunner().invoke(build(House), ["--rules", str(rules), "--data", str(data), "health"])
    assert told.exit_code == 1
    assert "owner.json was damaged" in told.output


def test_broken_rules_are_a_reason_too_in_json_as_in_words(tmp_path: Path) -> None:
    rules, data = tmp_path / "rules.yaml", tmp_path / "data"
    rules.write_text(RULES.replace("mode:", "modus:"))
    beat = Heartbeat(last_poll=datetime.now(UTC))
    store = TinyStore(data)
    store.beat(beat)
    store.close()
    words = ("--rules", str(rules), "--data", str(data), "health")
    told = CliRunner().invoke(build(House), [*words, "--json"])
    said = json.loads(told.stdout)
    assert (told.exit_code, said["ok"], said["last_poll"]) == (1, False, beat.last_poll.isoformat())
    assert '"modus" is not known' in said["reason"]
    told = CliRunner().invoke(build(House), words)
    assert (told.exit_code, told.stdout, '"modus" is not known' in told.stderr) == (1, "", True)


def test_a_data_folder_that_is_none_is_answered_in_json_too(tmp_path: Path) -> None:
    rules, data = tmp_path / "rules.yaml", tmp_path / "data"
    rules.write_text(RULES)
    data.touch()
    told = CliRunner().invoke(build(House), ["--rules", str(rules), "--data", str(data), "health", "--json"])
    said = json.loads(told.stdout)
    assert (told.exit_code, said["ok"], said["last_poll"]) == (1, False, None)
    assert "--data" in said["reason"]


def test_where_there_is_no_data_folder_its_place_is_asked_for(tmp_path: Path) -> None:
    """Whoever forgets --data beside a service is told that nobody has written, and asks why."""
    rules, data = tmp_path / "rules.yaml", tmp_path / "data"
    rules.write_text(RULES)
    for command, code in (("health", 1), ("status", 0)):
        told = CliRunner().invoke(build(House), ["--rules", str(rules), "--data", str(data), command])
        said = " ".join(told.output.split())
        assert (told.exit_code, f"There is no data folder {data}" in said, "--data" in said) == (
            code,
            True,
            True,
        )
    assert not data.exists()
