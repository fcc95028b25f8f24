"""Answers to check-ins: out of order, forged, without a calendar; and what both sides say afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import UNSAID, Kind, Message, Rsvp, Side
from relationship.invitations.answers import fold
from relationship.invitations.replies import answer_in

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARIA, OTHER_MARIA, DANA = "maria@contract.example", "maria.s@gmail.example", "dana@acme.example"
ADDRESSES = {Side.CONTRACTOR: (MARIA, OTHER_MARIA), Side.OWNER: (DANA, "lee@acme.example")}
SLOT = T0 + 4 * DAY
CALL = CheckIn("checkin-1@acme.example", 0, SLOT, SLOT + HOUR / 2, SLOT, T0, state="invited")


def mail(number: int, side: Side = Side.CONTRACTOR, **more: object) -> Message:
    sender = MARIA if side is Side.CONTRACTOR else DANA
    known = {"kind": Kind.HUMAN, "subject": "", "sender": sender, "at": T0 + number * HOUR} | more
    return Message(
        key=f"m{number}", seen_at=known["at"], side=side, reason="", message_id=f"m{number}", **known
    )


def rsvp(number: int, answer: str, sequence: int = 0, stamp: int | None = None, **more: object) -> Message:
    side = more.pop("side", Side.CONTRACTOR)
    attendee = more.pop("attendee", MARIA if side is Side.CONTRACTOR else DANA)
    stamped = None if stamp is None else T0 + stamp * HOUR
    said = Rsvp(CALL.uid, sequence, attendee, answer, stamped, more.pop("proposed", None))
    return mail(number, side, kind=Kind.RSVP, rsvp=said, **more)


def letter(token: str, occasion: str, reader: Side = Side.CONTRACTOR, at: datetime = T0) -> Letter:
    subject = "Check-in: Dana and Maria, Friday, March 6, 5:00 pm your time"
    done = {"rule": "", "step": 0, "template": "", "wording": 0, "to": (), "content": "", "due_at": at}
    done |= {"created_at": at, "sent_at": at, "state": State.SENT, "message_id": f"{token}@acme.example"}
    return Letter(token, "maria", occasion=occasion, reader=reader, subject=subject, **done)


INVITE = letter("invite-token", f"check-in/{CALL.uid}/0")
ASKED = letter("asked-token", f"check-in over/{CALL.uid}/0", Side.OWNER, SLOT + HOUR)
DISPUTED = letter("which-token", f"check-in disputed/{CALL.uid}/0", Side.OWNER, SLOT + 3 * HOUR)
AN_HOUR_LATER = f"check-in proposed/{CALL.uid}/0/{SLOT + HOUR:%Y%m%dT%H%MZ}"
PROPOSED = letter("choose-token", AN_HOUR_LATER, Side.OWNER, T0 + 3 * HOUR)
MISSED = letter("missed-token", f"check-in missed/{CALL.uid}/0", Side.OWNER, SLOT + 3 * HOUR)
NOTE = letter("note-token", "exchange/m9", Side.CONTRACTOR, SLOT + 2 * HOUR)
LETTERS = {x.token: x for x in (INVITE, ASKED, DISPUTED, PROPOSED, MISSED, NOTE)}


def stands(*messages: Message, call: CheckIn = CALL) -> CheckIn:
    ordered = sorted(messages, key=lambda m: (m.at, m.key))
    return fold({call.uid: call}, ordered, LETTERS, ADDRESSES)[call.uid]


def said(number: int, tag: str, token: str = "", side: Side = Side.CONTRACTOR, **more: object) -> Message:
    subject = f"Our check-in (kw-{token})" if token else "Our check-in"
    return mail(number, side, subject=subject, tags=(tag,), at=SLOT + number * HOUR, **more)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("accepted", "accepted"),
        ("declined", "declined"),
        ("tentative", "tentative"),
        ("delegated", "delegated"),
    ],
)
def test_an_answer_sets_the_state(answer: str, state: str) -> None:
    call = stands(rsvp(1, answer))
    assert (call.state, call.contractor_answer, call.answered_at) == (state, answer, T0 + HOUR)


def test_a_counter_proposal_keeps_its_time() -> None:
    call = stands(rsvp(1, "counter", proposed=SLOT + DAY))
    assert (call.state, call.proposed) == ("countered", SLOT + DAY)


def test_any_of_the_contractors_addresses_answers() -> None:
    assert stands(rsvp(1, "accepted", attendee=OTHER_MARIA)).state == "accepted"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_stamp_counts_whatever_order_they_come_in(order: tuple[int, ...]) -> None:
    answers = [("accepted", 1), ("declined", 3), ("tentative", 2)]
    arrived = [rsvp(10 + place, *[answers[n][0]], stamp=answers[n][1]) for place, n in enumerate(order)]
    assert stands(*arrived).state == "declined"


def test_a_stamp_that_is_the_invitations_own_says_nothing_of_when_it_was_answered() -> None:
    """Whoever accepted at the desk and declines on a telephone that repeats the stamp of the invitation."""
    assert stands(rsvp(2, "accepted", stamp=1), rsvp(5, "declined", stamp=0)).state == "declined"
    assert stands(rsvp(2, "declined", stamp=0), rsvp(5, "accepted", stamp=4)).state == "accepted"
    assert stands(rsvp(2, "declined", stamp=2), rsvp(5, "accepted", stamp=1)).state == "declined"


def test_an_answer_without_a_sequence_that_repeats_the_stamp_is_to_that_invitation() -> None:
    """Its stamp is of whole seconds: it lies a moment before the invitation was written."""
    again = letter(
        "again-token", f"check-in changed/{CALL.uid}/1", at=T0 + 2 * HOUR + timedelta(milliseconds=400)
    )
    answer, moved = rsvp(3, "declined", UNSAID, stamp=2), replace(CALL, sequence=1)
    letters = {**LETTERS, again.token: again}
    assert fold({CALL.uid: moved}, [answer], letters, ADDRESSES)[CALL.uid].state == "declined"


def test_an_answer_to_the_old_slot_says_nothing_about_the_new_one() -> None:
    moved = replace(CALL, sequence=1)
    assert stands(rsvp(1, "accepted", 0, stamp=1), call=moved).state == "invited"
    assert (
        stands(rsvp(1, "accepted", 1, stamp=1), rsvp(2, "declined", 0, stamp=2), call=moved).state
        == "accepted"
    )
    assert (
        stands(rsvp(2, "accepted", 1, stamp=1), rsvp(1, "declined", 0, stamp=9), call=moved).state
        == "accepted"
    )


@pytest.mark.parametrize(
    "forged",
    [
        rsvp(1, "declined", attendee="eve@evil.example"),
        rsvp(1, "declined", attendee=DANA),  # the contractor answers for the owner
        rsvp(1, "declined", side=Side.OWNER, attendee=MARIA),
        rsvp(1, "declined", sender="eve@evil.example"),  # understood as the attendee's, sent by somebody else
        rsvp(1, "declined", authentic=False),
        replace(rsvp(1, "declined"), rsvp=Rsvp("checkin-2@acme.example", 0, MARIA, "declined")),
    ],
    ids=[
        "unknown attendee",
        "owner's name",
        "contractor's name",
        "another sender",
        "fails DMARC",
        "another check-in",
    ],
)
def test_a_forged_answer_does_nothing(forged: Message) -> None:
    assert stands(forged) == CALL


def test_the_owners_own_answer_is_kept_apart() -> None:
    call = stands(rsvp(1, "accepted"), rsvp(2, "declined", side=Side.OWNER))
    assert (call.state, call.owner_answer) == ("accepted", "declined")


def test_a_cancelled_check_in_stays_cancelled() -> None:
    assert stands(rsvp(1, "accepted"), call=replace(CALL, state="cancelled")).state == "cancelled"


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Accepted: Check-in: Dana and Maria", "accepted"),
        ("Accepted: Check-in: Dana and Maria @ Fri Mar 6, 2026 5pm (PST)", "accepted"),
        ("Tentatively Accepted: Check-in: Dana and Maria", "tentative"),
        ("Declined: Check-in: Dana and Maria", "declined"),
        ("Rechazado: Check-in: Dana and Maria", "declined"),
        ("Zugesagt: Check-in: Dana and Maria", "accepted"),
        ("Re: Check-in: Dana and Maria", ""),
        ("Accepted", ""),
    ],
)
def test_answers_without_a_calendar(subject: str, answer: str) -> None:
    assert answer_in(subject) == (answer, "check-in: dana and maria" if answer else "")
    assert stands(mail(1, subject=subject)).contractor_answer == answer


def test_a_subject_that_is_about_something_else_says_nothing() -> None:
    assert stands(mail(1, subject="Accepted: my offer for the logo")) == CALL
    assert stands(mail(1, subject="Accepted: any subject", parents=(INVITE.message_id,))).state == "accepted"


def test_what_one_side_says_stands_until_the_other_says_otherwise() -> None:
    assert stands(said(1, "missed", "invite-token")).state == "missed"
    assert stands(said(1, "held", "invite-token"), said(2, "held", "asked-token", Side.OWNER)).state == "held"
    call = stands(said(1, "missed", "invite-token"), said(2, "held", "asked-token", Side.OWNER))
    assert (call.state, call.owner_said, call.contractor_said) == ("disputed", "held", "missed")


def test_the_answer_to_the_dispute_is_the_last_word() -> None:
    both = said(1, "missed", "invite-token"), said(2, "held", "asked-token", Side.OWNER)
    assert stands(*both, said(4, "late", "which-token", Side.OWNER)).state == "late"


def test_who_was_told_of_a_missed_call_and_knows_better_is_not_asked_again() -> None:
    told = said(1, "missed"), said(4, "held", "missed-token", Side.OWNER)
    assert stands(*told).state == "held"
    own = said(1, "missed", "asked-token", Side.OWNER), said(4, "held", "missed-token", Side.OWNER)
    assert stands(*own, said(5, "missed")).state == "disputed"


def test_the_contractor_may_do_without_a_token_and_the_owner_may_not() -> None:
    assert stands(said(1, "late")).state == "late"
    assert stands(said(1, "late", side=Side.OWNER)) == CALL


def test_a_token_counts_once_and_only_for_its_reader() -> None:
    assert stands(said(1, "held", "invite-token"), said(2, "missed", "invite-token")).state == "held"
    assert stands(said(1, "missed", "asked-token")) == CALL
    assert stands(said(1, "missed", "invite-token", Side.OWNER)) == CALL
    assert stands(said(1, "missed", "guessed-token")) == CALL


def test_a_line_in_another_letter_is_about_the_last_check_in() -> None:
    assert stands(said(3, "held", "note-token")).state == "held"


def test_nothing_is_said_about_a_call_before_it() -> None:
    early = mail(1, subject="Our check-in (kw-invite-token)", tags=("held",))
    assert stands(early) == CALL


def test_forged_or_automatic_words_do_nothing() -> None:
    assert stands(said(1, "missed", "invite-token", authentic=False)) == CALL
    assert stands(said(1, "missed", "invite-token", kind=Kind.AUTO_REPLY)) == CALL


def test_the_owner_chooses_about_a_proposal_once() -> None:
    def chose(number: int, tag: str, side: Side = Side.OWNER, **more: object) -> Message:
        return mail(number, side, subject="Check-in (kw-choose-token)", tags=(tag,), **more)

    proposal = rsvp(1, "counter", proposed=SLOT + HOUR)
    assert stands(proposal, chose(4, "accept"), chose(5, "decline")).choice == "accept"
    assert stands(proposal, chose(4, "accept", Side.CONTRACTOR)).choice == ""
    assert stands(proposal, chose(4, "accept", kind=Kind.AUTO_REPLY)).choice == ""
    assert stands(proposal, chose(4, "accept", authentic=False)).choice == ""


def test_a_declined_proposal_leaves_the_invitation_as_it_was() -> None:
    proposal = rsvp(1, "counter", proposed=SLOT + HOUR)
    no = mail(4, Side.OWNER, subject="Check-in (kw-choose-token)", tags=("decline",))
    call = stands(proposal, no)
    assert (call.state, call.sequence, call.contractor_answer) == ("invited", 0, "")
    assert (call.choice, call.chosen_at, call.proposed) == ("decline", no.at, SLOT + HOUR)
    assert stands(proposal, no, rsvp(6, "accepted")).state == "accepted"


def test_a_choice_is_about_the_proposal_that_the_owner_was_shown() -> None:
    first = rsvp(1, "counter", proposed=SLOT + HOUR)
    second = rsvp(2, "counter", proposed=SLOT + DAY)
    yes = mail(4, Side.OWNER, subject="Check-in (kw-choose-token)", tags=("accept",))
    call = stands(first, second, yes)
    assert (call.state, call.proposed, call.choice) == ("countered", SLOT + DAY, "")


def test_folding_twice_changes_nothing() -> None:
    messages = (
        rsvp(1, "accepted"),
        said(1, "missed", "invite-token"),
        said(2, "held", "asked-token", Side.OWNER),
    )
    once = stands(*messages)
    assert stands(*messages, call=once) == once
