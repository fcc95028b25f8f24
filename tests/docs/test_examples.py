"""Every example in README and docs/ is run: rules load, commands and their options exist, files and links are there."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import typer.core
import typer.main
import yaml

from commands.app import COMMANDS, build
from daemon import House
from mail.letters.rendering import BUILT_IN, Templates
from relationship.clocks.durations import parse_duration
from relationship.clocks.hours import working_clock
from rules.format.loader import examine
from rules.format.schema import RulesFile, keys_of

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BASE = (ROOT / "tests/rules/good.yaml").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, (name, text) in enumerate(_FENCE.findall(page.read_text(encoding="utf-8"))):
            if name == language:
                yield f"{page.name}#{number}", text


def merged(fragment: str) -> str:
    """A whole rules file: the fragment, and what it leaves out from a good one."""
    given = set(yaml.safe_load(fragment))
    kept = [
        part for part in re.split(r"^(?=\S)", BASE, flags=re.MULTILINE) if part.partition(":")[0] not in given
    ]
    return "".join(kept) + fragment


def is_rules(text: str) -> bool:
    data = yaml.safe_load(text)
    return isinstance(data, dict) and bool(data) and set(data) <= set(keys_of(RulesFile))


RULES = [(name, text) for name, text in blocks("yaml") if is_rules(text)]


def problems(text: str) -> list[str]:
    findings = examine(merged(text).encode(), Templates((BUILT_IN,)).index())
    return [str(problem) for problem in findings.errors]


@pytest.mark.parametrize(("name", "text"), RULES, ids=[name for name, _ in RULES])
def test_rules_load(name: str, text: str) -> None:
    assert problems(text) == []


def test_there_are_rules_and_a_wrong_one_would_be_noticed() -> None:
    assert len(RULES) >= 6
    assert problems("mailbox:\n  adress: a@b.example\n")
    assert problems("rules:\n  - {name: A, when: contractor replide, send: x}\n")


def wrong(words: list[str]) -> str:
    """What is wrong with a call; "" where it could be made."""
    program = typer.main.get_command(build(House))
    assert isinstance(program, typer.core.TyperGroup)
    options = {option for param in program.params for option in param.opts}
    while words and words[0].startswith("-"):
        if words[0] not in options:
            return f"no option {words[0]}"
        words = words[2:]
    if not words or words[0].isupper():
        return ""
    if words[0] not in COMMANDS:
        return f"no command {words[0]}"
    command = program.get_command(typer.Context(program), words[0])
    assert command is not None
    known = {option for param in command.params for option in param.opts} | {"--help"}
    missing = [word for word in words[1:] if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{words[0]} has no {missing[0]}" if missing else ""


def test_commands_exist(calls: list[tuple[str, list[str]]]) -> None:
    found = {f"{page}: {' '.join(words)}": wrong(list(words)) for page, words in calls}
    assert len(found) >= 20
    assert {call: fault for call, fault in found.items() if fault} == {}
    assert wrong(["runn"]) and wrong(["run", "--twice"]) and wrong(["--rule", "x", "run"])


def test_the_table_of_commands_is_whole_and_right() -> None:
    rows = re.findall(r"^\| (`.+?`) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = set()
    for left, right in rows:
        for words in re.findall(r"`([^`]+)`", left):
            command = words.split()[0]
            if command in COMMANDS:
                named.add(command)
                options = re.findall(r"(?<!\w)--[a-z-]+", f"{words} {right}")
                assert wrong([command, *options]) == "", command
    assert named == set(COMMANDS)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_what_is_made_can_be_made() -> None:
    named = [word for _, text in blocks("sh") for word in re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)]
    assert named
    assert set(named) <= targets()


def test_what_is_installed_is_there() -> None:
    named = [word for _, text in blocks("sh") for word in re.findall(r"(?<![\w/.])deploy/[\w@./-]+", text)]
    assert len(named) >= 3
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


ROOMS = "tests|deploy|docs|commands|tick|rules|mail|store|relationship"
NAMED = re.compile(rf"`((?:{ROOMS})/[\w/@.-]*)(?:::(\w+))?`")


def test_files_and_tests_that_are_named_are_there() -> None:
    found = {page.name: NAMED.findall(page.read_text()) for page in PAGES}
    assert {named.partition("/")[0] for names in found.values() for named, _ in names} >= {
        *ROOMS.split("|")
    } - {"docs"}
    for page, names in found.items():
        for named, test in names:
            assert (ROOT / named).exists(), f"{page}: {named}"
            assert not test or f"def {test}(" in (ROOT / named).read_text(), f"{page}: {named}::{test}"


def test_every_promise_names_a_test() -> None:
    table = re.findall(
        r"^\| (\w.+?) \| .+? \| (.+) \|$", (ROOT / "docs/promises.md").read_text(), re.MULTILINE
    )
    rows = {promise: NAMED.findall(tests) for promise, tests in table if promise != "promise"}
    assert len(rows) >= 12
    for promise, tests in rows.items():
        assert tests and all(path.startswith("tests/") for path, _ in tests), promise


ROW = re.compile(
    r"^\| `([\w/]+)` \| `([^`]+)` \| (?:`([^`]+)`)? ?\| (\w.+?) \| `([^`]+)` \| (\w.+?) \|$", re.MULTILINE
)
CLOCKS = ROW.findall((ROOT / "docs/clocks.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", CLOCKS, ids=[f"{row[0]} {row[4]} {n}" for n, row in enumerate(CLOCKS)])
def test_the_clocks_count_as_the_page_says(row: tuple[str, ...]) -> None:
    zone, hours, holidays, start, duration, due = row
    at = datetime.strptime(start, "%a %Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    assert f"{at:%a}" == start[:3]
    found = (
        working_clock(zone, hours, holidays).after(at, parse_duration(duration)).astimezone(ZoneInfo(zone))
    )
    assert f"{found:%a %Y-%m-%d %H:%M}" == due


def test_there_are_clocks() -> None:
    assert len(CLOCKS) >= 8


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").glob("*.svg")), ids=lambda path: path.name)
def test_pictures_can_be_read(picture: Path) -> None:
    root = ElementTree.parse(picture).getroot()
    assert root.tag.endswith("svg") and root.get("viewBox")
