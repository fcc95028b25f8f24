"""A letter must fit its rule: what it always states, the rule's trigger must give."""

from mail.rendering import Templates
from relationship.templates import TemplateInfo
from rules.loader import examine

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
