"""How much memory Keepwarm takes, at most, as Linux counts it for the process (VmHWM).

Three moments: the first sync, a daemon that starts with that history, and a daemon that has none.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench.lines import Line
from bench.mailboxes import Recipe, mails
from bench.program import Program
from bench.servers.filling import fill
from bench.trial import Trial, dovecot, folder, memory

SIZE, CONTRACTORS = 100_000, 200
DAYS = (5 * 365, 365)
MOST = 80.0  # MB


def lines(trial: Trial) -> Iterator[Line]:
    """The first sync and the daemon after it, for a history of some years and of one; beside an empty Keepwarm."""
    size, contractors = trial.size(SIZE), trial.size(CONTRACTORS)
    with dovecot() as server, folder() as path:
        empty = _of_daemon(Program(path / "empty", server.url(), 1))
    for days in DAYS:
        with dovecot() as server, folder() as path:
            recipe = Recipe(size, contractors, share=1.0, days=days)
            fill(server, mails(recipe, datetime.now(UTC)))
            there = Program(path / "keepwarm", server.url(), contractors, mailbox=recipe.section)
            done, work = there.once()
            if work["recorded"] < size:
                raise RuntimeError(f"{work['recorded']} mails of {size} were recorded")
            running = _of_daemon(there)
        what = f"{size:,} mails with {contractors} contractors in {days} days"
        for when, peak in (("first sync", done.peak), ("the daemon after it", running)):
            goal = f"at most {MOST:.0f} MB"
            yield Line(f"Memory, {what}: {when}", peak, "MB", "empty", empty, goal, peak <= MOST)


def _of_daemon(there: Program) -> float:
    """MB, at most, of a daemon that has come to rest."""
    with there.running() as process:
        return memory(process.pid, "VmHWM")
