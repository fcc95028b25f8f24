"""Occasions of the calendar: anniversaries, days of pay, and rhythms that come round."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from relationship.facts.messages import Message, Side
from relationship.occasions.occasion import Finder, Occasion
from relationship.story import Story

PAYMENT = "payment/"  # how the keys of days of pay begin
LONG_AGO = timedelta(days=60)  # a date is history then; until then, one that was slept through has a reason
TWO_YEARS = timedelta(days=800)  # and some: what comes round comes twice in them
AHEAD = timedelta(days=45)  # days of pay further away need no thought yet


def anniversary(story: Story, now: datetime) -> Iterator[Occasion]:
    """`anniversary`: another year since the contractor began, on the day itself."""
    since = story.contractor.since
    if since is None:
        return
    today = story.contractor.day_at(now)
    last = today.year - since.year - (today < _in_year(since, today.year))
    for years in (max(last, 0), max(last, 0) + 1):  # the next one too, so that it is waited for
        on = _in_year(since, since.year + years)
        moment = _midnight(on, story.contractor.timezone)
        if years < 1 or moment < now - LONG_AGO:
            continue
        yield Occasion(
            trigger="anniversary",
            key=f"anniversary/{years}",
            moment=moment,
            about=f"{years} years with {story.contractor.name}"
            if years > 1
            else f"a year with {story.contractor.name}",
            whose=Side.CONTRACTOR,
            start=moment,
            years=years,
        )


def _in_year(day: date, year: int) -> date:
    """The same day in another year; 29 February falls on the 28th where there is none."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def payment_due(story: Story, now: datetime) -> Iterator[Occasion]:
    """`payment due`: the days of `pay:`, in the owner's calendar; `#paid` since the last one settles it."""
    zone, clock = story.owner.timezone, story.clock(Side.OWNER)
    today = now.astimezone(ZoneInfo(zone)).date()
    known = {
        day for text in story.contractor.pay for day in pay_days(text, today - 2 * AHEAD, today + 2 * AHEAD)
    }
    settled = _paid(story, sorted(known))
    for day in sorted(day for day in known if today - LONG_AGO <= day <= today + AHEAD):
        moment = clock.next_open(_midnight(day, zone))
        paid = settled.get(day)
        yield Occasion(
            trigger="payment due",
            key=f"{PAYMENT}{day}",
            moment=moment,
            about=f"pay for {story.contractor.name} is due on {day:%-d %b %Y}",
            whose=Side.OWNER,
            start=moment,
            deadline=day,
            over=f"you said that it was paid on {paid:%-d %b %Y}" if paid else "",
        )


def _paid(story: Story, days: list[date]) -> dict[date, date]:
    """The pay days for which the owner said `#paid`, each with the day on which they said it."""
    zone = ZoneInfo(story.owner.timezone)
    found: dict[date, date] = {}
    for message in story.said(Side.OWNER, "paid"):
        said = message.at.astimezone(zone).date()
        day = _clicked(story, message) or min(days, key=lambda one: (abs(one - said), one), default=said)
        if abs(day - said) <= AHEAD:
            found.setdefault(day, said)
    return found


def _clicked(story: Story, message: Message) -> date | None:
    """The pay day whose note was answered by one click."""
    letter = story.letters.get(message.about_letter)
    if letter is None or not letter.occasion.startswith(PAYMENT):
        return None
    return date.fromisoformat(letter.occasion.removeprefix(PAYMENT))


def pay_days(text: str, first: date, last: date) -> Iterator[date]:
    """The days that "15th", "1st" or "last day" means, within [first, last]."""
    number = re.match(r"\d+", text)
    month = first.replace(day=1)
    while month <= last:
        length = calendar.monthrange(month.year, month.month)[1]
        day = month.replace(day=min(int(number[0]), length) if number else length)
        if first <= day <= last:
            yield day
        month = (month + timedelta(days=32)).replace(day=1)


Occurrences = Callable[[datetime, datetime, str], Iterator[datetime]]  # from, to, zone


def every(key: str, occurrences: Occurrences) -> Finder:
    """`every`: each time that a rhythm comes round, in the owner's zone; what lies months back is history.

    Each lasts until the next: who was away for weeks gets the last of them, and not all at once.
    """

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        zone, before = ZoneInfo(story.owner.timezone), ""
        moments = occurrences(now - LONG_AGO, now + TWO_YEARS, story.owner.timezone)
        for moment, following in pairwise(moments):
            day = f"{moment:%Y-%m-%d}"
            if day == before:  # by Greenwich: when summer time begins, two may come on one
                day += f"T{moment:%H:%M}"
            before = day
            yield Occasion(
                trigger="every",
                key=f"every/{key}/{day}",
                moment=moment,
                about=f"it was {moment.astimezone(zone):%A, %-d %b %Y}",
                whose=Side.OWNER,
                start=moment,
                until=following,
            )
            if moment > now:
                return

    return find


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
