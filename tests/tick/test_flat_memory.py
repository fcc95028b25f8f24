"""What is held in memory does not grow with relationships and history, and an idle tick reads nothing anew."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import store.shelf
import tick.bookkeeping.books
import tick.recording.record
import tick.recording.waiting
from daemon import House, Keepwarm
from relationship.facts.messages import Kind, Message, Side
from rules.policy import Policy
from store.files import Files
from store.tinydb_store import TinyStore
from tick.collecting.collect import Batch
from tick.recording.waiting import Waiting

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE, MAILS = 40, 12
RULES = """
mailbox: {address: team@acme.example, imap: imap://127.0.0.1:1, smtp: smtp://127.0.0.1:1, password: env:NONE}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: Europe/Madrid, hours: Mon-Fri 09:00-17:00, digest: off}
rules:
  - name: Chase
    when: waiting on contractor
    steps:
      - {after: 1 working day, send: reminders/gentle}
contractors:
"""


class Reads(Files):
    """Notes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def read(self, path: Path) -> bytes | None:
        self.names.append(path.name.partition(".")[0])
        return super().read(path)


def person(number: int) -> str:
    return f"person{number}@contract.example"


def message(who: int, number: int, at: datetime) -> Message:
    """Every other one answers the one before it."""
    name, asks = f"{who}.{number}@mail.example", number % 2 == 0
    return Message(
        key=name,
        at=at,
        seen_at=at,
        side=Side.OWNER if asks else Side.CONTRACTOR,
        kind=Kind.HUMAN,
        reason="",
        sender="dana@acme.example" if asks else person(who),
        subject=f"Flyer {number // 2}",
        message_id=name,
        parents=() if asks else (f"{who}.{number - 1}@mail.example",),
        asks=asks,
    )


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.shelf, "MOST_BYTES", 30_000)
    monkeypatch.setattr(tick.recording.waiting, "LOOSE", 50)
    monkeypatch.setattr(tick.recording.waiting, "PIECE", 60)
    monkeypatch.setattr(tick.recording.waiting, "HUGE", 100)
    monkeypatch.setattr(tick.recording.waiting, "BESIDES", 10)


@pytest.fixture
def house(tmp_path: Path) -> House:
    people = "".join(
        f"  - {{name: Person{n} Number, email: {person(n)}, timezone: Europe/Madrid, hours: Mon-Fri 09:00-17:00}}\n"
        for n in range(PEOPLE)
    )
    (tmp_path / "rules.yaml").write_text(RULES + people)
    return House(tmp_path / "rules.yaml", tmp_path / "data")


@pytest.fixture
def policy(house: House) -> Policy:
    return house.policy(house.templates())


class Mailbox:
    """Hands over a history once, contractor by contractor in turn, and mail that comes in later."""

    def __init__(self, begun: datetime, step: timedelta) -> None:
        self.new = [(who, number, begun + number * step) for number in range(MAILS) for who in range(PEOPLE)]

    def __call__(self, books: tick.bookkeeping.books.Books, now: datetime) -> Iterator[Batch]:
        keys = {who.addresses[0]: key for key, who in books.people.contractors.items()}
        found = [(keys[person(who)], message(who, number, at)) for who, number, at in self.new]
        self.new = []
        for first in range(0, len(found), 30):
            yield Batch("", books.people, understood=found[first : first + 30])


def running(house: House, policy: Policy, mailbox: Mailbox, files: Files) -> Keepwarm:
    keepwarm = house.rehearsal(policy, TinyStore(house.data, files=files), mailbox)
    keepwarm.books._most = 80
    keepwarm.books._rebuild()
    return keepwarm


def held(keepwarm: Keepwarm) -> tuple[bool, ...]:
    """Whether facts and stories keep to their bounds."""
    books, shelf = keepwarm.books, keepwarm.store._shelf
    return (
        shelf._open.weight <= 30_000,
        books._told.weight <= 80,
        len(books._dockets) <= len(books._told),
    )


@pytest.mark.parametrize("many", [10_000, 100])
def test_memory_is_bounded_and_nothing_is_lost(house, policy, monkeypatch, many):
    monkeypatch.setattr(tick.recording.record, "MANY", many)
    keepwarm = running(house, policy, Mailbox(NOW - timedelta(days=30), timedelta(days=2)), Files())
    work = keepwarm.tick(NOW)
    assert work.recorded == PEOPLE * MAILS > 400
    assert all(held(keepwarm)), held(keepwarm)
    books = keepwarm.books
    assert {len(books.story(key).messages) for key in books.people.contractors} == {MAILS}
    assert {len(books.story(key).ledger.exchanges) for key in books.people.contractors} == {MAILS // 2}
    assert all(held(keepwarm)), "after all of them were told once more"
    keepwarm.close()


def test_an_idle_tick_reads_nothing_however_many_there_are(house, policy):
    files = Reads()
    keepwarm = running(house, policy, Mailbox(NOW - timedelta(days=30), timedelta(days=2)), files)
    keepwarm.tick(NOW)
    while keepwarm.tick(NOW):
        pass
    keepwarm.tick(NOW + timedelta(seconds=1))
    files.names.clear()
    for second in range(2, 7):
        assert not keepwarm.tick(NOW + timedelta(seconds=second))
    assert not files.names
    keepwarm.close()


def test_a_mail_reads_the_relationship_that_it_belongs_to_and_no_other(house, policy):
    files, mailbox = Reads(), Mailbox(NOW - timedelta(days=30), timedelta(days=2))
    keepwarm = running(house, policy, mailbox, files)
    while keepwarm.tick(NOW):
        pass
    files.names.clear()
    mailbox.new = [(0, MAILS, NOW)]
    assert keepwarm.tick(NOW + timedelta(minutes=1)).recorded == 1
    assert len(set(files.names)) == 1
    assert len(files.names) <= 4, "searched, changed and told, and what is archived of it"
    keepwarm.close()


def test_years_of_one_contractors_mail_do_not_stay_live(house, policy, monkeypatch):
    mailbox = Mailbox(NOW - timedelta(days=3000), timedelta(days=2))
    mailbox.new = [(0, number, NOW - timedelta(days=3000 - 2 * number)) for number in range(1500)]
    keepwarm = running(house, policy, mailbox, Files())
    most, live = [], house.data / "contractors"
    commit = keepwarm.store.commit_many
    monkeypatch.setattr(
        keepwarm.store,
        "commit_many",
        lambda facts: (commit(facts), most.append(sum(x.stat().st_size for x in live.iterdir())))[0],
    )
    keepwarm.tick(NOW)
    key = next(key for key, who in keepwarm.books.people.contractors.items() if person(0) in who.addresses)
    assert len(keepwarm.books.whole_story(key).messages) == 1500
    whole = 1500 * 300  # bytes
    assert max(most) < whole / 3, "a year and a bit, and the piece that was just read"
    keepwarm.close()


def test_what_waits_comes_out_by_relationship_in_its_order():
    waiting, expected = Waiting(), {}
    for number in range(400):
        key = f"c-{number % 7}"
        waiting.add(key, message(number % 7, number, NOW))
        expected.setdefault(key, []).append(f"{number % 7}.{number}@mail.example")
    assert waiting.count == 400
    found: dict[str, list[str]] = {}
    for piece, _ in waiting.taken():
        assert sum(map(len, piece.values())) < 60 + 50
        for key, messages in piece.items():
            found.setdefault(key, []).extend(one.key for one in messages)
    assert found == expected
    assert waiting.count == 0
    assert list(waiting.taken()) == []
