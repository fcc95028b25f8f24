"""What must be true across values: one name one rule, one address one person, a password or OAuth.

The checks look at the plain data, not at the models: pydantic gives no model while one value of it is at
fault, and the owner is to see all problems at once.
"""

from collections.abc import Iterator
from typing import TypeGuard

from relationship.domains import on_the_wire
from relationship.templates import TemplateIndex
from relationship.warmth.signals import SIGNALS
from rules.format.plain import block, blocks, stands, word, words
from rules.format.positions import Document, Plain
from rules.format.problems import Path, Problem, found
from rules.format.rule_checks import RuleChecks
from rules.format.schema import ContractorBlock, DefaultsBlock, MailboxBlock, keys_of
from rules.format.suggest import did_you_mean
from rules.notices import NOTICES

_OWNER_SIDE: tuple[tuple[str, str], ...] = (
    ("owner", "email"),
    ("owner", "team"),
    ("mailbox", "address"),
    ("mailbox", "aliases"),
)


def problems_across(document: Document, templates: TemplateIndex) -> Iterator[Problem]:
    """Every problem that concerns more than one value, or the templates."""
    yield from _passwords(document)
    yield from _same_names(document, "contractors", "contractor")
    yield from _addresses(document)
    yield from _zones(document)
    yield from _thresholds(document)
    yield from _signals(document)
    yield from _same_names(document, "rules", "rule")
    yield from _names_of_notices(document)
    yield from RuleChecks(document, templates).problems()


def _passwords(document: Document) -> Iterator[Problem]:
    mailbox = block(document.data, "mailbox")
    known = keys_of(MailboxBlock)
    if mailbox and not stands(mailbox, "password", known) and not stands(mailbox, "oauth", known):
        hint = "Add where it lies, such as `password: env:KEEPWARM_PASSWORD`, or `oauth: google`."
        yield document.problem(("mailbox",), "`mailbox:` has no `password:`.", hint, key=True)
    if "password" in mailbox and "oauth" in mailbox:
        hint = "Keep one of the two."
        yield document.problem(
            ("mailbox", "oauth"), "There is a `password:` and an `oauth:`.", hint, key=True
        )


def _same_names(document: Document, key: str, kind: str) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for index, entry in blocks(document.data, key):
        path: Path = (key, index, "name")
        name = word(entry.get("name")).casefold()
        if name and name in first:
            line = document.place(first[name])[0]
            message = f"Two {kind}s are named {found(entry['name'])}; the other stands in line {line}."
            yield document.problem(path, message, "Names tell them apart: change one.")
        first.setdefault(name, path)


def _names_of_notices(document: Document) -> Iterator[Problem]:
    taken = {notice.name.casefold() for notice in NOTICES}
    for index, rule in blocks(document.data, "rules"):
        if word(rule.get("name")).casefold() in taken:
            message = (
                f"{found(rule['name'])} is what Keepwarm calls a notice that it sends of its own accord."
            )
            yield document.problem(
                ("rules", index, "name"), message, "Names tell them apart: change this one."
            )


def _addresses(document: Document) -> Iterator[Problem]:
    ours = {
        address: (section, key)
        for section, key in _OWNER_SIDE
        for address, _ in _each_address(block(document.data, section).get(key), (section, key))
    }
    theirs: dict[str, tuple[int, str]] = {}
    for index, contractor in blocks(document.data, "contractors"):
        for address, path in _each_address(contractor.get("email"), ("contractors", index, "email")):
            if address in ours:
                where = ": ".join(ours[address])
                message = f"{found(address)} is an address of your own side too (`{where}:`)."
                yield document.problem(
                    path, message, "Keepwarm could not tell who wrote: remove one of the two."
                )
            elif theirs.get(address, (index, ""))[0] != index:
                message = f"{found(address)} belongs to {found(theirs[address][1])} too."
                yield document.problem(path, message, "An address is one person's.")
            theirs.setdefault(address, (index, word(contractor.get("name")) or f"contractor {index + 1}"))


def _each_address(value: Plain, path: Path) -> Iterator[tuple[str, Path]]:
    entries = value if isinstance(value, list) else [value]
    for index, entry in enumerate(entries):
        for address in words(entry):
            yield (
                (on_the_wire(address) or address).lower(),
                (*path, index) if isinstance(value, list) else path,
            )


def _zones(document: Document) -> Iterator[Problem]:
    if stands(block(document.data, "defaults"), "timezone", keys_of(DefaultsBlock)):
        return
    for index, contractor in blocks(document.data, "contractors"):
        if not stands(contractor, "timezone", keys_of(ContractorBlock)):
            name = word(contractor.get("name")) or f"contractor {index + 1}"
            message = (
                f"Nobody knows where {found(name)} is: there is no `timezone:`, and none under `defaults:`."
            )
            yield document.problem(
                ("contractors", index), message, "Add it, such as `timezone: Asia/Manila`."
            )


def _thresholds(document: Document) -> Iterator[Problem]:
    temperature = block(document.data, "temperature")
    cooling, cold = temperature.get("cooling below", 70), temperature.get("cold below", 40)
    if _points(cooling) and _points(cold) and cold >= cooling:
        path: Path = ("temperature", "cold below" if "cold below" in temperature else "cooling below")
        message = f"Cold begins at {cold} points, and cooling at {cooling}: nothing would ever be cooling."
        yield document.problem(path, message, "`cold below` must be the smaller one.")


def _points(value: Plain) -> TypeGuard[int]:
    """Whether it is a number of points at all; that it is none is told of elsewhere."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100


def _signals(document: Document) -> Iterator[Problem]:
    """The names of the signals are those of relationship/warmth/signals.py."""
    for name in block(document.data, "temperature", "signals"):
        if name not in SIGNALS:
            hint = did_you_mean(str(name), list(SIGNALS), "There are")
            path: Path = ("temperature", "signals", str(name))
            yield document.problem(path, f"{found(name)} is no signal of the temperature.", hint, key=True)
