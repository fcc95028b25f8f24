"""The life of a check-in on embedded servers: answered, moved, cancelled, over, disputed."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from icalendar import Calendar

from commands.status import rows
from relationship.warmth.evidence import Evidence
from tick.owner.digest.gathering import gather
from tick.owner.digest.pace import WEEK
from tick.owner.digest.words import Words

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
HOURLY = timedelta(hours=1)

CHECK_INS = """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
  - name: Check-in not answered
    when: check-in unanswered
    steps:
      - {{before: 1 working day, send: reminders/check-in}}
  - name: Declined
    when: check-in declined
    send: owner/check-in-declined
    deliver: any time
  - name: Missed call
    when: check-in missed
    send: owner/missed-check-in
    deliver: any time
"""


def calendar_in(content: bytes) -> Calendar:
    mail = message_from_bytes(content)
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True))


def event_in(content: bytes):
    [event] = calendar_in(content).walk("VEVENT")
    return event


@pytest.fixture
def invited(scene):
    """Maria was invited; the scene stands an hour later."""
    scene.policy(scene.rules_text + CHECK_INS, ("mode: live", "mode: live\ncheck-ins: {active: every week}"))
    scene.tick()
    while not scene.servers.mailbox(MARIA):
        scene.run((scene.now + HOURLY).strftime("%Y-%m-%d %H:%M"), HOURLY)
    return scene


def check_in(scene):
    [only] = scene.story("Maria").check_ins.values()
    return only


def replies(
    scene, sender: str, answer: str, sequence: int | None = None, attendee: str = "", **event: str
) -> None:
    """A calendar's REPLY or COUNTER, as Gmail sends them: no In-Reply-To, matched by UID alone."""
    call = check_in(scene)
    method = "COUNTER" if "dtstart" in event else "REPLY"
    scene.now += timedelta(minutes=1)
    number = call.sequence if sequence is None else sequence
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{call.uid}",
        f"SEQUENCE:{number}",
        f"DTSTAMP:{scene.now:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{event.get('dtstart', '20260312T140000Z')}",
        f"ATTENDEE;PARTSTAT={answer};CN=x:mailto:{attendee or sender}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, TEAM, "Accepted: Check-in"
    scene.count += 1
    mail["Date"], mail["Message-ID"] = format_datetime(scene.now), f"<{scene.count}.calendar@{sender}>"
    mail.set_content("See the calendar.")
    mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    scene.servers.deliver_to(TEAM, mail.as_bytes(), scene.now, "INBOX")
    scene.tick()


def clicks(scene, sender: str, word: str, letters: str) -> None:
    """A one-click answer, from the last letter in somebody's mailbox that offers it."""
    for mail in reversed(scene.letters(letters)):
        text = mail.text.replace("\n", "")
        found = re.findall(rf"mailto:[^\s>]*body=%23{word}", text)
        if found:
            asked = parse_qs(urlsplit(found[-1]).query)
            scene.writes(sender, TEAM, unquote(asked["subject"][0]), asked["body"][0], folder="INBOX")
            scene.tick()
            return
    raise AssertionError(f"no letter offers {word}")


def to(scene, moment: datetime, every: timedelta = HOURLY) -> None:
    scene.run(f"{moment:%Y-%m-%d %H:%M}", every)


def test_the_invitation_names_both_and_answers_go_to_the_mailbox(invited):
    event = event_in(invited.servers.mailbox(MARIA)[-1].content)
    assert event["UID"] == check_in(invited).uid
    assert event["ORGANIZER"] == f"mailto:{TEAM}"
    assert [str(one) for one in event["ATTENDEE"]] == [f"mailto:{MARIA}", f"mailto:{DANA}"]
    assert event.start.astimezone(UTC) == check_in(invited).starts_at


@pytest.mark.parametrize("answer", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_a_reply_sets_the_state(invited, answer):
    replies(invited, MARIA, answer)
    assert check_in(invited).state == answer.lower()
    declined = [subject for subject in invited.subjects(DANA) if "cannot make" in subject]
    assert len(declined) == (answer == "DECLINED")


def test_who_was_not_invited_answers_nothing(invited):
    replies(invited, BEN, "DECLINED")
    replies(invited, "eve@evil.example", "DECLINED", attendee=MARIA)
    replies(invited, MARIA, "DECLINED", attendee="eve@evil.example")
    assert check_in(invited).state == "invited"


def test_an_unanswered_invitation_is_reminded_once_and_an_answered_one_not(invited):
    to(invited, check_in(invited).starts_at)
    assert len([one for one in invited.letters(MARIA) if one.subject.startswith("Shall we talk")]) == 1


def test_a_question_that_came_after_the_invitation_is_not_called_the_older_one(invited):
    """It is asked in a night of the owner's, of which no working time has passed in the morning."""
    to(invited, check_in(invited).starts_at - timedelta(days=1, hours=8))
    invited.writes(MARIA, TEAM, "Estimate", "Do you accept the estimate?", folder="INBOX")
    to(invited, check_in(invited).starts_at)
    note = invited.last("Owner first")
    assert note.subject == "You owe Maria an answer: Estimate"
    told = note.text.partition("because ")[2]
    assert told.startswith("you owe them an answer: Maria asked you about “Estimate” on ")
    assert "hours ago" not in told.replace("working hours ago", "")


@pytest.mark.parametrize("said", ["Yes, that works for me!", "Perfect, thanks!"])
def test_who_answers_the_invitation_in_words_is_not_reminded(invited, said):
    [letter] = invited.letters(MARIA)
    invited.writes(MARIA, TEAM, f"Re: {letter.subject}", said, f"<{letter.message_id}>")
    to(invited, check_in(invited).ends_at)
    assert len(invited.letters(MARIA)) == 1


@pytest.mark.parametrize("names_it", [True, False])
def test_who_answered_days_before_the_reminder_is_due_is_not_reminded(scene, names_it):
    """Some programs name no mail that they answer; and when the reminder comes due, nothing is new."""
    terms = "check-ins: {active: every month, notice: 10 days}"
    scene.policy(scene.rules_text + CHECK_INS, ("mode: live", f"mode: live\n{terms}"))
    scene.tick()
    while not scene.servers.mailbox(MARIA):
        scene.live(f"{scene.now + HOURLY:%Y-%m-%d %H:%M}")
    [letter] = scene.letters(MARIA)
    scene.live(f"{scene.now + timedelta(days=3):%Y-%m-%d %H:%M}")
    named = f"<{letter.message_id}>" if names_it else ""
    scene.writes(MARIA, TEAM, f"RE: {letter.subject}", "Yes, that works for me!", named)
    scene.live(f"{check_in(scene).ends_at:%Y-%m-%d %H:%M}")
    assert [one.subject for one in scene.letters(MARIA)] == [letter.subject]


def test_an_answer_that_may_be_forged_holds_the_reminder(scene):
    weekly = ("mode: live", "mode: live\ncheck-ins: {active: every week}")
    trust = ("  password: env", "  trust: mx.acme.example\n  password: env")
    scene.policy(scene.rules_text + CHECK_INS, weekly, trust)
    scene.tick()
    while not scene.servers.mailbox(MARIA):
        to(scene, scene.now + HOURLY)
    call, uid = check_in(scene), check_in(scene).uid
    scene.now += timedelta(minutes=1)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = MARIA, TEAM, "Accepted: Check-in"
    mail["Date"], mail["Message-ID"] = format_datetime(scene.now), "<forged@contract.example>"
    mail["Authentication-Results"] = "mx.acme.example; dmarc=fail"
    mail.set_content("See the calendar.")
    lines = ["BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{uid}", "SEQUENCE:0"]
    lines += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MARIA}", "END:VEVENT", "END:VCALENDAR", ""]
    mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": "REPLY"})
    scene.servers.deliver_to(TEAM, mail.as_bytes(), scene.now, "INBOX")
    to(scene, call.starts_at - timedelta(minutes=1))
    assert check_in(scene).state == "invited"
    assert len(scene.letters(MARIA)) == 1
    verdict, why = scene.why("Check-in not answered")[-1]
    assert (verdict, "could not be verified (it fails DMARC)" in why) == ("hold", True)


def test_who_writes_about_something_else_is_reminded(invited):
    invited.writes(MARIA, TEAM, "The logo", "Here it is.")
    to(invited, check_in(invited).ends_at)
    assert [one.subject for one in invited.letters(MARIA)][1].startswith("Shall we talk")


@pytest.mark.parametrize("notice", ["4 hours", "1 day"])
def test_where_the_notice_is_short_the_reminder_leaves_time_to_answer(scene, notice):
    terms = f"check-ins: {{active: every week, notice: {notice}}}"
    scene.policy(scene.rules_text + CHECK_INS, ("mode: live", f"mode: live\n{terms}"))
    scene.tick()
    while not scene.servers.mailbox(MARIA):
        scene.run((scene.now + HOURLY).strftime("%Y-%m-%d %H:%M"), HOURLY)
    scene.live(f"{check_in(scene).starts_at:%Y-%m-%d %H:%M}")
    invite, reminder = (mail.raw.internal_date for mail in scene.letters(MARIA))
    clock = scene.story("Maria").contractor.clock
    before, after = (
        clock.seconds_between(invite, reminder),
        clock.seconds_between(reminder, check_in(scene).starts_at),
    )
    assert before >= min(after - 120, 4 * 3600)
    assert after >= 3600


def test_who_answers_in_words_has_answered_and_is_owed_nothing_once_the_call_is_over(invited):
    letter = invited.letters(MARIA)[0]
    invited.now += timedelta(minutes=1)
    invited.writes(MARIA, TEAM, f"Re: {letter.subject}", "Could we do Thursday?", f"<{letter.message_id}>")
    invited.tick()
    call, story = check_in(invited), invited.story("Maria")
    assert [turn.asks for turn in story.open_questions(invited.now)] == [True]
    tuning = invited.keepwarm.books.policy.temperature
    [ahead] = gather([story], tuning, invited.now - WEEK, invited.now).check_ins
    assert Words(story.owner, TEAM)._call(ahead)["what"].endswith("(answered by mail)")
    to(invited, call.ends_at)
    story = invited.story("Maria")
    assert list(story.open_questions(invited.now)) == []
    assert Evidence(story).check_ins(("invited",), call.starts_at, invited.now) == []


def test_an_accepted_one_is_not_reminded(invited):
    replies(invited, MARIA, "ACCEPTED")
    to(invited, check_in(invited).starts_at)
    assert len(invited.letters(MARIA)) == 1


def test_the_owners_decline_moves_it_in_both_calendars(invited):
    before = check_in(invited)
    replies(invited, DANA, "DECLINED")
    after = check_in(invited)
    assert (after.uid, after.sequence, after.state) == (before.uid, 1, "invited")
    assert after.starts_at > before.starts_at
    for address in (MARIA, DANA):
        event = event_in(invited.servers.mailbox(address)[-1].content)
        assert (event["UID"], event["SEQUENCE"], event.start.astimezone(UTC)) == (
            before.uid,
            1,
            after.starts_at,
        )
    replies(invited, MARIA, "ACCEPTED", sequence=0)
    assert check_in(invited).state == "invited"
    replies(invited, MARIA, "ACCEPTED", sequence=1)
    assert check_in(invited).state == "accepted"


def test_a_pause_takes_it_out_of_the_calendars_however_long_ago_they_were_invited(scene):
    terms = "check-ins: {active: every month, notice: 10 days}"
    scene.policy(scene.rules_text + CHECK_INS, ("mode: live", f"mode: live\n{terms}"))
    scene.tick()
    while not scene.servers.mailbox(MARIA):
        scene.run((scene.now + HOURLY).strftime("%Y-%m-%d %H:%M"), HOURLY)
    to(scene, scene.now + timedelta(days=6))
    scene.policy(
        scene.rules_text + CHECK_INS,
        ("mode: live", f"mode: live\n{terms}"),
        ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    phase: paused"),
    )
    scene.tick()
    calendar = calendar_in(scene.servers.mailbox(MARIA)[-1].content)
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert check_in(scene).state == "cancelled"
    count = len(scene.servers.mailbox(MARIA))
    to(scene, check_in(scene).starts_at + timedelta(days=1))
    assert len(scene.servers.mailbox(MARIA)) == count


def counters(scene, later: timedelta) -> datetime:
    """Maria's calendar proposes a time so much later than the booked one."""
    proposed = check_in(scene).starts_at + later
    replies(scene, MARIA, "TENTATIVE", dtstart=f"{proposed:%Y%m%dT%H%M%SZ}")
    assert check_in(scene).state == "countered"
    return proposed


def test_a_taken_proposal_moves_it_in_both_calendars(invited):
    uid, proposed = check_in(invited).uid, counters(invited, timedelta(days=1, hours=1))
    clicks(invited, DANA, "accept", DANA)
    assert (check_in(invited).starts_at, check_in(invited).state) == (proposed, "accepted")
    for address in (MARIA, DANA):
        content = invited.servers.mailbox(address)[-1].content
        event = event_in(content)
        assert (calendar_in(content)["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", uid, 1)
        assert event.start.astimezone(UTC) == proposed
    to(invited, proposed)  # who proposed it need not be reminded to answer
    assert not [one for one in invited.letters(MARIA) if one.subject.startswith("Shall we talk")]


def test_a_declined_proposal_is_answered_to_who_made_it_and_the_booking_stays(invited):
    before = check_in(invited)
    owners = len(invited.servers.mailbox(DANA)) + 1  # the question
    counters(invited, timedelta(days=1))
    clicks(invited, DANA, "decline", DANA)
    after = check_in(invited)
    assert (after.starts_at, after.sequence, after.state) == (before.starts_at, 0, "invited")
    content = invited.servers.mailbox(MARIA)[-1].content
    event = event_in(content)
    assert b"method=DECLINECOUNTER" in content.replace(b'"', b"")
    assert (calendar_in(content)["METHOD"], event["UID"], event["SEQUENCE"]) == (
        "DECLINECOUNTER",
        before.uid,
        0,
    )
    assert event["ORGANIZER"] == f"mailto:{TEAM}"
    assert len(invited.servers.mailbox(DANA)) == owners
    count = len(invited.servers.mailbox(MARIA))
    clicks(invited, DANA, "accept", DANA)  # the first click counts
    invited.restart()
    invited.tick()
    assert (check_in(invited).starts_at, len(invited.servers.mailbox(MARIA))) == (before.starts_at, count)


@pytest.mark.parametrize("days", [1, 0])
def test_a_yes_that_comes_after_the_old_time_takes_the_proposal_while_it_lies_ahead(invited, days):
    old = check_in(invited).starts_at
    proposed = counters(invited, timedelta(days=days, hours=1))
    to(invited, old + timedelta(hours=2))
    clicks(invited, DANA, "accept", DANA)
    call = check_in(invited)
    assert (call.starts_at, call.sequence) == ((proposed, 1) if days else (old, 0))
    event = event_in(invited.servers.mailbox(MARIA)[-1].content)
    assert (event["SEQUENCE"], event.start.astimezone(UTC)) == (call.sequence, call.starts_at)


def test_each_proposal_is_told_and_chosen_about_by_itself(invited):
    before = check_in(invited).starts_at
    counters(invited, timedelta(days=1))
    clicks(invited, DANA, "decline", DANA)
    second = counters(invited, timedelta(days=2))
    asked = [one for one in invited.subjects(DANA) if "proposes another time" in one]
    assert (len(asked), check_in(invited).starts_at) == (2, before)
    clicks(invited, DANA, "accept", DANA)
    assert check_in(invited).starts_at == second


def test_how_it_went_is_asked_and_both_may_say(invited):
    replies(invited, MARIA, "ACCEPTED")
    to(invited, check_in(invited).ends_at + timedelta(days=1))
    clicks(invited, BEN, "missed", DANA)
    assert check_in(invited).state == "accepted"
    clicks(invited, DANA, "held", DANA)
    assert check_in(invited).state == "held"
    clicks(invited, DANA, "missed", DANA)  # the token was used
    assert check_in(invited).state == "held"
    invited.writes(MARIA, TEAM, "Our call", "#missed", folder="INBOX")
    invited.tick()
    assert check_in(invited).state == "disputed"
    to(invited, invited.now + timedelta(hours=2))  # before she is asked about another call
    clicks(invited, DANA, "late", DANA)
    assert check_in(invited).state == "late"


def test_a_missed_call_is_told_and_moves_no_ball(invited):
    to(invited, check_in(invited).ends_at + timedelta(days=1))
    waits = invited.story("Maria").ledger.waits
    clicks(invited, DANA, "missed", DANA)
    assert check_in(invited).state == "missed"
    assert any("did not take place" in subject for subject in invited.subjects(DANA))
    assert invited.story("Maria").ledger.waits == waits


MISSED_EACH_OTHER = """
  - name: Missed each other
    when: check-in missed
    send: check-ins/missed
"""


@pytest.mark.parametrize("days", [1, 6], ids=["at once", "when the next one is booked"])
def test_who_is_told_of_a_missed_call_is_asked_for_another_time_only_where_none_is_booked(invited, days):
    rules = invited.rules_text + CHECK_INS + MISSED_EACH_OTHER
    weekly = ("mode: live", "mode: live\ncheck-ins: {active: every week, notice: 2 days}")
    invited.policy(rules, weekly, ("timezone: Africa/Lagos", "timezone: Africa/Lagos\n    check-ins: never"))
    [call] = invited.story("Maria").check_ins.values()
    to(invited, call.ends_at + timedelta(days=days))
    booked = [x for x in invited.story("Maria").check_ins.values() if x.starts_at > invited.now and x.stands]
    assert bool(booked) == (days > 1)
    clicks(invited, DANA, "missed", DANA)
    to(invited, invited.now + timedelta(days=1))
    [told] = [x for x in invited.letters(MARIA) if x.subject == "We missed each other"]
    [noted] = [x for x in invited.letters(DANA) if "missed" in x.text and "did not take place" in x.subject]
    text, note = " ".join(told.text.split()), " ".join(noted.text.split())
    assert ("Which two times in the coming days" in text, "Our next one is on" in text) == (
        days == 1,
        days > 1,
    )
    assert ("offer a new time today" in note, "Your next one is booked for" in note) == (days == 1, days > 1)
    assert "how was your call" not in text
    if days == 1:
        assert "If it did take place, one click says so" in text
        clicks(invited, MARIA, "held", MARIA)
        assert next(iter(invited.story("Maria").check_ins.values())).state == "disputed"


def test_a_call_to_which_nobody_was_invited_is_no_next_one(invited):
    """It is planned, and the rule holds its invitation."""
    weekly = ("mode: live", "mode: live\ncheck-ins: {active: every week, notice: 2 days}")
    seldom = ("    when: check-in due\n", "    when: check-in due\n    at most: once in 20 days\n")
    rules, ben = invited.rules_text + CHECK_INS + MISSED_EACH_OTHER, "timezone: Africa/Lagos"
    invited.policy(rules, weekly, seldom, (ben, f"{ben}\n    check-ins: never"))
    [call] = invited.story("Maria").check_ins.values()
    to(invited, call.ends_at + timedelta(days=6))
    states = [x.state for x in invited.story("Maria").check_ins.values()]
    assert states == ["invited", "planned"]
    clicks(invited, DANA, "missed", DANA)
    to(invited, invited.now + timedelta(days=1))
    [told] = [x for x in invited.letters(MARIA) if x.subject == "We missed each other"]
    assert "Which two times in the coming days" in " ".join(told.text.split())


def shown(scene):
    """What `status --json` says of Maria's check-in."""
    [row] = [row for row in rows(scene.keepwarm.books, scene.now) if row["contractor"] == "Maria Santos"]
    return row["check_in"]["state"], row["check_in"]["at"]


def test_status_tells_it_through_its_life(invited):
    call, at = check_in(invited), check_in(invited).starts_at.isoformat()
    assert shown(invited) == ("invited", at)
    replies(invited, MARIA, "ACCEPTED")
    assert shown(invited) == ("accepted", at)
    invited.now = call.ends_at
    assert shown(invited) == ("accepted", at)
    invited.now += timedelta(minutes=1)
    assert shown(invited) == ("over", at)
    invited.writes(MARIA, TEAM, "Our call", "#missed", folder="INBOX")
    invited.tick()
    assert shown(invited) == ("missed", at)


@pytest.mark.parametrize("sender", [MARIA, DANA])
def test_who_proposes_the_very_time_that_is_booked_moves_nothing(invited, sender):
    booked, count = check_in(invited).starts_at, len(invited.servers.mailbox(MARIA))
    replies(invited, sender, "TENTATIVE", dtstart=f"{booked:%Y%m%dT%H%M%SZ}")
    assert (check_in(invited).starts_at, check_in(invited).sequence) == (booked, 0)
    assert check_in(invited).state == ("tentative" if sender == MARIA else "invited")
    assert not [one for one in invited.subjects(DANA) if "proposes another time" in one]
    assert len(invited.servers.mailbox(MARIA)) == count


def test_a_proposal_for_a_time_that_is_taken_says_so(invited):
    invited.policy(
        invited.rules_text + CHECK_INS,
        ("mode: live", "mode: live\ncheck-ins: {active: every week}"),
        ("timezone: Africa/Lagos", "timezone: Africa/Lagos\n    check-ins: every day"),
    )
    to(invited, invited.now + timedelta(days=2))
    [other] = [x for x in invited.story("Ben").check_ins.values() if x.starts_at > invited.now][:1]
    proposed = other.starts_at + timedelta(minutes=15)
    replies(invited, MARIA, "TENTATIVE", dtstart=f"{proposed:%Y%m%dT%H%M%SZ}")
    [asked] = [one for one in invited.letters(DANA) if "proposes another time" in one.subject]
    assert "You have another check-in at that time." in asked.text


def booked_with(scene, *edits: tuple[str, str]) -> None:
    """Live until a check-in with Maria is written down."""
    scene.policy(scene.rules_text + CHECK_INS, *edits)
    scene.tick()
    while not scene.story("Maria").check_ins:
        scene.live(f"{scene.now + HOURLY:%Y-%m-%d %H:%M}", HOURLY)


def drafted_to(scene, address: str) -> list[str]:
    mails = [message_from_bytes(mail.content) for mail in scene.servers.mailbox(TEAM, "Drafts")]
    return [mail["Subject"] for mail in mails if address in mail["To"]]


def test_a_drafted_invitation_lies_there_until_its_time(scene):
    booked_with(scene, ("mode: live", "mode: drafts\ncheck-ins: {active: every week}"))
    to(scene, scene.now + 2 * HOURLY)
    assert drafted_to(scene, MARIA) == ["Check-in: Dana and Maria"]
    replies(scene, DANA, "DECLINED")
    to(scene, scene.now + 2 * HOURLY)
    assert drafted_to(scene, MARIA) == ["New time for our check-in"]
    to(scene, check_in(scene).starts_at + timedelta(hours=4))  # with the question how it went
    assert drafted_to(scene, MARIA) == []


def test_a_new_time_that_could_not_be_told_before_it_came_is_told_no_more(invited):
    invited.servers.refuse[MARIA] = (452, "later")
    replies(invited, DANA, "DECLINED")
    to(invited, check_in(invited).starts_at)
    del invited.servers.refuse[MARIA]
    to(invited, invited.now + timedelta(hours=3))
    assert len(invited.servers.mailbox(MARIA)) == 1


@pytest.mark.parametrize("answer", ["DECLINED", "ACCEPTED"])
def test_an_answer_after_the_call_says_nothing_about_it(invited, answer):
    replies(invited, MARIA, "TENTATIVE")
    to(invited, check_in(invited).ends_at + timedelta(minutes=10))
    replies(invited, MARIA, answer)
    to(invited, invited.now + timedelta(hours=4))
    assert check_in(invited).state == "tentative"
    assert not [subject for subject in invited.subjects(DANA) if "cannot make" in subject]
    assert "How did the check-in with Maria go?" in invited.subjects(DANA)


def test_what_stands_in_calendars_is_put_right_also_when_nobody_books_any_more(invited):
    invited.policy(invited.rules_text)  # without the rule that invites
    invited.tick()
    replies(invited, DANA, "DECLINED")
    assert (check_in(invited).sequence, check_in(invited).state) == (1, "invited")
    assert event_in(invited.servers.mailbox(MARIA)[-1].content)["SEQUENCE"] == 1
    invited.policy(
        invited.rules_text, ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    phase: ended")
    )
    invited.tick()
    assert calendar_in(invited.servers.mailbox(MARIA)[-1].content)["METHOD"] == "CANCEL"


@pytest.mark.parametrize("change", ["declined", "paused"])
def test_what_changes_in_a_dry_run_is_told_once_letters_go_out_again(invited, change):
    """The calendars would show for good what is no longer so."""
    weekly = "check-ins: {active: every week}"
    paused = ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    phase: paused")
    edits = [paused] if change == "paused" else []
    invited.policy(invited.rules_text + CHECK_INS, ("mode: live", f"mode: dry-run\n{weekly}"), *edits)
    invited.tick()
    if change == "declined":
        replies(invited, DANA, "DECLINED")
    to(invited, invited.now + timedelta(hours=20))
    assert len(invited.servers.mailbox(MARIA)) == 1
    invited.policy(invited.rules_text + CHECK_INS, ("mode: live", f"mode: live\n{weekly}"), *edits)
    to(invited, invited.now + timedelta(hours=1))
    calendar = calendar_in(invited.servers.mailbox(MARIA)[-1].content)
    method = "CANCEL" if change == "paused" else "REQUEST"
    assert (calendar["METHOD"], calendar.walk("VEVENT")[0]["SEQUENCE"]) == (method, 1)


def test_who_is_invited_by_no_rule_takes_nobodys_time(scene):
    few = ("timezone: America/New_York\n  hours: Mon-Fri 09:00-17:00",) * 2
    few = few[0], few[1].replace("Mon-Fri 09:00-17:00", "Mon 09:00-09:30")
    rules = CHECK_INS.replace("invite:", "if: {{contractor: Ben Okafor}}\n    invite:")
    scene.policy(scene.rules_text + rules, ("mode: live", "mode: live\ncheck-ins: {active: every week}"), few)
    scene.tick()
    to(scene, scene.now + timedelta(days=18))
    assert not scene.servers.mailbox(MARIA)
    assert [mail.subject for mail in scene.letters(BEN) if mail.subject.startswith("Check-in")]


def test_a_calendar_that_knows_it_is_told_of_a_change_also_when_another_address_comes_first(invited):
    first = ("email: [maria@contract.example]", "email: [aiko@contract.example, maria@contract.example]")
    weekly = ("mode: live", "mode: live\ncheck-ins: {active: every week}")
    invited.policy(invited.rules_text + CHECK_INS, weekly, first)
    invited.tick()
    replies(invited, DANA, "DECLINED")
    content = invited.servers.mailbox(MARIA)[-1].content
    assert event_in(content)["SEQUENCE"] == 1
    assert str(event_in(content)["ATTENDEE"][0]) == f"mailto:{MARIA}"
    to(invited, check_in(invited).starts_at + timedelta(days=7))
    assert "Check-in: Dana and Maria" in invited.subjects("aiko@contract.example")
