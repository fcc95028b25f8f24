"""Mailboxes that are set up otherwise than most: a real Dovecot with other stores, namespaces and rights."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.servers.dovecot_settings import spoken
from bench.servers.proxy import DOWN, UP, Cut, Line, Proxy
from mail.imap.inbox import Inbox, InboxError, settings_from_url
from mail.smtp.delivery import Postman
from mail.smtp.submission import settings_from_url as smtp_settings

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN, TOM = "maria@contract.example", "ben@contract.example", "tom@contract.example"
NONE_MADE = {"    auto = subscribe\n": "    auto = no\n"}
UNDER_INBOX = NONE_MADE | {"  separator = /\n": "  separator = .\n  prefix = INBOX.\n"}
# What follows says the same twice: as Dovecot before 2.4 wants to hear it, and as later ones do.
LOCKS = "mbox_lock_timeout = 1 secs\nmbox_read_locks = fcntl\nmbox_write_locks = fcntl"
MBOX = (
    {"mail_location = sdbox:~/mail": f"mail_location = mbox:~/mail:INBOX=~/inbox\n{LOCKS}"},
    {"mail_driver = sdbox": f"mail_driver = mbox\nmail_inbox_path = ~/inbox\n{LOCKS}"},
)
ALL = """
  prefix = virtual/
  separator = /
  mailbox All {
    special_use = \\All
    auto = subscribe
  }
}
"""
ALL_MAIL = (
    """
mail_plugins = $mail_plugins virtual
namespace virtual {
  location = virtual:{root}/virtual:INDEX=~/virtual
"""
    + ALL,
    """
mail_plugins {
  virtual = yes
}
namespace virtual {
  mail_driver = virtual
  mail_path = {root}/virtual
  mail_index_path = ~/virtual
"""
    + ALL,
)
OTHERS = """
namespace shared {
  type = shared
  separator = /
  subscriptions = no
  list = yes
"""
SHARED = (
    """
mail_plugins = $mail_plugins acl
protocol imap {
  mail_plugins = $mail_plugins imap_acl
}
plugin {
  acl = vfile
  acl_shared_dict = file:{root}/homes/shared-mailboxes
}
"""
    + OTHERS
    + """
  prefix = shared/%%u/
  location = sdbox:%%h/mail
}
""",
    """
mail_plugins {
  acl = yes
}
protocol imap {
  mail_plugins {
    imap_acl = yes
  }
}
acl_driver = vfile
acl_sharing_map {
  dict file {
    path = {root}/homes/shared-mailboxes
  }
}
"""
    + OTHERS
    + """
  prefix = shared/$user/
  mail_path = %{owner_home}/mail
}
""",
)
LETTER = (
    b"From: team@acme.example\r\nTo: maria@contract.example\r\nX-Keepwarm-Letter: t0ken\r\n"
    b"Message-ID: <t0ken@acme.example>\r\nSubject: Hello\r\n\r\nHello.\r\n"
)


def inbox_of(bench, url: str = "") -> Inbox:
    return Inbox(settings_from_url(url or bench.mail.imap_url, TEAM, bench.mail.password, timeout=20))


def answers_quickly(bench, subject: str, sent: str = "Sent") -> None:
    """Maria answers a question within half an hour: a thank-you is due."""
    asked = _written(DANA, MARIA, subject, f"<{subject}@acme.example>", 30)
    bench.mail.deliver_to(TEAM, asked, datetime.now(UTC) - timedelta(minutes=30), sent)
    answer = _written(MARIA, TEAM, f"Re: {subject}", f"<re-{subject}@contract.example>", 0)
    answer = answer.replace(b"Subject:", f"In-Reply-To: <{subject}@acme.example>\r\nSubject:".encode())
    bench.mail.deliver_to(TEAM, answer, datetime.now(UTC))


def _written(sender: str, to: str, subject: str, name: str, minutes: int) -> bytes:
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    head = f"From: {sender}\r\nTo: {to}\r\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: {name}\r\n"
    return f"{head}Subject: {subject}\r\n\r\nHere is the plan.\r\n".encode()


def begun(bench):
    """The first run is over, and what follows lies after it."""
    bench.once()
    time.sleep(1.1)  # mail servers count in whole seconds
    return bench


# -- folders are made where the server has them -----------------------------------------------------------------


def test_a_draft_where_all_folders_lie_under_inbox_and_none_is_for_drafts(odd_bench) -> None:
    bench = odd_bench(UNDER_INBOX)
    bench.write(bench.text, ("mode: live", "mode: drafts"))
    begun(bench)
    for job in ("one", "two"):
        answers_quickly(bench, job, "INBOX.Outbox")
        assert bench.once()["composed"] == 1
        bench.write(bench.text, ("mode: live", "mode: drafts"), ("    at most: once in 2 weeks\n", ""))
    assert len(bench.mail.mailbox(TEAM, "INBOX.Drafts")) == 2


def test_a_copy_where_all_folders_lie_under_inbox_and_none_is_for_what_is_sent(odd_bench) -> None:
    bench = odd_bench(UNDER_INBOX)
    bench.write(bench.text, ("mailbox:\n", "mailbox:\n  copies: append\n"))
    answers_quickly(begun(bench), "one", "INBOX.Outbox")
    assert bench.once()["sent"] == 1
    assert len(bench.mail.mailbox(TEAM, "INBOX.Sent")) == 1


def test_a_question_in_either_of_two_folders_for_sent_mail_lies_in_one(odd_bench) -> None:
    """Dovecot's own example has "Sent" and "Sent Messages", both announced as \\Sent."""
    apple = (
        '  mailbox "Sent Messages" {\n    auto = subscribe\n    special_use = \\Sent\n  }\n  mailbox Trash {'
    )
    bench = odd_bench({"  mailbox Trash {": apple})
    private = "dana@private.example"
    bench.write(bench.text, ("email: [dana@acme.example]", f"email: [dana@acme.example, {private}]"))
    begun(bench)
    for person, where in ((MARIA, "Sent"), (BEN, "Sent Messages")):
        asked = _written(private, person, "Logo?", f"<logo.{person}>", 0)
        bench.mail.deliver_to(TEAM, asked, datetime.now(UTC), where)
    bench.wait(lambda: bench.once() and len(bench.mail._look(MARIA, "INBOX")))
    assert len(bench.mail.arrived(BEN, 1)) == 1


# -- a folder that shows the mail of all others -------------------------------------------------------------------


@pytest.fixture
def all_mail(odd_bench):
    bench = odd_bench(more=spoken(*ALL_MAIL))
    (bench.mail.dovecot.root / "virtual" / "All").mkdir(parents=True)
    (bench.mail.dovecot.root / "virtual" / "All" / "dovecot-virtual").write_text("*\n-Trash\n  all\n")
    return bench


def test_a_copy_that_a_view_of_all_mail_shows_is_filed_once(all_mail) -> None:
    """It appears there anew wherever it is moved: it was moved on and on, as fast as the server could."""
    answers_quickly(begun(all_mail), "one")
    assert all_mail.once()["sent"] == 1
    all_mail.mail.arrived(TEAM, 3, "virtual/All")
    assert all_mail.once()["read"] < 5
    assert all_mail.once()["read"] == 0
    with all_mail.mail.dovecot.client(TEAM) as client:
        client.select_folder("Sent", readonly=True)
        assert client.search() == [1, 2]
        assert b"\\Seen" in client.get_flags([2])[2]


def test_a_draft_in_doubt_is_a_draft_though_a_view_of_all_mail_shows_it_too(all_mail) -> None:
    def dying(direction: str, data: bytes, line: Line) -> bytes:
        line.counts["append"] += direction == UP and b" APPEND " in data
        if direction == DOWN and line.counts["append"] and b"Append completed" in data:
            raise Cut
        return data

    with Proxy(all_mail.mail.dovecot.imap_port) as proxy:
        all_mail.mail.imap_url = f"imap://127.0.0.1:{proxy.port}"
        all_mail.write(all_mail.text, ("mode: live", "mode: drafts"))
        answers_quickly(begun(all_mail), "one")
        proxy.fault = dying
        assert all_mail.command("run", "--once", ok=False).returncode == 1
        proxy.fault = None
        assert all_mail.once()["sent"] == 0
    [row] = [row for row in all_mail.rows("why") if row["rule"] == "Thank a quick answer"]
    assert "left as a draft" in row["why"]
    assert len(all_mail.mail.mailbox(TEAM, "Drafts")) == 1


# -- folders that cannot be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_a_folder_that_we_may_see_and_not_read_keeps_nobody_from_being_reminded(odd_bench, kind) -> None:
    bench = odd_bench(more=spoken(*SHARED))
    bench.mail.dovecot.append(TOM, [(b"From: x@y.example\r\n\r\n", datetime.now(UTC), ())], "Private")
    with bench.mail.dovecot.client(TOM) as client:
        client.setacl("Private", TEAM, "l")
    bench.mail.imap_url = bench.mail.dovecot.url(kind)
    bench.write(bench.text)
    begun(bench)
    bench.writes(DANA, BEN, "Logo", "Could you send it?")
    bench.wait(lambda: bench.once()["sent"])
    assert len(bench.mail.arrived(BEN, 1)) == 1
    with inbox_of(bench) as inbox:
        assert f"shared/{TOM}/Private" in inbox.every_folder()
        assert inbox.own_unread(f"shared/{TOM}/Private", datetime.now(UTC).date()) == {}


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_a_folder_that_is_named_in_the_rules_has_to_be_ours_to_read(odd_bench, kind) -> None:
    """The answers may lie in it."""
    bench = odd_bench(more=spoken(*SHARED))
    bench.mail.dovecot.append(TOM, [(b"From: x@y.example\r\n\r\n", datetime.now(UTC), ())], "Private")
    bench.mail.imap_url = bench.mail.dovecot.url(kind)
    bench.write(bench.text, ("\nowner:", f"\n  folders: [INBOX, Sent, shared/{TOM}/Private]\nowner:"))
    with bench.mail.dovecot.client(TOM) as client:
        client.setacl("Private", TEAM, "l")
        for command in (("check",), ("run", "--once")):
            said = bench.command(*command, ok=False)
            told = f"the folder `shared/{TOM}/Private` cannot be " in said.stdout + said.stderr
            assert (said.returncode, told) == (1, True)
        client.setacl("Private", TEAM, "lr")
    bench.command("check")
    bench.once()


def test_a_folder_that_was_read_and_is_closed_to_us_now_ends_the_tick(odd_bench) -> None:
    """The answer may lie in it: nobody is chased meanwhile, and the folder is named."""
    bench = odd_bench(more=spoken(*SHARED))
    bench.mail.dovecot.append(TOM, [(b"From: x@y.example\r\n\r\n", datetime.now(UTC), ())], "Private")
    with bench.mail.dovecot.client(TOM) as client:
        client.setacl("Private", TEAM, "lr")
        bench.write(bench.text)
        begun(bench)
        client.setacl("Private", TEAM, "l")
        bench.mail.dovecot.append(TOM, [(b"From: x@y.example\r\n\r\n", datetime.now(UTC), ())], "Private")
        closed = bench.command("run", "--once", ok=False)
        assert (closed.returncode, f"shared/{TOM}/Private" in closed.stderr) == (1, True)
        client.setacl("Private", TEAM, "lr")
        bench.once()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody has a long lock on an mbox, so that the server cannot read it."""
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_an_inbox_that_cannot_be_looked_at_is_no_empty_one(odd_bench, kind) -> None:
    """Dovecot leaves it out of its answer about all folders (RFC 5819 allows that), and says OK."""
    bench = odd_bench(spoken(*MBOX))
    path = bench.mail.dovecot.root / "homes" / TEAM / "inbox"
    with inbox_of(bench, bench.mail.dovecot.url(kind)) as inbox:
        bench.mail.deliver_to(TEAM, LETTER.replace(b"t0ken", b"other"), datetime.now(UTC))
        assert set(inbox.states(inbox.folders())) >= {"INBOX"}
        marks = inbox.marks()
        with Postman(smtp_settings(bench.mail.smtp_url)) as postman:
            postman.deliver(TEAM, (MARIA,), TEAM, LETTER)
        bench.mail.arrived(TEAM, 2)
        os.utime(path, (1, 1))  # the server has to read it anew
        with locked(path):
            with pytest.raises(
                InboxError, match=r"`INBOX` cannot be looked at: .*Timeout while waiting for lock"
            ):
                inbox.states(inbox.folders())
            sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
            assert (sighting.complete, sighting.found) == (False, False), "nobody can tell"
        assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).found
        assert inbox.states(inbox.folders())["INBOX"].uidnext == 3


def test_too_many_lines_are_no_fault_of_the_password(odd_bench) -> None:
    bench = odd_bench({"mail_max_userip_connections = 200": "mail_max_userip_connections = 1"})
    with inbox_of(bench) as first, inbox_of(bench) as second:
        first.connect()
        with pytest.raises(InboxError, match=r"lets nobody in as team@acme\.example right now") as caught:
            second.connect()
    assert "password" not in str(caught.value)
