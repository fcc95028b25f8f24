"""Who takes part: the owner's side and the contractors, as the policy describes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from unicodedata import combining, normalize

from relationship.clocks.durations import Duration
from relationship.clocks.hours import WorkingClock, working_clock

_LETTER = re.compile(r"[^\W\d_]")
PHASES = ("onboarding", "active", "backup", "paused", "ended")
_TITLES = """
    dr dra prof mr mrs ms mx herr frau sr. sra srta ing. lic. mme mlle hr. fr. sig.
    sig.ra dott. dott.ssa dipl.-ing dipl.-kfm mag. med.
"""
_DEGREES = "jr sr phd ph.d mba msc bsc esq pmp inc llc ltd gmbh"
# With these a family name of several words begins; behind the comma of any other stands a degree, or a trade.
_PARTICLES = "de del della di da dos du la le van von der al el bin ben"
# Chinese, Japanese and Korean names, family name first: who is called by it alone is addressed rudely.
_FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u3005\u00b7\u30fb ]+")


def without_accents(text: str) -> str:
    """As on a keyboard that has none; what Unicode calls a stroke ("ł", "ø") stays."""
    return "".join(sign for sign in normalize("NFD", text) if not combining(sign))


def first_name_of(name: str) -> str:
    """How a letter greets: without a title, "de la Cruz, Maria" is Maria, "J. Robert Lee" Robert; "" of nothing."""
    titles = set(_TITLES.split())
    if _FAMILY_FIRST.fullmatch(name):
        return name.strip()
    family, _, given = name.partition(",")
    before = family.casefold().split()
    is_family = len(before) == 1 or bool(before and before[0] in _PARTICLES.split())
    is_given = any(word.casefold().strip(".,") not in _DEGREES.split() for word in given.split())
    titled = given if is_given and is_family else family
    words = [
        bare for word in titled.split() if (bare := word.strip("\"'“”‘’«»()[],;")) and _LETTER.search(bare)
    ]
    while len(words) > 1 and {words[0].casefold(), words[0].casefold().rstrip(".")} & titles:
        words = words[1:]
    called = next((word for word in words if len(word.rstrip(".")) > 1), "")
    if words and called in words[1:] and called == words[-1]:
        return " ".join(words)  # "J. R. Tolkien": the initials are all that is known
    return called or next(iter(words or name.split()), "")


@dataclass(frozen=True)
class Party:
    """Somebody with addresses, a zone and working hours."""

    name: str
    addresses: tuple[str, ...]  # lower case, first one is written to
    timezone: str
    hours: str  # "Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00"
    holidays: str = ""  # "PH", "US-NY"
    away: tuple[tuple[date, date], ...] = ()  # first and last day, both away

    @cached_property
    def clock(self) -> WorkingClock:
        """The party's working time."""
        return working_clock(self.timezone, self.hours, self.holidays, self.away)

    def day_at(self, moment: datetime) -> date:
        """The day that it is in the party's zone."""
        return moment.astimezone(self.clock.zone).date()

    @property
    def first_name(self) -> str:
        """How a letter greets."""
        return first_name_of(self.name)


@dataclass(frozen=True)
class Owner(Party):
    """The business's side."""

    team: tuple[str, ...] = ()  # addresses that answer for the owner
    mailbox: tuple[str, ...] = ()  # the shared mailbox's own addresses
    locale: str = "en-US"


def language_alone(tag: str) -> str:
    """The language of a tag, without a region: pt of pt-BR (RFC 5646, section 2.2.1)."""
    return tag.partition("-")[0]


@dataclass(frozen=True)
class Contractor(Party):
    """One person who works for the owner."""

    role: str = ""
    since: date | None = None
    language: str = "en"
    good_at: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    pay: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    fixed_phase: str = ""  # from `phase:`; "" where the phase follows from `since`
    onboarding_lasts: Duration = field(default=Duration(60, "days"))
    check_ins: str = ""  # "every 2 weeks": a cadence of their own, whatever the phase

    def phase_on(self, day: date) -> str:
        """The phase on a day: as written, else onboarding for a while after `since`, then active."""
        if self.fixed_phase:
            return self.fixed_phase
        return "onboarding" if self._onboarding_ends and day < self._onboarding_ends else "active"

    def phase_at(self, moment: datetime) -> str:
        """The phase on the contractor's own day."""
        return self.phase_on(self.day_at(moment))

    @cached_property
    def _onboarding_ends(self) -> date | None:
        lasts = timedelta(seconds=self.onboarding_lasts.plain_seconds)
        return self.since + lasts if self.since else None


@dataclass(frozen=True)
class People:
    """Everybody we know, by address. `contractors` maps a relationship's stable key to its contractor."""

    owner: Owner
    contractors: Mapping[str, Contractor]

    def owner_side(self, address: str) -> bool:
        """Whether the address speaks for the owner."""
        return address in self.owner_addresses

    def key_of(self, address: str) -> str | None:
        """The relationship that the address belongs to."""
        return self._keys.get(address)

    @cached_property
    def owner_addresses(self) -> frozenset[str]:
        """All that speak for the owner."""
        return frozenset(self.owner.addresses + self.owner.team + self.owner.mailbox)

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {address: key for key, who in self.contractors.items() for address in who.addresses}
