"""`inspect FILE...`: what is made of mails in files, folders and mbox files. It needs no rules file."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from commands.output import AsJson, json_line, plainly, printable
from mail.reading.classifying.kinds import Verdict, kind_of
from mail.reading.riddles import riddle
from mail.reading.syntax.files import LONG_AGO, FoundMail, find_mails
from mail.reading.syntax.parsing import Mail, parse
from relationship.correspondence.conversations import Threadable, thread


@plainly
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Mails: files, folders, mbox.", readable=False)],
    as_json: AsJson = False,
) -> None:
    """Show what Keepwarm makes of mails: their kind, why, and their conversation. Needs no rules file."""
    raise typer.Exit(show(files, as_json))


def show(paths: list[Path], as_json: bool) -> int:
    """Print what the mails are; exit code 1 where a path could not be read, else 0."""
    complaints: list[str] = []
    for row in inspect_files(paths, complaints):
        print(json_line(row) if as_json else printable(_in_words(row)))
    for complaint in complaints:
        print(printable(complaint), file=sys.stderr)
    return 1 if complaints else 0


def inspect_files(paths: Iterable[Path], complaints: list[str]) -> Iterator[dict[str, object]]:
    """One dict per mail, in the order found: file, kind, reason, thread, message_id (and number, in an mbox).

    `file` is the path as given, or joined to the folder that was given. `thread` is the same for all mails of
    a conversation, across everything given: the place of its earliest mail. A path that cannot be read gets a
    line in `complaints`.
    """
    rows: list[dict[str, object]] = []
    members: list[Threadable] = []
    for found in _readable(paths, complaints):
        mail = parse(found.raw)
        verdict = kind_of(mail)
        place = str(found.file) + (f"#{found.number}" if found.number else "")
        row: dict[str, object] = {"file": str(found.file), "kind": verdict.kind.value}
        row |= {"reason": _reason(verdict, found), "thread": place, "message_id": mail.message_id}
        if found.number:
            row["number"] = found.number
        rows.append(row)
        members.append(_member(place, mail))
    names = thread(members)
    for row in rows:
        row["thread"] = names[str(row["thread"])]
        yield row


def _reason(verdict: Verdict, found: FoundMail) -> str:
    why = riddle(found.raw)
    return f"{verdict.reason}; {why}, so it is set aside" if why else verdict.reason


def _member(place: str, mail: Mail) -> Threadable:
    parties = frozenset((*mail.from_, *mail.to, *mail.cc))
    at = mail.dated or mail.received or LONG_AGO
    sender = next(iter(mail.from_), "")
    return Threadable(place, mail.message_id, mail.parents, mail.hints, mail.subject, at, parties, sender)


def _readable(paths: Iterable[Path], complaints: list[str]) -> Iterator[FoundMail]:
    for path in paths:
        try:
            yield from find_mails(path)
        except OSError as error:
            complaints.append(f"{error.filename or path}: cannot be read: {error.strerror or error}")


def _in_words(row: dict[str, object]) -> str:
    number = f" (number {row['number']})" if "number" in row else ""
    return f"{row['file']}{number}: {row['kind']}, because: {row['reason']}. Conversation: {row['thread']}"
