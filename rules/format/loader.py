"""The loader: text and template index in, the policy out, or every problem at once with its position.

Three passes, so that one fault does not hide another: the models read each value (`schema.py`), the checks
look at what concerns several values on the plain data (`checks.py`, `rule_checks.py`), and only where both
found nothing the policy is built (`building.py`).
"""

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
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the file brought. `policy` is None exactly where there are errors."""

    policy: Policy | None
    errors: tuple[Problem, ...] = ()
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
    return Findings(policy, (), warnings_of(policy, document, templates))


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
    return policy_of(model)
