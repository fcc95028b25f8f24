"""What is known of the templates without opening one: the rules are checked against it, mail/ builds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from relationship.facts.messages import Side


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """One letter's template."""

    name: str  # its path without the ending, such as "reminders/gentle"
    reader: Side  # what its To: line says
    problems: tuple[str, ...] = ()  # sentences: it does not parse, it names an unknown variable
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # facts that a trigger never gives
    # It is there in; "" is one of the owner's own, in whatever language.
    languages: frozenset[str] = frozenset()


TemplateIndex = Mapping[str, TemplateInfo]
