"""What a YAML reader says when it gives up, said for people."""

import re
from collections.abc import Callable

import yaml

from rules.problems import PolicyErrors, Problem

MAX_BYTES = 2_000_000
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# (what the reader says, whether it happened where the context began, what we say, hint)
_SAYINGS: tuple[tuple[str, bool, str, str], ...] = (
    (
        "mapping values are not allowed",
        False,
        "A colon stands here where none is expected: the line is indented deeper than the one above it, or its"
        " text holds a colon.",
        "Indent it like its neighbours, or put text that holds a colon in quotes.",
    ),
    (
        "did not find expected key",
        False,
        "This line does not fit the lines above it.",
        "Lines that belong together begin in the same column.",
    ),
    (
        "did not find expected '-' indicator",
        False,
        "A list ends here without being finished: this line begins in the list's column, but not with a dash.",
        "Begin it with `- `, or indent it like what it belongs to.",
    ),
    (
        "could not find expected ':'",
        True,
        "This line has no colon after its key.",
        "Write it as `key: value`.",
    ),
    ("found unexpected end of stream", True, "The quote that opens here is never closed.", ""),
    ("did not find expected ',' or ']'", True, "The bracket [ that opens here is not closed.", "Separate with commas."),
    ("did not find expected ',' or '}'", True, "The bracket { that opens here is not closed.", "Separate with commas."),
    ("found undefined alias", False, "A * begins a reference to something that is not there.", "Put text in quotes."),
    ("found duplicate anchor", False, "This anchor (&) stands twice.", ""),
    ("while scanning an alias", False, "A * cannot begin a value.", "Put the text in quotes."),
    ("while scanning an anchor", False, "An & cannot begin a value.", "Put the text in quotes."),
    (
        "another document",
        False,
        "A second document begins here (`---`).",
        "The rules are one document: remove this line.",
    ),
    ("unknown escape character", False, r"A backslash inside double quotes has a meaning of its own.", "Use 'single quotes'."),
)  # fmt: skip


def decode(source: str | bytes) -> str:
    """The text of a file, without its byte order mark; PolicyErrors where it is no UTF-8 text."""
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > MAX_BYTES:
        raise PolicyErrors((Problem(1, 1, "", "The file is larger than 2 MB: these are not rules."),))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyErrors((_not_utf8(raw, error.start),)) from None
    text = text.removeprefix("\ufeff")
    bad = _UNPRINTABLE.search(text)
    if bad:
        line, column = _place(text, bad.start())
        message = f"An invisible character (U+{ord(bad[0]):04X}) stands here."
        raise PolicyErrors((Problem(line, column, "", message, "Delete it; the file is plain text."),))
    return text


def explain(error: yaml.YAMLError, text: str) -> Problem:
    """One problem of what the reader met."""
    said = f"{getattr(error, 'context', '') or ''}; {getattr(error, 'problem', '') or ''}"
    mark = getattr(error, "problem_mark", None)
    start = getattr(error, "context_mark", None) or mark
    if mark is None:
        return Problem(1, 1, "", f"This is no YAML: {error}.")
    if tab := _tab(text, mark.line):
        return tab
    for words, at_start, message, hint in _SAYINGS:
        if words in said:
            where = start if at_start else mark
            return Problem(where.line + 1, where.column + 1, "", message, hint)
    if "cannot start any token" in said:
        return _bad_start(text, mark.line, mark.column)
    return Problem(mark.line + 1, mark.column + 1, "", f"This is no YAML: {said.strip('; ')}.")


def _bad_start(text: str, line: int, column: int) -> Problem:
    character = _line(text, line)[column : column + 1]
    message = f"A value cannot begin with {character}" if character else "Something is wrong here"
    return Problem(line + 1, column + 1, "", message + ".", "Put the text in quotes.")


def _tab(text: str, line: int) -> Problem | None:
    content = _line(text, line)
    indent = content[: len(content) - len(content.lstrip())]
    if "\t" not in indent:
        return None
    message = "This line is indented with a tab."
    return Problem(line + 1, indent.index("\t") + 1, "", message, "Use spaces: YAML does not allow tabs here.")


def _not_utf8(raw: bytes, start: int) -> Problem:
    before = raw[:start].decode("utf-8", "replace")
    line, column = _place(before, len(before))
    message = "The file is not saved as UTF-8; the first character that cannot be read stands here."
    return Problem(line, column, "", message, "Save it as UTF-8.")


def _place(text: str, index: int) -> tuple[int, int]:
    lines = _split(text[:index] + "|")
    return len(lines), len(lines[-1])


def _line(text: str, number: int) -> str:
    lines = _split(text)
    return lines[number] if number < len(lines) else ""


_split: Callable[[str], list[str]] = re.compile("\r\n|[\n\r\x85\u2028\u2029]").split
