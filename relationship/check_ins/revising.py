"""Revising: what becomes of a check-in that was invited to, when something changes before its time.

It is cancelled where the relationship pauses or ends, and moved where the owner declined it, took the
contractor's counter-proposal or made one, or where its day has become a holiday or an absence. Each change raises
SEQUENCE, so that calendars take it for the same event (RFC 5546, 2.1.4). What was accepted stays where it is
when only the hours change; and while the contractor wants no letters everything does, as nothing could be told them.
A proposal can be taken until its own time has come, also when that of the invitation is past.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from relationship.check_ins.cadence import PERIODS, step
from relationship.check_ins.pairs import Slot
from relationship.check_ins.planning import Diary, pair_apart, pair_of, soonest
from relationship.check_ins.slots import choose, midnight, suits
from relationship.facts.check_in import CheckIn
from relationship.story import Story

INVITED = frozenset({"invited", "accepted", "tentative", "delegated", "countered", "declined"})
REVISED = INVITED | {"moved"}


def revise(story: Story, diary: Diary, now: datetime) -> list[CheckIn]:
    """The check-ins to come that change now, as they are to be; what is settled is left alone."""
    return list(_changes(story, diary, now))


def _changes(story: Story, diary: Diary, now: datetime) -> Iterator[CheckIn]:
    known = [x for x in story.check_ins.values() if x.state in REVISED]
    ahead = [x for x in known if x.starts_at > now]
    late = [x for x in known if x.starts_at <= now and x.state == "countered" and x.choice == "accept"]
    if not (ahead or late) or "contractor" in story.paused_by:
        return
    gone = _gone(story, now)
    for check_in in sorted(ahead if gone else [*ahead, *late], key=lambda x: x.starts_at):
        changed = _cancelled(check_in, gone, now) if gone else _moved(story, diary, check_in, now)
        if changed:
            story = with_changed(story, [changed])  # no two move to the same slot
            yield changed


def with_changed(story: Story, changed: Iterable[CheckIn]) -> Story:
    """The story with what becomes of its check-ins, before that is written down."""
    return replace(story, check_ins={**story.check_ins, **{x.uid: x for x in changed}})


def _gone(story: Story, now: datetime) -> str:
    """Why there is nobody to talk to; "" where there is."""
    phase = story.contractor.phase_at(now)
    if phase in ("paused", "ended"):
        return f"{story.contractor.name} is {phase}"
    return f"{story.contractor.name} is paused" if story.paused_by else ""


def _cancelled(check_in: CheckIn, why: str, now: datetime) -> CheckIn:
    return replace(check_in, sequence=check_in.sequence + 1, state="cancelled", planned_at=now, why=why)


def _moved(story: Story, diary: Diary, check_in: CheckIn, now: datetime) -> CheckIn | None:
    if check_in.owner_answer == "declined" and check_in.starts_at > now:
        return _next_slot(story, diary, check_in, now, "you declined it")
    if check_in.state == "declined":
        return None
    if check_in.owner_answer == "counter":
        taken = replace(check_in, proposed=check_in.owner_proposed)
        return _as_proposed(story, taken, now, "you proposed another time")
    if check_in.state == "countered" and check_in.choice == "accept":
        moved = _as_proposed(story, check_in, now, "the proposed time was taken")
        return moved and replace(moved, contractor_answer="accepted", answered_at=check_in.answered_at)
    if check_in.agreed:
        return None
    if not suits(pair_of(story, diary, check_in), _slot(check_in), hours=check_in.state == "invited"):
        return _next_slot(story, diary, check_in, now, "its time does not suit any more")
    return None


def _slot(check_in: CheckIn) -> Slot:
    return Slot(check_in.starts_at, check_in.ends_at, check_in.outside_hours)


def _as_proposed(story: Story, check_in: CheckIn, now: datetime, why: str) -> CheckIn | None:
    """At the time that was proposed; None where that has passed, or could not be read."""
    start = check_in.proposed
    if start is None or start <= now:
        return None
    ends_at = start + (check_in.ends_at - check_in.starts_at)
    moved = replace(_afresh(story, check_in), starts_at=start, ends_at=ends_at, why=why, agreed=True)
    return replace(moved, planned_at=now, outside_hours="")


def _next_slot(story: Story, diary: Diary, check_in: CheckIn, now: datetime, why: str) -> CheckIn:
    """The next slot on a day behind the old one, at the same time of day where that suits; else it is cancelled."""
    zone = story.owner.clock.zone
    next_day = step(check_in.starts_at, PERIODS["every day"], zone)
    behind = max(check_in.ends_at, midnight(zone, next_day.astimezone(zone).date()))
    earliest = max(soonest(story.contractor, diary.terms.notice, now), behind)
    slot = choose(pair_apart(story, diary, check_in), next_day, earliest, habit=True)
    if slot is None:
        return _cancelled(check_in, f"{why}, and there is no other time", now)
    return replace(
        _afresh(story, check_in),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        outside_hours=slot.outside_hours,
        planned_at=now,
        why=why,
        agreed=False,
    )


def _afresh(story: Story, check_in: CheckIn) -> CheckIn:
    """The same check-in, one SEQUENCE higher, to which nobody has answered yet.

    Where the invitation never went out there is nothing to move: it is planned anew.
    """
    return replace(
        check_in,
        sequence=check_in.sequence + 1,
        state="moved" if story.reached(check_in) else "planned",
        contractor_answer="",
        owner_answer="",
        owner_proposed=None,
        answered_at=None,
        proposed=None,
        choice="",
        chosen_at=None,
    )
