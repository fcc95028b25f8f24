"""The first letter, end to end: the command line against a real Dovecot and a real Postfix."""

import time
from datetime import timedelta

import pytest

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
CONTRACTORS = (MARIA, BEN)


def a_year_of_mail(bench) -> None:
    for day in range(360, 2, -6):
        who = CONTRACTORS[day % 2]
        asked = bench.writes(DANA, who, f"Job {day}", "Could you look at this?", ago=timedelta(days=day))
        if day % 4:
            bench.writes(
                who, TEAM, f"Re: Job {day}", "Done, have a look?", asked, timedelta(days=day, hours=-3)
            )


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
    copies = [
        m for f in ("INBOX", "Sent") for m in bench.mail.mailbox(TEAM, f) if b"X-Keepwarm-Letter" in m.content
    ]
    assert len(copies) == 1
    assert "\\Seen" in copies[0].flags


def test_a_reminder_goes_once_and_the_firm_one_is_cancelled(bench):
    bench.once()
    time.sleep(1.1)
    question = bench.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    sent = bench.once()["sent"]
    time.sleep(4)
    assert sent + bench.once()["sent"] == 1
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
    bench.write(bench.text, ("mode: live", "mode: dry-run"))
    bench.once()
    time.sleep(1.1)
    question = bench.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    bench.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    assert bench.once()["sent"] == 0
    assert bench.mail.mailbox(MARIA) == []

    bench.write(bench.text, ("mode: live", "mode: drafts"))
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
    text = bench.text.replace(old, new).replace("{expired}", bench.mail.dovecot.url("expired"))
    bench.write(text)
    done = bench.command("run", "--once", ok=False)
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if line.strip()]) <= 2, done.stderr
    assert done.stdout == ""
