"""Occasions of the work itself: briefs, deadlines, deliveries, ideas, and what they deserve."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from relationship.deadlines import Deadline, deadlines, deliveries
from relationship.messages import Message, Side
from relationship.occasions.occasion import Occasion, day, quoted
from relationship.story import Story


def deadline_near(story: Story, now: datetime) -> Iterator[Occasion]:
    """`deadline near`: a day that the owner set, as long as nothing was delivered."""
    for deadline in deadlines(story):
        yield _deadline(story, deadline, "deadline near", "is due on")


def deadline_missed(story: Story, now: datetime) -> Iterator[Occasion]:
    """`deadline missed`: the day is over where the contractor lives, and nothing was delivered."""
    for deadline in deadlines(story):
        if now >= deadline.ends_at(story):
            yield _deadline(story, deadline, "deadline missed", "was due on")


def _deadline(story: Story, deadline: Deadline, trigger: str, is_due: str) -> Occasion:
    opens_at = deadline.opens_at(story)
    done = deadline.done
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{deadline.conversation}/{deadline.due}",
        moment=opens_at,
        about=f"{quoted(story.subject_of(deadline.conversation))} {is_due} {deadline.due:%-d %b %Y}",
        whose=Side.CONTRACTOR,
        start=opens_at,
        message=deadline.set_by,
        deadline=deadline.due,
        over=f"it was delivered on {day(done.at)}" if done else "",
    )


def delivered(story: Story, now: datetime) -> Iterator[Occasion]:
    """`delivered`: somebody said that it is done."""
    for delivery in deliveries(story):
        message, due = delivery.message, delivery.deadline.due if delivery.deadline else None
        about = f"{quoted(message.subject)} was delivered"
        occasion = _said(story, message, "delivered", about, Side.CONTRACTOR, due)
        yield replace(occasion, on_time=delivery.on_time(story))


def idea_received(story: Story, now: datetime) -> Iterator[Occasion]:
    """`idea received`: the contractor sent an idea."""
    for message in story.human:
        if "idea" in message.tags and message.side is Side.CONTRACTOR:
            yield _said(story, message, "idea received", f"{story.contractor.name} sent an idea", Side.OWNER)


def brief_sent(story: Story, now: datetime) -> Iterator[Occasion]:
    """`brief sent`: the owner began a conversation that hands over work."""
    opened: set[str] = set()
    for message in story.human:
        conversation = story.conversation_of[message.key]
        first = conversation not in opened
        opened.add(conversation)
        if first and message.side is Side.OWNER and message.handed and not message.closes:
            yield _said(
                story, message, "brief sent", f"you sent {quoted(message.subject)}", Side.OWNER, message.due
            )


def no_feedback(story: Story, now: datetime) -> Iterator[Occasion]:
    """`no feedback`: after a delivery the owner has not written in that conversation."""
    for delivery in deliveries(story):
        later = [
            m
            for m in story.in_conversation(delivery.conversation)
            if m.side is Side.OWNER and m.at > delivery.message.at and m in story.human
        ]
        if delivery.message.side is Side.CONTRACTOR:
            yield _said(
                story,
                delivery.message,
                "no feedback",
                f"{quoted(delivery.message.subject)} was delivered, and you have said nothing",
                Side.OWNER,
                over=f"you wrote on {day(later[0].at)}" if later else "",
            )


def no_praise(story: Story, now: datetime) -> Iterator[Occasion]:
    """`no praise`: no appreciation went out, and nothing was starred."""
    thanked = [
        x.sent_at for x in story.letters.values() if x.template.startswith("appreciation/") and x.sent_at
    ]
    starred = [message.starred_at for message in story.human if message.starred_at]
    watermark = story.profile.watermark
    since = max([watermark, *thanked, *starred])
    yield Occasion(
        trigger="no praise",
        key=f"no praise/{since.isoformat() if since > watermark else 'start'}",
        moment=since,
        about=f"no word of praise for {story.contractor.name} since {day(since)}",
        whose=Side.OWNER,
        start=since,
    )


def _said(
    story: Story,
    message: Message,
    trigger: str,
    about: str,
    whose: Side,
    deadline: date | None = None,
    over: str = "",
) -> Occasion:
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{message.key}",
        moment=message.at,
        about=f"{about} on {day(message.at)}",
        whose=whose,
        start=message.at,
        seen_at=message.seen_at,
        message=message,
        deadline=deadline,
        over=over,
    )
