"""`mode: drafts`: what lies in the Drafts folder was not sent, until somebody sends it by hand."""

from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime

import pytest
from imapclient import IMAPClient

from bench.servers.proxy import Proxy, refusing
from mail.imap.inbox import InboxError
from relationship.facts.messages import Side

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
OURS = ("X-Keepwarm-Letter", "Auto-Submitted", "X-Auto-Response-Suppress", "Message-ID")


def drafts(scene):
    return [
        message_from_bytes(mail.content, policy=default) for mail in scene.servers.mailbox(TEAM, "Drafts")
    ]


def send_by_hand(scene, keeps_headers):
    """The first draft as a mail program sends it: some keep all of its headers."""
    mail = drafts(scene)[0]
    for header in () if keeps_headers else OURS:
        del mail[header]
    if not keeps_headers:
        mail["Message-ID"] = "<by.hand@acme.example>"
    del mail["Date"]
    mail["Date"] = format_datetime(scene.now)
    scene.servers.deliver_to(TEAM, mail.as_bytes(), scene.now, "Sent")


@pytest.mark.parametrize(
    ("by_hand", "claims", "told"),
    [
        ("not at all", False, "No reminder has gone out for it."),
        ("with our headers", True, "One reminder has gone out since."),
        ("without our headers", True, "One reminder has gone out since."),
    ],
)
def test_a_letter_claims_no_reminder_that_was_only_drafted(scene, by_hand, claims, told):
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 12:00")
    if by_hand != "not at all":
        send_by_hand(scene, by_hand == "with our headers")
    scene.run("2026-03-11 15:00")
    _, firm = (" ".join(mail.get_body(("plain",)).get_content().split()) for mail in drafts(scene))
    assert ("wrote again since" in firm) is claims
    [note] = scene.letters(DANA)
    assert told in " ".join(note.text.split())


def test_a_moot_draft_whose_folder_somebody_has_renamed_stops_nothing(scene):
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 12:00")
    [_] = drafts(scene)
    with IMAPClient("127.0.0.1", scene.servers.imap_port, ssl=False) as somebody:
        somebody.login(TEAM, "secret")
        somebody.rename_folder("Drafts", "Drafts of March")
    with suppress(InboxError):  # it was known until now
        scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
        scene.tick()
    for _ in range(2):
        scene.run("2026-03-03 13:00")
        scene.restart()
        scene.tick()
    assert len(scene.servers.mailbox(TEAM, "Drafts of March")) == 1


INVITES = """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
  - name: Check-in not answered
    when: check-in unanswered
    steps:
      - {{before: 1 working day, send: reminders/check-in}}
"""


def read_only(direction, data, line):
    return data.replace(b"[READ-WRITE]", b"[READ-ONLY]")


@contextmanager
def answered_draft(scene, fault):
    """A reminder that lies in Drafts, and the answer that makes it moot, on a line with a fault from then on."""
    with Proxy(scene.servers.imap_port) as proxy:
        edits = (f":{scene.servers.imap_port}", f":{proxy.port}"), ("mode: live", "mode: drafts")
        scene.policy(scene.rules_text, *edits)
        scene.tick()
        scene.at("2026-03-02 10:00")
        question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
        scene.run("2026-03-03 12:00")
        proxy.fault = fault
        scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
        yield proxy, question


@pytest.mark.parametrize("fault", [read_only, refusing(b"UID STORE", b"NO [NOPERM] Hands off")])
def test_a_moot_draft_that_may_not_be_deleted_stops_nothing(scene, fault, caplog):
    with answered_draft(scene, fault) as (proxy, question):
        scene.run("2026-03-03 13:00")
        assert len(drafts(scene)) == 1
        assert 1 <= caplog.text.count("cannot be taken back") <= 2, "once at each piece of news"
        proxy.fault = None
        scene.writes(DANA, MARIA, "Re: Logo", "Thank you!", question)
        scene.run("2026-03-03 14:00")
    assert drafts(scene) == [], "news of the relationship is a reason to try again"


def test_a_moot_draft_that_cannot_be_deleted_right_now_is_deleted_once_it_can(scene):
    with answered_draft(scene, refusing(b"UID STORE", b"NO [INUSE] Somebody else is at it")) as (proxy, _):
        with pytest.raises(InboxError, match="Somebody else is at it"):
            scene.tick()
        proxy.fault = None
        scene.tick()
    assert drafts(scene) == []


@pytest.mark.parametrize("restarted", [False, True])
def test_a_draft_to_somebody_who_has_left_the_rules_is_taken_back(scene, restarted, caplog):
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 12:00")
    [_] = drafts(scene)
    before, _, rest = scene.rules_text.partition("  - name: Maria")
    scene.policy(before + rest[rest.index("  - name: Ben") :], ("mode: live", "mode: drafts"))
    if restarted:
        scene.restart()
    scene.tick()
    assert drafts(scene) == []
    assert not caplog.text


def booked_in_drafts(scene):
    """The first invitation lies in the Drafts folder."""
    weekly = "check-ins: {active: every week}"
    before, _, rest = scene.rules_text.partition("  - name: Ben")
    rules = before + rest[rest.index("limits:") :] + INVITES
    scene.policy(rules, ("mode: live", f"mode: drafts\n{weekly}"))
    scene.run("2026-03-06 14:00")
    assert [mail["Subject"] for mail in drafts(scene)] == ["Check-in: Dana and Maria"]
    return lambda: scene.policy(rules, ("mode: live", f"mode: live\n{weekly}"))


@pytest.mark.parametrize(
    ("by_hand", "reminded"), [("not at all", 0), ("with our headers", 1), ("without our headers", 1)]
)
def test_nobody_is_reminded_of_an_invitation_that_was_only_drafted(scene, by_hand, reminded):
    """The owner tries drafts, and goes live before the call; what lies in Drafts has told nobody anything."""
    go_live = booked_in_drafts(scene)
    if by_hand != "not at all":
        send_by_hand(scene, by_hand == "with our headers")
    go_live()
    scene.run("2026-03-09 14:00")
    assert len(scene.sent("Check-in not answered")) == reminded
    if not reminded:
        assert scene.why("Check-in not answered")[-1] == (
            "hold",
            "the invitation has not gone out to Maria Santos, as far as is known",
        )


def test_a_new_time_that_was_only_drafted_is_not_reminded_of_nor_asked_about(scene):
    go_live = booked_in_drafts(scene)
    send_by_hand(scene, keeps_headers=True)
    [call] = scene.story("Maria").check_ins.values()
    scene.rules.write_text(
        scene.rules.read_text().replace("name: Maria Santos", "name: Maria Santos\n    away: [2026-03-09]")
    )
    scene.restart()
    scene.run("2026-03-06 16:00")
    assert "New time for our check-in" in [mail["Subject"] for mail in drafts(scene)]
    [moved] = scene.story("Maria").check_ins.values()
    assert (moved.sequence, moved.starts_at > call.starts_at) == (call.sequence + 1, True)
    go_live()
    scene.run("2026-03-11 15:00")
    assert scene.letters(MARIA) == []
    assert not scene.story("Maria").told(moved)


def test_what_somebody_has_only_begun_to_write_answers_nothing_and_asks_nothing(scene):
    """Gmail shows drafts among all mail, which is the folder that is read there."""
    password = "password: env:KEEPWARM_TEST_PASSWORD"
    scene.servers.add_folder(TEAM, "All Mail")
    scene.policy(scene.rules_text, (password, f"{password}\n  folders: [INBOX, All Mail]"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(MARIA, TEAM, "Logo", "Could you send the logo?", folder="All Mail")
    scene.tick()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["In-Reply-To"] = TEAM, MARIA, "Re: Logo", question
    mail["Date"], mail["Message-ID"] = format_datetime(scene.now), "<begun@acme.example>"
    mail.set_content("Hi Maria, could you tell me")
    scene.servers.deliver_to(TEAM, mail.as_bytes(), scene.now, "All Mail", ["\\Draft", "\\Seen"])
    scene.tick()
    assert [turn.party for turn in scene.story("Maria").ledger.waits] == [Side.OWNER]
    del mail["Message-ID"]
    mail["Message-ID"] = "<sent@acme.example>"
    scene.servers.deliver_to(TEAM, mail.as_bytes(), scene.now, "All Mail", ["\\Seen"])
    scene.tick()
    assert [turn.party for turn in scene.story("Maria").ledger.waits] == [Side.CONTRACTOR]
