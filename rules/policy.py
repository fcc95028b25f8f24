"""The policy understood: what rules.yaml says, in the words of docs/architecture.md.

The loader makes it, all else reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from relationship.clocks.durations import Duration
from relationship.parties import Contractor, Owner
from rules.rhythm import Rhythm


@dataclass(frozen=True)
class Mailbox:
    """Where the shared inbox is, and how it is read."""

    address: str
    imap: str  # imaps://host[:port], imap+starttls://host[:port], imap://loopback:port
    smtp: str  # smtps://, smtp+starttls://, smtp://loopback:port
    login: str
    password: str  # "env:NAME", "file:PATH", "command:...", "keyring:SERVICE"; never the secret itself
    smtp_login: str
    smtp_password: str
    oauth: str = ""  # "google", "microsoft"
    folders: tuple[str, ...] = ()  # () for the default: \All, else all but \Trash, \Drafts, \Junk
    poll: Duration = field(default=Duration(60, "seconds"))
    history: Duration = field(default=Duration(180, "days"))
    copies: str = "bcc"  # bcc, server, append
    trust: str = ""  # an authserv-id, "topmost", or "" for none
    aliases: tuple[str, ...] = ()  # other addresses that deliver into the same mailbox
    starred: str = ""  # a label that stands for the star; "" for the star itself


@dataclass(frozen=True)
class Rate:
    """At most so many in a rolling window: "3 a week", "once in 2 weeks"."""

    count: int
    window: timedelta
    text: str  # as written


@dataclass(frozen=True)
class Limits:
    """What holds whatever the rules say."""

    per_contractor: tuple[Rate, ...]
    in_total: tuple[Rate, ...]
    any_time: bool = False  # deliver: any time
    stale_after: Duration = field(default=Duration(2, "days", working=True))
    owner_first: bool = True
    in_doubt: Duration = field(default=Duration(15, "minutes"))


@dataclass(frozen=True)
class CheckIns:
    """Cadence by phase ("every month") and the invite's terms."""

    cadence: Mapping[str, str]
    length: Duration = field(default=Duration(30, "minutes"))
    notice: Duration = field(default=Duration(3, "days"))
    where: str = ""


@dataclass(frozen=True)
class Words:
    """What the owner adds to the built-in lists."""

    closers: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    bad_news: tuple[str, ...] = ()


@dataclass(frozen=True)
class TemperatureTuning:
    """Thresholds and points; `signals` as written, over the built-in table."""

    cooling_below: int = 70
    cold_below: int = 40
    signals: Mapping[str, int] = field(default_factory=dict)
    judged: bool = True  # in a replay only where a rule or a letter asks for it


@dataclass(frozen=True)
class Step:
    """One letter of a rule, and when it is due: so long after (or before) the occasion's start."""

    send: str  # template, such as "reminders/gentle"
    after: Duration | None = None
    before: Duration | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """`took: under 2 working hours`: how long the answer took; working time is the answerer's."""

    op: str  # "under" or "over"
    duration: Duration


@dataclass(frozen=True, slots=True)
class Count:
    """`chasers: 2` is "at least"; `under 3` and `over 1` leave the number itself out."""

    op: str  # "under", "over" or "at least"
    number: int

    def holds(self, amount: int) -> bool:
        """Whether so many satisfy it."""
        return {"under": amount < self.number, "over": amount > self.number}.get(
            self.op, amount >= self.number
        )


@dataclass(frozen=True)
class Rule:
    """One rule: when something happens, if conditions hold, letters go out in steps.

    `conditions` holds, by the name that the file uses:

    - `took`: Took
    - `chasers`: Count
    - `on time`: bool
    - `deliveries on time`, `quick answers`: int, the n-th in a row
    - `role`, `phase`, `tag`, `contractor`, `temperature`, `subject contains`, `lacks`, `about`: a tuple of
      str, of which one must fit; compared without regard to case
    """

    name: str
    when: str  # a trigger of rules/triggers.py, or of a notice
    steps: tuple[Step, ...]  # one without after/before where the rule says `send:` (or `invite:`)
    conditions: Mapping[str, object] = field(default_factory=dict)  # typed values, by condition name
    invite: bool = False
    at_most: Rate | None = None
    any_time: bool | None = None  # deliver: ... ; None for the limits' own
    approve: bool = False
    rhythm: Rhythm | None = None  # `on:` of `every`: "first Monday of the quarter at 10:00"

    @property
    def asks_for_temperature(self) -> bool:
        """Whether the temperature sets it off, or is one of its conditions."""
        return self.when.startswith("temperature") or "temperature" in self.conditions


@dataclass(frozen=True)
class Policy:
    """Everything that rules.yaml says."""

    mode: str  # dry-run, drafts, live
    mailbox: Mailbox
    owner: Owner
    contractors: tuple[Contractor, ...]
    check_ins: CheckIns
    limits: Limits
    words: Words
    temperature: TemperatureTuning
    rules: tuple[Rule, ...]
    digest: str = ""  # "Monday 08:00"; "" where it is off
