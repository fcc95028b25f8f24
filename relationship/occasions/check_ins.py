"""Occasions of check-ins: booked, changed, not answered, declined, over, missed.

All keys name the check-in by UID and SEQUENCE: at another time it is another occasion.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from relationship.clocks.durations import Duration
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import State
from relationship.facts.messages import Message, Side
from relationship.invitations.bookings import REACHED, occasion_key, proposal_key, slot_of
from relationship.occasions.occasion import Occasion
from relationship.story import Story
from relationship.subjects import base_subject

TO_ANSWER_S = 8 * 3600  # working seconds: a day
OUTSIDE_HOURS = "check-in outside hours/"  # keys of occasions that come once, and not once with each check-in
ASKED_AFTER = timedelta(hours=1)  # how it went is asked so long after its end


def check_in_due(story: Story, now: datetime) -> Iterator[Occasion]:
    """`check-in due`: a slot was found whose notice has come, and its invitation until it is out."""
    for check_in in story.check_ins.values():
        occasion = _occasion(story, check_in, "check-in due", check_in.planned_at, "a check-in", "check-in")
        if check_in.state == "planned" and now < check_in.starts_at:
            yield occasion
        elif _is_written(story, check_in, occasion.key):
            over = "" if check_in.state == "invited" else check_in.why or check_in.state
            yield replace(occasion, over=over or _time_is_up(check_in, now))


def check_in_changed(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: a check-in that stands in their calendar has another time now."""
    for check_in in story.check_ins.values():
        occasion = _occasion(
            story, check_in, "check-in changed", check_in.planned_at, "a new time for the check-in"
        )
        on_its_way = check_in.state == "moved" and now < check_in.starts_at and story.reached(check_in)
        if on_its_way or _is_written(story, check_in, occasion.key):
            yield replace(occasion, over=_time_is_up(check_in, now))


def check_in_cancelled(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: a check-in that stands in their calendar will not take place."""
    for check_in in story.check_ins.values():
        if check_in.state == "cancelled" and now < check_in.starts_at and story.reached(check_in):
            yield _occasion(story, check_in, "check-in cancelled", check_in.planned_at, check_in.why)


def check_in_unanswered(story: Story, now: datetime) -> Iterator[Occasion]:
    """`check-in unanswered`: the invitation went out, and the contractor has not answered it."""
    for check_in in story.check_ins.values():
        if check_in.state in ("planned", "moved") or not story.reached(check_in):
            continue
        about = "no answer yet to the invitation"
        occasion = _occasion(story, check_in, "check-in unanswered", check_in.starts_at, about)
        earliest = _time_to_answer(story, check_in)
        yield replace(occasion, earliest=earliest, over=_answered(story, check_in, now))


def _time_to_answer(story: Story, check_in: CheckIn) -> datetime:
    """Until when nobody is reminded: no reminder follows at once upon a short notice, or a declined proposal.

    A day of the contractor's hours; where the call is nearer, half of those that are left until then.
    """
    clock = story.contractor.clock
    invited = max(x.sent_at or x.created_at for x in story.invitations[check_in.uid])
    asked_at = max(invited, check_in.chosen_at or invited)
    left = clock.seconds_between(asked_at, check_in.starts_at)
    gap = Duration(min(left // 2, TO_ANSWER_S), "seconds", working=True)
    return clock.after(asked_at, gap) if left else check_in.starts_at


def _answered(story: Story, check_in: CheckIn, now: datetime) -> str:
    """Why nobody need be reminded any more; "" where the invitation still waits for an answer."""
    if check_in.contractor_answer:
        return f"{story.contractor.name} answered: {check_in.contractor_answer}"
    if check_in.state == "cancelled":
        return f"it was cancelled: {check_in.why}"
    over = _time_is_up(check_in, now)
    if not over and answered_by_mail(story, check_in):
        return f"{story.contractor.name} answered by mail"
    return over


def answered_by_mail(story: Story, check_in: CheckIn) -> bool:
    """Whether they wrote back to a letter about this slot, in words that no calendar understands."""
    return any(m.side is Side.CONTRACTOR for m in written_about(story, check_in, story.whole.human))


def written_about(story: Story, check_in: CheckIn, among: Iterable[Message]) -> Iterator[Message]:
    """The mails that answer an invitation to this slot, or a letter about it.

    Some programs name no mail that they answer: its subject is there all the same.
    """
    slot = (check_in.uid, check_in.sequence)
    told = [x for x in story.letters.values() if slot_of(x.occasion) == slot and x.reader is Side.CONTRACTOR]
    names = {name for x in told for name in (x.message_id, x.alias) if name}
    subjects = {base_subject(x.subject) for x in told} - {""}
    for message in (m for m in among if m.at >= check_in.planned_at):
        by_calendar = message.rsvp is not None and message.rsvp.uid == check_in.uid
        answers = not names.isdisjoint(message.parents) or base_subject(message.subject) in subjects
        if by_calendar or answers:
            yield message


def _time_is_up(check_in: CheckIn, now: datetime) -> str:
    """Nobody is invited to a call, nor reminded of it, once it should have begun."""
    return "its time has come" if now >= check_in.starts_at else ""


def check_in_declined(story: Story, now: datetime) -> Iterator[Occasion]:
    """`check-in declined`: the contractor will not come."""
    for check_in in story.check_ins.values():
        if check_in.contractor_answer == "declined" and check_in.answered_at:
            about = f"{story.contractor.name} declined the check-in"
            yield _occasion(story, check_in, "check-in declined", check_in.answered_at, about)


def check_in_proposed(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the contractor proposes another time, and the owner says yes or no with one click."""
    for check_in in story.check_ins.values():
        if check_in.state == "countered" and check_in.answered_at:
            about = f"{story.contractor.name} proposes another time for the check-in"
            occasion = _occasion(story, check_in, "check-in proposed", check_in.answered_at, about)
            yield replace(occasion, key=proposal_key(check_in), over=_chosen(check_in, now))


def _chosen(check_in: CheckIn, now: datetime) -> str:
    """Why there is nothing to choose any more; "" where there is."""
    if check_in.choice:
        return "you have chosen"
    if check_in.starts_at <= now:
        return "its time has come"
    return "the proposed time has passed" if check_in.proposed and check_in.proposed <= now else ""


def check_in_kept(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the owner declined the proposed time, and who proposed it hears that the old one stands."""
    for check_in in story.check_ins.values():
        if (
            check_in.stands
            and check_in.choice == "decline"
            and check_in.chosen_at
            and now < check_in.starts_at
        ):
            about = "the check-in stays at its time"
            occasion = _occasion(story, check_in, "check-in kept", check_in.chosen_at, about)
            yield replace(occasion, key=proposal_key(check_in, "check-in kept"))


def check_in_over(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: its time is over, and the owner is asked how it went."""
    for check_in in story.check_ins.values():
        if _took_place_perhaps(story, check_in):
            occasion = _occasion(
                story, check_in, "check-in over", check_in.ends_at, "how did the check-in go"
            )
            over = f"you said: {check_in.owner_said}" if check_in.owner_said else ""
            yield replace(occasion, start=check_in.ends_at + ASKED_AFTER, over=over)


def check_in_disputed(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the two sides differ on how it went, and the owner is asked who is right."""
    for check_in in story.check_ins.values():
        if check_in.state == "disputed" and check_in.said_at:
            about = f"you say {check_in.owner_said}, {story.contractor.name} says {check_in.contractor_said}"
            yield _occasion(story, check_in, "check-in disputed", check_in.said_at, about)


def check_in_missed(story: Story, now: datetime) -> Iterator[Occasion]:
    """`check-in missed`: somebody says so, and nobody says otherwise."""
    for check_in in story.check_ins.values():
        if check_in.state == "missed" and check_in.said_at:
            yield _occasion(
                story, check_in, "check-in missed", check_in.said_at, "nobody came to the check-in"
            )


def check_in_outside_hours(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in: the two share no hours, so that check-ins lie at an edge; the owner is told once."""
    for check_in in story.check_ins.values():
        if check_in.outside_hours and check_in.stands:
            about = "your hours and theirs do not meet, so this lies at the nearest edge"
            occasion = _occasion(story, check_in, "check-in outside hours", check_in.planned_at, about)
            yield replace(occasion, key=f"{OUTSIDE_HOURS}{check_in.outside_hours}")


def to_ask_about(story: Story, now: datetime) -> CheckIn | None:
    """The last check-in of which the contractor has not said how it went: for a line in their next letter."""
    over = [
        check_in
        for check_in in story.check_ins.values()
        if check_in.ends_at <= now <= check_in.ends_at + timedelta(days=14)
        if _took_place_perhaps(story, check_in) and story.told(check_in) and not check_in.contractor_said
    ]
    last = max(over, key=lambda check_in: check_in.starts_at, default=None)
    return last if last and not _asked(story, last) else None


def unsaid(story: Story, now: datetime, since: datetime) -> list[CheckIn]:
    """Check-ins whose end lies in [since, now) and of which nobody has said how they went: for the digest."""
    return [
        check_in
        for check_in in story.check_ins.values()
        if since <= check_in.ends_at < now and _took_place_perhaps(story, check_in)
        if not check_in.owner_said and not check_in.contractor_said
    ]


def _asked(story: Story, check_in: CheckIn) -> bool:
    """Whether a letter to the contractor has carried the question already: one that came after its end."""
    sent = (letter for letter in story.letters.values() if letter.state in REACHED)
    return any(x.created_at >= check_in.ends_at and x.reader is Side.CONTRACTOR for x in sent)


def _took_place_perhaps(story: Story, check_in: CheckIn) -> bool:
    return check_in.state not in ("planned", "moved", "cancelled", "declined") and story.reached(check_in)


def _is_written(story: Story, check_in: CheckIn, occasion: str) -> bool:
    """Whether there is a letter that has still to go out: by itself, on the owner's word, or by the owner's hand."""
    drafts = (x for x in story.invitations.get(check_in.uid, ()) if x.state is State.DRAFTED)
    return any(letter.occasion == occasion for letter in (*story.pending, *drafts))


def _occasion(
    story: Story, check_in: CheckIn, trigger: str, moment: datetime, about: str, prefix: str = ""
) -> Occasion:
    return Occasion(
        trigger=trigger,
        key=occasion_key(check_in, prefix or trigger),
        moment=moment,
        about=f"{about}: {story.contractor.name}, {story.when(check_in.starts_at)}",
        whose=Side.CONTRACTOR,
        start=moment,
        check_in=check_in,
    )
