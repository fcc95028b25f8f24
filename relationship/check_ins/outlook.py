"""An outlook: until when there is no check-in to plan, so that not every look has to search for a slot.

What a search found stays what the next one would find, as long as what it rests on is the same: both parties,
the terms, the check-ins there are, the absences. Time alone takes away the days that the notice has passed,
which lie before the slot. The owner's check-ins with others, when they are added, take away other slots than
this one, and where one is dropped, or this is the first one (which goes where the fewest are), it is searched
again. One that is planned, and waits for its invitation, is looked at every time: its notice may be lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from relationship.check_ins.pairs import Span, touches
from relationship.check_ins.planning import Diary, planned_again, survey, waiting
from relationship.facts.check_in import CheckIn
from relationship.story import Story


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a search for the next slot found, and what it rests on."""

    until: datetime | None  # when something is to be planned by time alone; None: never
    slot: Span | None
    waits: bool  # one is planned, and waits for its invitation
    taken: Sequence[Span] | None  # None: nothing was searched for as yet
    check_ins: Mapping[str, CheckIn]
    rests_on: tuple[object, ...]

    def stands(self, story: Story, diary: Diary, now: datetime) -> bool:
        """Whether nothing at all changes about the check-ins: none is to be planned, moved or cancelled."""
        return self.check_ins is story.check_ins and not self.waits and self.holds(story, diary, now)

    def holds(self, story: Story, diary: Diary, now: datetime) -> bool:
        """Whether a search now would find the same."""
        if (self.until and now >= self.until) or self.rests_on != _rests_on(story, diary, now):
            return False
        if self.check_ins is not story.check_ins and _slots(self.check_ins) != _slots(story.check_ins):
            return False
        return self.taken is None or self.taken == diary.taken or self._is_free_still(story, diary.taken, now)

    def _is_free_still(self, story: Story, taken: Sequence[Span], now: datetime) -> bool:
        before, after = frozenset(self.taken or ()), frozenset(taken)
        if before == after:
            return True
        if any(end > now for _, end in before - after) or not story.check_ins:
            return False
        return self.slot is None or not touches(self.slot, after - before)


def look_ahead(
    story: Story, diary: Diary, now: datetime, known: Outlook | None = None
) -> tuple[CheckIn | None, Outlook]:
    """The check-in to plan now, if there is one, and the outlook; what is `known` is not searched for again."""
    if known and known.holds(story, diary, now):
        return planned_again(story, diary, now) if known.waits else None, known
    found, waits = survey(story, diary, now), bool(waiting(story, diary, now))
    taken, rests_on = diary.taken if found.searched else None, _rests_on(story, diary, now)
    outlook = Outlook(found.look_at, found.slot, waits, taken, story.check_ins, rests_on)
    return found.check_in, outlook


def _rests_on(story: Story, diary: Diary, now: datetime) -> tuple[object, ...]:
    return (
        diary.terms,
        diary.begun,
        diary.mailbox,
        story.contractor,
        story.owner,
        story.profile.added_at,
        story.absences,
        story.paused_by,
        story.contractor.phase_at(now),
    )


def _slots(check_ins: Mapping[str, CheckIn]) -> list[tuple[object, ...]]:
    return [(x.uid, x.sequence, x.state, x.starts_at, x.ends_at, x.planned_for) for x in check_ins.values()]
