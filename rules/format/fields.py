"""How one value of the rules file is read: plain data in, a typed value out, or a `Fault` in plain words.

Each reader stands beside the JSON Schema that editors see for it, bound together by `Read`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from relationship.clocks.durations import UNITS, Duration, parse_duration
from rules.format.problems import Fault, found
from rules.format.spans import meant_by
from rules.format.suggest import between_commas, did_you_mean, in_brackets
from rules.policy import Rate

Schema = dict[str, Any]
LONGEST = timedelta(days=3660)  # no wait, window or history is meant to be longer
_CURLY = re.compile(r"[“”„«»‘’‚‹›].*[“”«»‘’‹›]")  # as word processors and phones quote
_RATE = re.compile(
    r"(?:(once|twice)|(\d{1,6})(?: times)?)\s+(?:an?|per|in(?:\s+(?:an?|(\d{1,6})))?)\s+([a-z]+?)s?"
)
_RANGE = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")


@dataclass(frozen=True, eq=False)
class Read:
    """Pydantic metadata: this value is read by `parse`, and editors are told `schema`."""

    parse: Callable[[object], object]
    schema: Schema

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        return dict(self.schema)


@dataclass(frozen=True, eq=False)
class OneOrMany:
    """Pydantic metadata: a lone value is a list of one."""

    may_be_empty: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._read, handler(source))

    def _read(self, value: object, read: core_schema.ValidatorFunctionWrapHandler) -> object:
        """A list without its brackets is no list: "15th, last day"."""
        try:
            return read(self._as_list(value))
        except ValidationError as error:
            told = "Write a list" in str(error)  # addresses say so themselves
            parts = between_commas(value) if isinstance(value, str) else []
            if not told and len(parts) > 1 and _all_read(read, parts):
                hint = f"A list has brackets: {in_brackets(parts)}"
                raise Fault(f"{found(value)} is no list.", hint) from None
            raise

    def _as_list(self, value: object) -> object:
        if value is None or (value == [] and not self.may_be_empty):
            raise Fault("Nothing stands here.", "Write a value, or remove the line.")
        return value if isinstance(value, list) else [value]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        many = handler(core)
        least = {} if self.may_be_empty else {"minItems": 1}
        return {"anyOf": [many["items"], {**many, **least}]}


def _all_read(read: core_schema.ValidatorFunctionWrapHandler, parts: list[str]) -> bool:
    try:
        read(parts)
    except ValidationError:
        return False
    return True


def told(parse: Callable[[object], object], **schema: object) -> Read:
    """A reader with what editors are told of it."""
    return Read(parse, schema)


# --- text ---


def text(value: object) -> str:
    """One line of text; numbers and truths must be quoted to be text."""
    if value is None:
        raise Fault("Nothing stands here.", "Write a value, or remove the line.")
    if isinstance(value, bool | int | float):
        shown = found(value)
        raise Fault(
            f"{shown.strip(chr(34))} is no text here.", f"Write {shown}, in quotes, if it is meant as text."
        )
    if not isinstance(value, str):
        raise Fault(f"Text is expected here, not {found(value)}.")
    if not value.strip():
        raise Fault("This is empty.", "Write a value, or remove the line.")
    if _CURLY.fullmatch(value.strip()):
        raise Fault(
            f"{found(value.strip())} stands in quotes that YAML does not know.",
            'Use straight quotes ("), or none.',
        )
    if len(value) > 500:
        raise Fault("This is longer than 500 characters.")
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise Fault(f"{found(value.split()[0])} runs over several lines.", "Write it on one line.")
    return value.strip()


def worded(parse: Callable[[str], Any]) -> Callable[[object], Any]:
    """A reader of text, from a parser that raises ValueError with a sentence."""

    def reader(value: object) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)  # `poll: 60` is told what is missing, not that it should be quoted
        try:
            return parse(text(value))
        except Fault:
            raise
        except (ValueError, OverflowError) as error:
            raise Fault(_sentence(str(error))) from None

    return reader


def _sentence(message: str) -> str:
    """Parsers quote with apostrophes and begin small; people read a sentence."""
    quoted = re.sub(r"(?<!\w)'([^'\n]*)'(?!\w)", r'"\1"', message)
    return quoted[:1].upper() + quoted[1:] + ("" if quoted.endswith((".", "?")) else ".")


def choice(what: str, *allowed: str) -> Read:
    """One word of several; `what` says what they are, such as "a mode"."""

    def one(value: object) -> str:
        if isinstance(value, bool | int | float):
            value = found(value).strip('"')
        word = " ".join(text(value).split())
        if word not in allowed:
            raise Fault(f"{found(word)} is not {what}.", did_you_mean(word, allowed))
        return word

    return told(one, enum=list(allowed))


def truth(value: object) -> bool:
    """A yes or no."""
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word not in ("yes", "no"):
        raise Fault(f"{found(value)} is neither yes nor no.", "Write yes or no.")
    return word == "yes"


def number(low: int, high: int) -> Read:
    """A whole number from `low` to `high`."""

    def whole(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Fault(f"{found(value)} is no whole number.", f"Write a number from {low} to {high}.")
        if not low <= value <= high:
            raise Fault(f"{value} is out of range.", f"Write a number from {low} to {high}.")
        return value

    return told(whole, type="integer", minimum=low, maximum=high)


# --- time ---


def duration(words: str) -> Duration:
    """An amount of plain or working time; ten years at most."""
    if re.fullmatch(r"\d+(\.\d+)?", words):
        raise Fault(f"{found(words)} has no unit.", f'Write it like "{words} seconds", "{words} days" …')
    try:
        length = parse_duration(words)
    except ValueError as error:
        raise Fault(_sentence(str(error)), meant_by(words)) from None
    if length.amount < 1:
        raise Fault(f"{found(words)} is no time at all.", "The shortest is 1.")
    if length.amount * UNITS[length.unit.removesuffix("s")] > LONGEST.total_seconds():
        raise Fault(f"{found(words)} is longer than ten years.")
    return length


def _plain_duration(words: str) -> Duration:
    length = duration(words)
    if length.working:
        raise Fault(
            f"{found(words)} counts working time; plain time is meant here.", 'Write it like "3 days".'
        )
    return length


def _between(shortest: Duration, longest: Duration) -> Callable[[str], Duration]:
    def read(words: str) -> Duration:
        length = duration(words)
        if not shortest.plain_seconds <= length.plain_seconds <= longest.plain_seconds:
            raise Fault(f"{found(words)} is out of range.", f"From {shortest} to {longest} is possible.")
        return length

    return read


def _length(words: str) -> Duration:
    _plain_duration(words)
    return _between(Duration(5, "minutes"), Duration(8, "hours"))(words)


def _rate(words: str) -> Rate:
    match = _RATE.fullmatch(" ".join(words.lower().split()))
    days = {"month": 30, "year": 365}
    if not match or (match[4] not in UNITS and match[4] not in days):
        raise Fault(
            f"{found(words)} is not a rate.", 'Write it like "1 a day", "3 a week" or "once in 2 weeks".'
        )
    count = {"once": 1, "twice": 2}.get(match[1]) or int(match[2] or 0)
    seconds = int(match[3] or 1) * (UNITS.get(match[4]) or days[match[4]] * 86400)
    if not count or not seconds:
        raise Fault(f"{found(words)} would allow nothing at all.", "To send nothing, write `mode: dry-run`.")
    if seconds > LONGEST.total_seconds():
        raise Fault(f"{found(words)} is longer than ten years.")
    return Rate(count, timedelta(seconds=seconds), words)


def day(words: str) -> date:
    """A date, written 2026-12-24."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", words):
        raise Fault(f"{found(words)} is not a date.", "Write it like 2026-12-24: year, month, day.")
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise Fault(f"{found(words)} is not in the calendar.") from None


def _days(words: str) -> tuple[date, date]:
    match = _RANGE.fullmatch(words)
    if not match:
        if re.fullmatch(r"[0-9-]+", words):
            return day(words), day(words)
        raise Fault(f"{found(words)} is not a range of days.", "Write it like 2026-12-24..2027-01-02.")
    first, last = day(match[1]), day(match[2])
    if last < first:
        raise Fault(f"{found(words)} ends before it begins.", "The first day stands first.")
    return first, last


_UNIT = "([Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek)s?"
_PLAIN_SCHEMA: Schema = {"type": "string", "pattern": rf"^\d+\s+{_UNIT}$"}
_DURATION_SCHEMA: Schema = {
    "type": "string",
    "pattern": rf"^\d+\s+([Ww]orking\s+([Ss]econd|[Mm]inute|[Hh]our|[Dd]ay)s?|{_UNIT})$",
}
_RATE_SCHEMA: Schema = {
    "type": "string",
    "examples": ["1 a day", "3 a week", "30 an hour", "once in 2 weeks"],
}
_RANGE_SCHEMA: Schema = {"type": "string", "examples": ["2026-12-24..2027-01-02"]}

TEXT = told(text, type="string")
DURATION = told(worded(duration), **_DURATION_SCHEMA, examples=["2 working hours", "1 working day", "3 days"])
PLAIN_DURATION = told(worded(_plain_duration), **_PLAIN_SCHEMA, examples=["15 minutes", "3 days"])
RATE = told(worded(_rate), **_RATE_SCHEMA)
DAY = told(worded(day), type="string", format="date", examples=["2026-09-01"])

Text = Annotated[str, TEXT]
Truth = Annotated[bool, told(truth, enum=["yes", "no", True, False, "Yes", "No", "YES", "NO"])]
AnyDuration = Annotated[Duration, DURATION]
PlainDuration = Annotated[Duration, PLAIN_DURATION]
Length = Annotated[Duration, told(worded(_length), **_PLAIN_SCHEMA, examples=["30 minutes", "1 hour"])]
Notice = Annotated[
    Duration,
    told(
        worded(_between(Duration(1, "hours"), Duration(60, "days"))), **_DURATION_SCHEMA, examples=["3 days"]
    ),
]
Days = Annotated[tuple[date, date], told(worded(_days), **_RANGE_SCHEMA)]
