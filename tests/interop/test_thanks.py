"""The thank-you button on a real server: the star, and a label in its place, through the daemon's own tick."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from daemon import House
from tick.owner.digest.sending import no_picture

TEAM, MARIA = "team@acme.example", "maria@contract.example"
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_TEST_PASSWORD
{starred}
owner:
  name: Dana Reyes
  email: dana@acme.example
  timezone: America/New_York
  digest: off
contractors:
  - {{name: Maria Santos, email: maria@contract.example, timezone: Europe/Madrid}}
rules:
  - name: Thank what I starred
    when: starred
    send: appreciation/starred
    deliver: any time
"""
MAIL = (
    b"From: Maria <maria@contract.example>\r\nTo: team@acme.example\r\nMessage-ID: <draft@contract.example>\r\n"
    b"Subject: The new draft\r\n\r\nHere is the draft.\r\n"
)


@pytest.mark.parametrize(
    ("line", "flag"),
    [("", b"\\Flagged"), ("  starred: Thank you", b"thank_you"), ("  starred: thanks", b"THANKS")],
)
def test_it_thanks_once_after_ten_minutes_in_which_it_can_be_taken_back(real_mail, tmp_path, line, flag):
    os.environ["KEEPWARM_TEST_PASSWORD"] = real_mail.password
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.format(imap=real_mail.imap_url, smtp=real_mail.smtp_url, starred=line))
    house = House(rules, tmp_path / "data")
    keepwarm = house.keepwarm(house.policy(house.templates()), no_picture)

    def set_flag(there: bool) -> None:
        with real_mail.dovecot.client(TEAM) as client:
            client.select_folder("INBOX")
            (client.add_flags if there else client.remove_flags)([1], [flag])

    def at(minute: int) -> int:
        return keepwarm.tick(START + timedelta(minutes=minute)).sent

    try:
        at(0)
        real_mail.deliver_to(TEAM, MAIL, START + timedelta(minutes=1))
        at(2)
        set_flag(True)
        at(3)
        set_flag(False)
        assert [at(5), at(14)] == [0, 0], "it was taken back"
        set_flag(True)
        assert [at(15), at(20), at(24)] == [0, 0, 0]
        assert at(26) == 1
        set_flag(False)
        at(27)
        set_flag(True)
        assert [at(28), at(40), at(24 * 60)] == [0, 0, 0], "once a mail"
        [letter] = real_mail.arrived(MARIA, 1)
        assert b"Subject: Re: The new draft" in letter.content
    finally:
        keepwarm.close()


def test_what_carried_the_label_before_it_was_named_thanks_nobody(real_mail, tmp_path):
    os.environ["KEEPWARM_TEST_PASSWORD"] = real_mail.password
    rules = tmp_path / "rules.yaml"
    house = House(rules, tmp_path / "data")

    def written(line: str):
        rules.write_text(RULES.format(imap=real_mail.imap_url, smtp=real_mail.smtp_url, starred=line))
        return house.policy(house.templates())

    def label(uid: int) -> None:
        with real_mail.dovecot.client(TEAM) as client:
            client.select_folder("INBOX")
            client.add_flags([uid], [b"thanks"])

    keepwarm = house.keepwarm(written(""), no_picture)
    try:
        keepwarm.tick(START)
        for number in (b"one", b"two"):
            mail = MAIL.replace(b"draft", number)
            real_mail.deliver_to(TEAM, mail, START + timedelta(minutes=1))
        label(1)
        keepwarm.tick(START + timedelta(minutes=2))
        keepwarm.adopt(written("  starred: thanks"), house.templates())
        for minute in (3, 20):
            assert keepwarm.tick(START + timedelta(minutes=minute)).sent == 0
        label(2)
        assert [keepwarm.tick(START + timedelta(minutes=minute)).sent for minute in (21, 32)] == [0, 1]
    finally:
        keepwarm.close()
