"""The example file's rules about the work itself: briefs, deadlines, deliveries, ideas, praise and feedback.

Hours as in test_example_turns.py: Maria 13:00-22:00 UTC, Dana 13:00-16:30 and 17:30-22:00 UTC.
"""

import re
from urllib.parse import unquote

import pytest

from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
AHEAD, MISSED, DELIVERED = "Deadline ahead", "Deadline missed", "Delivered on time"
PROPOSED, FEEDBACK, BRIEF = "Deadline proposed", "Say what was good", "A brief without a deadline"


def brief(scene, at, text, subject="Flyer", who=MARIA, **more):
    """Dana hands over work, and Maria says that she will do it."""
    scene.live(at)
    return scene.writes(DANA, who, subject, text, **more)


def says(scene, at, text, about, subject="Re: Flyer", who=MARIA):
    scene.live(at)
    return scene.writes(who, TEAM if who != DANA else MARIA, subject, text, about)


def click(scene, tag, text):
    """Dana follows a link in the last of her mails that holds `text`."""
    letter = next(m for m in reversed(scene.letters(DANA)) if text in " ".join(m.text.split()))
    links = re.findall(r"mailto:\S+?\?subject=(\S+?)&body=%23(\w+)", letter.text)
    subject = next(unquote(subject) for subject, said in links if said == tag)
    scene.writes(DANA, TEAM, subject, f"#{tag}", folder="INBOX")
    scene.tick()


# -- Deadline ahead, Deadline missed -------------------------------------------------------------------------


def test_a_deadline_is_near_two_working_days_before_and_missed_one_after(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-06 15:30", "I will start tomorrow.", task)
    example.live("2026-10-14 20:00")
    example.restart()
    example.live("2026-11-02 15:00")
    assert example.sent(AHEAD) == ["2026-10-14 13:00"]
    assert example.sent(MISSED) == ["2026-10-19 13:00"]
    near, missed = example.last(AHEAD), example.last(MISSED)
    assert (near.to, near.subject, missed.to) == (MARIA, "Re: Flyer", DANA)
    assert "“Flyer”" in near.text
    assert "Friday 16 October" in near.text
    assert "Friday, October 16" in missed.text


def test_a_deadline_that_is_met_early_is_neither_near_nor_missed(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-13 21:00", "Here it is.\n\n#done", task)
    example.live("2026-10-26 15:00")
    assert example.sent(AHEAD) == example.sent(MISSED) == []


@pytest.mark.parametrize(
    ("theirs", "yours", "thanked"),
    [
        ("Here is the flyer, attached.", "Looks great, thank you!", True),
        ("Here is the flyer, attached.", "Could you make it larger?", False),
        ("I will start tomorrow.", "Thank you!", False),
    ],
)
def test_what_came_without_a_tag_and_was_thanked_for_is_delivered(example, theirs, yours, thanked):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-13 15:00", theirs, task)
    says(example, "2026-10-13 15:30", yours, task, who=DANA)
    example.live("2026-10-26 15:00")
    assert len(example.sent(AHEAD)) == len(example.sent(MISSED)) == (not thanked)


def test_a_deadline_that_moves_is_near_at_its_new_day_alone(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-06 15:30", "I will start tomorrow.", task)
    says(example, "2026-10-14 12:59", "Let us say\n\nDue: 20 Oct 2026", task, who=DANA)
    says(example, "2026-10-14 13:00", "That suits me.", task)
    example.live("2026-10-19 15:00")
    assert example.sent(AHEAD) == ["2026-10-16 13:00"]
    assert "Tuesday 20 October" in example.last(AHEAD).text
    assert example.sent(MISSED) == []


def test_a_day_that_is_said_twice_is_one_deadline(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-06 15:30", "I will start tomorrow.", task)
    says(example, "2026-10-14 14:00", "As agreed:\n\nDue: 16 Oct 2026", task, who=DANA)
    says(example, "2026-10-14 14:30", "Yes.", task)
    example.live("2026-10-26 15:00")
    assert example.sent(AHEAD) == ["2026-10-14 13:00"]
    assert example.sent(MISSED) == ["2026-10-19 13:00"]


def test_a_day_that_is_named_too_late_for_a_reminder_has_none(example):
    task = brief(example, "2026-10-14 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-14 15:30", "I will start tomorrow.", task)
    example.live("2026-10-16 15:00")
    assert example.sent(AHEAD) == []


@pytest.mark.parametrize(
    ("locale", "day"), [("en-US", "Thursday 12 November"), ("en-GB", "Friday 11 December")]
)
def test_an_ambiguous_day_is_read_by_the_owners_locale(example, locale, day):
    example.policy(example.rules_text, ("locale: en-US", f"locale: {locale}"))
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 11/12")
    says(example, "2026-10-06 15:30", "I will start tomorrow.", task)
    example.live("2026-11-09 13:00" if locale == "en-US" else "2026-11-13 13:00")
    example.at("2026-11-10 12:00" if locale == "en-US" else "2026-12-09 12:00")
    example.live("2026-11-10 13:00" if locale == "en-US" else "2026-12-09 13:00")
    assert example.sent(AHEAD) == [example.now.strftime("%Y-%m-%d %H:%M")]
    assert day in example.last(AHEAD).text


def test_one_click_ends_a_missed_deadline(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-06 15:30", "I will start tomorrow.", task)
    twice = (
        "- {after: 1 working day, send: owner/deadline-missed}",
        "- {after: 1 working day, send: owner/deadline-missed}\n"
        "      - {after: 3 working days, send: owner/deadline-missed}",
    )
    example.policy(example.rules_text, twice)
    example.live("2026-10-19 14:00")
    click(example, "settled", "was due on")
    example.live("2026-10-27 15:00")
    assert example.sent(MISSED) == ["2026-10-19 13:00"]


def owed(example):
    return [turn.asks for turn in example.story("Maria").waits(Side.OWNER)]


def test_who_says_yes_to_a_day_owes_no_answer_about_it(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 14 Oct 2026")
    says(example, "2026-10-07 15:00", "Will do.\n\nDue: 20 Oct 2026", task)
    example.live("2026-10-07 16:00")
    assert owed(example) == [True]
    click(example, "accept", "would like to deliver")
    assert owed(example) == []
    example.restart()
    assert owed(example) == []
    says(example, "2026-10-20 15:00", "Here it is.\n\n#done", task)
    example.live("2026-10-20 16:00")
    assert owed(example) == [False]


def test_what_was_delivered_by_its_day_needs_no_answer_about_the_day(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 14 Oct 2026")
    says(example, "2026-10-07 15:00", "Will do.\n\nDue: 20 Oct 2026", task)
    says(example, "2026-10-20 15:00", "Here it is.\n\n#done", task)
    example.live("2026-10-20 16:00")
    assert owed(example) == [False]


def test_a_contractors_day_is_told_to_the_owner_and_counts_once_accepted(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 14 Oct 2026")
    says(example, "2026-10-07 15:00", "Could I have until\n\nDue: 20 Oct 2026", task)
    example.live("2026-10-07 16:00")
    assert example.sent(PROPOSED) == ["2026-10-07 15:00"]
    note = example.last(PROPOSED)
    assert (note.to, note.subject) == (DANA, "Maria proposes Tuesday, October 20: Flyer")
    assert "it was due on Wednesday, October 14, and that still holds" in note.text
    click(example, "accept", "would like to deliver")
    says(example, "2026-10-07 18:00", "That suits me.", task, who=DANA)
    example.live("2026-10-16 15:00")
    example.restart()
    example.live("2026-10-19 15:00")
    assert example.sent(AHEAD) == ["2026-10-16 13:00"]
    assert example.sent(PROPOSED) == ["2026-10-07 15:00"]


def test_a_proposal_alone_changes_nothing_and_one_that_is_decided_is_not_told(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 14 Oct 2026")
    says(example, "2026-10-06 22:30", "Could I have until\n\nDue: 20 Oct 2026", task)  # Dana has gone home
    says(example, "2026-10-07 12:00", "No, please keep to\n\nDue: 14 Oct 2026", task, who=DANA)
    says(example, "2026-10-07 13:30", "Good, I will.", task)
    example.live("2026-10-12 15:00")
    assert example.sent(PROPOSED) == []
    assert example.sent(AHEAD) == ["2026-10-12 13:00"]
    assert "Wednesday 14 October" in example.last(AHEAD).text


# -- Delivered on time, Five in a row ------------------------------------------------------------------------


def test_a_delivery_on_time_is_thanked_when_the_owner_says_ok(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-16 21:30", "Here it is.\n\n#done", task)  # Saturday, 05:30: Friday's shift
    example.tick()
    [asked] = [m for m in example.letters(DANA) if m.subject.startswith("May I send this")]
    assert example.sent(DELIVERED) == []
    example.live("2026-10-19 13:10")
    example.writes(DANA, TEAM, "Re: May I?", "ok", f"<{asked.message_id}>", folder="INBOX")
    example.live("2026-10-30 13:00")
    assert example.sent(DELIVERED) == ["2026-10-19 13:10"]
    letter = example.last(DELIVERED)
    assert (letter.to, letter.subject) == (MARIA, "Re: Flyer")
    assert "“Flyer”" in letter.text


@pytest.mark.parametrize(
    ("at", "why"),
    [("2026-10-16 22:30", "if: on time: it came late"), ("2026-10-19 14:00", "if: on time: it came late")],
)
def test_a_late_delivery_is_not_thanked(example, at, why):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, at, "Here it is.\n\n#done", task)
    example.live("2026-10-26 13:00")
    assert example.why(DELIVERED) == [("suppress", why)]
    assert not [m for m in example.letters(DANA) if m.subject.startswith("May I send this")]


def test_what_is_said_to_be_done_twice_is_one_delivery(example):
    example.policy(example.rules_text, ("    if: {on time: yes}\n", ""), ("    approve: owner\n", ""))
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-13 14:00", "Here it is.\n\n#done", task)
    says(example, "2026-10-14 15:00", "With the typo put right.\n\n#done", task)
    says(example, "2026-10-15 15:00", "I have it, thank you.\n\n#done", task, who=DANA)
    example.live("2026-10-20 13:00")
    assert example.sent(DELIVERED) == ["2026-10-13 14:00"]


def test_five_deliveries_on_time_in_a_row_are_told_to_the_owner(example):
    example.policy(example.rules_text, ("    approve: owner\n", ""))
    for day in ("06", "07", "08", "09", "13"):
        task = brief(
            example, f"2026-10-{day} 14:00", f"Please do it.\n\nDue: {day} Oct 2026", subject=f"Task {day}"
        )
        assert example.sent("Five in a row") == []
        says(example, f"2026-10-{day} 18:00", "Here it is.\n\n#done", task, subject=f"Re: Task {day}")
        example.tick()
    example.live("2026-10-23 14:00")
    assert example.sent("Five in a row") == ["2026-10-14 13:00"]  # Dana had the 13th's one mail at 13:00
    assert "5 deliveries on time in a row" in example.last("Five in a row").text


def test_four_and_a_late_one_are_no_five(example):
    for day, done in (("06", "06"), ("07", "07"), ("08", "08"), ("09", "09"), ("13", "14"), ("15", "15")):
        text = f"Please do it.\n\nDue: {day} Oct 2026"
        task = brief(example, f"2026-10-{day} 14:00", text, subject=f"Task {day}")
        says(example, f"2026-10-{done} 23:00", "Here it is.\n\n#done", task, subject=f"Re: Task {day}")
    example.live("2026-10-20 14:00")
    assert example.sent("Five in a row") == []


# -- Say what was good, No praise lately ---------------------------------------------------------------------


def test_feedback_is_asked_for_two_working_days_after_a_delivery(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-14 14:00", "Here it is.\n\n#done", task)
    example.live("2026-10-15 20:00")
    example.restart()
    example.live("2026-10-26 15:00")
    assert example.sent(FEEDBACK) == ["2026-10-16 14:00"]
    assert example.last(FEEDBACK).subject == "What did you think of Flyer?"


def test_who_said_what_they_think_is_not_asked(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-14 14:00", "Here it is.\n\n#done", task)
    says(example, "2026-10-16 13:59", "The blue is perfect. Next time a bit larger.", task, who=DANA)
    example.live("2026-10-26 15:00")
    assert example.sent(FEEDBACK) == []


@pytest.mark.parametrize(("word", "told"), [("send: The blue is perfect.", 0), ("ok", 0), ("no", 1)])
def test_who_gave_their_word_to_a_letter_about_a_delivery_has_said_something(example, word, told):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-13 14:00", "Here it is.\n\n#done", task)
    example.live("2026-10-13 14:10")
    [asked] = [m for m in example.letters(DANA) if m.subject.startswith("May I send this")]
    example.writes(DANA, TEAM, "Re: May I?", word, f"<{asked.message_id}>", folder="INBOX")
    example.live("2026-10-26 15:00")
    assert (len(example.sent(DELIVERED)), len(example.sent(FEEDBACK))) == (1 - told, told)


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_star_on_the_delivery_says_what_one_thinks_of_it(example, taken_back):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    says(example, "2026-10-14 14:00", "Here it is.\n\n#done", task)
    example.live("2026-10-14 15:00")
    [at] = [n for n, m in enumerate(example.servers.mailbox(TEAM)) if b"#done" in m.content]
    example.servers.flag(TEAM, "INBOX", at, ["\\Flagged"])
    example.live("2026-10-15 20:00")
    if taken_back:  # many tidy their stars away; she was thanked
        example.servers.flag(TEAM, "INBOX", at, [])
    example.live("2026-10-26 15:00")
    assert len(example.sent("Thank what I starred")) == 1
    assert example.sent(FEEDBACK) == []


def test_no_praise_for_45_days_is_told_once_and_a_star_counts_as_praise(example):
    example.live("2026-10-06 14:00")
    example.writes(MARIA, TEAM, "Table", "I made the table sortable.")
    example.tick()
    example.live("2026-10-20 14:00")
    example.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    example.live("2026-10-20 14:30")
    assert example.sent("Thank what I starred") == ["2026-10-20 14:10"]
    example.at("2026-11-18 12:00")
    example.live("2026-11-20 15:00")
    assert example.sent("No praise lately") == ["2026-11-19 14:00"]  # Ben: 45 days from the watermark
    assert "Ben Okafor" in example.last("No praise lately").text
    assert "45 days" in example.last("No praise lately").text
    example.at("2026-12-04 12:00")
    example.live("2026-12-07 15:00")
    assert example.sent("No praise lately")[1:] == [
        "2026-12-04 14:10"
    ]  # Maria: from the thank-you for the star
    example.at("2026-12-18 12:00")
    example.restart()
    example.live("2026-12-19 12:00")
    assert len(example.sent("No praise lately")) == 2


NO_THANKS = [("Table", "It was rejected. No need to reply."), ("FYI: office closed", "Hi.")]


@pytest.mark.parametrize(("subject", "text"), NO_THANKS)
def test_what_only_wants_no_answer_is_no_praise(example, subject, text):
    example.live("2026-10-20 14:00")
    says(example, "2026-10-20 14:30", text, None, subject, DANA)
    example.at("2026-11-18 12:00")
    example.live("2026-11-20 15:00")
    assert "Maria" in example.last("No praise lately").text


def test_the_owners_own_thanks_are_praise_too(example):
    example.live("2026-10-20 14:00")
    table = example.writes(MARIA, TEAM, "Table", "I made the table sortable.")
    says(example, "2026-10-20 14:30", "Great work, thank you!", table, "Re: Table", DANA)
    example.at("2026-11-18 12:00")
    example.live("2026-11-20 15:00")
    assert "Maria" not in example.last("No praise lately").text


# -- A brief without a deadline, An idea came in -------------------------------------------------------------


def test_a_brief_without_a_deadline_is_told_at_once_and_once(example):
    task = brief(example, "2026-10-06 15:00", "Please make the flyer.")
    example.tick()
    assert example.sent(BRIEF) == ["2026-10-06 15:00"]
    note = example.last(BRIEF)
    assert (note.to, note.subject) == (DANA, "Your brief to Maria: Flyer")
    says(example, "2026-10-06 16:00", "Which size?", task)
    says(example, "2026-10-06 18:00", "Please make it A5.", task, who=DANA)
    example.restart()
    example.live("2026-10-14 15:00")
    assert example.sent(BRIEF) == ["2026-10-06 15:00"]


def test_a_brief_with_a_deadline_or_with_one_sent_after_it_is_fine(example):
    brief(example, "2026-10-06 15:00", "Please make the flyer.\n\n#due Friday")
    late = brief(example, "2026-10-06 23:00", "Please make the card.", subject="Card")  # Dana has gone home
    says(example, "2026-10-07 12:30", "Due: 15 Oct 2026", late, "Re: Card", DANA)
    example.live("2026-10-14 15:00")
    assert example.sent(BRIEF) == []


def test_a_brief_for_what_a_contractor_is_not_for(example):
    rule = """
  - name: Not for her
    when: brief sent
    if: {{about: not for}}
    send: owner/incomplete-brief
"""
    example.policy(example.rules_text + rule)
    brief(example, "2026-10-06 15:00", "Please make the flyer.\n\nDue: 16 Oct 2026")
    brief(example, "2026-10-07 15:00", "Please do the bookkeeping.\n\nDue: 16 Oct 2026", subject="Books")
    example.live("2026-10-14 15:00")
    assert example.sent("Not for her") == ["2026-10-07 15:00"]
    assert "asks for bookkeeping" in example.last("Not for her").text


def test_an_idea_is_told_at_once_and_not_once_it_is_answered(example):
    example.live("2026-10-06 15:00")
    example.writes(MARIA, TEAM, "Shorter form", "#idea\n\nWe could drop the second page.")
    example.tick()
    assert example.sent("An idea came in") == ["2026-10-06 15:00"]
    assert "“Shorter form”" in example.last("An idea came in").text
    example.live("2026-10-06 23:00")
    idea = example.writes(MARIA, TEAM, "Weekly call", "#idea\n\nWe could talk on Mondays.")
    says(example, "2026-10-07 12:00", "Good thought, let us try it.", idea, "Re: Weekly call", DANA)
    example.restart()
    example.live("2026-10-14 15:00")
    assert example.sent("An idea came in") == ["2026-10-06 15:00"]


def test_an_idea_of_the_owners_is_none(example):
    brief(
        example, "2026-10-06 15:00", "#idea We could drop the second page. What do you think?\n\nDue: Friday"
    )
    example.live("2026-10-08 15:00")
    assert example.sent("An idea came in") == []
