"""The report's charts of one relationship, each a drawing with its words."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from commands.reporting.drawing import (
    BOTH,
    CARD,
    COLD,
    COOLING,
    INK,
    MISSED,
    MUTED,
    SIZE,
    THEIRS,
    WARM,
    YOURS,
    drawing,
    words,
)
from commands.reporting.portraits import Portrait, Spans
from mail.letters.wording import full_date
from relationship.clocks.weeks import DAYS
from relationship.correspondence.ledger import Turn
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Side
from relationship.facts.temperature import TOO_EARLY
from relationship.warmth.latency import hours, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {Side.CONTRACTOR: THEIRS, Side.OWNER: YOURS}
STATES = {"warm": WARM, "cooling": COOLING, "cold": COLD, TOO_EARLY: MUTED}
SHORT, LONG = 420, 880  # CSS pixels
LATEST = timedelta(weeks=8)
# Bins of the distributions, in working minutes: even steps on a logarithmic scale.
BINS = [2 * 2 ** (n / 2) for n in range(22)]
LATE = BINS[16]  # what is marked there has no room to its right
MARKS = {5: "5 min", 15: "15 min", 60: "1 h", 240: "4 h", 480: "8 h", 1440: "24 h"}


def timeline(one: Portrait) -> str:
    """Turns, waits, check-ins and letters, day by day."""
    return _timeline(one, one.since, LONG, "timeline")


def latest(one: Portrait) -> str:
    """The same of the last weeks alone, for narrow screens."""
    return _timeline(one, max(one.since, one.now - LATEST), SHORT, "latest")


def _timeline(one: Portrait, since: datetime, width: int, name: str) -> str:
    turns = [turn for turn in one.turns if turn.since <= one.now and one.end(turn) > since]
    check_ins = [c for c in one.check_ins if since < c.starts_at <= one.now + timedelta(days=14)]
    sent = [letter.sent_at for letter in one.letters if letter.sent_at and letter.sent_at > since]
    begun = full_date(since.date(), "en", one.story.owner.locale)
    label = (
        f"Timeline since {begun}: {sum(turn.asks for turn in turns)} questions, "
        f"{len(check_ins)} check-ins and {len(sent)} letters."
    )

    def draw(axes: "Axes") -> None:
        for lane, side in ((3, Side.CONTRACTOR), (2, Side.OWNER)):
            _turns(axes, one, [turn for turn in turns if turn.party is side], lane, since)
            if one.open_waits(side):
                axes.plot([_x(one.now)], [lane], ">", color=COLOURS[side], markersize=9)
        _check_ins(axes, check_ins, 1)
        axes.plot(
            [_x(at) for at in sent], [0] * len(sent), "|", color=INK, markersize=11, markeredgewidth=1.6
        )
        first = words(_fitting(one.story.contractor.first_name, 9))
        axes.set_yticks([3, 2, 1, 0], [f"{first}’s turn", "your turn", "check-ins", "letters"])
        axes.set_ylim(-0.6, 3.7)
        axes.grid(visible=False, axis="y")
        _dates(axes, since, one.now, 8 if width == LONG else 3)
        last = max([one.now, *(check_in.starts_at for check_in in check_ins)])
        axes.set_xlim(_x(since), _x(last) + (one.now - since).days * 0.02)

    return drawing(width, 210, f"{name}-{one.story.key}", label, draw, left=96)


def _turns(axes: "Axes", one: Portrait, turns: Sequence[Turn], lane: float, since: datetime) -> None:
    """A bar from each question to its answer; thin what asked nothing."""
    asked = [turn for turn in turns if turn.asks]
    told = [turn for turn in turns if not turn.asks and turn.answered_at]
    colour = COLOURS[turns[0].party] if turns else MUTED
    for group, height, where, alpha in ((told, 2.5, lane - 0.36, 0.4), (asked, 12, lane, 0.5)):
        starts = [_x(max(turn.since, since)) for turn in group]
        ends = [_x(one.end(turn)) for turn in group]
        axes.hlines([where] * len(group), starts, ends, color=colour, linewidth=height, alpha=alpha)
    begun = [_x(turn.since) for turn in asked if turn.since > since]
    mark: dict[str, Any] = {"color": colour, "markersize": 12.5, "markeredgewidth": 1.1}
    axes.plot(begun, [lane] * len(begun), "|", **mark)


def _check_ins(axes: "Axes", check_ins: Sequence[CheckIn], lane: float) -> None:
    """Held or late: full; missed, declined, cancelled: a cross; ahead or unknown: hollow."""
    styles: dict[str, dict[str, Any]] = {
        "held": {"marker": "D", "color": WARM},
        "late": {"marker": "D", "color": WARM},
        "missed": {"marker": "X", "color": MISSED, "markersize": 9},
        "declined": {"marker": "X", "color": MUTED},
        "cancelled": {"marker": "x", "color": MUTED},
    }
    for check_in in check_ins:
        hollow = {"marker": "D", "color": MUTED, "markerfacecolor": CARD}
        style = {"markersize": 7, "linestyle": "none", **styles.get(check_in.state, hollow)}
        axes.plot([_x(check_in.starts_at)], [lane], **style)


def distribution(one: Portrait) -> str:
    """How long answers took: how many in which time, of both sides, with median and ninety percent."""
    told = []
    for side, whose in ((Side.CONTRACTOR, one.story.contractor.first_name), (Side.OWNER, "you")):
        known = one.figures(side)
        if known.median is not None and known.p90 is not None:
            told.append(f"{whose}: half within {hours(known.median)}, nine of ten within {hours(known.p90)}")
    label = f"How long answers took. {'; '.join(told) or 'There are none yet'}."

    def draw(axes: "Axes") -> None:
        highest = max(
            _upwards(axes, one, side, sign) for side, sign in ((Side.CONTRACTOR, 1), (Side.OWNER, -1))
        )
        if not any(one.answers(side) for side in Side):
            _empty(axes, "no answers yet")
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set_xscale("log")
        axes.set_xlim(BINS[0], BINS[-1])
        axes.set_xticks(list(MARKS), list(MARKS.values()))
        axes.minorticks_off()
        axes.set_ylim(-1.6 * highest, 1.6 * highest)
        first = words(_fitting(one.story.contractor.first_name, 6))
        axes.set_yticks([0.7 * highest, -0.7 * highest], [first, "you"])
        axes.grid(visible=False, axis="y")

    return drawing(SHORT, 240, f"distribution-{one.story.key}", label, draw)


def _upwards(axes: "Axes", one: Portrait, side: Side, sign: int) -> int:
    """One side's bars, upwards or downwards; returns the height of the highest."""
    minutes = [max(answer.worked / 60, BINS[0]) for answer in one.answers(side)]
    counts = [sum(low <= m < high for m in minutes) for low, high in pairwise(BINS)]
    counts[-1] += sum(m >= BINS[-1] for m in minutes)
    highest = max(counts) or 1
    widths = [(high - low) * 0.92 for low, high in pairwise(BINS)]
    heights = [sign * count for count in counts]
    axes.bar(BINS[:-1], heights, widths, align="edge", color=COLOURS[side], alpha=0.75)
    known = one.figures(side)
    for value, name, where in ((known.median, "half", "right"), (known.p90, "90 %", "left")):
        if value is not None and minutes:
            at = min(max(value / 60, BINS[0]), BINS[-1])
            axes.plot([at, at], [0, sign * 1.12 * highest], color=INK, linewidth=1.2, linestyle=(0, (3, 2)))
            late = where == "left" and at > LATE  # no room to its right: one line further out, to its left
            place: dict[str, Any] = {"ha": "right" if late else where, "va": "bottom" if sign > 0 else "top"}
            said = f" {name}: {short(value)} "
            out = sign * (1.32 if late else 1.14) * highest
            axes.text(at, out, said, color=INK, fontsize=SIZE - 0.5, **place)
    return highest


def trend(one: Portrait) -> str:
    """What "this month" was, week by week, against what was usual before."""
    label = "How long answers took, in working hours: the median of a month, week by week, and of before."

    def draw(axes: "Axes") -> None:
        if not any(value for side in Side for _, value in one.trend(side)):
            _empty(axes, "too few answers yet")
        for side in (Side.CONTRACTOR, Side.OWNER):
            known = one.trend(side)
            values = [math.nan if value is None else value / 3600 for _, value in known]
            axes.plot([_x(at) for at, _ in known], values, color=COLOURS[side], linewidth=2)
            _last(axes, one.now, values, COLOURS[side])
            if pace := one.pace(side):
                axes.axhline(pace.usual / 3600, color=COLOURS[side], linewidth=1, linestyle=(0, (2, 3)))
        axes.set_ylim(0, max(1.0, axes.get_ylim()[1]) * 1.05)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} h")
        _dates(axes, one.since, one.now, 4)

    return drawing(SHORT, 240, f"trend-{one.story.key}", label, draw)


def _empty(axes: "Axes", why: str) -> None:
    """An empty chart says why it is."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=MUTED, fontsize=SIZE)


def _last(axes: "Axes", now: datetime, values: Sequence[float], colour: str) -> None:
    if values and not math.isnan(values[-1]):
        axes.plot([_x(now)], [values[-1]], "o", color=colour, markersize=6)


def week(one: Portrait) -> str:
    """Both sides' working hours in the owner's week, and when both work."""
    shared = sum((end - start).total_seconds() for start, end in one.shared_hours) / 3600
    label = f"Working hours of both this week, in your time; you share {shared:.3g} hours."

    def draw(axes: "Axes") -> None:
        zone = one.story.owner.timezone
        for spans, colour, shift, height in (
            (one.shared_hours, BOTH, -0.44, 0.88),
            (one.hours(Side.CONTRACTOR), THEIRS, -0.32, 0.28),
            (one.hours(Side.OWNER), YOURS, 0.04, 0.28),
        ):
            alpha = 0.35 if colour == BOTH else 0.9
            for day, start, length in _by_day(spans, zone):
                axes.broken_barh(
                    [(start, length)], (day + shift, height), color=colour, alpha=alpha, linewidth=0
                )
        axes.set_xlim(0, 24)
        axes.set_xticks(
            range(0, 25, 4), [_hour(number, one.story.owner.locale) for number in range(0, 25, 4)]
        )
        axes.set_ylim(6.6, -0.6)
        axes.set_yticks(range(7), [day[:3] for day in DAYS])
        axes.grid(visible=False, axis="y")

    return drawing(SHORT, 240, f"week-{one.story.key}", label, draw)


def _hour(number: int, locale: str) -> str:
    """Such as "16:00", or "4 pm" in America."""
    if not locale.endswith("US"):
        return f"{number}:00"
    return f"{number % 12 or 12} {'pm' if 12 <= number < 24 else 'am'}"


def _by_day(spans: Spans, timezone: str) -> list[tuple[int, float, float]]:
    """Day of the week, hour and length of each piece, cut at midnight on the wall clock."""
    zone, found = ZoneInfo(timezone), []
    for start, end in spans:
        here, stop = start.astimezone(zone), end.astimezone(zone)
        while here < stop:
            midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0)
            until = min(midnight, stop)
            begin = here.hour + here.minute / 60
            finish = 24.0 if until == midnight else until.hour + until.minute / 60
            found.append((here.weekday(), begin, finish - begin))
            here = until
    return found


def temperature(one: Portrait) -> str:
    """The points of each day, and the state that they amounted to."""
    states = [state for state, _ in groupby(known.state for _, known in one.temperatures)]
    label = f"Temperature over time: {', then '.join(states) or 'nothing is known yet'}."

    def draw(axes: "Axes") -> None:
        days = one.temperatures
        tuning = one.tuning
        axes.axhline(tuning.cooling_below, color=COOLING, linewidth=1, linestyle=(0, (2, 3)))
        axes.axhline(tuning.cold_below, color=COLD, linewidth=1, linestyle=(0, (2, 3)))
        for state, group in groupby(days, key=lambda day: day[1].state):
            run = list(group)
            at = [_x(day) for day, _ in run] + [_x(run[-1][0]) + 1]
            points = [known.points for _, known in run] + [run[-1][1].points]
            axes.fill_between(at, points, step="post", color=STATES[state], alpha=0.22, linewidth=0)
            axes.step(at, points, where="post", color=STATES[state], linewidth=2)
        axes.set_ylim(0, 104)
        axes.set_yticks([0, tuning.cold_below, tuning.cooling_below, 100])
        axes.grid(visible=False, axis="y")
        _dates(axes, one.since, one.now, 4)

    return drawing(SHORT, 240, f"temperature-{one.story.key}", label, draw)


def _dates(axes: "Axes", since: datetime, now: datetime, most: int = 8) -> None:
    """Months; every second or third of them where there are many."""
    days = (now - since).days
    axes.set_xlim(_x(since), _x(now) + days * 0.02)
    step = max(1, round(days / 30.4 / most))
    firsts = [_month(since, n) for n in range(1, days // 28 + 2, step)]
    inside = [at for at in firsts if at <= now]
    names = [f"{at:%b}" + (f"\n{at:%Y}" if at.month <= step else "") for at in inside]
    axes.set_xticks([_x(at) for at in inside], names)


def _month(since: datetime, later: int) -> datetime:
    """The first day of the month that lies so many after that of `since`."""
    years, month = divmod(since.month - 1 + later, 12)
    return datetime(since.year + years, month + 1, 1, tzinfo=UTC)


def _x(moment: datetime) -> float:
    """Days, which the axis counts."""
    return moment.timestamp() / 86400


def _fitting(name: str, most: int) -> str:
    """A name in the room that there is for it."""
    return name if len(name) <= most else f"{name[: most - 1]}…"
