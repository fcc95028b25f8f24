"""`--json`: one object per line on standard output, with the documented keys, and nothing else there."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands.app import build
from commands.demo_servers import EmbeddedMail
from daemon import House

ROOT = Path(__file__).parents[2]
TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
RULES = """mode: dry-run
mailbox: {{address: team@acme.example, imap: "{imap}", smtp: "{smtp}", password: "env:KEEPWARM_TEST"}}
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: UTC, hours: Mon-Sun 00:00-24:00}}
contractors:
  - {{name: Maria Santos, email: maria@contract.example, timezone: UTC, hours: Mon-Sun 00:00-24:00}}
rules:
  - {{name: Thank, when: contractor replied, send: appreciation/quick-answer}}
"""
TEST = """tests:
  - name: A thank-you
    timeline:
      - {at: Mon 2026-03-02 10:00, from: Dana, to: Maria, subject: Logo, text: Could you send it?}
      - {at: 20 minutes later, from: Maria, answers: previous, text: Here it is.}
    expect: [{send: appreciation/quick-answer, to: Maria}]
"""
SUBJECT = '=HYPERLINK("https://evil.example")'
KEYS = {
    "check": "",
    "run --once": "read recorded decided composed sent held suppressed cancelled refused errors",
    "ledger": (
        "contractor conversation subject party asked_at answered_at elapsed_s working_s chasers asks asked answered"
    ),
    "status": "contractor phase temperature reasons waits contractor_median_s owner_median_s check_in paused bouncing",
    "why": "at rule contractor occasion verdict why",
    "health": "ok last_poll reason",
    "test": "test ok message",
    "backtest --since 90d": "at rule contractor to template subject verdict why",
    "inspect mail.eml": "file kind reason thread message_id",
    "preview appreciation/quick-answer": "to subject text html",
}


def mail(sender: str, to: str, text: str, at: datetime, number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        sender,
        to,
        SUBJECT if number == 1 else f"Re: {SUBJECT}",
    )
    message["Date"], message["Message-ID"] = format_datetime(at), f"<{number}@x.example>"
    if number > 1:
        message["In-Reply-To"] = f"<{number - 1}@x.example>"
    message.set_content(text)
    return message.as_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    folder, now = tmp_path_factory.mktemp("json"), datetime.now(UTC)
    with (
        EmbeddedMail(dict.fromkeys((TEAM, DANA, MARIA), "secret")) as servers,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("KEEPWARM_TEST", "secret")
        patch.chdir(folder)
        (folder / "rules.yaml").write_text(RULES.format(imap=servers.imap_url, smtp=servers.smtp_url))
        (folder / "rules.test.yaml").write_text(TEST)
        assert keepwarm("run", "--once").exit_code == 0
        at = now + timedelta(seconds=1)
        servers.deliver_to(TEAM, mail(DANA, MARIA, "Could you send it?", at, 1), at, "Sent")
        servers.deliver_to(TEAM, mail(MARIA, TEAM, "Here it is.", at, 2), at, "INBOX")
        (folder / "mail.eml").write_bytes(mail(MARIA, TEAM, "Here it is.", at, 2))
        assert keepwarm("run", "--once").exit_code == 0
        yield folder


def keepwarm(*words: str) -> Result:
    return CliRunner().invoke(build(House), list(words))


@pytest.mark.parametrize("call", KEYS)
def test_only_objects_with_these_keys(folder: Path, call: str) -> None:
    done = keepwarm(*call.split(), "--json")
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [" ".join(row) for row in rows] == [KEYS[call]] * len(rows)
    assert rows or call == "check"


@pytest.mark.parametrize("call", KEYS)
def test_what_is_wrong_goes_elsewhere(folder: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    done = keepwarm("--rules", "missing.yaml", "--data", "missing", *call.split(), "--json")
    for line in done.stdout.splitlines():
        assert isinstance(json.loads(line), dict)
    assert done.exit_code == (0 if call.startswith("preview") else 1)
    assert done.stdout or "missing.yaml" in done.stderr or "mail.eml" in done.stderr


def test_a_subject_is_no_formula_in_a_spreadsheet(folder: Path) -> None:
    row, _ = csv.DictReader(io.StringIO(keepwarm("ledger", "--csv").stdout))
    assert (row["subject"], row["contractor"]) == (f"'{SUBJECT}", "Maria Santos")
