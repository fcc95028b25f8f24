"""The example file's rules about whose turn it is: each acts in the minute in which it should, and never twice.

Maria works nights in Manila, Mon-Fri 21:00-06:00: 13:00-22:00 UTC. Dana works in New York, Mon-Fri 09:00-12:30 and
13:30-18:00: 13:00-16:30 and 17:30-22:00 UTC until 1 November. Ben is a backup in Lagos, 08:00-16:00 UTC.
"""

import pytest

TEAM, DANA, LEE = "team@acme.example", "dana@acme.example", "lee@acme.example"
MARIA, BEN, AIKO = "maria@contract.example", "ben@contract.example", "aiko@contract.example"
QUICK, CHASE, OWE = "Thank a quick answer", "Chase an unanswered question", "I owe an answer"
ROBOT = {"Auto_Submitted": "auto-replied"}


def ask(scene, at, who=MARIA, subject="Logo", text="Could you send the logo?", **more):
    scene.live(at)
    return scene.writes(DANA, who, subject, text, **more)


def answer(scene, at, question, who=MARIA, subject="Re: Logo", text="Here it is, in three sizes."):
    scene.live(at)
    return scene.writes(who, TEAM, subject, text, question)


# -- Welcome -------------------------------------------------------------------------------------------------

NEWCOMER = (
    "defaults: ",
    """  - name: Aiko Tanaka
    email: aiko@contract.example
    role: illustrator
defaults: """,
)


def test_welcome_greets_who_was_added_once(example):
    example.live("2026-10-06 03:00")  # 11:00 in Manila, which is the default zone
    example.policy(example.rules_text, NEWCOMER)
    example.tick()
    assert example.sent("Welcome") == ["2026-10-06 03:00"]
    letter = example.last("Welcome")
    assert (letter.to, letter.subject) == (AIKO, "Welcome, Aiko: how we will work together")
    assert "Hi Aiko, It is good to have you with us as our illustrator." in letter.text
    example.restart()
    example.live("2026-10-20 03:00")
    assert len(example.sent("Welcome")) == 1


def test_welcome_waits_for_the_newcomers_hours_and_is_not_for_a_new_address(example):
    example.live("2026-10-06 20:00")
    second = ("email: ben@contract.example", "email: [ben@contract.example, ben@home.example]")
    example.policy(example.rules_text, NEWCOMER, second)
    example.live("2026-10-08 03:00")
    assert example.sent("Welcome") == ["2026-10-07 01:00"]
    assert example.last("Welcome").to == AIKO


# -- Thank a quick answer ------------------------------------------------------------------------------------


def test_a_quick_answer_is_thanked_at_once_and_once_in_two_weeks(example):
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 14:55", question)
    example.tick()
    assert example.sent(QUICK) == ["2026-10-06 14:55"]
    letter = example.last(QUICK)
    assert (letter.to, letter.subject) == (MARIA, "Re: Logo")
    assert "“Logo”" in letter.text
    assert "55 minutes" in letter.text
    for day, subject in (("08", "Flyer"), ("20", "Card")):
        question = ask(example, f"2026-10-{day} 14:10", subject=subject)
        answer(example, f"2026-10-{day} 14:50", question, subject=f"Re: {subject}")
        example.restart()
    example.live("2026-10-27 14:00")
    assert example.sent(QUICK) == ["2026-10-06 14:55"]
    reasons = [why for _, why in example.why(QUICK)]
    assert reasons[1].startswith("at most once in 2 weeks")
    question = ask(example, "2026-10-27 14:10", subject="Menu")
    answer(example, "2026-10-27 14:50", question, subject="Re: Menu")
    example.tick()
    assert example.sent(QUICK)[1:] == ["2026-10-27 14:50"]


def test_two_working_hours_are_not_under_two(example):
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 16:00", question)
    example.live("2026-10-07 16:00")
    assert example.sent(QUICK) == []
    assert example.why(QUICK) == [
        ("suppress", "if: took: it took 2 h 00 min of working time, not under 2 working hours")
    ]


def test_took_counts_the_answerers_own_hours(example):
    question = ask(example, "2026-10-06 09:00")  # Maria begins at 13:00
    answer(example, "2026-10-06 14:59", question)
    example.tick()
    assert example.sent(QUICK) == ["2026-10-06 14:59"]
    assert "2 working hours" not in example.last(QUICK).text
    assert "119 working minutes" in example.last(QUICK).text


def test_who_answers_before_their_hours_begin_is_not_told_of_working_minutes(example):
    question = ask(example, "2026-10-06 08:00")
    answer(example, "2026-10-06 12:30", question)
    example.live("2026-10-06 13:00")
    assert example.sent(QUICK) == ["2026-10-06 13:00"]
    assert "under a minute" not in example.last(QUICK).text
    assert "no time at all" in example.last(QUICK).text


def test_neither_a_closer_nor_an_auto_reply_nor_a_backup_is_thanked(example):
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 14:10", question, text="Salamat, got it!")
    question = ask(example, "2026-10-07 14:00", subject="Flyer")
    example.writes(MARIA, TEAM, "Automatic reply: Flyer", "I am out today.", question, **ROBOT)
    question = ask(example, "2026-10-08 14:00", BEN, subject="Site")
    answer(example, "2026-10-08 14:10", question, BEN, "Re: Site")
    example.live("2026-10-09 14:00")
    assert example.sent(QUICK) == []
    assert example.why(QUICK, "Ben") == [("suppress", "if: phase: backup, not onboarding or active")]


# -- Chase an unanswered question ----------------------------------------------------------------------------


def test_a_question_is_chased_after_one_three_and_five_working_days(example):
    ask(example, "2026-10-20 15:00")
    example.live("2026-10-23 23:00")
    example.restart()
    example.live("2026-11-13 15:00")
    assert example.sent(CHASE) == ["2026-10-21 15:00", "2026-10-23 15:00", "2026-10-27 15:00"]
    gentle, firm, escalation = (out for out in example.out if out.rule == CHASE)
    assert [out.template for out in (gentle, firm, escalation)] == [
        "reminders/gentle",
        "reminders/firm",
        "owner/escalation",
    ]
    assert [out.to for out in (gentle, firm, escalation)] == [MARIA, MARIA, DANA]
    assert gentle.subject == firm.subject == "Re: Logo"
    assert "Tuesday 20 October" in gentle.text
    assert "Tuesday 20 October" in firm.text
    assert "Tuesday, October 20, 5 working days ago" in escalation.text
    assert "2 reminders have gone out since." in escalation.text


def test_a_question_outside_the_hours_counts_from_the_next_shift(example):
    ask(example, "2026-10-09 22:30")  # Saturday, 06:30 in Manila: the shift is over
    example.live("2026-10-14 12:59")
    assert example.sent(CHASE) == ["2026-10-13 13:00"]


def test_a_question_in_the_night_belongs_to_the_shift_that_contains_it(example):
    ask(example, "2026-10-09 21:00")  # Saturday, 05:00 in Manila: still Friday's shift
    example.live("2026-10-13 21:00")
    assert example.sent(CHASE) == ["2026-10-12 21:00"]


def test_holidays_of_the_contractor_are_no_working_days(example):
    ask(example, "2026-11-27 15:00")  # Monday 30 November is Bonifacio Day
    example.live("2026-12-02 20:00")
    assert example.sent(CHASE) == ["2026-12-01 15:00"]


def test_days_away_are_no_working_days_and_nobody_is_chased_in_them(example):
    ask(example, "2026-12-23 15:00", text="Could you send the logo?")
    example.live("2027-01-15 20:00")
    assert example.sent(CHASE) == ["2027-01-04 15:00", "2027-01-06 15:00", "2027-01-08 15:00"]


def test_what_asks_nothing_is_not_chased(example):
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 16:30", question)
    example.live("2026-10-06 17:30")
    example.writes(DANA, MARIA, "Re: Logo", "I have passed it on to the printer.", question)
    example.live("2026-10-16 17:30")
    assert example.sent(CHASE) == []


def test_steps_count_from_the_question_where_the_mail_before_it_asked_nothing(example):
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 16:30", question)
    example.live("2026-10-06 17:30")
    example.writes(DANA, MARIA, "Re: Logo", "I have passed it on to the printer.", question)
    example.live("2026-10-08 17:00")
    example.writes(DANA, MARIA, "Re: Logo", "Which blue is it?", question)
    example.live("2026-10-09 18:00")
    assert example.sent(CHASE) == ["2026-10-09 17:00"]
    assert "Friday 9 October" in example.last(CHASE).text  # in Manila it was Friday already


def test_only_what_was_sent_is_claimed_and_the_next_step_keeps_its_distance(example):
    ask(example, "2026-10-06 15:00")
    example.live("2026-10-07 14:59")
    example.servers.offline = True
    example.keepwarm.inbox.close()
    example.at("2026-10-08 15:30")
    example.servers.offline = False
    example.live("2026-10-14 15:30")
    assert example.sent(CHASE)[:2] == ["2026-10-08 15:30", "2026-10-12 15:30"]


def test_an_answer_cancels_the_rest_and_a_new_question_begins_anew(example):
    question = ask(example, "2026-10-06 15:00")
    example.live("2026-10-07 15:00")
    answer(example, "2026-10-07 15:01", question)
    assert example.sent(CHASE) == ["2026-10-07 15:00"]
    ask(example, "2026-10-08 15:00", subject="Re: Logo", text="Thank you. And in green?", answers=question)
    example.live("2026-10-09 15:00")
    assert example.sent(CHASE) == ["2026-10-07 15:00", "2026-10-09 15:00"]
    cancelled = [why for verdict, why in example.why(CHASE) if verdict == "suppress"]
    assert len(cancelled) == 2  # the firm one and the escalation
    assert all(why.startswith("cancelled: Maria Santos answered on ") for why in cancelled)
    assert all(why.endswith(", before this was due") for why in cancelled)


# -- I owe an answer, and the two silences -------------------------------------------------------------------


def test_the_owner_is_told_of_a_debt_after_four_working_hours_and_two_working_days(example):
    example.live("2026-10-06 14:00")
    example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.live("2026-10-07 12:00")
    example.restart()
    example.live("2026-10-20 14:00")
    assert example.sent(OWE) == ["2026-10-06 19:00", "2026-10-08 14:00"]
    first, second = (out for out in example.out if out.rule == OWE)
    assert first.to == second.to == DANA
    assert first.subject == "Maria is waiting for you: Invoice"
    assert "Tuesday, October 6" in first.text
    assert "4 working hours" in first.text
    assert "2 working days" in second.text


def test_the_team_answers_for_the_owner_and_a_thank_you_asks_nothing(example):
    example.live("2026-10-06 14:00")
    question = example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.live("2026-10-06 18:59")
    example.writes(LEE, MARIA, "Re: Invoice", "The one on the site.", question, Cc=TEAM)
    example.live("2026-10-06 19:30")
    example.writes(MARIA, TEAM, "Re: Invoice", "Salamat!", question)
    example.live("2026-10-12 14:00")
    assert example.sent(OWE) == []


def test_one_mail_a_day_carries_what_the_owner_owes(example):
    example.live("2026-10-06 14:00")
    example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.live("2026-10-06 14:30")
    example.writes(BEN, TEAM, "Site", "Shall I go on?")
    example.live("2026-10-07 14:00")
    assert example.sent(OWE) == ["2026-10-06 19:00", "2026-10-07 13:00"]


def test_silence_is_told_after_fourteen_days_and_owner_silence_after_thirty(example):
    example.live("2026-10-06 14:00")
    question = example.writes(MARIA, TEAM, "Invoice", "Here is the invoice.")
    example.live("2026-10-19 13:00")
    quiet, gone = "We have gone quiet", "You disappeared"
    assert [out.text.count("Maria Santos") for out in example.out if out.rule == quiet] == [
        0
    ]  # Ben: the watermark
    example.live("2026-10-20 13:59")
    assert example.sent(quiet) == ["2026-10-19 13:00"]
    example.live("2026-10-20 14:00")
    assert example.sent(quiet) == ["2026-10-19 13:00", "2026-10-20 14:00"]
    assert "14 days" in example.last(quiet).text
    example.writes(MARIA, TEAM, "Re: Invoice", "And here is the next one.", question)
    example.live("2026-11-03 13:59")
    assert example.sent(quiet)[2:] == []
    example.live("2026-11-05 14:00")
    assert len(example.sent(quiet)) == 3
    assert (
        example.sent(gone) == ["2026-11-04 14:00"] * 2
    )  # both were never written to: 30 days from the watermark
    assert "30 days" in example.last(gone).text
    example.restart()
    example.live("2026-11-25 14:00")
    assert len(example.sent(gone)) == 2


AWAY = {  # 20 days: as rules.yaml says, or as Maria's mail program says by itself
    "away": ("away: [2026-12-24..2027-01-02]", "away: [2026-10-12..2026-10-31]"),
    "auto-reply": ("away: [2026-12-24..2027-01-02]", "away: []"),
    "owner": ("  locale: en-US ", "  away: [2026-10-12..2026-10-31]\n  locale: en-US "),
}


@pytest.mark.parametrize("how", AWAY)
def test_days_away_are_no_silence(example, how):
    """Nobody has gone quiet, or disappeared, who is on holiday: the days are counted without it."""
    example.policy(example.rules_text, AWAY[how])
    example.live("2026-10-09 14:00")
    example.writes(DANA, MARIA, "Invoice", "The invoice is paid.")
    example.live("2026-10-12 04:05")
    if how == "auto-reply":
        text = "I am out of the office until October 31 and will answer from November 1 on."
        example.writes(MARIA, TEAM, "Automatic reply: Invoice", text, **ROBOT)
    example.live("2026-11-11 13:59")
    assert not [out for out in example.out if out.rule == "We have gone quiet" and "Maria" in out.text]
    example.live("2026-11-13 14:59")
    [told] = [out for out in example.out if out.rule == "We have gone quiet" and "Maria" in out.text]
    assert "34 days" in told.text or "33 days" in told.text
    example.live("2026-11-26 14:00")
    assert not [out for out in example.out if out.rule == "You disappeared" and "Maria" in out.text]
    example.live("2026-12-01 14:00")
    assert [out for out in example.out if out.rule == "You disappeared" and "Maria" in out.text]


def test_a_step_that_was_past_stays_so_whoever_is_away_afterwards(example):
    """Days away after a step's time do not make it one that is to come."""
    away = ("away: [2026-12-24..2027-01-02]", "away: [2026-11-02..2026-11-28]")
    first = "{after: 14 days, send: owner/gone-quiet}"
    example.policy(example.rules_text, away)
    example.live("2026-10-09 14:00")
    example.writes(DANA, MARIA, "Invoice", "The invoice is paid.")
    example.live("2026-11-01 14:00")
    added = f"{first}\n      - {{after: 20 days, send: owner/you-disappeared}}"
    example.policy(example.rules_text, away, (first, added))
    example.live("2026-11-30 14:00")
    example.restart()
    example.live("2026-12-05 14:00")
    [told] = [out for out in example.out if out.rule == "We have gone quiet" and "Maria" in out.text]
    assert told.at == "2026-10-23 14:00"


def test_who_is_away_for_good_has_gone_quiet_all_the_same(example):
    """A holiday without end breaks nothing."""
    example.policy(example.rules_text, ("away: [2026-12-24..2027-01-02]", "away: [2026-10-10..9999-12-31]"))
    example.live("2026-10-09 14:00")
    example.writes(DANA, MARIA, "Invoice", "The invoice is paid.")
    example.live("2026-11-11 14:00")
    assert not [out for out in example.out if out.rule == "We have gone quiet" and "Maria" in out.text]


# -- mail that comes in late ---------------------------------------------------------------------------------


def late(scene, at, sender, to, subject, text, answers=""):
    """A mail of an earlier moment, which is seen only now."""
    now, scene.now = scene.now, scene.now.replace(hour=int(at[:2]), minute=int(at[3:]))
    name = scene.writes(sender, to, subject, text, answers)
    scene.now = now
    return name


def test_an_answer_that_comes_in_late_is_not_thanked_for_once_more(example):
    example.policy(example.rules_text, ("    at most: once in 2 weeks\n", ""), ("[1 a day", "[5 a day"))
    question = ask(example, "2026-10-06 14:00")
    answer(example, "2026-10-06 15:00", question)
    example.tick()
    example.live("2026-10-06 15:30")
    late(example, "14:30", MARIA, TEAM, "Re: Logo", "One moment, it is nearly done.", question)
    example.live("2026-10-08 15:00")
    assert example.sent(QUICK) == ["2026-10-06 15:00"]


def test_a_question_that_comes_in_late_is_not_chased_once_more(example):
    question = ask(example, "2026-10-20 15:00", subject="Re: Logo")
    example.live("2026-10-21 15:00")
    assert example.sent(CHASE) == ["2026-10-21 15:00"]
    late(example, "14:30", DANA, MARIA, "Re: Logo", "Did you see the new logo?", question)
    example.live("2026-10-22 20:00")
    assert example.sent(CHASE) == ["2026-10-21 15:00"]


# -- in the contractor's own language ------------------------------------------------------------------------


def test_letters_are_in_the_contractors_language(example):
    example.policy(example.rules_text, ("    language: en\n", "    language: es\n"))
    question = ask(example, "2026-10-20 14:00")
    answer(example, "2026-10-20 14:55", question)
    ask(example, "2026-10-21 16:00", subject="Flyer", text="Could you send the flyer?\n\nDue: 27 Oct 2026")
    example.live("2026-10-23 16:00")
    thanks, gentle = example.last(QUICK).text, example.last(CHASE).text
    assert thanks.startswith("Hola, Maria:")
    assert "«Logo»" in thanks
    assert "55 minutos" in thanks
    assert gentle.startswith("Hola, Maria:")
    assert "22 de octubre" in gentle  # in Manila it was Thursday already
    assert "Keepwarm envió esta nota de parte de Dana Reyes" in gentle
    assert example.last("A brief without a deadline").text.startswith("I found")  # Dana reads English


@pytest.mark.parametrize(
    ("locale", "said", "footer"),
    [
        ("en-US", "Thanks for 55 minutes on Monday 19 October", "Keepwarm sent this for Dana Reyes"),
        ("es-MX", "Thanks for 55 minutos on lunes 19 de octubre", "Keepwarm envió esta nota"),
    ],
)
def test_a_letter_of_the_owners_own_is_in_one_language(example, locale, said, footer):
    """It lies in no language's folder: it is English, or in the owner's language for who speaks that too."""
    folder = example.folder / "templates" / "appreciation"
    folder.mkdir(parents=True)
    words = "To: contractor\nSubject: Thanks\n\nThanks for {{ took }} on {{ since }}.\n"
    (folder / "quick-answer.md").write_text(words)
    edits = (("    language: en\n", "    language: es\n"), ("locale: en-US", f"locale: {locale}"))
    example.policy(example.rules_text, *edits)
    question = ask(example, "2026-10-19 14:00")
    answer(example, "2026-10-19 14:55", question)
    example.live("2026-10-20 01:00")
    assert example.last(QUICK).text.startswith(said)
    assert footer in example.last(QUICK).text
