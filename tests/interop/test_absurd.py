"""Absurd mails on a real server: each is read in less than a second of our own time, and none stops the loop."""

import json
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from daemon import House, Keepwarm

TEAM, MARIA = "team@acme.example", "maria@contract.example"


@pytest.fixture
def keepwarm(bench, monkeypatch):
    """The daemon, which has read an empty mailbox."""
    monkeypatch.setenv("KEEPWARM_PASSWORD", bench.mail.password)
    house = House(bench.rules, bench.folder / "data")
    made = house.keepwarm(house.policy(house.templates()))
    made.tick(house.now())
    yield made
    made.close()


def test_each_absurd_mail_is_taken_in_quickly_and_counted(bench, keepwarm: Keepwarm, absurd_mails) -> None:
    now = datetime.now(UTC)
    bench.writes(MARIA, TEAM, "Warm", "What is loaded once is loaded now?", ago=timedelta(minutes=1))
    keepwarm.tick(now)
    slow, aside = {}, []
    for name, content in absurd_mails.items():
        bench.mail.deliver_to(TEAM, content, now)
        begun = process_time()
        work = keepwarm.tick(now)
        slow[name] = round(process_time() - begun, 2)
        aside += [name] * work.errors
        assert work.read == 1, name
    assert max(slow.values()) < 1, slow
    assert aside == [name for name in absurd_mails if name.isupper()]
    bench.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    assert keepwarm.tick(datetime.now(UTC)).recorded == 1


def test_status_tells_of_mail_that_was_set_aside(bench, absurd_mails) -> None:
    bench.once()
    bench.mail.deliver_to(TEAM, absurd_mails["NOISE"], datetime.now(UTC))
    assert bench.once()["errors"] == 1
    said = bench.command("status", "--json")
    assert [json.loads(line) for line in said.stdout.splitlines()]
    told = "1 mail was set aside, not understood: see set-aside in the data folder."
    assert told in " ".join(said.stderr.split())
    assert " ".join(bench.command("status").stdout.split()).endswith(told)
    assert len(list((bench.folder / "data" / "set-aside").iterdir())) == 1
