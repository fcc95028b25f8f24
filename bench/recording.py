"""What it costs to record one mail when the history is long.

Two houses, one with a short and one with a long history, each read in by the daemon's own tick from generated mail.
Then single mails come in to both in turn. What counts is the time until a mail is understood and on the disk; beside
it stands that of the whole tick, in which everything about its relationship is judged anew. No mail server stands
between, as its time would hide the difference.
"""

import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bench import rules
from bench.lines import Line
from bench.mailboxes import Recipe, Stored, mails
from bench.program import NOWHERE
from bench.trial import Trial, folder
from daemon import House
from mail.imap.inbox import BATCH
from mail.raw import RawMail
from store.protocol import FolderCursor
from store.tinydb_store import TinyStore
from tick.bookkeeping.books import Books
from tick.collecting.collect import Batch
from tick.recording.record import record

SHORT, LONG, YEARS, CONTRACTORS, SINGLE = 1_000, 200_000, 4, 50, 300
MOST = 1.25  # times


def lines(trial: Trial) -> Iterator[Line]:
    """One mail after a long history, beside one after a short one: recorded, and the whole tick that it takes."""
    contractors, days = trial.size(CONTRACTORS, 2), 365 * YEARS
    with folder() as path:
        now = House(path, path).now()
        long, short = (
            Reader(path / str(size), Recipe(size, contractors, share=1.0, days=days), now - timedelta(days=1))
            for size in (trial.size(LONG), trial.size(SHORT))
        )
        single = Recipe(trial.size(SINGLE, 10), contractors, share=1.0, days=1, seed=2)
        for number, mail in enumerate(mails(single, now)):
            for reader in (short, long) if number % 2 else (long, short):
                reader.take([mail], now + number * timedelta(seconds=1))
    where = f"with {long.size:,} in the history ({YEARS} years, {contractors} contractors)"
    peer, after_long, after_short = f"with {short.size:,}", long.to_record, short.to_record
    met = after_long <= MOST * after_short
    yield Line(f"A mail recorded, {where}", after_long, "ms", peer, after_short, f"at most {MOST} ×", met)
    yield Line("… and all else that it sets going", long.in_all, "ms", peer, short.in_all)


class Reader:
    """The daemon's own tick on mail that is handed to it, with a real data folder."""

    def __init__(self, path: Path, recipe: Recipe, end: datetime) -> None:
        path.mkdir()
        self.size = recipe.size
        house = House(rules.write(path, "imap://127.0.0.1:1", NOWHERE, recipe.contractors), path / "data")
        policy = house.policy(house.templates())
        self._keepwarm = house.rehearsal(policy, TinyStore(house.data), lambda books, now: iter(()))
        self._keepwarm.tick(end)
        self._seconds: list[tuple[float, float]] = []  # to record, in all
        self.take(mails(recipe, end), end)
        self._seconds.clear()

    @property
    def to_record(self) -> float:
        """Milliseconds until one of the single mails is on the disk; the median."""
        return 1000 * statistics.median(recorded for recorded, _ in self._seconds)

    @property
    def in_all(self) -> float:
        """Milliseconds until everything is decided, too; the median."""
        return 1000 * statistics.median(seconds for _, seconds in self._seconds)

    def take(self, stored: Iterable[Stored], now: datetime) -> None:
        """Record what comes in, then tick."""
        books, begun = self._keepwarm.books, time.perf_counter()
        record(_batches(stored, books), books, now, copies={})
        recorded = time.perf_counter() - begun
        self._keepwarm.tick(now)
        self._seconds.append((recorded, time.perf_counter() - begun))


def _batches(stored: Iterable[Stored], books: Books) -> Iterator[Batch]:
    waiting = enumerate(stored, 1)
    while some := [_raw(uid, mail) for uid, mail in islice(waiting, BATCH)]:
        for sent in (False, True):
            found = [mail for mail in some if (mail.folder == "Sent") == sent]
            if found:
                yield _batch(found, sent, books)


def _batch(found: Sequence[RawMail], sent: bool, books: Books) -> Batch:
    last = found[-1]
    cursor = FolderCursor(1, last.uid + 1)
    return Batch(last.folder, books.people, found, cursor, in_sent=sent)


def _raw(uid: int, mail: Stored) -> RawMail:
    header, _, text = mail.content.partition(b"\r\n\r\n")
    name = "Sent" if mail.own else "INBOX"
    return RawMail(
        name, uid, mail.at, frozenset(), header + b"\r\n\r\n", text[:2048], complete=len(text) <= 2048
    )
