"""What a letter may state about a case: its facts, in the reader's own language, zone and way of writing dates.

A table of them, each worked out only for a letter that names it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mail.letters.links import all_answers
from mail.letters.phrasebook import phrasebook
from mail.letters.wording import count, day, day_in, full_date, moment, plain_time, titled, working_time
from relationship.check_ins.pairs import Span
from relationship.clocks.durations import Duration
from relationship.correspondence.ledger import Turn
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Message
from relationship.occasions import Occasion
from relationship.occasions.shared import StoryOf, nobody
from relationship.occasions.turns import nobody_wrote, waited_from
from relationship.parties import Contractor
from relationship.story import Story
from relationship.subjects import plain_subject
from rules.evaluation import Case
from rules.policy import Policy
from tick.composing.agenda import agenda
from tick.composing.reader import Reader

MOST_OF_A_YEAR = timedelta(days=300)  # from so long ago on, a weekday and a month do not say which day it was
A_NIGHT = 16 * 3600  # seconds between two days' work
LONGEST = 60  # working days; what waits longer is said to wait so long


@dataclass(frozen=True, slots=True)
class Telling:
    """What the facts of a letter are told from."""

    case: Case
    reader: Reader
    policy: Policy
    token: str
    now: datetime
    booked: Sequence[Span] = ()  # the owner's check-ins with others
    story_of: StoryOf = nobody

    @property
    def story(self) -> Story:
        """The relationship's."""
        return self.case.story

    @property
    def occasion(self) -> Occasion:
        """What the letter is about."""
        return self.case.occasion


def facts_of(telling: Telling, wanted: Iterable[str]) -> dict[str, object]:
    """Those facts of a case that a letter names, of all that mail/letters/facts.py lists; None: it is not known."""
    return {name: FACTS[name](telling) for name in wanted if name in FACTS}


def _links(telling: Telling) -> dict[str, str]:
    return all_answers(telling.policy.mailbox.address, telling.token, telling.reader.language)


def _subject(telling: Telling) -> str | None:
    turn = telling.occasion.turn
    return titled(turn.subject, telling.reader.language) if turn else _said_subject(telling)


def _said_subject(telling: Telling) -> str | None:
    message, news = telling.occasion.message, telling.occasion.news
    said = message.subject if message else news.subject if news else None
    return None if said is None else titled(plain_subject(said), telling.reader.language)


def _since(telling: Telling) -> str | None:
    """The day, and of a silence that has lasted for most of a year, its year; none where nobody has written yet."""
    turn, reader = telling.occasion.turn, telling.reader
    if nobody_wrote(telling.occasion):
        return None
    at = turn.asked_at if turn else telling.occasion.moment
    if telling.now - at < MOST_OF_A_YEAR:
        return _day_in(at, reader)
    return full_date(at.astimezone(ZoneInfo(reader.timezone)).date(), reader.language, reader.locale)


def _delivered(telling: Telling) -> str | None:
    message = telling.occasion.message
    return _said_subject(telling) if message and "done" in message.tags else None


def _failed(message: Message | None) -> str | None:
    return message.bounce.address if message and message.bounce else None


def _day(day_: date | None, telling: Telling) -> str | None:
    return day(day_, telling.reader.language, telling.reader.locale) if day_ else None


def _day_in(at: datetime, reader: Reader) -> str:
    return day_in(at, reader.timezone, reader.language, reader.locale)


def _of_turn(tell: Callable[[Turn, Telling], object]) -> Callable[[Telling], object]:
    """A fact of the occasion's turn."""
    return lambda t: tell(t.occasion.turn, t) if t.occasion.turn else None


def _debt(telling: Telling) -> dict[str, object] | None:
    debt, reader = telling.occasion.debt, telling.reader
    if debt is None:
        return None
    asked = debt.asked_at
    return {
        "subject": titled(debt.subject, reader.language),
        "since": _day_in(asked, reader),
        "waiting": _waiting(debt, telling),
        "older": 1 if asked < _wanted_since(telling) else None,
    }


def _wanted_since(telling: Telling) -> datetime:
    """Since when the owner wants from the contractor what the letter is about."""
    turn, message, check_in = telling.occasion.turn, telling.occasion.message, telling.occasion.check_in
    if turn:
        return turn.asked_at
    if check_in:
        return check_in.planned_at
    return message.at if message else telling.occasion.moment


def _letter(telling: Telling) -> dict[str, object] | None:
    letter, reader = telling.occasion.letter, telling.reader
    if letter is None:
        return None
    at = moment(telling.occasion.moment, reader.timezone, reader.language, reader.locale)
    return {"subject": letter.subject, "to": ", ".join(letter.to), "at": at, "reply": letter.reply}


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


def _took(turn: Turn, telling: Telling) -> str | None:
    """Plain time where all of it was worked, as people say it; else working time, and it is called so.

    Who answers overnight in the first minute of their day, or before it, took no working time: there is no number to
    praise.
    """
    if turn.elapsed_s is None or turn.answered_at is None:
        return None
    spent = telling.story.clock(turn.party).seconds_between(turn.since, turn.answered_at)
    outside_hours = spent < 60 and turn.elapsed_s < 2 * 3600
    if turn.elapsed_s - spent < 60 or outside_hours:
        return plain_time(turn.elapsed_s, telling.reader.language)
    if spent < 60 and turn.elapsed_s < A_NIGHT:
        return phrasebook(telling.reader.language).in_no_time
    return working_time(spent, telling.reader.language)


def _waiting(turn: Turn, telling: Telling) -> str:
    """In working time; on the clock where none of it has passed."""
    since, end = _from_and_to(turn, telling)
    said = _worked(turn, telling)
    return said or plain_time(int((end - since).total_seconds()), telling.reader.language)


def _worked(turn: Turn, telling: Telling) -> str | None:
    """Up to a day in working hours, then in the working days of who is waited on; None where none have passed."""
    clock, language = telling.story.clock(turn.party), telling.reader.language
    since, end = _from_and_to(turn, telling)
    days = bisect_right(
        range(1, LONGEST + 1), end, key=lambda n: clock.after(since, Duration(n, "days", working=True))
    )
    if days >= 1:
        return count(days, "working day", language)
    spent = clock.seconds_between(since, end)
    return working_time(spent, language) if spent >= 60 else None


def _from_and_to(turn: Turn, telling: Telling) -> tuple[datetime, datetime]:
    """From when and until when it is counted how long somebody was waited for."""
    end = turn.answered_at or telling.now
    return min(waited_from(telling.story, turn, end), end), end


def _away_until(turn: Turn, telling: Telling) -> str | None:
    """The day of the return from which the time is counted, where an absence lay on the wait."""
    since, _ = _from_and_to(turn, telling)
    return _day_in(since, telling.reader) if since > turn.asked_at else None


def _booked_then(check_in: CheckIn, booked: Sequence[Span]) -> int:
    start = check_in.proposed or check_in.starts_at
    end = start + (check_in.ends_at - check_in.starts_at)
    return sum(begins < end and start < ends for begins, ends in booked)


def _next_call(about: CheckIn, story: Story, now: datetime) -> datetime | None:
    """When the two talk next, besides the check-in that it is about: who knows of a time is asked for none."""
    others = (x for x in story.check_ins.values() if x.uid != about.uid and x.stands and x.starts_at > now)
    return min((x.starts_at for x in others if story.told(x)), default=None)


def _check_in(telling: Telling) -> dict[str, object] | None:
    check_in, story, reader = telling.occasion.check_in, telling.story, telling.reader
    if check_in is None:
        return None
    abroad = story.contractor.timezone != story.owner.timezone

    def told(at: datetime) -> str:
        return moment(at, reader.timezone, reader.language, reader.locale, yours=abroad)

    coming = _next_call(check_in, story, telling.now)
    return {
        "when": told(check_in.starts_at),
        "proposed": told(check_in.proposed) if check_in.proposed else None,
        "next": told(coming) if coming else None,
        "contractor_said": check_in.contractor_said,
        "owner_said": check_in.owner_said,
        "length": plain_time(int((check_in.ends_at - check_in.starts_at).total_seconds()), reader.language),
        "where": telling.policy.check_ins.where,
        "agenda": agenda(story, telling.case.reader, reader, telling.now, telling.story_of),
        "outside_hours": check_in.outside_hours,
        "booked_then": _booked_then(check_in, telling.booked),
    }


FACTS: Mapping[str, Callable[[Telling], object]] = {
    "contractor": lambda t: _contractor(t.story.contractor, t.reader),
    "owner": lambda t: {"name": t.story.owner.name, "first_name": t.story.owner.first_name},
    "mailbox": lambda t: t.policy.mailbox.address,
    "links": _links,
    "reminders": lambda t: t.case.reminders,
    "since": _since,
    "took": _of_turn(_took),
    "waiting": _of_turn(_waiting),
    "away_until": _of_turn(_away_until),
    "chasers": _of_turn(lambda turn, t: turn.as_asked.chasers),
    "silent_days": lambda t: (t.now - t.occasion.moment).days,
    "subject": _subject,
    "delivered": _delivered,
    "on_time": lambda t: 1 if t.occasion.on_time else None,
    "deadline": lambda t: _day(t.occasion.deadline, t),
    "deadline_before": lambda t: _day(t.occasion.holds, t),
    "pay_day": lambda t: _day(t.occasion.deadline, t),
    "streak": lambda t: t.occasion.streak or None,
    "streak_of": lambda t: t.occasion.streak_of or None,
    "years": lambda t: t.occasion.years or None,
    "lacks": lambda t: "deadline" if "lacks" in t.case.rule.conditions else None,
    "task": lambda t: ", ".join(t.occasion.message.unsuited) if t.occasion.message else None,
    "paragraphs": lambda t: t.occasion.news.paragraphs if t.occasion.news else None,
    "failed_address": lambda t: _failed(t.occasion.message),
    "temperature": lambda t: t.story.temperature.state if t.story.temperature else None,
    "reasons": lambda t: t.story.temperature.reasons if t.story.temperature else None,
    "debt": _debt,
    "check_in": _check_in,
    "letter": _letter,
}
