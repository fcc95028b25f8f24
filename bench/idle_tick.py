"""A tick that finds nothing new: its time, what it asks the server, and what it writes.

The daemon's parts run in this process, wired as always, before a real Dovecot.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bench.lines import Line
from bench.mailboxes import DANA
from bench.program import Program
from bench.servers.counting import counting
from bench.servers.proxy import Proxy
from bench.trial import Trial, dovecot, folder
from commands.alarm import Alarm, Patience
from daemon import House, Keepwarm
from relationship.facts.messages import Kind, Message, Side
from tick.bookkeeping.roll import enroll, settle

CONTRACTORS, WAITS, TICKS = 1_000, 10_000, 50
MOST = 5.0  # ms


def lines(trial: Trial) -> Iterator[Line]:
    """Time, commands and files."""
    contractors, waits = trial.size(CONTRACTORS), trial.size(WAITS)
    commands: Counter[str] = Counter()
    with dovecot() as server, folder() as path, Proxy(server.imap_port, counting(commands)) as proxy:
        there = Program(path / "keepwarm", server.url(), contractors)
        house = House(there.rules, there.data)
        keepwarm = house.keepwarm(house.policy(house.templates()))
        try:
            _ask_everybody(keepwarm, waits, house.now())
            _come_to_rest(keepwarm, house)
            seconds = [_timed(keepwarm, house) for _ in range(TICKS)]
            _move_to(keepwarm, house, f"imap://127.0.0.1:{proxy.port}")
            asked, written = _one_tick(keepwarm, house, commands)
        finally:
            keepwarm.close()
    cost, others = statistics.median(seconds) * 1000, written - {"heartbeat.json"}
    what = f"A tick with nothing new, {contractors:,} contractors, {waits:,} open waits"
    yield Line(what, cost, "ms", goal=f"under {MOST:.0f} ms", met=cost < MOST)
    yield Line("… commands to the server (it offers LIST-STATUS)", asked, "", goal="1", met=asked == 1)
    yield Line("… files written beside the heartbeat", len(others), "", goal="0", met=not others)


def _ask_everybody(keepwarm: Keepwarm, waits: int, now: datetime) -> None:
    """Questions of the owner's that nobody has answered: half of them are from before the first run."""
    books, begun = keepwarm.books, now - timedelta(days=2)
    enroll(books, begun)
    settle(books, begun)
    keys = list(books.people.contractors)
    asked: dict[str, list[Message]] = {key: [] for key in keys}
    for number in range(waits):
        ago = timedelta(days=5) if number % 2 else timedelta(minutes=30)
        at = (now - ago).replace(microsecond=0) - timedelta(seconds=number % 60)
        asked[keys[number % len(keys)]].append(_question(f"{number}@acme.example", at))
    books.commit_many({key: [*questions] for key, questions in asked.items()})
    assert sum(len(books.story(key).ledger.waits) for key in keys) == waits


def _question(name: str, at: datetime) -> Message:
    return Message(
        key=name, at=at, seen_at=at, side=Side.OWNER, kind=Kind.HUMAN, reason="a person wrote it", sender=DANA,
        subject=f"Flyer {name}", message_id=name, asks=True, folders=("Sent",), fingerprint=name,
    )  # fmt: skip


def _come_to_rest(keepwarm: Keepwarm, house: House) -> None:
    while keepwarm.tick(house.now()):
        pass


def _timed(keepwarm: Keepwarm, house: House) -> float:
    """Seconds of one tick, after a short wait for mail, as the daemon does it."""
    keepwarm.inbox.idle(0.0)
    now = house.now()
    begun = time.perf_counter()
    work = keepwarm.tick(now)
    assert not work, work
    return time.perf_counter() - begun


def _move_to(keepwarm: Keepwarm, house: House, url: str) -> None:
    policy = keepwarm.books.policy
    keepwarm.adopt(replace(policy, mailbox=replace(policy.mailbox, imap=url)), house.templates())
    _come_to_rest(keepwarm, house)


def _one_tick(keepwarm: Keepwarm, house: House, commands: Counter[str]) -> tuple[int, set[str]]:
    """How often a tick asks the server, and the files that it and its heartbeat write."""
    keepwarm.inbox.idle(0.0)
    before, now = _files(house.data), house.now()
    commands.clear()
    keepwarm.tick(now)
    Alarm(keepwarm, Patience()).good(now)
    return commands.total(), {Path(path).name for path, _ in _files(house.data) - before}


def _files(data: Path) -> set[tuple[str, int]]:
    return {(str(path), path.stat().st_mtime_ns) for path in data.rglob("*") if path.is_file()}
