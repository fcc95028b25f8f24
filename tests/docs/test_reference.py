"""The rules reference: current, complete, and every example in it loads and does not come for nothing."""

from pathlib import Path

import pytest

from mail.letters.rendering import BUILT_IN, Templates
from rules.format import reference
from rules.format.loader import examine
from rules.format.schema import RulesFile, keys_of

ROOT = Path(__file__).parents[2]
Lines = dict[str, str]

MAILBOX = {
    "address": "team@acme.example",
    "imap": "imaps://imap.acme.example",
    "smtp": "smtps://smtp.acme.example",
    "password": "env:X",
}
OWNER = {"name": "Dana Reyes", "email": "dana@acme.example", "timezone": "America/New_York"}
PERSON = {"name": "Maria Santos", "email": "maria@contract.example", "timezone": "Asia/Manila"}
QUICK = {"name": "R", "when": "contractor replied", "send": "appreciation/quick-answer"}
FITTING = {  # a rule that a condition, or a key, fits; QUICK where it is not here
    "when": {"name": "R", "on": "day 1 of the month at 10:00", "send": "ideas/ask"},
    "on": {"name": "R", "when": "every", "send": "ideas/ask"},
    "send": {"name": "R", "when": "every", "on": "every Monday at 09:00"},
    "steps": {"name": "R", "when": "silence"},
    "invite": {"name": "R", "when": "check-in due"},
    "on time": {"name": "R", "when": "delivered", "send": "appreciation/delivered"},
    "deliveries on time": {"name": "R", "when": "streak", "send": "owner/reward"},
    "quick answers": {"name": "R", "when": "streak", "send": "owner/reward"},
    "lacks": {"name": "R", "when": "brief sent", "send": "owner/incomplete-brief"},
    "about": {"name": "R", "when": "brief sent", "send": "owner/incomplete-brief"},
}


def file(top: Lines, **blocks: Lines | None) -> str:
    """A rules file; mailbox, owner and one contractor are there unless other ones are given."""
    base = {"mailbox": MAILBOX, "owner": OWNER, "contractors": PERSON, **blocks}
    text = "".join(f"{key}: {value}\n" for key, value in top.items())
    for name, lines in base.items():
        first, rest = ("  - ", "    ") if name in ("contractors", "rules") else ("  ", "  ")
        body = [f"{key}: {value}" for key, value in (lines or {}).items()]
        text += f"{name}:\n{first}{body[0]}\n" + "".join(f"{rest}{line}\n" for line in body[1:])
    return text


def with_key(title: str, key: str, example: str) -> str:
    if title == "top":
        return file({key: example})
    if title == "rules":
        return file({}, rules={**FITTING.get(key, QUICK), key: example})
    if title == "rules: if":
        return file({}, rules={**FITTING.get(key, QUICK), "if": f"{{{key}: {example}}}"})
    if title == "rules: steps":
        when = "deadline near" if key == "before" else "waiting on contractor"
        step = {"send": "reminders/deadline" if key == "before" else "reminders/gentle"}
        step |= {} if key == "before" else {"after": "1 working day"}
        step[key] = example
        inner = ", ".join(f"{name}: {value}" for name, value in step.items())
        return file({}, rules={"name": "R", "when": when, "steps": f"[{{{inner}}}]"})
    base = {"mailbox": MAILBOX, "owner": OWNER, "contractors": PERSON}.get(title, {})
    lines = {**base, key: example}
    if key == "oauth":
        del lines["password"]
    return file({}, **{title: lines})


def problems(text: str) -> list[str]:
    findings = examine(text.encode(), Templates((BUILT_IN,)).index())
    return [str(problem) for problem in findings.errors]


EXAMPLES = [("top", key, example) for key, example in reference.TOP.items()] + [
    (title, key, example) for title, _, examples in reference.BLOCKS for key, example in examples.items()
]


@pytest.mark.parametrize(("title", "key", "example"), EXAMPLES, ids=lambda value: str(value)[:30])
def test_every_example_loads(title: str, key: str, example: str) -> None:
    text = with_key(title, key, example)
    assert f"{key}: {example}" in text
    assert problems(text) == []


@pytest.mark.parametrize(("title", "block", "examples"), reference.BLOCKS, ids=lambda value: str(value)[:20])
def test_every_key_has_an_example(title: str, block, examples: Lines) -> None:
    assert tuple(examples) == keys_of(block)


def test_every_key_at_the_margin_is_there() -> None:
    below = {title for title, _, _ in reference.BLOCKS}
    assert set(keys_of(RulesFile)) == set(reference.TOP) | {title for title in below if ":" not in title}


def test_a_wrong_example_would_be_noticed() -> None:
    assert problems(with_key("mailbox", "poll", "often"))
    assert problems(with_key("rules: if", "took", "quickly"))


def test_the_page_is_current() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert page == reference.text(), "run: python -m rules.format.reference > docs/rules.md"
