"""pause, resume, export, forget, on a real data folder."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon import House
from relationship.facts import Profile
from relationship.facts.messages import Kind, Message, Side
from store.keys import new_key
from store.protocol import StoreError
from store.tinydb_store import TinyStore
from tick.bookkeeping.books import Books
from tick.bookkeeping.requests import apply_requests
from tick.bookkeeping.roll import enroll

ROOT = Path(__file__).parent.parent.parent
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
RULES = """
mode: live
mailbox: {address: team@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:P"}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}
contractors:
  - {name: Ben Okafor, email: ben@contract.example, timezone: Africa/Lagos}
rules: []
"""


@pytest.fixture
def run(tmp_path):
    """The command line on a data folder that knows Ben, and Maria, who is in the rules no more."""
    (tmp_path / "rules.yaml").write_text(RULES)
    store = TinyStore(tmp_path / "data")
    for key, name, address in (
        ("ben-1", "Ben Okafor", "ben@contract.example"),
        ("maria-1", "Maria Santos", "maria@x.example"),
    ):
        mail = Message(f"1@{address}", AT, AT, Side.CONTRACTOR, Kind.HUMAN, "", address, f"From {name}")
        store.commit(key, [Profile(name, (address,), AT), mail])
    store.close()

    def command(*words):
        line = [
            sys.executable,
            "daemon.py",
            "--rules",
            tmp_path / "rules.yaml",
            "--data",
            tmp_path / "data",
            *words,
        ]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)

    command.folder = tmp_path
    return command


def status(run):
    return json.loads(run("status", "--json").stdout)


def test_pause_and_resume_by_first_name(run):
    assert run("pause", "Ben").returncode == 0
    assert status(run)["paused"] is True
    assert run("resume", "ben@contract.example").returncode == 0
    assert status(run)["paused"] is False


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_whoever_was_just_written_into_the_rules_is_not_said_to_be_paused(run, command):
    newcomer = "  - {name: Aiko Tanaka, email: aiko@contract.example, timezone: Asia/Tokyo}\nrules: []"
    (run.folder / "rules.yaml").write_text(RULES.replace("rules: []", newcomer))
    done = run(command, "Aiko")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Aiko Tanaka is new in the rules, and no tick has run since." in done.stderr


def test_a_misspelt_name_gets_a_hint(run):
    done = run("pause", "Ben Okafer")
    assert done.returncode == 1
    assert "Did you mean Ben Okafor?" in done.stderr


def test_forget_refuses_whoever_is_still_in_the_rules(run):
    done = run("forget", "Ben")
    assert done.returncode == 1
    assert "still in" in done.stderr


def test_forget_leaves_no_trace_and_the_others_as_they_were(run):
    before = run("ledger", "--json").stdout
    assert run("forget", "Maria Santos").returncode == 0
    for path in (run.folder / "data").rglob("*"):
        assert "maria" not in path.name.lower()
        assert not path.is_file() or b"maria" not in path.read_bytes().lower()
    assert run("ledger", "--json").stdout == before


def test_export_is_complete(run):
    told = run("export", "Maria")
    assert told.returncode == 0
    assert "From Maria Santos" in told.stdout
    assert "Ben" not in told.stdout
    json.loads(told.stdout)


def test_a_request_that_meets_a_full_disk_is_done_once_there_is_room(run, monkeypatch):
    house = House(run.folder / "rules.yaml", run.folder / "data")
    store = house.store()
    books = Books(store, house.policy(house.templates()), {})
    store.request("forget", "maria-1")

    def full(*_):
        raise StoreError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(store, "forget", full)
        apply_requests(books)
    assert store.requests() == (("forget", "maria-1"),)
    apply_requests(books)
    assert (store.requests(), store.names()) == ((), ("ben-1",))
    store.close()


WITH_MARIA = RULES.replace(
    "rules: []", "  - {name: Maria Santos, email: maria@x.example, timezone: Europe/Madrid}\nrules: []"
)


def test_to_forget_waits_until_the_rules_without_them_are_in_force(run):
    """The file was saved a moment ago; the daemon takes it up once it has rested."""
    house = House(run.folder / "rules.yaml", run.folder / "data")
    without_her = house.policy(house.templates())
    house.rules.write_text(WITH_MARIA)
    store = house.store()
    books = Books(store, house.policy(house.templates()), {})
    enroll(books, AT)
    house.rules.write_text(RULES)
    assert "was asked" in run("forget", "Maria").stdout
    apply_requests(books)
    assert "maria-1" in store.names()
    books.adopt(without_her, {})
    apply_requests(books)
    assert (store.requests(), store.names()) == ((), ("ben-1",))
    store.close()


def test_whoever_came_back_into_the_rules_is_not_forgotten_later(run):
    house = House(run.folder / "rules.yaml", run.folder / "data")
    house.rules.write_text(WITH_MARIA)
    store = house.store()
    store.request("forget", "maria-1")
    books = Books(store, house.policy(house.templates()), {})
    apply_requests(books)
    assert store.requests() == ()
    assert "maria-1" in store.names()
    store.close()


def test_what_a_yearly_file_lost_is_said(run):
    store = TinyStore(run.folder / "data")
    store.archive("ben-1", store.load("ben-1").messages.values())
    store.close()
    [year] = (run.folder / "data" / "archive").rglob("ben-1.jsonl")
    year.write_bytes(b"{]\n" + year.read_bytes())
    for command in ("ledger", "why"):
        told = run(command, "--json")
        assert (told.returncode, "What stands at byte 0 of" in told.stderr) == (0, True)
        assert "was left out" in told.stderr


def test_while_a_daemon_runs_it_is_asked(run):
    house = House(run.folder / "rules.yaml", run.folder / "data")
    running = house.store()
    try:
        assert "was asked" in run("pause", "Ben").stdout
        assert running.requests() == (("pause", "ben-1"),)
    finally:
        running.close()


@pytest.mark.parametrize(("asked", "said"), [("resume", "pause"), ("pause", "resume")])
def test_what_was_said_last_counts_though_a_daemon_ended_before_it_did_what_it_was_asked(run, asked, said):
    store = TinyStore(run.folder / "data")
    store.request(asked, "ben-1")
    store.close()
    assert run(said, "Ben").returncode == 0
    house = House(run.folder / "rules.yaml", run.folder / "data")
    store = house.store()
    apply_requests(Books(store, house.policy(house.templates()), {}))
    store.close()
    assert status(run)["paused"] is (said == "pause")


@pytest.mark.parametrize("words", [("export", "Ben"), ("backtest", "--json"), ("report", "--html", "r.html")])
def test_what_is_told_says_what_is_missing(run, words, tmp_path):
    store = TinyStore(run.folder / "data")
    store.archive("ben-1", store.load("ben-1").messages.values())
    store.close()
    [year] = (run.folder / "data" / "archive").rglob("ben-1.jsonl")
    year.write_bytes(b"{]\n" + year.read_bytes())
    told = run(*(tmp_path / word if word == "r.html" else word for word in words))
    assert (told.returncode, told.stderr.count("What stands at byte 0 of")) == (0, 1)


def test_a_damaged_file_is_in_the_way_of_nobody_else_and_is_no_stranger(run):
    (run.folder / "data" / "contractors" / "ben-1.json").unlink()
    key = new_key("Ben Okafor", ["ben@contract.example"], ())
    (run.folder / "data" / "contractors" / f"{key}.json").write_text("{")
    told = run("export", "Maria")
    assert (told.returncode, "From Maria Santos" in told.stdout) == (0, True)
    assert f"{key}.json is damaged" in told.stderr
    for words in (("ledger", "Ben"), ("pause", "Ben Okafor")):
        told = run(*words)
        assert told.returncode == 1
        [line] = told.stderr.splitlines()
        assert f"{key}.json is damaged" in line


def test_whose_file_is_damaged_is_no_newcomer_under_another_name_or_address(run):
    path = run.folder / "data" / "contractors" / "ben-1.json"
    path.write_bytes(path.read_bytes()[:-20])
    renamed = RULES.replace("name: Ben Okafor", "name: Benjamin Okafor").replace(
        "email: ben@contract.example", "email: [ben@mail.example, ben@contract.example]"
    )
    (run.folder / "rules.yaml").write_text(renamed)
    house = House(run.folder / "rules.yaml", run.folder / "data")
    store = house.store()
    try:
        for _ in range(2):  # read for the first time, and set aside
            books = Books(store, house.policy(house.templates()), {})
            assert list(books.lost) == ["ben-1"]
            assert list(books.people.contractors) == []
    finally:
        store.close()
