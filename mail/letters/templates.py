"""Letter templates as files: where they lie, and what one says before Jinja looks at it.

    To: contractor
    Subject: Thank you, {{ contractor.first_name }}

    The first wording, in Markdown.
    ---
    The second wording.

A line of three dashes separates wordings. `<folder>/<language>/<name>.md` is the letter in that language.
Folders come in order: what lies beside the rules file comes before what is built in, in any language, because
an owner who writes a letter anew does not want the old words said in another tongue.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from relationship.facts.messages import Side

MAX_BYTES = 64 * 1024  # of one file
ENDING = ".md"
_LANGUAGE = re.compile(r"(?:[a-z]{2}|ceb|fil)(-[A-Za-z0-9]{2,8})*")
# A line of dashes that would make a heading of the one above it.
_NEARLY = re.compile(r"\s*-{4,}\s*|\s+---\s*")
_HEADER = re.compile(r"(To|Subject):[ \t]*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """A piece of a template and the line where it begins (counted from 1)."""

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One file, taken apart."""

    name: str  # "reminders/gentle", without language and ending
    language: str  # "" for the letter in the installation's own language
    path: Path
    reader: Side = Side.CONTRACTOR
    subject: Wording = Wording("", 2)
    wordings: tuple[Wording, ...] = ()
    problems: tuple[str, ...] = ()


def find(folders: Sequence[Path]) -> Iterator[tuple[str, str, Path]]:
    """Name, language and path of every template, in the folders' order."""
    for folder in folders:
        for path in sorted(_within(folder)):
            parts = path.relative_to(folder).with_suffix("").parts
            if not any(part.startswith(".") for part in parts):
                translated = len(parts) > 1 and _LANGUAGE.fullmatch(parts[0])
                yield "/".join(parts[bool(translated) :]), parts[0] if translated else "", path


def _within(folder: Path) -> Iterator[Path]:
    """All templates in a folder; OSError where one may not be entered: built-in words must not take their place."""

    def unless_there_is_none(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise error

    for inside, folders, files in os.walk(folder, onerror=unless_there_is_none):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(inside, name) for name in (*folders, *files) if name.endswith(ENDING))


def read(name: str, language: str, path: Path) -> TemplateFile:
    """Read and take apart one file; what is wrong with it stands in `problems`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return TemplateFile(name, language, path, problems=(f"cannot be read: {error.strerror}",))
    except UnicodeDecodeError as error:
        return TemplateFile(name, language, path, problems=(f"is not UTF-8 text (byte {error.start + 1})",))
    if len(raw) > MAX_BYTES:
        return TemplateFile(name, language, path, problems=(f"is longer than {MAX_BYTES // 1024} KB",))
    return take_apart(name, language, path, text)


def take_apart(name: str, language: str, path: Path, text: str) -> TemplateFile:
    """The header lines, and the wordings below the first empty line."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    headers, problems = _headers(lines[:end])
    reader = headers.get("to", Wording("", 1))
    if reader.source.lower() not in tuple(Side):
        problems.append(f"line {reader.line}: `To:` must be contractor or owner, found {reader.source!r}")
    subject = headers.get("subject", Wording("", 2))
    if not subject.source:
        problems.append(f"line {subject.line}: `Subject:` is missing or empty")
    wordings = tuple(_wordings(lines[end:], end + 1))
    problems += [f"line {w.line}: this wording is empty" for w in wordings if not w.source.strip()]
    problems += [
        f"line {n}: three dashes at the left margin begin another wording; a line across is `* * *`"
        for n, line in enumerate(lines, 1)
        if n > end and _NEARLY.fullmatch(line)
    ]
    side = Side.OWNER if reader.source.lower() == "owner" else Side.CONTRACTOR
    return TemplateFile(name, language, path, side, subject, wordings, tuple(problems))


def _headers(lines: list[str]) -> tuple[dict[str, Wording], list[str]]:
    found: dict[str, Wording] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        match = _HEADER.fullmatch(line.strip())
        if not match:
            problems.append(
                f"line {number}: expected `To:`, `Subject:` or an empty line, found {line[:60]!r}"
            )
        elif match[1].lower() in found:
            problems.append(f"line {number}: `{match[1]}:` stands there twice")
        else:
            found[match[1].lower()] = Wording(match[2].strip(), number)
    return found, problems


def _wordings(lines: list[str], first: int) -> Iterator[Wording]:
    start = 0
    for number, line in enumerate([*lines, "---"]):
        if line.rstrip() == "---":
            yield Wording("\n".join(lines[start:number]), first + start)
            start = number + 1
