"""No surprises: what an edit of rules.yaml, a dry run, a pause of the daemon or a return does not bring about.

March 2026: Maria works in Madrid, 08:00-17:00 UTC; Ben in Lagos, 08:00-16:00 UTC; Dana in New York, 14:00-22:00 UTC,
and from the 8th on 13:00-21:00 UTC.
"""

from datetime import timedelta

import pytest

from mail.imap.inbox import InboxError

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN, AIKO = "maria@contract.example", "ben@contract.example", "aiko@contract.example"
CHASE, QUIET = "Chase", "We have gone quiet"
NEW = """  - name: Aiko Tanaka
    email: aiko@contract.example
    timezone: Asia/Tokyo
    hours: Mon-Fri 09:00-18:00
limits:"""


def without(scene, name, next_name):
    """The edit that takes somebody, or a rule, out of the file."""
    text = scene.rules.read_text()
    start, end = text.index(f"  - name: {name}"), text.index(f"  - name: {next_name}")
    return text[start:end], ""


# -- leaving a dry run ---------------------------------------------------------------------------------------


def test_a_silence_that_a_dry_run_has_noted_is_told_when_it_has_lasted_as_long_without_one(scene):
    scene.policy(scene.rules_text, ("mode: live", "mode: dry-run"))
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Thank you for everything!")
    scene.live("2026-03-23 14:00")
    assert len(scene.why(QUIET)) == 1
    scene.policy()
    scene.live("2026-04-06 13:59")
    assert scene.out == []
    scene.live("2026-05-20 14:00")
    assert scene.sent(QUIET) == ["2026-04-06 14:00"] * 2, "once about Maria, once about Ben"


PRAISE = """
  - name: A good word
    when: no praise
    steps: [{{after: 14 days, send: owner/no-praise}}]
"""


def test_praise_that_was_missed_before_is_missed_once_more_after_a_dry_run(scene):
    scene.policy(scene.rules_text + PRAISE)
    scene.tick()
    scene.live("2026-03-18 14:00")
    sent = scene.writes(MARIA, TEAM, "Logo", "Here is the logo.")
    scene.live("2026-03-18 15:00")
    scene.writes(DANA, MARIA, "Re: Logo", "Thank you!", sent)
    scene.live("2026-03-20 15:00")
    scene.policy(scene.rules_text + PRAISE, ("mode: live", "mode: dry-run"))
    scene.live("2026-03-21 15:00")
    scene.policy(scene.rules_text + PRAISE)
    scene.live("2026-05-20 15:00")
    about_maria = [out.at for out in scene.out if out.subject == "A good word for Maria?"]
    assert about_maria == ["2026-03-16 13:00", "2026-04-06 13:00"]


# -- who returns, and who is new -------------------------------------------------------------------------------


def test_who_returns_is_a_newcomer_to_the_rules_and_nothing_from_before_is_acted_on(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-02 16:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.tick()
    scene.policy(scene.rules_text, without(scene, "Maria", "Ben"))
    scene.live("2026-04-07 09:30")
    question = scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.live("2026-04-07 10:00")
    scene.writes(MARIA, TEAM, "Re: Flyer", "Here it is.", question)
    scene.writes(DANA, MARIA, "Banner", "Could you send the banner?")
    scene.live("2026-04-07 15:00")
    scene.policy()
    scene.live("2026-05-20 10:00")
    assert [out for out in scene.out if out.to == MARIA] == []
    about_maria = [out for out in scene.out if out.rule == QUIET and "Maria" in out.subject]
    assert [out.at for out in about_maria] == ["2026-04-21 15:00"], "two weeks from the return on"


def away(scene, monkeypatch):
    """A tick with the mailbox away; two minutes later it is back."""

    def broken(*asked):
        raise InboxError("The line is down.")

    with monkeypatch.context() as now, pytest.raises(InboxError):
        now.setattr(scene.keepwarm.inbox, "states", broken)
        scene.tick()
    scene.now += timedelta(minutes=2)


def test_stars_on_a_newcomers_old_mail_thank_nobody_though_the_mailbox_was_away_at_first(scene, monkeypatch):
    scene.tick()
    for number in range(3):
        scene.writes(AIKO, TEAM, f"Old {number}", "I made it.")
        scene.servers.flag(TEAM, "INBOX", number, ["\\Flagged"])
    scene.live("2026-03-03 00:30")
    scene.policy(scene.rules_text, ("limits:", NEW))
    away(scene, monkeypatch)
    scene.live("2026-03-06 10:00")
    assert [out.rule for out in scene.out if out.to == AIKO] == ["Welcome"]


def test_who_is_added_together_with_the_welcome_is_welcomed_though_the_mailbox_was_away(scene, monkeypatch):
    rules, welcome = scene.rules_text.split("  - name: Welcome")
    scene.policy(rules)
    scene.tick()
    scene.live("2026-03-03 00:30")
    scene.policy(f"{rules}  - name: Welcome{welcome}", ("limits:", NEW))
    away(scene, monkeypatch)
    scene.live("2026-03-03 10:00")
    assert [(out.rule, out.to) for out in scene.out] == [("Welcome", AIKO)]


def test_who_returns_is_not_welcomed_once_more(scene):
    rules, welcome = scene.rules_text.split("  - name: Welcome")
    scene.policy(rules)
    scene.tick()
    scene.live("2026-03-03 00:30")
    scene.policy(rules, ("limits:", NEW))
    scene.live("2026-03-04 00:30")
    scene.policy(rules)
    scene.live("2026-03-05 00:30")
    scene.policy(f"{rules}  - name: Welcome{welcome}", ("limits:", NEW))
    scene.live("2026-03-06 10:00")
    assert scene.out == []


# -- the first question -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", [DANA, MARIA])
def test_a_question_is_acted_on_though_a_mail_that_asked_nothing_opened_the_turn_before_the_first_run(
    scene, asks
):
    to, rule = (MARIA, CHASE) if asks == DANA else (TEAM, "I owe an answer")
    other, back = (MARIA, TEAM) if asks == DANA else (DANA, MARIA)
    opened = scene.writes(other, back, "Logo", "Here is the draft of the logo.")
    said = scene.writes(asks, to, "Re: Logo", "I have seen it, and the colours are fine.", opened)
    scene.live("2026-03-02 10:00")
    scene.writes(asks, to, "Re: Logo", "Could you send the final one?", said)
    scene.live("2026-03-03 14:00")
    assert len(scene.sent(rule)) == 1


# -- downtime --------------------------------------------------------------------------------------------------

NEAR = """
  - name: Deadline ahead
    when: deadline near
    steps:
      - {{before: 1 working day, send: reminders/deadline}}
"""


def test_nobody_is_reminded_of_a_day_that_is_over(scene):
    scene.policy(scene.rules_text + NEAR)
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Please send the logo.\n\nDue: 4 Mar 2026")
    scene.tick()
    scene.at("2026-03-04 22:59")
    scene.live("2026-03-05 08:30")
    assert scene.sent("Deadline ahead") == []
    why = "stale: it was due 3 Mar 2026 03:00, and the day is over"
    assert scene.why("Deadline ahead")[-1] == ("suppress", why)


DATES = """
  - name: Ask
    when: every
    on: every Monday at 15:00
    send: ideas/ask
  - name: Pay
    when: payment due
    steps:
      - {{after: 1 working day, send: owner/payment-due}}
      - {{after: 3 weeks, send: owner/payment-due}}
"""


def paid(scene):
    hours = "    hours: Mon-Fri 09:00-18:00\n"
    scene.policy(scene.rules_text + DATES, (hours, f"{hours}    pay: [10th]\n"))
    scene.tick()


def test_each_date_that_a_month_of_downtime_went_over_is_dropped_with_a_reason(scene):
    paid(scene)
    scene.live("2026-03-04 20:00")
    scene.at("2026-04-09 12:00")
    scene.live("2026-04-09 20:00")
    assert scene.sent("Ask") == ["2026-03-03 08:00"] * 2
    slept = [why for verdict, why in scene.why("Ask") if verdict == "suppress"]
    assert [why[:23] for why in slept] == [
        f"stale: it was due {day}" for day in ("9 Mar", "16 Ma", "23 Ma", "30 Ma", "6 Apr")
    ]


def test_a_step_weeks_after_a_day_of_pay_is_taken(scene):
    paid(scene)
    scene.live("2026-04-03 20:00")
    assert scene.sent("Pay") == ["2026-03-11 13:00", "2026-03-31 13:00"]


def test_old_stars_in_a_folder_that_is_read_from_now_on_thank_nobody_and_new_ones_do(scene):
    folders = "  folders: [INBOX, Sent]\n  smtp:"
    scene.policy(scene.rules_text, ("  smtp:", folders))
    scene.tick()
    scene.live("2026-03-02 10:00")
    for number in range(4):
        scene.writes(MARIA, TEAM, f"Old {number}", "I made it.", folder="Archive")
    for number in range(3):
        scene.servers.flag(TEAM, "Archive", number, ["\\Flagged"])
    scene.live("2026-03-23 10:00")
    scene.policy(scene.rules_text, ("  smtp:", folders.replace("]", ", Archive]")))
    scene.live("2026-03-24 10:00")
    assert scene.sent("Thank what I starred") == []
    assert "stale" in scene.why("Thank what I starred")[0][1]
    scene.servers.flag(TEAM, "Archive", 3, ["\\Flagged"])
    scene.live("2026-03-24 12:00")
    assert scene.sent("Thank what I starred") == ["2026-03-24 10:10"]


# -- edits while something waits -------------------------------------------------------------------------------


def a_chase_is_held(scene):
    """Maria waits for an answer herself: the owner goes first."""
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-02 10:30")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-03 15:00")


def test_what_is_held_by_a_rule_that_is_taken_out_ends_with_a_reason(scene):
    a_chase_is_held(scene)
    assert scene.why(CHASE)[-1][0] == "hold"
    scene.policy(scene.rules_text, without(scene, CHASE, "I owe"))
    scene.tick()
    assert scene.why(CHASE) == [("suppress", "cancelled: the rule is no longer in rules.yaml")]


def test_what_is_held_by_a_rule_whose_condition_is_edited_says_so_when_it_ends(scene):
    a_chase_is_held(scene)
    when = "    when: waiting on contractor\n"
    scene.policy(scene.rules_text, (when, f"{when}    if: {{phase: active}}\n"))
    scene.tick()
    why = "cancelled: the rule acts on nothing from before 3 Mar 2026 10:00"
    assert scene.why(CHASE) == [("suppress", why)]


def test_what_is_held_of_a_step_that_is_changed_when_its_time_is_past_ends_with_a_reason(scene):
    a_chase_is_held(scene)
    gentle, firm = (
        "{after: 1 working day, send: reminders/gentle}",
        "{after: 1 working day, send: reminders/firm}",
    )
    scene.policy(
        scene.rules_text.replace(
            "3 working days, send: reminders/firm", "3 working days, send: reminders/gentle"
        ),
        (gentle, firm),
    )
    scene.live("2026-03-03 16:00")
    assert scene.why(CHASE) == [
        ("suppress", "cancelled: the step was changed in rules.yaml when its time was past")
    ]


GENTLE = "      - {{after: 1 working day, send: reminders/gentle}}\n"
ESCALATION = "      - {{after: 5 working days, send: owner/escalation}}\n"
BEFORE_IT = "      - {{after: 4 working days, send: reminders/firm}}\n"


@pytest.mark.parametrize("edit", [(GENTLE, ""), (ESCALATION, BEFORE_IT + ESCALATION)])
def test_a_note_that_waits_for_the_days_mail_says_the_same_though_its_step_has_another_number(scene, edit):
    scene.tick()
    scene.live("2026-03-02 15:20")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-06 20:00")
    scene.writes(BEN, TEAM, "Site", "Which colour should it be?")
    scene.live("2026-03-09 19:00")
    assert scene.last("I owe an answer").at == "2026-03-09 15:00", "that day's mail has gone"
    assert [x.step for x in scene.keepwarm.books.notes()] == [2]
    scene.policy(scene.rules_text.replace(*edit))
    scene.live("2026-03-12 19:00")
    [note] = [out for out in scene.out if out.template == "owner/escalation"]
    assert (note.at, note.subject) == ("2026-03-10 13:00", "No answer from Maria yet: Logo")
    assert "has not answered your mail" in note.text
    assert "Hi Maria" not in note.text
    assert len([out for out in scene.out if out.to == MARIA]) == 2


def test_a_step_with_the_same_letter_that_is_put_before_repeats_none(scene):
    scene.tick()
    scene.live("2026-03-18 10:00")
    assert scene.sent(QUIET) == ["2026-03-16 13:00"] * 2
    known = "      - {{after: 14 days, send: owner/gone-quiet}}\n"
    more = [known.replace("14", days) for days in ("7", "14", "30")]
    scene.policy(scene.rules_text.replace(known, "".join(more)))
    scene.live("2026-05-20 10:00")
    assert scene.sent(QUIET) == ["2026-03-16 13:00"] * 2 + ["2026-04-01 13:00"] * 2


# -- an address that is listed later, for somebody known or for the owner's side -------------------------------

AT_HOME = "maria@home.example"
BOTH = (f"email: [{MARIA}]", f"email: [{MARIA}, {AT_HOME}]")


def waits(scene):
    """Whom an open turn with Maria waits on."""
    return [str(turn.party) for turn in scene.story("Maria").ledger.waits]


def test_what_came_from_an_address_that_is_listed_later_is_read_back_and_answers(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-02 16:00")
    scene.writes(AT_HOME, TEAM, "Re: Logo", "Here it is. I am at home this week.", question)
    scene.live("2026-03-02 18:00")
    watermark = scene.story("Maria").profile.watermark
    assert waits(scene) == ["contractor"], "whose mail that was, nobody could know"
    scene.policy(scene.rules_text, BOTH)
    scene.live("2026-03-20 18:00")
    assert waits(scene) == ["owner"]
    (exchange,) = scene.story("Maria").ledger.exchanges
    assert f"{exchange.answered_at:%Y-%m-%d %H:%M}" == "2026-03-02 16:00"
    assert scene.sent(CHASE) == []
    assert scene.story("Maria").profile.watermark == watermark


def test_what_came_from_an_address_that_was_not_listed_for_a_while_is_read_back(scene):
    scene.policy(scene.rules_text, BOTH)
    scene.tick()
    scene.live("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-02 12:00")
    scene.policy(scene.rules_text)
    scene.live("2026-03-02 16:00")
    scene.writes(AT_HOME, TEAM, "Re: Logo", "Here it is. I am at home this week.", question)
    scene.live("2026-03-02 18:00")
    assert waits(scene) == ["contractor"], "whose mail that was, nobody could know"
    for _ in range(2):
        scene.policy(scene.rules_text, BOTH)
        scene.live(f"{scene.now + timedelta(hours=1):%Y-%m-%d %H:%M}")
        assert waits(scene) == ["owner"]
        assert not scene.story("Maria").profile.unread
    scene.live("2026-03-20 18:00")
    assert scene.sent(CHASE) == []


def test_an_address_that_another_had_meanwhile_brings_nothing_of_theirs_back(scene):
    scene.policy(scene.rules_text, BOTH)
    scene.tick()
    scene.live("2026-03-02 10:00")
    handed_on = (f"email: {BEN}", f"email: [{BEN}, {AT_HOME}]")
    scene.policy(scene.rules_text, handed_on)
    scene.tick()
    scene.writes(AT_HOME, TEAM, "Flyer", "Could you send the text?")
    scene.live("2026-03-02 18:00")
    scene.policy(scene.rules_text, BOTH)
    scene.live("2026-03-04 18:00")
    assert waits(scene) == []


def test_an_address_that_was_somebody_elses_brings_nothing_of_theirs(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(BEN, TEAM, "Flyer", "Could you send the text?")
    scene.live("2026-03-02 18:00")
    moved = (f"email: {BEN}", "email: ben@home.example")
    scene.policy(scene.rules_text, moved, (f"email: [{MARIA}]", f"email: [{MARIA}, {BEN}]"))
    scene.live("2026-03-04 18:00")
    assert waits(scene) == []


def test_what_a_colleague_answered_before_being_listed_is_read_back_and_counts(scene):
    scene.tick()
    scene.live("2026-03-02 15:00")
    question = scene.writes(MARIA, TEAM, "Logo", "Could you send the old logo?")
    scene.live("2026-03-02 16:00")
    scene.writes("tom@acme.example", MARIA, "Re: Logo", "Here is the old one.", question, folder="Sent")
    scene.live("2026-03-02 18:00")
    assert waits(scene) == ["owner"], "whose mail that was, nobody could know"
    known = {who: scene.story(who).profile for who in ("Maria", "Ben")}
    scene.policy(
        scene.rules_text,
        ("  timezone: America/New_York", "  team: [tom@acme.example]\n  timezone: America/New_York"),
    )
    scene.live("2026-03-06 18:00")
    assert waits(scene) == ["contractor"]
    (exchange,) = scene.story("Maria").ledger.exchanges
    assert f"{exchange.answered_at:%Y-%m-%d %H:%M}" == "2026-03-02 16:00"
    assert {who: scene.story(who).profile for who in known} == known
    scene.writes(BEN, TEAM, "Flyer", "Could you send the text?")
    assert scene.tick().read == 1, "once is enough"


MISSED = """  - name: Missed
    when: deadline missed
    steps: [{{after: 1 working hour, send: reminders/overdue}}]
"""


@pytest.mark.parametrize(
    ("day", "sent"),
    [
        ("9 March 2026", []),  # it was over when it was named
        ("12 March 2025", []),  # as people write in January
        ("10 March", ["2026-03-11 08:00"]),
    ],
)
def test_nobody_is_asked_about_a_day_that_was_over_when_it_was_named(scene, day, sent):
    scene.policy(scene.rules_text + MISSED)
    scene.tick()
    scene.live("2026-03-10 10:00")
    scene.writes(DANA, MARIA, "Flyer", f"Could you do the flyer? #nrn\nDue: {day}")
    scene.live("2026-03-12 17:00")
    assert scene.sent("Missed") == sent


def test_a_slip_in_a_date_leaves_the_day_that_holds_as_it_is(scene):
    scene.policy(scene.rules_text + MISSED)
    scene.tick()
    scene.live("2026-03-10 10:00")
    flyer = scene.writes(DANA, MARIA, "Flyer", "Could you do the flyer? #nrn\nDue: 12 March 2026")
    scene.live("2026-03-10 11:00")
    scene.writes(DANA, MARIA, "Re: Flyer", "In A4, please. #nrn\nDue: 12 March 2025", flyer)
    scene.live("2026-03-13 12:00")
    assert scene.sent("Missed") == ["2026-03-13 08:00"]
