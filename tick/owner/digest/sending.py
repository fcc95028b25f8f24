"""The weekly digest, written: at the owner's hour, once a week, and never long after it."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mail.letters.charts import Row, answers_png, drawn
from mail.letters.pictures import PLACE
from mail.letters.rendering import Templates
from relationship.clocks.weeks import DAYS
from relationship.facts import Facts
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.owner.digest.contents import Digest
from tick.owner.digest.gathering import gather
from tick.owner.digest.pace import WEEK
from tick.owner.digest.words import Words
from tick.owner.mail import was_told, written

DIGEST = "owner/digest"
STALE = timedelta(days=3)  # a weekend with its Friday evening; after more the next week's will do

Draw = Callable[[Digest], bytes | None]


def picture(digest: Digest) -> bytes | None:
    """How long answers took, drawn by another process; None in a week without news, or without answers."""
    return drawn(digest.weekly, _rows(digest), digest.locale) if _shows_something(digest) else None


def picture_here(digest: Digest) -> bytes | None:
    """The same, drawn by this process: sooner, where many are drawn and it ends soon."""
    return answers_png(digest.weekly, _rows(digest), digest.locale) if _shows_something(digest) else None


def _rows(digest: Digest) -> list[Row]:
    return [(x.who, x.theirs, x.theirs_usual, x.yours, x.yours_usual) for x in digest.told_speeds]


def _shows_something(digest: Digest) -> bool:
    """One median alone is no picture."""
    known = sum(theirs is not None or yours is not None for _, theirs, yours in digest.weekly)
    return not digest.quiet and bool(digest.told_speeds or known > 1)


def no_picture(digest: Digest) -> None:
    """For simulated time: a year of weeks draws nothing."""


def digest(books: Books, templates: Templates, now: datetime, draw: Draw = picture) -> bool:
    """Write the week's digest where it is due; returns whether it was written now. In a dry run none is."""
    slot = due_slot(books.policy.digest, books.people.owner.timezone, now)
    installed = books.installation
    if slot is None or installed is None or slot < installed.started_at or books.policy.mode == "dry-run":
        return False
    if now - slot > STALE or was_told(books, _occasion(slot)):
        return False
    stories = map(books.story, books.people.contractors)
    week = gather(stories, books.policy.temperature, _since(books.owner, slot), now, books.story_of)
    facts = Words(books.people.owner, books.policy.mailbox.address).facts(
        week, _asks_for_news(books.owner, slot)
    )
    png = draw(week)
    if png:
        facts["week"] |= {"picture": PLACE}  # type: ignore[operator]
    books.commit(OWNER, [written(books, templates, DIGEST, _occasion(slot), facts, now, png=png)])
    return True


def due_slot(words: str, timezone: str, now: datetime) -> datetime | None:
    """The last moment at or before now that "Monday 08:00" means to the owner; None where it is off."""
    if not words:
        return None
    weekday, _, clock = words.partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - DAYS.index(weekday)) % 7)
    slot = datetime.combine(day, time(hour, minute), zone)
    return slot if slot <= now else datetime.combine(day - WEEK, time(hour, minute), zone)


def _since(owner: Facts, slot: datetime) -> datetime:
    """A week before; where the last digest came late, what it told is not told again."""
    told = (letter.created_at for letter in owner.letters.values() if letter.template == DIGEST)
    return max([slot - WEEK, *(at for at in told if at < slot)])


def _occasion(slot: datetime) -> str:
    return f"digest/{slot:%Y-%m-%d}"


def _asks_for_news(owner: Facts, slot: datetime) -> bool:
    """Once a month: in the first digest of each."""
    return not any(
        letter.template == DIGEST and letter.occasion.startswith(f"digest/{slot:%Y-%m}")
        for letter in owner.letters.values()
    )
