"""The project's own rules.yaml: it loads with the letters that ship."""

from pathlib import Path

from mail.letters.rendering import Templates
from rules.format.loader import examine

RULES = Path(__file__).parents[2] / "rules.yaml"


def test_it_has_no_fault_and_nothing_doubtful() -> None:
    findings = examine(RULES.read_bytes(), Templates().index())
    assert (findings.errors, findings.warnings) == ((), ())
    assert findings.policy is not None
    assert len(findings.policy.contractors) == 4


def test_the_example_loads_with_the_letters_that_ship() -> None:
    example = Path(__file__).with_name("rules.example.yaml")
    assert examine(example.read_bytes(), Templates().index()).errors == ()
