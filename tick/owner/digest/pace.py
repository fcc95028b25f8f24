"""How fast both sides answer in all relationships together: the digest's medians, and those of its picture."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from relationship.facts.messages import Side
from relationship.warmth.latency import FEWEST_USUAL, RECENT, USUAL, Answer, between
from tick.owner.digest.contents import Speed, Week

WEEK = timedelta(days=7)
WEEKS_SHOWN = 12
FEWEST = 3  # answers of a month: of fewer no median is told

Answers = Mapping[Side, Sequence[Answer]]  # of one relationship
Known = Sequence[Answers]  # of all


def overall(known: Known, now: datetime) -> Speed:
    """Both sides' answers in all relationships together, this month and before."""
    medians = []
    for side in (Side.CONTRACTOR, Side.OWNER):
        month = _median(known, side, now - RECENT, now, FEWEST)
        before = _median(known, side, now - RECENT - USUAL, now - RECENT, FEWEST_USUAL)
        medians += [month, before]
    return Speed("", *medians)


def weekly(known: Known, now: datetime) -> Iterator[Week]:
    """The medians of all answers of each side in the months that end with each of the last weeks."""
    for back in reversed(range(WEEKS_SHOWN)):
        end = now - back * WEEK
        theirs, yours = (
            _median(known, side, end - RECENT, end, FEWEST) for side in (Side.CONTRACTOR, Side.OWNER)
        )
        yield end.date(), theirs, yours


def _median(known: Known, side: Side, start: datetime, end: datetime, fewest: int) -> int | None:
    times = [answer.worked for answers in known for answer in between(answers[side], start, end)]
    return int(median(times)) if len(times) >= fewest else None
