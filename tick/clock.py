"""A clock that was wrong leaves watermarks in the future, and nothing would act until then: they count from now."""

from dataclasses import replace
from datetime import datetime

from relationship.facts import Fact, RuleMark
from store.protocol import OWNER
from tick.books import Books


def heal(books: Books, now: datetime) -> None:
    """Bring watermarks that lie in the future back to now. Nothing that happened before now is acted on by that."""
    changed: list[Fact] = [healed for mark in books.marks.values() if (healed := _healed(mark, now)) != mark]
    installation = books.installation
    if installation and installation.watermark > now:
        changed.append(replace(installation, watermark=now))
    if changed:
        books.commit(OWNER, changed)
    for key in books.people.contractors:
        profile = books.profiles.get(key)
        if profile and profile.watermark > now:
            books.commit(key, [replace(profile, watermark=now)])


def _healed(mark: RuleMark, now: datetime) -> RuleMark:
    steps = tuple((step, min(at, now)) for step, at in mark.steps)
    return replace(mark, since=min(mark.since, now), steps=steps)
