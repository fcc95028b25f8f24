"""Mail that nobody can understand is kept as evidence and counted; the loop goes on."""

import logging

import pytest

from store.protocol import Heartbeat

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"


# What the embedded server itself cannot hold, or not quickly; tests/interop/test_absurd.py has a real one do it.
SIMPLE = 20_000  # bytes


@pytest.fixture
def absurd(scene, absurd_mails):
    """A scene in whose inbox the absurd mails lie."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    for content in absurd_mails.values():
        if len(content) < SIMPLE:
            scene.servers.deliver_to(TEAM, content, scene.now)
    return scene


def riddles(mails) -> int:
    return sum(name.isupper() for name in mails)


def test_absurd_mails_are_counted_and_stop_nothing(absurd, absurd_mails, caplog):
    caplog.set_level(logging.WARNING)
    work = absurd.tick()
    assert work.errors == riddles(absurd_mails)
    assert absurd.store.heartbeat() == Heartbeat(set_aside=riddles(absurd_mails))
    assert "A mail was set aside, since it has no headers" in caplog.text
    absurd.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    assert absurd.tick().recorded == 1
    assert absurd.tick().errors == 0


def test_what_is_read_again_is_not_counted_again(absurd, absurd_mails):
    absurd.tick()
    absurd.policy(absurd.rules_text, ("ben@contract.example", "ben@other.example"))
    absurd.tick()
    assert absurd.store.heartbeat().set_aside == riddles(absurd_mails)


def test_a_flood_is_counted_and_little_of_it_kept(scene, absurd_mails):
    scene.tick()
    for number in range(60):
        scene.servers.deliver_to(TEAM, b"\r\n%d" % number + absurd_mails["NOISE"], scene.now)
    assert scene.tick().errors == 60
    assert scene.store.heartbeat().set_aside == 60


def test_bounces_and_strangers_are_no_riddles(scene):
    scene.tick()
    for head in (
        b"From: MAILER-DAEMON (Mail)",
        b"From: <>",
        b"X-Failed-Recipients: a@b.example",
        b"From: a@b.c",
    ):
        mail = head + b"\r\nSubject: failure notice\r\n\r\nThis is the qmail-send program.\r\n"
        scene.servers.deliver_to(TEAM, mail, scene.now)
    assert scene.tick().errors == 0
