"""A letter must fit its rule: what it always states, the rule's trigger must give."""

import pytest

from mail.letters.rendering import Templates
from relationship.templates import TemplateInfo
from rules.format.loader import examine
from rules.triggers import TRIGGERS

RULES = """
mode: live
mailbox: {address: t@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:P"}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}
contractors: [{name: Ben Okafor, email: ben@contract.example, timezone: Africa/Lagos}]
rules:
  - name: Thank what I starred
    when: starred
    send: appreciation/LETTER
"""


def problems(letter: str, templates: dict[str, TemplateInfo]) -> list[str]:
    return [str(problem) for problem in examine(RULES.replace("LETTER", letter), templates).errors]


def test_a_letter_that_a_trigger_cannot_fill_is_a_problem() -> None:
    templates = dict(Templates().index())
    assert problems("starred", templates) == []
    assert problems("quick-answer", templates) == [
        'line 9, column 11: The letter "appreciation/quick-answer" speaks of `took`, which “starred” never has. '
        "It would never go out. Choose another letter."
    ]


SETS = {  # what a rule on each trigger may say, and what else it needs
    "contractor replied": ("appreciation/quick-answer", ""),
    "owner replied": ("owner/you-answered", "    if: {took: under 2 working hours}"),
    "waiting on contractor": ("reminders/gentle reminders/firm owner/escalation", "after: 1 working day"),
    "waiting on owner": ("owner/you-owe", "after: 4 working hours"),
    "silence": ("owner/gone-quiet", "after: 14 days"),
    "owner silence": ("owner/you-disappeared", "after: 30 days"),
    "deadline near": ("reminders/deadline", "before: 2 working days"),
    "deadline missed": ("reminders/overdue owner/deadline-missed", "after: 1 working day"),
    "delivered": ("appreciation/delivered", ""),
    "starred": ("appreciation/starred", ""),
    "streak": ("owner/reward", "    if: {deliveries on time: 5}"),
    "no praise": ("owner/no-praise", "after: 45 days"),
    "no feedback": ("owner/give-feedback", "after: 2 working days"),
    "idea received": ("owner/answer-the-idea", ""),
    "brief sent": ("owner/incomplete-brief", "    if: {lacks: deadline}"),
    "check-in due": ("check-ins/agenda", "invite"),
    "check-in unanswered": ("reminders/check-in", "before: 1 working day"),
    "check-in declined": ("check-ins/another-time owner/check-in-declined", ""),
    "check-in missed": ("check-ins/missed owner/missed-check-in", ""),
    "temperature fell": ("owner/getting-cold", ""),
    "temperature rose": ("owner/warm-again", ""),
    "anniversary": ("appreciation/anniversary", ""),
    "payment due": ("owner/payment-due", "before: 2 working days"),
    "every": ("ideas/ask backup/hello", "    on: every Monday at 09:00"),
    "contractor added": ("onboarding/welcome", ""),
    "bounced": ("owner/address-bounces", ""),
    "news": ("news/forward", ""),
}


def test_there_is_a_letter_for_every_trigger() -> None:
    assert set(SETS) == set(TRIGGERS)


@pytest.mark.parametrize(
    ("trigger", "letter", "more"),
    [(trigger, letter, more) for trigger, (letters, more) in SETS.items() for letter in letters.split()],
)
def test_it_fits(trigger: str, letter: str, more: str) -> None:
    head = RULES.partition("  - name")[0]
    rule = f"  - name: A rule\n    when: {trigger}\n"
    if more == "invite":
        rule += f"    invite: {letter}\n"
    elif more.startswith(("after", "before")):
        rule += f"    steps: [{{{more}, send: {letter}}}]\n"
    else:
        rule += f"{more}\n    send: {letter}\n"
    found = examine(head + rule, dict(Templates().index()))
    assert found.errors == ()
