"""Points become a state, and nothing flaps.

To become cooler the points must lie below the threshold for three days; to become warmer they must lie
`MARGIN` above it, or be all 100, for two weeks; and what has become cooler gets no warmer within two weeks, what has
become warmer stays as it is for two weeks, whatever follows, or is learnt late of the days before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from relationship.facts.temperature import COLD, COOLING, RANK, TOO_EARLY, WARM, Temperature
from relationship.warmth.tuning import Tuning

ALL = 100
MARGIN = 10
STAY = timedelta(days=14)
DAY = timedelta(days=1)
SEEN_FALLING = (0, 1, 3)  # days ago at which the points must have lain below a threshold
SEEN_RISING = (0, 3, 7, 10, 14)  # and above it


def plain_state(points: int, tuning: Tuning) -> str:
    """The state by points alone."""
    if points < tuning.cold_below:
        return COLD
    return COOLING if points < tuning.cooling_below else WARM


def clear_state(points: int, tuning: Tuning) -> str:
    """The state that is reached with the margin; more than all points nobody can have, wherever a threshold lies."""
    return plain_state(points if points == ALL else points - MARGIN, tuning)


def next_state(
    before: Temperature | None,
    points: Callable[[datetime], int],
    recovered: Callable[[datetime], int],
    tuning: Tuning,
    now: datetime,
) -> str:
    """The state that follows on the one before.

    `points` tells the points at any moment up to now, by which it may fall; `recovered` those by which it may
    rise, which are no more.
    """
    if before is None or before.state == TOO_EARLY:
        return _mildest(points, tuning, now)
    if before.rose and abs(now - before.since) < STAY:  # one of next year is from a clock that was set back
        return before.state
    if RANK[plain_state(points(now), tuning)] < RANK[before.state]:
        return _fallen(before, points, tuning, now)
    if before.state == WARM:
        return WARM  # it is as warm as can be
    if abs(now - before.since) < STAY:
        return before.state  # what was seen too late, such as a call of that week, makes no news of two days
    if RANK[clear_state(recovered(now), tuning)] > RANK[before.state]:
        return _risen(before, recovered, tuning, now)
    return before.state


def _fallen(before: Temperature, points: Callable[[datetime], int], tuning: Tuning, now: datetime) -> str:
    """The mildest state of the last days, where that is cooler than the one before; points are dear to find."""
    mildest = COLD
    for days in SEEN_FALLING:
        mildest = max(mildest, plain_state(points(now - days * DAY), tuning), key=_rank)
        if RANK[mildest] >= RANK[before.state]:
            return before.state
    return mildest


def _mildest(points: Callable[[datetime], int], tuning: Tuning, now: datetime) -> str:
    return max((plain_state(points(now - n * DAY), tuning) for n in SEEN_FALLING), key=_rank)


def _risen(before: Temperature, points: Callable[[datetime], int], tuning: Tuning, now: datetime) -> str:
    """The worst state of the last weeks, where that is warmer than the one before."""
    worst = WARM
    for days in SEEN_RISING:
        worst = min(worst, clear_state(points(now - days * DAY), tuning), key=_rank)
        if RANK[worst] <= RANK[before.state]:
            return before.state
    return worst


def _rank(state: str) -> int:
    return RANK[state]
