"""A year of check-ins to which things happen: they come, once, and stay where they are unless something happens."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.check_ins.cadence import PERIODS
from relationship.check_ins.outlook import Outlook, look_ahead
from relationship.check_ins.planning import Diary
from relationship.check_ins.revising import revise, with_changed
from relationship.clocks.durations import Duration, parse_duration
from relationship.facts import Fact, Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Rsvp, Side
from relationship.folding import tell
from relationship.invitations.bookings import occasion_key
from relationship.parties import Contractor, Owner
from relationship.story import Story

START, MINUTE, HOUR, DAY = (
    datetime(2026, 1, 12, 6, tzinfo=UTC), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
)  # fmt: skip
END = START + 300 * DAY
DANA, MARIA = "dana@acme.example", "maria@contract.example"
ZONES = (
    "America/New_York", "America/Havana", "America/Santiago", "Europe/Berlin", "Africa/Cairo", "Asia/Manila",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
)  # fmt: skip
HOURS = (
    "Mon-Fri 09:00-17:00", "Mon-Fri 09:00-12:30, 13:30-18:00", "Mon-Fri 21:00-06:00", "Mon-Fri 18:00-22:00",
    "Sun-Thu 10:00-18:00", "Sat, Sun 09:00-17:00", "Mon, Wed, Fri 08:00-12:00, 16:00-19:00",
)  # fmt: skip
NOTICES = ("1 hour", "3 days", "2 working days", "10 working days")


@dataclass(frozen=True)
class Terms:
    cadence: Mapping[str, str]
    notice: Duration
    length: Duration = Duration(30, "minutes")  # noqa: RUF009


class Life:
    """One relationship as the daemon looks at it: whenever it has said that it will, and when something happens."""

    def __init__(self, owner: Owner, contractor: Contractor, terms: Terms, seed: int) -> None:
        self.owner, self.contractor, self.terms, self.dice = owner, contractor, terms, random.Random(seed)
        self.facts, self.now, self.happens_at = Facts(), START, START + 30 * DAY
        self.outlook: Outlook | None = None
        self.happened: list[datetime] = []
        self.changes: list[tuple[datetime, CheckIn]] = []

    def story(self) -> Story:
        return tell("maria", self.contractor, self.owner, Profile("Maria Santos", (), START), self.facts)

    def live(self) -> "Life":
        while self.now < END:
            look_at = self._look()
            self.now = max(self.now + MINUTE, min(look_at, self.happens_at))
            if self.now >= self.happens_at:
                self._something_happens()
        return self

    def _look(self) -> datetime:
        story, diary = self.story(), Diary(self.terms, "team@acme.example", (), START)
        revised = list(revise(story, diary, self.now))
        planned, self.outlook = look_ahead(
            with_changed(story, revised) if revised else story, diary, self.now, self.outlook
        )
        changed = [*revised, *([planned] if planned else [])]
        self.changes += ((self.now, x) for x in changed)
        self._note(*changed)
        assert len(self.changes) < 500, "they move at every look"
        return min([*self._written(), *([self.now] if changed else []), self.outlook.until or END])

    def _written(self) -> Iterator[datetime]:
        """Updates go out at once, invitations when the contractor is there: when that will be."""
        story = self.story()
        away = max((x.until for x in story.absences if x.since <= self.now < x.until), default=self.now)
        for one in story.check_ins.values():
            if one.state not in ("planned", "moved") or one.starts_at <= self.now:
                continue
            if one.state == "planned" and (away > self.now or not self.contractor.clock.contains(self.now)):
                yield self.contractor.clock.next_open(away)
                continue
            self._note(replace(one, state="invited"), self._letter(one))

    def _letter(self, one: CheckIn) -> Letter:
        token = f"{one.uid}{one.sequence}"
        return Letter(
            token=token, contractor="maria", rule="Check-in", occasion=occasion_key(one), step=0,
            reader=Side.CONTRACTOR, template="check-ins/agenda", wording=0, to=(MARIA, DANA), subject="Check-in",
            message_id=f"{token}@acme.example", content="", created_at=self.now, due_at=self.now, state=State.SENT,
            sent_at=self.now,
        )  # fmt: skip

    def _note(self, *facts: Fact) -> None:
        for fact in facts:
            self.facts.add(fact)

    def _something_happens(self) -> None:
        self.happened.append(self.now)
        self.happens_at = self.now + self.dice.randint(4, 40) * DAY
        first = (self.now + self.dice.randint(0, 9) * DAY).date()
        away = (first, first + self.dice.randint(0, 20) * DAY)
        match self.dice.choice(("ill", "owner away", "declines", "hours", "down")):
            case "ill":
                told = Message(
                    f"away{self.now}", self.now, self.now, Side.CONTRACTOR, Kind.AUTO_REPLY, "", MARIA, ""
                )
                self._note(replace(told, back_on=away[1]))
            case "owner away":
                self.owner = replace(self.owner, away=(*self.owner.away, away))
            case "declines":
                ahead = (x for x in self.story().check_ins.values() if x.state == "invited")
                for one in sorted(ahead, key=lambda x: x.starts_at)[:1]:
                    said = Rsvp(one.uid, one.sequence, DANA, "declined", self.now)
                    name = f"no{self.now}"
                    self._note(
                        Message(name, self.now, self.now, Side.OWNER, Kind.RSVP, "", DANA, "", rsvp=said)
                    )
            case "hours":
                self.contractor = replace(self.contractor, hours=self.dice.choice(HOURS))
            case "down":
                self.now, self.outlook = self.now + self.dice.choice((5 * HOUR, 4 * DAY, 30 * DAY)), None


def life(owner: tuple[str, str], contractor: tuple[str, str], rhythm: str, notice: str, seed: int) -> Life:
    dana = Owner("Dana Reyes", (DANA,), *owner, mailbox=("team@acme.example",))
    maria = Contractor("Maria Santos", (MARIA,), *contractor)
    return Life(dana, maria, Terms({"active": rhythm}, parse_duration(notice)), seed).live()


_SOMEBODY = st.tuples(st.sampled_from(ZONES), st.sampled_from(HOURS))


@settings(max_examples=25, deadline=None)
@given(_SOMEBODY, _SOMEBODY, st.sampled_from([*PERIODS]), st.sampled_from(NOTICES), st.integers(0, 9999))
def test_whatever_happens_they_come_and_come_once(
    owner, contractor, rhythm: str, notice: str, seed: int
) -> None:
    lived = life(owner, contractor, rhythm, notice, seed)
    half = PERIODS[rhythm].half
    standing = sorted(x.starts_at for x in lived.facts.check_ins.values() if x.stands)
    for one, other in pairwise(standing):
        assert other - one >= half - HOUR  # the clocks may change between them
    assert any(at > END - 3 * half - 75 * DAY for at in standing)
    for (at, one), (then, other) in combinations(lived.changes, 2):
        if one.uid == other.uid:
            assert any(at < happened <= then for happened in lived.happened), (at, one, then, other)
