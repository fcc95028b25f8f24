"""Facts: what the store keeps. Everything else is a fold over them and can be rebuilt.

A relationship is one aggregate: its profile, messages, decisions, letters and check-ins. The owner has one of
the same sort: the installation, the bundles and the digests.
"""

from dataclasses import dataclass, field
from datetime import datetime

from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision
from relationship.facts.letters import Letter
from relationship.facts.messages import Message
from relationship.facts.news import News
from relationship.facts.summary import Summary
from relationship.facts.temperature import Temperature


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a relationship is with, and from when it may act. One per aggregate."""

    name: str
    addresses: tuple[str, ...]  # every address ever listed, so that a renamed contractor keeps the history
    watermark: datetime  # nothing that happened before it is acted on
    # None for those of the first run: nobody is welcomed who was there before.
    added_at: datetime | None = None
    history_read: bool = True  # False until a contractor added later has had the mailbox read back
    paused_by: tuple[str, ...] = ()  # "contractor", "owner"
    once_called: tuple[str, ...] = ()  # every name listed before, so that `forget` finds them all
    unread: tuple[str, ...] = ()  # addresses listed later, until the mailbox was read back for them
    unlisted: tuple[str, ...] = ()  # addresses that are listed no more: what comes from there is not recorded

    @property
    def key(self) -> str:
        """There is one in each aggregate."""
        return "profile"


@dataclass(frozen=True, slots=True)
class RuleMark:
    """From when a rule may act. A new name, `when` or `if` makes a new one; each step has its own moment."""

    rule: str
    meaning: str  # fingerprint of `when` and `if`
    since: datetime
    steps: tuple[tuple[str, datetime], ...] = ()  # fingerprint of a step, when it was first seen

    @property
    def key(self) -> str:
        """One per rule."""
        return self.rule


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation itself; lies in the owner's aggregate."""

    watermark: datetime  # start of the first complete collect
    mode: str
    started_at: datetime
    owner_side: tuple[str, ...] = ()  # the addresses that the mailbox was read for; (): not noted
    # Watermarks that lay in the future (tick/bookkeeping/clock.py).
    pulled_back: tuple[tuple[str, datetime], ...] = ()
    secret: str = ""  # of which letters' tokens are made: from older data the same letter gets the same one

    @property
    def key(self) -> str:
        """There is one."""
        return "installation"


Fact = (
    Profile | RuleMark | Installation | Message | Decision | Letter | CheckIn | Temperature | News | Summary
)


@dataclass(slots=True)
class Facts:
    """The facts of one aggregate, by type and key; a later fact with an equal key takes the earlier one's place."""

    profile: dict[str, Profile] = field(default_factory=dict)
    marks: dict[str, RuleMark] = field(default_factory=dict)
    installation: dict[str, Installation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    check_ins: dict[str, CheckIn] = field(default_factory=dict)
    temperatures: dict[str, Temperature] = field(default_factory=dict)
    news: dict[str, News] = field(default_factory=dict)
    summaries: dict[str, Summary] = field(default_factory=dict)

    def table(self, kind: type[Fact]) -> dict[str, Fact]:
        """The dict that holds facts of this type."""
        return getattr(self, TABLES[kind])  # type: ignore[no-any-return]

    def add(self, fact: Fact) -> None:
        """Take a fact in."""
        self.table(type(fact))[fact.key] = fact


TABLES: dict[type[Fact], str] = {
    Profile: "profile",
    RuleMark: "marks",
    Installation: "installation",
    Message: "messages",
    Decision: "decisions",
    Letter: "letters",
    CheckIn: "check_ins",
    Temperature: "temperatures",
    News: "news",
    Summary: "summaries",
}
