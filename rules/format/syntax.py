"""What a YAML reader says when it gives up, said for people."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from rules.format.problems import PolicyErrors, Problem

MAX_BYTES = 2_000_000
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Printable to YAML, and yet not seen: they come along when text is copied from a web page or a chat.
_UNSEEN = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_INVISIBLE = re.compile(f"{_UNPRINTABLE.pattern}|[{_UNSEEN}]")

_TAB_INDENT = ("This line is indented with a tab.", "Use spaces: YAML does not allow tabs here.")
# To YAML it begins a key, and the line may fit as it stands; only the key is then known nowhere.
ODD_INDENT = ("This line is indented with a space that is none to YAML.", "Type spaces instead.")
_CONFLICT = re.compile(r"<{7}( |$)|>{7}( |$)|={7}$")
_NO_VALUE = "did not find expected node content"
_BRACKET_AFTER_KEY = re.compile(r"\s*(?:- )?\w[\w -]* [{\[]")  # owner {name: Dana Reyes}
_NO_DASH = "did not find expected '-' indicator"
_COLON_WORDS = "mapping values are not allowed"
_ALIGN = "Lines that belong together begin in the same column."
NO_COLON = "This line has no colon after its key."
COLON = "Write it as `key: value`."
_COMMAS = "Separate what is inside with commas, and close it."
_QUOTES = "Put text in quotes."


@dataclass(frozen=True, slots=True)
class _Saying:
    """What the reader says, and what we say."""

    words: str
    message: str
    hint: str = ""
    at_start: bool = False  # the fault is where the reader began, not where it gave up


_SAYINGS = (
    _Saying(
        _COLON_WORDS,
        "This line does not fit the one above it.",
        "Indent the line like its neighbours, or put text that holds a colon in quotes.",
    ),
    _Saying("did not find expected key", "This line does not fit the lines above it.", _ALIGN),
    _Saying("expected <document start>", "This line begins further left than the ones above it.", _ALIGN),
    _Saying(
        _NO_DASH,
        "This line begins in the column of a list, but not with a dash.",
        "Begin it with `- `, or indent it like what it belongs to.",
    ),
    _Saying("could not find expected ':'", NO_COLON, COLON, at_start=True),
    _Saying("found unexpected end of stream", "The quote that opens here is never closed.", at_start=True),
    _Saying(
        "did not find expected ',' or ']'",
        "The bracket [ that opens here is not closed.",
        _COMMAS,
        at_start=True,
    ),
    _Saying(
        "did not find expected ',' or '}'",
        "The bracket { that opens here is not closed.",
        _COMMAS,
        at_start=True,
    ),
    _Saying(_NO_VALUE, "A value is missing here: between two commas or brackets something must stand."),
    _Saying("found undefined alias", "A * begins a reference to something that is not there.", _QUOTES),
    _Saying("found duplicate anchor", "This anchor (&) stands twice."),
    _Saying("while scanning an alias", "A * cannot begin a value.", _QUOTES),
    _Saying("while scanning an anchor", "An & cannot begin a value.", _QUOTES),
    _Saying("while scanning a block scalar", "A | or > cannot begin a value.", _QUOTES, at_start=True),
    _Saying("mapping keys are not allowed", "A ? cannot begin a value.", _QUOTES),
    _Saying("block sequence entries are not allowed", "A dash cannot begin a value.", _QUOTES),
    _Saying(
        "another document", "A second document begins here (`---`).", "The rules are one: remove this line."
    ),
    _Saying(
        "unknown escape character", "A backslash in double quotes means something.", "Use 'single quotes'."
    ),
)


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
    bad = _INVISIBLE.search(text)
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
    if odd := _conflict(text) or _odd_indent(text, mark.line):
        return odd
    if _BRACKET_AFTER_KEY.match(line := line_of(text, mark.line)):
        return Problem(mark.line + 1, _indent(line) + 1, "", NO_COLON, COLON)
    if quote := _ends_in_text(text, mark.line, mark.column, said):
        return quote
    if _COLON_WORDS in said and ": " in (before := line_of(text, mark.line)[: mark.column]):
        hint = _without_colon(line_of(text, mark.line), before) or "Put the text in quotes."
        return Problem(mark.line + 1, mark.column + 1, "", "This text holds a colon.", hint)
    if slip := _slip(text, mark.line, said) or _first_slip(text, mark.line, said):
        return slip
    if _NO_DASH in said and _missing_space(line_of(text, mark.line)) == "dash":
        return Problem(mark.line + 1, mark.column + 1, "", "A space is missing after the dash.")
    begun = (start or mark).line
    if slip := _glued(text, begun, said) or _cut_off(text, begun, said) or _two_colons(text, begun, mark):
        return slip
    for saying in _SAYINGS:
        if saying.words in said:
            where = start if saying.at_start and start else mark
            return Problem(where.line + 1, where.column + 1, "", saying.message, saying.hint)
    if "cannot start any token" in said:
        return _bad_start(text, mark.line, mark.column)
    return Problem(mark.line + 1, mark.column + 1, "", f"This is no YAML: {said.strip('; ')}.")


def _without_colon(line: str, before: str) -> str:
    """What was meant by a second colon that quotes would not mend: conditions, or a password's place."""
    if conditions := re.match(r"\s*(?:- )?if:\s+([a-z ]+:\s.*?)\s*(?: #.*)?$", line):
        if re.search(r":\s[^,\"']*:\s", conditions[1]):
            return "Conditions stand in braces, and text that holds a colon in quotes."
        return f"Conditions stand in braces: if: {{{conditions[1]}}}"
    if place := re.search(r": +(env|file|command|keyring)$", before):
        return f"After {place[1]}: follows at once where the password lies, with no space between."
    return ""


def _bad_start(text: str, line: int, column: int) -> Problem:
    character = line_of(text, line)[column : column + 1]
    message = f"A value cannot begin with {character}" if character else "Something is wrong here"
    return Problem(line + 1, column + 1, "", message + ".", "Put the text in quotes.")


def _conflict(text: str) -> Problem | None:
    """Where a merge left the marks of two versions, and both of them."""
    for row, line in enumerate(_split(text)):
        if _CONFLICT.match(line):
            message = "A merge conflict stands here: two versions of the same lines, between marks."
            return Problem(row + 1, 1, "", message, "Keep the lines of one, and delete the marks.")
    return None


def _odd_indent(text: str, number: int) -> Problem | None:
    """Where a line, or the one before it, is indented with what is no space to YAML."""
    for row, line in _rows(text, number)[-2:]:
        indent = line[: len(line) - len(line.lstrip())]
        if odd := indent.strip(" "):
            said = _TAB_INDENT if odd[0] == "\t" else ODD_INDENT
            return Problem(row + 1, indent.index(odd) + 1, "", *said)
    return None


def _ends_in_text(text: str, line: int, column: int, said: str) -> Problem | None:
    """Where a quote or a bracket ends in mid-text: 'Maria O'Neill', "Maria" Santos, [Maria] Santos."""
    before = line_of(text, line)[:column].rstrip()
    if "did not find expected" not in said or not before:
        return None
    if re.search(r"""[:\-,\[{]\s+(["']).*\1$""", before):
        message = f"The text goes on after its closing quote ({before[-1]})."
        return Problem(line + 1, column + 1, "", message, "Put the whole in quotes of the other sort.")
    if before[-1] in "]}" and line_of(text, line)[column:].strip():
        message = f"The text goes on after the bracket {before[-1]}."
        return Problem(
            line + 1, column + 1, "", message, "Put text in quotes; a list has one pair of brackets."
        )
    return None


def _slip(text: str, number: int, said: str) -> Problem | None:
    """Where the reader stumbles over a line because of the one before it, that one."""
    colon, key = _COLON_WORDS in said, "did not find expected key" in said
    rows = [(0, ""), *_rows(text, number)]
    if len(rows) < 3 or not (colon or key):
        return None
    (_, above), (before, line), (_, here) = rows[-3:]
    if _indent(line) < _indent(here) and (_indent(above) == _indent(here) or _is_header(above, line)):
        return Problem(before + 1, 1, "", "This line is indented less than its neighbours.", _ALIGN)
    if key and _is_header(above) and _indent(line) > _indent(here) == _next_indent(text, number):
        return Problem(before + 1, 1, "", "This line is indented more than its neighbours.", _ALIGN)
    if missing := _missing_space(line) if colon or key else "":
        return Problem(before + 1, _indent(line) + 1, "", f"A space is missing after the {missing}.")
    if colon and _indent(line) == _indent(here) and _is_bare(line):
        return Problem(before + 1, 1, "", NO_COLON, COLON)
    return None


def _first_slip(text: str, number: int, said: str) -> Problem | None:
    """Where the file's first line is no `key: value`, and a comment ends what it began."""
    rows = _rows(text, number)
    if "expected <document start>" not in said or not rows or _indent(rows[0][1]):
        return None
    row, line = rows[0][0], rows[0][1].partition(" #")[0]
    if missing := _missing_space(line):
        return Problem(row + 1, 1, "", f"A space is missing after the {missing}.")
    if _is_bare(line):
        return Problem(row + 1, 1, "", NO_COLON, COLON)
    return None


def _glued(text: str, number: int, said: str) -> Problem | None:
    """Where a line that seems to have no colon has one, with nothing after it, or a wide one."""
    line = line_of(text, number)
    if "could not find expected ':'" not in said:
        return None
    if missing := _missing_space(line):
        return Problem(number + 1, _indent(line) + 1, "", f"A space is missing after the {missing}.")
    if wide := re.match(r"\s*(?:- )?[\w -]+(\uff1a)", line):
        return Problem(
            number + 1, wide.start(1) + 1, "", "This colon is a wide one.", "Type `:` and a space."
        )
    return None


def _cut_off(text: str, number: int, said: str) -> Problem | None:
    """Where a # in a bracket makes a comment of its rest, the closing bracket too."""
    if "did not find expected ','" not in said and _NO_VALUE not in said:
        return None
    number = max((row for row, line in _rows(text, number) if "[" in line or "{" in line), default=number)
    mark = re.search(r"(?<=[\s\[{,])#.*[\]}]", line := line_of(text, number))
    if mark and _is_closed(line[: mark.start()]):  # no bracket is in the comment that belongs to this one
        return None
    message = "What follows a # is a comment, the closing bracket too."
    return Problem(number + 1, mark.start() + 1, "", message, _QUOTES) if mark else None


def _is_closed(line: str) -> bool:
    return sum(map(line.count, "[{")) <= sum(map(line.count, "]}"))


def _two_colons(text: str, number: int, mark: yaml.Mark) -> Problem | None:
    """Where a bracket that begins in this line holds a second colon before its next comma."""
    if number != mark.line or not re.match(r":\s.*[\]}]", line_of(text, mark.line)[mark.column :]):
        return None
    message = "Two colons stand here with no comma between them."
    hint = "Separate what is inside with commas, and put text that holds a colon in quotes."
    return Problem(mark.line + 1, mark.column + 1, "", message, hint)


def _is_header(line: str, beside: str | None = None) -> bool:
    """Whether a block should follow this line; with `beside`, where that line begins in the same column."""
    return line.rstrip().endswith(":") and (beside is None or _indent(line) == _indent(beside))


def _is_bare(line: str) -> bool:
    return ":" not in line and not line.strip().startswith(("-", "[", "{", "}", "]"))


def _missing_space(line: str) -> str:
    """After what a line that is no `key: value` lacks its space: "-name: Ben", or "name:Ben"."""
    if re.match(r"\s*-[^\s-]", line):
        return "dash"
    glued = re.match(r"\s*(?:- )?[\w -]+:[^ /:]", line)
    return "colon" if glued and ": " not in line else ""


def _next_indent(text: str, number: int) -> int:
    """Where the line after this one begins."""
    return next((_indent(line) for line in _split(text)[number + 1 :] if line.strip()), 0)


def _rows(text: str, number: int) -> list[tuple[int, str]]:
    """The lines up to this one that hold anything but a comment."""
    lines = enumerate(_split(text)[: number + 1])
    return [(n, line) for n, line in lines if line.strip() and not line.strip().startswith("#")]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _not_utf8(raw: bytes, start: int) -> Problem:
    before = raw[:start].decode("utf-8", "replace")
    line, column = _place(before, len(before))
    message = "The file is not saved as UTF-8; the first character that cannot be read stands here."
    return Problem(line, column, "", message, "Save it as UTF-8.")


def _place(text: str, index: int) -> tuple[int, int]:
    lines = _split(text[:index] + "|")
    return len(lines), len(lines[-1])


def line_of(text: str, number: int) -> str:
    """A line as YAML counts them, from 0; "" behind the last one."""
    lines = _split(text)
    return lines[number] if number < len(lines) else ""


_split: Callable[[str], list[str]] = re.compile("\r\n|[\n\r\x85\u2028\u2029]").split
