"""Occasions of the work itself: briefs, deadlines, deliveries, ideas, and what they deserve."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from relationship.deadlines import Deadline, deadlines, deliveries, proposals
from relationship.facts.decisions import mails_of
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Side, is_thanks
from relationship.occasions.marks import STAR
from relationship.occasions.occasion import Occasion, quoted
from relationship.story import Story
from relationship.subjects import plain_subject


def deadline_near(story: Story, now: datetime) -> Iterator[Occasion]:
    """`deadline near`: a day that the owner set, as long as nothing was delivered, and it is not over."""
    for deadline in deadlines(story):
        occasion = _deadline(story, deadline, "deadline near", "is due on")
        yield replace(occasion, until=deadline.ends_at(story))


def deadline_missed(story: Story, now: datetime) -> Iterator[Occasion]:
    """`deadline missed`: the day is over where the contractor lives, and nothing was delivered by then."""
    for deadline in deadlines(story):
        occasion = _deadline(story, deadline, "deadline missed", "was due on")
        yield replace(occasion, earliest=deadline.ends_at(story))


def deadline_proposed(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the contractor named a day, which counts only if the owner takes it up."""
    for proposal in proposals(story):
        about = (
            f"{story.contractor.name} proposed {proposal.due:%-d %b %Y} for {_what(story, proposal.message)}"
        )
        occasion = _said(
            story, proposal.message, "deadline proposed", about, Side.OWNER, proposal.due, proposal.over
        )
        yield replace(occasion, holds=proposal.holds)


def _deadline(story: Story, deadline: Deadline, trigger: str, is_due: str) -> Occasion:
    opens_at = deadline.opens_at(story)
    done = deadline.done
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{deadline.set_by.key}/{deadline.due}",
        aliases=tuple(f"{trigger}/{m.key}/{deadline.due}" for m in deadline.again),
        moment=opens_at,
        about=f"{quoted(story.subject_of(deadline.conversation))} {is_due} {deadline.due:%-d %b %Y}",
        whose=Side.CONTRACTOR,
        start=opens_at,
        message=deadline.set_by,
        deadline=deadline.due,
        over=f"it was delivered on {story.when(done.at)}" if done else "",
    )


def delivered(story: Story, now: datetime) -> Iterator[Occasion]:
    """`delivered`: somebody said that it is done."""
    for delivery in deliveries(story):
        message, due = delivery.message, delivery.deadline.due if delivery.deadline else None
        about = f"{_what(story, message)} was delivered"
        occasion = _said(story, message, "delivered", about, Side.CONTRACTOR, due)
        again = tuple(f"delivered/{m.key}" for m in delivery.again)
        yield replace(occasion, on_time=delivery.on_time(story), aliases=again)


def idea_received(story: Story, now: datetime) -> Iterator[Occasion]:
    """`idea received`: the contractor sent an idea; over once the owner has answered it."""
    for message in story.human:
        if "idea" in message.tags and message.side is Side.CONTRACTOR:
            about = f"{story.contractor.name} sent an idea"
            yield _said(story, message, "idea received", about, Side.OWNER, over=_owner_said(story, message))


def brief_sent(story: Story, now: datetime) -> Iterator[Occasion]:
    """`brief sent`: the owner began a conversation that hands over work; over once they said that it is fine."""
    opened: set[str] = set()
    fine = {x.occasion for m in story.said(Side.OWNER, "settled") if (x := story.letters.get(m.about_letter))}
    for message in story.human:
        conversation = story.conversation_of[message.key]
        first = conversation not in opened
        opened.add(conversation)
        if first and message.side is Side.OWNER and message.handed and not message.closes:
            about = f"you sent {_what(story, message)}"
            brief = _said(story, message, "brief sent", about, Side.OWNER, message.due)
            yield replace(brief, over="you said that it is fine as it is") if brief.key in fine else brief


def no_feedback(story: Story, now: datetime) -> Iterator[Occasion]:
    """`no feedback`: after a delivery the owner has not written in that conversation, nor praised it through us."""
    for delivery in deliveries(story):
        if delivery.message.side is Side.CONTRACTOR:
            about = f"{_what(story, delivery.message)} was delivered, and you have said nothing"
            over = _owner_said(story, delivery.message) or _owner_showed(story, delivery.message)
            yield replace(
                _said(story, delivery.message, "no feedback", about, Side.OWNER, over=over),
                aliases=tuple(f"no feedback/{m.key}" for m in delivery.again),
            )


def no_praise(story: Story, now: datetime) -> Iterator[Occasion]:
    """`no praise`: no appreciation went out, nothing was starred, and the owner sent no thanks of their own."""
    last = max((at for at in thanks(story) if at <= now), default=None)  # none by a clock that was set back
    since = last or story.profile.watermark
    yield Occasion(
        trigger="no praise",
        key=f"no praise/{last.isoformat() if last else 'start'}",
        moment=since,
        about=f"no word of praise for {story.contractor.name} since {story.when(since)}",
        whose=Side.OWNER,
        start=since,
        lasts=True,
    )


def thanks(story: Story) -> list[datetime]:
    """When the contractor was thanked: by a letter of ours, a star, or a short thank-you of the owner's."""
    letters = [x.sent_at for x in story.letters.values() if _thanks(x) and x.sent_at]
    return [*letters, *story.folded(_thanked_by_owner)]


def _thanks(letter: Letter) -> bool:
    return letter.template.startswith("appreciation/") or letter.occasion.startswith(STAR)


def _thanked_by_owner(story: Story) -> list[datetime]:
    stars = [m.starred_at for m in story.human if m.starred_at and m.side is Side.CONTRACTOR]
    said = [m.at for m in story.human if m.side is Side.OWNER and is_thanks(m)]
    return [*stars, *said, *story.past.thanks]


def owners_word(story: Story, about: Message) -> Message | None:
    """What the owner first said in a conversation since a message: to the contractor, or to us that it is settled."""
    for message in story.in_conversation(story.conversation_of[about.key]):
        person = message.kind is Kind.HUMAN and message.authentic and message.side is Side.OWNER
        if person and message.at >= about.at and (not message.about_letter or "settled" in message.tags):
            return message
    return None


def _owner_said(story: Story, about: Message) -> str:
    """The same in words; "" of nothing."""
    word = owners_word(story, about)
    if word is None:
        return ""
    when = story.when(word.at)
    return f"you said on {when} that it is settled" if word.about_letter else f"you wrote on {when}"


def _owner_showed(story: Story, about: Message) -> str:
    """How the contractor has heard through us what the owner thinks of a mail; "" where not at all."""
    if about.starred_at:
        return f"you starred it on {story.when(about.starred_at)}"
    given = wanted_about(story, about)
    return f"a letter about it went out on your word on {story.when(given)}" if given else ""


def wanted_about(story: Story, about: Message) -> datetime | None:
    """When a letter about a mail first went out that the owner wanted: said ok to, wrote anew, or asked for by a star.

    The star may have been taken back since.
    """
    wanted = (x for x in story.letters.values() if x.approved_at or x.occasion.startswith(STAR))
    letters = (x for x in wanted if x.state is State.SENT and about.key in mails_of(x.occasion))
    return min((x.sent_at for x in letters if x.sent_at), default=None)


def _what(story: Story, message: Message) -> str:
    """What a message is about, in words."""
    return quoted(plain_subject(message.subject) or story.subject_of(story.conversation_of[message.key]))


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
        about=f"{about} on {story.when(message.at)}",
        whose=whose,
        start=message.at,
        seen_at=message.seen_at,
        message=message,
        deadline=deadline,
        over=over,
    )
