"""Conditions: what `if:` says about an occasion. Typed, not an expression language; each tells why it does not hold."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

from relationship.facts.messages import Side
from relationship.occasions import Occasion
from relationship.story import Story
from rules.policy import Count, Rule, Took

# What a condition finds: None where it holds, else the fact that speaks against it, in words.
Condition = Callable[[object, Occasion, Story, datetime], str | None]


def unmet(rule: Rule, occasion: Occasion, story: Story, now: datetime) -> str:
    """The first condition that does not hold, in words; "" where all do."""
    for name, wanted in rule.conditions.items():
        found = CONDITIONS[name](wanted, occasion, story, now)
        if found is not None:
            return f"if: {name}: {found}"
    return ""


def took(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """How long the answer took: working time is the answerer's."""
    limit, turn = cast(Took, wanted), occasion.turn
    if turn is None or turn.answered_at is None:
        return "nothing was answered"
    clock = story.clock(turn.party)
    border = clock.after(turn.since, limit.duration)
    holds = turn.answered_at < border if limit.op == "under" else turn.answered_at > border
    if holds:
        return None
    if limit.duration.working:
        spent = f"{_span(clock.seconds_between(turn.since, turn.answered_at))} of working time"
    else:
        spent = _span(int((turn.answered_at - turn.since).total_seconds()))
    return f"it took {spent}, not {limit.op} {limit.duration}"


def chasers(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """How often it was asked again."""
    count = cast(Count, wanted)
    found = occasion.turn.chasers if occasion.turn else 0
    return None if count.holds(found) else f"{found}, not {count.op} {count.number}"


def contractor(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """One of these people, by the whole name or the first."""
    who, allowed = story.contractor, cast(tuple[str, ...], wanted)
    if not _folded(allowed).isdisjoint(_folded((who.name, who.first_name))):
        return None
    return f"{who.name}, not {' or '.join(allowed)}"


def _one_of(read: Callable[[Story, Occasion, datetime], tuple[str, ...]]) -> Condition:
    def holds(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
        allowed = cast(tuple[str, ...], wanted)
        found = read(story, occasion, now)
        if not _folded(allowed).isdisjoint(_folded(found)):
            return None
        return f"{', '.join(found) or 'none'}, not {' or '.join(allowed)}"

    return holds


@lru_cache(maxsize=1024)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _phase(story: Story, occasion: Occasion, now: datetime) -> tuple[str, ...]:
    return (story.contractor.phase_at(now),)


def subject_contains(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """One of these words stands in the conversation's subject."""
    words = cast(tuple[str, ...], wanted)
    subject = occasion.turn.subject if occasion.turn else occasion.message.subject if occasion.message else ""
    if any(word.casefold() in subject.casefold() for word in words):
        return None
    return f"the subject is “{subject}”, without {' or '.join(words)}"


def on_time(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """Whether a delivery came by its deadline; without one nobody can say so."""
    if occasion.on_time is wanted:
        return None
    if occasion.on_time is None:
        return "no deadline was set"
    return "it came in time" if occasion.on_time else "it came late"


def lacks(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """A brief, or a question, names no deadline, and no later mail of the owner's in its conversation does."""
    brief = occasion.message
    if brief is None:
        return "there is no brief"
    later = story.in_conversation(story.conversation_of[brief.key])
    named = any(m.due and m.side is Side.OWNER and m.at >= brief.at for m in later)
    return "it names one" if brief.due or named else None


def about(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """A brief asks for what is on the contractor's `not for:` list."""
    if occasion.message and occasion.message.unsuited:
        return None
    return f"it asks for nothing on the list: {', '.join(story.contractor.not_for) or 'the list is empty'}"


def counted(wanted: object, occasion: Occasion, story: Story, now: datetime) -> str | None:
    """`deliveries on time`, `quick answers`: the occasion itself is the n-th (rules/finding.py)."""
    return None


CONDITIONS: Mapping[str, Condition] = {
    "took": took,
    "chasers": chasers,
    "role": _one_of(lambda story, occasion, now: (story.contractor.role,)),
    "phase": _one_of(_phase),
    "tag": _one_of(lambda story, occasion, now: story.contractor.tags),
    "contractor": contractor,
    "temperature": _one_of(
        lambda story, occasion, now: (story.temperature.state,) if story.temperature else ()
    ),
    "subject contains": subject_contains,
    "on time": on_time,
    "lacks": lacks,
    "about": about,
    "deliveries on time": counted,
    "quick answers": counted,
}


def _span(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
