"""How commands speak: JSON lines or tables on standard output, everything else on standard error."""

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import typer

from mail.access.oauth import OAuthError
from mail.access.secrets import SecretError, redact
from mail.imap.inbox import InboxError
from mail.letters.sandbox import RenderingError
from mail.smtp.submission import DeliveryError
from rules.format.problems import PolicyErrors
from store.protocol import StoreError

P = ParamSpec("P")
R = TypeVar("R")

if TYPE_CHECKING:
    from rich.console import Console

# Printed as escapes: ends of lines that are none in JSON, what plays with a terminal, bytes of file names.
_ODD = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
NARROW = 60  # columns of a terminal in which no table can be read

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line, and nothing else.")]

# The user's problems: each is one clear sentence already.
PROBLEMS = (InboxError, DeliveryError, OAuthError, RenderingError, SecretError, StoreError, PolicyErrors)


@cache
def errors() -> "Console":
    """Standard error, for people; like all of rich, loaded when it is used: the daemon seldom says a word there."""
    from rich.console import Console

    return Console(stderr=True, soft_wrap=True, highlight=False)


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Show a user's problem as one line on standard error, and exit 1; never a traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            try:
                return command(*args, **kwargs)
            finally:
                sys.stdout.flush()  # what cannot be written shows here, and not when Python has said goodbye
        except BrokenPipeError:
            raise  # whoever reads the output has seen enough ("| head"): Typer ends quietly
        except PROBLEMS as error:
            complain(str(error))
        except OSError as error:
            complain(
                f"{error.filename} cannot be used: {error.strerror}."
                if error.filename
                else f"{error.strerror or error}."
            )
            _let_go_of_output()
        raise typer.Exit(1)

    return wrapped


def _let_go_of_output() -> None:
    """What was not written by now cannot be: Python is not to try once more when it ends, and to complain of it."""
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as we run


def bear_any_terminal() -> None:
    """Show a question mark where a terminal knows a letter not; what goes into a file or a pipe is UTF-8.

    Where there is no standard output or error at all (a supervisor that closed them, ">&- 2>&-"), nobody reads, and
    that is no error. A terminal that claims to be no columns wide does not know: nothing at all would be shown.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open as long as we run
    if os.environ.get("COLUMNS") == "0":
        del os.environ["COLUMNS"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def complain(sentence: str) -> None:
    """One line for a person, on standard error."""
    sentence = "\n".join(map(printable, redact(sentence).split("\n")))
    errors().print(sentence, style="red" if errors().is_terminal else None, markup=False)


def tell_of_damage(flaws: Iterable[str]) -> None:
    """What could not be read, and is missing in what is told."""
    for flaw in flaws:
        complain(ended(f"{flaw[:1].upper()}{flaw[1:]}"))


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object per line."""
    for row in rows:
        sys.stdout.write(json_line(row) + "\n")


def json_line(row: Mapping[str, Any]) -> str:
    """An object on one line, whatever a reader takes for a line's end; a file name comes out of it as it went in."""
    text = json.dumps(row, ensure_ascii=False, default=_plain)
    return text if text.isprintable() else _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", text)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Iterable[str]], empty: str) -> None:
    """A table for people; where there is nothing, one line says so. Cells may hold what strangers wrote."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = [*rows]
    if found and get_terminal_size().columns < NARROW:
        _print_cards(title, columns, found)
        return
    table = Table(title=Text(title), title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(table if table.row_count else Text(empty))


def _print_cards(title: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """The same where a table's columns would be a few letters wide: a row is some lines, a cell is one."""
    typer.echo(title)
    for row in rows:
        first, *rest = zip(columns, row, strict=True)
        typer.echo()
        print_paragraph(first[1], "  ")
        for column, cell in rest:
            if cell:
                print_paragraph(f"  {column}: {cell}", "    ")


def print_paragraph(words: str, indent: str = "") -> None:
    """Words for people, as wide as the terminal; further lines are indented."""
    lines = wrap(printable(words), get_terminal_size().columns, subsequent_indent=indent)
    typer.echo("\n".join(lines))


def printable(text: str) -> str:
    """What strangers wrote, without what would play with the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def ended(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def counted(number: int, thing: str) -> str:
    """Such as "1 rule" and "2 rules"."""
    return f"{number} {thing if number == 1 else thing + 's'}"


def local(moment: datetime, timezone: str) -> str:
    """A moment on a person's own wall clock: "Tue 3 Mar 2026 14:05"."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%a %-d %b %Y %H:%M}"


def spell(seconds: int | float | None, days: bool = True) -> str:
    """A span for a table's narrow column: "45 s", "40 min", "3 h 05", "2 d 4 h"; working time knows no days."""
    if seconds is None:
        return ""
    total = int(seconds)
    if total < 60:
        return f"{total} s"
    minutes = total // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours < 48 or not days else f"{hours // 24} d {hours % 24} h"
