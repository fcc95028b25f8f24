"""What is kept about one person: handed out whole, or removed from everywhere.

A person's own aggregate goes as a whole. Others mention people too: the owner's decisions and letters about
them, an address among those who were asked as well, a name in a subject. Facts about the person go; where
others only mention them, the address, the key and the name are blotted out, and nothing else changes: times,
sides and kinds stay, so the others' ledgers do.

All of this is done to facts as plain data, so that copies and lines of any schema are cleaned like live facts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from relationship.facts import TABLES, Fact, Profile
from relationship.facts.letters import Letter, State
from relationship.facts.messages import FORGOTTEN
from store.codec import CodecError, Doc, decode, encode
from store.json_data import dump, parse
from store.lines import dump_tables
from store.mentions import Mentions
from store.protocol import OWNER, Cursor, Heartbeat

WITHDRAWN = "It named somebody who was to be forgotten."
# Raised by what does not look like a file of ours.
_NO_FACTS = (CodecError, KeyError, TypeError, AttributeError)
# The text of a letter, where the file is no JSON any more.
_CONTENT = re.compile(rb'"content":"(?:[^"\\]|\\.)+"?')


@dataclass(frozen=True)
class Person:
    """By what a person is known."""

    key: str
    names: frozenset[str]
    addresses: frozenset[str]
    letters: frozenset[str] = frozenset()  # tokens of those that are theirs, and of the notes about them
    others: frozenset[str] = frozenset()  # what other people are called

    @cached_property
    def mentions(self) -> Mentions:
        """Any of these in the text of others."""
        return Mentions(self.key, self.names, self.addresses, self.others)

    def is_subject_of(self, doc: Doc) -> bool:
        """Whether a fact in somebody else's aggregate is about this person, or about a letter of theirs."""
        about = doc.get("contractor", "")
        return about == self.key or (
            about == OWNER and bool(self.letters & {*str(doc.get("occasion")).split("/")})
        )

    def is_named_in(self, mail: bytes) -> bool:
        """Whether a mail mentions the person."""
        return self.mentions.are_in_mail(mail)


def person(key: str, facts: Iterable[Fact], others: Iterable[str] = ()) -> Person:
    """The person whom these facts describe, as they were called over time."""
    facts = list(facts)
    profiles = [fact for fact in facts if isinstance(fact, Profile)]
    return Person(
        key,
        frozenset(name for profile in profiles for name in (profile.name, *profile.once_called)),
        frozenset(address for profile in profiles for address in profile.addresses),
        frozenset(fact.token for fact in facts if isinstance(fact, Letter)),
        frozenset(others),
    )


def cleaned(doc: Doc, who: Person) -> Doc | None:
    """What is left of a fact of others: None where it is about the person; an equal one where none is named."""
    if who.is_subject_of(doc):
        return None
    theirs = who.letters & {*doc.get("items", ())}
    content = doc.get("content", "")
    if content and (theirs or who.is_named_in(content.encode("utf-8", "surrogatepass"))):
        doc = _withdrawn(doc)
    if theirs:  # the day's mail to the owner, which is called after the first of its notes
        doc = {
            **doc,
            "subject": FORGOTTEN,
            "items": [one for one in doc.get("items", ()) if one not in theirs],
        }
    return _blot(doc, who.mentions)  # type: ignore[no-any-return]


def blotted(fact: Fact, who: Person) -> Fact | None:
    """What is left of a fact of others: None where it is about the person; the same where none is named."""
    doc = encode(fact)
    clean = cleaned(doc, who)
    if clean is None:
        return None
    return fact if clean == doc else decode(type(fact), clean)


def changes(facts: Iterable[Fact], who: Person) -> tuple[list[Fact], list[Fact]]:
    """What to add to, and what to drop from, an aggregate of others."""
    added: list[Fact] = []
    dropped: list[Fact] = []
    for fact in facts:
        left = blotted(fact, who)
        if left is fact:
            continue
        if left is not None:
            added.append(left)
        if left is None or left.key != fact.key:
            dropped.append(fact)
    return added, dropped


def cleaned_line(raw: bytes, who: Person) -> bytes:
    """What is left of a line in a yearly file of others; the same where none is named."""
    try:
        line = parse(raw)
        clean = cleaned(line["fact"], who)
        new = {**line, "in": who.mentions.blotted(line["in"]), "fact": clean}
    except _NO_FACTS:
        return _cleaned_ruin(raw, who)
    if clean is None:
        return b""
    return raw if new == line else dump(new) + b"\n"


def cleaned_copy(content: bytes, who: Person) -> bytes:
    """What is left of a copy of a live file of others, of whatever schema it is."""
    try:
        tables = {name: _cleaned_table(docs, who) for name, docs in parse(content).items()}
    except _NO_FACTS:
        return _cleaned_ruin(content, who)
    return dump_tables(tables)


def _cleaned_table(docs: Mapping[str, Doc], who: Person) -> dict[str, Doc]:
    cleared = ((who.mentions.blotted(key), cleaned(doc, who)) for key, doc in docs.items())
    return {key: doc for key, doc in cleared if doc is not None}


def _cleaned_ruin(content: bytes, who: Person) -> bytes:
    """Of what cannot be read, letters lose their text, since nobody knows how it is coded."""
    text = _CONTENT.sub(b'"content":""', content).decode("utf-8", "surrogateescape")
    return who.mentions.blotted(text).encode("utf-8", "surrogateescape")


def without(cursor: Cursor, beat: Heartbeat, who: Person) -> tuple[Cursor, Heartbeat]:
    """Both without the person: a folder that is called after them is read anew, if it is still there."""
    folders = {name: place for name, place in cursor.folders.items() if not who.mentions.are_in(name)}
    return replace(cursor, folders=folders), replace(beat, reason=who.mentions.blotted(beat.reason))


def exported(who: Person, own: Iterable[Fact], owner: Iterable[Fact]) -> dict[str, object]:
    """The facts that are kept about a person, by table: their own, and the owner's about them."""
    return {
        "contractor": who.key,
        "facts": _tables(own),
        "with_the_owner": _tables(fact for fact in owner if who.is_subject_of(encode(fact))),
    }


def _withdrawn(doc: Doc) -> Doc:
    """A letter that still waits and names the person is not sent; the notes that it carries are bundled anew.

    Of one in doubt nobody knows whether it went out: neither it nor its notes are sent again.
    """
    if doc.get("state") == State.ATTEMPTED:
        return {**doc, "content": "", "state": State.UNPROVABLE.value, "reply": WITHDRAWN}
    kept = {name: value for name, value in doc.items() if name != "items"}
    return {**kept, "content": "", "state": State.CANCELLED.value, "reply": WITHDRAWN}


def _tables(facts: Iterable[Fact]) -> dict[str, list[Doc]]:
    tables: dict[str, list[Doc]] = {}
    for fact in facts:
        tables.setdefault(TABLES[type(fact)], []).append(encode(fact))
    return tables


def _blot(value: Any, mentions: Mentions) -> Any:
    if isinstance(value, str):
        return mentions.blotted(value)
    if isinstance(value, list):
        return [_blot(part, mentions) for part in value]
    if isinstance(value, dict):
        return {key: _blot(part, mentions) for key, part in value.items()}
    return value
