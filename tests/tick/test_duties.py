"""What the owner is held to comes in one mail a day, in their hours; what cannot wait comes by itself."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from relationship.facts.letters import State

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
NEW_YORK = ZoneInfo("America/New_York")


def two_busy_weeks(scene):
    """Everything that an owner can leave undone, in two weeks, with both contractors."""
    scene.live("2026-10-06 13:10")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-10-06 13:20")
    scene.writes(BEN, TEAM, "A small idea", "#idea We could show the prices on the first page.")
    scene.live("2026-10-06 14:00")
    flyer = scene.writes(DANA, MARIA, "Flyer", "Please make the flyer.\n\nDue: 9 Oct 2026")
    scene.live("2026-10-06 15:00")
    scene.writes(DANA, MARIA, "Calendar", "Please put the fair into the calendar.")
    scene.live("2026-10-07 14:00")
    scene.writes(BEN, TEAM, "Domain", "Could you send me the password of the domain?")
    scene.live("2026-10-08 18:00")
    scene.writes(MARIA, TEAM, "Re: Flyer", "Here it is.\n\n#done", flyer)
    scene.live("2026-10-19 22:30")


def days_of(outs):
    """The owner's own days on which these mails went out, each mail once."""
    mails = {(out.at, out.text) for out in outs}
    moments = [datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(NEW_YORK) for at, _ in mails]
    return Counter(moment.date() for moment in moments), moments


def test_one_mail_a_day_in_the_owners_hours(example):
    two_busy_weeks(example)
    notes = [out for out in example.out if out.to == DANA and out.rule]
    assert {out.template.removeprefix("owner/") for out in notes} >= {
        "you-owe",
        "answer-the-idea",
        "incomplete-brief",
        "give-feedback",
        "payment-due",
    }
    days, moments = days_of(notes)
    assert set(days.values()) == {1}
    assert len(days) < len(notes), "some of them carry several"
    clock = example.keepwarm.books.people.owner.clock
    assert all(clock.contains(moment) for moment in moments)


def test_each_duty_is_told_once_for_each_of_its_steps(example):
    two_busy_weeks(example)
    told = Counter((out.rule, out.subject) for out in example.out if out.to == DANA)
    twice = {what for what, times in told.items() if times > 1}
    assert {rule for rule, _ in twice} <= {"I owe an answer"}, "which has two steps"


def test_what_weighs_most_by_the_order_of_the_rules_comes_first(example):
    example.live("2026-10-06 13:10")
    example.writes(BEN, TEAM, "An idea", "#idea Prices on the first page.")
    example.live("2026-10-06 14:00")
    example.writes(DANA, MARIA, "Calendar", "Please put the fair into the calendar.")
    example.writes(BEN, TEAM, "Domain", "Could you send me the password of the domain?")
    example.live("2026-10-07 14:00")
    mail = example.letters(DANA)[-1]
    assert mail.subject == "Ben is waiting for you: Domain, and 1 more"
    assert mail.text.index("Ben is waiting for you") < mail.text.index("Your brief to Maria")


def test_what_is_over_by_the_time_of_the_mail_is_left_out(example):
    example.live("2026-10-06 21:00")
    example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.writes(BEN, TEAM, "Domain", "Could you send me the password of the domain?")
    example.live("2026-10-07 15:00")
    question = example.writes(MARIA, TEAM, "Price list", "Is this still right?")
    example.live("2026-10-07 20:30")  # it waits for tomorrow's mail, and is answered before that
    assert [note.subject for note in example.keepwarm.books.notes()] == [
        "Maria is waiting for you: Price list"
    ]
    example.writes(DANA, MARIA, "Re: Price list", "Yes.", question)
    example.live("2026-10-08 12:00")
    assert example.sent("I owe an answer") == ["2026-10-07 16:00"] * 2
    example.live("2026-10-09 22:00")
    assert not [out for out in example.out if "Price list" in out.subject]


@pytest.mark.parametrize(("deliver", "mails"), [("", 1), ("    deliver: any time\n", 2)])
def test_what_may_come_at_any_time_comes_by_itself(example, deliver, mails):
    example.policy(
        example.rules_text,
        ("    send: owner/answer-the-idea\n", f"    send: owner/answer-the-idea\n{deliver}"),
    )
    example.live("2026-10-06 02:00")
    example.writes(BEN, TEAM, "An idea", "#idea Prices on the first page.")
    example.writes(MARIA, TEAM, "Another", "#idea A calendar for all.")
    example.live("2026-10-06 23:00")
    ideas = {(out.at, out.text) for out in example.out if out.rule == "An idea came in"}
    assert len(ideas) == mails
    assert {at for at, _ in ideas} == {"2026-10-06 02:00" if deliver else "2026-10-06 13:00"}


def test_a_weekend_goes_without(example):
    example.live("2026-10-09 21:30")
    example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.live("2026-10-13 22:00")  # Monday is a holiday in New York
    days, _ = days_of([out for out in example.out if out.to == DANA])
    assert [str(day) for day in days] == ["2026-10-13"]


def test_a_reward_suggests_a_bonus_a_referral_or_a_testimonial(example):
    for week in range(5):
        day = 6 + week
        example.live(f"2026-10-{day:02} 14:00")
        task = example.writes(DANA, MARIA, f"Job {week}", f"Please do it.\n\nDue: {day + 20} Oct 2026")
        example.live(f"2026-10-{day:02} 15:00")
        example.writes(MARIA, TEAM, f"Re: Job {week}", "Here it is.\n\n#done", task)
    example.live("2026-10-13 14:00")
    text = example.last("Five in a row").text
    for word in ("bonus", "recommend", "testimonial"):
        assert word in text
    assert "5" in text


def waits_for_tomorrow(example):
    """A question of Ben's, noted after the day's mail has gone; it goes out in the next one."""
    example.live("2026-10-06 21:00")
    example.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    example.live("2026-10-07 14:00")
    return example.writes(BEN, TEAM, "Domain", "Could you send me the password?")


def test_a_note_that_waited_says_what_is_true_when_it_goes_out(example):
    waits_for_tomorrow(example)
    example.live("2026-10-07 20:30")
    [note] = example.keepwarm.books.notes()
    assert "4 working hours" in note.content
    example.live("2026-10-08 15:00")
    text = example.last("I owe an answer").text
    assert "7 working hours" in text
    assert "4 working hours" not in text


def test_a_note_that_waited_counts_the_reminders_that_went_out(example):
    example.live("2026-10-06 14:00")
    example.writes(DANA, MARIA, "Page", "Could you send the page?")
    example.live("2026-10-15 22:00")
    sent = [out for out in example.out if out.rule == "Chase an unanswered question"]
    assert [out.template for out in sent] == ["reminders/gentle", "reminders/firm", "owner/escalation"]
    assert "2 reminders have gone out since." in sent[-1].text


def test_a_mail_that_could_not_go_out_is_written_anew_the_next_day(example):
    """Deferred, so surely not accepted: a day later its notes say what is true then, and go out once."""
    question = waits_for_tomorrow(example)
    example.live("2026-10-07 21:00")
    example.servers.refuse[DANA] = (451, "4.7.1 later")
    example.live("2026-10-08 22:00")
    assert example.sent("I owe an answer") == ["2026-10-07 16:00"]
    example.writes(DANA, BEN, "Re: Domain", "It is in the safe.", question)
    example.writes(MARIA, TEAM, "Flyer", "Which colour should I take?")
    example.live("2026-10-09 12:00")
    del example.servers.refuse[DANA]
    example.live("2026-10-09 21:00")
    told = [out for out in example.out if out.to == DANA and out.rule == "I owe an answer"]
    assert not [out for out in told if "Domain" in out.text]
    assert {out.at[:10] for out in told} == {"2026-10-07", "2026-10-09"}
    assert len({out.text for out in told}) == 2


def test_who_breaks_a_silence_is_told_which_answer_is_missing(example):
    example.live("2026-10-06 14:00")
    question = example.writes(MARIA, TEAM, "Price list", "Is this still right?")
    example.live("2026-11-06 22:00")
    for rule in ("We have gone quiet", "You disappeared"):
        text = next(out.text for out in example.out if out.rule == rule and "Maria" in out.subject)
        assert "“Price list” " in text
        assert "Tuesday, October 6" in text
    example.writes(DANA, MARIA, "Re: Price list", "Yes.", question)
    example.live("2026-12-18 22:00")
    later = [out for out in example.out if out.at > "2026-11-07" and "Maria" in out.subject]
    quiet = [out for out in later if out.rule in ("We have gone quiet", "You disappeared")]
    assert quiet
    assert not any("Price list" in out.text for out in quiet)


def test_a_broken_letter_of_the_owners_own_neither_silences_nor_stops_anything(scene):
    own = scene.folder / "templates/owner/bundle.md"
    own.parent.mkdir(parents=True)
    own.write_text("To: owner\nSubject: Today\n\n{{ nonsense }}\n")
    scene.policy()
    scene.live("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Logo", "Which one?")
    scene.writes(BEN, TEAM, "Logo", "Which one?")
    scene.writes(DANA, MARIA, "Flyer", "Could you make it?")
    scene.live("2026-03-02 20:00")
    assert scene.sent("I owe an answer") == ["2026-03-02 18:00"] * 2
    assert "this is what needs you today" in scene.last("I owe an answer").text


TWO_NOTES = (
    "      - {after: 4 working hours, send: owner/you-owe}",
    "      - {after: 1 working hour, send: owner/you-owe}\n"
    "      - {after: 3 working hours, send: owner/you-owe}",
)


def after_the_days_mail(scene, *edits: tuple[str, str]) -> None:
    """Ben's question is in Monday's mail to Dana: what comes up from now on waits for Tuesday's."""
    scene.policy(scene.rules_text, TWO_NOTES, *edits)
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(BEN, TEAM, "Colours", "Which blue do you want?")
    scene.live("2026-03-02 15:30")
    assert scene.sent("I owe an answer") == ["2026-03-02 15:00"]


def about(scene, subject: str) -> list[str]:
    return [out.at for out in scene.out if out.to == DANA and subject in out.subject]


def test_one_mail_to_the_owner_does_not_hold_two_notes_of_one_rule_about_one_thing(scene):
    after_the_days_mail(scene)
    scene.writes(MARIA, TEAM, "Fonts", "Which font do you want?")
    scene.live("2026-03-05 22:00")
    # On Monday the first was due at 16:30 and the second at 18:30; it follows as far behind as the rule says.
    assert about(scene, "Fonts") == ["2026-03-03 14:00", "2026-03-04 14:00"]
    scene.restart()
    scene.live("2026-03-10 22:00")
    assert len(about(scene, "Fonts")) == 2


def test_a_note_that_waits_for_the_owner_keeps_no_letter_from_the_contractor(scene):
    steps = (
        "      - {after: 1 working day, send: reminders/gentle}",
        "      - {after: 1 working hour, send: owner/escalation}\n"
        "      - {after: 1 working day, send: reminders/gentle}",
    )
    after_the_days_mail(scene, steps, ("  digest:", "  away: [2026-03-03..2026-03-13]\n  digest:"))
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-06 22:00")
    assert scene.sent("Chase") == ["2026-03-03 15:30", "2026-03-05 15:30"]
    assert about(scene, "Logo") == []


def test_what_is_answered_before_the_days_mail_is_in_none(scene):
    after_the_days_mail(scene)
    scene.writes(MARIA, TEAM, "Fonts", "Which font do you want?")
    scene.live("2026-03-02 21:00")
    scene.writes(DANA, MARIA, "Re: Fonts", "The second one.", scene.letters(TEAM)[-1].message_id)
    scene.live("2026-03-06 22:00")
    assert about(scene, "Fonts") == []


def test_a_days_mail_of_which_nobody_can_tell_holds_back_no_later_note(scene):
    after_the_days_mail(scene)
    scene.writes(MARIA, TEAM, "Fonts", "Which font do you want?")
    scene.live("2026-03-02 21:00")
    books = scene.keepwarm.books
    notes = tuple(note.token for note in books.notes())
    [mail] = books.post.bundles.values()
    lost = replace(mail, token="lost", items=notes, state=State.UNPROVABLE)
    books.commit(lost.contractor, [lost])
    scene.live("2026-03-05 22:00")
    assert len(about(scene, "Fonts")) == 1
