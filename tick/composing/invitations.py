"""The calendar's part of a letter: what books or moves a check-in, cancels it, or keeps it where it is."""

from dataclasses import replace
from datetime import datetime

from mail.letters.rendering import Rendered
from relationship.facts.check_in import CheckIn
from relationship.invitations.bookings import title_of
from rules.evaluation import Case
from rules.policy import Policy


def calendar_of(case: Case, rendered: Rendered, policy: Policy, now: datetime) -> bytes | None:
    """The iTIP object to both, whose answers come to the shared mailbox; None where there is none."""
    check_in, story = case.occasion.check_in, case.story
    kept = case.rule.when == "check-in kept"
    if check_in is None or not (case.rule.invite or kept):
        return None
    from mail.letters import invites  # with a library that few ticks need

    organizer = (story.owner.name, policy.mailbox.address)
    attendees = list(zip((story.contractor.name, story.owner.name), addresses_of(case), strict=True))
    title = title_of(story.owner, story.contractor)
    entry = invites.Entry(check_in, organizer, attendees, title, story.owner.timezone, now)
    if kept:
        return invites.decline_counter(entry)
    if check_in.state == "cancelled":
        return invites.cancel(entry)
    return invites.request(entry, rendered.text, policy.check_ins.where)


def addresses_of(case: Case) -> tuple[str, str]:
    """Where a letter about a check-in goes to, and where to the owner: to the calendars that know it already.

    Else, and where such an address is no longer in rules.yaml, or mail to it comes back, it is their first one.
    """
    check_in, story = case.occasion.check_in, case.story
    gone = (*story.bouncing, *story.turned_away)
    told = story.invitations.get(check_in.uid, []) if check_in else []
    last = max(told, key=lambda letter: letter.created_at).to if told else ()
    contractor, owner = (
        next((x for x in last if x in who.addresses and x not in gone), who.addresses[0])
        for who in (story.contractor, story.owner)
    )
    return contractor, owner


def invited(case: Case) -> list[CheckIn]:
    """The check-in as it stands once its letter is written."""
    check_in = case.occasion.check_in
    if check_in is None or not case.rule.invite or check_in.state == "cancelled":
        return []
    return [replace(check_in, state=check_in.contractor_answer or "invited")]
