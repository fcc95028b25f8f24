"""Never a storm: whatever comes at once, after whatever pause, by whatever clock, the limits hold."""

from datetime import timedelta

import pytest

from relationship.facts.decisions import Verdict
from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
EVERY_ANSWER = ("    at most: once in 2 weeks\n", "")
A_DAY, A_WEEK, AN_HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)


def answers(scene, count, who=(MARIA, BEN)):
    """So many questions were asked, and answered at once."""
    for n in range(count):
        for address in who:
            question = scene.writes(DANA, address, f"Job {scene.now:%y%m%d%H} {n}", "Could you look at this?")
            scene.writes(address, TEAM, f"Re: Job {scene.now:%y%m%d%H} {n}", "Done.", question)


def went_out(scene):
    """When letters went to contractors, by contractor, in the order in which they went."""
    books = scene.keepwarm.books
    letters = [x for key in books.people.contractors for x in books.story(key).letters.values()]
    return sorted((x.sent_at, x.contractor) for x in letters if x.reader is Side.CONTRACTOR and x.sent_at)


def limits_hold(scene, per_day=2, per_week=5, per_hour=30):
    times = went_out(scene)
    for at, who in times:
        own = [other for other, whose in times if whose == who]
        assert sum(at <= other < at + A_DAY for other in own) <= per_day
        assert sum(at <= other < at + A_WEEK for other in own) <= per_week
        assert sum(at <= other < at + AN_HOUR for other, _ in times) <= per_hour
    contractors = sum(
        len(recipients) and recipients[0] != DANA for _, recipients, _ in scene.servers.accepted
    )
    assert contractors == len(times)


def test_a_thousand_mails_at_once(scene):
    scene.policy(scene.rules_text, EVERY_ANSWER)
    scene.tick()
    scene.at("2026-03-02 10:00")
    answers(scene, 250)
    scene.run("2026-03-02 11:00", timedelta(minutes=15))
    assert len(went_out(scene)) == 4
    scene.run("2026-03-05 11:00", timedelta(hours=8))
    limits_hold(scene)
    books = scene.keepwarm.books
    held = [d for key in books.people.contractors for d in books.story(key).decisions.values()]
    dropped = [d for d in held if d.verdict is Verdict.SUPPRESS]
    assert len(dropped) > 400
    assert all("stale" in d.why for d in dropped)


def test_many_notes_that_may_go_at_any_time(scene):
    idea = "  - {{name: Idea, when: idea received, send: owner/answer-the-idea, deliver: any time}}\n"
    scene.policy(scene.rules_text + idea)
    scene.tick()
    scene.at("2026-03-02 23:00")
    for n in range(40):
        scene.writes(MARIA, TEAM, f"Idea {n}", f"#idea Shall we sell number {n} online?")
    scene.run("2026-03-02 23:30", timedelta(minutes=1))
    assert len(scene.letters(DANA)) == 10
    scene.run("2026-03-03 20:00", timedelta(minutes=15))
    assert len(scene.letters(DANA)) == 11, "the others are in the day's one mail"
    text = "".join(mail.text for mail in scene.letters(DANA))
    assert all(f"Idea {n}" in text or f"number {n}" in text for n in range(40))


def test_more_notes_than_one_mail_holds_wait_for_the_next(scene):
    """A robot's ideas, or those of a large agency: no note counts as sent that no mail has shown."""
    idea = "  - {{name: Idea, when: idea received, send: owner/answer-the-idea}}\n"
    scene.policy(scene.rules_text + idea)
    scene.tick()
    scene.at("2026-03-02 13:00")
    for n in range(230):
        scene.writes(MARIA, TEAM, f"Idea {n}.", f"#idea Shall we sell number {n} online?")
    scene.run("2026-03-02 20:00", timedelta(hours=1))
    [mail] = scene.letters(DANA)
    shown = {n for n in range(230) if f"Idea {n}." in mail.text}
    gone = {x.about[0] for x in scene.story("Maria").letters.values() if x.sent_at}
    assert len(shown) == len(gone) < 200
    assert f"There was no room for {230 - len(shown)} more notes in this mail." in mail.text
    scene.run("2026-03-05 20:00", timedelta(hours=1))
    text = "".join(mail.text for mail in scene.letters(DANA))
    assert all(f"Idea {n}." in text for n in range(230))


def test_a_week_of_downtime(scene):
    scene.policy(scene.rules_text, EVERY_ANSWER)
    scene.tick()
    for day in range(2, 7):
        scene.at(f"2026-03-0{day} 10:00")
        answers(scene, 3)
        scene.writes(DANA, MARIA, f"Question {day}", "Could you send it?")
    scene.at("2026-03-10 10:00")
    scene.restart()
    scene.tick()
    assert len(went_out(scene)) <= 4
    scene.run("2026-03-16 10:00", timedelta(hours=2))
    limits_hold(scene)
    whys = [d.why for d in scene.story("Maria").decisions.values() if d.verdict is Verdict.SUPPRESS]
    assert any("stale" in why for why in whys)


def test_a_rules_edit_does_not_reach_back(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    answers(scene, 10)
    scene.tick()
    before = len(went_out(scene))
    scene.at("2026-03-02 12:00")
    more = """
  - name: Thank everybody for everything
    when: contractor replied
    send: appreciation/quick-answer
  - name: Chase at once
    when: waiting on contractor
    steps:
      - {after: 1 minutes, send: reminders/gentle}
      - {after: 2 minutes, send: reminders/firm}
"""
    scene.policy(scene.rules_text + more.replace("{", "{{").replace("}", "}}"))
    scene.run("2026-03-03 12:00")
    assert len(went_out(scene)) == before


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(weeks=52)])
@pytest.mark.parametrize("forth", [True, False])
def test_a_clock_that_jumps_and_comes_back(scene, jump, forth):
    scene.policy(scene.rules_text, EVERY_ANSWER)
    scene.tick()
    scene.at("2026-03-02 10:00")
    answers(scene, 5)
    scene.writes(DANA, MARIA, "Question", "Could you send it?")
    scene.tick()
    right, asked = scene.now, len(went_out(scene))
    assert asked == 4
    for wrong in (jump if forth else -jump, timedelta()):
        for minutes in range(0, 120, 10):
            scene.now = right + wrong + timedelta(minutes=minutes)
            if minutes == 0:
                scene.keepwarm.start_over(scene.now)
            if minutes == 30:
                answers(scene, 1)
            scene.tick()
        right += timedelta(hours=2)
    assert len(went_out(scene)) <= 8, "by a clock that is a year off the limits are free again, once"
    limits_hold(scene)
    subjects = scene.subjects(MARIA) + scene.subjects(BEN)
    assert max(map(subjects.count, subjects)) <= 2, "a job of each, and never one twice"
    # And it goes on: what comes now is thanked as ever, once the limits allow.
    before = len(went_out(scene))
    scene.now = right + timedelta(weeks=1)
    answers(scene, 1)
    scene.tick()
    assert len(went_out(scene)) == before + 2
    limits_hold(scene)


def test_rules_that_were_edited_by_a_wrong_clock_act_once_it_is_right(scene):
    scene.tick()
    right = scene.now
    scene.now += timedelta(weeks=52)
    rule = """
  - name: Thank everybody
    when: contractor replied
    send: appreciation/quick-answer
"""
    scene.policy(scene.rules_text.replace("Thank a quick answer", "Thank quickly") + rule)
    scene.tick()
    scene.now = right + timedelta(hours=2)
    scene.restart()
    scene.tick()
    scene.now += timedelta(minutes=10)
    answers(scene, 1)
    scene.tick()
    assert len(went_out(scene)) == 2
