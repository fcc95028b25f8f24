"""The loader: text and template index in, the policy out, or every problem at once with its position.

Three passes, so that one fault does not hide another: the models read each value (`schema.py`), the checks
look at what concerns several values on the plain data (`checks.py`, `rule_checks.py`), and only where both
found nothing the policy is built (`building.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from relationship.templates import TemplateIndex
from rules.format.building import policy_of
from rules.format.checks import problems_across
from rules.format.complaints import problems_of_shape
from rules.format.doubts import warnings_of
from rules.format.positions import Document, read
from rules.format.problems import PolicyErrors, Problem
from rules.format.schema import RulesFile, without_empty_blocks
from rules.matching import CONDITIONS
from rules.policy import Policy, Rule
from rules.triggers import ACTING, APPROVAL_ACTS


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the file brought. `policy` is None exactly where there are errors."""

    policy: Policy | None
    errors: tuple[Problem, ...] = ()
    refused: tuple[
        Problem, ...
    ] = ()  # rules whose trigger does not act in this version: not for `check` or `run`
    warnings: tuple[Problem, ...] = ()


def load(text: str | bytes, templates: TemplateIndex) -> Policy:
    """The policy that a rules file holds; PolicyErrors lists every problem."""
    findings = examine(text, templates)
    if findings.policy is None:
        raise PolicyErrors(findings.errors)
    return findings.policy


def examine(text: str | bytes, templates: TemplateIndex) -> Findings:
    """Everything that can be said of a rules file; never raises."""
    try:
        document = read(text)
        policy = _understood(document, templates)
    except PolicyErrors as errors:
        return Findings(None, errors.problems)
    return Findings(policy, (), not_acting(policy), warnings_of(policy, document))


def not_acting(policy: Policy) -> tuple[Problem, ...]:
    """Rules that load, but with something that does nothing yet: refused rather than silently ignored."""
    return tuple(
        Problem(
            rule.line,
            rule.column,
            f"rules[{index}].{key}",
            f'"{name}" does not act yet in this version.',
            f'Remove the rule "{rule.name}", or comment it out.',
        )
        for index, rule in enumerate(policy.rules)
        for key, name in _idle(rule)
    )


def _idle(rule: Rule) -> Iterator[tuple[str, str]]:
    """What in a rule does nothing yet: its trigger, or else its conditions, its approval."""
    if rule.when not in ACTING:
        yield "when", rule.when
        return
    for name in rule.conditions:
        if name not in CONDITIONS:
            yield f"if.{name}", name
    if rule.approve and not APPROVAL_ACTS:
        yield "approve", "approve"


def _understood(document: Document, templates: TemplateIndex) -> Policy:
    problems = [*document.problems]
    model = None
    try:
        model = RulesFile.model_validate(without_empty_blocks(document.data))
    except ValidationError as error:
        problems += problems_of_shape(error, document)
    problems += problems_across(document, templates)
    if problems or model is None:
        raise PolicyErrors(tuple(sorted(dict.fromkeys(problems))))
    return policy_of(model, document)
