"""What is kept about one person: handed out whole, or removed from everywhere.

A person's own aggregate goes as a whole. Others mention people too: the owner's decisions and letters about
them, an address among those who were asked as well, a name in a subject. Facts about the person go; where
others only mention them, the address, the key and the name are blotted out, and nothing else changes: times,
sides and kinds stay, so the others' ledgers do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email import message_from_string
from functools import cached_property
from typing import Any

from relationship.facts import TABLES, Fact, Profile
from relationship.letters import Letter, State
from store.codec import Doc, decode, encode

BLOT = "(forgotten)"
WITHDRAWN = "It named somebody who was to be forgotten."


@dataclass(frozen=True)
class Person:
    """By what a person is known."""

    key: str
    names: frozenset[str]
    addresses: frozenset[str]

    @cached_property
    def mention(self) -> re.Pattern[str]:
        """Any of these, as whole words, in the text of others."""
        patterns = [rf"(?<![a-z0-9-]){re.escape(self.key)}(?![a-z0-9-])"]
        patterns += [rf"(?<![\w.+-])(?i:{re.escape(it)})(?![\w-]|\.\w)" for it in sorted(self.addresses)]
        patterns += [_name_pattern(name) for name in sorted(self.names)]
        return re.compile("|".join(patterns))

    def is_subject_of(self, fact: Fact) -> bool:
        """Whether a fact in somebody else's aggregate is about this person."""
        return getattr(fact, "contractor", "") == self.key

    def blot_bytes(self, content: bytes) -> bytes:
        """A file's content without any mention."""
        text = content.decode("utf-8", "surrogateescape")
        return self.mention.sub(BLOT, text).encode("utf-8", "surrogateescape")

    def blot_line(self, raw: bytes, fact: Fact | None) -> bytes:
        """What is left of a line in a yearly file of others."""
        return b"" if fact and self.is_subject_of(fact) else self.blot_bytes(raw)

    def is_named_in(self, content: bytes) -> bool:
        """Whether a file's content mentions the person."""
        return bool(self.mention.search(content.decode("utf-8", "surrogateescape")))


def person(key: str, facts: Iterable[Fact]) -> Person:
    """The person whom the profiles among these facts describe, as they were called over time."""
    profiles = [fact for fact in facts if isinstance(fact, Profile)]
    return Person(
        key,
        frozenset(profile.name for profile in profiles),
        frozenset(address for profile in profiles for address in profile.addresses),
    )


def blotted(fact: Fact, who: Person, mention: re.Pattern[str]) -> Fact | None:
    """What is left of a fact of others: None where it is about the person; the same where none is named."""
    if who.is_subject_of(fact):
        return None
    if isinstance(fact, Letter) and mention.search(_text(fact.content)):
        fact = _withdrawn(fact)
    doc = encode(fact)
    clean = _blot(doc, mention)
    return fact if clean == doc else decode(type(fact), clean)


def changes(facts: Iterable[Fact], who: Person) -> tuple[list[Fact], list[Fact]]:
    """What to add to, and what to drop from, an aggregate of others."""
    mention = who.mention
    added: list[Fact] = []
    dropped: list[Fact] = []
    for fact in facts:
        left = blotted(fact, who, mention)
        if left is fact:
            continue
        if left is not None:
            added.append(left)
        if left is None or left.key != fact.key:
            dropped.append(fact)
    return added, dropped


def exported(who: Person, own: Iterable[Fact], owner: Iterable[Fact]) -> dict[str, object]:
    """The facts that are kept about a person, by table: their own, and the owner's about them."""
    return {
        "contractor": who.key,
        "facts": _tables(own),
        "with_the_owner": _tables(fact for fact in owner if who.is_subject_of(fact)),
    }


def _withdrawn(letter: Letter) -> Letter:
    """A letter that still waits and names the person is not sent; the notes that it carries are bundled anew.

    Of one in doubt nobody knows whether it went out: neither it nor its notes are sent again.
    """
    if letter.state is State.ATTEMPTED:
        return replace(letter, content="", state=State.UNPROVABLE, reply=WITHDRAWN)
    return replace(letter, content="", state=State.CANCELLED, reply=WITHDRAWN, items=())


def _text(content: str) -> str:
    """All that a letter says, its parts decoded."""
    if not content:
        return ""
    parts = [part for part in message_from_string(content).walk() if part.get_content_maintype() == "text"]
    bodies = [part.get_payload(decode=True) for part in parts]
    return "\n".join(
        [content, *(body.decode("utf-8", "replace") for body in bodies if isinstance(body, bytes))]
    )


def _tables(facts: Iterable[Fact]) -> dict[str, list[Doc]]:
    tables: dict[str, list[Doc]] = {}
    for fact in facts:
        tables.setdefault(TABLES[type(fact)], []).append(encode(fact))
    return tables


def _blot(value: Any, mention: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return mention.sub(BLOT, value)
    if isinstance(value, list):
        return [_blot(part, mention) for part in value]
    if isinstance(value, dict):
        return {key: _blot(part, mention) for key, part in value.items()}
    return value


def _name_pattern(name: str) -> str:
    """A single word counts only as it is written: "Will" is a name, "will" is not."""
    words = [re.escape(word) for word in name.split()]
    text = r"\s+".join(words)
    return rf"(?<!\w){text}(?!\w)" if len(words) == 1 else rf"(?<!\w)(?i:{text})(?!\w)"
