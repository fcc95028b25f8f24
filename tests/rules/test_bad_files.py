"""Broken files, one fault each: the first line of each says what its owner is to be told."""

from pathlib import Path

import pytest

from relationship.templates import TemplateIndex
from rules.format.loader import examine, load
from rules.format.problems import PolicyErrors

BAD = sorted((Path(__file__).parent / "bad").glob("*.bad.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name.removesuffix(".bad.yaml"))
def test_one_fault_is_one_problem_at_its_place(path: Path, letters: TemplateIndex) -> None:
    source = path.read_bytes()
    expected = source.split(b"\n")[0].decode().removeprefix("# ")
    if not source:
        expected = "line 1, column 1: The file is empty. Begin with `mode:` and `mailbox:`."
    assert [str(problem) for problem in examine(source, letters).errors] == [expected]


def test_the_good_file_that_they_were_made_from_has_no_fault(good: str, letters: TemplateIndex) -> None:
    findings = examine(good, letters)
    assert (findings.errors, findings.warnings) == ((), ())


def test_there_are_many() -> None:
    assert len(BAD) > 100


def test_two_faults_are_both_named(good: str, letters: TemplateIndex) -> None:
    text = good.replace("Asia/Manila", "Asia/Manilla").replace(
        "waiting on contractor", "waiting on contracter"
    )
    with pytest.raises(PolicyErrors) as raised:
        load(text, letters)
    assert [problem.path for problem in raised.value.problems] == ["contractors[0].timezone", "rules[1].when"]
    assert str(raised.value).count("\n") == 1


def test_two_faults_in_one_rule_are_both_named(good: str, letters: TemplateIndex) -> None:
    text = good.replace("waiting on contractor", "waiting on contracter").replace(
        "reminders/firm", "reminders/fim"
    )
    paths = [problem.path for problem in examine(text, letters).errors]
    assert paths == ["rules[1].when", "rules[1].steps[1].send"]


def test_a_duplicate_key_hides_nothing(good: str, letters: TemplateIndex) -> None:
    text = good.replace("mode: dry-run", "mode: dry-run\nmode: liv").replace("dana@home", "dana at home")
    assert [problem.path for problem in examine(text, letters).errors] == ["mode", "owner.email[1]"]


def test_problems_stand_in_the_order_of_the_file(letters: TemplateIndex) -> None:
    text = "rules: 5\nowner: 6\nmode: 7\nmailbox:\n  poll: x\n"
    lines = [problem.line for problem in examine(text, letters).errors]
    assert lines == sorted(lines)


def test_a_secret_is_never_repeated(good: str, letters: TemplateIndex) -> None:
    for old, new in (
        ("env:KEEPWARM_PASSWORD", "hunter2hunter2"),
        ("env:KEEPWARM_PASSWORD", "[hunter2hunter2]"),
        ("env:KEEPWARM_PASSWORD", "{a: hunter2hunter2}"),
        ("imaps://", "imaps://team:hunter2hunter2@"),
    ):
        findings = examine(good.replace(old, new), letters)
        assert findings.errors
        assert "hunter2" not in repr(findings)
