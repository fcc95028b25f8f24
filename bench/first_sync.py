"""The first sync of a mailbox: Keepwarm beside those who only fetch.

Everybody runs as a program of its own, from its start to its end, on the same Dovecot, in turn; the median of the
rounds counts. Keepwarm's is `run --once` with an empty data folder: it reads, understands, decides, and is then at
rest. The others fetch the header fields that threading needs, and throw them away; mbsync fetches whole mails, and
runs once. A server notes much of each mail that it is asked for, so that whoever comes first waits longest: once
everybody finds a server that has noted nothing, as the first sync in life does, and once one that has noted all.
"""

import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
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


FIRST = (Peer(KEEPWARM, _keepwarm), Peer(IMAPCLIENT, _fetching("with_imapclient")))
PEERS = (
    *FIRST,
    Peer("bare socket, header fields", _fetching("bare")),
    Peer("imap-tools, headers", _fetching("with_imap_tools"), is_here=find_spec("imap_tools") is not None),
    Peer(MBSYNC, mbsync.fetch, is_here=bool(program("mbsync")), once=True),
)


def lines(trial: Trial) -> Iterator[Line]:
    """Small plain mail, then mail as it is in life; one line for each peer."""
    size, contractors = trial.size(SIZE), trial.size(CONTRACTORS, 2)
    for kind, lifelike, least in (("small plain", False, 0.6), ("life-like", True, 0.35)):
        recipe = Recipe(size, contractors, lifelike=lifelike)
        what = f"First sync, {size:,} {kind} mails, {recipe.share:.0%} with {contractors} contractors"
        goals = {IMAPCLIENT: least, MBSYNC: TIMES_MBSYNC}
        with dovecot() as server:
            fill(server, mails(recipe, datetime.now(UTC)))
            at_first = _in_turn(server, recipe, trial.rounds, FIRST, is_new=True)
            again = _in_turn(server, recipe, trial.rounds, PEERS)
        yield from _beside(f"{what}; new to the server", size, at_first, FIRST, goals)
        yield from _beside(f"{what}; known to the server", size, again, PEERS, goals)


def _beside(
    what: str, size: int, seconds: dict[str, float], peers: Sequence[Peer], goals: dict[str, float]
) -> Iterator[Line]:
    ours = size / seconds[KEEPWARM]
    for peer in peers[1:]:
        if not peer.is_here:
            yield Line(what, ours, "mails/s", f"{peer.name}: not installed")
            continue
        theirs, least = size / seconds[peer.name], goals.get(peer.name)
        goal, met = (f"at least {least} ×", ours >= least * theirs) if least else ("", None)
        yield Line(what, ours, "mails/s", peer.name, theirs, goal, met)


def _in_turn(
    server: Dovecot, recipe: Recipe, rounds: int, peers: Sequence[Peer], is_new: bool = False
) -> dict[str, float]:
    """Seconds, by name. Each finds a server that `is_new`, or else one that everybody has asked before."""
    here = [peer for peer in peers if peer.is_here]
    found: dict[str, list[float]] = {peer.name: [] for peer in here}
    for peer in () if is_new else FIRST:
        _fetch_once(peer, server, recipe)  # only warms the server up
    for number in range(rounds):
        for peer in here:
            if is_new:
                server.forget_what_it_read()
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
