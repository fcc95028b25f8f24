"""Occasions of the calendar: anniversaries, days of pay, and rhythms that come round."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from relationship.messages import Side
from relationship.occasions.occasion import Finder, Occasion
from relationship.story import Story

A_YEAR, WEEKS_BACK = timedelta(days=400), timedelta(weeks=4)
AHEAD, BACK = timedelta(days=45), timedelta(days=15)  # days of pay further away need no thought yet


def anniversary(story: Story, now: datetime) -> Iterator[Occasion]:
    """`anniversary`: another year since the contractor began, on the day itself."""
    since = story.contractor.since
    if since is None:
        return
    today = now.astimezone(ZoneInfo(story.contractor.timezone)).date()
    years = today.year - since.year - (today < _in_year(since, today.year))
    if years >= 1:
        on = _in_year(since, since.year + years)
        moment = _midnight(on, story.contractor.timezone)
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
    days = sorted(day for text in story.contractor.pay for day in pay_days(text, today - BACK, today + AHEAD))
    for before, day in zip([date.min, *days], days, strict=False):
        moment = clock.next_open(_midnight(day, zone))
        paid = _paid(story, before, day)
        yield Occasion(
            trigger="payment due",
            key=f"payment/{day}",
            moment=moment,
            about=f"pay for {story.contractor.name} is due on {day:%-d %b %Y}",
            whose=Side.OWNER,
            start=moment,
            deadline=day,
            over=f"you said that it was paid on {paid:%-d %b %Y}" if paid else "",
        )


def _paid(story: Story, after: date, until: date) -> date | None:
    """The day on which the owner said `#paid` for this day of pay: nearer to it than to the one before."""
    zone = ZoneInfo(story.owner.timezone)
    said = [m.at.astimezone(zone).date() for m in story.said(Side.OWNER, "paid")]
    earliest = max(after + timedelta(days=1) if after > date.min else date.min, until - AHEAD)
    return next((day for day in said if earliest <= day <= until + BACK), None)


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
    """`every`: each time that a rhythm comes round, in the owner's zone; what lies weeks back is history."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for moment in occurrences(now - WEEKS_BACK, now + A_YEAR, story.owner.timezone):
            yield Occasion(
                trigger="every",
                key=f"every/{key}/{moment:%Y-%m-%d}",
                moment=moment,
                about=f"it was {moment:%A, %-d %b %Y}",
                whose=Side.OWNER,
                start=moment,
            )
            if moment > now:
                return

    return find


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
