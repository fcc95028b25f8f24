"""What the models found wrong, as problems for people: each at its place, each with what is allowed there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rules.positions import Document
from rules.problems import Fault, Path, Problem, found
from rules.schema import (
    Block,
    CheckInsBlock,
    ConditionsBlock,
    ContractorBlock,
    DefaultsBlock,
    LimitsBlock,
    MailboxBlock,
    OwnerBlock,
    RuleBlock,
    RulesFile,
    StepBlock,
    TemperatureBlock,
    keys_of,
    spaced,
)
from rules.suggest import closest, did_you_mean

_BLOCKS: dict[tuple[str, ...], type[Block]] = {
    (): RulesFile,
    ("mailbox",): MailboxBlock,
    ("owner",): OwnerBlock,
    ("contractors",): ContractorBlock,
    ("defaults",): DefaultsBlock,
    ("check-ins",): CheckInsBlock,
    ("limits",): LimitsBlock,
    ("temperature",): TemperatureBlock,
    ("rules",): RuleBlock,
    ("rules", "if"): ConditionsBlock,
    ("rules", "steps"): StepBlock,
}

_PLACES: dict[tuple[str, ...], str] = {
    (): "the file",
    ("contractors",): "a contractor",
    ("rules",): "a rule",
    ("rules", "if"): "the `if:` of a rule",
    ("rules", "steps"): "a step of a rule",
}


@dataclass(frozen=True, slots=True)
class _Missing:
    """A key that must stand in a block, and does not."""

    block: Path
    key: str


def problems_of_shape(error: ValidationError, document: Document) -> Iterator[Problem]:
    """One problem for each thing that the models found."""
    details = error.errors(include_url=False)
    meant = {_meant(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        if detail["type"] == "missing" and _Missing(detail["loc"][:-1], str(detail["loc"][-1])) in meant:
            continue  # it is there, misspelt: that is said already
        yield _problem(detail, document)


def _problem(detail: Any, document: Document) -> Problem:
    path, value = detail["loc"], detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path, document)
        case "missing":
            return document.problem(
                path, f"{_owner_of(path[:-1], document)} has no `{path[-1]}:`.", _needed(path)
            )
        case "value_error":
            fault = detail["ctx"]["error"]
            return (
                document.problem(path, fault.message, fault.hint)
                if isinstance(fault, Fault)
                else _other(detail, document)
            )
        case "list_type":
            return document.problem(
                path, f"A list is expected here, not {found(value)}.", "Begin each entry with `- `."
            )
        case "model_type" | "dict_type":
            keys = ", ".join(_keys(path)) or "a name"
            hint = f"Write lines of `key: value` below it; the keys are {keys}."
            what = "is missing here" if value is None else f"is expected here, not {found(value)}"
            return document.problem(path, f'A block of "key: value" lines {what}.', hint)
    return _other(detail, document)


def _other(detail: Any, document: Document) -> Problem:
    return document.problem(detail["loc"], f"{found(detail['input'])} does not fit here: {detail['msg']}.")


def _unknown_key(path: Path, document: Document) -> Problem:
    key = str(path[-1])
    near = closest(key, _keys(path[:-1]))
    elsewhere = [] if near else _homes(key)
    if elsewhere:
        hint = f"It belongs in {' or '.join(elsewhere)}: is the line indented right?"
    else:
        hint = did_you_mean(key, _keys(path[:-1]), "Known here")
    where = f"in {_words_for(path[:-1])}" if len(path) > 1 else "at the top of the file"
    return document.problem(path, f'"{key}" is not known {where}.', hint, key=True)


def _meant(path: Path) -> _Missing:
    return _Missing(path[:-1], closest(str(path[-1]), _keys(path[:-1])) or "")


def _homes(key: str) -> list[str]:
    """Blocks that know this key."""
    return [_words_for(path) for path in _BLOCKS if key in _keys(path)]


def _keys(path: Path) -> list[str]:
    block = _BLOCKS.get(_shape(path))
    return list(keys_of(block)) if block else []


def _shape(path: Path) -> tuple[str, ...]:
    """A path without its numbers."""
    return tuple(part for part in path if isinstance(part, str))


def _words_for(path: Path) -> str:
    shape = _shape(path)
    return _PLACES.get(shape) or f"`{shape[-1]}:`"


def _owner_of(path: Path, document: Document) -> str:
    """How the block that lacks a key is called: by its name, where it has one."""
    data: Any = document.data
    for part in path:
        data = data[part]
    name = data.get("name") if isinstance(data, dict) else None
    words = _words_for(path)
    if isinstance(name, str) and words in ("a contractor", "a rule"):
        return f'The {words.removeprefix("a ")} "{name}"'
    return words[:1].upper() + words[1:]


def _needed(path: Path) -> str:
    """What the missing key is for."""
    block = _BLOCKS[_shape(path[:-1])]
    about = [field.description for name, field in block.model_fields.items() if spaced(name) == path[-1]]
    return f"Add it: {about[0]}" if about else "Add it."
