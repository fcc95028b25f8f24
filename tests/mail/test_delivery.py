"""Handing letters to an SMTP server, and knowing exactly how far they got."""

from collections.abc import Callable

import pytest

from bench.servers.proxy import DOWN, UP, Line, Proxy
from commands.demo_servers import EmbeddedMail
from mail.smtp.delivery import FINAL_DOT_SECONDS, Outcome, Postman
from mail.smtp.submission import DeliveryError, settings_from_url

TEAM, MARIA, OTHER = "team@acme.example", "maria@contract.example", "maria.s@mail.example"
LETTER = b"Subject: Hello\r\nMessage-ID: <one@acme.example>\r\n\r\n.A dot\r\n..Two\r\nEnd\r\n"


@pytest.fixture
def postman(embedded_mail: EmbeddedMail):
    with Postman(settings_from_url(embedded_mail.smtp_url, TEAM, "secret", timeout=10)) as postman:
        yield postman


def subjects(mail: EmbeddedMail, address: str) -> int:
    return len(mail.mailbox(address))


def test_a_letter_and_its_copy_arrive_byte_for_byte(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    copied: list[bool] = []
    receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER, copied.append)
    assert (receipt.outcome, receipt.reached, copied) == (Outcome.ACCEPTED, True, [True])
    assert receipt.reply.startswith("250 ")
    for address in (MARIA, TEAM):
        (mail,) = embedded_mail.mailbox(address)
        assert mail.content.endswith(LETTER)
    assert embedded_mail.accepted == [(TEAM, (MARIA, TEAM), LETTER)]


def test_without_a_copy(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    copied: list[bool] = []
    receipt = postman.deliver(TEAM, (MARIA,), None, LETTER, copied.append)
    assert (receipt.outcome, copied) == (Outcome.ACCEPTED, [False])
    assert embedded_mail.mailbox(TEAM) == []


def test_a_letter_without_a_final_line_end(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    postman.deliver(TEAM, (MARIA,), None, LETTER.rstrip())
    assert embedded_mail.mailbox(MARIA)[0].content.endswith(LETTER)


@pytest.mark.parametrize(("code", "outcome"), [(550, Outcome.REFUSED), (451, Outcome.DEFERRED)])
def test_a_refused_recipient_stops_it_for_everybody(
    embedded_mail: EmbeddedMail, postman: Postman, code: int, outcome: Outcome
) -> None:
    embedded_mail.refuse = {OTHER: (code, "5.1.1 who is that")}
    receipt = postman.deliver(TEAM, (MARIA, OTHER), TEAM, LETTER)
    assert (receipt.outcome, receipt.reply) == (outcome, f"{code} 5.1.1 who is that")
    assert embedded_mail.accepted == []
    embedded_mail.refuse = {}
    assert postman.deliver(TEAM, (MARIA, OTHER), TEAM, LETTER).outcome is Outcome.ACCEPTED


def test_of_two_answers_the_worse_one_counts(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    embedded_mail.refuse = {MARIA: (550, "never"), OTHER: (451, "later")}
    assert postman.deliver(TEAM, (OTHER, MARIA), None, LETTER).outcome is Outcome.REFUSED
    assert postman.deliver(TEAM, (MARIA, OTHER), None, LETTER).outcome is Outcome.REFUSED


def test_a_copy_refused_for_good_lets_the_letter_go_unproved(
    embedded_mail: EmbeddedMail, postman: Postman
) -> None:
    embedded_mail.refuse = {TEAM: (550, "no copies here")}
    copied: list[bool] = []
    receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER, copied.append)
    assert (receipt.outcome, copied) == (Outcome.ACCEPTED, [False])
    assert (subjects(embedded_mail, MARIA), subjects(embedded_mail, TEAM)) == (1, 0)


def test_a_copy_put_off_puts_the_letter_off(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    embedded_mail.refuse = {TEAM: (452, "mailbox full")}
    receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER)
    assert (receipt.outcome, receipt.reply) == (Outcome.DEFERRED, "452 mailbox full")
    assert receipt.of_copy, "it is not the contractor's mailbox that is full"
    assert embedded_mail.accepted == []


@pytest.mark.parametrize(
    ("code", "outcome"), [(554, Outcome.REFUSED), (451, Outcome.DEFERRED), (250, Outcome.ACCEPTED)]
)
def test_the_answer_to_the_final_dot_counts(
    embedded_mail: EmbeddedMail, postman: Postman, code: int, outcome: Outcome
) -> None:
    embedded_mail.refuse_data = (code, "so be it")
    assert postman.deliver(TEAM, (MARIA,), TEAM, LETTER).outcome is outcome


@pytest.mark.parametrize("moment", ["at mail", "at rcpt"])
def test_a_line_that_dies_before_data_leaves_no_doubt(
    embedded_mail: EmbeddedMail, postman: Postman, moment: str
) -> None:
    embedded_mail.drop = moment
    receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER)
    assert (receipt.outcome, receipt.reached) == (Outcome.DEFERRED, False)
    assert embedded_mail.accepted == []


@pytest.mark.parametrize(("moment", "arrived"), [("before delivery", 0), ("after delivery", 1)])
def test_a_line_that_dies_after_data_leaves_the_letter_in_doubt(
    embedded_mail: EmbeddedMail, postman: Postman, moment: str, arrived: int
) -> None:
    embedded_mail.drop = moment
    assert postman.deliver(TEAM, (MARIA,), TEAM, LETTER).outcome is Outcome.UNKNOWN
    assert subjects(embedded_mail, MARIA) == arrived


def test_a_line_that_died_between_two_letters_is_made_anew(
    embedded_mail: EmbeddedMail, postman: Postman
) -> None:
    for count in (1, 2, 3):
        assert postman.deliver(TEAM, (MARIA,), None, LETTER).outcome is Outcome.ACCEPTED
        assert subjects(embedded_mail, MARIA) == count
        embedded_mail.hang_up()


def doubled(data: bytes) -> bytes:
    return data + b"250 2.0.0 Ok\r\n"


def nothing_but_ok(data: bytes) -> bytes:
    return b"250 2.0.0 Ok\r\n"


@pytest.mark.parametrize(
    ("question", "changed"),
    [(b"MAIL", doubled), (b"RCPT", doubled), (b"DATA", doubled), (b"DATA", nothing_but_ok)],
)
def test_an_answer_that_nobody_asked_for_passes_for_no_other(
    embedded_mail: EmbeddedMail, question: bytes, changed: Callable[[bytes], bytes]
) -> None:
    asked: list[bytes] = []

    def out_of_turn(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP:
            asked.append(data.upper())
        return changed(data) if direction == DOWN and asked and asked[-1].startswith(question) else data

    with Proxy(embedded_mail.smtp_port, out_of_turn) as proxy:
        settings = settings_from_url(f"smtp://127.0.0.1:{proxy.port}", TEAM, "secret", timeout=10)
        with Postman(settings) as postman:
            receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER)
            assert (receipt.outcome, receipt.reached) == (Outcome.DEFERRED, False)
            assert "answers out of turn" in receipt.reply
            assert embedded_mail.accepted == []
            proxy.fault = None
            assert postman.deliver(TEAM, (MARIA,), TEAM, LETTER).outcome is Outcome.ACCEPTED
    assert len(embedded_mail.accepted) == 1


def test_the_answer_to_the_final_dot_is_waited_for_longer_than_others(embedded_mail: EmbeddedMail) -> None:
    waits: list[float | None] = []

    def patience(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP and postman._smtp:
            waits.append(postman._smtp.sock.gettimeout())
        return data

    with Proxy(embedded_mail.smtp_port, patience) as proxy:
        settings = settings_from_url(f"smtp://127.0.0.1:{proxy.port}", TEAM, "secret", timeout=10)
        postman = Postman(settings)
        for _ in range(2):
            postman.ready()
            waits.clear()
            assert postman.deliver(TEAM, (MARIA,), TEAM, LETTER).outcome is Outcome.ACCEPTED
            assert (waits[0], waits[-1]) == (10, FINAL_DOT_SECONDS)
        postman.close()


def test_a_server_that_is_away(embedded_mail: EmbeddedMail, postman: Postman) -> None:
    embedded_mail.offline = True
    receipt = postman.deliver(TEAM, (MARIA,), TEAM, LETTER)
    assert (receipt.outcome, receipt.reached) == (Outcome.DEFERRED, False)
    embedded_mail.offline = False
    assert postman.deliver(TEAM, (MARIA,), TEAM, LETTER).outcome is Outcome.ACCEPTED


def test_a_wrong_password_is_no_fault_of_the_letter(embedded_mail: EmbeddedMail) -> None:
    settings = settings_from_url(embedded_mail.smtp_url, TEAM, "wrong")
    receipt = Postman(settings).deliver(TEAM, (MARIA,), TEAM, LETTER)
    assert (receipt.outcome, receipt.reached) == (Outcome.DEFERRED, False)
    assert f"refuses the login {TEAM}" in receipt.reply
    with pytest.raises(DeliveryError, match="refuses the login"):
        Postman(settings).connect()


def test_a_password_beyond_ascii(embedded_mail: EmbeddedMail) -> None:
    settings = settings_from_url(embedded_mail.smtp_url, TEAM, "pässword")
    with pytest.raises(DeliveryError, match="535"):
        Postman(settings).connect()


def test_an_address_beyond_ascii_is_refused_in_words(postman: Postman) -> None:
    receipt = postman.deliver(TEAM, ("märia@contract.example",), TEAM, LETTER)
    assert receipt.outcome is Outcome.REFUSED
    assert "märia@contract.example" in receipt.reply
