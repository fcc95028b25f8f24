"""`mode: drafts`: what lies in the Drafts folder was not sent, until somebody sends it by hand."""

from contextlib import suppress
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime

import pytest
from imapclient import IMAPClient

from mail.imap.inbox import InboxError

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
