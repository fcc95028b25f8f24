"""The example file's rules about check-ins, and the triggers that it does not use."""

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest

from relationship.clocks.durations import Duration
from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
CALL, REMINDER, MISSED = "Check-in", "Check-in not answered", "Missed call"


def minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def invited(scene):
    """Live until Maria is invited; the check-in."""
    while not scene.sent(CALL):
        scene.live(minute(scene.now + timedelta(hours=6)))
    first = min(scene.story("Maria").check_ins.values(), key=lambda one: one.starts_at)
    assert first.state == "invited"
    return first


def calendar_says(scene, call, answer):
    """Maria's calendar answers."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{call.uid}",
        f"SEQUENCE:{call.sequence}",
        f"DTSTAMP:{scene.now:%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={answer}:mailto:{MARIA}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    scene.count += 1
    mail = (
        f"From: {MARIA}\nTo: {TEAM}\nSubject: {answer.title()}: Check-in\nMessage-ID: <{scene.count}.cal@x>\n"
        f"Date: {scene.now:%a, %d %b %Y %H:%M:%S} +0000\nMIME-Version: 1.0\n"
        'Content-Type: text/calendar; method=REPLY; charset="utf-8"\n\n' + "\n".join(lines) + "\n"
    )
    scene.servers.deliver_to(TEAM, mail.encode(), scene.now, "INBOX")
    scene.tick()


def click(scene, tag):
    """Dana follows the link in the last of her mails that has one."""
    texts = [re.findall(rf"mailto:\S+?\?subject=(\S+?)&body=%23{tag}", x.text) for x in scene.letters(DANA)]
    subject = [found for found in texts if found][-1][0]
    scene.writes(DANA, TEAM, unquote(subject), f"#{tag}", folder="INBOX")
    scene.tick()


def test_invitations_come_weekly_with_their_notice_in_both_parties_hours(whole_example):
    scene = whole_example
    scene.live("2026-10-12 08:00")
    scene.restart()
    scene.live("2026-11-01 08:00")
    calls = sorted(scene.story("Maria").check_ins.values(), key=lambda one: one.starts_at)
    sent = sorted(
        (x for x in scene.story("Maria").letters.values() if x.rule == CALL), key=lambda x: x.created_at
    )
    assert len(calls) == len(sent) >= 3
    for call, letter in zip(calls, sent, strict=True):
        assert call.starts_at - letter.sent_at >= timedelta(days=3)
        for side in Side:
            clock = scene.story("Maria").clock(side)
            assert clock.contains(call.starts_at)
            assert clock.contains(call.ends_at - timedelta(minutes=1))
        assert scene.story("Maria").clock(Side.CONTRACTOR).contains(letter.sent_at)
    assert len({call.starts_at.isocalendar().week for call in calls}) == len(calls)


def test_an_unanswered_invitation_is_reminded_of_once_one_working_day_before(whole_example):
    scene = whole_example
    call = invited(scene)
    due = scene.story("Maria").clock(Side.CONTRACTOR).before(call.starts_at, Duration(1, "days", True))
    scene.live(minute(due - timedelta(minutes=1)))
    assert scene.sent(REMINDER) == []
    scene.live(minute(due))
    assert scene.sent(REMINDER) == [minute(due)]
    assert scene.last(REMINDER).to == MARIA
    scene.restart()
    scene.live(minute(call.starts_at))
    assert len(scene.sent(REMINDER)) == 1


@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_an_answered_invitation_is_not_reminded_of(whole_example, answer):
    scene = whole_example
    call = invited(scene)
    calendar_says(scene, call, answer)
    scene.live(minute(call.starts_at))
    assert scene.sent(REMINDER) == []


def test_a_declined_one_is_told_to_the_owner_once(whole_example):
    declined = """
  - name: Declined
    when: check-in declined
    send: owner/check-in-declined
    deliver: any time
"""
    scene = whole_example
    scene.policy(scene.rules_text + declined)
    call = invited(scene)
    calendar_says(scene, call, "DECLINED")
    told = [minute(scene.now)]
    assert scene.sent("Declined") == told
    assert "cannot make the check-in" in scene.last("Declined").subject
    calendar_says(scene, call, "DECLINED")
    scene.restart()
    scene.live(minute(call.starts_at))
    assert scene.sent("Declined") == told


def test_a_missed_call_is_told_and_how_it_went_is_asked_an_hour_after(whole_example):
    scene = whole_example
    scene.policy(scene.rules_text, ("    pay: [15th, last day]\n", ""))  # no other note on that day
    call = invited(scene)
    calendar_says(scene, call, "ACCEPTED")
    scene.live(minute(call.ends_at + timedelta(minutes=59)))
    assert scene.sent("Check-in over") == scene.sent(MISSED) == []
    scene.live(minute(call.ends_at + timedelta(hours=20)))
    [asked] = scene.sent("Check-in over")
    first = call.ends_at + timedelta(hours=1)
    assert asked == minute(scene.story("Maria").clock(Side.OWNER).next_open(first))
    click(scene, "missed")
    scene.restart()
    scene.live(minute(call.ends_at + timedelta(days=4)))
    assert len(scene.sent(MISSED)) == 1
    assert "was reported as missed" in scene.last(MISSED).text


def test_how_a_call_went_is_asked_in_the_contractors_next_letter_alone(whole_example):
    scene = whole_example
    call = invited(scene)
    calendar_says(scene, call, "ACCEPTED")
    scene.live(minute(call.ends_at + timedelta(minutes=30)))
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live(minute(call.ends_at + timedelta(days=4)))
    letters = [x for x in scene.letters(MARIA) if x.raw.internal_date > call.ends_at]
    asking = [x for x in letters if "how was your call with Dana" in " ".join(x.text.split())]
    assert len(letters) > 1
    assert asking == letters[:1]
    [subject] = re.findall(r"mailto:\S+?\?subject=(\S+?)&body=%23held", asking[0].text.replace("\n", ""))
    scene.writes(MARIA, TEAM, unquote(subject), "#held")
    scene.tick()
    assert scene.story("Maria").check_ins[call.uid].contractor_said == "held"
    assert scene.story("Maria").waits(Side.OWNER) == ()


def test_an_invitation_brings_what_there_is_to_talk_about(whole_example):
    scene = whole_example
    scene.live("2026-10-05 15:00")
    flyer = scene.writes(DANA, MARIA, "Flyer", "Please make the flyer.\n\nDue: 30 Oct 2026")
    done = scene.writes(DANA, MARIA, "Menu", "Please make the menu.\n\nDue: 6 Oct 2026")
    scene.live("2026-10-05 17:00")
    scene.writes(MARIA, TEAM, "Re: Flyer", "I will start tomorrow.", flyer)
    scene.writes(MARIA, TEAM, "Re: Menu", "Here it is.\n\n#done", done)
    scene.writes(MARIA, TEAM, "Shorter form", "#idea\n\nWe could drop the second page.")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    invited(scene)
    text = scene.last(CALL).text
    assert "- Invoice (with me since Tuesday 6 October)" in text
    assert "- Flyer (due on Friday 30 October)" in text
    assert "- Shorter form (idea of Tuesday 6 October)" in text
    assert "- Menu (delivered on Tuesday 6 October)" in text


# -- triggers that the example does not use ------------------------------------------------------------------

MORE = """
  - name: You were quick
    when: owner replied
    if: {{took: under 1 working hour}}
    send: owner/well-answered
  - name: Quick three
    when: streak
    if: {{quick answers: 3}}
    send: owner/reward
"""


@pytest.fixture
def more(example):
    folder = example.folder / "templates" / "owner"
    folder.mkdir(parents=True)
    (folder / "well-answered.md").write_text(
        "To: owner\nSubject: Well answered\n\nYou answered {{ contractor.first_name }} in {{ took }}.\n"
    )
    example.policy(example.rules_text + MORE)
    return example


def test_the_owners_own_answer_is_an_occasion_once(more):
    more.live("2026-10-06 14:00")
    question = more.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    more.live("2026-10-06 14:40")
    more.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", question)
    more.live("2026-10-07 14:00")
    late = more.writes(MARIA, TEAM, "Colour", "Which colour should I use?")
    more.live("2026-10-07 16:00")
    more.writes(DANA, MARIA, "Re: Colour", "Blue.", late)
    more.restart()
    more.live("2026-10-12 14:00")
    assert more.sent("You were quick") == ["2026-10-06 14:40"]
    assert "You answered Maria in 40 minutes." in more.last("You were quick").text


def test_three_quick_answers_in_a_row_and_a_slow_one_begins_anew(more):
    for day, took in (("06", 1), ("07", 1), ("08", 3), ("09", 1), ("13", 1), ("14", 1)):
        more.live(f"2026-10-{day} 14:00")
        question = more.writes(DANA, MARIA, f"Task {day}", "Could you do it?\n\nDue: tomorrow")
        more.live(f"2026-10-{day} {14 + took}:00")
        more.writes(MARIA, TEAM, f"Re: Task {day}", "Yes, it lies in the folder.", question)
        more.tick()
        assert more.sent("Quick three") == (["2026-10-14 15:00"] if day == "14" else [])
    assert "3 quick answers in a row" in more.last("Quick three").text
    more.restart()
    more.live("2026-10-20 14:00")
    assert len(more.sent("Quick three")) == 1


def test_who_talked_has_not_gone_quiet(whole_example):
    """A check-in that was held ends a silence as a mail does."""
    scene = whole_example
    call = invited(scene)
    scene.policy(scene.rules_text, ("onboarding: every week ", "onboarding: never #"))
    calendar_says(scene, call, "ACCEPTED")
    scene.live(minute(call.ends_at + timedelta(hours=30)))
    click(scene, "held")
    quiet = call.ends_at + timedelta(days=14)
    scene.live(minute(quiet - timedelta(minutes=1)))
    told = [x for x in scene.out if x.rule == "We have gone quiet"]
    assert [x for x in told if "Ben" in x.text]
    assert not [x for x in told if "Maria" in x.text]
    scene.live(minute(quiet + timedelta(days=4)))
    [told] = [x for x in scene.out if x.rule == "We have gone quiet" and "Maria" in x.text]
    assert f"{call.ends_at:%B} {call.ends_at.day}" in told.text


def test_nobody_is_said_to_have_written_on_the_day_of_the_watermark(example):
    """Who never wrote has not been silent "since" the day on which Keepwarm came."""
    example.live("2026-11-05 14:00")
    quiet = [x for x in example.out if x.rule in ("We have gone quiet", "You disappeared")]
    assert len(quiet) == 4
    assert not [x for x in quiet if "since" in x.text or "October 5" in x.text]
    assert "For 30 days now I have seen no mail from you to Maria Santos." in quiet[-1].text
