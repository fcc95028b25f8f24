"""What the daemon notes of its own accord before deciding: a planned check-in, a change of temperature."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from relationship.check_ins.outlook import look_ahead
from relationship.check_ins.planning import Diary
from relationship.check_ins.revising import revise, with_changed
from relationship.facts import Fact
from relationship.facts.check_in import CheckIn
from relationship.parties import Contractor
from relationship.story import Story
from relationship.warmth.temperature import judge
from rules.policy import Rule
from tick.bookkeeping.books import Books
from tick.bookkeeping.housekeeping import tidy

A_DAY = timedelta(days=1)


def observe(books: Books, key: str, now: datetime) -> datetime:
    """Commit what is to be noted about one relationship; returns when to look again by time alone.

    What depends on the day alone is done in the first look of the contractor's own day, so that how often one
    looks changes nothing.
    """
    changed: list[Fact] = []
    midnight = books.looks.day_ends_at(key)
    if midnight is None or not midnight - A_DAY <= now < midnight:
        midnight = _midnight(books.people.contractors[key], now)
    if books.looks.is_new_day(key, midnight):
        tidy(books, key, now)
        changed += _temperature(books.story(key), books, now)
    look_at = midnight
    if books.booking:
        changed += _check_ins(books.story(key), books.booking, books, now)
        look_at = min(midnight, books.outlooks[key].until or midnight)
    elif books.story(key).check_ins:  # what was booked stands in calendars still
        changed += _revised(books.story(key), _diary(books.story(key), None, books, now), books, now)
    if changed:
        books.commit(key, changed)
    return max(look_at, now)


def _midnight(contractor: Contractor, now: datetime) -> datetime:
    """When the contractor's next day begins."""
    day = contractor.day_at(now) + A_DAY
    return datetime.combine(day, time(), contractor.clock.zone).astimezone(UTC)


def _temperature(story: Story, books: Books, now: datetime) -> list[Fact]:
    if not books.policy.temperature.judged:
        return []
    before = story.temperature
    temperature = judge(story, books.policy.temperature, before, now, books.story_of)
    return [] if before and before.state == temperature.state else [temperature]


def _check_ins(story: Story, rule: Rule, books: Books, now: datetime) -> list[Fact]:
    """The check-ins that are planned now, or change; most looks find that all stands."""
    diary, known = _diary(story, rule, books, now), books.outlooks.get(story.key)
    if known and known.stands(story, diary, now):
        return []
    changed = _revised(story, diary, books, now)
    check_in, outlook = look_ahead(with_changed(story, changed) if changed else story, diary, now, known)
    books.outlooks[story.key] = replace(outlook, check_ins=story.check_ins)  # whose slots are the same
    return [*changed, *([check_in] if check_in else [])]


def _revised(story: Story, diary: Diary, books: Books, now: datetime) -> list[CheckIn]:
    """What changes in their calendars; in dry-run nobody could be told, and would not be later either."""
    return [] if books.policy.mode == "dry-run" else revise(story, diary, now)


def _diary(story: Story, rule: Rule | None, books: Books, now: datetime) -> Diary:
    begun, booked = story.profile.watermark, books.booked(story.key, now)
    begun = max(books.marks[rule.name].since, begun) if rule else begun
    return Diary(books.policy.check_ins, books.policy.mailbox.address, booked, begun)
