"""`backtest` over two years of mail with 50 contractors, as a program, from its start to its end."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench.lines import Line
from bench.mailboxes import Recipe, mails
from bench.program import Program
from bench.servers.filling import fill
from bench.trial import Trial, dovecot, folder

SIZE, CONTRACTORS, DAYS = 20_000, 50, 730
MOST = 10.0  # seconds


def lines(trial: Trial) -> Iterator[Line]:
    """One line."""
    recipe = Recipe(trial.size(SIZE), trial.size(CONTRACTORS, 2), share=1.0, days=DAYS)
    with dovecot() as server, folder() as path:
        fill(server, mails(recipe, datetime.now(UTC)))
        there = Program(path / "keepwarm", server.url(), recipe.contractors, mailbox=recipe.section)
        there.once()
        done = there.command("backtest", "--since", "2y", "--json")
    what = f"Backtest of two years, {recipe.contractors} contractors, {recipe.size:,} mails"
    yield Line(what, done.seconds, "s", goal=f"under {MOST:.0f} s", met=done.seconds < MOST)
