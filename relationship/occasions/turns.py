"""Occasions of the ball: answers, waits, silence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from relationship.ledger import Turn
from relationship.messages import Message, Side
from relationship.occasions.occasion import Finder, Occasion, day, quoted, who
from relationship.story import Story


def replied(trigger: str, party: Side) -> Finder:
    """`contractor replied`, `owner replied`: each exchange, never for a closer."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.ledger.exchanges:
            if turn.party is party and not turn.closer and turn.answered_at:
                about = f"{who(story, party)} answered {quoted(turn.subject)} on {day(turn.answered_at)}"
                yield Occasion(
                    trigger=trigger,
                    key=f"exchange/{turn.answered}",
                    moment=turn.answered_at,
                    about=about,
                    whose=party,
                    start=turn.answered_at,
                    seen_at=turn.answered_seen_at,
                    turn=turn,
                    message=story.by_key[turn.answered],
                )

    return find


def waiting(trigger: str, party: Side) -> Finder:
    """`waiting on contractor`, `waiting on owner`: each asking wait, also one that ended in mid-steps."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.waits(party):
            if turn.asks:
                yield _wait(story, trigger, turn, now)
        for turn in story.ledger.exchanges:
            if turn.party is party and turn.asks and turn.answered_at:
                answered = f"{who(story, party)} answered on {day(turn.answered_at)}"
                yield replace(_wait(story, trigger, turn, turn.answered_at), over=answered)

    return find


def _wait(story: Story, trigger: str, turn: Turn, end: datetime) -> Occasion:
    return Occasion(
        trigger=trigger,
        key=f"wait/{turn.asked}",
        moment=turn.since,
        about=f"waiting on {who(story, turn.party)} for {quoted(turn.subject)} since {day(turn.since)}",
        whose=turn.party,
        start=_start(story, turn, end),
        seen_at=turn.seen_at,
        turn=turn,
        message=story.by_key[turn.asked],
        aliases=tuple(f"wait/{m.key}" for m in _askings(story, turn, end)),
    )


def _askings(story: Story, turn: Turn, end: datetime) -> list[Message]:
    """The messages that asked in this turn: a late mail can make another of them the first."""
    return [
        message
        for message in story.in_conversation(turn.conversation)
        if message.side is turn.party.other and turn.since <= message.at <= end and message.key != turn.asked
    ]


def _start(story: Story, turn: Turn, end: datetime) -> datetime:
    """A contractor's steps start anew when the owner's older debt is paid, or an absence ends."""
    if turn.party is Side.OWNER:
        return turn.since
    paid = [
        debt.answered_at
        for debt in story.ledger.exchanges
        if debt.party is Side.OWNER and debt.asks and debt.answered_at
        if debt.since < turn.since < debt.answered_at <= end and debt.since >= story.profile.watermark
    ]
    back = [a.until for a in story.absences if a.since <= end and turn.since < a.until]
    return max([turn.since, *paid, *back])


def silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`silence`: neither side has said anything since the last event, or since the watermark."""
    yield _since_last(story, "silence", story.last_event, f"silence between you and {story.contractor.name}")


def owner_silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`owner silence`: the owner has said nothing."""
    last = story.last_from(Side.OWNER)
    yield _since_last(story, "owner silence", last, f"you have not written to {story.contractor.name}")


def _since_last(story: Story, trigger: str, last: Message | None, about: str) -> Occasion:
    since = max(last.at, story.profile.watermark) if last else story.profile.watermark
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{last.key if last else 'start'}",
        moment=since,
        about=f"{about} since {day(since)}",
        whose=Side.OWNER,
        start=since,
        message=last,
    )
