"""`init`: asks, finds the servers, logs in, proposes contractors from recent mail, writes rules.yaml.

Nothing is written before the last question is answered; Ctrl-C at any of them leaves everything as it was.
"""

import os
import shutil
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import typer

from commands.house import House
from commands.output import complain, counted, plainly, print_paragraph
from commands.program import called
from commands.run import work_once
from commands.setup import asking, mailbox, people
from commands.setup.writing import Answers, rules_text, write_whole
from rules.format.loader import load
from rules.policy import Policy

RECENT = timedelta(days=90)


@plainly
def init(context: typer.Context) -> None:
    """Set up: asks for the mailbox, finds its servers and your contractors, and writes rules.yaml."""
    house: House = context.obj
    stage = "Stopped; nothing was written."
    try:
        policy = _set_up(house)
        stage = f"Stopped; {house.rules} is written."
        _try_it(house, policy)
    except (typer.Abort, KeyboardInterrupt, EOFError):
        typer.echo(err=True)
        complain(stage)
        raise typer.Exit(1) from None


def _set_up(house: House) -> Policy:
    if sys.stdin is None:  # closed: nobody can answer
        raise typer.Abort
    print_paragraph(
        "This sets Keepwarm up for one shared inbox. Ctrl-C stops it at any question, and leaves everything as it "
        "was. An answer in brackets is taken by pressing Enter."
    )
    typer.echo()
    _refuse_to_overwrite(house.rules)
    found = mailbox.ask_mailbox(house)
    now = house.now()
    with closing(found.inbox) as inbox:
        folders = mailbox.ask_folders(inbox)
        circle = people.read_recent(inbox, folders or inbox.folders(), (now - RECENT).date())
    owner = people.ask_owner(circle, found.address)
    contractors = people.ask_contractors(circle, {found.address, *owner["email"], *owner["team"]})
    answers = Answers(found.lines(folders), owner, contractors)
    text = rules_text(answers, now.astimezone(UTC).date(), called(house))
    policy = load(text, house.templates().index())  # what `check` would refuse is not written
    everybody, rules = counted(len(policy.contractors), "contractor"), counted(len(policy.rules), "rule")
    typer.echo(f"\n{everybody}, {rules}, mode {policy.mode}.")
    if not asking.yes(f"Write {house.rules}?"):
        raise typer.Abort
    found.password.keep()
    if house.rules.exists():
        shutil.copy2(house.rules, _aside(house.rules))
    write_whole(house.rules, text)
    typer.echo(f"{house.rules} is written. It sends nothing until you change its mode.")
    if found.password.advice:
        typer.echo(found.password.advice)
    return policy


def _refuse_to_overwrite(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder; name a file with --rules", str(path))
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not os.access(folder, os.W_OK | os.X_OK):  # better said now than after twenty answers
        raise PermissionError(13, "it cannot be written to; name a file elsewhere with --rules", str(folder))
    if path.exists():
        typer.echo(f"{path} is there already.")
        if not asking.yes(
            f"Replace it at the end? The old one is kept as {_aside(path).name}", default=False
        ):
            raise typer.Abort


def _aside(path: Path) -> Path:
    """A name for the old file that nothing has yet."""
    names = (path.with_name(f"{path.name}.old{'' if n == 1 else n}") for n in range(1, 1000))
    return next(name for name in names if not name.exists())


def _try_it(house: House, policy: Policy) -> None:
    typer.echo()
    if asking.yes("Try it now? It reads your mail, and sends nothing."):
        with closing(house.keepwarm(replace(policy, mode="dry-run"))) as keepwarm:
            work = work_once(keepwarm, house.now)
        typer.echo(f"{work or 'There was nothing to do'}")
    typer.echo("\nFrom here on:")
    for command, does in (
        ("status", "how things stand between you"),
        ("ledger", "who made whom wait, and how long"),
        ("run", "the daemon, in dry-run mode until you change `mode:` in the file"),
        ("why", "what it would have sent, and what not, and why"),
    ):
        typer.echo(f"  {called(house)} {command:8} {does}")
