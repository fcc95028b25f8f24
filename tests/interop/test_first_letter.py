"""The first letter, end to end: the command line against a real Dovecot and a real Postfix."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
CONTRACTORS = (MARIA, BEN)

RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_PASSWORD
owner:
  name: Dana Reyes
  email: [dana@acme.example]
  timezone: America/New_York
  hours: Mon-Sun 00:00-24:00
contractors:
  - name: Maria Santos
    email: [maria@contract.example]
    timezone: Asia/Manila
    hours: Mon-Sun 00:00-24:00
  - name: Ben Okafor
    email: ben@contract.example
    timezone: Africa/Lagos
    hours: Mon-Sun 00:00-24:00
limits:
  per contractor: [20 a day]
  in total: 30 an hour
rules:
  - name: Thank a quick answer
    when: contractor replied
    if: {{took: under 2 working hours}}
    send: appreciation/quick-answer
    at most: once in 2 weeks
  - name: Chase
    when: waiting on contractor
    steps:
      - {{after: 3 seconds, send: reminders/gentle}}
      - {{after: 3 hours, send: reminders/firm}}
"""


class Bench:
    """A rules file, a data folder and the command line."""

    def __init__(self, mail, folder: Path) -> None:
        self.mail, self.folder, self.count = mail, folder, 0
        self.rules = folder / "rules.yaml"
        self.environment = {**os.environ, "KEEPWARM_PASSWORD": mail.password}
        self.write(RULES)

    def write(self, text: str, *edits: tuple[str, str]) -> None:
        text = text.format(imap=self.mail.imap_url, smtp=self.mail.smtp_url)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.rules.write_text(text)

    def command(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "daemon.py", "--rules", self.rules, "--data", self.folder / "data", *words]
        done = subprocess.run(line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)
        assert "Traceback" not in done.stderr, done.stderr
        assert not ok or done.returncode == 0, done.stderr
        return done

    def rows(self, *words: str) -> list[dict]:
        return [json.loads(line) for line in self.command(*words, "--json").stdout.splitlines()]

    def once(self) -> dict:
        [work] = self.rows("run", "--once")
        return work

    def writes(self, sender: str, to: str, subject: str, text: str, answers: str = "", ago: timedelta = timedelta()) -> str:
        self.count += 1
        at = datetime.now(UTC) - ago
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = name = f"<{self.count}.{at.timestamp()}@{sender.partition('@')[2]}>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        folder = "Sent" if sender in (DANA, TEAM) else "INBOX"
        self.mail.deliver_to(TEAM, mail.as_bytes(), at, folder)
        return name

    def inbox(self, address: str, count: int) -> list[EmailMessage]:
        return [message_from_bytes(m.content, policy=policy.default) for m in self.mail.arrived(address, count)]


@pytest.fixture
def bench(real_mail, tmp_path):
    return Bench(real_mail, tmp_path)


def a_year_of_mail(bench: Bench) -> None:
    for day in range(360, 2, -6):
        who = CONTRACTORS[day % 2]
        asked = bench.writes(DANA, who, f"Job {day}", "Could you look at this?", ago=timedelta(days=day))
        if day % 4:
            bench.writes(who, TEAM, f"Re: Job {day}", "Done, have a look?", asked, timedelta(days=day, hours=-3))


def test_the_first_run_over_a_year_of_history_sends_nothing(bench):
    a_year_of_mail(bench)
    work = bench.once()
    assert work["recorded"] > 40
    assert work["sent"] == work["composed"] == 0
    before = bench.rows("ledger")
    assert len(before) > 30
    assert bench.once()["sent"] == 0
    assert bench.rows("ledger") == before
    for address in (MARIA, BEN, DANA):
        assert bench.mail.mailbox(address) == []


def test_a_quick_reply_is_thanked_in_its_thread_and_only_once(bench):
    a_year_of_mail(bench)
    bench.once()
    question = bench.writes(DANA, MARIA, "Logo", "Could you send the logo?", ago=timedelta(minutes=40))
    time.sleep(1.1)  # mail servers count in whole seconds: the answer must lie after the first run
    answer = bench.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    assert bench.once()["sent"] == 1
    [letter] = bench.inbox(MARIA, 1)
    assert letter["Subject"] == "Re: Logo"
    assert letter["In-Reply-To"] == answer
    assert letter["References"].split() == [question, answer]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "40 " in letter.get_body(("plain",)).get_content()
    for _ in range(10):
        assert bench.once()["sent"] == 0
    assert len(bench.mail.mailbox(MARIA)) == 1
    copies = [m for f in ("INBOX", "Sent") for m in bench.mail.mailbox(TEAM, f) if b"X-Keepwarm-Letter" in m.content]
    assert len(copies) == 1
    assert "\\Seen" in copies[0].flags


def test_a_reminder_goes_once_and_the_firm_one_is_cancelled(bench):
    bench.once()
    time.sleep(1.1)
    question = bench.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    bench.once()
    time.sleep(4)
    assert bench.once()["sent"] == 1
    assert bench.once()["sent"] == 0
    bench.writes(MARIA, TEAM, "Re: Logo", "Sorry, here it is.", question)
    work = bench.once()
    assert work["cancelled"] == 1
    [reminder, _thanks] = bench.inbox(MARIA, 2)
    assert reminder["Subject"] == "Re: Logo"
    assert bench.once()["sent"] == 0
    whys = [row["why"] for row in bench.rows("why", "Maria") if row["rule"] == "Chase"]
    assert any(why.startswith("cancelled: Maria Santos answered") for why in whys)


def test_who_is_owed_an_answer_is_not_chased_and_the_owner_is_told(bench):
    bench.once()
    time.sleep(1.1)
    bench.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    time.sleep(1.1)
    bench.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    time.sleep(4)
    bench.once()
    assert bench.mail.mailbox(MARIA) == []
    [told] = bench.inbox(DANA, 1)
    assert "Invoice" in told.get_body(("plain",)).get_content()
    holds = [row for row in bench.rows("why") if row["verdict"] == "hold"]
    assert any("owner first" in row["why"] for row in holds)


def test_dry_run_sends_nothing_and_drafts_leaves_letters_in_drafts(bench):
    bench.write(RULES, ("mode: live", "mode: dry-run"))
    bench.once()
    time.sleep(1.1)
    question = bench.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    bench.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    assert bench.once()["sent"] == 0
    assert bench.mail.mailbox(MARIA) == []

    bench.write(RULES, ("mode: live", "mode: drafts"))
    bench.once()
    time.sleep(1.1)
    question = bench.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    bench.writes(MARIA, TEAM, "Re: Flyer", "Here it is, in three sizes.", question)
    bench.once()
    assert bench.mail.mailbox(MARIA) == []
    [draft] = bench.mail.mailbox(TEAM, "Drafts")
    assert b"X-Keepwarm-Letter" in draft.content
    assert "\\Draft" in draft.flags


@pytest.mark.parametrize(
    ("fault", "edit"),
    [
        ("password", ("env:KEEPWARM_PASSWORD", "env:WRONG_PASSWORD")),
        ("unreachable", ("imap: {imap}", "imap: imap://127.0.0.1:1")),
        ("missing folder", ("imap: {imap}", "imap: {imap}\n  folders: [INBOX, Nowhere]")),
        ("expired", ("imap: {imap}", "imap: {expired}")),
        ("broken rules", ("when: contractor replied", "when: contractor replide")),
        ("unknown template", ("send: appreciation/quick-answer", "send: appreciation/quick-anser")),
    ],
)
def test_each_fault_is_one_clear_line(bench, fault, edit):
    bench.environment |= {"WRONG_PASSWORD": "wrong"}
    old, new = edit
    text = RULES.replace(old, new).replace("{expired}", bench.mail.dovecot.url("expired"))
    bench.write(text)
    done = bench.command("run", "--once", ok=False)
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if line.strip()]) <= 2, done.stderr
    assert done.stdout == ""
