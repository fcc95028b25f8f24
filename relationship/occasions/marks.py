"""Occasions of a state that was noted: a star, a new contractor, a change of temperature, news."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from relationship.facts.messages import Side
from relationship.occasions.occasion import Finder, Occasion, quoted
from relationship.story import Story
from relationship.subjects import plain_subject

WORKING = ("onboarding", "active")
LONG_AGO = timedelta(days=60)  # nobody is new any more
STAR = "star/"  # how the keys of stars begin
STAR_GRACE = timedelta(minutes=10)  # a star can be taken back so long


def starred(story: Story, now: datetime) -> Iterator[Occasion]:
    """`starred`: the owner flagged a contractor's mail, ten minutes ago, and the flag is still there."""
    for message in story.human:
        if message.starred_at and message.side is Side.CONTRACTOR:
            yield Occasion(
                trigger="starred",
                key=f"{STAR}{message.key}",
                moment=message.starred_at,
                about=f"you starred {quoted(plain_subject(message.subject))}",
                whose=Side.CONTRACTOR,
                start=message.starred_at + STAR_GRACE,
                # A star that was there at the first look is history, as a mail is that was read then.
                seen_at=message.starred_at,
                message=message,
            )


def contractor_added(story: Story, now: datetime) -> Iterator[Occasion]:
    """`contractor added`: an address never seen was added to the policy, after the first run."""
    added_at = story.profile.added_at
    if added_at and now - added_at < LONG_AGO:
        yield Occasion(
            trigger="contractor added",
            key="added",
            moment=added_at,
            about=f"{story.contractor.name} was added",
            whose=Side.CONTRACTOR,
            start=added_at,
        )


def temperature_changed(trigger: str, cooler: bool) -> Finder:
    """`temperature fell`, `temperature rose`: the last change of the relationship's temperature."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        last = story.temperature
        if last and (last.fell if cooler else last.rose):
            yield Occasion(
                trigger=trigger,
                key=f"temperature/{last.key}",
                moment=last.since,
                about=f"{story.contractor.name} went from {last.before} to {last.state}: {'; '.join(last.reasons)}",
                whose=Side.OWNER,
                start=last.since,
            )

    return find


def news(story: Story, now: datetime) -> Iterator[Occasion]:
    """`news`: the owner's news, once confirmed, for each contractor who works for them now."""
    if story.contractor.phase_at(now) not in WORKING:
        return
    for piece in story.news.values():
        if piece.confirmed_at and piece.paragraphs:
            yield Occasion(
                trigger="news",
                key=f"news/{piece.key}",
                moment=piece.confirmed_at,
                about=f"your news {quoted(piece.subject)}",
                whose=Side.CONTRACTOR,
                start=piece.confirmed_at,
                seen_at=piece.confirmed_at,
                news=piece,
            )
