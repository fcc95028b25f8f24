"""The first sync of a mailbox: Keepwarm beside those who only fetch.

Everybody runs as a program of its own, from its start to its end, on the same Dovecot, in turn; the median of the
rounds counts. Keepwarm's is `run --once` with an empty data folder: it reads, understands, decides, and is then at
rest. The others fetch the header fields that threading needs, and throw them away; mbsync fetches whole mails, and
runs once.
"""

import os
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bench.lines import Line
from bench.mailboxes import TEAM, Recipe, mails
from bench.peers import mbsync
from bench.program import Program
from bench.servers.dovecot import PASSWORD, Dovecot
from bench.servers.filling import fill
from bench.servers.starting import program
from bench.trial import Trial, dovecot, folder, run

SIZE, CONTRACTORS = 100_000, 50
TIMES_MBSYNC = 4.0
KEEPWARM, IMAPCLIENT, MBSYNC = "Keepwarm", "IMAPClient, header fields", "mbsync, whole mails"

Fetch = Callable[
    [Dovecot, Recipe, Path], float
]  # the server, what lies there, a folder of its own -> seconds


@dataclass(frozen=True)
class Peer:
    """Somebody else who reads a mailbox."""

    name: str
    fetch: Fetch
    is_here: bool = True
    once: bool = False  # too slow for every round


def _fetching(name: str) -> Fetch:
    def fetch(server: Dovecot, recipe: Recipe, path: Path) -> float:
        module = f"bench.peers.{name}"
        done = run([sys.executable, "-m", module, server.host, str(server.imap_port), TEAM, PASSWORD])
        _expect(int(done.output), recipe.size, module)
        return done.seconds

    return fetch


def _keepwarm(server: Dovecot, recipe: Recipe, path: Path) -> float:
    done, work = Program(path, server.url(), recipe.contractors).once()
    _expect(work["read"], recipe.size, KEEPWARM)
    return done.seconds


PEERS = (
    Peer(KEEPWARM, _keepwarm),
    Peer("bare socket, header fields", _fetching("bare")),
    Peer(IMAPCLIENT, _fetching("with_imapclient")),
    Peer("imap-tools, headers", _fetching("with_imap_tools"), is_here=find_spec("imap_tools") is not None),
    Peer(MBSYNC, mbsync.fetch, is_here=bool(program("mbsync")), once=True),
)


def lines(trial: Trial) -> Iterator[Line]:
    """Small plain mail, then mail as it is in life; one line for each peer."""
    size, contractors = trial.size(SIZE), trial.size(CONTRACTORS, 2)
    for kind, lifelike, least in (("small plain", False, 0.6), ("life-like", True, 0.35)):
        recipe = Recipe(size, contractors, lifelike=lifelike)
        with dovecot() as server:
            fill(server, mails(recipe, datetime.now(UTC)))
            seconds = _in_turn(server, recipe, trial.rounds)
        what = f"First sync, {size:,} {kind} mails, {recipe.share:.0%} with {contractors} contractors"
        ours = size / seconds[KEEPWARM]
        for peer in PEERS[1:]:
            if peer.is_here:
                times = {IMAPCLIENT: least, MBSYNC: TIMES_MBSYNC}.get(peer.name)
                yield _beside(peer, what, ours, size / seconds[peer.name], times)
            else:
                yield Line(what, ours, "mails/s", f"{peer.name}: not installed")


def _beside(peer: Peer, what: str, ours: float, theirs: float, times: float | None) -> Line:
    goal, met = (f"at least {times} ×", ours >= times * theirs) if times else ("", None)
    return Line(what, ours, "mails/s", peer.name, theirs, goal, met)


def _in_turn(server: Dovecot, recipe: Recipe, rounds: int) -> dict[str, float]:
    """Seconds, by name; the first fetch of all only warms the server up, and does not count."""
    here = [peer for peer in PEERS if peer.is_here]
    found: dict[str, list[float]] = {peer.name: [] for peer in here}
    _fetch_once(PEERS[1], server, recipe)
    for number in range(rounds):
        for peer in here:
            if number == 0 or not peer.once:
                found[peer.name].append(_fetch_once(peer, server, recipe))
    return {name: statistics.median(times) for name, times in found.items()}


def _fetch_once(peer: Peer, server: Dovecot, recipe: Recipe) -> float:
    """Seconds; what one has written to the disk is not left for the next one to wait for."""
    os.sync()
    with folder() as path:
        return peer.fetch(server, recipe, path / "own")


def _expect(found: int, size: int, who: str) -> None:
    if found != size:
        raise RuntimeError(f"{who} has read {found} mails of {size}")
