"""The rules reference for owners, made from the models, so that it cannot say anything else than the program.

`python -m rules.format.reference` prints it; `docs/rules.md` is its output, and a test holds it current. Every key
has an example, and a test loads each of them.
"""

from collections.abc import Iterator

from pydantic.fields import FieldInfo

from relationship.clocks.durations import Duration
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
    spaced,
)
from rules.triggers import TRIGGERS, Trigger

HEAD = """# Everything that can stand in rules.yaml

*This page is made by `python -m rules.format.reference`; a test compares them, and loads every example.*

One file, for a person. It is strict: a key that is not listed here is an error, with its line and what was probably
meant. `python daemon.py check` shows all errors at once. Durations are written like `2 working hours`,
`1 working day`, `3 days`, `2 weeks`, `20 minutes`; how they are counted is told in [clocks.md](clocks.md).
A list of one may be written without brackets.
"""

# A block, where its keys stand in the file, and an example for each of them.
BLOCKS: tuple[tuple[str, type[Block], dict[str, str]], ...] = (
    (
        "mailbox",
        MailboxBlock,
        {
            "address": "team@acme.example",
            "aliases": "[hello@acme.example]",
            "imap": "imaps://imap.acme.example",
            "smtp": "smtp+starttls://smtp.acme.example:587",
            "login": "team@acme.example",
            "password": "file:/etc/keepwarm/password",
            "smtp login": "team-out",
            "smtp password": "env:KEEPWARM_SMTP_PASSWORD",
            "oauth": "microsoft",
            "folders": "[INBOX, Sent]",
            "poll": "60 seconds",
            "history": "180 days",
            "copies": "bcc",
            "trust": "mx.acme.example",
            "starred": "Thanks",
        },
    ),
    (
        "owner",
        OwnerBlock,
        {
            "name": "Dana Reyes",
            "email": "[dana@acme.example, dana@home.example]",
            "team": "[lee@acme.example]",
            "timezone": "America/New_York",
            "hours": "Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00",
            "holidays": "US-NY",
            "away": "[2026-07-01..2026-07-14]",
            "locale": "en-US",
            "digest": "Monday 08:00",
        },
    ),
    (
        "contractors",
        ContractorBlock,
        {
            "name": "Maria Santos",
            "email": "[maria@contract.example, maria.s@mail.example]",
            "role": "virtual assistant",
            "timezone": "Asia/Manila",
            "hours": "Mon-Fri 21:00-06:00",
            "holidays": "PH",
            "away": "[2026-12-24..2027-01-02]",
            "since": "2026-09-01",
            "language": "es",
            "good at": "[inbox triage, scheduling]",
            "not for": "[bookkeeping]",
            "pay": "[15th, last day]",
            "tags": "[key]",
            "phase": "backup",
            "check-ins": "every 2 weeks",
            "onboarding lasts": "30 days",
        },
    ),
    (
        "defaults",
        DefaultsBlock,
        {
            "timezone": "Asia/Manila",
            "hours": "Mon-Fri 09:00-17:00",
            "holidays": "PH",
            "language": "en",
            "onboarding lasts": "60 days",
        },
    ),
    (
        "check-ins",
        CheckInsBlock,
        {
            "onboarding": "every week",
            "active": "every month",
            "backup": "every 3 months",
            "length": "30 minutes",
            "notice": "3 days",
            "where": "https://meet.example/dana",
        },
    ),
    (
        "limits",
        LimitsBlock,
        {
            "per contractor": "[1 a day, 3 a week]",
            "in total": "30 an hour",
            "deliver": "in working hours",
            "stale after": "2 working days",
            "owner first": "yes",
            "in doubt": "15 minutes",
        },
    ),
    (
        "temperature",
        TemperatureBlock,
        {"cooling below": "70", "cold below": "40", "signals": "{silence 14 days: 30}"},
    ),
    (
        "rules",
        RuleBlock,
        {
            "name": "Ask for ideas",
            "when": "every",
            "on": "first Monday of the quarter at 10:00",
            "if": "{phase: active}",
            "send": "ideas/ask",
            "steps": "[{after: 14 days, send: owner/gone-quiet}]",
            "invite": "check-ins/agenda",
            "at most": "once in 2 weeks",
            "deliver": "any time",
            "approve": "owner",
        },
    ),
    (
        "rules: steps",
        StepBlock,
        {"send": "reminders/gentle", "after": "1 working day", "before": "2 working days"},
    ),
    (
        "rules: if",
        ConditionsBlock,
        {
            "took": "under 2 working hours",
            "role": "[virtual assistant, web designer]",
            "phase": "[onboarding, active]",
            "tag": "key",
            "contractor": "Maria Santos",
            "temperature": "cold",
            "subject contains": "[invoice]",
            "chasers": "over 1",
            "on time": "yes",
            "deliveries on time": "5",
            "quick answers": "3",
            "lacks": "deadline",
            "about": "not for",
        },
    ),
)
TOP = {
    "mode": "dry-run",
    "closers": "[salamat, cheers]",
    "asks": "[kindly revert]",
    "done": "[attached the final files]",
    "bad news": "[typhoon]",
}


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_top(), *(line for block in BLOCKS for line in _section(*block)), *_triggers()])


def _top() -> Iterator[str]:
    yield "## At the left margin\n"
    yield from _table(RulesFile, TOP)


def _section(title: str, block: type[Block], examples: dict[str, str]) -> Iterator[str]:
    yield f"## `{title}:`\n\n{' '.join((block.__doc__ or '').split())}\n"
    yield from _table(block, examples)


def _table(block: type[Block], examples: dict[str, str]) -> Iterator[str]:
    yield "| key | what it says | without it | example |\n|---|---|---|---|"
    for name, field in block.model_fields.items():
        key = field.alias or spaced(name)
        example = f"`{key}: {examples[key]}`" if key in examples else "below"
        yield f"| `{key}` | {field.description or ''} | {_default(field)} | {example} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*must be there*"
    value = field.default
    if isinstance(value, bool):
        return "`yes`" if value else ""
    if isinstance(value, Duration | int | str) and value not in ("", 0):
        return f"`{value}`"
    return f"`[{', '.join(value)}]`" if isinstance(value, list) and value else ""


def _triggers() -> Iterator[str]:
    yield "## What `when:` can say\n\n| trigger | when | the rule has | fitting conditions |\n|---|---|---|---|"
    for trigger in TRIGGERS.values():
        fits = ", ".join(f"`{name}`" for name in sorted(trigger.conditions))
        yield f"| `{trigger.name}` | {trigger.about} | {_form(trigger)} | {fits} |"
    yield ""


def _form(trigger: Trigger) -> str:
    forms = (
        ("`send:`", trigger.send),
        ("`steps:` with `after:`", trigger.after),
        ("`steps:` with `before:`", trigger.before),
        ("`invite:`", trigger.invite),
        *((f"`{key}:`", True) for key in sorted(trigger.own_keys)),
    )
    return ", ".join(words for words, holds in forms if holds)


if __name__ == "__main__":
    print(text(), end="")
