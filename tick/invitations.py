"""The calendar's part of a letter: what books or moves a check-in, cancels it, or keeps it where it is."""

from dataclasses import replace
from datetime import datetime

from mail.letters.rendering import Rendered
from relationship.check_ins.bookings import title_of
from relationship.check_ins.check_in import CheckIn
from rules.evaluation import Case
from rules.policy import Policy


def calendar_of(case: Case, rendered: Rendered, policy: Policy, now: datetime) -> bytes | None:
    """The iTIP object to both, whose answers come to the shared mailbox; None where there is none."""
    check_in, story = case.occasion.check_in, case.story
    kept = case.rule.when == "check-in kept"
    if check_in is None or not (case.rule.invite or kept):
        return None
    from mail.letters.invites import cancel, decline_counter, request  # with a library that few ticks need

    organizer = (story.owner.name, policy.mailbox.address)
    attendees = [(who.name, who.addresses[0]) for who in (story.contractor, story.owner)]
    summary = title_of(story.owner, story.contractor)
    timezone = story.owner.timezone
    if kept or check_in.state == "cancelled":
        tell = decline_counter if kept else cancel
        return tell(
            check_in, organizer=organizer, attendees=attendees, summary=summary, timezone=timezone, now=now
        )
    return request(
        check_in,
        organizer=organizer,
        attendees=attendees,
        summary=summary,
        description=rendered.text,
        where=policy.check_ins.where,
        timezone=timezone,
        now=now,
    )


def invited(case: Case) -> list[CheckIn]:
    """The check-in as it stands once its letter is written."""
    check_in = case.occasion.check_in
    if check_in is None or not case.rule.invite or check_in.state == "cancelled":
        return []
    return [replace(check_in, state=check_in.contractor_answer or "invited")]
