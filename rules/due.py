"""When a step is due: counted from the start of its occasion, and from the letter before it."""

from datetime import datetime, timedelta

from relationship.clocks.durations import Duration
from relationship.clocks.hours import WorkingClock
from relationship.occasions import Occasion
from relationship.story import Story
from rules.policy import Step

FOR_GOOD = 400  # days: who is away for longer has gone quiet all the same


def due(step: Step, sent: tuple[Step, datetime] | None, occasion: Occasion, story: Story) -> datetime:
    """When a step is due: `after` its start and no nearer to the letter before it than the steps are apart."""
    clock = story.clock(occasion.whose)
    own = (
        clock.before(occasion.start, step.before)
        if step.before
        else _after(clock, occasion.start, step.after)
    )
    if occasion.lasts:
        own = _without_days_away(own, step, occasion, story)
    own = max(own, occasion.earliest or own)
    if sent is None or step.before:
        return own
    before, sent_at = sent
    return max(own, _apart(clock, sent_at, occasion.start, before.after, step.after))


def _after(clock: WorkingClock, start: datetime, duration: Duration | None) -> datetime:
    return clock.after(start, duration) if duration else start


def _without_days_away(due_at: datetime, step: Step, occasion: Occasion, story: Story) -> datetime:
    """As many days later as one of the two is away before: who is on holiday is not silent.

    What follows moves it no more: a step that is past stays so, whoever is away afterwards.
    """
    start, clock, days = occasion.start, story.clock(occasion.whose), 0
    while days < (away := min((due_at - start).days - story.days_between(start, due_at), FOR_GOOD)):
        days = away
        due_at = _after(clock, start + timedelta(days=days), step.after)
    return due_at


def _apart(
    clock: WorkingClock, sent_at: datetime, start: datetime, earlier: Duration | None, later: Duration | None
) -> datetime:
    if earlier and later and (earlier.unit, earlier.working) == (later.unit, later.working):
        return clock.after(sent_at, Duration(later.amount - earlier.amount, later.unit, later.working))
    first, then = _after(clock, start, earlier), _after(clock, start, later)
    if earlier and later and earlier.working and later.working:
        # Hours and days: a weekend that lay between them at first is no time.
        return clock.after(sent_at, Duration(clock.seconds_between(first, then), "seconds", working=True))
    return sent_at + max(then - first, timedelta())
