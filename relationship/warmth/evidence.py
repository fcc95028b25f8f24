"""Evidence: what the temperature's signals look at, read once from a story and asked about any moment.

Everything here can be asked as of a moment in the past: what happened later is left out. So the same signals
judge today and draw the temperature's history.
"""

from bisect import bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from relationship.clocks.durations import Duration
from relationship.clocks.moments import NEVER
from relationship.correspondence.ledger import LAPSES, Turn
from relationship.deadlines import Deadline, deadlines, deliveries
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import State
from relationship.facts.messages import Kind, Message, Side
from relationship.occasions.check_ins import answered_by_mail
from relationship.occasions.dates import pay_days
from relationship.occasions.deliveries import owners_word, thanks, wanted_about
from relationship.occasions.shared import StoryOf, nobody, who_answered
from relationship.occasions.turns import waited_from
from relationship.story import Story
from relationship.warmth.latency import USUAL, WIDE, Answer, Pace, answers, pace, percentile

FEWEST_PAUSES = 5


class Evidence:
    """One story, made ready to be asked."""

    def __init__(self, story: Story, story_of: StoryOf = nobody) -> None:
        self.story, self.story_of = story, story_of
        # What is usual is what was so until then: a relationship that cools does not become its own measure.
        self.usual_until: datetime | None = None
        self.recovering = False  # whether it is asked if all is well again: then the bar is higher
        # Signals that the owner has switched off: they take no other's place.
        self.off: frozenset[str] = frozenset()
        self._open: dict[tuple[Side, datetime], tuple[Turn, ...]] = {}
        self._paces: dict[tuple[Side, datetime, datetime | None], Pace | None] = {}

    # -- contact --------------------------------------------------------------------------------------

    @cached_property
    def contacts(self) -> list[datetime]:
        """When the two had contact: each mail of either side, and each check-in that was held."""
        return sorted([*self.story.folded(_times), *self.calls])

    @cached_property
    def calls(self) -> list[datetime]:
        """When a check-in ended that was held."""
        return [c.ends_at for c in self.story.check_ins.values() if c.was_held]

    @cached_property
    def _touches(self) -> list[datetime]:
        """The contacts, and what else tells of one: a contractor's click or answer to an invitation, a call held."""
        said = [
            m.at
            for m in self.story.messages
            if m.authentic and m.side is Side.CONTRACTOR and (m.about_letter or m.kind is Kind.RSVP)
        ]
        told = [c.said_at for c in self.story.check_ins.values() if c.said_at and c.was_held]
        return sorted([*self.contacts, *said, *told])

    def in_touch(self, start: datetime, end: datetime) -> bool:
        """Whether anything was said or happened between the two in (start, end]."""
        return bisect_right(self._touches, end) > bisect_right(self._touches, start)

    @cached_property
    def written(self) -> dict[Side, list[datetime]]:
        """When each side wrote."""
        return self.story.folded(_written)

    def wrote(self, side: Side, start: datetime, end: datetime) -> bool:
        """Whether the side wrote anything in (start, end]."""
        times = self.written[side]
        return bisect_right(times, end) > bisect_right(times, start)

    def quiet_days(self, now: datetime) -> int:
        """Whole days since the last contact, without those on which the contractor or the owner was away."""
        return self._quiet(self.contacts, now)

    def owner_quiet_days(self, now: datetime) -> int:
        """The same since the owner last wrote, or talked to them."""
        return self._quiet(sorted([*self.written[Side.OWNER], *self.calls]), now)

    def _quiet(self, times: list[datetime], now: datetime) -> int:
        number = bisect_right(times, now)
        return self._days(times[number - 1], now) if number else 0

    def _days(self, start: datetime, end: datetime) -> int:
        """Whole days without those away; within a week all count."""
        days = (end - start).days
        return days if days < 7 else self.story.days_between(start, end)

    def last_talked(self, now: datetime) -> bool:
        """Whether the last contact was a check-in that was held."""
        number = bisect_right(self.contacts, now)
        return number > 0 and self.contacts[number - 1] in self.calls

    def usual_pause(self, now: datetime) -> int:
        """The longest pause, in days, that is usual: nine of ten are no longer. 0 if nobody can tell."""
        known = self.contacts[: bisect_right(self.contacts, now)]
        pauses = [
            days
            for earlier, later in pairwise(known[bisect_right(known, now - USUAL) :])
            if (days := self._days(earlier, later)) >= 1
        ]
        return percentile(pauses, 90) if len(pauses) >= FEWEST_PAUSES else 0

    # -- answers and waits ----------------------------------------------------------------------------

    @cached_property
    def answers(self) -> dict[Side, tuple[Answer, ...]]:
        """Each side's answers to questions."""
        return {side: answers(self.story, side) for side in Side}

    def pace(self, side: Side, now: datetime) -> Pace | None:
        """One side's answers lately against usual; None where there are too few."""
        key = side, now, self.usual_until
        if key not in self._paces:
            clock = self.story.clock(side)
            waits = [turn for turn in self.waits(side, now) if turn.since > now - WIDE]
            waited = [clock.seconds_between(self.waited_from(turn, now), now) for turn in waits]
            self._paces[key] = pace(self.answers[side], waited, now, self.usual_until)
        return self._paces[key]

    def waits(self, side: Side, now: datetime) -> tuple[Turn, ...]:
        """Questions that were open on a side at that moment and not given up, oldest first.

        Without those that somebody else has answered who was asked as well.
        """
        if (side, now) not in self._open:
            self._open[side, now] = tuple(
                turn
                for turn in self._unanswered(side, now)
                if turn.since <= now and not self._lapsed(turn, now)
                if not self.answered_by_another(turn, now)
            )
        return self._open[side, now]

    def answered_by_another(self, turn: Turn, now: datetime) -> bool:
        """Whether the question went to two contractors, and the other one had answered it by then."""
        return who_answered(self.story, turn, self.story_of, now) is not None

    def _unanswered(self, side: Side, now: datetime) -> list[Turn]:
        """Questions to a side that had no answer by then, oldest first; some may have been asked later."""
        turns = self.story.folded(_asking)[side]
        first = bisect_right(turns, now, key=lambda turn: turn.answered_at or NEVER)
        return sorted(turns[first:], key=lambda turn: (turn.since, turn.asked))

    def _lapsed(self, turn: Turn, now: datetime) -> bool:
        times = self._times_in(turn.conversation)
        number = bisect_right(times, now)
        return now - max(turn.since, times[number - 1] if number else turn.since) >= LAPSES

    def _times_in(self, conversation: str) -> list[datetime]:
        """When people wrote to each other in a conversation."""
        said = self.story.in_conversation(conversation)
        live = [m.at for m in said if m.kind is Kind.HUMAN and m.authentic and not m.about_letter]
        return live or self.story.past.said_in(conversation)

    def waited_from(self, turn: Turn, now: datetime) -> datetime:
        """Where a wait counts from: its question, or the end of an absence that lay on it."""
        return waited_from(self.story, turn, now)

    def working_days(self, side: Side, since: datetime, now: datetime) -> int:
        """Whole working days of a side since then; at most 60."""
        clock = self.story.clock(side)
        days = range(1, min(60, (now - since).days + 1) + 1)  # a working day takes a day
        return bisect_right(days, now, key=lambda n: clock.after(since, Duration(n, "days", working=True)))

    # -- work -----------------------------------------------------------------------------------------

    @cached_property
    def deliveries(self) -> list[Message]:
        """The mails in which the contractor said that work is done."""
        said = (delivery.message for delivery in deliveries(self.story))
        return [message for message in said if message.side is Side.CONTRACTOR]

    @cached_property
    def deadlines(self) -> list[Deadline]:
        """The dates that the owner set; in one conversation the last one holds."""
        return deadlines(self.story)

    def delivered_at(self, deadline: Deadline) -> datetime | None:
        """When it was delivered; of who never says so, any answer is taken for it: in doubt, quiet."""
        if deadline.done or self.deliveries:
            return deadline.done.at if deadline.done else None
        conversation = self.story.in_conversation(deadline.conversation)
        human = (m for m in conversation if m.kind is Kind.HUMAN and m.authentic)
        later = (m.at for m in human if m.side is Side.CONTRACTOR and m.at > deadline.set_by.at)
        return next(later, None)

    def check_ins(self, states: tuple[str, ...], start: datetime, now: datetime) -> list[CheckIn]:
        """Check-ins in these states whose time came in (start, now]; an answer in plain words is one, too."""
        known = (c for c in self.story.check_ins.values() if c.state in states)
        known = (c for c in known if c.state != "invited" or not answered_by_mail(self.story, c))
        over = (c for c in known if start < c.ends_at <= now and self.story.told(c))
        return sorted(over, key=lambda c: c.starts_at)

    def reminded(self, start: datetime, now: datetime) -> list[str]:
        """The waits on the contractor for which reminders went out in (start, now]."""
        return sorted({occasion for at, occasion in self._reminders if start < at <= now})

    @cached_property
    def _reminders(self) -> list[tuple[datetime, str]]:
        sent = (
            x for x in self.story.letters.values() if x.state is State.SENT and x.reader is Side.CONTRACTOR
        )
        return [(x.sent_at, x.occasion) for x in sent if x.sent_at and x.occasion.startswith("wait/")]

    # -- the owner's part -----------------------------------------------------------------------------

    @cached_property
    def praises(self) -> list[datetime]:
        """When the contractor was thanked, in order."""
        return sorted(thanks(self.story))

    def feedback_on(self, delivery: Message, now: datetime) -> bool:
        """Whether the owner said anything in its conversation since, starred it, or wanted a letter about it."""
        if delivery.starred_at and delivery.starred_at <= now:
            return True
        word = owners_word(self.story, delivery)
        if word and word.at <= now:
            return True
        given = wanted_about(self.story, delivery)
        return given is not None and given <= now

    @cached_property
    def payments(self) -> list[datetime]:
        """When the owner said `#paid`, by mail or by a click."""
        return [m.at for m in self.story.said(Side.OWNER, "paid")]

    def pay_days(self, now: datetime) -> list[date]:
        """The contractor's pay days of this month and the two before it, in order."""
        today = now.astimezone(ZoneInfo(self.story.owner.timezone)).date()
        this, last = today.replace(day=1), today.replace(day=monthrange(today.year, today.month)[1])
        first = (this - timedelta(days=32)).replace(day=1)
        return sorted(day for text in self.story.contractor.pay for day in pay_days(text, first, last))

    def day(self, when: datetime | date) -> str:
        """A day as the owner writes it: "3 November", or "November 3" in America."""
        zone = ZoneInfo(self.story.owner.timezone)
        day = when.astimezone(zone).date() if isinstance(when, datetime) else when
        american = self.story.owner.locale.replace("_", "-").upper().endswith("-US")
        return f"{day:%B %-d}" if american else f"{day:%-d %B}"

    def noon(self, day: date) -> datetime:
        """Noon of a day in the owner's zone."""
        return datetime.combine(day, time(12), ZoneInfo(self.story.owner.timezone)).astimezone(UTC)


def _times(story: Story) -> list[datetime]:
    return [at for times in _written(story).values() for at in times]


def _written(story: Story) -> dict[Side, list[datetime]]:
    live = {side: [m.at for m in story.human if m.side is side] for side in Side}
    return {side: sorted((*story.past.written[side], *live[side])) for side in Side}


def _asking(story: Story) -> dict[Side, list[Turn]]:
    """The questions to each side, from when they were asked, by when they were answered; last those that were not."""
    known = (*story.exchanges, *story.past.waits, *story.ledger.waits)
    turns = [turn.as_asked for turn in known if turn.asks]
    turns.sort(key=lambda turn: turn.answered_at or NEVER)
    return {side: [turn for turn in turns if turn.party is side] for side in Side}
