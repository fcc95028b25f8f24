"""Mail in files: single mails, mbox files and folders of either, read piece by piece.

Never more than `MAIL_CAP` bytes of one mail are held, so a file of any size costs no memory to speak of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mail.raw import RawMail
from mail.reading.syntax.headers import with_plain_line_ends
from mail.reading.syntax.mime import split_head

MAIL_CAP = 1_310_720  # bytes of one mail that are read: headers and the part of the body that is looked at
LINE_CAP = 65_536
LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)

# "From jo@x.example Mon Jan  5 10:00:00 2026": the line that separates mails in an mbox (RFC 4155, appendix
# A); archives write "jo at x.example". It counts after a blank line and before a header only.
_SEPARATOR = re.compile(rb">?From .{0,200}\d\d:\d\d(?::\d\d)?.{0,40}$")
_HEADER_LINE = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")
_CALENDAR = b"BEGIN:VCALENDAR"


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail and where it was found; `number` counts the mails of an mbox from 1, 0: the file is one mail."""

    file: Path
    number: int
    raw: RawMail


def find_mails(path: Path) -> Iterator[FoundMail]:
    """The mails in a file or, recursively, in a folder, by name; OSError where something cannot be read."""
    if path.is_dir():
        for file in _files_below(path, set()):
            yield from _mails_in(file)
    else:
        yield from _mails_in(path)


def _files_below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """The regular files below a folder; links are followed, but no folder is entered twice."""
    stat = folder.stat()
    if (stat.st_dev, stat.st_ino) in seen:
        return
    seen.add((stat.st_dev, stat.st_ino))
    for child in sorted(folder.iterdir()):
        if child.is_dir():
            yield from _files_below(child, seen)
        elif child.is_file():
            yield child


def _mails_in(file: Path) -> Iterator[FoundMail]:
    with file.open("rb") as stream:
        first = stream.readline(LINE_CAP)
        stream.seek(0)
        if not _SEPARATOR.match(first.rstrip(b"\r\n")) or file.suffix.lower() in (".eml", ".msg"):
            yield FoundMail(file, 0, raw_mail(stream.read(MAIL_CAP), not stream.read(1)))
            return
        yield from _numbered(file, _split(stream))


def _numbered(file: Path, mails: Iterator[tuple[bytes, bool]]) -> Iterator[FoundMail]:
    """Mails of an mbox with their numbers; one mail alone is a file that is one mail."""
    held: tuple[bytes, bool] | None = None
    number = 0
    for mail in mails:
        if held is not None:
            number += 1
            yield FoundMail(file, number, raw_mail(*held))
        held = mail
    if held is not None:
        yield FoundMail(file, number + 1 if number else 0, raw_mail(*held))


def _split(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The mails of an mbox without their separators, and whether each is complete."""
    pieces: list[bytes] = []
    size = 0
    blank, started = True, False
    line = stream.readline(LINE_CAP)
    while line:
        following = stream.readline(LINE_CAP)
        if blank and line.startswith(b"From ") and _separates(line, following):
            if started:
                yield b"".join(pieces), size <= MAIL_CAP
            pieces, size, started = [], 0, True
        elif size <= MAIL_CAP:
            pieces.append(line)
            size += len(line)
        blank = not line.strip()
        line = following
    if started:
        yield b"".join(pieces), size <= MAIL_CAP


def _separates(line: bytes, following: bytes) -> bool:
    return bool(_SEPARATOR.match(line.rstrip(b"\r\n"))) and bool(_HEADER_LINE.match(following))


def raw_mail(content: bytes, complete: bool) -> RawMail:
    """A raw mail out of a file's bytes; a calendar file is taken for a mail that is only a calendar."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content[:64].lstrip().upper().startswith(_CALENDAR):
        content = b"Content-Type: text/calendar\n\n" + content
    content = with_plain_line_ends(content).lstrip(b"\n")
    while content.startswith((b"From ", b">From ")):
        content = content.partition(b"\n")[2]
    header, text = split_head(content)
    return RawMail("", 0, LONG_AGO, frozenset(), header, text, complete)
