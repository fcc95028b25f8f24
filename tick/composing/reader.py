"""Who reads a letter, and how: language, zone and way of writing dates."""

from dataclasses import dataclass

from relationship.facts.messages import Side
from relationship.parties import Contractor, Owner


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a letter, and how: language, locale and zone."""

    language: str
    locale: str
    timezone: str


def reader_of(side: Side, contractor: Contractor, owner: Owner) -> Reader:
    """The reader of a letter; contractors read the owner's way of writing dates only in English."""
    if side is Side.OWNER:
        return Reader("en", owner.locale, owner.timezone)
    return Reader(
        contractor.language,
        owner.locale if contractor.timezone == owner.timezone else "",
        contractor.timezone,
    )
