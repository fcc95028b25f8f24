"""The service between two ticks: how long it waits, and what it makes of lines that die and rules that change."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from commands.alarm import Patience
from commands.demo_servers import EmbeddedMail
from commands.pinging import Pinger
from commands.service import Service
from daemon import House

RULES = """mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_TEST_PASSWORD
  poll: 10 minutes
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}}
contractors:
  - {{name: Maria Santos, email: maria@contract.example, timezone: Asia/Manila}}
rules:
  - {{name: Thank, when: contractor replied, send: appreciation/quick-answer}}
"""


@pytest.fixture
def embedded_mail() -> Iterator[EmbeddedMail]:
    """The owner has a mailbox, too."""
    with EmbeddedMail({"team@acme.example": "secret", "dana@acme.example": "secret"}) as mail:
        yield mail


@pytest.fixture
def service(embedded_mail: EmbeddedMail, tmp_path, monkeypatch) -> Iterator[Service]:
    """A service that has ticked once, and waits for mail; it polls seldom."""
    monkeypatch.setenv("KEEPWARM_TEST_PASSWORD", "secret")
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.format(imap=embedded_mail.imap_url, smtp=embedded_mail.smtp_url))
    house = House(rules, tmp_path / "data")
    keepwarm = house.keepwarm(house.policy(house.templates()))
    service = Service(keepwarm, house, dry_run=False, pinger=Pinger(""))
    service._tick()
    yield service
    keepwarm.close()


def test_the_end_of_trouble_is_logged(embedded_mail: EmbeddedMail, service, caplog) -> None:
    caplog.set_level(logging.INFO)
    embedded_mail.offline = True
    embedded_mail.hang_up()
    service._tick()
    assert "works again" not in caplog.text
    embedded_mail.offline = False
    service._tick()
    service._tick()
    assert caplog.text.count("It works again: the mailbox was read.") == 1


@pytest.mark.timeout(60)  # twice as long as the poll is what a tick that failed is followed by
def test_a_line_that_dies_while_waiting_puts_off_no_tick(embedded_mail: EmbeddedMail, service) -> None:
    timer = threading.Timer(0.3, embedded_mail.hang_up)
    timer.start()
    assert not service._wait(1.0)
    timer.join()
    assert not service._wait(0.1)


@pytest.mark.timeout(60)
def test_a_server_that_is_away_while_waiting_is_not_asked_again_before_the_next_tick(
    embedded_mail: EmbeddedMail, service, caplog
) -> None:
    embedded_mail.hang_up()
    embedded_mail.offline = True
    assert not service._wait(0.5)
    assert len(caplog.records) == 1
    embedded_mail.offline = False
    service._tick()
    assert not service._wait(0.1)
    assert len(caplog.records) == 1


def test_a_poll_that_is_seldom_goes_past_nobodys_hours(
    embedded_mail: EmbeddedMail, service, monkeypatch
) -> None:
    """With `poll: 12 hours` each look fell into Maria's night, and what waited for her morning waited for ever."""
    now = service._house.now() + timedelta(days=30)
    evening = now.replace(hour=10, minute=0, second=0, microsecond=0)  # 18:00 in Manila
    evening += timedelta(days=(1 - now.weekday()) % 7)  # on a Tuesday
    monkeypatch.setattr(House, "now", lambda house: evening)
    for folder, sender, to, more in (
        ("Sent", "dana@acme.example", "maria@contract.example", ""),
        ("INBOX", "maria@contract.example", "team@acme.example", "In-Reply-To: <dana@acme.example>\r\n"),
    ):
        head = f"From: {sender}\r\nTo: {to}\r\nSubject: Logo\r\nMessage-ID: <{sender}>\r\n{more}"
        mail = f"{head}\r\nCould you send it?\r\n".encode()
        embedded_mail.deliver_to("team@acme.example", mail, evening, folder)
    service._tick()
    service._tick()  # what the first one wrote was news
    assert service._due_in() == 6 * 3600, "until midnight in Manila"
    midnight = evening + timedelta(hours=6)
    monkeypatch.setattr(House, "now", lambda house: midnight)
    service._tick()
    assert service._due_in() == 9 * 3600, "until she is at work"


def test_the_owner_is_told_of_an_edit_whose_password_cannot_be_had(
    embedded_mail: EmbeddedMail, service, monkeypatch
) -> None:
    """It is no mistake in the file, and leaves the last good rules in force all the same."""
    monkeypatch.setattr(service, "_patience", Patience(broken_rules=timedelta()))
    rules = service._house.rules
    good = rules.read_text()
    rules.write_text(good.replace("env:KEEPWARM_TEST_PASSWORD", "env:KEEPWARM_TEST_PASWORD"))
    service._reload()
    service._tick()
    service._tick()
    [(_, readers, content)] = embedded_mail.accepted
    text = message_from_bytes(content, policy=default).get_body().get_content()
    assert readers == ("dana@acme.example",)
    assert "The environment variable KEEPWARM_TEST_PASWORD, which" in " ".join(text.split())
    rules.write_text(good)
    service._reload()
    service._tick()
    assert len(embedded_mail.accepted) == 1


def test_the_owner_is_told_of_an_edit_however_many_mistakes_are_in_it(
    embedded_mail: EmbeddedMail, service, monkeypatch
) -> None:
    """Such as a word that was replaced throughout the file of an agency."""
    monkeypatch.setattr(service, "_patience", Patience(broken_rules=timedelta()))
    people = "".join(f"  - {{name: Person {n}, emial: person{n}@contract.example}}\n" for n in range(800))
    rules = service._house.rules
    rules.write_text(rules.read_text().replace("rules:\n", f"{people}rules:\n"))
    service._reload()
    service._tick()
    [(_, readers, content)] = embedded_mail.accepted
    text = message_from_bytes(content, policy=default).get_body().get_content()
    assert readers == ("dana@acme.example",)
    assert "emial" in text
