"""The weekly digest: what the owner should know of the week, as plain data.

Gathered by gathering.py, put into words by words.py, written by sending.py.
"""

from dataclasses import dataclass
from datetime import date, datetime

from relationship.correspondence.ledger import Turn
from relationship.facts.check_in import CheckIn
from relationship.facts.temperature import Temperature

NOTICEABLE = 1.33
FEW = 8  # relationships whose numbers are told although they are as before

# Its last day, and the medians of the month until then: theirs, yours.
Week = tuple[date, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open question."""

    who: str
    turn: Turn
    days: int  # whole working days of who is waited on; of who was absent, since then
    away_until: datetime | None = None  # an absence that lasts
    back_since: datetime | None = None  # or from which they are back: the days count from there


@dataclass(frozen=True, slots=True)
class Dated:
    """A day that somebody named, or that lies ahead."""

    who: str
    day: date
    kind: str  # "due", "missed", "set", "proposed", "back"
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A check-in that lies ahead, or that nobody has said a word about."""

    who: str
    check_in: CheckIn
    token: str = ""  # of the letter that asked the owner how it went
    by_mail: bool = False  # whether its invitation was answered in plain words


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that waits for the owner's word."""

    who: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Warmth:
    """One relationship's temperature."""

    who: str
    temperature: Temperature
    changed: bool  # in this week


@dataclass(frozen=True, slots=True)
class Speed:
    """How long both sides take, in working seconds: lately and usually; None where there is too little."""

    who: str
    theirs: int | None = None
    theirs_usual: int | None = None
    yours: int | None = None
    yours_usual: int | None = None

    @property
    def changed(self) -> bool:
        """Whether one side takes noticeably longer or shorter than usual."""
        return self.change > NOTICEABLE

    @property
    def change(self) -> float:
        """How much it moved, on the side where it moved more; 1 is not at all."""
        pairs = ((self.theirs, self.theirs_usual), (self.yours, self.yours_usual))
        moves = [
            max(now, 60) / max(usual, 60) for now, usual in pairs if now is not None and usual is not None
        ]
        return max((max(move, 1 / move) for move in moves), default=0.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter to a contractor that went out."""

    who: str
    subject: str
    rule: str
    at: datetime
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """A letter that did not go out, and why; `times` where the same held several back."""

    who: str
    rule: str
    why: str
    held: bool  # it may still go out
    times: int = 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about one relationship that only the owner can mend."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The week."""

    since: datetime
    until: datetime
    people: int  # relationships that are not paused or ended
    debts: tuple[Waiting, ...] = ()  # answers that the owner owes, the oldest first
    drafts: tuple[Draft, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    unsaid: tuple[Call, ...] = ()  # check-ins of which nobody said how they went
    waits: tuple[Waiting, ...] = ()  # answers that contractors owe
    deadlines: tuple[Dated, ...] = ()
    check_ins: tuple[Call, ...] = ()
    temperatures: tuple[Warmth, ...] = ()  # those not warm, and those that changed
    warm: int = 0
    too_early: int = 0
    speeds: tuple[Speed, ...] = ()  # those that can be compared with what is usual, the most changed first
    overall: Speed = Speed("")  # of all relationships together
    weekly: tuple[Week, ...] = ()
    sent: tuple[Sent, ...] = ()
    notes: int = 0  # notes to the owner
    withheld: tuple[Withheld, ...] = ()
    dates: tuple[Dated, ...] = ()  # days that were read from this week's mails
    locale: str = ""  # how its reader writes dates

    @property
    def told_speeds(self) -> tuple[Speed, ...]:
        """Those that are told one by one: all where they are few, else those that changed."""
        return self.speeds if len(self.speeds) <= FEW else tuple(one for one in self.speeds if one.changed)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say."""
        told = (self.debts, self.drafts, self.troubles, self.unsaid, self.waits, self.deadlines)
        return not any((*told, self.check_ins, self.temperatures, self.sent, self.withheld, self.dates))
