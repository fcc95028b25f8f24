"""The example file's rules about days: pay, anniversaries, rhythms; and those about marks: stars, news, temperature.

Hours as in test_example_turns.py; from 1 November Dana's are 14:00-17:30 and 18:30-23:00 UTC. Maria's stay.
"""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
PAY, YEAR, IDEAS, BACKUP = "Pay on time", "A year together", "Ask for ideas", "Keep the backup warm"
STAR, NEWS, COLD = "Thank what I starred", "Company news", "Getting cold"


def click(scene, tag):
    """Dana follows the link in the last of her mails that has one."""
    texts = [re.findall(rf"mailto:\S+?\?subject=(\S+?)&body=%23{tag}", x.text) for x in scene.letters(DANA)]
    subject = [found for found in texts if found][-1][0]
    scene.writes(DANA, TEAM, unquote(subject), f"#{tag}", folder="INBOX")
    scene.tick()


# -- Pay on time ---------------------------------------------------------------------------------------------


def test_pay_is_told_of_two_working_days_before_each_day(example):
    example.live("2026-10-14 13:00")
    example.restart()
    example.live("2026-11-13 15:00")
    # 31 October is a Saturday and 15 November a Sunday: counted from the Monday after. 11 November is a holiday.
    assert example.sent(PAY) == ["2026-10-13 13:00", "2026-10-29 13:00", "2026-11-12 14:00"]
    assert example.last(PAY).to == DANA
    assert example.last(PAY).subject == "Maria is to be paid by Sunday, November 15"


def test_pay_in_february_with_its_holidays(example):
    example.at("2027-02-04 12:00")
    example.live("2027-03-01 20:00")
    # 12 and 15 February are holidays in New York; the last day of February 2027 is a Sunday.
    assert example.sent(PAY) == ["2027-02-10 14:00", "2027-02-25 14:00"]
    assert "Sunday, February 28" in example.last(PAY).text


def test_who_says_paid_is_not_told_and_late_pay_settles_only_its_own_day(example):
    example.live("2026-10-12 20:00")
    example.writes(DANA, MARIA, "Your pay", "It went out today.\n\n#paid")
    example.live("2026-10-28 20:00")
    assert example.sent(PAY) == []
    example.live("2026-10-29 13:00")
    assert example.sent(PAY) == ["2026-10-29 13:00"]
    example.live("2026-11-04 15:00")
    click(example, "paid")  # four days late, nearer to 31 October than to 15 November
    example.live("2026-11-30 15:00")
    assert example.sent(PAY)[1:] == ["2026-11-12 14:00", "2026-11-25 14:00"]


def test_pay_that_was_due_to_be_told_of_before_keepwarm_came_is_not(scene, example):
    text = example.rules_text
    example.at("2026-10-14 18:00")
    example.store = type(example.store)()  # a new installation, one day before pay
    example.policy(text)
    example.live("2026-10-20 13:00")
    assert example.sent(PAY) == []


def test_pay_of_a_weekend_before_keepwarm_came_is_history(example):
    """Sunday 15 November: it would be told of on Monday morning, some hours after the first look."""
    text = example.rules_text.replace(
        "    steps:\n      - {{before: 2 working days, send: owner/payment-due}}",
        "    send: owner/payment-due",
    )
    assert text != example.rules_text
    example.at("2026-11-16 10:00")
    example.store = type(example.store)()
    example.policy(text)
    example.live("2026-12-01 20:00")
    assert example.sent(PAY) == ["2026-11-30 14:00"]


# -- A year together -----------------------------------------------------------------------------------------


def test_an_anniversary_is_the_day_itself_in_the_contractors_hours(example):
    example.at("2027-02-27 12:00")
    example.live("2027-03-04 12:00")
    assert example.sent(YEAR) == ["2027-03-01 08:00"]
    letter = example.last(YEAR)
    assert (letter.to, letter.subject) == (BEN, "3 years together")
    example.at("2027-08-30 12:00")
    example.restart()
    example.live("2027-09-03 12:00")
    assert example.sent(YEAR)[1:] == ["2027-08-31 16:00"]  # midnight in Manila, in the midst of her night
    assert example.last(YEAR).subject == "A year together"
    assert "a year" in example.last(YEAR).text.lower()


def test_the_29th_of_february_is_the_28th_in_other_years(example):
    # The feast of Eid lies on that day in 2028, which is another matter.
    example.policy(example.rules_text, ("since: 2024-03-01", "since: 2024-02-29"), ("    holidays: NG\n", ""))
    example.at("2027-02-26 12:00")
    example.live("2027-03-03 12:00")
    assert example.sent(YEAR) == ["2027-03-01 08:00"]  # the 28th is a Sunday
    example.at("2028-02-26 12:00")
    example.live("2028-03-03 12:00")
    assert example.sent(YEAR)[1:] == ["2028-02-29 08:00"]
    assert example.last(YEAR).subject == "4 years together"


def test_an_anniversary_that_was_slept_through_is_dropped_with_a_reason(example):
    example.at("2027-03-04 12:00")
    example.live("2027-03-06 12:00")
    assert example.sent(YEAR) == []
    [(verdict, why)] = example.why(YEAR, "Ben")
    assert (verdict, why[:5]) == ("suppress", "stale")


# -- Ask for ideas, Keep the backup warm ---------------------------------------------------------------------


def test_ideas_are_asked_for_on_the_first_monday_of_the_quarter(example):
    example.live("2026-10-06 20:00")
    assert example.sent(IDEAS) == []
    assert example.why(IDEAS) == [("suppress", "if: phase: onboarding, not active")]
    assert example.why(IDEAS, "Ben") == [("suppress", "if: phase: backup, not active")]
    example.at("2027-01-03 12:00")
    example.live("2027-01-05 20:00")
    assert example.sent(IDEAS) == ["2027-01-04 15:00"]  # 10:00 in New York
    assert (example.last(IDEAS).to, example.last(IDEAS).subject) == (MARIA, "What would you do differently?")
    example.at("2027-04-04 12:00")
    example.restart()
    example.live("2027-04-06 20:00")
    assert example.sent(IDEAS)[1:] == ["2027-04-05 14:00"]  # 10:00 in New York, where it is summer time now


def test_the_backup_hears_on_the_first_of_the_month_or_when_they_next_work(example):
    example.live("2026-10-31 12:00")
    example.live("2026-12-02 12:00")
    assert example.sent(BACKUP) == ["2026-11-02 08:00", "2026-12-01 15:00"]
    assert {out.to for out in example.out if out.rule == BACKUP} == {BEN}
    first, second = (out.text.partition("--")[0] for out in example.out if out.rule == BACKUP)
    assert first != second


@pytest.mark.parametrize(
    ("hour", "day", "at"),
    [
        ("02:30", "2027-03-13", "2027-03-14 07:30"),  # left out: it comes as much later
        ("01:30", "2027-11-06", "2027-11-07 05:30"),  # comes twice: the first counts
    ],
)
def test_a_rhythm_at_an_hour_that_summer_time_leaves_out_or_repeats_comes_once(example, hour, day, at):
    sunday = (
        "on: day 1 of the month at 10:00",
        f"on: every Sunday at {hour}\n    deliver: any time",
    )
    example.policy(example.rules_text, sunday)
    example.tick()
    example.at(f"{day} 12:00")
    example.live((example.now + timedelta(days=3)).strftime("%Y-%m-%d %H:%M"))
    assert [sent for sent in example.sent(BACKUP) if sent >= day] == [at]


@pytest.mark.parametrize(
    ("zone", "at"), [("Pacific/Auckland", "09:00"), ("Pacific/Pago_Pago", "21:00"), ("Asia/Manila", "09:00")]
)
def test_the_day_of_a_rhythm_is_told_as_the_owner_has_it(example, zone, at):
    """On the other side of midnight, by Greenwich, it is another day."""
    monday = ("on: day 1 of the month at 10:00", f"on: every Monday at {at}\n    deliver: any time")
    example.policy(example.rules_text, monday, ("timezone: America/New_York", f"timezone: {zone}"))
    example.live((example.now + timedelta(days=8)).strftime("%Y-%m-%d %H:%M"))
    told = {x.about.partition(", ")[0] for x in example.story("Ben").decisions.values() if x.rule == BACKUP}
    assert told == {"it was Monday"}


# -- Thank what I starred ------------------------------------------------------------------------------------


def test_a_star_thanks_ten_minutes_later_at_any_time_and_once(example):
    example.live("2026-10-10 09:00")  # a Saturday
    example.writes(MARIA, TEAM, "Table", "I made the table sortable.")
    example.writes(MARIA, TEAM, "Chair", "I made the chair sortable.")
    example.live("2026-10-10 10:00")
    example.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    example.servers.flag(TEAM, "INBOX", 1, ["\\Flagged"])
    example.tick()
    example.live("2026-10-10 10:05")
    example.servers.flag(TEAM, "INBOX", 1, [])
    example.live("2026-10-11 09:00")
    assert example.sent(STAR) == ["2026-10-10 10:10"]
    assert example.last(STAR).subject == "Re: Table"
    assert "“Table”" in example.last(STAR).text
    example.servers.flag(TEAM, "INBOX", 0, [])
    example.tick()
    example.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    example.restart()
    example.live("2026-10-13 09:00")
    assert len(example.sent(STAR)) == 1


def test_stars_that_were_there_at_the_first_look_thank_nobody(example):
    example.writes(MARIA, TEAM, "Table", "I made the table sortable.")
    example.writes("aiko@contract.example", TEAM, "Chair", "I made the chair sortable.")
    for number in (0, 1):
        example.servers.flag(TEAM, "INBOX", number, ["\\Flagged"])
    example.store = type(example.store)()
    example.policy(example.rules_text)
    example.live("2026-10-05 20:00")
    newcomer = ("defaults: ", "  - name: Aiko\n    email: aiko@contract.example\ndefaults: ")
    example.policy(example.rules_text, newcomer)
    example.live("2026-10-08 20:00")
    assert example.sent(STAR) == []


# -- Company news --------------------------------------------------------------------------------------------


def test_news_goes_to_active_contractors_once_it_is_confirmed(example):
    example.live("2026-10-06 14:00")
    example.writes(DANA, TEAM, "New tool", "#news\n\nWe moved to a new invoicing tool.", folder="INBOX")
    example.live("2026-10-06 15:00")
    assert example.sent(NEWS) == []
    click(example, "news")
    assert example.sent(NEWS) == ["2026-10-06 15:00"]
    letter = example.last(NEWS)
    assert (letter.to, letter.subject) == (MARIA, "News: New tool")
    assert "We moved to a new invoicing tool." in letter.text
    click(example, "news")
    example.restart()
    example.live("2026-10-13 15:00")
    assert len(example.sent(NEWS)) == 1


# -- Getting cold --------------------------------------------------------------------------------------------


ROSE = """
  - name: Warm again
    when: temperature rose
    send: owner/warm-again
    deliver: any time
"""


def test_getting_cold_is_told_in_the_tick_in_which_it_is_found_and_once(example):
    example.policy(example.rules_text + ROSE)
    for week in range(7):
        day = example.now.replace(hour=14, minute=0) + timedelta(days=7 if week else 1)
        example.at(f"{day:%Y-%m-%d %H:%M}")
        example.tick()
        question = example.writes(DANA, MARIA, f"Task {week}", "Could you do it?\n\nDue: tomorrow")
        example.now += timedelta(hours=1)
        example.writes(MARIA, TEAM, f"Re: Task {week}", "Here it is. #done", question)
        example.tick()
    assert example.story("Maria").temperature.state == "warm"
    example.live(f"{example.now + timedelta(days=2):%Y-%m-%d %H:%M}")
    question = example.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    example.live(f"{example.now + timedelta(days=20):%Y-%m-%d %H:%M}")
    noted = [one for one in example.story("Maria").temperatures.values() if one.fell]
    assert example.sent(COLD) == [f"{one.since:%Y-%m-%d %H:%M}" for one in noted]
    assert [one.state for one in noted] == ["cooling", "cold"]
    assert noted[-1].reasons[0] in example.last(COLD).text
    assert example.last(COLD).subject == "Maria and you: cold"
    example.writes(MARIA, TEAM, "Re: Logo", "Sorry! Here it is.", question)
    example.restart()
    example.live(f"{example.now + timedelta(days=40):%Y-%m-%d %H:%M}")
    rose = [one for one in example.story("Maria").temperatures.values() if one.rose]
    assert example.sent("Warm again") == [f"{one.since:%Y-%m-%d %H:%M}" for one in rose]
    fell = [one for one in example.story("Maria").temperatures.values() if one.fell]
    assert example.sent(COLD) == [f"{one.since:%Y-%m-%d %H:%M}" for one in fell]


def test_once_in_two_weeks_is_every_other_monday_whatever_the_clocks_do(example):
    """Summer time begins on 14 March: from Monday to Monday it is an hour less than two weeks."""
    rule = (
        "  - name: Fortnight\n    when: every\n    on: every Monday at 10:00\n    at most: once in 2 weeks\n"
    )
    example.at("2027-02-20 12:00")
    example.policy(example.rules_text + rule + "    send: backup/hello\n    deliver: any time\n")
    example.live("2027-04-01 20:00")
    to_ben = [out.at for out in example.out if (out.rule, out.to) == ("Fortnight", BEN)]
    assert to_ben == ["2027-02-22 15:00", "2027-03-08 15:00", "2027-03-22 14:00"]
