"""The report as one HTML page: no scripts, nothing to fetch; for screens, phones and paper."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from commands.reporting import charts
from commands.reporting.portraits import Portrait
from mail.letters.wording import count, day_in, moment
from relationship.facts.messages import Side
from relationship.facts.temperature import TOO_EARLY
from relationship.parties import Owner, Party
from relationship.warmth.latency import short

HERE = Path(__file__).resolve().parent
CHIPS = {"warm": "warm", "cooling": "cooling", "cold": "cold", TOO_EARLY: "early"}

TURNING = {"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"}


def page(portraits: Sequence[Portrait], owner: Owner, since: datetime, now: datetime) -> str:
    """The whole page."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    environment.filters["turned"] = _turned
    environment.trim_blocks = environment.lstrip_blocks = True
    people = [_person(one, owner) for one in portraits]
    return environment.get_template("page.html").render(
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - it is our own
        owner=owner.name,
        period=" to ".join(day_in(at, owner.timezone, "en", owner.locale) for at in (since, now)),
        written=moment(now, owner.timezone, "en", owner.locale),
        counts=_counts(portraits),
        people=people,
    )


def _counts(portraits: Sequence[Portrait]) -> list[dict[str, object]]:
    states = Counter(one.temperature.state for one in portraits)
    return [
        {"state": state, "chip": chip, "number": states[state]}
        for state, chip in CHIPS.items()
        if states[state]
    ]


def _person(one: Portrait, owner: Owner) -> dict[str, Any]:
    contractor, temperature = one.story.contractor, one.temperature
    return {
        "id": one.story.key,
        "name": one.name,
        "first_name": contractor.first_name,
        "about": ", ".join(part for part in (contractor.role, one.phase) if part),
        "zones": f"on {_city(contractor)} time, you on {_city(owner)} time",
        "state": temperature.state,
        "chip": CHIPS[temperature.state],
        "points": temperature.points,
        "since": day_in(temperature.since, owner.timezone, "en", owner.locale),
        "reasons": [_with_its_subject(reason) for reason in temperature.reasons],
        "sides": list(_sides(one)),
        "waits": list(_waits(one, owner)),
        "shared": _shared(one),
        "charts": {
            name: Markup(draw(one))  # noqa: S704 - drawn here, its words are escaped
            for name, draw in (
                ("timeline", charts.timeline),
                ("latest", charts.latest),
                ("distribution", charts.distribution),
                ("trend", charts.trend),
                ("week", charts.week),
                ("temperature", charts.temperature),
            )
        },
    }


def _turned(words: str) -> Markup:
    """What is written from right to left, or has a character that turns lines round, leaves what follows it be."""
    turns = any(bidirectional(character) in TURNING for character in words)
    return Markup("<bdi>") + escape(words) + Markup("</bdi>") if turns else escape(words)


def _with_its_subject(reason: str) -> Markup:
    """A reason, and the subject that it names."""
    before, opens, rest = reason.partition("“")
    subject, closes, after = rest.rpartition("”")
    return escape(before + opens) + _turned(subject) + escape(closes + after)


def _city(party: Party) -> str:
    return party.timezone.rpartition("/")[2].replace("_", " ")


def _sides(one: Portrait) -> Iterator[dict[str, object]]:
    for side, who in ((Side.CONTRACTOR, one.story.contractor.first_name), (Side.OWNER, "You")):
        known, pace = one.figures(side), one.pace(side)
        yield {
            "who": who,
            "side": "theirs" if side is Side.CONTRACTOR else "yours",
            "count": known.count,
            "median": short(known.median) if known.median is not None else "–",
            "p90": short(known.p90) if known.p90 is not None else "–",
            "lately": short(pace.recent) if pace else "too few to tell",
            "before": short(pace.usual) if pace else "–",
            "compared": pace is not None,
            "open": len(one.open_waits(side)),
        }


def _waits(one: Portrait, owner: Owner) -> Iterator[dict[str, object]]:
    """What is open, the owner's debts first."""
    for side in (Side.OWNER, Side.CONTRACTOR):
        for turn in one.open_waits(side):
            days = one.evidence.working_days(side, one.evidence.waited_from(turn, one.now), one.now)
            yield {
                "who": "you" if side is Side.OWNER else one.story.contractor.first_name,
                "side": "yours" if side is Side.OWNER else "theirs",
                "subject": turn.subject or "(no subject)",
                "since": day_in(turn.since, owner.timezone, "en", owner.locale),
                "days": count(days, "working day") if days else "less than a working day",
            }


def _shared(one: Portrait) -> str:
    seconds = sum((end - start).total_seconds() for start, end in one.shared_hours)
    if not seconds:
        return "You share no working hours this week."
    return f"You share {seconds / 3600:.3g} working hours this week."
