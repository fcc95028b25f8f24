"""Delivering, outcome by outcome: what each answer and each silence of the servers leaves behind."""

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from itertools import pairwise

import pytest

from bench.servers.proxy import DOT, FINAL_DOT, UP, Cut, Proxy, answering, refusing, silent_from
from commands.alarm import Alarm, Patience
from mail.imap.inbox import InboxError
from relationship.facts.letters import State
from relationship.facts.messages import Side
from store.memory import MemoryStore
from store.protocol import OWNER, StoreError

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"


class Died(BaseException):
    """The process is gone."""


def a_thank_you_is_due(scene, *edits):
    """At 10:40 Maria has answered quickly; the next tick thanks her."""
    scene.policy(scene.rules_text, *edits)
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:40")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)


def the_letter(scene, first_name="Maria"):
    [letter] = (x for x in scene.story(first_name).letters.values() if x.reader is Side.CONTRACTOR)
    return letter


COPIES = ("password:", "copies: {}\n  password:")


def copies(how: str) -> tuple[str, str]:
    return COPIES[0], COPIES[1].format(how)


# -- the copy -----------------------------------------------------------------------------------------------


def test_with_its_copy_refused_a_letter_in_doubt_is_never_sent_again_and_the_owner_is_told(scene, caplog):
    scene.servers.refuse[TEAM] = (550, "no copies here")
    scene.servers.drop = "before delivery"
    a_thank_you_is_due(scene)
    scene.tick()
    assert f"The mail server refuses {TEAM} the copy of “Re: Logo”." in caplog.text
    assert the_letter(scene).provable is False
    scene.servers.drop = ""
    scene.run("2026-03-04 20:00")
    assert the_letter(scene).state is State.UNPROVABLE
    assert scene.letters(MARIA) == []
    assert "Did this letter go out?" in "".join(mail.raw.text.decode() for mail in scene.letters(DANA))


def test_the_owner_is_told_of_a_letter_that_nobody_can_prove_however_long_the_machine_was_off(scene):
    scene.servers.refuse[TEAM] = (550, "no copies here")
    scene.servers.drop = "before delivery"
    a_thank_you_is_due(scene)
    scene.tick()
    scene.servers.drop = ""
    scene.at("2026-03-30 10:00")
    scene.restart()
    scene.run("2026-04-01 20:00")
    assert the_letter(scene).state is State.UNPROVABLE
    assert "Did this letter go out?" in "".join(mail.raw.text.decode() for mail in scene.letters(DANA))


def test_that_the_copy_is_refused_survives_a_crash_right_after_the_letters_first_byte(scene, monkeypatch):
    scene.servers.refuse[TEAM] = (550, "no copies here")
    a_thank_you_is_due(scene)
    with monkeypatch.context() as patch:
        patch.setattr("smtplib.SMTP.send", _dies_after_the_dot)
        with pytest.raises(Died):
            scene.tick()
    scene.restart()
    assert scene.subjects(MARIA) == ["Re: Logo"], "the server has it, and we do not know"
    scene.run("2026-03-02 12:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    assert the_letter(scene).state is State.UNPROVABLE


def _dies_after_the_dot(smtp, said):
    smtp.sock.sendall(said if isinstance(said, bytes) else said.encode())
    if isinstance(said, bytes) and said.endswith(b"\r\n.\r\n"):
        smtp.getreply()
        raise Died


def test_a_copy_that_is_put_off_puts_the_letter_off(scene):
    scene.servers.refuse[TEAM] = (452, "the mailbox is full")
    a_thank_you_is_due(scene)
    scene.tick()
    assert (the_letter(scene).state, scene.letters(MARIA)) == (State.DEFERRED, [])
    del scene.servers.refuse[TEAM]
    scene.run("2026-03-02 12:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]


IDEA = "  - {{name: Idea, when: idea received, send: owner/answer-the-idea, deliver: any time}}\n"


def test_a_daemon_that_begins_leaves_alone_what_an_owner_in_the_shared_mailbox_has_not_read(scene):
    """Who has no address but the mailbox's own reads there what is written to the owner."""
    scene.policy(scene.rules_text + IDEA, (DANA, TEAM))
    scene.tick()
    scene.at("2026-03-02 10:40")
    scene.writes(MARIA, TEAM, "Shop", "#idea Shall we sell online?")
    scene.tick()
    scene.restart()
    scene.tick()
    mails = scene.servers.mailbox(TEAM)
    assert [b"X-Keepwarm-Letter" in mail.content for mail in mails] == [False, True]
    assert not any("\\Seen" in mail.flags for mail in mails)


def test_an_appended_copy_is_kept_and_proves_nothing(scene):
    a_thank_you_is_due(scene, copies("append"))
    scene.tick()
    [(_, recipients, _)] = scene.servers.accepted
    assert recipients == (MARIA,)
    assert len([m for m in scene.servers.mailbox(TEAM, "Sent") if b"X-Keepwarm-Letter" in m.content]) == 1
    scene.at("2026-03-02 11:00")
    scene.writes(BEN, TEAM, "Re: Site", "Done.", scene.writes(DANA, BEN, "Site", "Could you look at it?"))
    scene.servers.drop = "after delivery"
    scene.tick()
    scene.servers.drop = ""
    scene.run("2026-03-02 14:00")
    assert the_letter(scene, "Ben").state is State.UNPROVABLE
    assert scene.subjects(BEN) == ["Re: Site"]


@pytest.mark.parametrize("how", ["bcc", "append", "server"])
def test_what_the_owner_is_told_is_never_copied_to_the_shared_mailbox(scene, how):
    """Contractors who triage it must not read about themselves."""
    scene.policy(scene.rules_text + IDEA, copies(how))
    scene.tick()
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "A thought", "#idea: a calendar for all of us")
    scene.tick()
    assert len(scene.letters(DANA)) == 1
    assert [recipients for _, recipients, _ in scene.servers.accepted] == [(DANA,)]
    kept = (mail for name in ("INBOX", "Sent") for mail in scene.servers.mailbox(TEAM, name))
    assert not [mail for mail in kept if b"X-Keepwarm-Letter" in mail.content]


def as_a_provider_keeps_it(scene, monkeypatch):
    """Submission as at Microsoft 365: the id is another one, the old one is in a header, a copy lies in Sent."""
    take = scene.servers.take

    async def rewritten(sender, recipients, content):
        old = re.search(rb"(?im)^message-id: *<(.*?)>", content)[1]
        new = b"<rewritten-" + old + b">"
        content = content.replace(b"<" + old + b">", new)
        content = b"X-Microsoft-Original-Message-ID: <" + old + b">\r\n" + content
        await take(sender, recipients, content)
        if TEAM not in recipients:
            await scene.servers._store(TEAM, content, scene.now, "Sent", ("\\Seen",))

    monkeypatch.setattr(scene.servers, "take", rewritten)


@pytest.mark.parametrize("how", ["server", "bcc"])
@pytest.mark.parametrize("drop", ["", "after delivery"])
def test_a_rewritten_message_id_is_kept_and_answers_to_it_find_their_letter(scene, monkeypatch, how, drop):
    as_a_provider_keeps_it(scene, monkeypatch)
    a_thank_you_is_due(scene, copies(how))
    scene.servers.drop = drop
    scene.tick()
    scene.servers.drop = ""
    scene.run("2026-03-02 14:00")
    letter = the_letter(scene)
    assert (letter.state, scene.subjects(MARIA)) == (State.SENT, ["Re: Logo"])
    assert letter.alias == f"rewritten-{letter.message_id}"
    answer = scene.writes(MARIA, TEAM, "Re: Logo", "You are welcome!", f"<{letter.alias}>")
    scene.tick()
    story = scene.story("Maria")
    assert story.conversation_of[answer.strip("<>")] == story.messages[0].key


# -- refused, put off, away -----------------------------------------------------------------------------------


def test_a_server_that_is_away_costs_no_letter_anything_and_is_asked_once_a_tick(scene):
    a_thank_you_is_due(scene)
    refused = scene.servers.smtp_port
    scene.keepwarm.wires.postman.close()
    scene.policy(scene.rules_text, (f":{refused}", ":1"))
    scene.tick()
    letter = the_letter(scene)
    assert (letter.state, letter.attempts) == (State.WAITING, 0)
    assert "cannot be reached" in scene.keepwarm.trouble or "refuse" in scene.keepwarm.trouble
    scene.now += timedelta(seconds=5)
    scene.tick()
    assert scene.keepwarm.wires.failures == 1, "it rests"
    assert scene.keepwarm.trouble
    scene.policy(scene.rules_text)
    scene.tick()
    assert scene.subjects(MARIA) == ["Re: Logo"]
    assert scene.keepwarm.trouble == ""


def test_a_wrong_login_is_trouble_and_no_fault_of_the_letter(scene, monkeypatch):
    a_thank_you_is_due(scene)
    monkeypatch.setenv("OTHER_PASSWORD", "wrong")
    scene.policy(scene.rules_text, ("  password:", "  smtp password: env:OTHER_PASSWORD\n  password:"))
    scene.tick()
    assert the_letter(scene).state is State.WAITING
    assert "refuses the login" in scene.keepwarm.trouble


def test_a_password_that_was_changed_is_looked_for_where_it_lies(scene, tmp_path):
    """Nobody has to start the daemon again, or to touch rules.yaml."""
    place = tmp_path / "password"
    place.write_text("of yesterday")
    scene.policy(
        scene.rules_text,
        ("password: env:KEEPWARM_TEST_PASSWORD", f"password: file:{place}\n  smtp password: file:{place}"),
    )
    with pytest.raises(InboxError, match="refuses the login"):
        scene.tick()
    place.write_text("secret")
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:40")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    scene.tick()
    assert (scene.subjects(MARIA), scene.keepwarm.trouble) == (["Re: Logo"], "")


def test_what_is_put_off_for_hours_is_trouble_and_what_it_was_becomes_stale(scene):
    scene.servers.refuse[MARIA] = (451, "4.7.1 greylisted")
    a_thank_you_is_due(scene)
    scene.run("2026-03-02 11:30", timedelta(minutes=5))
    assert scene.keepwarm.trouble == "", "greylisting is no trouble"
    scene.run("2026-03-02 15:30", timedelta(minutes=5))
    assert "greylisted" in scene.keepwarm.trouble
    assert f"put off letters to {MARIA}." in scene.keepwarm.trouble
    scene.run("2026-03-05 12:00", timedelta(hours=1))
    assert the_letter(scene).state is State.CANCELLED
    assert "stale" in the_letter(scene).reply
    assert scene.why("Thank a quick answer") == [("suppress", the_letter(scene).reply)]
    assert scene.keepwarm.trouble == ""
    assert scene.letters(MARIA) == []


def test_whose_mailbox_is_full_is_told(scene):
    scene.servers.refuse[TEAM] = (452, "4.2.2 mailbox full")
    a_thank_you_is_due(scene)
    scene.run("2026-03-02 15:30", timedelta(minutes=5))
    assert f"mailbox full (said of the copy to {TEAM})" in scene.keepwarm.trouble


def test_a_line_that_breaks_off_at_every_letter_for_hours_is_trouble(scene):
    """Something on the way that lets no letter's body through, say: each try is a doubt, and nobody would be told."""

    def cuts(direction, data, line):
        if direction == UP and line.tail == FINAL_DOT:
            raise Cut
        return data

    with Proxy(scene.servers.smtp_port, cuts) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.run("2026-03-02 11:10", timedelta(minutes=5))
        assert scene.keepwarm.trouble == "", "it may be over at the next try"
        scene.run("2026-03-02 13:30", timedelta(minutes=5))
        assert f"Letters to {MARIA} have broken off" in scene.keepwarm.trouble
        assert "was lost" in scene.keepwarm.trouble
        proxy.fault = None
        scene.run("2026-03-02 14:30", timedelta(minutes=5))
    assert (scene.subjects(MARIA), scene.keepwarm.trouble) == (["Re: Logo"], "")


def test_an_address_that_is_refused_at_once_is_not_tried_again_until_somebody_writes_from_there(scene):
    scene.servers.refuse[MARIA] = (550, "5.1.1 no such mailbox")
    a_thank_you_is_due(scene)
    scene.tick()
    scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.run("2026-03-03 12:00")
    assert the_letter(scene).state is State.REFUSED
    whys = [d.why for d in scene.story("Maria").decisions.values() if d.rule == "Chase"]
    assert whys == [f"mail to {MARIA} is refused (550 5.1.1 no such mailbox)"]
    del scene.servers.refuse[MARIA]
    question = scene.writes(DANA, MARIA, "Site", "Could you look at the site?")
    scene.writes(MARIA, TEAM, "Re: Site", "Done, it is all there.", question)
    scene.run("2026-03-03 16:00")
    assert scene.subjects(MARIA) == ["Re: Site"]


def test_the_back_off_ends_however_often_a_letter_was_put_off(scene):
    scene.servers.refuse[MARIA] = (451, "later")
    a_thank_you_is_due(scene)
    scene.tick()
    books = scene.keepwarm.books
    letter = the_letter(scene)
    books.commit(letter.contractor, [replace(letter, attempts=5000, next_at=scene.now)])
    scene.tick()
    assert scene.keepwarm.books.letters[letter.token].next_at - scene.now == timedelta(seconds=4000)


def test_notes_in_a_mail_that_the_owners_server_refuses_are_told_the_next_day(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.servers.refuse[DANA] = (550, "5.7.1 not today")
    scene.run("2026-03-02 21:00")
    assert "not today" in scene.keepwarm.trouble
    del scene.servers.refuse[DANA]
    scene.run("2026-03-03 16:00")
    assert scene.keepwarm.trouble == ""
    [mail] = scene.letters(DANA)
    assert "Invoice" in mail.raw.text.decode()
    scene.run("2026-03-05 16:00")
    assert len(scene.letters(DANA)) == 1


STAGES = [(b"MAIL", True), (b"RCPT", False), (b"DATA", False), (b".", False)]


@pytest.mark.parametrize(("stage", "about_us"), STAGES)
@pytest.mark.parametrize("code", [b"451 4.3.0 not now", b"550 5.7.1 never"])
def test_a_no_at_each_stage_of_the_dialogue(scene, stage, about_us, code):
    with Proxy(scene.servers.smtp_port, answering(stage, code)) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
        letter, trouble = the_letter(scene), scene.keepwarm.trouble
        proxy.fault = None
        scene.run("2026-03-02 12:00")
        scene.run("2026-03-03 20:00", timedelta(hours=2))
    if about_us:  # the sender: no letter can help it
        assert (letter.state, code.decode() in trouble) == (State.WAITING, True)
        assert trouble.startswith("The SMTP server 127.0.0.1 takes no letters")
    if about_us or code.startswith(b"4"):
        assert scene.subjects(MARIA) == ["Re: Logo"]
        return
    assert letter.state is State.REFUSED
    assert code.decode() in letter.reply
    assert scene.letters(MARIA) == []
    assert "never" in "".join(mail.raw.text.decode() for mail in scene.letters(DANA))


OF_US = [  # Postfix, at RCPT; Exim; Exchange; Microsoft 365, once it has the letter
    (b"RCPT", b"553 5.7.1 <team@acme.example>: Sender address rejected: not owned by user team@acme.example"),
    (b"RCPT", b"554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied"),
    (b"RCPT", b"550 Sender verify failed"),
    (b"MAIL", b"550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    (b".", b"554 5.2.252 SendAsDenied; team@acme.example not allowed to send as dana@acme.example"),
]
SENT_ENOUGH = [  # Gmail; cPanel; Microsoft 365
    (b".", b"550 5.4.5 Daily user sending limit exceeded."),
    (b"RCPT", b"550 Domain acme.example has exceeded the max emails per hour (25/25 (100%)) allowed."),
    (b".", b"554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; quota was exceeded"),
]


@pytest.mark.parametrize(("stage", "said"), [*OF_US, *SENT_ENOUGH])
def test_a_never_that_is_said_of_our_side_is_no_fault_of_the_letter(scene, stage, said):
    with Proxy(scene.servers.smtp_port, answering(stage, said)) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
        letter, trouble = the_letter(scene), scene.keepwarm.trouble
        proxy.fault = None
        scene.run("2026-03-02 12:00")
    kept = State.WAITING if stage == b"MAIL" else State.DEFERRED
    assert (letter.state, said.decode() in trouble) == (kept, True)
    advice = "from us; check `address:`" if (stage, said) in OF_US else "right now. It says: 55"
    assert f"takes no letters {advice}" in trouble, "nothing in rules.yaml is wrong where enough was sent"
    assert scene.subjects(MARIA) == ["Re: Logo"]


def test_what_seems_to_be_said_of_our_side_may_be_said_of_one_reader_alone(scene):
    """Postfix says the same where a sender may write to some only (restriction classes): the others get theirs."""
    scene.servers.refuse[BEN] = (554, "5.7.1 <team@acme.example>: Sender address rejected: Access denied")
    scene.tick()
    scene.at("2026-03-02 10:00")
    asked = {who: scene.writes(DANA, who, f"Logo for {who}", "Could you send it?") for who in (BEN, MARIA)}
    for who, question in asked.items():
        scene.now += timedelta(minutes=10)
        scene.writes(who, TEAM, f"Re: Logo for {who}", "Here it is.", question)
    scene.run("2026-03-02 11:00", timedelta(minutes=1))
    assert (scene.subjects(MARIA), scene.subjects(BEN)) == ([f"Re: Logo for {MARIA}"], [])
    del scene.servers.refuse[BEN]
    scene.run("2026-03-02 12:00", timedelta(minutes=5))
    assert scene.subjects(BEN) == [f"Re: Logo for {BEN}"]


def test_a_reader_whose_mailbox_is_full_is_the_fault_of_one_letter(scene):
    said = b"552 5.2.2 <maria@contract.example>: over quota; daily receiving limit exceeded"
    with Proxy(scene.servers.smtp_port, answering(b"RCPT", said)) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
    assert (the_letter(scene).state, scene.keepwarm.trouble) == (State.REFUSED, "")


def test_a_reader_whose_server_refuses_our_address_is_the_fault_of_one_letter(scene):
    """Postfix asks the reader's server first (reject_unverified_recipient), and says what that one said."""
    said = b"550 5.1.1 <x>: Recipient address rejected: undeliverable: mx said: 553 Sender address rejected"
    with Proxy(scene.servers.smtp_port, answering(b"RCPT", said)) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
    assert the_letter(scene).state is State.REFUSED


def test_a_server_that_greets_us_and_takes_no_letter_of_ours_is_left_alone_longer_each_time(scene):
    tries = []

    def never(direction, data, line):
        if data.upper().startswith(b"MAIL"):
            tries.append(scene.now)
        return says_no(direction, data, line)

    says_no = answering(b"MAIL", b"550 5.7.1 never")
    with Proxy(scene.servers.smtp_port, never) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.run("2026-03-02 12:00", timedelta(minutes=1))
        assert "never" in scene.keepwarm.trouble
        assert 4 <= len(tries) <= 14
        proxy.fault = None
        scene.run("2026-03-02 12:20", timedelta(minutes=1))
    assert (scene.subjects(MARIA), scene.keepwarm.trouble) == (["Re: Logo"], "")


@pytest.mark.parametrize("copied", [True, False])
def test_a_line_that_dies_at_the_word_data_leaves_no_doubt(scene, copied):
    def dies(direction, data, line):
        if data.startswith((b"DATA", b"data")):
            raise Cut
        return data

    if not copied:
        scene.servers.refuse[TEAM] = (550, "no copies here")
    with Proxy(scene.servers.smtp_port, dies) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
        assert the_letter(scene).state is State.WAITING
        proxy.fault = None
        scene.now += timedelta(seconds=30)
        scene.tick()
    assert (the_letter(scene).state, scene.subjects(MARIA)) == (State.SENT, ["Re: Logo"])


def test_a_way_out_that_failed_is_asked_again_though_nothing_is_due(scene):
    a_thank_you_is_due(scene)
    scene.policy(scene.rules_text, (f":{scene.servers.smtp_port}", ":1"))
    scene.tick()
    assert scene.keepwarm.trouble
    scene.at("2026-03-02 19:00")  # Maria's day is over, and the letter waits for the next one
    scene.tick()
    assert scene.keepwarm.trouble, "nobody has seen it work"
    scene.policy(scene.rules_text)
    scene.tick()
    assert scene.keepwarm.trouble == ""


# -- in doubt -------------------------------------------------------------------------------------------------


def in_doubt(scene):
    """Maria's letter, whose line died before the server had it; and what it was."""
    scene.servers.drop = "before delivery"
    a_thank_you_is_due(scene)
    scene.tick()
    scene.servers.drop = ""
    letter = the_letter(scene)
    assert (letter.state, letter.provable) == (State.ATTEMPTED, True)
    return letter.content.encode("ascii")


def test_in_doubt_nothing_is_tried_before_the_grace_is_over(scene):
    in_doubt(scene)
    scene.run("2026-03-02 10:54", timedelta(minutes=2))
    assert scene.letters(MARIA) == []
    scene.run("2026-03-02 10:58", timedelta(minutes=2))
    assert scene.subjects(MARIA) == ["Re: Logo"]
    [(_, _, content)] = scene.servers.accepted
    assert message_from_bytes(content)["Message-ID"].strip("<>") == the_letter(scene).message_id


def test_a_server_that_is_silent_at_the_final_dot_holds_up_a_tick_once(scene, monkeypatch):
    """Three minutes a letter: thirty of them would stop all reading for an hour and a half, and all be in doubt."""
    monkeypatch.setattr("mail.smtp.delivery.FINAL_DOT_SECONDS", 0.3)
    with Proxy(scene.servers.smtp_port) as proxy:
        a_thank_you_is_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        question = scene.writes(DANA, BEN, "Logo", "Could you send the logo?")
        scene.writes(BEN, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
        scene.keepwarm.wires.postman._settings = replace(scene.keepwarm.wires.postman._settings, timeout=0.3)
        proxy.fault = silent_from(proxy, DOT)
        scene.tick()
        assert proxy.happened["silent"] == 1
        assert "did not answer within" in scene.keepwarm.trouble
        proxy.fault = None
        scene.run("2026-03-02 11:30", timedelta(minutes=1))
    assert scene.keepwarm.trouble == ""
    assert [scene.subjects(who) for who in (MARIA, BEN)] == [["Re: Logo"], ["Re: Logo"]]


def test_a_copy_that_comes_while_the_gates_hold_the_second_try_counts(scene):
    scene.policy()
    scene.tick()
    scene.at("2026-03-02 16:30")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 16:55")  # 17:55 in Madrid, where work ends at 18:00
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    scene.servers.drop = "before delivery"
    scene.tick()
    scene.servers.drop = ""
    content = the_letter(scene).content.encode("ascii")
    scene.run("2026-03-02 18:00")
    assert the_letter(scene).state is State.WAITING, "the grace is over, and Maria's day too"
    for address in (MARIA, TEAM):  # the server had it after all
        scene.servers.deliver_to(address, content, scene.now)
    scene.run("2026-03-03 12:00")
    assert the_letter(scene).state is State.SENT
    assert scene.servers.accepted == []


@pytest.mark.parametrize("folder", ["INBOX", "Junk"])
def test_a_second_try_in_doubt_looks_for_the_first_one_too(scene, monkeypatch, folder):
    """The first try's copy arrives just after the look, perhaps where nothing is read, and the second line dies too."""
    content = in_doubt(scene)
    look, late = scene.keepwarm.inbox.find_letter, [MARIA, TEAM]

    def a_copy_comes_late(*args):
        found = look(*args)
        if the_letter(scene).state is State.WAITING or scene.now >= scene.now.replace(hour=10, minute=55):
            while late:
                address = late.pop()
                where = folder if address == TEAM else "INBOX"
                scene.servers.deliver_to(address, content, scene.now, where)
        return found

    monkeypatch.setattr(scene.keepwarm.inbox, "find_letter", a_copy_comes_late)
    scene.servers.drop = "before delivery"
    scene.at("2026-03-02 11:00")
    scene.tick()
    scene.servers.drop = ""
    scene.run("2026-03-02 13:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    assert the_letter(scene).state is State.SENT


def test_a_letter_in_doubt_beside_a_mail_that_is_withheld_is_given_up_after_three_days(scene):
    def withholding(direction, data, line):
        """The last mail's header is not to be had, alone or together with others."""
        if direction == UP and b"X-KEEPWARM-LETTER" in data:
            named = {int(uid) for uid in re.findall(rb"\d+", data.split()[3])}
            uids.update(named)
            if max(uids) in named:
                return no(direction, data, line)
        return data

    uids, no = set(), refusing(b"UID FETCH", b"NO [SERVERBUG] Internal error")
    with Proxy(scene.servers.imap_port, withholding) as proxy:
        scene.servers.drop = "before delivery"
        a_thank_you_is_due(scene, (f":{scene.servers.imap_port}", f":{proxy.port}"))
        scene.tick()
        scene.servers.drop = ""
        for subject in ("Newsletter", "Another"):
            scene.writes("shop@shop.example", TEAM, subject, "Everything must go.")
        scene.run("2026-03-05 10:30", timedelta(hours=1))
        assert the_letter(scene).state is State.ATTEMPTED
        scene.run("2026-03-06 20:00", timedelta(hours=1))
    assert the_letter(scene).state is State.UNPROVABLE
    assert scene.letters(MARIA) == []
    assert "Did this letter go out?" in "".join(mail.raw.text.decode() for mail in scene.letters(DANA))


def test_the_grace_counts_anew_when_the_mailbox_was_away_or_the_clock_was_set(scene):
    in_doubt(scene)
    scene.at("2026-03-02 12:00")
    scene.keepwarm.start_over(scene.now)
    scene.run("2026-03-02 12:14", timedelta(minutes=7))
    assert scene.letters(MARIA) == []
    scene.run("2026-03-02 12:16", timedelta(minutes=1))
    assert scene.subjects(MARIA) == ["Re: Logo"]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=364)])
def test_a_clock_that_is_set_back_holds_no_letter_for_long(scene, back):
    in_doubt(scene)
    scene.writes(BEN, TEAM, "Re: Site", "Done.", scene.writes(DANA, BEN, "Site", "Could you look at it?"))
    scene.servers.refuse[BEN] = (451, "later")
    scene.tick()
    assert the_letter(scene, "Ben").state is State.DEFERRED
    del scene.servers.refuse[BEN]
    scene.now -= back
    scene.keepwarm.start_over(scene.now)
    for _ in range(90):
        scene.now += timedelta(minutes=1)
        scene.tick()
    scene.now += timedelta(minutes=90)
    scene.tick()
    assert (the_letter(scene).state, the_letter(scene, "Ben").state) in (
        (State.SENT, State.SENT),
        (State.CANCELLED, State.CANCELLED),
    )
    assert len(scene.letters(MARIA)) <= 1


def test_a_letter_to_the_owner_in_doubt_goes_out_once_more(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.run("2026-03-02 19:00")
    scene.servers.drop = "before delivery"
    scene.run("2026-03-02 20:00")
    scene.servers.drop = ""
    scene.run("2026-03-02 21:00")
    assert len(scene.letters(DANA)) == 1


# -- the disk, the drafts, the limit --------------------------------------------------------------------------


class FullStore(MemoryStore):
    """Takes nothing while the disk is full."""

    full = False
    full_after_attempt = False

    def commit_many(self, facts):
        if self.full:
            raise StoreError("The disk that holds the data is full.")
        facts = {name: list(added) for name, added in facts.items()}
        super().commit_many(facts)
        states = [getattr(fact, "state", "") for added in facts.values() for fact in added]
        if self.full_after_attempt and State.ATTEMPTED in states:
            self.full = True


@pytest.mark.parametrize("how", ["bcc", "append"])
def test_an_answer_that_the_full_disk_could_not_take_is_remembered(scene, how):
    scene.store = FullStore()
    a_thank_you_is_due(scene, copies(how))
    scene.store.full_after_attempt = True
    with pytest.raises(StoreError):
        scene.tick()
    with pytest.raises(StoreError):
        scene.tick()
    scene.store.full = scene.store.full_after_attempt = False
    scene.at("2026-03-02 11:30")
    scene.tick()
    assert (the_letter(scene).state, scene.subjects(MARIA)) == (State.SENT, ["Re: Logo"])


def test_nothing_goes_out_that_the_full_disk_could_not_note(scene):
    scene.store = FullStore()
    a_thank_you_is_due(scene)
    scene.store.full = True
    for _ in range(3):
        with pytest.raises(StoreError):
            scene.tick()
    assert scene.servers.accepted == []
    scene.store.full = False
    scene.tick()
    assert scene.subjects(MARIA) == ["Re: Logo"]


def test_of_a_full_disk_the_owner_is_told_all_the_same_and_once(scene):
    scene.store = FullStore()
    scene.policy()
    scene.tick()
    scene.store.full = True
    for _ in range(5):
        scene.now += timedelta(minutes=10)
        since = datetime(2026, 3, 2, 8, tzinfo=UTC)
        scene.keepwarm.tell_owner(
            "owner/trouble", "trouble/1", {"problem": "The disk is full."}, since, scene.now
        )
    assert len(scene.letters(DANA)) == 1


def test_while_the_owner_is_told_of_trouble_no_contractor_is_written_to(scene):
    """The mailbox may be away then, and in it the answer that makes a letter needless."""
    scene.servers.refuse[MARIA] = (450, "later")
    a_thank_you_is_due(scene)
    scene.tick()
    assert the_letter(scene).state is State.DEFERRED
    scene.servers.refuse.clear()
    scene.now += timedelta(hours=1)
    problem = {"problem": "The mailbox is away."}
    assert scene.keepwarm.tell_owner("owner/trouble", "trouble/1", problem, scene.now, scene.now) == ""
    assert (len(scene.letters(DANA)), scene.letters(MARIA)) == (1, [])
    scene.tick()
    assert scene.subjects(MARIA) == ["Re: Logo"]


def two_thank_yous_are_due(scene, *edits):
    a_thank_you_is_due(scene, *edits)
    scene.at("2026-03-02 10:41")
    question = scene.writes(DANA, BEN, "Map", "Could you send the map?")
    scene.at("2026-03-02 10:50")
    scene.writes(BEN, TEAM, "Re: Map", "Here it is.", question)


def test_a_daemon_that_is_asked_to_stop_begins_no_further_letter(scene):
    def asked_to_stop(direction, data, line):
        if direction == UP and line.tail == FINAL_DOT:
            scene.keepwarm.wind_up()
        return data

    with Proxy(scene.servers.smtp_port, asked_to_stop) as proxy:
        two_thank_yous_are_due(scene, (f":{scene.servers.smtp_port}", f":{proxy.port}"))
        scene.tick()
        assert len(scene.letters(MARIA)) + len(scene.letters(BEN)) == 1
        proxy.fault = None
        scene.restart()
        scene.tick()
    assert (len(scene.letters(MARIA)), len(scene.letters(BEN))) == (1, 1)


def test_a_fault_at_one_letter_keeps_no_other_and_is_told(scene):
    scene.servers.refuse |= {MARIA: (450, "later"), BEN: (450, "later")}
    two_thank_yous_are_due(scene)
    scene.tick()
    scene.servers.refuse.clear()
    spoilt = the_letter(scene)
    scene.keepwarm.books.commit(spoilt.contractor, [replace(spoilt, content="Grüße")])  # no bytes of ours
    scene.now += timedelta(minutes=30)
    with pytest.raises(UnicodeEncodeError):
        scene.tick()
    assert (len(scene.letters(MARIA)), len(scene.letters(BEN))) == (0, 1)


class PartlyIll(MemoryStore):
    """Takes nothing into the file of one relationship, or nothing of what it keeps is sure to last."""

    ill = ""

    def commit_many(self, facts):
        if self.ill in facts and self.ill != OWNER:
            raise StoreError("The disk that holds the data reports errors.")
        super().commit_many(facts)
        if self.ill in facts:
            raise StoreError("The folder that holds the data could not be flushed.")


@pytest.mark.parametrize("whose", ["Maria's", "the owner's"])
def test_of_trouble_with_one_file_the_owner_is_told_once(scene, whose):
    """One mail, whether it was written down itself, and another letter's file failed, or only seemed not to be."""
    scene.store = PartlyIll()
    scene.policy()
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Logo", "Which one do you want?")
    scene.servers.refuse[DANA] = (450, "later")
    scene.run("2026-03-02 19:00")
    scene.servers.refuse.clear()
    [note] = [x for x in scene.story("Maria").letters.values() if x.reader is Side.OWNER]
    scene.store.ill = note.contractor if whose == "Maria's" else OWNER
    since = scene.now
    for _ in range(5):
        scene.now += timedelta(minutes=40)
        with suppress(StoreError):
            scene.tick()
        problem = {"problem": "The disk reports errors."}
        scene.keepwarm.tell_owner("owner/trouble", "trouble/1", problem, since, scene.now)
    scene.store.ill = ""
    scene.keepwarm.start_over(scene.now)
    scene.tick()
    assert sum("trouble" in subject for subject in scene.subjects(DANA)) == 1


def test_whoever_was_told_of_trouble_is_told_of_its_end_and_what_comes_and_goes_is_one_story(scene):
    scene.tick()
    alarm = Alarm(scene.keepwarm, Patience())

    def trouble(minutes: int, rest: int = 10) -> None:
        """It lasts so long, and is over for so long."""
        for act in (*[alarm.bad] * minutes, *[lambda _, now: alarm.good(now)] * rest):
            scene.now += timedelta(minutes=1)
            act("The IMAP server is away.", scene.now)

    told = [("trouble", 1), ("trouble-over", 1)]
    for minutes, mails in ((20 * 60, 1), (40, 2), (40, 2), (40, 2)):
        trouble(minutes)
        sent = Counter(x.template.removeprefix("owner/") for x in scene.store.load(OWNER).letters.values())
        assert sent == Counter({name: n * mails for name, n in told})
    assert len(scene.letters(DANA)) == 4


@pytest.mark.parametrize(
    ("offline", "clock_back"), [(True, timedelta()), (False, timedelta(days=2))], ids=["offline", "set back"]
)
def test_the_end_of_trouble_is_said_although_no_mail_goes_out_then_or_the_clock_is_set_back(
    scene, offline, clock_back
):
    scene.tick()
    alarm = Alarm(scene.keepwarm, Patience())
    for minute in range(40):
        alarm.bad("The IMAP server is away.", scene.now + timedelta(minutes=minute))
    scene.servers.offline = offline
    scene.servers.hang_up()
    scene.now += timedelta(minutes=41) - clock_back
    alarm.good(scene.now)
    assert alarm.is_on is offline
    scene.servers.offline = False
    for minute in range(1, 4):
        alarm.good(scene.now + timedelta(minutes=minute))
    assert scene.subjects(DANA) == [
        "Keepwarm has trouble: The IMAP server is away.",
        "Keepwarm works again",
    ]
    assert not alarm.is_on


def test_a_minute_of_trouble_before_the_clock_was_set_back_has_no_end_to_be_told(scene):
    """A machine that starts without a network, and with its clock hours ahead."""
    scene.tick()
    alarm = Alarm(scene.keepwarm, Patience())
    alarm.bad("The IMAP server is away.", scene.now)
    scene.now += timedelta(minutes=1) - timedelta(hours=3)
    alarm.good(scene.now)
    assert (scene.subjects(DANA), alarm.is_on) == ([], False)


@pytest.mark.parametrize("folder", ["INBOX", "Junk"])
@pytest.mark.parametrize("taken", [True, False])
def test_a_letter_put_off_at_its_final_dot_is_looked_for_before_it_is_tried_again(scene, folder, taken):
    """A server that runs out of time there has taken it, perhaps; here the copy is changed, or filtered away."""
    a_thank_you_is_due(scene)
    scene.servers.refuse_data = (451, "4.3.0 out of time")
    scene.tick()
    scene.servers.refuse_data = None
    letter = the_letter(scene)
    assert letter.state is State.DEFERRED
    if taken:
        copy = letter.content.encode()
        scene.servers.deliver_to(MARIA, copy, scene.now)
        if folder == "INBOX":
            changed = b"Message-ID: <new@x.example>\r\nX-Microsoft-Original-Message-ID"
            copy = copy.replace(b"Message-ID", changed, 1).replace(b"X-Keepwarm-Letter", b"X-Gone")
        scene.servers.deliver_to(TEAM, copy, scene.now, folder)
    scene.run("2026-03-02 12:00", timedelta(minutes=5))
    assert (the_letter(scene).state, scene.subjects(MARIA)) == (State.SENT, ["Re: Logo"])


def test_what_was_put_off_at_its_final_dot_is_not_looked_for_while_the_gates_hold_it(scene, monkeypatch):
    """Else each tick of a night or a weekend reads all mail since, once for every such letter."""
    scene.tick()
    scene.at("2026-03-02 16:30")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 16:55")  # 17:55 in Madrid, where work ends at 18:00
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    scene.servers.refuse_data = (451, "4.7.1 Service unavailable - try again later")
    scene.tick()
    scene.servers.refuse_data = None
    look, looked_at = scene.keepwarm.inbox.find_letter, []

    def noted(*args):
        looked_at.append(scene.now)
        return look(*args)

    monkeypatch.setattr(scene.keepwarm.inbox, "find_letter", noted)
    scene.run("2026-03-03 06:00")
    assert (the_letter(scene).state, looked_at) == (State.DEFERRED, [])
    scene.run("2026-03-03 12:00")
    assert (scene.subjects(MARIA), len(looked_at)) == (["Re: Logo"], 1)


def test_an_owner_whose_server_refused_our_mail_for_a_while_is_tried_again_and_told(scene):
    scene.tick()
    alarm = Alarm(scene.keepwarm, Patience())
    scene.servers.refuse[DANA] = (550, "5.7.1 blocked")

    def hours(number: int) -> None:
        for _ in range(number * 12):
            scene.now += timedelta(minutes=5)
            scene.tick()
            if scene.keepwarm.trouble:
                alarm.bad(scene.keepwarm.trouble, scene.now)
            else:
                alarm.good(scene.now)

    for _ in range(5):
        scene.now += timedelta(minutes=10)
        alarm.bad("The IMAP server is away.", scene.now)
    hours(30)
    assert alarm.is_on
    tried = [x for x in scene.store.load(OWNER).letters.values() if x.state is State.REFUSED]
    assert len(tried) <= 6
    scene.servers.refuse.clear()
    hours(7)
    assert not alarm.is_on
    assert [subject.partition(":")[0] for subject in scene.subjects(DANA)] == [
        "Keepwarm has trouble",
        "Keepwarm works again",
    ]


def test_a_line_that_breaks_after_each_letter_floods_no_owner(scene):
    """A scanner on the way that takes too long for the answer, say: whatever is sent arrives, and is in doubt."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Logo", "Which one do you want?")
    scene.servers.drop = "after delivery"
    scene.run("2026-03-05 12:00", timedelta(minutes=15))
    assert 2 <= len(scene.letters(DANA)) <= 10
    scene.servers.drop = ""
    scene.run("2026-03-07 12:00", timedelta(minutes=15))
    assert not scene.keepwarm.books.outbox()
    assert scene.keepwarm.trouble == ""


def test_a_draft_among_the_mail_that_is_read_is_no_copy(scene):
    """Gmail shows drafts among all mail; here the folder is named."""
    read = ("password:", "folders: [INBOX, Sent, Drafts]\n  password:")
    a_thank_you_is_due(scene, ("mode: live", "mode: drafts"), read)
    for _ in range(2):
        scene.run("2026-03-02 10:45", timedelta(minutes=2))
        scene.restart()
        scene.tick()
    [draft] = scene.servers.mailbox(TEAM, "Drafts")
    assert "\\Seen" not in draft.flags


def test_a_draft_left_before_a_crash_is_found_and_not_left_twice(scene, monkeypatch):
    a_thank_you_is_due(scene, ("mode: live", "mode: drafts"))
    append = scene.keepwarm.inbox.append

    def dies(*args):
        append(*args)
        raise Died

    monkeypatch.setattr(scene.keepwarm.inbox, "append", dies)
    with pytest.raises(Died):
        scene.tick()
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.run("2026-03-02 12:00")
    assert the_letter(scene).state is State.DRAFTED
    assert len(scene.servers.mailbox(TEAM, "Drafts")) == 1
    assert scene.servers.accepted == []


def test_a_mailbox_without_room_for_a_draft_is_trouble_at_every_tick_and_no_doubt(scene):
    """A doubt waits for a quarter of an hour, in which all seems well: nobody was ever told."""
    full = refusing(b"APPEND", b"NO [OVERQUOTA] Quota exceeded")
    with Proxy(scene.servers.imap_port, full) as proxy:
        a_thank_you_is_due(
            scene, ("mode: live", "mode: drafts"), (f":{scene.servers.imap_port}", f":{proxy.port}")
        )
        for _ in range(3):
            with pytest.raises(InboxError, match="OVERQUOTA"):
                scene.tick()
            assert the_letter(scene).state is State.WAITING
            scene.now += timedelta(minutes=1)
        proxy.fault = None
        scene.tick()
    assert the_letter(scene).state is State.DRAFTED
    assert len(scene.servers.mailbox(TEAM, "Drafts")) == 1


@pytest.mark.parametrize("touched", [False, True])
def test_a_draft_that_became_moot_is_taken_back_unless_somebody_touched_it(scene, touched):
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 11:00")
    [draft] = scene.servers.mailbox(TEAM, "Drafts")
    if touched:  # mail programs put an edited draft in the old one's place, some with all its headers
        scene.keepwarm.inbox.remove_own("Drafts", the_letter(scene).token)
        scene.servers.deliver_to(TEAM, draft.content, scene.now, "Drafts", ["\\Draft"])
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.run("2026-03-03 12:00")
    assert len(scene.servers.mailbox(TEAM, "Drafts")) == touched
    assert the_letter(scene).state is (State.DRAFTED if touched else State.CANCELLED)


def test_a_total_limit_that_is_reached_is_told_once_and_holds(scene):
    scene.policy(scene.rules_text, ("in total: 30 an hour", "in total: 1 an hour"))
    scene.tick()
    for hour in range(10, 14):
        scene.at(f"2026-03-02 {hour}:00")
        for who in (MARIA, BEN):
            question = scene.writes(DANA, who, f"Job {hour}", "Could you look at this?")
            scene.now += timedelta(minutes=10)
            scene.writes(who, TEAM, f"Re: Job {hour}", "Done.", question)
        scene.tick()
        scene.now += timedelta(minutes=20)
        scene.tick()
    scene.run("2026-03-02 15:00")
    told = [x for x in scene.subjects(DANA) if "limit" in x]
    assert len(told) == 1
    assert "1 an hour" in told[0]
    times = sorted(
        x.sent_at for x in scene.keepwarm.books.letters.values() if x.reader is Side.CONTRACTOR and x.sent_at
    )
    assert all(b - a >= timedelta(minutes=59) for a, b in pairwise(times))
    assert len(times) >= 2


def test_a_letter_that_waits_goes_to_no_address_that_has_left_the_rules(scene):
    scene.servers.refuse = {MARIA: (451, "later")}
    a_thank_you_is_due(scene)
    scene.tick()
    assert the_letter(scene).state is State.DEFERRED
    scene.servers.refuse = {}
    scene.policy(scene.rules_text, ("[maria@contract.example]", "[santos@contract.example]"))
    scene.run("2026-03-02 12:00")
    assert the_letter(scene).reply == "cancelled: the address is no longer in rules.yaml"
    assert scene.letters(MARIA) == []


def test_a_provider_that_keeps_copies_itself_is_asked_in_doubt_as_well(scene):
    scene.servers.drop = "before delivery"
    a_thank_you_is_due(scene, copies("server"))
    scene.tick()
    scene.servers.drop = ""
    scene.tick()
    assert the_letter(scene).state is State.ATTEMPTED
    scene.run("2026-03-02 12:00")
    assert the_letter(scene).state is State.SENT
    assert len(scene.letters(MARIA)) == 1
