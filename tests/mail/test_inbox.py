"""The shared inbox, read over the wire from the embedded server."""

import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.servers.proxy import UP, Cut, Fault, Line, Proxy, hanging_up_at, refusing
from commands.demo_servers import EmbeddedMail
from mail.access.bearer import Tokens
from mail.imap.connecting import SaysNoError
from mail.imap.inbox import (
    IDLE_AGAIN,
    FolderChanged,
    FolderClosed,
    Inbox,
    InboxError,
    InboxSettings,
    settings_from_url,
)
from mail.smtp.delivery import Postman
from mail.smtp.submission import DeliveryError
from mail.smtp.submission import settings_from_url as smtp_settings

TEAM, MARIA = "team@acme.example", "maria@contract.example"
AT = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
LETTER = b"X-Keepwarm-Letter: t0ken\r\nMessage-ID: <t0ken@acme.example>\r\nSubject: Hello\r\n\r\nHello.\r\n"


def mail(number: int, text: bytes = b"Here it is.\r\n") -> bytes:
    head = (
        b"From: Maria <maria@contract.example>\r\nMessage-ID: <m%d@contract.example>\r\nSubject: %d\r\n\r\n"
    )
    return head % (number, number) + text


@pytest.fixture
def inbox(embedded_mail: EmbeddedMail) -> Iterator[Inbox]:
    with Inbox(settings_from_url(embedded_mail.imap_url, TEAM, "secret", timeout=10)) as inbox:
        yield inbox


def fill(server: EmbeddedMail, count: int, folder: str = "INBOX") -> None:
    for number in range(count):
        server.deliver_to(TEAM, mail(number), AT + timedelta(days=number), folder)


def hand_in(smtp_url: str, copy_to: str | None = None) -> None:
    with Postman(smtp_settings(smtp_url)) as postman:
        postman.deliver(TEAM, (MARIA,), copy_to, LETTER)


def test_the_default_folders(inbox: Inbox) -> None:
    assert inbox.folders() == ("INBOX", "Sent")
    assert inbox.every_folder() == ("INBOX", "Sent", "Drafts", "Junk", "Trash")
    assert (inbox.sent_folder(), inbox.drafts_folder()) == ("Sent", "Drafts")


def test_a_new_folder_is_noticed(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    assert "Clients" not in inbox.folders()
    embedded_mail.add_folder(TEAM, "Clients")
    assert "Clients" in inbox.every_folder()
    assert "Clients" in inbox.folders()


def test_a_new_folder_is_noticed_by_polling_alone(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.folders()
    embedded_mail.add_folder(TEAM, "Clients")
    for _ in range(25):
        inbox.states(inbox.folders())
    assert "Clients" in inbox.folders()


def test_a_mail_comes_as_the_server_holds_it(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    content = mail(1, b"K\xc3\xa4se\r\n" + b"x" * 3000)
    embedded_mail.deliver_to(TEAM, content, AT, flags=("\\Flagged", "\\Answered"))
    state = inbox.states(inbox.folders())["INBOX"]
    ((found,),) = inbox.fetch("INBOX", state.uidvalidity, 1)
    assert (found.folder, found.internal_date) == ("INBOX", AT)
    assert found.flags == {"\\Flagged", "\\Answered"}
    assert found.header + found.text == content[: len(found.header) + 2048]
    assert not found.complete
    whole = inbox.whole("INBOX", found.uid)
    assert whole is not None
    assert whole.header + whole.text == content
    assert whole.complete


def test_reading_leaves_no_trace(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 3)
    before = embedded_mail.mailbox(TEAM)
    state = inbox.states(["INBOX"])["INBOX"]
    list(inbox.fetch("INBOX", state.uidvalidity, 1))
    inbox.whole("INBOX", state.uidnext - 1)
    inbox.look([MARIA], date(2026, 1, 1), inbox.every_folder())
    assert embedded_mail.mailbox(TEAM) == before


def test_batches_are_in_the_order_of_uids_and_complete(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 10)
    state = inbox.states(["INBOX"])["INBOX"]
    batches = list(inbox.fetch("INBOX", state.uidvalidity, 1, batch=4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    uids = [found.uid for batch in batches for found in batch]
    assert uids == list(range(state.uidnext - 10, state.uidnext))


@pytest.mark.parametrize(("piece", "most"), [(1, 3), (3, 3), (4, 100), (100, 100)])
def test_a_long_folder_is_searched_in_pieces(
    embedded_mail: EmbeddedMail, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, piece: int, most: int
) -> None:
    monkeypatch.setattr("mail.imap.ahead.PIECE", piece)
    monkeypatch.setattr("mail.imap.ahead.MOST_NAMED", most)
    fill(embedded_mail, 10)
    state = inbox.states(["INBOX"])["INBOX"]
    late = mail(11)
    found: list[int] = []
    for batch in inbox.fetch("INBOX", state.uidvalidity, 1, batch=2):
        if not found:
            embedded_mail.deliver_to(TEAM, late, AT)
            inbox.states(inbox.folders())  # something else is asked in between
        found += [one.uid for one in batch]
    assert found[:10] == list(range(state.uidnext - 10, state.uidnext))
    assert set(found[10:]) <= {state.uidnext}, "what came meanwhile comes at most once"


def test_only_what_is_new(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 3)
    state = inbox.states(["INBOX"])["INBOX"]
    assert list(inbox.fetch("INBOX", state.uidvalidity, state.uidnext)) == []
    embedded_mail.deliver_to(TEAM, mail(4), AT)
    ((new,),) = inbox.fetch("INBOX", state.uidvalidity, state.uidnext)
    assert new.uid == state.uidnext
    assert inbox.states(["INBOX"])["INBOX"].uidnext == state.uidnext + 1


def test_history_is_limited_by_what_the_server_took_in(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 10)
    state = inbox.states(["INBOX"])["INBOX"]
    batches = inbox.fetch("INBOX", state.uidvalidity, 1, date(2026, 3, 8))
    days = [found.internal_date.day for batch in batches for found in batch]
    assert days == [7, 8, 9, 10, 11]  # a day more: the server judges dates in its own zone


def test_what_is_searched_for_may_be_told_in_several_answers(embedded_mail: EmbeddedMail) -> None:
    def one_each(direction: str, data: bytes, line: Line) -> bytes:
        return data if direction == UP else re.sub(rb"(?m)^\* SEARCH .*\r\n", split, data)

    def split(told: re.Match[bytes]) -> bytes:
        return b"".join(b"* SEARCH %b\r\n" % uid for uid in told[0].split()[2:])

    with Proxy(embedded_mail.imap_port, one_each) as proxy, Inbox(at_port(proxy.port)) as inbox:
        marks = inbox.marks()
        assert inbox.look([MARIA], AT.date(), ["INBOX"]) == []
        fill(embedded_mail, 3)
        embedded_mail.deliver_to(TEAM, LETTER, AT, flags=("\\Flagged",))
        embedded_mail.deliver_to(TEAM, mail(9), AT, flags=("\\Flagged",))
        state = inbox.states(["INBOX"])["INBOX"]
        found = [one.uid for batch in inbox.fetch("INBOX", state.uidvalidity, 1) for one in batch]
        assert found == [101, 102, 103, 104, 105]
        assert [one.uid for one in inbox.look([MARIA], AT.date(), ["INBOX"])] == [101, 102, 103, 105]
        assert [star.uid for star in inbox.flagged("INBOX")] == [104, 105]
        assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).places == (("INBOX", 104),)


def test_the_batches_go_on_after_something_else_was_asked(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 4)
    state = inbox.states(["INBOX"])["INBOX"]
    seen = []
    for batch in inbox.fetch("INBOX", state.uidvalidity, 1, batch=2):
        seen += [found.header for found in batch]
        inbox.states(inbox.folders())
        inbox.look([MARIA], date(2026, 1, 1), ["Junk"])
    assert len(seen) == 4


def test_a_folder_that_was_rebuilt(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 1)
    state = inbox.states(["INBOX"])["INBOX"]
    with pytest.raises(FolderChanged, match="INBOX"):
        list(inbox.fetch("INBOX", state.uidvalidity + 1, 1))


def test_stars(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 10)
    for index in (2, 8):
        embedded_mail.flag(TEAM, "INBOX", index, ["\\Flagged"])
    starred = inbox.flagged("INBOX")
    assert [b"<m2@" in starred[0].header, b"<m8@" in starred[1].header, len(starred)] == [True, True, 2]
    assert [star.uid for star in inbox.flagged("INBOX", since=date(2026, 3, 8))] == [starred[1].uid]
    embedded_mail.flag(TEAM, "INBOX", 2, [])
    assert [star.uid for star in inbox.flagged("INBOX")] == [starred[1].uid]


def test_the_last_look_finds_mail_in_junk_and_trash(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    embedded_mail.deliver_to(TEAM, mail(1), AT, "Junk")
    embedded_mail.deliver_to(TEAM, mail(2), AT, "Trash")
    embedded_mail.deliver_to(TEAM, mail(3), AT - timedelta(days=5), "Trash")
    embedded_mail.deliver_to(TEAM, b"From: ben@contract.example\r\n\r\n", AT, "Junk")
    found = inbox.look(["maria.s@mail.example", MARIA, "m@x"], AT.date(), inbox.every_folder())
    assert [(raw.folder, raw.text) for raw in found] == [
        ("Junk", b"Here it is.\r\n"),
        ("Trash", b"Here it is.\r\n"),
    ]
    assert inbox.look([], AT.date(), inbox.every_folder()) == []


def test_a_letter_in_doubt_is_found_by_its_copy(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 2)
    marks = inbox.marks()
    embedded_mail.drop = "after delivery"
    hand_in(embedded_mail.smtp_url, copy_to=TEAM)
    sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
    assert (sighting.complete, sighting.found, sighting.alias) == (True, True, "")
    assert inbox.find_letter("t0ken", "t0ken@acme.example", inbox.marks()).places == ()


def test_a_copy_that_is_read_in_the_very_moment_of_the_look_is_found(embedded_mail: EmbeddedMail) -> None:
    """Servers tell of the flag among the headers, and name the UID once more; the letter would go out twice."""

    def seen(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP or b"UID FETCH completed" not in data:
            return data
        before, tag, after = data.rpartition(data.splitlines(keepends=True)[-1])
        return before + b"* 1 FETCH (UID 101 FLAGS (\\Seen))\r\n" + tag + after

    with Proxy(embedded_mail.imap_port) as proxy, Inbox(at_port(proxy.port)) as inbox:
        marks = inbox.marks()
        embedded_mail.deliver_to(TEAM, LETTER, AT)
        proxy.fault = seen
        assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).places == (("INBOX", 101),)


def test_a_copy_in_a_mailbox_that_was_put_back_from_a_backup_is_found(
    embedded_mail: EmbeddedMail, inbox: Inbox
) -> None:
    """Its folders had grown further when the letter was tried."""
    marks = [(folder, uidvalidity, uidnext + 40) for folder, uidvalidity, uidnext in inbox.marks()]
    embedded_mail.deliver_to(TEAM, LETTER, AT, "Junk")
    assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).places == (("Junk", 101),)


def test_a_letter_that_never_went_out_is_surely_not_there(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    marks = inbox.marks()
    embedded_mail.drop = "before delivery"
    hand_in(embedded_mail.smtp_url, copy_to=TEAM)
    fill(embedded_mail, 3)
    sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
    assert (sighting.complete, sighting.found) == (True, False)


@pytest.mark.parametrize(
    ("header", "alias"),
    [
        (b"X-Keepwarm-Letter: t0ken\r\nMessage-ID: <given@provider.example>\r\n", "given@provider.example"),
        (b"X-Microsoft-Original-Message-ID: <id@acme.example>\r\nMessage-ID:\r\n <new@x>\r\n", "new@x"),
        (b"Message-ID: <id@acme.example>\r\n", ""),
    ],
)
def test_a_provider_may_rewrite_the_id(
    embedded_mail: EmbeddedMail, inbox: Inbox, header: bytes, alias: str
) -> None:
    marks = inbox.marks()
    embedded_mail.deliver_to(TEAM, header + b"\r\n", AT, "Sent")
    sighting = inbox.find_letter("t0ken", "id@acme.example", marks)
    assert (sighting.found, sighting.alias) == (True, alias)


def test_a_reply_is_not_taken_for_the_letter(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    marks = inbox.marks()
    reply = b"Message-ID: <re@x>\r\nIn-Reply-To: <id@acme.example>\r\nSubject: Re: t0ken\r\n\r\nt0ken\r\n"
    embedded_mail.deliver_to(TEAM, reply, AT)
    assert not inbox.find_letter("t0ken", "id@acme.example", marks).found


def test_a_copy_in_a_folder_that_is_new_is_found(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    marks = inbox.marks()
    embedded_mail.deliver_to(TEAM, LETTER, AT, "Made since/Sub")
    sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
    assert [folder for folder, _ in sighting.places] == ["Made since/Sub"]


def test_our_own_copy_is_filed_as_read(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 1)
    embedded_mail.deliver_to(TEAM, LETTER, AT)
    uid = inbox.states(["INBOX"])["INBOX"].uidnext - 1
    assert inbox.file_copy("INBOX", uid, "Sent")
    (copy,) = embedded_mail.mailbox(TEAM, "Sent")
    assert (copy.content, copy.flags, copy.at) == (LETTER, {"\\Seen"}, AT)
    assert len(embedded_mail.mailbox(TEAM)) == 1
    assert not inbox.file_copy("INBOX", uid, "Sent")  # it has gone


def test_nobody_elses_mail_is_touched(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 1)
    before = embedded_mail.mailbox(TEAM)
    uid = inbox.states(["INBOX"])["INBOX"].uidnext - 1
    assert not inbox.file_copy("INBOX", uid, "Sent")
    assert not inbox.remove_own("INBOX", "t0ken")
    assert embedded_mail.mailbox(TEAM) == before


def test_a_draft_is_left_and_taken_back(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.append("Drafts", LETTER, ["\\Draft"], AT)
    inbox.append("Drafts", LETTER.replace(b"t0ken", b"other"), ["\\Draft"], AT)
    assert [draft.flags for draft in embedded_mail.mailbox(TEAM, "Drafts")] == [{"\\Draft"}] * 2
    assert inbox.remove_own("Drafts", "t0ken")
    assert not inbox.remove_own("Drafts", "t0ken")
    (left,) = embedded_mail.mailbox(TEAM, "Drafts")
    assert b"other" in left.content


def test_a_folder_for_drafts_is_made(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.append("Entwürfe & mehr", LETTER, ["\\Draft"], AT)
    assert "Entwürfe & mehr" in inbox.every_folder()
    ((found,),) = inbox.fetch(
        "Entwürfe & mehr", inbox.states(["Entwürfe & mehr"])["Entwürfe & mehr"].uidvalidity, 1
    )
    assert found.header + found.text == LETTER


def test_idle_ends_when_mail_arrives(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.states(inbox.folders())
    timer = threading.Timer(0.2, embedded_mail.deliver_to, (TEAM, mail(1), AT))
    timer.start()
    assert inbox.idle(30)
    timer.join()
    assert inbox.states(["INBOX"])["INBOX"].uidnext > 101


def test_an_inbox_by_another_case_is_the_inbox(embedded_mail: EmbeddedMail) -> None:
    """Yahoo lists it as "Inbox", behind "Archive"."""

    def as_yahoo_does(direction: str, data: bytes, line: Line) -> bytes:
        return (
            data if direction == UP else re.sub(rb"(?m)^(\* (?:LIST|STATUS) .*)\bINBOX\b", rb"\1Inbox", data)
        )

    embedded_mail.add_folder(TEAM, "Archive")
    fill(embedded_mail, 1)
    with Proxy(embedded_mail.imap_port, as_yahoo_does) as proxy, Inbox(at_port(proxy.port)) as inbox:
        assert "INBOX" in inbox.folders()
        state = inbox.states(inbox.folders())["INBOX"]
        ((found,),) = inbox.fetch("INBOX", state.uidvalidity, 1)
        assert found.folder == "INBOX"
        timer = threading.Timer(0.2, embedded_mail.deliver_to, (TEAM, mail(1), AT))
        timer.start()
        assert inbox.idle(30), "IDLE is on the inbox, and not on the first folder of the list"
        timer.join()


def test_mail_that_came_before_idle_is_not_slept_over(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.states(inbox.folders())
    embedded_mail.deliver_to(TEAM, mail(1), AT)
    assert inbox.idle(30)


def test_idle_goes_on_when_it_was_renewed(
    embedded_mail: EmbeddedMail, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mail.imap.idling.RENEW_SECONDS", 0.05)
    inbox.states(inbox.folders())
    timer = threading.Timer(0.3, embedded_mail.deliver_to, (TEAM, mail(1), AT))
    timer.start()
    assert inbox.idle(30)
    timer.join()


def test_idle_ends_when_the_time_is_up(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 1)
    inbox.states(inbox.folders())
    assert not inbox.idle(0.05)
    assert not inbox.idle(0)
    assert inbox.folders()  # the line is still good


@pytest.mark.parametrize("answer", [b"NO [LIMIT] Too many of them", b"BAD What?"])
def test_where_idle_is_refused_the_time_is_slept_through(
    embedded_mail: EmbeddedMail, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line stays: it was dropped, and made anew with a warning in the log, at every poll."""
    asked: list[bytes] = []

    def refused(direction: str, data: bytes, line: Line) -> bytes:
        asked.extend(word for word in (b" IDLE", b" LOGIN") if direction == UP and word in data)
        return refusing(b"IDLE", answer)(direction, data, line)

    with Proxy(embedded_mail.imap_port, refused) as proxy, Inbox(at_port(proxy.port)) as inbox:
        for _ in range(3):
            inbox.states(inbox.folders())
            assert not inbox.idle(0.05)
        assert asked == [b" LOGIN", b" IDLE"]
        proxy.fault = None
        fill(embedded_mail, 1)
        assert inbox.states(["INBOX"])["INBOX"].uidnext == 102
        monkeypatch.setattr("mail.imap.inbox.monotonic", lambda: time.monotonic() + IDLE_AGAIN)
        threading.Timer(0.2, fill, (embedded_mail, 1)).start()
        assert inbox.idle(20), "and is asked for again later, however seldom the mailbox is polled"


def test_idle_ends_when_somebody_wakes_us(inbox: Inbox) -> None:
    reading, writing = os.pipe()
    try:
        inbox.states(inbox.folders())
        os.write(writing, b"x")
        assert not inbox.idle(30, reading)
        assert os.read(reading, 1) == b"x"  # it is the caller's to read
    finally:
        os.close(reading)
        os.close(writing)


def test_a_line_that_dies_while_idle_is_an_error(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.states(inbox.folders())
    timer = threading.Timer(0.2, embedded_mail.hang_up)
    timer.start()
    with pytest.raises(InboxError, match="was lost"):
        inbox.idle(30)
    timer.join()
    assert inbox.folders()


def test_a_lost_line_is_made_anew_by_the_next_call(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    inbox.states(inbox.folders())
    embedded_mail.hang_up()
    with pytest.raises(InboxError, match="was lost"):
        inbox.every_folder()
    assert "INBOX" in inbox.states(inbox.folders())


def test_a_line_that_died_while_it_rested_is_no_trouble(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    fill(embedded_mail, 1)
    before = inbox.states(inbox.folders())
    embedded_mail.hang_up()
    assert inbox.states(inbox.folders()) == before


def test_a_server_that_hangs_up_at_every_look_is_trouble(embedded_mail: EmbeddedMail) -> None:
    with Proxy(embedded_mail.imap_port) as proxy, Inbox(at_port(proxy.port)) as inbox:
        inbox.states(inbox.folders())
        proxy.fault = hanging_up_at(b"STATUS")
        with pytest.raises(InboxError, match="was lost"):
            inbox.states(["INBOX"])
        proxy.fault = None
        assert "INBOX" in inbox.states(["INBOX"])


def test_a_server_that_is_full_takes_no_connection_and_that_is_no_answer(embedded_mail: EmbeddedMail) -> None:
    """Not a no to what was asked: a draft that is moot would never be taken back."""

    def full(direction: str, data: bytes, line: Line) -> bytes:
        return b"* BYE Too many connections\r\n" if direction != UP else data

    with (
        Proxy(embedded_mail.imap_port, full) as proxy,
        pytest.raises(InboxError, match=r"no connection at present. It says: Too many") as told,
    ):
        Inbox(at_port(proxy.port)).connect()
    assert not isinstance(told.value, SaysNoError)


@pytest.mark.parametrize("command", [b"STATUS", b"FETCH"])
def test_an_absurd_announcement_is_trouble_and_no_end(command: bytes, embedded_mail: EmbeddedMail) -> None:
    fill(embedded_mail, 1)

    def absurd(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP:
            line.counts["asked"] = command in data
        elif line.counts["asked"]:
            return b"* %s {99999999999999}\r\n" % (
                b"STATUS" if command == b"STATUS" else b"1 FETCH (BODY[TEXT]"
            )
        return data

    with Proxy(embedded_mail.imap_port) as proxy, Inbox(at_port(proxy.port)) as inbox:
        state = inbox.states(inbox.folders())["INBOX"]
        proxy.fault = absurd
        with pytest.raises(InboxError):
            inbox.states(["INBOX"])
            list(inbox.fetch(state.name, state.uidvalidity, 1))
        proxy.fault = None
        assert "INBOX" in inbox.states(["INBOX"])


def at_port(port: int, password: str = "secret", tokens: Tokens | None = None) -> InboxSettings:
    return settings_from_url(f"imap://127.0.0.1:{port}", TEAM, password, timeout=10, tokens=tokens)


@pytest.mark.parametrize("password", ["secret", "sécret"])  # LOGIN, and AUTHENTICATE
def test_a_line_that_dies_at_the_login_is_no_wrong_password(
    embedded_mail: EmbeddedMail, password: str
) -> None:
    def hang_up(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP and (b" LOGIN " in data or b" AUTHENTICATE " in data):
            raise Cut
        return data

    with Proxy(embedded_mail.imap_port, hang_up) as proxy, pytest.raises(InboxError, match="was lost"):
        Inbox(at_port(proxy.port, password)).connect()


def test_a_line_that_dies_at_the_login_costs_no_token(embedded_mail: EmbeddedMail) -> None:
    def hang_up(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP and b" AUTHENTICATE " in data:
            raise Cut
        return data.replace(b"AUTH=PLAIN", b"AUTH=XOAUTH2")

    refused: list[str] = []

    def tokens(token: str) -> str:
        refused.append(token)
        return "good"

    with Proxy(embedded_mail.imap_port, hang_up) as proxy, pytest.raises(InboxError, match="was lost"):
        Inbox(at_port(proxy.port, tokens=tokens)).connect()
    assert refused == [""]


def test_a_server_that_is_away(embedded_mail: EmbeddedMail, inbox: Inbox) -> None:
    embedded_mail.offline = True
    with pytest.raises(InboxError):
        inbox.connect()
    embedded_mail.offline = False
    inbox.connect()


def test_the_port_of_the_other_protocol(embedded_mail: EmbeddedMail) -> None:
    imap, smtp = (
        f"What answers at 127.0.0.1 (port {port}) is no {name} server; "
        f"check host and port in `mailbox: {name.lower()}:`"
        for name, port in (("IMAP", embedded_mail.smtp_port), ("SMTP", embedded_mail.imap_port))
    )
    with pytest.raises(InboxError, match=f"{re.escape(imap)}: usual are 993 with imaps://"):
        Inbox(settings_from_url(embedded_mail.smtp_url.replace("smtp", "imap"), TEAM, "secret")).connect()
    with pytest.raises(DeliveryError, match=f"{re.escape(smtp)}: usual are 465 with smtps://"):
        Postman(smtp_settings(embedded_mail.imap_url.replace("imap", "smtp"), TEAM, "secret")).connect()


@pytest.mark.parametrize(("login", "password"), [(TEAM, "wrong"), ("nobody@acme.example", "secret")])
def test_a_wrong_login(embedded_mail: EmbeddedMail, login: str, password: str) -> None:
    with pytest.raises(InboxError, match=f"refuses the login {login}; check") as caught:
        Inbox(settings_from_url(embedded_mail.imap_url, login, password)).connect()
    assert password not in str(caught.value).replace("password:", "")


def test_nobody_listens() -> None:
    with pytest.raises(InboxError, match="refuses connections"):
        Inbox(settings_from_url("imap://127.0.0.1:1", TEAM, "secret")).connect()


def test_a_folder_that_comes_back_is_read_again(embedded_mail: EmbeddedMail) -> None:
    with Inbox(settings_from_url(embedded_mail.imap_url, TEAM, "secret", ("INBOX", "Clients"))) as inbox:
        for _ in range(2):
            with pytest.raises(InboxError, match="there is no folder `Clients`"):
                inbox.folders()
        embedded_mail.add_folder(TEAM, "Clients")
        assert inbox.folders() == ("INBOX", "Clients")


def test_a_missing_folder(embedded_mail: EmbeddedMail) -> None:
    with Inbox(settings_from_url(embedded_mail.imap_url, TEAM, "secret", ("INBOX", "Clients"))) as inbox:
        with pytest.raises(InboxError, match="there is no folder `Clients`") as caught:
            inbox.folders()
        assert "`Drafts`, `INBOX`, `Junk`, `Sent`, `Trash`" in str(caught.value)


def test_a_folder_that_goes_away_is_left_out_of_the_states(inbox: Inbox) -> None:
    assert list(inbox.states(["INBOX", "Gone"])) == ["INBOX"]


def telling_of(row: bytes) -> Fault:
    """The server lists one more folder."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP or b"LIST completed" not in data:
            return data
        before, tag, after = data.rpartition(data.splitlines(keepends=True)[-1])
        return before + row + b"\r\n" + tag + after

    return fault


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (b'* LIST () "/" "Gone since"', "Gone since"),  # the server denies it when it is opened
        (b'* LIST () "/" "Caf\xc3\xa9"', "Café"),
        (b'* LIST () "/" "Caf\xe9"', None),
        (b'* LIST () "/" "Foo & Bar"', None),
        (b'* LIST () "/" "Fun &2D0-"', None),  # half an emoji
        (b'* LIST () "/" New ("OLDNAME" ("Old"))', "New"),  # RFC 9051, 6.3.9.7
    ],
)
def test_an_odd_folder_keeps_nobody_from_looking(embedded_mail: EmbeddedMail, row: bytes, name: str) -> None:
    fill(embedded_mail, 1, "Junk")
    with Proxy(embedded_mail.imap_port, telling_of(row)) as proxy, Inbox(at_port(proxy.port)) as inbox:
        names = inbox.every_folder()
        assert set(names) - {"INBOX", "Sent", "Drafts", "Junk", "Trash"} == ({name} if name else set())
        assert set(inbox.states(names)) == set(names) - {name}
        assert [found.folder for found in inbox.look([MARIA], AT.date(), names)] == ["Junk"]


@pytest.mark.parametrize("said", [b"NO Permission denied", b"NO [NOPERM] Hands off"])  # Cyrus says the first
def test_a_folder_that_is_not_ours_keeps_nobody_from_looking(
    embedded_mail: EmbeddedMail, said: bytes
) -> None:
    fill(embedded_mail, 1, "Junk")
    fill(embedded_mail, 1, "Trash")
    closed = refusing(b'EXAMINE "TRASH"', said)
    with Proxy(embedded_mail.imap_port, closed) as proxy, Inbox(at_port(proxy.port)) as inbox:
        assert [found.folder for found in inbox.look([MARIA], AT.date(), inbox.every_folder())] == ["Junk"]
        with pytest.raises(FolderClosed):
            inbox.flagged("Trash")
        with pytest.raises(FolderClosed):
            next(inbox.fetch("Trash", 0, 1))


@pytest.mark.parametrize(
    "closed",
    [
        refusing(b'EXAMINE "TRASH"', b"NO Permission denied"),
        refusing(b'STATUS "TRASH"', b"NO [NOPERM] Hands off"),
    ],
)
def test_a_folder_that_is_named_has_to_be_ours_to_read(embedded_mail: EmbeddedMail, closed: Fault) -> None:
    fill(embedded_mail, 1, "Trash")
    with Proxy(embedded_mail.imap_port, closed) as proxy, Inbox(at_port(proxy.port)) as inbox:
        inbox._line.settings = replace(inbox._line.settings, folders=("inbox", "Trash"))
        with pytest.raises(InboxError, match="the folder `Trash` cannot be") as caught:
            for name in inbox.states(inbox.folders()):
                inbox.flagged(name)
        assert not isinstance(caught.value, FolderClosed)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        (b"INBOX", b"NO Permission denied"),
        (b"TRASH", b"NO [SERVERBUG] open: Permission denied"),
        (b"TRASH", b"NO Internal error"),
    ],
)
def test_a_server_that_is_ill_is_none_that_keeps_a_folder_from_us(
    embedded_mail: EmbeddedMail, folder: bytes, said: bytes
) -> None:
    ill = refusing(b'EXAMINE "%b"' % folder, said)
    with Proxy(embedded_mail.imap_port, ill) as proxy, Inbox(at_port(proxy.port)) as inbox:
        with pytest.raises(InboxError, match="cannot be opened") as caught:
            inbox.flagged(folder.decode().replace("TRASH", "Trash"))
        assert not isinstance(caught.value, FolderClosed)


def test_a_folder_that_is_renamed_during_the_last_look_may_hold_the_answer(
    embedded_mail: EmbeddedMail, inbox: Inbox
) -> None:
    names = (*inbox.every_folder(), "Renamed just now")
    with pytest.raises(InboxError, match="were renamed or removed while they were looked through"):
        inbox.look([MARIA], AT.date(), names)


@pytest.mark.parametrize("told", [b"", b"UIDNEXT NIL"])
def test_an_inbox_of_which_nothing_is_told_is_no_empty_one(embedded_mail: EmbeddedMail, told: bytes) -> None:
    def keeping_quiet(direction: str, data: bytes, line: Line) -> bytes:
        return data if direction == UP else re.sub(rb" UIDNEXT \d+\)", b" %b)" % told, data)

    fill(embedded_mail, 1)
    with Proxy(embedded_mail.imap_port, keeping_quiet) as proxy, Inbox(at_port(proxy.port)) as inbox:
        with pytest.raises(InboxError, match="does not tell how far the folder `INBOX` has grown"):
            inbox.states(inbox.folders())
        proxy.fault = None
        assert inbox.states(inbox.folders())["INBOX"].uidnext == 102


def test_several_servers_at_once_keep_apart() -> None:
    with EmbeddedMail({TEAM: "a"}) as one, EmbeddedMail({TEAM: "b"}) as two:
        one.deliver_to(TEAM, mail(1), AT)
        assert (len(one.mailbox(TEAM)), len(two.mailbox(TEAM))) == (1, 0)


def test_the_embedded_smtp_server_stamps_mail_with_a_simulated_clock() -> None:
    with EmbeddedMail({TEAM: "secret", MARIA: "secret"}, now=lambda: AT) as server:
        hand_in(server.smtp_url)
        assert server.mailbox(MARIA)[0].at == AT
