"""What the running daemon writes to standard error: lines for people, or JSON for machines; never a secret."""

import logging
import os
import sys
from datetime import UTC, datetime
from typing import TextIO

from commands.output import errors, json_line
from mail.access.secrets import redact

# What journald reads at the head of a line (sd-daemon(3)).
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class Plain(logging.Formatter):
    """One line for a person; the time in UTC unless `bare`."""

    def __init__(self, bare: bool = False) -> None:
        super().__init__("%(message)s")
        self._bare = bare

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it the traceback where there is one."""
        text = redact(super().format(record))
        return text if self._bare else f"{_at(record):%Y-%m-%d %H:%M:%S} {record.levelname}: {text}"


class Journal(logging.Formatter):
    """A line for journald, which knows the time, and takes the priority from the line's head."""

    def format(self, record: logging.LogRecord) -> str:
        """Every line has the head, so that a traceback stays at its level."""
        head = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(head + line for line in redact(super().format(record)).splitlines())


class AsJson(logging.Formatter):
    """One JSON object a line: `{at, level, message, logger}`, and `traceback` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        row = {
            "at": _at(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": redact(record.getMessage()),
            "logger": record.name,
        }
        if record.exc_info:
            row["traceback"] = redact(self.formatException(record.exc_info))
        return json_line(row)


def log_to_stderr(as_json: bool = False) -> None:
    """Set logging up: JSON if asked; colours on a terminal; priorities under systemd; else dated lines."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if as_json:
        handler.setFormatter(AsJson())
    elif _is_journal(sys.stderr):
        handler.setFormatter(Journal())
    elif sys.stderr.isatty():
        from rich.logging import RichHandler

        handler = RichHandler(console=errors(), show_path=False, markup=False)
        handler.setFormatter(Plain(bare=True))
    else:
        handler.setFormatter(Plain())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # it tells of every line that it closes


def _is_journal(stream: TextIO) -> bool:
    """Whether it goes to systemd's journal; what is started from a service inherits the variable (systemd.exec)."""
    try:
        there = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
