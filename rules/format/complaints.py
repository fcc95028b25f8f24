"""What the models found wrong, as problems for people: each at its place, each with what is allowed there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rules.format.positions import Document
from rules.format.problems import Fault, Path, Problem, found
from rules.format.schema import (
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
    lists_of,
    spaced,
)
from rules.format.suggest import before_colon, closest, did_you_mean, in_brackets
from rules.format.syntax import COLON, NO_COLON, ODD_INDENT

A_NOTE = "What follows a # is a note: write a value, or put it in quotes."

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

# How the blocks are called.
_PLACES: dict[tuple[str, ...], str] = {
    (): "the file",
    ("contractors",): "a contractor",
    ("rules",): "a rule",
    ("rules", "if"): "the `if:` of a rule",
    ("rules", "steps"): "a step of a rule",
}


@dataclass(frozen=True)
class Grammar:
    """The blocks of a file, by the keys that lead to them, and how they are called."""

    blocks: Mapping[tuple[str, ...], type[Block]]
    places: Mapping[tuple[str, ...], str]

    def keys(self, path: Path) -> list[str]:
        """What a block may hold."""
        block = self.blocks.get(_shape(path))
        return list(keys_of(block)) if block else []

    def words_for(self, path: Path) -> str:
        """What a block is called."""
        shape = _shape(path)
        return self.places.get(shape) or f"`{shape[-1]}:`"

    def homes(self, key: str) -> list[str]:
        """Blocks that know this key."""
        return [self.words_for(path) for path in self.blocks if key in self.keys(path)]


RULES = Grammar(_BLOCKS, _PLACES)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A key that must stand in a block, and does not."""

    block: Path
    key: str


def problems_of_shape(
    error: ValidationError, document: Document, grammar: Grammar = RULES
) -> Iterator[Problem]:
    """One problem for each thing that the models found."""
    details = error.errors(include_url=False)
    meant = {_meant(detail["loc"], grammar) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        if detail["type"] == "missing" and _Missing(detail["loc"][:-1], str(detail["loc"][-1])) in meant:
            continue  # it is there, misspelt: that is said already
        yield _problem(detail, document, grammar)


def _problem(detail: Any, document: Document, grammar: Grammar) -> Problem:
    path, value = detail["loc"], detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path, document, grammar)
        case "missing":
            owner, needed = _owner_of(path[:-1], document, grammar), _needed(path, grammar)
            return document.problem(path, f"{owner} has no `{path[-1]}:`.", needed)
        case "value_error":
            fault = detail["ctx"]["error"]
            if not isinstance(fault, Fault):
                return _other(detail, document)
            is_note = value is None and document.is_note(path)
            return document.problem(path, fault.message, A_NOTE if is_note else fault.hint)
        case "list_type":
            return document.problem(
                path, f"A list is expected here, not {found(value)}.", "Begin each entry with `- `."
            )
        case "model_type" | "dict_type":
            keys = ", ".join(grammar.keys(path)) or "a name"
            hint = f"Write lines of `key: value` below it; the keys are {keys}."
            what = "is missing here" if value is None else f"is expected here, not {found(value)}"
            return document.problem(path, f'A block of "key: value" lines {what}.', hint)
    return _other(detail, document)


def _other(detail: Any, document: Document) -> Problem:
    return document.problem(detail["loc"], f"{found(detail['input'])} does not fit here: {detail['msg']}.")


def _unknown_key(path: Path, document: Document, grammar: Grammar) -> Problem:
    key, known = str(path[-1]), grammar.keys(path[:-1])
    if before_colon(key) in known and ":" not in key:
        return document.problem(path, NO_COLON, COLON, key=True)
    if before_colon(key) in known:
        return document.problem(path, f"A space is missing after the colon: {found(key)}.", key=True)
    if key.lstrip() != key.lstrip(" "):
        return document.problem(path, *ODD_INDENT, key=True)
    near = closest(key, known)
    if not near and (hint := _after_a_comma(path, document, grammar)):
        return document.problem(path, f'"{key}" stands here without a value.', hint, key=True)
    if near == " ".join(key.split()):
        hint = f'Write "{near}" anew, with one plain space: it has another sort of space, or several.'
        return document.problem(path, f'"{key}" is not known here.', hint, key=True)
    elsewhere = [] if near else grammar.homes(key)
    if elsewhere:
        hint = f"It belongs in {' or '.join(elsewhere)}: is the line indented right?"
    else:
        hint = did_you_mean(key, grammar.keys(path[:-1]), "Known here")
    where = f"in {grammar.words_for(path[:-1])}" if len(path) > 1 else "at the top of the file"
    return document.problem(path, f'"{key}" is not known {where}.', hint, key=True)


def _after_a_comma(path: Path, document: Document, grammar: Grammar) -> str:
    """What to do where a comma in { } ended a list or a text: {phase: onboarding, active}; "" where none did."""
    data: Any = document.data
    for part in path[:-1]:
        data = data[part]
    keys = list(data)
    place = keys.index(str(path[-1]))
    first = next((number for number in range(place, -1, -1) if data[keys[number]] is not None), place)
    lines = {document.keys[(*path[:-1], keys[number])][0] for number in range(first, place + 1)}
    key, value = keys[first], data[keys[first]]
    if first == place or len(lines) > 1 or not isinstance(value, str):
        return ""
    block = grammar.blocks.get(_shape(path[:-1]))
    if block is None or key not in lists_of(block):
        return "Put text that holds a comma in quotes."
    return f"A list has brackets: `{key}: {in_brackets([value, *keys[first + 1 : place + 1]])}`."


def _meant(path: Path, grammar: Grammar) -> _Missing:
    return _Missing(path[:-1], closest(before_colon(str(path[-1])), grammar.keys(path[:-1])) or "")


def _shape(path: Path) -> tuple[str, ...]:
    """A path without its numbers."""
    return tuple(part for part in path if isinstance(part, str))


def _owner_of(path: Path, document: Document, grammar: Grammar) -> str:
    """How the block that lacks a key is called: by its name, where it has one."""
    data: Any = document.data
    for part in path:
        data = data[part]
    name = data.get("name") if isinstance(data, dict) else None
    words = grammar.words_for(path)
    if isinstance(name, str) and words.startswith("a "):
        return f'The {words.removeprefix("a ")} "{name}"'
    return words[:1].upper() + words[1:]


def _needed(path: Path, grammar: Grammar) -> str:
    """What the missing key is for."""
    block = grammar.blocks[_shape(path[:-1])]
    about = [field.description for name, field in block.model_fields.items() if spaced(name) == path[-1]]
    return f"Add it: {about[0]}" if about else "Add it."
