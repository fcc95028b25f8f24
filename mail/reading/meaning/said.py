"""What is said in fresh text: facts and commands (design section 4), never read from quoted text.

Facts are tags anywhere in a line; a due date is a tag or a line of its own. Commands stand alone on the first
line, so that nobody gives one by talking about it; in a mail that a link filled in, alone on any line.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from mail.reading.meaning.days import day_in
from relationship.facts.messages import Side

# Who may say what.
FACTS = {
    Side.CONTRACTOR: frozenset(["nrn", "settled", "done", "idea"]),
    Side.OWNER: frozenset(["nrn", "settled", "done", "paid"]),
}
COMMANDS = {
    Side.CONTRACTOR: frozenset(["pause", "resume", "held", "late", "missed"]),
    Side.OWNER: frozenset(["pause", "resume", "news", "held", "late", "missed", "accept", "decline"]),
}
_TAG = re.compile(
    rf"(?<![\w#/&=.-])[#＃]({'|'.join(frozenset().union(*FACTS.values()))})(?![\w-])", re.IGNORECASE
)
_COMMAND = re.compile(r"[#＃](\w+)[.!]?", re.IGNORECASE)
_DUE = re.compile(
    r"(?:(?<![\w#/&=.-])[#＃]due\b[ \t]*:?|"
    # A bullet or an emoji may stand before it, but what is quoted, crossed out or ticked off is no deadline.
    r"^(?:[^\w\s#/&=>(|~\"'«»„“”‚‘’✅✓✔☑❌✗✘]|[ \t_]){0,8}due(?:[ \t]+date|[ \t]+by|[ \t]+on)?[ \t*_]*:)"
    r"[ \t*_]*(.*)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Said:
    """Tags in lower case without "#", commands among them; and the due date, if one is said."""

    tags: tuple[str, ...] = ()
    due: date | None = None


_NOTHING = Said()


def speaks_to_keepwarm(said: Said) -> bool:
    """Whether the words around a command are for Keepwarm, too: "#pause" and "please, no more mails"."""
    return "pause" in said.tags or "resume" in said.tags


def what_is_said(
    text: str,
    side: Side,
    written_at: datetime,
    timezone: str,
    language: str,
    locale: str,
    filled_in: bool = False,
) -> Said:
    """The facts and commands in fresh text, as far as this side may say them.

    What a link `filled_in` says its command alone on any line: people greet above it, and mail servers warn there.
    """
    has_tag = "#" in text or "＃" in text
    if not has_tag and "due" not in text and "Due" not in text and "DUE" not in text:
        return _NOTHING
    tags = _tags(text, side, filled_in) if has_tag else ()
    due = _due(text, written_at, timezone, language, locale)
    return Said(tags, due)


def _tags(text: str, side: Side, filled_in: bool) -> tuple[str, ...]:
    found = [tag.lower() for tag in _TAG.findall(text)]
    tags = [tag for tag in found if tag in FACTS[side]]
    lines = text.split("\n") if filled_in else [text.partition("\n")[0]]
    commands = [match[1].lower() for line in lines if (match := _COMMAND.fullmatch(line.strip()))]
    tags += [command for command in commands if command in COMMANDS[side]][:1]
    return tuple(dict.fromkeys(tags))


def _due(text: str, written_at: datetime, timezone: str, language: str, locale: str) -> date | None:
    """The last due date said: who corrects a date writes the right one below."""
    found: date | None = None
    for line in _DUE.findall(text)[-5:]:
        found = day_in(line, written_at, timezone, language, locale) or found
    return found
