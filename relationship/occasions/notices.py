"""Occasions of Keepwarm's own: something was withheld or is in doubt, and the owner is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from relationship.facts.decisions import Decision
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from relationship.occasions.check_ins import check_in_unanswered
from relationship.occasions.deliveries import deadline_missed, deadline_near
from relationship.occasions.occasion import Occasion, quoted
from relationship.occasions.turns import older_debt, shielded_by, waiting
from relationship.story import Story

CHASING = (
    waiting("waiting on contractor", Side.CONTRACTOR),
    deadline_near,
    deadline_missed,
    check_in_unanswered,
)


def owner_first(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the contractor is not chased, because the owner owes them an older answer. Once per debt.

    It says that they will be reminded after that: not of who gets no letters anyway.
    """
    if _gets_no_letters(story):
        return
    for held, decision in _withheld(story, "owner first", now):
        debt = older_debt(story, held.turn.since if held.turn else held.moment, now)
        # By another one it is held only from this tick on.
        if debt and decision.why == shielded_by(story, debt):
            yield replace(
                _noted(held, decision),
                trigger="owner first",
                key=f"owner first/{debt.asked}",
                about=f"you owe an answer about {quoted(debt.subject)}: {held.about}",
                debt=debt,
            )


def one_of_two_answered(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: a question went to two contractors, and another one has answered it. Once per question."""
    for held, decision in _withheld(story, "one of two answered", now):
        key = f"one of two answered/{held.turn.asked if held.turn else held.key}"
        yield replace(_noted(held, decision), trigger="one of two answered", key=key)


def _withheld(story: Story, gate: str, now: datetime) -> Iterator[tuple[Occasion, Decision]]:
    """What a gate holds back now, and its word."""
    for decision in story.held:
        if decision.gate != gate:
            continue
        held = _held(story, decision.occasion, now)
        if held and not held.over:
            yield held, decision


def _gets_no_letters(story: Story) -> bool:
    """Whether no reminder goes out to them, with or without a debt."""
    address = story.contractor.addresses[0]
    return "contractor" in story.paused_by or address in story.bouncing or address in story.turned_away


def _noted(held: Occasion, decision: Decision) -> Occasion:
    """What is held back, as an occasion for a note to the owner."""
    return replace(held, moment=decision.at, start=decision.at, seen_at=None, whose=Side.OWNER)


def _held(story: Story, key: str, now: datetime) -> Occasion | None:
    """The occasion that was held back."""
    found = (one for find in CHASING for one in find(story, now) if key in (one.key, *one.aliases))
    return next(found, None)


def unprovable(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in notice: nobody can tell whether a letter went out, so it is not sent again."""
    for letter in story.letters.values():
        if letter.state is State.UNPROVABLE and letter.attempted_at:
            about = f"nobody can tell whether {quoted(letter.subject)} went out"
            yield _lost("unprovable", letter, letter.attempted_at, about)


def refused(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in notice: the mail server would not take a letter, and it is not sent again."""
    for letter in story.letters.values():
        if letter.state is State.REFUSED and letter.attempted_at and letter.reader is Side.CONTRACTOR:
            about = f"the mail server refused {quoted(letter.subject)}: {letter.reply}"
            yield _lost("refused", letter, letter.attempted_at, about)


def _lost(trigger: str, letter: Letter, at: datetime, about: str) -> Occasion:
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{letter.token}",
        moment=at,
        about=about,
        whose=Side.OWNER,
        start=at,
        letter=letter,
    )


def bounced(story: Story, now: datetime) -> Iterator[Occasion]:
    """`bounced`: mail to an address comes back for good; once until a mail from there lifts it."""
    for address, message in story.bouncing.items():
        yield Occasion(
            trigger="bounced",
            key=f"bounced/{address}/{message.key}",
            moment=message.at,
            about=f"mail to {address} comes back since {story.when(message.at)}",
            whose=Side.OWNER,
            start=message.at,
            seen_at=message.seen_at,
            message=message,
        )
