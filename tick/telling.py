"""What a letter may state about a case: its facts, in the reader's own language, zone and way of writing dates."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from mail.letters.links import all_answers
from mail.letters.wording import count, day, day_in, full_date, moment, plain_time, titled, working_time
from relationship.check_ins.check_in import CheckIn
from relationship.check_ins.slots import Span
from relationship.clocks.durations import Duration
from relationship.conversations import plain_subject
from relationship.ledger import Turn, moves_the_ball
from relationship.occasions.turns import asked_at
from relationship.parties import Contractor
from relationship.story import Story
from rules.evaluation import Case
from rules.policy import Policy
from tick.agenda import agenda
from tick.reader import Reader, reader_of

LONGEST = 60  # working days; what waits longer is said to wait so long


def facts_of(
    case: Case, policy: Policy, token: str, now: datetime, booked: Sequence[Span] = ()
) -> dict[str, object]:
    """All facts of a case, as mail/letters/facts.py lists them; what is not known is not there.

    `booked`: the owner's check-ins with others.
    """
    story, occasion = case.story, case.occasion
    reader = reader_of(case.reader, story.contractor, story.owner)
    facts: dict[str, object] = {
        "contractor": _contractor(story.contractor, reader),
        "owner": {"name": story.owner.name, "first_name": story.owner.first_name},
        "mailbox": policy.mailbox.address,
        "links": all_answers(policy.mailbox.address, token, reader.language),
        "reminders": case.reminders,
        "since": day_in(occasion.start, reader.timezone, reader.language, reader.locale),
        "silent_days": (now - occasion.moment).days,
    }
    facts |= _plain_facts(case, reader)
    if story.temperature:
        facts |= {"temperature": story.temperature.state, "reasons": story.temperature.reasons}
    if occasion.turn:
        facts |= _turn(occasion.turn, story, reader, now)
    if occasion.debt:
        facts["debt"] = _turn(occasion.debt, story, reader, now)
    if occasion.check_in:
        facts["check_in"] = _check_in(occasion.check_in, case, policy, reader, now) | {
            "booked_then": _booked_then(occasion.check_in, booked)
        }
    if occasion.letter:
        facts["letter"] = {
            "subject": occasion.letter.subject,
            "to": ", ".join(occasion.letter.to),
            "at": moment(occasion.moment, reader.timezone, reader.language, reader.locale),
            "reply": occasion.letter.reply,
        }
    return facts


def _plain_facts(case: Case, reader: Reader) -> dict[str, object]:
    """What the occasion itself says, each only where it is known."""
    occasion, message = case.occasion, case.occasion.message
    said = message.subject if message else occasion.news.subject if occasion.news else None
    subject = None if said is None else titled(plain_subject(said), reader.language)
    deadline = day(occasion.deadline, reader.language, reader.locale) if occasion.deadline else None
    return {
        "subject": subject,
        "delivered": subject if message and "done" in message.tags else None,
        "on_time": 1 if occasion.on_time else None,
        "deadline": deadline,
        "deadline_before": day(occasion.holds, reader.language, reader.locale) if occasion.holds else None,
        "pay_day": deadline,
        "streak": occasion.streak or None,
        "streak_of": occasion.streak_of or None,
        "years": occasion.years or None,
        "lacks": "deadline" if "lacks" in case.rule.conditions else None,
        "task": ", ".join(message.unsuited) if message else None,
        "paragraphs": occasion.news.paragraphs if occasion.news else None,
        "failed_address": message.bounce.address if message and message.bounce else None,
    }


def _contractor(contractor: Contractor, reader: Reader) -> dict[str, object]:
    since = contractor.since
    return {
        "name": contractor.name,
        "first_name": contractor.first_name,
        "role": contractor.role,
        "good_at": contractor.good_at,
        "not_for": contractor.not_for,
        "language": contractor.language,
        "since": full_date(since, reader.language, reader.locale) if since else None,
    }


def _turn(turn: Turn, story: Story, reader: Reader, now: datetime) -> dict[str, object]:
    asked, end = asked_at(story, turn), turn.answered_at or now
    spent = story.clock(turn.party).seconds_between(turn.since, end)
    again = (m for m in story.in_conversation(turn.conversation) if moves_the_ball(m) and m.at > asked)
    return {
        "subject": titled(turn.subject, reader.language),
        "since": day_in(asked, reader.timezone, reader.language, reader.locale),
        "took": _took(turn, spent, reader),
        "waiting": _waiting(turn, asked, story, end, reader),
        "chasers": sum(m.side is turn.party.other and m.at <= end for m in again) if turn.chasers else 0,
    }


def _took(turn: Turn, spent: int, reader: Reader) -> str | None:
    """Plain time where all of it was worked, as people say it; else working time, and it is called so."""
    if turn.elapsed_s is None:
        return None
    outside_hours = spent < 60 and turn.elapsed_s < 2 * 3600
    if turn.elapsed_s - spent < 60 or outside_hours:
        return plain_time(turn.elapsed_s, reader.language)
    return working_time(spent, reader.language)


def _waiting(turn: Turn, since: datetime, story: Story, end: datetime, reader: Reader) -> str:
    """Up to a day in working hours, then in the working days of who is waited on."""
    clock = story.clock(turn.party)
    days = bisect_right(
        range(1, LONGEST + 1), end, key=lambda n: clock.after(since, Duration(n, "days", working=True))
    )
    if days >= 1:
        return count(days, "working day", reader.language)
    spent = clock.seconds_between(since, end)
    return (
        working_time(spent, reader.language)
        if spent >= 60
        else plain_time(int((end - since).total_seconds()), reader.language)
    )


def _booked_then(check_in: CheckIn, booked: Sequence[Span]) -> int:
    start = check_in.proposed or check_in.starts_at
    end = start + (check_in.ends_at - check_in.starts_at)
    return sum(begins < end and start < ends for begins, ends in booked)


def _check_in(
    check_in: CheckIn, case: Case, policy: Policy, reader: Reader, now: datetime
) -> dict[str, object]:
    story = case.story
    abroad = story.contractor.timezone != story.owner.timezone

    def told(at: datetime) -> str:
        return moment(at, reader.timezone, reader.language, reader.locale, yours=abroad)

    return {
        "when": told(check_in.starts_at),
        "proposed": told(check_in.proposed) if check_in.proposed else None,
        "contractor_said": check_in.contractor_said,
        "owner_said": check_in.owner_said,
        "length": plain_time(int((check_in.ends_at - check_in.starts_at).total_seconds()), reader.language),
        "where": policy.check_ins.where,
        "agenda": agenda(story, case.reader, reader, now),
        "outside_hours": check_in.outside_hours,
    }
