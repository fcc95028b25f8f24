"""`test`: rule tests: a timeline of mails, and what must and must not be sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from commands.check import source_of
from commands.house import House
from commands.output import AsJson, complain, counted, plainly, print_json
from commands.rule_tests.judging import faults
from commands.rule_tests.playing import played
from commands.rule_tests.stage import ScriptError
from relationship.facts.messages import Side
from rules.format.problems import PolicyErrors
from rules.policy import Policy
from rules.rule_tests.loader import load_tests
from rules.rule_tests.plot import RuleTest

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="By default all *.test.yaml beside the rules file.", metavar="[FILE]...", readable=False
    ),
]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test; in the order of `--json`."""

    test: str
    ok: bool
    message: str  # "" where it is fine


@plainly
def command(context: typer.Context, files: Files = None, as_json: AsJson = False) -> None:
    """Run rule tests: what must be sent, and what must not, for mail that is written down in a file."""
    house: House = context.obj
    templates = house.templates()
    policy = house.policy(templates)
    good = bad = 0
    for path in files or _beside(house.rules):
        for result in _results(house, policy, templates.readers(), path):
            good, bad = good + result.ok, bad + (not result.ok)
            _tell(result, path, as_json)
    if not as_json:
        typer.echo(f"{counted(good + bad, 'test')}: {good} fine, {bad} not.")
    if bad:
        raise typer.Exit(1)


def _beside(rules: Path) -> list[Path]:
    found = sorted(rules.parent.glob("*.test.yaml"))
    if not found:
        example = rules.with_suffix(".test.yaml")
        complain(
            f"There are no rule tests beside {rules}. Write some into {example}; docs/rule-tests.md shows how."
        )
        raise typer.Exit(1)
    return found


def _results(house: House, policy: Policy, readers: dict[str, Side], path: Path) -> Iterator[Result]:
    try:
        tests = load_tests(source_of(path), policy, readers)
    except PolicyErrors as errors:
        for problem in errors.problems:
            yield Result(f"{path}", ok=False, message=str(problem))
        return
    for test in tests:
        yield run(house, policy, test)


def run(house: House, policy: Policy, test: RuleTest) -> Result:
    """Run one test."""
    try:
        found = faults(test, played(house, policy, test), policy)
    except ScriptError as error:
        found = [str(error)]
    return Result(test.name, not found, "\n".join(found))


def _tell(result: Result, path: Path, as_json: bool) -> None:
    if as_json:
        print_json([{"test": result.test, "ok": result.ok, "message": result.message}])
        return
    typer.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.test}")
    for line in result.message.splitlines():
        typer.echo(f"      {line}")
    if not result.ok and result.test != str(path):
        typer.echo(f"      in {path}")
