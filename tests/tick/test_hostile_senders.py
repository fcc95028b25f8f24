"""Hostile senders: their words are shown as text, and no robot gets more letters than the limits allow."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest

from relationship.subjects import TAGS

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
SUBJECTS = (
    "{{ 7777*7777 }} {% for x in range(9) %}x{% endfor %} {{ owner.__class__.__mro__ }}",
    "<script>alert(1)</script> <img src=https://evil.example/x.png> &lt;b&gt;",
    "[win](https://evil.example) ![x](https://evil.example/y.png) **bold** `code` https://evil.example",
    "=?utf-8?q?Hi=0D=0ABcc:_eve@evil.example=0D=0A=0D=0AInjected_body?=",
    "# heading #pause #news #settled [x]: https://evil.example",
    "\u202eevil\u202c \u200b" + "very " * 80 + "long",
)


def raw(sender, to, subject, text, number, now, answers=""):
    threading = f"In-Reply-To: {answers}\nReferences: {answers}\n" if answers else ""
    encoded = subject.encode().decode("latin-1")
    return (
        f'From: "{{{{ 7777*7777 }}}} <b>x</b>" <{sender}>\nTo: {to}\nSubject: {encoded}\n'
        f"Message-ID: <hostile.{number}@contract.example>\nDate: {now:%a, %d %b %Y %H:%M:%S} +0000\n{threading}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode("latin-1")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_hostile_subject_is_shown_as_text_and_does_nothing(scene, subject):
    scene.tick()
    scene.live("2026-03-02 10:00")
    question = raw(DANA, MARIA, subject, "Could you send it?", 1, scene.now)
    scene.servers.deliver_to(TEAM, question, scene.now, "Sent")
    scene.live("2026-03-02 10:30")
    answer = raw(MARIA, TEAM, f"Re: {subject}", "Here it is.", 2, scene.now, "<hostile.1@contract.example>")
    scene.servers.deliver_to(TEAM, answer, scene.now, "INBOX")
    scene.live("2026-03-02 11:00")
    theirs = raw(MARIA, TEAM, subject, "Which one do you want?", 3, scene.now)
    scene.servers.deliver_to(TEAM, theirs, scene.now, "INBOX")
    scene.live("2026-03-03 20:00")
    assert {out.rule for out in scene.out} == {"Thank a quick answer", "I owe an answer"}
    for _, recipients, content in scene.servers.accepted:
        assert set(recipients) <= {MARIA, DANA, TEAM}
        harmless(message_from_bytes(content, policy=default))


def harmless(mail):
    allowed = {
        "From To Subject Date Message-ID In-Reply-To References Auto-Submitted X-Auto-Response-Suppress",
        "X-Keepwarm-Letter MIME-Version Content-Type",
    }
    assert set(mail.keys()) <= set(" ".join(allowed).split())
    text = mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    assert "60481729" not in text
    assert "Injected_body\n" not in text
    for tag in ("<script", "<img", "<b>", "<code", "<h1"):
        assert tag not in page
    assert 'href="https://evil' not in page
    assert 'src="https://evil' not in page
    for shown in (mail["Subject"], text, page):
        assert not any(f"#{tag}" in shown for tag in TAGS)
    assert "\r" not in mail["Subject"]
    assert "\n" not in mail["Subject"]


def test_tags_in_a_subject_or_a_quote_command_nothing(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "#pause #news #settled", "> #pause\n\nSee the subject.")
    scene.tick()
    assert scene.story("Maria").paused_by == ()
    assert scene.keepwarm.books.owner.news == {}


@pytest.mark.parametrize(
    "robot",
    [
        "Thanks for writing to us! We have your request and come back to you soon.",
        "Hello, could you please confirm that your request is still open? It will be closed otherwise.",
        "Here it is.",
    ],
)
def test_a_robot_that_answers_every_mail_like_a_person_gets_what_the_limits_allow(example, robot):
    example.policy(
        example.rules_text,
        ("    at most: once in 2 weeks\n", ""),
        ("  deliver: in working hours ", "  deliver: any time #"),
    )
    read = 0
    for hour in range(30 * 24):
        example.now += timedelta(hours=1)
        if hour % 48 == 6:
            example.writes(DANA, MARIA, f"Task {hour}", "Could you do this?")
            answer_all(example, robot, [f"<{example.count}.{int(example.now.timestamp())}@acme.example>"])
        example.tick()
        inbox = example.letters(MARIA)
        answer_all(example, robot, [f"<{mail.message_id}>" for mail in inbox[read:]])
        read = len(inbox)
    times = [datetime.fromisoformat(out.at) for out in example.out if out.to == MARIA]
    assert len(times) > 5
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(times))
    in_four = zip(times, times[3:], strict=False)
    assert all(later - earlier >= timedelta(days=7) for earlier, later in in_four)


def answer_all(scene, text, ids):
    for one in ids:
        scene.writes(MARIA, TEAM, "Re: your request", text, one)


def test_no_header_leads_a_letter_astray(scene):
    """Never astray: whatever a mail says of where answers go, a letter's recipients stand in rules.yaml."""
    eve = "eve@evil.example"
    strange = (
        f"Reply-To: {eve}\nMail-Reply-To: {eve}\nMail-Followup-To: {eve}\nSender: {eve}\nReturn-Path: <{eve}>\n"
        f"Disposition-Notification-To: {eve}\nErrors-To: {eve}\nResent-From: {eve}\nCc: Eve <{eve}>\n"
    ).encode()
    scene.tick()
    scene.live("2026-03-02 10:00")
    question = raw(DANA, f"{MARIA}, {eve}", "Logo", "Could you send it?", 1, scene.now)
    scene.servers.deliver_to(TEAM, question, scene.now, "Sent")
    scene.live("2026-03-02 10:30")
    answer = raw(MARIA, TEAM, "Re: Logo", "Here it is.", 2, scene.now, "<hostile.1@contract.example>")
    scene.servers.deliver_to(TEAM, strange + answer, scene.now, "INBOX")
    scene.live("2026-03-02 11:00")
    theirs = raw(MARIA, TEAM, "Icons", "Which one do you want?", 3, scene.now)
    scene.servers.deliver_to(TEAM, strange + theirs, scene.now, "INBOX")
    scene.live("2026-03-03 20:00")
    assert {out.rule for out in scene.out} == {"Thank a quick answer", "I owe an answer"}
    for _, recipients, content in scene.servers.accepted:
        assert set(recipients) <= {MARIA, DANA, TEAM}
        assert eve.encode() not in content.partition(b"\r\n\r\n")[0]
