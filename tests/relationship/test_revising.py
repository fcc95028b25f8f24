"""What becomes of a check-in that stands in two calendars, and what there is to act on in its life."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relationship.check_ins.planning import Diary, pair_of, survey
from relationship.check_ins.revising import revise, with_changed
from relationship.clocks.durations import Duration
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Rsvp, Side
from relationship.folding import tell
from relationship.invitations.bookings import occasion_key
from relationship.occasions import Finder
from relationship.occasions import check_ins as finders
from relationship.parties import Contractor, Owner
from relationship.story import Story
from tick.bookkeeping.slots_taken import slots_taken

ZONE = ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DANA, MARIA, MAILBOX = "dana@acme.example", "maria@contract.example", "team@acme.example"
OWNER = Owner("Dana Reyes", (DANA,), "America/New_York", "Mon-Fri 09:00-18:00", mailbox=(MAILBOX,))
CONTRACTOR = Contractor("Maria Santos", (MARIA,), "America/New_York", "Mon-Fri 09:00-17:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


START, NOW, SLOT = at("2026-02-02T09:00"), at("2026-03-03T11:00"), at("2026-03-10T10:00")
CALL = CheckIn("checkin-1@acme.example", 0, SLOT, SLOT + HOUR / 2, SLOT, NOW - DAY, state="invited")


@dataclass(frozen=True)
class Terms:
    cadence: dict[str, str]
    length: Duration
    notice: Duration


DIARY = Diary(
    Terms({"active": "every month"}, Duration(30, "minutes"), Duration(3, "days")), MAILBOX, (), START
)


def letter(
    occasion: str,
    state: State = State.SENT,
    token: str = "invite-token",
    reader: Side = Side.CONTRACTOR,
    at: datetime = CALL.planned_at,
) -> Letter:
    return Letter(
        token=token,
        contractor="maria",
        rule="Check-in",
        occasion=occasion,
        step=0,
        reader=reader,
        template="check-ins/agenda",
        wording=0,
        to=(),
        subject="Check-in",
        message_id=f"{token}@acme.example",
        content="",
        created_at=at,
        due_at=at,
        state=state,
        sent_at=at,
    )


INVITE = letter(occasion_key(CALL))


def rsvp(answer: str, side: Side = Side.CONTRACTOR, proposed: datetime | None = None) -> Message:
    who, when = (MARIA if side is Side.CONTRACTOR else DANA), NOW - HOUR
    said = Rsvp(CALL.uid, 0, who, answer, when, proposed)
    return Message(f"{side}-{answer}", when, when, side, Kind.RSVP, "", who, "", rsvp=said)


def words(tag: str, token: str, when: datetime, side: Side = Side.OWNER) -> Message:
    who = MARIA if side is Side.CONTRACTOR else DANA
    return Message(f"{tag}-{token}", when, when, side, Kind.HUMAN, "", who, f"Call (kw-{token})", tags=(tag,))


def story(*facts: object, call: CheckIn = CALL, contractor: Contractor = CONTRACTOR) -> Story:
    known = Facts()
    for fact in (call, *facts):
        known.add(fact)  # type: ignore[arg-type]
    return tell("maria", contractor, OWNER, Profile("Maria Santos", (MARIA,), START), known)


def wall(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%a %-d %b %H:%M}"


def test_what_nobody_objects_to_stays() -> None:
    for answer in ("accepted", "tentative", "declined", "counter"):
        assert revise(story(INVITE, rsvp(answer)), DIARY, NOW) == []


@pytest.mark.parametrize("slot", ["2026-03-07T10:00", "2026-10-31T10:00"])
def test_the_time_of_day_stays_also_where_the_clocks_change_before_the_next_slot(slot: str) -> None:
    """Whose week begins on Sunday, with the new time: on the Thursday before, in Cairo or Tel Aviv."""
    sundays = "Sat-Thu 08:00-18:00"
    starts, now = at(slot), at(slot) - 5 * DAY
    call = replace(CALL, starts_at=starts, ends_at=starts + HOUR / 2, planned_at=now - DAY)
    declined = replace(rsvp("declined", Side.OWNER), at=now)
    known = story(INVITE, declined, call=call, contractor=replace(CONTRACTOR, hours=sundays))
    known = replace(known, owner=replace(OWNER, hours=sundays))
    (moved,) = revise(known, DIARY, now)
    assert wall(moved.starts_at).startswith("Sun ") and wall(moved.starts_at).endswith("10:00")


def test_the_owners_own_decline_moves_it_to_the_next_slot() -> None:
    (moved,) = revise(story(INVITE, rsvp("accepted"), rsvp("declined", Side.OWNER)), DIARY, NOW)
    assert (wall(moved.starts_at), moved.sequence, moved.state) == ("Wed 11 Mar 10:00", 1, "moved")
    assert (moved.uid, moved.planned_for, moved.owner_answer, moved.contractor_answer) == (
        CALL.uid,
        SLOT,
        "",
        "",
    )
    # The old answers are to the old time: nothing more happens.
    assert revise(story(INVITE, rsvp("accepted"), rsvp("declined", Side.OWNER), call=moved), DIARY, NOW) == []


def test_what_the_owner_declined_moves_to_another_day_and_keeps_its_time_over_a_weekend() -> None:
    friday, now = at("2026-03-13T10:00"), at("2026-03-05T12:00")
    call = replace(CALL, starts_at=friday, ends_at=friday + HOUR / 2, planned_at=now - DAY)
    (moved,) = revise(story(INVITE, replace(rsvp("declined", Side.OWNER), at=now), call=call), DIARY, now)
    assert wall(moved.starts_at) == "Mon 16 Mar 10:00"


def test_while_the_contractor_wants_no_letters_it_stays() -> None:
    told = story(INVITE, rsvp("declined", Side.OWNER), words("pause", "", NOW - HOUR, Side.CONTRACTOR))
    assert revise(told, DIARY, NOW) == []


@pytest.mark.parametrize("why", ["phase", "owner"])
def test_a_pause_cancels_it(why: str) -> None:
    facts = [INVITE]
    who = replace(CONTRACTOR, fixed_phase="paused") if why == "phase" else CONTRACTOR
    told = story(*facts, contractor=who)
    if why == "owner":
        told = replace(told, profile=replace(told.profile, paused_by=("owner",)))
    (dropped,) = revise(told, DIARY, NOW)
    assert (dropped.state, dropped.sequence, dropped.starts_at) == ("cancelled", 1, SLOT)
    assert revise(story(*facts, call=dropped, contractor=who), DIARY, NOW) == []


def test_an_absence_or_a_new_holiday_moves_it_even_if_it_was_accepted() -> None:
    away = replace(CONTRACTOR, away=((date(2026, 3, 9), date(2026, 3, 13)),))
    (moved,) = revise(story(INVITE, rsvp("accepted"), contractor=away), DIARY, NOW)
    assert (wall(moved.starts_at), moved.state) == ("Mon 16 Mar 10:00", "moved")
    out = Message(
        "away", NOW - HOUR, NOW, Side.CONTRACTOR, Kind.AUTO_REPLY, "", MARIA, "", back_on=date(2026, 3, 12)
    )
    (moved,) = revise(story(INVITE, out), DIARY, NOW)
    assert wall(moved.starts_at) == "Thu 12 Mar 10:00"


def test_two_that_move_at_once_do_not_meet_and_neither_does_the_next() -> None:
    """Daily talks, when somebody falls ill: each of them would be best on the first day back."""
    other = replace(CALL, uid="checkin-2@acme.example", starts_at=SLOT + DAY, ends_at=SLOT + DAY + HOUR / 2)
    away = replace(CONTRACTOR, away=((date(2026, 3, 9), date(2026, 3, 13)),))
    told = story(INVITE, other, letter(occasion_key(other), token="other-token"), contractor=away)
    daily = replace(DIARY, terms=replace(DIARY.terms, cadence={"active": "every day"}))
    first, second = sorted(revise(told, daily, NOW), key=lambda x: x.starts_at)
    assert (first.uid, wall(first.starts_at)) == (CALL.uid, "Mon 16 Mar 10:00")
    assert second.starts_at >= first.ends_at
    assert wall(second.starts_at) == "Tue 17 Mar 10:00"  # and nobody has two of them on the same day
    following = survey(with_changed(told, [first, second]), daily, at("2026-03-13T16:00")).check_in
    assert following is not None
    assert not any(
        x.starts_at < following.ends_at and following.starts_at < x.ends_at for x in (first, second)
    )


def test_no_other_takes_the_slot_of_a_declined_one_which_may_be_accepted_after_all() -> None:
    told = story(INVITE, rsvp("declined"))
    assert tuple(pair_of(told, DIARY).taken) == slots_taken(told, (), NOW) == ((SLOT, SLOT + HOUR / 2),)
    dropped = story(INVITE, call=replace(CALL, state="cancelled", sequence=1))
    assert tuple(pair_of(dropped, DIARY).taken) == slots_taken(dropped, (), NOW) == ()


def test_new_hours_move_it_unless_it_was_accepted() -> None:
    later = replace(CONTRACTOR, hours="Mon-Fri 12:00-17:00")
    (moved,) = revise(story(INVITE, contractor=later), DIARY, NOW)
    assert moved.starts_at >= SLOT + DAY
    assert revise(story(INVITE, rsvp("accepted"), contractor=later), DIARY, NOW) == []


PROPOSAL = at("2026-03-14T19:00")
PROPOSED = letter(
    f"check-in proposed/{CALL.uid}/0/{PROPOSAL:%Y%m%dT%H%MZ}", token="choose-token", reader=Side.OWNER
)


def test_a_taken_proposal_moves_it_and_counts_as_the_answer() -> None:
    chosen = words("accept", "choose-token", NOW)
    (moved,) = revise(story(INVITE, PROPOSED, rsvp("counter", proposed=PROPOSAL), chosen), DIARY, NOW)
    assert (wall(moved.starts_at), moved.sequence, moved.agreed) == ("Sat 14 Mar 19:00", 1, True)
    assert (moved.state, moved.contractor_answer) == ("moved", "accepted")
    # It was agreed upon, so that it stays although it lies outside the hours.
    assert revise(story(INVITE, call=replace(moved, state="accepted")), DIARY, NOW) == []


def test_a_declined_proposal_moves_nothing_and_is_told_once() -> None:
    chosen = words("decline", "choose-token", NOW)
    told = story(INVITE, PROPOSED, rsvp("counter", proposed=PROPOSAL), chosen)
    assert revise(told, DIARY, NOW) == []
    key = f"check-in kept/{CALL.uid}/0/{PROPOSAL:%Y%m%dT%H%MZ}"
    assert keys(finders.check_in_kept, told, NOW) == [(key, False)]
    assert keys(finders.check_in_proposed, told, NOW) == []
    assert keys(finders.check_in_kept, told, SLOT) == []


def test_who_was_told_that_the_time_stays_is_not_reminded_at_once() -> None:
    late = at("2026-03-10T09:00") - HOUR / 4
    told = story(INVITE, PROPOSED, rsvp("counter", proposed=PROPOSAL), words("decline", "choose-token", late))
    [unanswered] = finders.check_in_unanswered(told, late)
    assert unanswered.earliest == at("2026-03-10T09:30")


def test_a_proposal_whose_time_has_passed_cannot_be_taken() -> None:
    early = NOW + HOUR
    asked = letter(
        f"check-in proposed/{CALL.uid}/0/{early:%Y%m%dT%H%MZ}", token="choose-token", reader=Side.OWNER
    )
    told = story(
        INVITE, asked, rsvp("counter", proposed=early), words("accept", "choose-token", NOW + 2 * HOUR)
    )
    assert revise(told, DIARY, NOW + 2 * HOUR) == []
    assert [over for _, over in keys(finders.check_in_proposed, told, NOW + 2 * HOUR)] == [True]


def test_the_owners_own_proposal_is_taken_at_once() -> None:
    (moved,) = revise(story(INVITE, rsvp("counter", Side.OWNER, PROPOSAL)), DIARY, NOW)
    assert (wall(moved.starts_at), moved.sequence, moved.contractor_answer) == ("Sat 14 Mar 19:00", 1, "")


def test_an_invitation_that_never_went_out_is_planned_anew() -> None:
    waiting = replace(INVITE, state=State.WAITING)
    away = replace(CONTRACTOR, away=((date(2026, 3, 9), date(2026, 3, 13)),))
    (planned,) = revise(story(waiting, contractor=away), DIARY, NOW)
    assert (planned.state, planned.sequence) == ("planned", 1)


def test_what_is_past_is_left_alone() -> None:
    assert revise(story(INVITE, rsvp("declined", Side.OWNER)), DIARY, SLOT + HOUR) == []


def test_a_planned_one_whose_notice_was_lost_moves_on() -> None:
    planned = replace(CALL, state="planned", planned_at=NOW)
    held = Decision(NOW, "Check-in", "maria", occasion_key(planned), "", 0, Verdict.HOLD, "", gate="limits")
    assert survey(story(held, call=planned), DIARY, at("2026-03-07T08:59")).check_in is None
    moved = survey(story(held, call=planned), DIARY, at("2026-03-07T09:01")).check_in
    assert moved
    assert (wall(moved.starts_at), moved.sequence, moved.state) == ("Thu 12 Mar 10:00", 1, "planned")
    rehearsed = replace(held, gate="mode")
    assert survey(story(rehearsed, call=planned), DIARY, at("2026-03-07T09:01")).check_in is None
    refused = replace(held, verdict=Verdict.SUPPRESS)
    assert survey(story(refused, call=planned), DIARY, at("2026-03-07T09:01")).check_in is None


def test_one_that_was_decided_against_does_not_come_back_when_its_decision_is_in_the_yearly_files() -> None:
    planned = replace(CALL, state="planned", planned_at=NOW)
    found = survey(story(call=planned), DIARY, NOW + timedelta(days=401)).check_in
    assert found is None or found.uid != planned.uid


def test_after_downtime_the_notice_is_still_kept() -> None:
    last = replace(CALL, starts_at=at("2026-02-10T10:00"), planned_for=at("2026-02-10T10:00"))
    told = story(call=replace(last, ends_at=last.starts_at + HOUR / 2))
    late = at("2026-03-09T11:00")  # the next one was wanted for the day after
    assert survey(told, DIARY, late).check_in is None
    planned = survey(told, DIARY, at("2026-03-09T16:00")).check_in
    assert planned
    assert wall(planned.starts_at) == "Fri 13 Mar 10:00"
    assert planned.planned_for == SLOT


def keys(finder: Finder, told: Story, now: datetime) -> list[tuple[str, bool]]:
    return [(occasion.key, bool(occasion.over)) for occasion in finder(told, now)]


def test_due_until_the_invitation_is_out() -> None:
    key = f"check-in/{CALL.uid}/0"
    assert keys(finders.check_in_due, story(call=replace(CALL, state="planned")), NOW) == [(key, False)]
    assert keys(finders.check_in_due, story(replace(INVITE, state=State.WAITING)), NOW) == [(key, False)]
    assert keys(finders.check_in_due, story(INVITE), NOW) == []


def test_changed_and_cancelled_only_where_an_invitation_went_out() -> None:
    moved, dropped = replace(CALL, sequence=1, state="moved"), replace(CALL, sequence=1, state="cancelled")
    for finder, call, name in (
        (finders.check_in_changed, moved, "changed"),
        (finders.check_in_cancelled, dropped, "cancelled"),
    ):
        assert keys(finder, story(INVITE, call=call), NOW) == [(f"check-in {name}/{CALL.uid}/1", False)]
        assert keys(finder, story(replace(INVITE, state=State.CANCELLED), call=call), NOW) == []
        assert keys(finder, story(INVITE, call=call), SLOT + HOUR) == []


def test_unanswered_until_there_is_an_answer_or_its_time_has_come() -> None:
    key = f"check-in unanswered/{CALL.uid}/0"
    assert keys(finders.check_in_unanswered, story(INVITE), NOW) == [(key, False)]
    assert keys(finders.check_in_unanswered, story(INVITE, rsvp("tentative")), NOW) == [(key, True)]
    assert keys(finders.check_in_unanswered, story(INVITE), SLOT) == [(key, True)]
    assert keys(finders.check_in_unanswered, story(), NOW) == []


def test_declined_and_proposed_are_told_once_each() -> None:
    assert keys(finders.check_in_declined, story(INVITE, rsvp("declined")), NOW) == [
        (f"check-in declined/{CALL.uid}/0", False)
    ]
    assert keys(finders.check_in_declined, story(INVITE, rsvp("accepted")), NOW) == []
    proposal = rsvp("counter", proposed=SLOT + HOUR)
    assert keys(finders.check_in_proposed, story(INVITE, proposal), NOW) == [
        (f"check-in proposed/{CALL.uid}/0/{SLOT + HOUR:%Y%m%dT%H%MZ}", False)
    ]


def test_afterwards_the_owner_is_asked_and_what_was_missed_is_told() -> None:
    after = SLOT + 3 * HOUR
    key = f"check-in over/{CALL.uid}/0"
    [over] = finders.check_in_over(story(INVITE), SLOT)
    assert over.start > SLOT + HOUR / 2
    assert keys(finders.check_in_over, story(INVITE), after) == [(key, False)]
    assert keys(finders.check_in_over, story(INVITE, rsvp("declined")), after) == []
    asked = letter(key, token="asked-token", reader=Side.OWNER, at=SLOT + HOUR)
    missed = story(INVITE, asked, words("missed", "asked-token", after))
    assert keys(finders.check_in_over, missed, after) == [(key, True)]
    assert keys(finders.check_in_missed, missed, after) == [(f"check-in missed/{CALL.uid}/0", False)]
    both = story(
        INVITE,
        asked,
        words("missed", "asked-token", after),
        words("held", "invite-token", after, Side.CONTRACTOR),
    )
    assert keys(finders.check_in_missed, both, after) == []
    assert keys(finders.check_in_disputed, both, after) == [(f"check-in disputed/{CALL.uid}/0", False)]


def test_the_contractor_is_asked_in_one_letter_and_the_digest_knows_what_nobody_said() -> None:
    after = SLOT + DAY
    assert finders.to_ask_about(story(INVITE), SLOT) is None
    assert finders.to_ask_about(story(INVITE), after) == CALL
    later = letter("exchange/m1", token="note-token", at=SLOT + HOUR)
    assert finders.to_ask_about(story(INVITE, later), after) is None
    assert finders.unsaid(story(INVITE), after, SLOT) == [CALL]
    assert (
        finders.unsaid(story(INVITE, words("held", "invite-token", after, Side.CONTRACTOR)), after, SLOT)
        == []
    )
