"""Planning: the next check-in of a relationship, once its notice has come, and a new slot for one that moves.

Pure from facts. A check-in is planned when the invitation has to go out, not earlier: until then hours,
holidays and phases may change without anybody noticing. The invitation is written inside the contractor's
hours, hence the margin.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from relationship.check_ins.cadence import Period, next_due, period_on
from relationship.check_ins.pairs import Pair, Slot, Span
from relationship.check_ins.slots import BACK, choose, suits
from relationship.clocks.durations import Duration
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Verdict
from relationship.invitations.bookings import occasion_key
from relationship.parties import Contractor
from relationship.story import Story

MARGIN = Duration(2, "hours", working=True)  # the invitation is on its way so much before its notice
SLACK = timedelta(hours=1)
A_SECOND = timedelta(seconds=1)
LOOK_AGAIN = timedelta(days=1)  # where no slot is found, or the phase asks for none
LONG_AGO = timedelta(days=365)  # shorter than decisions are kept live (tick/bookkeeping/housekeeping.py)


class Terms(Protocol):
    """How often, how long, how far ahead: the policy's `check-ins:`."""

    @property
    def cadence(self) -> Mapping[str, str]:
        """By phase: "every week"."""

    @property
    def length(self) -> Duration:
        """Of a call."""

    @property
    def notice(self) -> Duration:
        """How long before the call the invitation goes out, at the latest."""


@dataclass(frozen=True)
class Diary:
    """What planning needs to know besides the story."""

    terms: Terms
    mailbox: str  # the shared mailbox's address; its domain names the check-ins
    taken: Sequence[Span]  # the owner's other standing check-ins, with everybody
    begun: datetime  # the later of the contractor's and the rule's watermark


@dataclass(frozen=True, slots=True)
class Coming:
    """The next check-in, and when its invitation is to be written."""

    invite_at: datetime
    check_in: CheckIn | None  # None: it is too early to look for a slot, for any would have its notice later


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to plan now, and when there may be something by time alone (None: never)."""

    check_in: CheckIn | None
    look_at: datetime | None
    slot: Span | None = None  # that of the next check-in
    searched: bool = True  # whether it was time to look for one


def survey(story: Story, diary: Diary, now: datetime) -> Survey:
    """The check-in to invite to now, a new one or one whose notice was lost, and when to look again."""
    again = planned_again(story, diary, now)
    coming = _coming(story, diary, now)
    look_at = _look_at(story, diary, coming, now)
    found = coming.check_in if coming else None
    slot = (found.starts_at, found.ends_at) if found else None
    due = found if coming and coming.invite_at <= now else None
    return Survey(again or due, look_at, slot, searched=coming is None or found is not None)


def _look_at(story: Story, diary: Diary, coming: Coming | None, now: datetime) -> datetime | None:
    contractor, cadence = story.contractor, diary.terms.cadence
    phases = (contractor.fixed_phase,) if contractor.fixed_phase else ("onboarding", "active")
    if all((contractor.check_ins or cadence.get(phase, "never")) == "never" for phase in phases):
        return None
    if coming is None:
        return now + LOOK_AGAIN
    lost = [
        _latest(check_in.starts_at, story.contractor, diary.terms.notice)
        + A_SECOND  # at that moment it is not lost yet
        for check_in in waiting(story, diary, now)
    ]
    return min([coming.invite_at, *(moment for moment in lost if moment > now)])


def pair_of(story: Story, diary: Diary, but: CheckIn | None = None) -> Pair:
    """The two who look for a time; the slot of the check-in that is to be moved (`but`) stays taken too."""
    absent = [(absence.since, absence.until) for absence in story.absences]
    own = [(x.starts_at, x.ends_at) for x in story.check_ins.values() if x.takes_its_slot and x is not but]
    length = timedelta(seconds=diary.terms.length.plain_seconds)
    return Pair(story.owner, story.contractor, length, [*diary.taken, *own], absent)


def pair_apart(story: Story, diary: Diary, moves: CheckIn | None = None) -> Pair:
    """The same two, who leave half a period between their check-ins, but for one that moves, or has to.

    Where several are booked ahead, all that an absence hits would else meet on the first day behind it.
    """
    pair, cadence = pair_of(story, diary), diary.terms.cadence
    others = [
        x for x in story.check_ins.values() if x is not moves and x.state not in ("cancelled", "declined")
    ]
    stay = [x for x in others if suits(pair, Slot(x.starts_at, x.ends_at), hours=False)]
    periods = [(x, period_on(story.contractor, cadence, story.owner.day_at(x.starts_at))) for x in stay]
    near = [(x.starts_at - period.half, x.starts_at + period.half) for x, period in periods if period]
    return replace(pair, taken=[*pair.taken, *near])


def soonest(contractor: Contractor, notice: Duration, now: datetime) -> datetime:
    """The first moment that still leaves its notice, when the invitation goes out as soon as it can."""
    slack = min(SLACK, timedelta(seconds=notice.plain_seconds))
    return contractor.clock.after(contractor.clock.next_open(now), notice) + slack


def _soonest(story: Story, notice: Duration, now: datetime) -> datetime:
    """The same for an invitation, which waits while an auto-reply says that the contractor is away."""
    back = max((x.until for x in story.absences if x.since <= now < x.until), default=now)
    return soonest(story.contractor, notice, back)


def _coming(story: Story, diary: Diary, now: datetime) -> Coming | None:
    contractor, terms = story.contractor, diary.terms
    earliest = _soonest(story, terms.notice, now)
    last, found = _due(story, diary, earliest, now)
    if found is None:
        return None
    wanted, period = found
    apart = last.starts_at + period.half if last else wanted - BACK
    opens_at = _invite_at(max(apart, wanted - BACK), contractor, terms.notice)
    if now < opens_at:
        return Coming(opens_at, None)
    if last:
        earliest = max(earliest, apart)
    slot = choose(pair_apart(story, diary), wanted, earliest, habit=last is not None)
    if slot is None:
        return None
    wanted = wanted if last else slot.starts_at
    uid = uid_of(story.key, wanted, diary.mailbox)
    check_in = CheckIn(uid, 0, slot.starts_at, slot.ends_at, wanted, now, outside_hours=slot.outside_hours)
    return Coming(_invite_at(slot.starts_at, contractor, terms.notice), check_in)


def _due(
    story: Story, diary: Diary, earliest: datetime, now: datetime
) -> tuple[CheckIn | None, tuple[datetime, Period] | None]:
    """The check-in that the rhythm counts from, and the moment that it asks for next, with its period.

    One that was planned by a clock that was ahead, for some later turn, is not counted from until its turn comes.
    """
    added_at, last = story.profile.added_at, None
    at_once = added_at is not None and diary.begun <= added_at

    def due() -> tuple[datetime, Period] | None:
        zone, cadence = story.owner.clock.zone, diary.terms.cadence
        return next_due(story.contractor, cadence, last, diary.begun, earliest, zone, at_once)

    for one in sorted(story.check_ins.values(), key=lambda x: (x.planned_for, x.uid)):
        if one.planned_at > now + LOOK_AGAIN:
            found = due()
            if found and one.planned_for - found[0] >= found[1].half:
                return last, found
        last = one
    return last, due()


def _invite_at(starts_at: datetime, contractor: Contractor, notice: Duration) -> datetime:
    """When the invitation is to be written."""
    return contractor.clock.before(_latest(starts_at, contractor, notice), MARGIN)


def _latest(starts_at: datetime, contractor: Contractor, notice: Duration) -> datetime:
    """When the invitation has to be out."""
    return contractor.clock.before(starts_at, notice)


def uid_of(key: str, wanted: datetime, mailbox: str) -> str:
    """The same check-in always has the same UID (RFC 5545, 3.8.4.7), also when it is planned twice."""
    digest = hashlib.sha256(f"{key}\n{wanted:%Y-%m-%dT%H:%M}".encode()).hexdigest()
    return f"checkin-{digest[:24]}@{mailbox.partition('@')[2]}"


def planned_again(story: Story, diary: Diary, now: datetime) -> CheckIn | None:
    """A planned check-in whose invitation was held until its notice was gone, or whose slot suits no more."""
    for check_in in waiting(story, diary, now):
        lost = now > _latest(check_in.starts_at, story.contractor, diary.terms.notice)
        if (lost and not _only_rehearsed(story, check_in)) or not _suits(story, diary, check_in):
            return moved(story, diary, check_in, check_in.planned_for, now)
    return None


def waiting(story: Story, diary: Diary, now: datetime) -> list[CheckIn]:
    """Check-ins that nobody was invited to yet, and still may be.

    Of long ago there is none: what the rules have decided about it may be in the yearly files by now.
    """
    begun = max(diary.begun, now - LONG_AGO)
    planned = (x for x in story.check_ins.values() if x.state == "planned" and x.planned_at >= begun)
    return [check_in for check_in in planned if not spent(story, check_in)]


def spent(story: Story, check_in: CheckIn) -> bool:
    """Whether the rules have decided against a planned one: nobody is invited, and its time is free."""
    occasion = occasion_key(check_in)
    verdicts = [decision.verdict for decision in story.decisions.values() if decision.occasion == occasion]
    return bool(verdicts) and Verdict.HOLD not in verdicts


def never_invited(story: Story, check_in: CheckIn) -> bool:
    """Whether its invitation is not out and will not go out: it was given up, or they get no letters."""
    return check_in.state == "planned" and (bool(story.paused_by) or spent(story, check_in))


def _only_rehearsed(story: Story, check_in: CheckIn) -> bool:
    """In dry-run nothing goes out, and there is no need to say so every day anew."""
    return any(d.gate == "mode" for d in story.decisions.values() if d.occasion == occasion_key(check_in))


def _suits(story: Story, diary: Diary, check_in: CheckIn) -> bool:
    slot = Slot(check_in.starts_at, check_in.ends_at, check_in.outside_hours)
    return suits(pair_of(story, diary, check_in), slot)


def moved(story: Story, diary: Diary, check_in: CheckIn, wanted: datetime, now: datetime) -> CheckIn | None:
    """The check-in at the next slot round a moment, one SEQUENCE higher; None where there is no slot."""
    earliest = _soonest(story, diary.terms.notice, now)
    slot = choose(pair_apart(story, diary, check_in), wanted, earliest, habit=True)
    if slot is None:
        return None
    return replace(
        check_in,
        sequence=check_in.sequence + 1,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        planned_at=now,
        outside_hours=slot.outside_hours,
    )
