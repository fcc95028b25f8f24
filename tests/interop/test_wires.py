"""Reading and sending against a real Dovecot and a real Postfix."""

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.servers.proxy import UP, Line, Proxy, dying_at, hanging_up_at, refusing
from mail.imap.inbox import FolderChanged, Inbox, InboxError, settings_from_url
from mail.smtp.delivery import Outcome, Postman, Receipt
from mail.smtp.submission import DeliveryError, DeliverySettings
from mail.smtp.submission import settings_from_url as smtp_settings

AT = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
TEAM, MARIA = "team@acme.example", "maria@contract.example"
LETTER = (
    b"From: team@acme.example\r\nTo: maria@contract.example\r\nDate: Mon, 02 Mar 2026 09:30:15 +0000\r\n"
    b"X-Keepwarm-Letter: t0ken\r\nMessage-ID: <t0ken@acme.example>\r\nSubject: Hello\r\n\r\n.Hello.\r\n"
)
SPECIAL = ("Sent", "Drafts", "Junk", "Trash")


def mail(number: int, text: bytes = b"Here it is.\r\n") -> bytes:
    head = (
        b"From: Maria <maria@contract.example>\r\nMessage-ID: <m%d@contract.example>\r\nSubject: %d\r\n\r\n"
    )
    return head % (number, number) + text


def some(count: int) -> Iterator[tuple[bytes, datetime, tuple[str, ...]]]:
    return ((mail(number), AT + timedelta(minutes=number), ()) for number in range(count))


@pytest.fixture
def inbox(real_mail) -> Iterator[Inbox]:
    with Inbox(settings_from_url(real_mail.imap_url, TEAM, real_mail.password, timeout=20)) as inbox:
        yield inbox


@pytest.fixture
def inbox_of(real_mail) -> Iterator[object]:
    """Makes an Inbox for a kind of line: "bare", "tls", and so on."""
    made = []

    def make(kind: str) -> Inbox:
        made.append(
            Inbox(settings_from_url(real_mail.dovecot.url(kind), TEAM, real_mail.password, timeout=20))
        )
        return made[-1]

    yield make
    for inbox in made:
        inbox.close()


@pytest.fixture
def trusted(dovecot, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))


def hand_in(settings: DeliverySettings, letter: bytes = LETTER, copy_to: str = TEAM) -> Receipt:
    """One letter to Maria, over a line of its own."""
    with Postman(settings) as postman:
        return postman.deliver(TEAM, (MARIA,), copy_to, letter)


# Folders and their states


def test_special_use_is_asked_for(inbox) -> None:
    assert set(inbox.folders()) == {"INBOX", "Sent"}
    assert set(inbox.every_folder()) == {"INBOX", *SPECIAL}
    assert (inbox.sent_folder(), inbox.drafts_folder()) == ("Sent", "Drafts")


def test_all_states_cost_one_round_trip(inbox) -> None:
    inbox.connect()
    names = inbox.folders()
    commands = inbox._line._client._imap.tagnum
    states = inbox.states(names)
    assert set(states) == set(names)
    assert all(state.modseq > 0 for state in states.values())
    assert inbox._line._client._imap.tagnum == commands + 1


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_names_of_every_sort(real_mail, inbox_of, kind) -> None:
    names = [
        "2024",
        "Kunden Ö & Söhne",
        'with "quotes"',
        "back\\slash",
        "日本語",
        "a/b/c",
        "[brackets]",
        "NIL",
    ]
    for name in names:
        real_mail.deliver_to(TEAM, mail(1), AT, name)
    inbox = inbox_of(kind)
    assert set(names) <= set(inbox.folders())
    states = inbox.states(inbox.folders())
    for name in names:
        ((found,),) = inbox.fetch(name, states[name].uidvalidity, 1)
        assert (found.folder, found.header + found.text) == (name, mail(1))


def test_a_folder_made_meanwhile_is_read(real_mail, inbox) -> None:
    inbox.states(inbox.folders())
    real_mail.deliver_to(TEAM, mail(1), AT, "Clients")
    inbox.states(inbox.folders())
    assert "Clients" in inbox.folders()


@pytest.mark.parametrize("kind", ["plain", "bare", "uidplus"])
def test_the_state_of_the_open_folder_is_no_old_one(real_mail, inbox_of, kind) -> None:
    inbox = inbox_of(kind)
    for number in range(1, 4):
        real_mail.deliver_to(TEAM, mail(number), AT)
        state = inbox.states(inbox.folders())["INBOX"]
        assert state.uidnext == number + 1
        ((found,),) = inbox.fetch("INBOX", state.uidvalidity, number)
        assert found.uid == number
        inbox.whole("INBOX", number)


# Fetching


def test_the_same_mails_as_through_imapclient(real_mail, inbox) -> None:
    rng = random.Random(7)
    bodies = [
        b"",
        b"12345",
        b'"quoted"\r\n',
        b"NIL",
        b"\r\n",
        b")\r\n",
        b"x" * 2047,
        b"x" * 2048,
        b"x" * 5000,
    ]
    bodies += [rng.randbytes(rng.randrange(4000)).replace(b"\0", b"0") for _ in range(200)]
    heads = [
        b"",
        b"Subject: no end",
        b"\r\n",
        b"X: y\r\n\r\n",
        b"From: \xff\xfe\r\n\r\n",
        b"A: {3}\r\n b\r\n\r\n",
    ]
    contents = [rng.choice(heads) + body for body in bodies]
    flags = [(), ("\\Seen",), ("\\Flagged", "$Forwarded"), ("\\Answered", "\\Seen", "\\Draft", "Label")]
    real_mail.dovecot.append(
        TEAM,
        [
            (content, AT + timedelta(hours=n), rng.choice(flags))
            for n, content in enumerate(contents)
            if content
        ],
    )
    state = inbox.states(["INBOX"])["INBOX"]
    found = [raw for batch in inbox.fetch("INBOX", state.uidvalidity, 1, batch=50) for raw in batch]
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX", readonly=True)
        items = ["INTERNALDATE", "FLAGS", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]<0.2048>"]
        theirs = client.fetch(client.search(), items)
    assert [raw.uid for raw in found] == sorted(theirs)
    for raw in found:
        items = theirs[raw.uid]
        text = items[b"BODY[TEXT]<0>"]
        assert raw.header == items[b"BODY[HEADER]"]
        assert raw.text == (str(text).encode() if isinstance(text, int) else text or b"")
        assert raw.internal_date == items[b"INTERNALDATE"]
        assert raw.flags == {flag.decode() for flag in items[b"FLAGS"]}


@pytest.mark.parametrize("kind", ["plain", "bare"])
@pytest.mark.parametrize("piece", [7, 60, 500])
def test_a_mailbox_with_gaps(real_mail, inbox_of, monkeypatch, kind, piece) -> None:
    monkeypatch.setattr("mail.imap.ahead.PIECE", piece)
    real_mail.dovecot.append(TEAM, some(300))
    rng = random.Random(1)
    gone = sorted(rng.sample(range(1, 301), 150))
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.delete_messages(gone, silent=True)
        client.uid_expunge(gone)
    inbox = inbox_of(kind)
    state = inbox.states(["INBOX"])["INBOX"]
    batches = list(inbox.fetch("INBOX", state.uidvalidity, 1, batch=40))
    assert [len(batch) for batch in batches] == [40, 40, 40, 30]
    assert [raw.uid for batch in batches for raw in batch] == sorted(set(range(1, 301)) - set(gone))


def test_nothing_old_comes_where_the_newest_mail_was_deleted(real_mail, inbox) -> None:
    """The sequence set 4:* names mail 3 where there is no later one (RFC 3501, 6.4.8)."""
    real_mail.dovecot.append(TEAM, some(5))
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.delete_messages([4, 5], silent=True)
        client.uid_expunge([4, 5])
    state = inbox.states(["INBOX"])["INBOX"]
    assert state.uidnext == 6
    assert list(inbox.fetch("INBOX", state.uidvalidity, 4)) == []


def test_mail_deleted_while_it_is_read(real_mail, inbox) -> None:
    real_mail.dovecot.append(TEAM, some(40))
    state = inbox.states(["INBOX"])["INBOX"]
    batches = inbox.fetch("INBOX", state.uidvalidity, 1, batch=10)
    assert len(next(batches)) == 10
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.delete_messages(list(range(15, 31)), silent=True)
        client.uid_expunge(list(range(15, 31)))
    left = [raw for batch in batches for raw in batch]
    asked_ahead = range(15, 21)  # the next batch is on its way while one is understood
    assert [raw.uid for raw in left if raw.uid not in asked_ahead] == [11, 12, 13, 14, *range(31, 41)]
    assert all(raw.header for raw in left)


@pytest.mark.parametrize("how", ["lost", "cut", "garbage"])
def test_a_file_that_the_server_lost_spoils_no_other_mail(real_mail, inbox, how) -> None:
    real_mail.dovecot.append(TEAM, some(30))
    state = inbox.states(["INBOX"])["INBOX"]
    (path,) = (real_mail.dovecot.root / "homes" / TEAM / "mail" / "mailboxes" / "INBOX").rglob("u.7")
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "cut" else b"garbage\n" * 9)
    found = [raw for batch in inbox.fetch("INBOX", state.uidvalidity, 1) for raw in batch]
    whole = [raw.uid for raw in found if raw.header]
    assert [uid for uid in whole if uid != 7] == [*range(1, 7), *range(8, 31)]
    assert len(found) in (29, 30)


ILL = {
    "no": refusing(b"UID FETCH", b"NO [SERVERBUG] Internal error"),
    "hangs up": hanging_up_at(b"UID FETCH"),
}


@pytest.fixture
def ill_line(real_mail) -> Iterator[tuple[Inbox, Proxy]]:
    """An inbox behind a line on which a test lets things go wrong."""
    with Proxy(real_mail.dovecot.imap_port) as proxy:
        url = f"imap://127.0.0.1:{proxy.port}"
        with Inbox(settings_from_url(url, TEAM, real_mail.password, timeout=20)) as inbox:
            yield inbox, proxy


def test_all_that_the_states_tell_of_is_read_though_the_folder_lags_behind(real_mail, ill_line) -> None:
    inbox, proxy = ill_line
    real_mail.dovecot.append(TEAM, some(3))
    state = inbox.states(["INBOX"])["INBOX"]
    proxy.fault = lambda direction, data, line: data.replace(b"[UIDNEXT 4]", b"[UIDNEXT 3]")
    found = inbox.fetch("INBOX", state.uidvalidity, 1)
    assert [one.uid for batch in found for one in batch] == [1, 2, 3]


@pytest.mark.parametrize("how", ILL)
@pytest.mark.parametrize("count", [1, 3, 60])
def test_a_server_that_hands_out_no_mail_is_ill_and_no_mail_is_passed_over(
    real_mail, ill_line, count, how
) -> None:
    inbox, proxy = ill_line
    real_mail.dovecot.append(TEAM, some(count))
    state = inbox.states(["INBOX"])["INBOX"]
    proxy.fault = ILL[how]
    with pytest.raises(InboxError):
        list(inbox.fetch("INBOX", state.uidvalidity, 1))
    proxy.fault = None
    found = [raw for batch in inbox.fetch("INBOX", state.uidvalidity, 1) for raw in batch]
    assert [bool(raw.header) for raw in found] == [True] * count


def saying_half(direction: str, data: bytes, line: Line) -> bytes:
    """Some of what was searched for, and then NO."""
    if direction == UP and data.partition(b" ")[2].startswith(b"UID SEARCH"):
        line.client.sendall(b"* SEARCH 1 11 21 31 41 51\r\n")
    return refusing(b"UID SEARCH", b"NO [SERVERBUG] Internal error")(direction, data, line)


UNSEARCHED = {
    "half": saying_half,
    "no": refusing(b"UID SEARCH", b"NO [SERVERBUG] Internal error"),
    "bad": refusing(b"UID SEARCH", b"BAD Unknown command"),
    "hangs up": hanging_up_at(b"UID SEARCH"),
}


@pytest.mark.parametrize("how", UNSEARCHED)
def test_where_a_search_fails_no_mail_is_passed_over(real_mail, ill_line, monkeypatch, how) -> None:
    monkeypatch.setattr("mail.imap.ahead.PIECE", 10)
    inbox, proxy = ill_line
    real_mail.dovecot.append(TEAM, some(60))
    state = inbox.states(["INBOX"])["INBOX"]
    found: list[int] = []
    with pytest.raises(InboxError):
        for batch in inbox.fetch("INBOX", state.uidvalidity, 1, batch=10):
            found += [raw.uid for raw in batch]
            proxy.fault = UNSEARCHED[how]
    assert 0 < len(found) < 60
    proxy.fault = None
    found += [raw.uid for batch in inbox.fetch("INBOX", state.uidvalidity, found[-1] + 1) for raw in batch]
    assert found == list(range(1, 61))


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("at", range(14))
def test_where_a_line_dies_once_no_mail_is_passed_over(real_mail, ill_line, monkeypatch, at, heard) -> None:
    monkeypatch.setattr("mail.imap.ahead.PIECE", 10)
    monkeypatch.setattr("mail.imap.ahead.MANY", 10)
    inbox, proxy = ill_line
    real_mail.dovecot.append(TEAM, some(60))
    state = inbox.states(["INBOX"])["INBOX"]
    proxy.fault = dying_at(proxy, at, heard)
    found = [0]
    for _ in range(2):  # a call may fail; the next one goes on
        with suppress(InboxError):
            for batch in inbox.fetch(
                "INBOX", state.uidvalidity, found[-1] + 1, batch=10, worth=lambda raw: bool(raw.uid % 3)
            ):
                found += [raw.uid for raw in batch]
    assert found == list(range(61))
    assert proxy.happened["said"] > at


def test_stars_that_cannot_be_looked_at_are_not_taken_for_none(real_mail, ill_line) -> None:
    inbox, proxy = ill_line
    real_mail.dovecot.append(TEAM, [(mail(1), AT, ("\\Flagged",)), (mail(2), AT, ())])
    proxy.fault = ILL["no"]
    with pytest.raises(InboxError, match="hands out no mail of the folder `INBOX`"):
        inbox.flagged("INBOX")
    proxy.fault = None
    assert [starred.uid for starred in inbox.flagged("INBOX")] == [1]


def test_a_look_in_doubt_at_mail_that_is_not_handed_out_proves_nothing(real_mail, ill_line) -> None:
    inbox, proxy = ill_line
    marks = inbox.marks()
    real_mail.dovecot.append(TEAM, [(LETTER, AT, ())])
    proxy.fault = ILL["no"]
    assert not inbox.find_letter("t0ken", "t0ken@acme.example", marks).complete
    proxy.fault = None
    assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).found


def test_history_by_the_servers_own_date(real_mail, inbox) -> None:
    real_mail.dovecot.append(TEAM, [(mail(n), AT + timedelta(days=n), ()) for n in range(10)])
    state = inbox.states(["INBOX"])["INBOX"]
    batches = inbox.fetch("INBOX", state.uidvalidity, 1, date(2026, 3, 8))
    assert [raw.internal_date.day for batch in batches for raw in batch] == [7, 8, 9, 10, 11]


def test_reading_leaves_no_trace(real_mail, inbox) -> None:
    real_mail.dovecot.append(TEAM, some(3))
    state = inbox.states(["INBOX"])["INBOX"]
    list(inbox.fetch("INBOX", state.uidvalidity, 1))
    inbox.whole("INBOX", 1)
    inbox.flagged("INBOX")
    inbox.look([MARIA], date(2026, 1, 1), inbox.every_folder())
    inbox.idle(0.05)
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        flags = client.get_flags([1, 2, 3])
    assert all(b"\\Recent" in each and b"\\Seen" not in each for each in flags.values())


def test_a_folder_that_was_rebuilt(real_mail, inbox) -> None:
    real_mail.deliver_to(TEAM, mail(1), AT, "Clients")
    before = inbox.states(["Clients"])["Clients"]
    with real_mail.dovecot.client(TEAM) as client:
        client.delete_folder("Clients")
    real_mail.deliver_to(TEAM, mail(1), AT, "Clients")
    with pytest.raises(FolderChanged):
        list(inbox.fetch("Clients", before.uidvalidity, 1))
    assert inbox.states(["Clients"])["Clients"].uidvalidity != before.uidvalidity


# Stars


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_stars(real_mail, inbox_of, kind) -> None:
    real_mail.dovecot.append(TEAM, some(5))
    inbox = inbox_of(kind)
    state = inbox.states(["INBOX"])["INBOX"]
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.add_flags([2], [b"\\Flagged"])
    (star,) = inbox.flagged("INBOX")
    assert star.uid == 2
    assert b"Message-ID: <m1@contract.example>" in star.header
    later = inbox.states(["INBOX"])["INBOX"]
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.add_flags([4], [b"\\Flagged"])
    assert [star.uid for star in inbox.flagged("INBOX")] == [2, 4]
    if later.modseq:
        assert later.modseq > state.modseq


@pytest.mark.parametrize("kind", ["plain", "bare"])
@pytest.mark.parametrize(
    ("label", "keyword"),
    [("thanks", b"thanks"), ("Thank you", b"thank_you"), ("$label1", b"$Label1"), ("Grüße", b"Gr&APwA3w-e")],
)
def test_a_label_for_the_star(real_mail, inbox_of, kind, label, keyword) -> None:
    real_mail.dovecot.append(TEAM, some(5))
    inbox = Inbox(replace(inbox_of(kind)._line.settings, starred=label))
    with inbox, real_mail.dovecot.client(TEAM) as client:
        assert inbox.flagged("INBOX") == ()
        client.select_folder("INBOX")
        client.add_flags([2], [keyword])
        client.add_flags([3], [b"\\Flagged"])
        client.add_flags([4], [b"thanks_a_lot"])
        assert [star.uid for star in inbox.flagged("INBOX")] == [2]
        client.remove_flags([2], [keyword])
        assert inbox.flagged("INBOX") == ()


class GmailAccent:
    """A relay that makes Dovecot speak like Gmail: its labels are Dovecot's keywords."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.said = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"imap://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with self._listener, client, socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()
            while data := client.recv(65536):
                self.said += data
                server.sendall(data.replace(b'X-GM-LABELS "Thank you"', b"KEYWORD thanks"))

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data.replace(b"CAPABILITY IMAP4rev1", b"CAPABILITY IMAP4rev1 X-GM-EXT-1"))


def test_gmails_own_labels(real_mail) -> None:
    real_mail.dovecot.append(TEAM, some(3))
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX")
        client.add_flags([2], [b"thanks"])
    relay = GmailAccent(real_mail.dovecot.imap_port)
    settings = settings_from_url(relay.url, TEAM, real_mail.password, timeout=20)
    with Inbox(replace(settings, starred="Thank you")) as inbox:
        assert inbox.states(["INBOX"])["INBOX"].modseq == 0, "they are looked at each time"
        assert [star.uid for star in inbox.flagged("INBOX")] == [2]
    assert b'SEARCH X-GM-LABELS "Thank you"' in relay.said


# The last look, and letters in doubt


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_the_last_look(real_mail, inbox_of, kind) -> None:
    real_mail.deliver_to(TEAM, mail(1), AT, "Junk")
    real_mail.deliver_to(TEAM, mail(2), AT, "Trash")
    real_mail.deliver_to(TEAM, mail(3), AT - timedelta(days=9), "Trash")
    real_mail.deliver_to(TEAM, b"From: ben@contract.example\r\n\r\n", AT)
    inbox = inbox_of(kind)
    found = inbox.look(["x@y.example", MARIA, "märia@z.example"], AT.date(), inbox.every_folder())
    assert {raw.folder for raw in found} == {"Junk", "Trash"}
    assert len(found) == 2


class DyingLine:
    """Passes bytes on to a server; cuts the client off once the final dot went through (or is about to)."""

    def __init__(self, port: int, pass_dot: bool) -> None:
        self._port, self._pass_dot = port, pass_dot
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._port))
        threading.Thread(target=self._back, args=(server, client), daemon=True).start()
        sent = b""
        while data := client.recv(65536):
            sent += data
            dotted = sent.endswith(b"\r\n.\r\n")
            if dotted:
                client.shutdown(socket.SHUT_RDWR)  # before Postfix can answer
            if not dotted or self._pass_dot:
                server.sendall(data)
            if dotted:
                break
        if self._pass_dot:
            server.settimeout(10)
            threading.Event().wait(0.2)  # Postfix answers to nobody
        server.close()
        client.close()
        self._listener.close()

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            pass


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_the_line_dies_at_the_final_dot_and_the_copy_tells(real_mail, inbox_of, kind) -> None:
    inbox = inbox_of(kind)
    real_mail.dovecot.append(TEAM, some(20))
    marks = inbox.marks()
    line = DyingLine(real_mail.postfix.smtp_port, pass_dot=True)
    receipt = hand_in(smtp_settings(f"smtp://127.0.0.1:{line.port}"))
    assert receipt.outcome is Outcome.UNKNOWN
    real_mail.arrived(TEAM, 21)
    sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
    assert (sighting.complete, sighting.places, sighting.alias) == (True, (("INBOX", 21),), "")
    assert inbox.file_copy("INBOX", 21, inbox.sent_folder()) is True
    assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).found


@pytest.mark.parametrize("kind", ["plain", "bare"])
def test_doubts_one_after_the_other(real_mail, inbox_of, kind) -> None:
    """Of the folder that a look has left open, Dovecot tells an old state for ever."""
    inbox = inbox_of(kind)
    for number in range(1, 4):
        marks = inbox.marks()
        line = DyingLine(real_mail.postfix.smtp_port, pass_dot=True)
        letter = LETTER.replace(b"t0ken", b"t0ken%d" % number)
        receipt = hand_in(smtp_settings(f"smtp://127.0.0.1:{line.port}"), letter)
        assert receipt.outcome is Outcome.UNKNOWN
        real_mail.arrived(TEAM, number)
        assert inbox.find_letter(f"t0ken{number}", "x@acme.example", marks).places == (("INBOX", number),)


def test_the_line_dies_before_the_final_dot_and_no_copy_comes(real_mail, inbox) -> None:
    marks = inbox.marks()
    line = DyingLine(real_mail.postfix.smtp_port, pass_dot=False)
    receipt = hand_in(smtp_settings(f"smtp://127.0.0.1:{line.port}"))
    assert receipt.outcome is Outcome.UNKNOWN
    hand_in(smtp_settings(real_mail.smtp_url), LETTER.replace(b"t0ken", b"other"))
    real_mail.arrived(TEAM, 1)
    sighting = inbox.find_letter("t0ken", "t0ken@acme.example", marks)
    assert (sighting.complete, sighting.found) == (True, False)
    assert [b"other" in stored.content for stored in real_mail.mailbox(MARIA)] == [True]


def test_a_copy_that_was_moved_to_a_rebuilt_folder_is_found(real_mail, inbox) -> None:
    real_mail.deliver_to(TEAM, mail(1), AT, "Archive")
    marks = inbox.marks()
    with real_mail.dovecot.client(TEAM) as client:
        client.delete_folder("Archive")
    real_mail.deliver_to(TEAM, LETTER, AT, "Archive")
    assert inbox.find_letter("t0ken", "t0ken@acme.example", marks).places == (("Archive", 1),)


# The little that is written


def test_a_copy_is_moved(real_mail, inbox) -> None:
    real_mail.dovecot.append(TEAM, [(mail(1), AT, ()), (LETTER, AT, ()), (mail(2), AT, ("\\Deleted",))])
    assert inbox.file_copy("INBOX", 2, "Sent")
    (copy,) = real_mail.mailbox(TEAM, "Sent")
    assert (copy.content, copy.at, copy.flags) == (LETTER, AT, {"\\Seen"})
    assert len(real_mail.mailbox(TEAM)) == 2


def test_unread_copies_are_found_with_their_tokens(real_mail, inbox) -> None:
    old = AT - timedelta(days=40)
    mails = [(LETTER, AT, ()), (mail(1), AT, ()), (LETTER, AT, ("\\Seen",)), (LETTER, old, ())]
    real_mail.dovecot.append(TEAM, mails)
    assert inbox.own_unread("INBOX", AT.date() - timedelta(days=30)) == {1: "t0ken", 2: ""}
    with real_mail.dovecot.client(TEAM) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == [1, 2, 4]


def test_without_move_only_our_own_mail_is_expunged(real_mail, inbox_of) -> None:
    real_mail.dovecot.append(TEAM, [(mail(1), AT, ("\\Deleted",)), (LETTER, AT, ())])
    inbox = inbox_of("uidplus")
    assert inbox.file_copy("INBOX", 2, "Sent")
    assert [stored.content for stored in real_mail.mailbox(TEAM, "Sent")] == [LETTER]
    assert [stored.content for stored in real_mail.mailbox(TEAM)] == [mail(1)]


def test_without_either_the_copy_stays_and_is_read(real_mail, inbox_of) -> None:
    real_mail.dovecot.append(TEAM, [(mail(1), AT, ("\\Deleted",)), (LETTER, AT, ())])
    inbox = inbox_of("bare")
    assert inbox.file_copy("INBOX", 2, "Sent")
    assert real_mail.mailbox(TEAM, "Sent") == []
    assert [stored.flags for stored in real_mail.mailbox(TEAM)] == [{"\\Deleted"}, {"\\Seen"}]


def test_drafts(real_mail, inbox) -> None:
    inbox.append("Drafts", LETTER, ["\\Draft", "\\Seen"], AT)
    (draft,) = real_mail.mailbox(TEAM, "Drafts")
    assert (draft.content, draft.at, draft.flags) == (LETTER, AT, {"\\Draft", "\\Seen"})
    assert inbox.remove_own("Drafts", "t0ken")
    assert real_mail.mailbox(TEAM, "Drafts") == []


# IDLE


@pytest.mark.parametrize("kind", ["plain", "tls", "starttls"])
def test_idle_ends_when_mail_arrives(real_mail, inbox_of, trusted, kind) -> None:
    inbox = inbox_of(kind)
    inbox.states(inbox.folders())
    postman = Postman(smtp_settings(real_mail.smtp_url))
    timer = threading.Timer(0.3, postman.deliver, ("dana@acme.example", (TEAM,), None, LETTER))
    timer.start()
    assert inbox.idle(60)
    timer.join()
    postman.close()
    assert inbox.states(["INBOX"])["INBOX"].uidnext == 2


def test_mail_that_came_before_idle_is_not_slept_over(real_mail, inbox) -> None:
    inbox.states(inbox.folders())
    real_mail.deliver_to(TEAM, mail(1), AT)
    assert inbox.idle(60)


@pytest.mark.parametrize("kind", ["plain", "tls", "bare"])
def test_idle_ends_when_somebody_wakes_us(inbox_of, trusted, kind) -> None:
    reading, writing = os.pipe()
    inbox = inbox_of(kind)
    timer = threading.Timer(0.2, os.write, (writing, b"x"))
    timer.start()
    assert not inbox.idle(60, reading)
    timer.join()
    os.close(reading)
    os.close(writing)
    assert inbox.states(inbox.folders())


@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_a_server_that_kicks_us_out_of_idle(real_mail, inbox_of, trusted, kind) -> None:
    inbox = inbox_of(kind)
    inbox.states(inbox.folders())
    timer = threading.Timer(0.3, real_mail.dovecot._doveadm, ("kick", TEAM))
    timer.start()
    with pytest.raises(InboxError):
        inbox.idle(60)
    timer.join()
    assert inbox.states(inbox.folders())


def test_no_mail_is_missed_however_it_falls(real_mail, inbox) -> None:
    """Mail keeps coming while the loop polls and idles; each is announced, or seen by the next look."""
    settings = smtp_settings(real_mail.smtp_url)
    # Dovecot 2.3 makes the mailbox now: IMAP and LMTP making it at once deadlock now and then, and one of them panics.
    inbox.states(inbox.folders())

    def send() -> None:
        rng = random.Random(3)
        with Postman(settings) as postman:
            for number in range(30):
                postman.deliver("dana@acme.example", (TEAM,), None, mail(number))
                threading.Event().wait(rng.random() * 0.05)

    sender = threading.Thread(target=send)
    sender.start()
    seen: list[int] = []
    while len(seen) < 30:
        state = inbox.states(inbox.folders())["INBOX"]
        for batch in inbox.fetch("INBOX", state.uidvalidity, len(seen) + 1):
            seen += [raw.uid for raw in batch]
        if len(seen) < 30:
            assert inbox.idle(60), f"slept over mail after {len(seen)}"
    sender.join()
    assert seen == list(range(1, 31))


# TLS and logins


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_a_verified_line(inbox_of, trusted, kind) -> None:
    assert "INBOX" in inbox_of(kind).folders()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "has expired"),
        ("stranger", "not issued by an authority this machine knows"),
        ("wrong-name", "belongs to another host name"),
    ],
)
def test_a_bad_certificate(inbox_of, trusted, kind, said) -> None:
    with pytest.raises(InboxError, match=said):
        inbox_of(kind).connect()


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_an_authority_that_nobody_named(inbox_of, kind) -> None:
    with pytest.raises(InboxError, match="SSL_CERT_FILE"):
        inbox_of(kind).connect()


def test_tls_to_a_port_that_speaks_plain_text(real_mail, trusted) -> None:
    url = f"imaps://127.0.0.1:{real_mail.dovecot.imap_port}"
    with pytest.raises(InboxError, match=r"does not speak TLS here .* try imap\+starttls://"):
        Inbox(settings_from_url(url, TEAM, "x", timeout=10)).connect()


def test_a_wrong_password(real_mail) -> None:
    with pytest.raises(InboxError, match="refuses the login"):
        Inbox(settings_from_url(real_mail.imap_url, TEAM, "wrong")).connect()


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"imap://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InboxError, match="did not answer within 1 seconds"):
            Inbox(settings_from_url(url, TEAM, "x", timeout=1)).connect()
        smtp = smtp_settings(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout=1)
        with pytest.raises(DeliveryError, match="did not answer within 1 seconds"):
            Postman(smtp).connect()


# Sending


@pytest.mark.parametrize("kind", ["plain", "tls", "starttls"])
def test_a_letter_and_its_copy(real_mail, trusted, kind) -> None:
    settings = smtp_settings(real_mail.postfix.url(kind), TEAM, real_mail.password)
    receipt = hand_in(settings)
    assert receipt.outcome is Outcome.ACCEPTED
    for address in (MARIA, TEAM):
        (stored,) = real_mail.arrived(address, 1)
        assert stored.content.endswith(LETTER)


def test_several_letters_over_one_line(real_mail) -> None:
    with Postman(smtp_settings(real_mail.smtp_url)) as postman:
        for recipient, outcome in (
            (MARIA, Outcome.ACCEPTED),
            ("never@contract.example", Outcome.REFUSED),
            ("later@contract.example", Outcome.DEFERRED),
            ("nobody@contract.example", Outcome.REFUSED),
            (MARIA, Outcome.ACCEPTED),
        ):
            receipt = postman.deliver(TEAM, (recipient,), TEAM, LETTER)
            assert receipt.outcome is outcome, receipt
            assert receipt.reached
    assert len(real_mail.arrived(MARIA, 2)) == 2
    assert len(real_mail.arrived(TEAM, 2)) == 2


@pytest.mark.parametrize(
    ("copy_to", "outcome"),
    [("never@acme.example", Outcome.ACCEPTED), ("later@acme.example", Outcome.DEFERRED)],
)
def test_a_copy_that_is_not_taken(real_mail, copy_to, outcome) -> None:
    receipt = hand_in(smtp_settings(real_mail.smtp_url), LETTER, copy_to)
    assert receipt.outcome is outcome


def test_a_wrong_password_for_sending(real_mail, trusted) -> None:
    settings = smtp_settings(real_mail.postfix.url("tls"), TEAM, "wrong")
    with pytest.raises(DeliveryError, match="refuses the login"):
        Postman(settings).connect()


def test_an_authority_that_nobody_named_for_sending(real_mail) -> None:
    settings = smtp_settings(real_mail.postfix.url("starttls"), TEAM, real_mail.password)
    receipt = hand_in(settings)
    assert (receipt.outcome, receipt.reached) == (Outcome.DEFERRED, False)
    assert "SSL_CERT_FILE" in receipt.reply
