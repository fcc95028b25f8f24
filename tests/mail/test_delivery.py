"""Handing letters to an SMTP server, and knowing exactly how far they got."""

import pytest

from commands.demo_servers import EmbeddedMail
from mail.smtp.delivery import Outcome, Postman
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
