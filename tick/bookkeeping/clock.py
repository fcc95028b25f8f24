"""A clock that was wrong leaves watermarks in the future, and nothing would act until then: they count from now.

Or it is wrong now: a machine without a battery wakes up in some earlier year, until it hears the time. By watermarks
of that year history would be news. So where one lay is remembered, and given back once the clock is right again: when
it has gone past that moment while nobody looked. What a wrong clock left is passed by in the course of time.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from relationship.facts import Fact, RuleMark
from store.protocol import OWNER, StoreError
from tick.bookkeeping.books import Books

Healed = Callable[[str, datetime], datetime]


def heal(books: Books, now: datetime) -> None:
    """Bring watermarks that lie in the future back to now, and those back that a wrong clock had brought to its own."""
    installation = books.installation
    pulled = dict(installation.pulled_back) if installation else {}
    seen = _looked_last(books, now)
    due = {name: at for name, at in pulled.items() if at <= now and not (seen and at <= seen)}
    kept = {name: at for name, at in pulled.items() if at > now}

    def healed(name: str, at: datetime) -> datetime:
        wanted = max(at, due.get(name, at))
        if wanted > now:
            kept[name] = max(wanted, kept.get(name, wanted))
        return min(wanted, now)

    facts: list[Fact] = [new for mark in books.marks.values() if (new := _mark(mark, healed)) != mark]
    for key in books.people.contractors:
        profile = books.profiles.get(key)
        watermark = healed(f"contractor/{key}", profile.watermark) if profile else now
        if profile and watermark != profile.watermark:
            books.commit(key, [replace(profile, watermark=watermark)])
    if installation:
        watermark = healed("installation", installation.watermark)
        right = replace(installation, watermark=watermark, pulled_back=tuple(sorted(kept.items())))
        facts += [right] if right != installation else []
    if facts:
        books.commit(OWNER, facts)


def _mark(mark: RuleMark, healed: Healed) -> RuleMark:
    steps = tuple((step, healed(f"step/{mark.rule}/{step}", at)) for step, at in mark.steps)
    return replace(mark, since=healed(f"rule/{mark.rule}", mark.since), steps=steps)


def _looked_last(books: Books, now: datetime) -> datetime | None:
    """When the mailbox was read last; a poll of the future tells nothing, now or later."""
    with suppress(StoreError):
        heartbeat = books.store.heartbeat()
        if heartbeat.last_poll is None or heartbeat.last_poll <= now:
            return heartbeat.last_poll
        books.store.beat(replace(heartbeat, last_poll=None))
    return None
