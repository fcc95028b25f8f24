"""`check`: reads the rules file, and says everything that is wrong with it, each problem with its line."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from commands.house import House
from commands.output import AsJson, counted, json_line, plainly, printable
from mail.access.secrets import SecretError
from mail.imap.inbox import Inbox, InboxError
from mail.letters.rendering import Templates
from mail.smtp.delivery import Postman
from mail.smtp.submission import DeliveryError
from relationship.templates import TemplateIndex
from rules.format.loader import Findings, examine
from rules.format.positions import Document, read
from rules.format.problems import Problem
from rules.format.syntax import MAX_BYTES
from rules.policy import Mailbox

NAME_IT = "Name the rules file with --rules."
LET_IT = "Let it (chgrp, chmod 640)."
NOT_HERE = "Go to the folder where it lies, name it with --rules, or make one with `init`."
QUOTED = 160  # characters of the file's line that are shown
# A line that may hold a secret is not repeated on a screen or in a log.
_PRIVATE = re.compile(r"password|oauth|://\S*@", re.IGNORECASE)


@plainly
def check(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the logins.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the rules file, the letters, and (unless --offline) both logins."""
    house: House = context.obj
    letters = house.templates()
    findings = checked(house.rules, letters)
    if findings.policy:
        findings = replace(findings, errors=tuple(_broken(letters.index())))
    if findings.policy and not findings.errors and not offline:
        document = read(source_of(house.rules))
        findings = replace(findings, errors=tuple(_login_problems(house, findings.policy.mailbox, document)))
    code = show(house.rules, findings, as_json=as_json)
    if code:
        raise typer.Exit(code)


def _login_problems(house: House, mailbox: Mailbox, document: Document) -> Iterator[Problem]:
    """What keeps us from reading mail, and from sending it; the same sentence is said once."""
    said = set()
    for key, secret, make in (("imap", "password", house.inbox), ("smtp", "smtp password", house.postman)):
        try:
            _try(make(mailbox), mailbox.folders)
        except (InboxError, DeliveryError, SecretError) as error:
            if isinstance(error, SecretError):
                key = secret if ("mailbox", secret) in document.keys else "password"
            if str(error) not in said:
                yield document.problem(("mailbox", key), str(error))
            said.add(str(error))


def _broken(letters: TemplateIndex) -> Iterator[Problem]:
    """Letters of the owner's own that no rule names: Keepwarm may send them by itself, or a rule of tomorrow's."""
    for name, info in letters.items():
        for problem in info.problems[:1]:
            hint = f"Mend templates/{name}.md beside your rules, or take it away."
            yield Problem(0, 0, "", f'The letter "{name}" cannot be used: {problem}.', hint)


def _try(line: Inbox | Postman, named: Sequence[str]) -> None:
    """Log in, and out again."""
    line.connect()
    if isinstance(line, Inbox):
        states = line.states(line.folders())  # those that are named have to be there, and ours to read
        for state in states.values() if named else ():
            line.as_opened(state)
    line.close()


def checked(path: Path, templates: Templates) -> Findings:
    """What can be said of the rules file at a path and the letters beside it."""
    try:
        letters = templates.index()
    except OSError as error:  # a folder of letters: built-in words in their place would be the wrong ones
        what = f"The letters in {error.filename} cannot be read: {error.strerror}."
        return Findings(None, (Problem(0, 0, "", what, "Let this user enter the folder."),))
    return findings_of(path, letters)


def findings_of(path: Path, templates: TemplateIndex) -> Findings:
    """What can be said of the rules file at a path; a file that cannot be read is a problem like another."""
    try:
        return examine(source_of(path), templates)
    except OSError as error:
        advice = NOT_HERE if path == Path("rules.yaml") and not path.exists() else NAME_IT
        if isinstance(error, PermissionError):
            advice = LET_IT
        return Findings(None, (Problem(0, 0, "", _unreadable(path, error), advice),))


def source_of(path: Path) -> bytes:
    """The bytes of the rules file, as much of it as a rules file can have; OSError where it is none."""
    if path.exists() and not path.is_file():
        raise IsADirectoryError(f"{path} is a folder" if path.is_dir() else f"{path} is not a file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {path}."
    if isinstance(error, PermissionError):
        return f"{path} may not be read by this user."
    return (
        f"{error}." if isinstance(error, IsADirectoryError) else f"{path} cannot be read: {error.strerror}."
    )


def show(path: Path, findings: Findings, *, as_json: bool = False) -> int:
    """Print the findings, problems to standard output and warnings to standard error; the exit code."""
    lines = lines_of(path)
    for problem in findings.errors:
        print(_as_json(problem) if as_json else "\n".join(_as_text(path, problem, lines)))
    for warning in findings.warnings:
        print("\n".join(_as_text(path, warning, lines, "warning: ")), file=sys.stderr)
    if not as_json:
        print(_summary(path, findings))
    return 1 if findings.errors else 0


def lines_of(path: Path) -> list[str]:
    """The lines of the rules file, to quote from; none where it cannot be read."""
    try:
        return source_of(path).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []


def _as_json(problem: Problem) -> str:
    return json_line(asdict(problem))


def _as_text(path: Path, problem: Problem, lines: list[str], prefix: str = "") -> Iterator[str]:
    """The sentence, and below it the line with a mark under the place."""
    yield f"{path}: {prefix}{problem}" if problem.line else f"{prefix}{problem}"
    line = quoted(problem, lines)
    if line:
        number = f"{problem.line:6} | "
        start = max(0, problem.column - QUOTED // 2)  # of a very long line, what lies around the place
        yield number + line[start : start + QUOTED]
        yield " " * (len(number) - 2) + "| " + " " * (problem.column - 1 - start) + "^"


def quoted(problem: Problem, lines: list[str]) -> str:
    """The line that a problem is about; "" where there is none, or where it may hold a secret."""
    line = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
    return printable(line) if line.strip() and not _PRIVATE.search(line) else ""


def _summary(path: Path, findings: Findings) -> str:
    if findings.errors:
        return f"{path}: {counted(len(findings.errors), 'problem')}."
    policy = findings.policy
    if policy is None:
        return f"{path}: nothing was read."
    return (
        f"{path}: fine. mode {policy.mode}, {counted(len(policy.contractors), 'contractor')}, "
        f"{counted(len(policy.rules), 'rule')}."
    )
