"""`report`: how things stand with everybody, as one HTML file with charts that needs nothing else."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from commands.contractors import named
from commands.house import House
from commands.output import complain, counted, plainly, tell_of_damage
from commands.reporting.page import page
from commands.reporting.portraits import portraits


@plainly
def report(
    context: typer.Context,
    html: Annotated[Path, typer.Option("--html", help="The file to write.")],
    weeks: Annotated[int, typer.Option(help="How far back it looks.", min=4, max=520)] = 26,
    only: Annotated[list[str] | None, typer.Option(help="Only this contractor; may be given again.")] = None,
) -> None:
    """Write the report: timelines, answer times of both sides, trends, working hours and temperatures."""
    house: House = context.obj
    if html.is_dir() or not html.absolute().parent.is_dir():
        complain(f"{html} cannot be written: name a file in a folder that is there.")
        raise typer.Exit(1)
    books, now = house.books(), house.now()
    since = now - timedelta(weeks=weeks)
    keys = list(dict.fromkeys(named(books, name) for name in only or []))
    told = portraits(books, since, now, keys)
    tell_of_damage(books.flaws)
    complain(f"Drawing the charts of {counted(len(told), 'contractor')} …")
    try:
        save(html, page(told, books.people.owner, since, now))
    except ImportError:
        complain("The charts are drawn by matplotlib, which is not installed: pip install matplotlib")
        raise typer.Exit(1) from None
    complain(f"The report lies in {html}.")


def save(path: Path, text: str) -> None:
    """The whole file or none: a report that is half written is not left behind. Links keep leading where they led."""
    if path.exists() and not path.is_file():
        # A pipe or a device, such as /dev/stdout: nothing may take its place.
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:  # of the file that was asked for, not of the one in the making
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # it was never made, or its place is none
            draft.unlink()
