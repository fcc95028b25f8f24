"""Occasions of a streak: so many good ones in a row. One that was not good begins the count anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from relationship.clocks.durations import Duration
from relationship.deadlines import deliveries
from relationship.facts.messages import Message, Side
from relationship.occasions.occasion import Finder, Occasion
from relationship.story import Story

QUICK = Duration(2, "hours", working=True)  # an answer within this counts as quick


def on_time_streak(length: int) -> Finder:
    """`streak` with `deliveries on time`: deliveries without a deadline neither count nor break it."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        events = [
            (d.message, d.on_time(story)) for d in deliveries(story) if d.message.side is Side.CONTRACTOR
        ]
        known = [(message, bool(good)) for message, good in events if good is not None]
        yield from _streaks(story, known, length, "deliveries on time")

    return find


def quick_streak(length: int) -> Finder:
    """`streak` with `quick answers`: answers within two working hours of the contractor's own."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        clock = story.clock(Side.CONTRACTOR)
        events = [
            (story.by_key.get(turn.answered), turn.answered_at <= clock.after(turn.since, QUICK))
            for turn in story.exchanges
            if turn.party is Side.CONTRACTOR and turn.asks and turn.answered_at
        ]
        yield from _streaks(story, events, length, "quick answers")

    return find


def _streaks(
    story: Story, events: Sequence[tuple[Message | None, bool]], length: int, what: str
) -> Iterator[Occasion]:
    """Each time that the count is full; what is known in numbers alone counts, and is too old to act on."""
    count = 0
    for number, (message, good) in enumerate(events):
        count = count + 1 if good else 0
        if count == length:
            count = 0
            if message is None:
                continue
            yield Occasion(
                trigger="streak",
                key=f"streak/{message.key}",
                moment=message.at,
                about=f"{length} {what} in a row, the last on {story.when(message.at)}",
                whose=Side.OWNER,
                start=message.at,
                seen_at=message.seen_at,
                message=message,
                streak=length,
                streak_of=what,
                # A late mail may have pushed what was the last one then a little further on.
                aliases=tuple(f"streak/{m.key}" for m, _ in events[number + 1 : number + length] if m),
            )
