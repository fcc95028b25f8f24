"""`python -m bench`: measures Keepwarm beside its peers on a real Dovecot and Postfix, and prints a table.

It needs what `make interop` needs, and no account. Peers that are not installed are named as such.
"""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.lines import Line, show, write
from bench.rows import ROWS
from bench.servers.starting import missing
from bench.trial import ROOT, Trial

SMALL = 0.1
WIDTH = 160  # of a table that goes to a file


def main(
    rows: Annotated[
        list[str] | None, typer.Argument(help=f"Which rows: {', '.join(ROWS)}; all, if none is named.")
    ] = None,
    small: Annotated[bool, typer.Option("--small", help="A quick trial, at a tenth of the size.")] = False,
    scale: Annotated[float, typer.Option("--scale", help="The size, in multiples of the goals'.")] = 1.0,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="The median of so many counts.")] = 3,
    json: Annotated[Path | None, typer.Option("--json", help="Write the same as JSON.")] = None,
) -> None:
    """Measure, and print what was measured beside its goal."""
    names = rows or list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise typer.BadParameter(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    if missing():
        typer.echo(f"The servers cannot run for want of {', '.join(missing())}.", err=True)
        raise typer.Exit(1)
    trial, found = Trial(SMALL if small else scale, rounds), list[tuple[str, Line]]()
    for name in names:
        typer.echo(f"{name} …", err=True)
        for line in ROWS[name](trial):
            typer.echo("  " + "; ".join(filter(None, line.cells)), err=True)
            found.append((name, line))
    show((line for _, line in found), Console(width=WIDTH if not sys.stdout.isatty() else None))
    if json:
        write(found, _about(trial), json)


def _about(trial: Trial) -> dict[str, object]:
    commit = subprocess.run(
        ("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
        "processor": _processor(),
        "python": platform.python_version(),
        "scale": trial.scale,
        "rounds": trial.rounds,
    }


def _processor() -> str:
    known = (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name"))  # fmt: skip
    names = list(known)
    return f"{len(names)} × {names[0]}" if names else ""


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
