"""Portraits: what the report tells of each relationship, as plain data read from the whole of its story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from statistics import median
from zoneinfo import ZoneInfo

from relationship.check_ins.planning import never_invited
from relationship.clocks.opening import shared_hours
from relationship.correspondence.ledger import LAPSES, Turn
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import WENT_OUT, Letter
from relationship.facts.messages import Side
from relationship.facts.temperature import Temperature
from relationship.occasions.shared import StoryOf, nobody
from relationship.story import Story
from relationship.warmth.evidence import Evidence
from relationship.warmth.latency import Answer, Pace, between, percentile, recent
from relationship.warmth.temperature import Reading, history, read
from relationship.warmth.tuning import Tuning
from tick.bookkeeping.books import Books

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FEWEST = 3  # answers of a month: of fewer no median is drawn

Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One side's answers in the report's time; working seconds."""

    count: int
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Portrait:
    """One relationship in the report's time."""

    story: Story
    tuning: Tuning
    since: datetime
    now: datetime
    story_of: StoryOf = nobody

    @property
    def name(self) -> str:
        """The contractor's name."""
        return self.story.contractor.name

    @cached_property
    def phase(self) -> str:
        """The phase today."""
        return self.story.contractor.phase_at(self.now)

    @cached_property
    def evidence(self) -> Evidence:
        """The story, made ready to be asked."""
        return Evidence(self.story, self.story_of)

    @cached_property
    def reading(self) -> Reading:
        """The temperature as it is now, and the pace that it rests on."""
        return read(self.story, self.tuning, self.story.temperature, self.now, self.story_of)

    @property
    def temperature(self) -> Temperature:
        """As it is now."""
        return self.reading.temperature

    def pace(self, side: Side) -> Pace | None:
        """One side's answers this month and before, as the digest and the reasons tell them."""
        return self.reading.theirs if side is Side.CONTRACTOR else self.reading.yours

    @cached_property
    def temperatures(self) -> Sequence[tuple[datetime, Temperature]]:
        """One a day, as seen with all that is known today."""
        return history(self.story, self.tuning, self.since, self.now, self.story_of)

    def answers(self, side: Side) -> Sequence[Answer]:
        """One side's answers to questions, in the report's time."""
        return between(self.evidence.answers[side], self.since, self.now)

    def figures(self, side: Side) -> Figures:
        """One side's answers in numbers."""
        times = [answer.worked for answer in self.answers(side)]
        return Figures(
            count=len(times),
            median=int(median(times)) if times else None,
            p90=percentile(times, 90) if times else None,
        )

    def trend(self, side: Side) -> list[tuple[datetime, int | None]]:
        """What "this month" was at the end of each week; None where there are too few answers."""
        weeks = (self.now - self.since) // WEEK
        ends = (self.now - back * WEEK for back in reversed(range(weeks)))
        return [(end, self._month(side, end)) for end in ends]

    def _month(self, side: Side, end: datetime) -> int | None:
        pace = self.pace(side) if end == self.now else self.evidence.pace(side, end)
        if pace:
            return pace.recent
        times = [answer.worked for answer in recent(self.evidence.answers[side], end)]
        return int(median(times)) if len(times) >= FEWEST else None

    @cached_property
    def turns(self) -> list[Turn]:
        """Exchanges and waits that reach into the report's time."""
        ledger = self.story.ledger
        return [turn for turn in (*ledger.exchanges, *ledger.waits) if self.end(turn) > self.since]

    def end(self, turn: Turn) -> datetime:
        """Where a turn ended: at its answer, now, or where it was given up."""
        still_open = turn.asked in (wait.asked for wait in self.open_waits(turn.party))
        if turn.answered_at is not None or still_open or not turn.asks:
            return turn.answered_at or self.now
        return min(turn.since + LAPSES, self.now)

    def open_waits(self, side: Side) -> list[Turn]:
        """Questions that are open on a side."""
        return list(self.evidence.waits(side, self.now))

    @cached_property
    def check_ins(self) -> list[CheckIn]:
        """Check-ins of the report's time and those ahead."""
        known = (c for c in self.story.check_ins.values() if not never_invited(self.story, c))
        return sorted((c for c in known if c.starts_at > self.since), key=lambda c: c.starts_at)

    @cached_property
    def letters(self) -> list[Letter]:
        """Letters that went to the contractor."""
        known = (
            x for x in self.story.letters.values() if x.reader is Side.CONTRACTOR and x.state in WENT_OUT
        )
        return sorted((x for x in known if x.sent_at and x.sent_at > self.since), key=lambda x: x.created_at)

    @cached_property
    def week(self) -> tuple[datetime, datetime]:
        """The owner's present week, from Monday's midnight."""
        zone = ZoneInfo(self.story.owner.timezone)
        today = self.now.astimezone(zone).date()
        monday = today - today.weekday() * DAY
        ends = (datetime.combine(monday + n * DAY, time(), zone).astimezone(UTC) for n in (0, 7))
        return next(ends), next(ends)

    def hours(self, side: Side) -> Spans:
        """One side's working hours in that week."""
        return tuple(self.story.clock(side).spans(*self.week))

    @cached_property
    def shared_hours(self) -> Spans:
        """When both work."""
        ours, theirs = self.story.clock(Side.OWNER), self.story.clock(Side.CONTRACTOR)
        return tuple(shared_hours(ours, theirs).spans(*self.week))


def portraits(books: Books, since: datetime, now: datetime, keys: Sequence[str] = ()) -> list[Portrait]:
    """All relationships that have not ended, the coolest first; `keys` for some of them."""
    known = [_portrait(books.whole_story(key), books, since, now) for key in keys or _all(books)]
    told = [one for one in known if keys or one.phase != "ended"]
    return sorted(told, key=lambda one: (one.temperature.points, one.name))


def _portrait(story: Story, books: Books, since: datetime, now: datetime) -> Portrait:
    """From the first mail on: before it there is nothing to be seen."""
    first = min((message.at - DAY for message in story.human), default=since)
    start = min(max(since, first), now - WEEK)
    return Portrait(story, books.policy.temperature, start, now, books.story_of)


def _all(books: Books) -> list[str]:
    return list(books.people.contractors)
