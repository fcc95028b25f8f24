"""The gates, in the table's order, each with its reason as `why` shows it.

March 2026: Maria works in Madrid, 08:00-17:00 UTC; Ben in Lagos, 08:00-16:00 UTC; Dana in New York, 14:00-22:00 UTC.
"""

from datetime import date, timedelta

import pytest
from imapclient import IMAPClient

from bench.servers.proxy import UP, Proxy, refusing
from daemon import House
from relationship.occasions import OF_ANOTHER
from rules.gates import GATES
from tick.composing.compose import ENDS_BY_ITSELF
from tick.owner.digest.gathering import UNTOLD, gather
from tick.owner.digest.pace import WEEK
from tick.owner.digest.words import Words

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
CHASE, THANKS = "Chase", "Thank a quick answer"
ASKED, DUE = "2026-03-02 10:00", "2026-03-03 10:00"  # a Monday, and a working day later
FORGED = {"Authentication_Results": "mx.acme.example; dmarc=fail header.from=contract.example"}

NEAR = """
  - name: Near
    when: deadline near
    steps:
      - {{before: 1 working day, send: reminders/deadline}}
"""


def ask(scene, at=ASKED, who=MARIA, subject="Logo", text="Could you send the logo?", **more):
    if not scene.out and not scene.count:
        scene.tick()
    scene.live(at)
    return scene.writes(DANA, who, subject, text, **more)


def thank(scene, at, text="Here it is.", who=MARIA):
    """Dana asks and is answered half an hour later."""
    question = ask(scene, at, who)
    scene.live((scene.now + timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M"))
    scene.writes(who, TEAM, "Re: Logo", text, question)
    scene.tick()
    return question


def now_why(scene, rule, name="Maria"):
    return scene.why(rule, name)[-1]


def test_the_table_is_in_the_designs_order():
    names = [name for name, _, _ in GATES]
    told = (
        "gone, bouncing, already done, at most, stale, bad news, mode, owner first, absent, doubtful mail, "
    )
    told += "last look, might not reach us, limits, quiet hours"
    assert [name for name in names if name in told.split(", ")] == told.split(", ")
    verdicts = [verdict.value for _, verdict, _ in GATES]
    assert verdicts == sorted(verdicts, reverse=True)  # all that suppress come before all that hold


def test_who_speaks_of_gates_speaks_of_some_that_there_are():
    assert (ENDS_BY_ITSELF | UNTOLD | OF_ANOTHER) - {""} <= {name for name, _, _ in GATES}


# -- paused, ended, opted out --------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["paused", "ended"])
def test_who_is_paused_or_ended_in_the_rules_is_not_written_to(scene, phase):
    ask(scene)
    away = ("timezone: Europe/Madrid", f"timezone: Europe/Madrid\n    phase: {phase}")
    scene.policy(scene.rules_text, away)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == []
    assert now_why(scene, CHASE) == ("suppress", f"Maria Santos is {phase} in rules.yaml")
    scene.policy(scene.rules_text)  # what was suppressed is spent; the next step is not
    scene.live("2026-03-05 09:59")
    assert scene.sent(CHASE) == []
    scene.live("2026-03-05 10:00")
    assert scene.last(CHASE).template == "reminders/firm"
    assert "wrote again" not in scene.last(CHASE).text


def test_who_is_paused_by_the_command_is_not_written_to(scene):
    ask(scene)
    scene.store.request("pause", scene.story("Maria").key)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == []
    assert now_why(scene, CHASE) == ("suppress", "Maria Santos is paused by you")


def test_who_wants_no_letters_gets_none_but_the_owner_is_told_on(scene):
    ask(scene)
    scene.writes(MARIA, TEAM, "Letters", "#pause")
    scene.live("2026-03-10 15:00")
    assert [out.template for out in scene.out if out.rule == CHASE] == ["owner/escalation"]
    assert scene.why(CHASE)[0] == ("suppress", "Maria Santos asked for no letters")
    assert "No reminder has gone out for it." in scene.last(CHASE).text


# -- bounces -------------------------------------------------------------------------------------------------

BOUNCED = """
  - name: Bounced
    when: bounced
    send: owner/address-bounces
    deliver: any time
"""


def bounce(scene, letter, address=MARIA, status="5.1.1"):
    """A real DSN that returns our letter."""
    said = "No such user" if status.startswith("5.1.") else "Delivery refused"
    report = f"""From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>
To: {TEAM}
Subject: Undelivered Mail Returned to Sender
Date: {scene.now:%a, %d %b %Y %H:%M:%S} +0000
Message-ID: <{scene.now:%d%H%M}.bounce@mx.acme.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.acme.example.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {address}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} {said}

--b
Content-Type: text/rfc822-headers

From: Dana Reyes <{TEAM}>
To: {address}
Subject: Re: Logo
Message-ID: <{letter}>

--b--
"""
    scene.servers.deliver_to(TEAM, report.replace("\n", "\r\n").encode(), scene.now, "INBOX")


def our_last_letter(scene):
    return scene.letters(MARIA)[-1].message_id


def test_a_bounce_of_our_letter_stops_letters_until_a_mail_comes_from_there(scene):
    scene.policy(scene.rules_text + BOUNCED)
    question = ask(scene)
    scene.live(DUE)
    assert scene.sent(CHASE) == [DUE]
    scene.live("2026-03-03 10:02")
    bounce(scene, our_last_letter(scene))
    scene.live("2026-03-05 11:00")
    assert scene.sent("Bounced") == ["2026-03-03 10:02"]
    assert MARIA in scene.last("Bounced").text
    assert scene.sent(CHASE) == [DUE]
    assert now_why(scene, CHASE) == ("suppress", f"mail to {MARIA} came back (5.1.1)")
    bounce(scene, our_last_letter(scene))  # told once
    scene.restart()
    scene.live("2026-03-06 11:00")
    assert len(scene.sent("Bounced")) == 1
    scene.writes(MARIA, TEAM, "Re: Logo", "My mailbox was full, here it is.", question)
    ask(scene, "2026-03-06 12:00", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-09 12:00")
    assert scene.sent(CHASE)[-1] == "2026-03-09 12:00"
    bounce(scene, our_last_letter(scene))  # and anew, since it works no more
    scene.tick()
    assert scene.sent("Bounced")[1:] == ["2026-03-09 12:00"]


def test_mail_to_the_owner_that_comes_back_is_trouble_until_the_address_is_another(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-03 16:00")
    [mail] = scene.letters(DANA)
    assert scene.keepwarm.trouble == ""
    bounce(scene, "of-somebody-else@mx.example", DANA)
    scene.tick()
    assert scene.keepwarm.trouble == "", "anybody may say so"
    bounce(scene, mail.message_id, DANA)
    scene.tick()
    assert scene.keepwarm.trouble == f"Mail to you ({DANA}) comes back (5.1.1): is the address right?"
    scene.writes(BEN, TEAM, "Flyer", "Which size?")
    scene.live("2026-03-04 21:00")
    assert len(scene.letters(DANA)) == 2, "it is taken, as the first was"
    assert "comes back" in scene.keepwarm.trouble
    house = House(scene.rules, scene.folder / "data")
    scene.rules.write_text(scene.rules.read_text().replace(DANA, "dana@home.example"))
    scene.keepwarm.adopt(house.policy(house.templates()), house.templates())
    scene.tick()
    assert scene.keepwarm.trouble == ""


def test_mail_to_the_owner_that_came_back_long_ago_is_no_trouble_when_it_is_read_back(scene):
    """A contractor is added, and all mail is looked through: what came back in spring says nothing of today."""
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-03 16:00")
    bounce(scene, scene.letters(DANA)[0].message_id, DANA)
    scene.tick()
    aiko = "  - {name: Aiko Mori, email: aiko@contract.example, timezone: Asia/Tokyo}\n"
    added = ("contractors:\n", f"contractors:\n{aiko}")
    scene.at("2026-03-04 09:00")
    scene.policy(scene.rules_text, added)
    scene.tick()
    assert "comes back" in scene.keepwarm.trouble, "that was yesterday"
    ben = "  - {name: Ben Two, email: two@contract.example, timezone: Asia/Tokyo}\n"
    scene.at("2026-03-20 09:00")
    scene.policy(scene.rules_text, added, ("contractors:\n", f"contractors:\n{ben}"))
    scene.tick()
    assert scene.keepwarm.trouble == ""


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1"])
def test_a_full_mailbox_or_a_delay_is_no_dead_address(scene, status):
    scene.policy(scene.rules_text + BOUNCED)
    ask(scene)
    scene.live(DUE)
    bounce(scene, our_last_letter(scene), status=status)
    scene.live("2026-03-05 11:00")
    assert scene.sent("Bounced") == []
    assert len(scene.sent(CHASE)) == 2


# -- already done, stale, bad news ---------------------------------------------------------------------------


def test_two_rules_with_one_letter_about_one_thing_say_it_once(scene):
    again = """
  - name: Chase once more
    when: waiting on contractor
    steps:
      - {{after: 1 working day, send: reminders/gentle}}
"""
    scene.policy(scene.rules_text + again)
    ask(scene)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]
    assert scene.sent("Chase once more") == []
    reason = "already done: the rule “Chase” sends the same letter"
    assert now_why(scene, "Chase once more") == ("suppress", reason)


def test_what_was_due_long_ago_is_dropped_after_downtime(scene):
    ask(scene)
    scene.tick()
    scene.at("2026-03-05 10:01")  # gentle was due two working days and a minute ago
    scene.restart()
    scene.live("2026-03-05 12:00")
    verdict, why = scene.why(CHASE)[0]
    assert verdict == "suppress"
    assert why.startswith("stale: it was due 3 Mar 2026")
    assert why.endswith(", more than 2 working days ago")
    assert [out.template for out in scene.out] == ["reminders/firm"]


@pytest.mark.parametrize(
    ("asked", "late", "second"),
    [
        # Four working hours and a working day are five working hours apart here, and no weekend.
        ("2026-03-06 10:00", "2026-03-09 10:00", "2026-03-09 15:00"),
        ("2026-03-04 10:00", "2026-03-06 13:00", "2026-03-09 09:00"),
    ],
)
def test_steps_in_hours_and_days_are_apart_in_working_time(scene, asked, late, second):
    scene.policy(
        scene.rules_text,
        (
            "{after: 1 working day, send: reminders/gentle}",
            "{after: 4 working hours, send: reminders/gentle}",
        ),
        ("{after: 3 working days, send: reminders/firm}", "{after: 1 working day, send: reminders/firm}"),
    )
    scene.tick()
    scene.live(asked)
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.tick()
    scene.at(late)  # the daemon was down
    scene.live("2026-03-12 17:00")
    assert [out.at for out in scene.out if out.to == MARIA] == [late, second]


def test_two_working_days_late_is_not_yet_stale(scene):
    ask(scene)
    scene.tick()
    scene.at("2026-03-05 10:00")
    scene.tick()
    assert [out.template for out in scene.out] == ["reminders/gentle"]


def test_a_weekend_makes_no_letter_stale_that_waits_for_monday(scene):
    scene.policy(scene.rules_text, ("  in total:", "  stale after: 1 day\n  in total:"))
    thank(scene, "2026-03-06 16:45")  # answered at a quarter past six in Madrid
    assert now_why(scene, THANKS)[1].endswith("working hours until 9 Mar 2026 04:00")
    scene.live("2026-03-09 12:00")
    assert scene.sent(THANKS) == ["2026-03-09 08:00"]


@pytest.mark.parametrize("limit", ["2 days", "4 working hours"])
def test_a_note_that_missed_the_days_mail_is_in_the_next_ones(scene, limit):
    scene.policy(scene.rules_text, ("  in total:", f"  stale after: {limit}\n  in total:"))
    scene.tick()
    for at, subject in (("2026-03-05 18:00", "Invoice"), ("2026-03-05 21:00", "Flyer")):
        scene.live(at)
        scene.writes(MARIA, TEAM, subject, "Which one do you mean?")
    scene.live("2026-03-10 12:00")
    assert scene.sent("I owe an answer") == ["2026-03-06 14:00", "2026-03-09 13:00"], "Friday, and Monday"


def test_nor_is_it_lost_where_the_next_day_begins_later(scene):
    hours = (
        "hours: Mon-Fri 09:00-17:00\n  digest",
        "hours: Mon, Wed 09:00-17:00; Tue, Thu 13:00-18:00\n  digest",
    )
    scene.policy(scene.rules_text, ("  in total:", "  stale after: 1 day\n  in total:"), hours)
    scene.tick()
    for at, subject in (("2026-03-03 20:00", "Invoice"), ("2026-03-03 21:00", "Flyer")):
        scene.live(at)
        scene.writes(MARIA, TEAM, subject, "Which one do you mean?")
    scene.live("2026-03-06 12:00", timedelta(seconds=61))
    assert scene.sent("I owe an answer") == ["2026-03-04 15:00", "2026-03-05 18:00"], "at one on Thursday"


def test_no_praise_on_top_of_bad_news(scene):
    thank(scene, ASKED, "Here it is. Unfortunately I am in hospital since yesterday.")
    scene.live("2026-03-04 10:00")
    assert scene.sent(THANKS) == []
    assert now_why(scene, THANKS) == ("suppress", "the mail holds bad news: no praise on top of it")


def test_no_praise_for_what_could_not_be_read(scene):
    sealed = "Hi Dana,\n\n-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n"
    thank(scene, ASKED, sealed)
    scene.live("2026-03-04 10:00")
    assert scene.sent(THANKS) == []
    reason = "the mail could not be read, and may hold bad news: no praise on top of it"
    assert now_why(scene, THANKS) == ("suppress", reason)


def test_bad_news_that_comes_before_a_thank_you_left_stops_it(scene):
    thank(scene, "2026-03-02 18:30")  # after hours: the thank-you waits for the morning
    scene.live("2026-03-02 20:00")
    scene.writes(MARIA, TEAM, "Sorry", "I am in hospital, my mother died.")
    scene.live("2026-03-03 12:00")
    assert scene.sent(THANKS) == []
    reason = "Maria Santos has written bad news since: no praise on top of it"
    assert now_why(scene, THANKS) == ("suppress", reason)


# -- mode ----------------------------------------------------------------------------------------------------


def test_a_dry_run_notes_each_step_when_it_was_due_and_says_nothing_later(scene):
    dry = ("mode: live", "mode: dry-run")
    scene.policy(scene.rules_text, dry)
    ask(scene)
    scene.live("2026-03-06 10:00")
    noted = [x for x in scene.story("Maria").decisions.values() if x.rule == CHASE]
    assert [(str(x.verdict), x.why) for x in noted] == [
        ("hold", "mode is dry-run: it is noted, and nothing goes out")
    ] * 2
    assert [f"{x.at:%Y-%m-%d %H:%M}" for x in noted] == [DUE, "2026-03-05 10:00"]
    assert scene.servers.accepted == []
    scene.policy(scene.rules_text)
    scene.live("2026-03-20 10:00")
    assert scene.sent(CHASE) == []
    ask(scene, "2026-03-20 10:00", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-23 10:00")
    assert scene.sent(CHASE) == ["2026-03-23 10:00"]


# -- owner first ---------------------------------------------------------------------------------------------


def owing(scene, text="Which address should I use?"):
    """Maria asks at 09:00, Dana at 10:00; Maria has the older right."""
    scene.tick()
    scene.live("2026-03-02 09:00")
    debt = scene.writes(MARIA, TEAM, "Invoice", text)
    question = ask(scene)
    return debt, question


def test_nobody_is_chased_while_the_owner_owes_an_older_answer_and_then_it_starts_anew(scene):
    debt, _ = owing(scene)
    scene.live("2026-03-04 16:00")
    assert scene.sent(CHASE) == []
    verdict, why = now_why(scene, CHASE)
    assert verdict == "hold"
    assert why.startswith("owner first: you owe Maria Santos an answer to “Invoice” since ")
    assert len(scene.sent("Owner first")) == 1
    note = scene.last("Owner first")
    assert note.subject == "You owe Maria an older answer: Invoice"
    assert "You are waiting for Maria Santos’s answer about “Logo”." in note.text
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", debt)
    scene.restart()
    scene.live("2026-03-05 15:59")
    assert scene.sent(CHASE) == []
    scene.live("2026-03-12 16:00")
    assert scene.sent(CHASE) == ["2026-03-05 16:00", "2026-03-09 16:00", "2026-03-11 16:00"]


def test_a_note_of_the_owners_own_says_how_long_they_owe_an_answer_of_this_morning(scene):
    """It was asked for while nobody was at work, so that no working time has passed."""
    own = scene.folder / "templates/owner/owner-first.md"
    own.parent.mkdir(parents=True)
    own.write_text("To: owner\nSubject: You owe {{ contractor.first_name }}\n\nFor {{ debt.waiting }}.\n")
    scene.policy(
        scene.rules_text,
        ("after: 1 working day, send: reminders/gentle", "after: 1 working hour, send: reminders/gentle"),
    )
    owing(scene)
    scene.live("2026-03-03 16:00")
    assert len(scene.sent("Owner first")) == 1
    assert scene.last("Owner first").subject == "You owe Maria"


def test_what_is_put_off_by_a_paid_debt_says_when_it_goes_out_and_not_what_held_it(scene):
    debt, _ = owing(scene)
    scene.live("2026-03-04 16:00")
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", debt)
    scene.live("2026-03-04 16:01")
    assert now_why(scene, CHASE) == ("hold", "put off: its time counts anew, and it is due 5 Mar 2026 11:00")
    scene.live("2026-03-05 16:00")
    assert scene.sent(CHASE) == ["2026-03-05 16:00"], "11:00 in New York"
    before = [decision for decision in scene.story("Maria").decisions.values() if decision.rule == CHASE]
    assert [hold.why[:11] for hold in before[0].holds] == ["owner first", "put off: it"]


def test_a_rule_whose_conditions_never_held_is_not_said_to_wait_once_another_is_put_off(scene):
    tagged = f"  - name: {CHASE}\n    when: waiting on contractor\n"
    assert tagged in scene.rules_text
    other = tagged.replace(CHASE, "Early for key people") + (
        "    if: {tag: key}\n    steps: [{after: 1 working day, send: owner/escalation}]\n"
    )
    scene.policy(scene.rules_text, (tagged, other + tagged))
    debt, _ = owing(scene)
    scene.live("2026-03-04 16:00")
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", debt)
    scene.live("2026-03-04 16:01")
    assert now_why(scene, "Early for key people") == ("hold", "if: tag: none, not key")


def test_what_is_put_off_by_an_absence_says_when_it_goes_out(scene):
    question = ask(scene, "2026-03-02 16:30")
    scene.policy(
        scene.rules_text,
        ("after: 1 working day, send: reminders/gentle", "after: 2 hours, send: reminders/gentle"),
    )
    scene.live("2026-03-02 19:00")
    assert now_why(scene, CHASE)[1].startswith("outside Maria Santos’s working hours until 3 Mar 2026 03:00")
    out_of_office(scene, "I am out until 5 March 2026.", question)
    scene.live("2026-03-04 12:00")
    assert now_why(scene, CHASE) == ("hold", "put off: its time counts anew, and it is due 5 Mar 2026 05:00")
    scene.live("2026-03-06 12:00")
    assert scene.sent(CHASE)[0] == "2026-03-05 10:00"


def test_nor_is_the_owner_told_that_somebody_is_late_to_whom_they_owe_an_older_answer(scene):
    gentle = ("- {after: 1 working day, send: reminders/gentle}\n", "")
    firm = ("- {after: 3 working days, send: reminders/firm}\n", "")
    soon = ("after: 5 working days, send: owner/", "after: 1 working day, send: owner/")
    scene.policy(scene.rules_text, gentle, firm, soon)
    scene.tick()
    scene.at("2026-03-02 09:00")
    scene.writes(MARIA, TEAM, "Invoice", "Could you pay it?")
    ask(scene)
    scene.live("2026-03-04 20:00")
    assert scene.sent(CHASE) == []
    assert now_why(scene, CHASE)[1].startswith("owner first: you owe Maria Santos an answer to “Invoice”")


def test_a_newer_debt_does_not_shield(scene):
    ask(scene)
    scene.live("2026-03-02 11:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]


def test_what_asks_nothing_is_no_debt(scene):
    owing(scene, "Here is the invoice.")
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]


def test_a_debt_from_before_the_watermark_does_not_shield(scene):
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.at("2026-03-02 08:30")
    ask(scene)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]


def test_after_fourteen_days_a_debt_shields_no_more(scene):
    scene.tick()
    scene.live("2026-03-02 09:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    ask(scene, "2026-03-13 10:00")
    scene.live("2026-03-17 10:00")
    assert scene.sent(CHASE) == ["2026-03-16 10:00"]


def test_owner_first_can_be_switched_off(scene):
    scene.policy(scene.rules_text, ("  in total:", "  owner first: no\n  in total:"))
    owing(scene)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]


def test_two_questions_that_one_debt_shields_are_one_note(scene):
    owing(scene)
    ask(scene, "2026-03-02 10:30", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-06 16:00")
    assert len(scene.sent("Owner first")) == 1


def test_the_owner_is_told_of_a_debt_though_what_it_held_first_was_over_before_they_could_be(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    question = ask(scene, "2026-03-04 08:30")
    scene.live("2026-03-05 09:30")
    assert now_why(scene, "Owner first") == ("hold", "outside your working hours until 5 Mar 2026 09:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-05 09:31")
    assert now_why(scene, "Owner first") == ("suppress", "cancelled: what it was about is over")
    ask(scene, "2026-03-06 10:00", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-09 16:00")
    assert now_why(scene, CHASE)[1].startswith("owner first: you owe Maria Santos an answer to “Invoice”")
    assert scene.sent("Owner first") == ["2026-03-09 13:00"]


def test_nobody_is_said_to_be_reminded_later_who_wants_no_letters(scene):
    """The note of the morning is taken back, too, when they say so before it goes out."""
    chase_early = (
        "after: 1 working day, send: reminders/gentle",
        "after: 1 working hour, send: reminders/gentle",
    )
    scene.policy(scene.rules_text, chase_early)
    owing(scene)
    scene.live("2026-03-02 11:30")
    assert now_why(scene, "Owner first")[0] == "hold"
    scene.writes(MARIA, TEAM, "Letters", "#pause")
    scene.live("2026-03-10 16:00")
    assert now_why(scene, CHASE)[1].startswith("owner first"), "of the letter to the owner"
    assert scene.sent("Owner first") == []


def test_no_debt_is_told_of_that_a_deadline_is_older_than(scene):
    missed = """
  - name: Missed
    when: deadline missed
    steps:
      - {{after: 1 working day, send: reminders/overdue}}
"""
    scene.policy(scene.rules_text + missed)
    scene.tick()
    scene.live("2026-03-02 09:00")
    scene.writes(DANA, MARIA, "Flyer", "Please make it.\n\nDue: 3 Mar 2026")
    scene.live("2026-03-02 09:30")
    debt = scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-03 12:00")
    scene.writes(MARIA, TEAM, "Chairs", "Which ones do you want?")  # after the deadline: it holds nothing
    scene.live("2026-03-05 16:00")
    assert now_why(scene, "Missed")[1].startswith("owner first: you owe Maria Santos an answer to “Invoice”")
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", debt)
    scene.live("2026-03-05 16:01")
    assert [why for _, why in scene.why("Owner first") if "Chairs" in why or "over" in why] == []


def test_when_one_debt_is_paid_the_owner_is_told_of_the_next_that_holds_the_reminder(scene):
    scene.policy(scene.rules_text, ("hours: Mon-Fri 09:00-18:00", "hours: Tue,Thu 09:00-18:00"))
    scene.tick()
    scene.live("2026-03-02 09:00")
    debt = scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-02 09:30")
    scene.writes(MARIA, TEAM, "Chairs", "Which ones do you want?")
    ask(scene)
    scene.live("2026-03-09 16:00")
    assert [out.subject[-7:] for out in scene.out if out.rule == "Owner first"] == ["Invoice"]
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", debt)
    scene.live("2026-03-13 16:00")
    assert now_why(scene, CHASE)[1].startswith("owner first: you owe Maria Santos an answer to “Chairs”")
    assert [out.subject[-6:] for out in scene.out if out.rule == "Owner first"][1:] == ["Chairs"]


def test_the_owner_is_told_of_a_deadline_that_is_not_reminded_of(scene):
    scene.policy(scene.rules_text + NEAR)
    scene.tick()
    scene.live("2026-03-02 09:00")
    task = scene.writes(DANA, MARIA, "Flyer", "Please make it.\n\nDue: 6 Mar 2026")
    scene.live("2026-03-02 09:30")
    scene.writes(MARIA, TEAM, "Re: Flyer", "Which size should it be?", task)
    scene.live("2026-03-05 16:00")
    assert scene.sent("Near") == []
    assert now_why(scene, "Near")[1].startswith("owner first")
    note = scene.last("Owner first")
    assert "“Flyer” from Maria Santos is due on Friday, March 6." in note.text
    assert note.subject == "You owe Maria an answer: Flyer", "it is younger than the flyer"


# -- absent --------------------------------------------------------------------------------------------------


def out_of_office(scene, text, question, **more):
    scene.writes(MARIA, TEAM, "Automatic reply: Logo", text, question, Auto_Submitted="auto-replied", **more)


def test_who_is_away_until_a_day_is_chased_a_working_day_after_it(scene):
    question = ask(scene)
    out_of_office(scene, "I am on holiday and back on 11 March 2026.", question)
    scene.live("2026-03-16 10:00")
    assert scene.sent(CHASE) == ["2026-03-12 08:00", "2026-03-16 08:00"]


def test_what_is_told_of_a_wait_counts_from_their_return_and_says_so(scene):
    question = ask(scene)
    out_of_office(scene, "I am on holiday and back on 11 March 2026.", question)
    scene.live("2026-03-18 20:00")
    assert [out.template for out in scene.out if out.rule == CHASE][-1] == "owner/escalation"
    told = "sent on Monday, March 2; Maria was away until Wednesday, March 11, 5 working days ago."
    assert told in scene.last(CHASE).text
    books = scene.keepwarm.books
    week = gather([scene.story("Maria")], books.policy.temperature, scene.now - WEEK, scene.now)
    lines = Words(books.people.owner, TEAM).facts(week, news_question=False)["week"]["waits"]
    said = "“Logo”, 5 working days, since Monday, March 2, not counting an absence until Wednesday, March 11"
    assert [line["what"] for line in lines] == [said]


def test_without_a_day_it_is_taken_to_be_three_working_days(scene):
    question = ask(scene)
    out_of_office(scene, "I am out of the office.", question)
    scene.live("2026-03-10 10:00")
    assert scene.sent(CHASE) == ["2026-03-06 10:00", "2026-03-10 10:00"]


def test_a_mail_of_their_own_ends_an_absence_however_many_auto_replies_told_of_it(scene):
    question = ask(scene)
    out_of_office(scene, "I am on holiday and back on 23 March 2026.", question)
    other = ask(scene, "2026-03-02 11:00", subject="Flyer", text="Could you send the flyer?")
    out_of_office(scene, "I am on holiday and back on 23 March 2026.", other)
    scene.live("2026-03-04 12:00")
    scene.writes(MARIA, TEAM, "Re: Flyer", "I am back early, here it is.", other)
    scene.live("2026-03-06 12:00")
    assert scene.sent(CHASE) == ["2026-03-05 12:00"]
    assert scene.last(CHASE).subject == "Re: Logo"


@pytest.mark.parametrize(
    ("last", "chased"), [("2026-03-02 18:30", "2026-03-24 08:00"), ("2026-03-03 12:00", "2026-03-05 12:00")]
)
def test_who_writes_on_the_day_they_go_is_away_all_the_same(scene, last, chased):
    """The vacation program has answered Dana, and does not again within the week."""
    first = ask(scene)
    out_of_office(scene, "I am on holiday and back on 23 March 2026.", first)
    scene.live(last)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here is the logo, before I go.", first)
    scene.live("2026-03-04 12:00")
    scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.live("2026-03-25 12:00")
    assert scene.sent(CHASE)[0] == chased


@pytest.mark.parametrize(
    ("text", "back"),
    [("I am out of the office.", "2026-03-05 09:30"), ("I am back on 23 March 2026.", "2026-03-23 08:00")],
)
def test_a_thank_you_that_waits_for_their_return_is_not_stale_before_it(scene, text, back):
    scene.tick()
    scene.live("2026-03-02 09:00")
    scene.writes(MARIA, TEAM, "Logo", "Here is the logo.")
    scene.live("2026-03-02 09:30")
    out_of_office(scene, text, "")
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.live("2026-03-02 10:00")
    assert "Maria Santos is away until" in now_why(scene, "Thank what I starred")[1]
    scene.live("2026-03-24 12:00")
    assert scene.sent("Thank what I starred") == [back]


@pytest.mark.parametrize("away", ["by mail", "in the rules"])
def test_thanks_for_an_answer_of_weeks_ago_go_out_when_they_are_back(scene, away):
    """What is held is found however old it is; decided on, it was so no more, and cancelled before it was sent."""
    thank(scene, "2026-03-02 17:00")  # answered at half past six in Madrid
    if away == "by mail":
        out_of_office(scene, "I am back on 25 March 2026.", "")
    else:
        hours = "hours: Mon-Fri 09:00-18:00"
        scene.policy(scene.rules_text, (hours, f"{hours}\n    away: [2026-03-03..2026-03-24]"))
    scene.live("2026-03-26 12:00")
    assert scene.sent(THANKS) == ["2026-03-25 08:00"]


def test_nor_is_one_that_waited_for_a_limit_before_they_went_away(scene):
    scene.tick()
    scene.live("2026-03-02 09:00")
    for number in range(3):
        scene.writes(MARIA, TEAM, f"Logo {number}", "Here is the logo.")
    scene.live("2026-03-02 09:30")
    for number in range(3):
        scene.servers.flag(TEAM, "INBOX", number, ["\\Flagged"])
    scene.live("2026-03-02 10:00")
    assert len(scene.sent("Thank what I starred")) == 2, "of two a day"
    out_of_office(scene, "I am back on 12 March 2026.", "")
    scene.live("2026-03-02 10:30")
    assert now_why(scene, "Thank what I starred")[1].startswith("Maria Santos is away until 12 Mar 2026")
    scene.live("2026-03-14 12:00")
    assert scene.sent("Thank what I starred")[2:] == ["2026-03-12 08:00"]


@pytest.mark.parametrize(
    ("back", "when", "after_it"),
    [
        ("2026-04-01", "every Monday at 10:00", ["2026-04-01 07:00", "2026-04-06 14:00"]),
        # Not two on one day.
        ("2026-03-30", "every Monday at 10:00", ["2026-03-30 14:00", "2026-04-06 14:00"]),
        ("2026-03-30", "every day at 10:00", ["2026-03-30 14:00", "2026-03-31 14:00"]),
    ],
)
def test_of_what_came_round_while_they_were_away_the_last_goes_out(scene, back, when, after_it):
    weekly = f"  - name: Weekly\n    when: every\n    on: {when}\n    send: ideas/ask\n"
    hours, last = "hours: Mon-Fri 09:00-18:00", date.fromisoformat(back) - timedelta(days=1)
    scene.policy(scene.rules_text + weekly, (hours, f"{hours}\n    away: [2026-03-03..{last}]"))
    scene.tick()
    scene.live("2026-04-06 20:00")
    to_maria = [out.at for out in scene.out if (out.rule, out.to) == ("Weekly", MARIA)]
    assert to_maria[:3] == ["2026-03-02 15:00", *after_it]
    why = "stale: it was due 9 Mar 2026 10:00, and the next one comes soon after it can go out"
    assert ("suppress", why) in scene.why("Weekly")


def test_an_absence_holds_all_other_letters_too_and_they_go_when_it_ends(scene):
    hello = """
  - name: Hello
    when: every
    on: every Tuesday at 09:00
    if: {{contractor: Maria}}
    send: ideas/ask
"""
    scene.policy(scene.rules_text + hello)
    question = ask(scene)
    out_of_office(scene, "I am out until 5 March 2026.", question)
    scene.live("2026-03-04 12:00")
    verdict, why = now_why(scene, "Hello")
    assert verdict == "hold"
    assert why.startswith("Maria Santos is away until 5 Mar 2026")
    scene.live("2026-03-06 12:00")
    assert scene.sent("Hello") == ["2026-03-05 08:00"]


def test_configured_days_away_hold_what_plain_time_makes_due(scene):
    days = ("- {after: 1 working day, send: reminders/gentle}", "- {after: 1 day, send: reminders/gentle}")
    away = ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    away: [2026-03-03..2026-03-04]")
    scene.policy(scene.rules_text, days, away)
    ask(scene)
    scene.live("2026-03-04 12:00")
    assert now_why(scene, CHASE)[1].startswith("Maria Santos is away until 5 Mar 2026")
    scene.live("2026-03-05 09:00")
    assert scene.sent(CHASE) == ["2026-03-05 08:00"]


def test_a_night_that_runs_into_a_day_away_belongs_to_the_day_on_which_it_starts(scene):
    days = ("- {after: 1 working day, send: reminders/gentle}", "- {after: 1 day, send: reminders/gentle}")
    away = ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    away: [2026-03-04..2026-03-04]")
    scene.policy(scene.rules_text, days, away, ("hours: Mon-Fri 09:00-18:00", "hours: Mon-Fri 21:00-06:00"))
    scene.live("2026-03-03 01:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-04 12:00")
    assert scene.sent(CHASE) == ["2026-03-04 01:00"]


# -- doubtful mail, the last look, a question whose answer might not reach us --------------------------------

TRUST = (
    "  password: env:KEEPWARM_TEST_PASSWORD",
    "  password: env:KEEPWARM_TEST_PASSWORD\n  trust: mx.acme.example",
)


def test_mail_that_fails_dmarc_holds_the_reminder_and_answers_nothing(scene):
    scene.policy(scene.rules_text, TRUST)
    question = ask(scene)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question, **FORGED)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == scene.sent(THANKS) == []
    verdict, why = now_why(scene, CHASE)
    assert verdict == "hold"
    assert why.endswith("in this conversation could not be verified (it fails DMARC)")
    [wait] = scene.story("Maria").ledger.waits
    assert wait.asks


def test_a_forged_out_of_office_silences_nobody_for_long(scene):
    scene.policy(scene.rules_text, TRUST)
    question = ask(scene)
    out_of_office(scene, "I am on holiday and back on 14 December 2026.", question, **FORGED)
    scene.live("2026-03-10 10:00")
    assert scene.sent(CHASE) == ["2026-03-06 10:00", "2026-03-10 10:00"]


def test_mail_in_the_owners_name_that_fails_dmarc_holds_no_reminder(scene):
    scene.policy(scene.rules_text, TRUST)
    question = ask(scene)
    scene.live("2026-03-02 12:00")
    failed = {"Authentication_Results": "mx.acme.example; dmarc=fail header.from=acme.example"}
    scene.writes(DANA, f"{MARIA}, {TEAM}", "Re: Logo", "Any news?", question, folder="INBOX", **failed)
    scene.live("2026-03-03 12:00")
    assert scene.sent(CHASE) == [DUE]


def test_mail_that_cannot_be_read_holds_the_reminder(scene):
    question = ask(scene)
    scene.count += 1
    mail = (
        f"From: {MARIA}\nTo: {TEAM}\nSubject: Re: Logo\nMessage-ID: <secret@x>\nIn-Reply-To: {question}\n"
        f"Date: {scene.now:%a, %d %b %Y %H:%M:%S} +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
        "--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nhQEMA\n--b--\n"
    )
    scene.servers.deliver_to(TEAM, mail.encode(), scene.now, "INBOX")
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == []


def test_mail_in_junk_holds_the_reminder(scene):
    question = ask(scene)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question, folder="Junk")
    scene.live("2026-03-03 12:00")
    assert scene.sent(CHASE) == []
    reason = "there is mail from Maria Santos in Junk that is not in the ledger"
    assert now_why(scene, CHASE) == ("hold", reason)
    with IMAPClient("127.0.0.1", scene.servers.imap_port, ssl=False) as owner:
        owner.login(TEAM, "secret")
        owner.select_folder("Junk")
        owner.delete_messages(owner.search("ALL"))
        owner.expunge()
    scene.live("2026-03-03 12:15")
    assert len(scene.sent(CHASE)) == 1, "it is looked for again soon"


def test_mail_in_junk_that_is_not_handed_out_holds_the_reminder(scene):
    """Nobody can say when it came: it may be the answer."""

    def ill(direction, data, line):
        if direction == UP and b" EXAMINE " in data:
            line.counts["junk"] = b"Junk" in data
        return withholding(direction, data, line) if line.counts["junk"] and b"BODY" in data else data

    withholding = refusing(b"UID FETCH", b"NO [SERVERBUG] Internal error")
    with Proxy(scene.servers.imap_port, ill) as proxy:
        scene.policy(scene.rules_text, (f":{scene.servers.imap_port}", f":{proxy.port}"))
        question = ask(scene)
        scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question, folder="Junk")
        scene.live("2026-03-03 12:00")
    assert scene.sent(CHASE) == []
    assert now_why(scene, CHASE)[1].endswith("in Junk that is not in the ledger")


def test_mail_in_trash_of_before_the_question_holds_nothing(scene):
    scene.tick()
    scene.live("2026-03-02 09:00")
    scene.writes(MARIA, TEAM, "Invoice", "Here is the invoice.", folder="Trash")
    ask(scene)
    scene.live("2026-03-03 12:00")
    assert scene.sent(CHASE) == [DUE]


def test_a_deadline_is_not_reminded_of_while_mail_lies_in_junk(scene):
    scene.policy(scene.rules_text + NEAR)
    task = ask(scene, text="Please make it.\n\nDue: 6 Mar 2026")
    scene.live("2026-03-02 11:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "I will start tomorrow.", task)
    scene.live("2026-03-04 11:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is. #done", task, folder="Junk")
    scene.live("2026-03-05 12:00")
    assert scene.sent("Near") == []
    assert now_why(scene, "Near")[1].endswith("in Junk that is not in the ledger")


def test_a_question_whose_answer_might_not_reach_us_is_not_chased(scene):
    scene.servers.add_folder(TEAM, "Projects")
    ask(scene, folder="Projects")
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == []
    reason = (
        "the answer might not reach the shared mailbox: the question lies not in Sent and does not name it"
    )
    assert now_why(scene, CHASE) == ("hold", reason)


def test_a_question_with_the_mailbox_in_cc_is_chased_wherever_it_lies(scene):
    scene.servers.add_folder(TEAM, "Projects")
    ask(scene, folder="Projects", Cc=TEAM)
    scene.live("2026-03-04 10:00")
    assert scene.sent(CHASE) == [DUE]


def test_of_two_who_were_asked_the_other_is_not_chased_once_one_has_answered(scene):
    question = ask(scene, who=f"{MARIA}, {BEN}")
    scene.live("2026-03-03 09:00")
    scene.writes(BEN, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-04 16:00")
    assert scene.sent(CHASE) == []
    reason = "the question went to Ben Okafor too, who has answered"
    assert now_why(scene, CHASE) == ("hold", reason)
    assert scene.last("One of two answered").subject == "Ben Okafor has answered: Logo"
    assert len(scene.sent("One of two answered")) == 1


def test_what_one_of_two_answered_is_not_complained_of_to_the_owner_either(scene):
    question = ask(scene, who=f"{MARIA}, {BEN}")
    scene.live("2026-03-03 09:00")
    scene.writes(BEN, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-16 16:00")
    assert len(scene.sent("One of two answered")) == 1
    assert "owner/escalation" not in [out.template for out in scene.out]


def test_what_one_of_two_answered_before_they_were_asked_again_holds_nobodys_reminder(scene):
    question = ask(scene, who=f"{MARIA}, {BEN}")
    for who in (MARIA, BEN):
        scene.writes(who, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-02 12:00")
    scene.writes(DANA, f"{MARIA}, {BEN}", "Re: Logo", "Could you send it in blue, too?", question)
    scene.live("2026-03-04 10:00")
    assert {out.to for out in scene.out if out.rule == CHASE} == {MARIA, BEN}


def test_who_of_two_is_asked_again_alone_is_chased_from_then_on_though_the_other_has_answered(scene):
    question = ask(scene, who=f"{MARIA}, {BEN}")
    scene.live("2026-03-03 09:00")
    scene.writes(BEN, TEAM, "Re: Logo", "Here is mine.", question)
    scene.live("2026-03-05 16:00")
    scene.writes(DANA, MARIA, "Re: Logo", "And yours? I need it by tomorrow, please.", question)
    scene.live("2026-03-06 15:59")
    assert scene.sent(CHASE) == []
    scene.live("2026-03-16 16:00")
    assert scene.sent(CHASE) == ["2026-03-06 16:00", "2026-03-10 16:00", "2026-03-12 16:00"]


# -- limits and quiet hours ----------------------------------------------------------------------------------

ONE_A_DAY = ("per contractor: [2 a day, 5 a week]", "per contractor: [1 a day, 2 a week]")


def test_the_rule_that_stands_first_in_the_file_goes_first_and_the_other_a_day_later(scene):
    scene.policy(scene.rules_text, ONE_A_DAY)
    ask(scene)  # a reminder is due on Tuesday at 10:00
    question = ask(scene, "2026-03-03 09:30", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-03 09:59")
    scene.writes(MARIA, TEAM, "Re: Flyer", "Here it is.", question)
    scene.now += timedelta(minutes=1)
    scene.live("2026-03-04 10:00")
    assert scene.sent(THANKS) == [DUE]
    assert scene.sent(CHASE) == ["2026-03-04 10:00"]


def test_a_hold_says_which_limit_and_a_week_is_a_rolling_one(scene):
    scene.policy(scene.rules_text, ONE_A_DAY)
    for hour, subject in ((10, "A"), (11, "B"), (12, "C")):
        ask(scene, f"2026-03-02 {hour}:00", subject=subject, text="Could you send it?")
    scene.live("2026-03-04 13:00")
    assert scene.sent(CHASE) == ["2026-03-03 10:00", "2026-03-04 10:00"]
    held = [why for verdict, why in scene.why(CHASE) if verdict == "hold"]
    assert held == ["limit per contractor: 1 a day"]  # it speaks first
    scene.live("2026-03-05 13:00")
    held = [why for verdict, why in scene.why(CHASE) if verdict == "hold"]
    assert "limit per contractor: 2 a week" in held
    scene.live("2026-03-10 09:59")
    assert len([out for out in scene.out if out.to == MARIA]) == 2
    scene.live("2026-03-10 10:00")
    assert len([out for out in scene.out if out.to == MARIA]) == 3


def test_the_total_limit_holds_the_rest(scene):
    scene.policy(scene.rules_text, ("in total: 30 an hour", "in total: 1 an hour"))
    ask(scene)
    ask(scene, who=BEN, subject="Site", text="Could you look at it?")
    scene.live("2026-03-03 12:00")
    assert scene.sent(CHASE) == [DUE, "2026-03-03 11:00"]


def test_a_draft_that_only_the_owner_sees_takes_nobodys_place(scene):
    """Nothing has gone out: the other letters wait for no limit, and the owner is told of none."""
    approved = ("send: appreciation/quick-answer", "send: appreciation/quick-answer\n    approve: owner")
    scene.policy(scene.rules_text, ("in total: 30 an hour", "in total: 1 an hour"), approved)
    ask(scene, who=BEN, subject="Site", text="Could you look at it?")
    question = ask(scene, "2026-03-03 09:00")
    scene.live("2026-03-03 09:59")
    scene.now += timedelta(minutes=1)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-03 15:00")
    assert [mail.subject for mail in scene.letters(DANA)] == ["May I send this to Maria? Re: Logo"]
    assert scene.sent(CHASE) == [DUE]


def test_the_owner_is_not_shown_more_drafts_at_once_than_contractors_may_get_letters(scene):
    approved = ("send: appreciation/quick-answer", "send: appreciation/quick-answer\n    approve: owner")
    scene.policy(scene.rules_text, ("in total: 30 an hour", "in total: 1 an hour"), approved)
    questions = {
        who: ask(scene, "2026-03-03 09:00", who=who, subject=f"Logo for {who}") for who in (MARIA, BEN)
    }
    scene.live("2026-03-03 09:30")
    for who, question in questions.items():
        scene.writes(who, TEAM, f"Re: Logo for {who}", "Here it is.", question)
    scene.tick()
    assert len(scene.letters(DANA)) == 1
    scene.live("2026-03-03 10:29")
    assert len(scene.letters(DANA)) == 1
    scene.live("2026-03-03 10:30")
    assert len(scene.letters(DANA)) == 2


def test_a_draft_that_was_never_shown_is_not_dropped_for_want_of_an_answer(scene):
    approved = ("send: appreciation/quick-answer", "send: appreciation/quick-answer\n    approve: owner")
    scene.policy(scene.rules_text, ("in total: 30 an hour", "in total: 1 a week"), approved)
    questions = {who: ask(scene, "2026-03-03 09:00", who=who, subject="Logo") for who in (MARIA, BEN)}
    scene.live("2026-03-03 09:30")
    for who, question in questions.items():
        scene.writes(who, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-07 09:30")
    assert len(scene.letters(DANA)) == 1
    assert {scene.why(THANKS, name)[-1] for name in ("Maria", "Ben")} == {
        ("suppress", "cancelled: you did not answer the draft in time"),
        ("suppress", "cancelled: the limits in total left no room to show you the draft"),
    }


def test_what_the_owner_has_approved_waits_for_no_limit(scene):
    approved = ("send: appreciation/quick-answer", "send: appreciation/quick-answer\n    approve: owner")
    scene.policy(scene.rules_text, ONE_A_DAY, approved)
    ask(scene)
    question = ask(scene, "2026-03-03 09:00", subject="Flyer", text="Could you send the flyer?")
    scene.live("2026-03-03 09:30")
    scene.writes(MARIA, TEAM, "Re: Flyer", "Here it is.", question)
    scene.live("2026-03-03 15:00")
    assert scene.sent(CHASE) == [DUE]
    [draft] = [x for x in scene.letters(DANA) if x.subject.startswith("May I send this")]
    scene.writes(DANA, TEAM, "Re: May I?", "ok", f"<{draft.message_id}>", folder="INBOX")
    scene.tick()
    assert scene.sent(THANKS) == ["2026-03-03 15:00"]


def test_a_letter_waits_out_the_lunch_break(scene):
    lunch = ("hours: Mon-Fri 09:00-18:00", "hours: Mon-Fri 09:00-13:00, 15:00-18:00")
    plain = (
        "- {after: 1 working day, send: reminders/gentle}",
        "- {after: 26 hours, send: reminders/gentle}",
    )
    scene.policy(scene.rules_text, lunch, plain)
    ask(scene, "2026-03-02 10:30")  # 26 hours later it is 13:30 in Madrid
    scene.live("2026-03-03 13:00")
    assert scene.why(CHASE)[0][1].startswith("outside Maria Santos’s working hours until 3 Mar 2026")
    scene.live("2026-03-03 15:00")
    assert scene.sent(CHASE) == ["2026-03-03 14:00"]


def test_any_time_is_any_time(scene):
    plain = (
        "- {after: 1 working day, send: reminders/gentle}",
        "- {after: 10 hours, send: reminders/gentle}",
    )
    scene.policy(
        scene.rules_text, plain, ("in total: 30 an hour", "in total: 30 an hour\n  deliver: any time")
    )
    ask(scene, "2026-03-02 16:30")
    scene.live("2026-03-03 08:00")
    assert scene.sent(CHASE) == ["2026-03-03 02:30"]


GOOD_NIGHT = """
  - name: To Maria
    when: every
    on: every day at 22:00
    if: {{contractor: Maria}}
    send: ideas/ask
    deliver: any time
  - name: To me
    when: every
    on: every day at 22:00
    if: {{contractor: Maria}}
    send: owner/good-night
    deliver: any time
"""


def test_what_comes_round_at_any_time_waits_for_nobodys_hours(scene):
    own = scene.rules.parent / "templates" / "owner" / "good-night.md"
    own.parent.mkdir(parents=True)
    own.write_text("To: owner\nSubject: Good night\n\nSay good night to {{ contractor.first_name }}.\n")
    off = ("  digest: off", "  digest: off\n  away: [2026-03-04..2026-03-10]")
    scene.policy(scene.rules_text + GOOD_NIGHT, off)
    scene.tick()
    scene.live("2026-03-07 12:00")
    nights = [f"2026-03-0{day} 03:00" for day in (3, 4, 5, 6, 7)]
    assert scene.sent("To Maria") == nights, "the last one is a Saturday's where she lives"
    assert scene.sent("To me") == nights, "also while you are away"


def test_what_was_held_and_is_answered_is_cancelled_with_the_reason(scene):
    question = thank(scene, "2026-03-02 18:30")
    assert now_why(scene, THANKS)[0] == "hold"
    scene.policy(scene.rules_text, ONE_A_DAY)
    ask(scene, "2026-03-02 19:00", subject="A", text="Could you send it?")
    question = ask(scene, "2026-03-02 19:10", subject="B", text="Could you send it?")
    scene.live("2026-03-04 08:30")
    held = [why for verdict, why in scene.why(CHASE) if verdict == "hold"]
    assert held == ["limit per contractor: 1 a day"]
    scene.writes(MARIA, TEAM, "Re: B", "Here it is.", question)
    scene.live("2026-03-04 09:00")
    assert not [why for verdict, why in scene.why(CHASE) if verdict == "hold"]
    [cancelled] = [why for _, why in scene.why(CHASE) if why.endswith("before this went out")]
    assert cancelled.startswith("cancelled: Maria Santos answered on")


# -- watermarks and edits ------------------------------------------------------------------------------------


def test_a_new_name_when_or_if_forgets_the_past_and_other_edits_do_not(scene):
    edits = {
        "name": ("  - name: Chase\n", "  - name: Chase them\n"),
        "if": (
            "    when: waiting on contractor\n",
            "    when: waiting on contractor\n    if: {contractor: Maria}\n",
        ),
        "deliver": (
            "    when: waiting on contractor\n",
            "    when: waiting on contractor\n    deliver: any time\n",
        ),
    }
    sent = {}
    for what, edit in edits.items():
        scene.policy(scene.rules_text)
        ask(
            scene,
            f"{scene.now:%Y-%m-%d} 10:00"
            if scene.now.hour < 10
            else f"{scene.now + timedelta(days=7):%Y-%m-%d} 10:00",
        )
        scene.tick()
        before = len([out for out in scene.out if out.to == MARIA])
        scene.policy(scene.rules_text, edit)
        scene.live(f"{scene.now + timedelta(days=1, hours=2):%Y-%m-%d %H:%M}")
        sent[what] = len([out for out in scene.out if out.to == MARIA]) - before
    assert sent == {"name": 0, "if": 0, "deliver": 1}


def test_steps_that_an_edit_brings_in_late_count_as_passed(scene):
    ask(scene)
    scene.live("2026-03-04 10:00")
    assert [out.template for out in scene.out] == ["reminders/gentle"]
    earlier = (
        "- {after: 1 working day, send: reminders/gentle}",
        "- {after: 2 working hours, send: reminders/check-again}\n"
        "      - {after: 1 working day, send: reminders/gentle}",
    )
    (scene.folder / "templates" / "reminders").mkdir(parents=True)
    (scene.folder / "templates" / "reminders" / "check-again.md").write_text(
        "To: contractor\nSubject: Again\n\nHi {{ contractor.first_name }}, any news about {{ subject }}?\n"
    )
    scene.policy(scene.rules_text, earlier)
    scene.live("2026-03-10 16:00")
    told = [out.template for out in scene.out if out.rule == CHASE]
    assert told == ["reminders/gentle", "reminders/firm", "owner/escalation"]


def test_a_step_that_is_taken_out_is_not_missed_and_none_is_sent_twice(scene):
    ask(scene)
    scene.live("2026-03-05 10:30")
    assert [out.template for out in scene.out] == ["reminders/gentle", "reminders/firm"]
    scene.policy(scene.rules_text, ("      - {after: 1 working day, send: reminders/gentle}\n", ""))
    scene.live("2026-03-06 10:00")
    scene.policy(scene.rules_text)
    scene.live("2026-03-12 16:00")
    told = [out.template for out in scene.out if out.rule == CHASE]
    assert told == ["reminders/gentle", "reminders/firm", "owner/escalation"]


def test_a_rule_that_is_taken_out_and_put_back_is_a_new_one(scene):
    ask(scene)
    scene.tick()
    text = scene.rules_text
    start, end = text.index("  - name: Chase\n"), text.index("  - name: I owe an answer")
    scene.policy(text[:start] + text[end:])
    scene.tick()
    scene.live("2026-03-02 12:00")
    scene.policy(text)
    scene.live("2026-03-06 12:00")
    assert scene.sent(CHASE) == []


def test_the_first_run_says_nothing_of_deadlines_whose_reminder_was_due_before(scene):
    early = NEAR.replace("1 working day", "3 working days")
    scene.writes(DANA, MARIA, "Flyer", "Please make it.\n\nDue: 4 Mar 2026")
    scene.store = type(scene.store)()
    scene.at("2026-03-02 12:00")
    scene.policy(scene.rules_text + early)
    scene.live("2026-03-04 12:00")
    assert scene.sent("Near") == []


def test_nobody_is_reminded_of_a_day_that_was_named_when_it_was_near_already(scene):
    scene.policy(scene.rules_text + NEAR)
    scene.live("2026-03-05 12:00")
    scene.writes(DANA, MARIA, "Flyer", "Please make it.\n\nDue: 6 Mar 2026")
    scene.live("2026-03-06 12:00")
    assert scene.sent("Near") == []


def test_what_a_phase_kept_back_goes_on_the_day_when_the_next_phase_begins(scene):
    since = ("timezone: Europe/Madrid", "timezone: Europe/Madrid\n    since: 2026-01-05")  # 60 days: 6 March
    when = "    when: waiting on contractor\n"
    scene.policy(scene.rules_text, since, (when, f"{when}    if: {{phase: active}}\n"))
    ask(scene)
    scene.live("2026-03-05 16:00")
    assert now_why(scene, CHASE) == ("hold", "if: phase: onboarding, not active")
    scene.live("2026-03-06 12:00")
    assert scene.sent(CHASE) == ["2026-03-06 08:00"]


@pytest.mark.parametrize("approve", ["", "\n    approve: owner"])
def test_at_most_holds_for_what_one_tick_brings(scene, approve):
    """The earlier answer is thanked for, or asked about; of the later one nobody hears."""
    send = "send: appreciation/quick-answer"
    scene.policy(scene.rules_text, (send, f"{send}{approve}"))
    scene.tick()
    scene.at("2026-03-02 14:10")
    asked = [scene.writes(DANA, MARIA, subject, "Could you send it?") for subject in ("Logo", "Page")]
    scene.at("2026-03-02 14:40")
    for number, question in enumerate(asked):
        scene.writes(MARIA, TEAM, "Re: Logo" if number == 0 else "Re: Page", "Here it is.", question)
        scene.now += timedelta(minutes=1)
    scene.run("2026-03-02 16:00")
    assert [out.subject for out in scene.out] == [
        "May I send this to Maria? Re: Logo" if approve else "Re: Logo"
    ]
    assert scene.why("Thank a quick answer")[-1] == (
        "suppress",
        "at most once in 2 weeks: another one goes out now",
    )


def test_a_reminder_of_another_rule_is_one_too(scene):
    """The owner keeps reminders and the note about them in two rules."""
    both = "      - {{after: 3 working days, send: reminders/firm}}\n"
    other = "  - name: Tell me\n    when: waiting on contractor\n    steps:\n"
    scene.policy(scene.rules_text, (both.replace("{{", "{").replace("}}", "}"), other))
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-10 15:00")
    assert "One reminder has gone out since." in scene.last("Tell me").text


def test_a_rule_may_leave_alone_what_was_given_a_date(scene):
    chase = "    when: waiting on contractor\n"
    scene.policy(scene.rules_text, (chase, f"{chase}    if: {{lacks: deadline}}\n"))
    scene.tick()
    scene.at("2026-03-02 15:00")
    plan = scene.writes(MARIA, TEAM, "Subtitles", "I can deliver them on Friday next week.")
    scene.writes(DANA, MARIA, "Re: Subtitles", "Perfect, thank you.\nDue: 13 March 2026", plan)
    scene.writes(DANA, BEN, "Site", "Could you send me the numbers?")
    scene.run("2026-03-06 15:00", timedelta(hours=1))
    assert scene.why("Chase", "Maria") == [("hold", "if: lacks: it names one")]
    assert scene.letters(MARIA) == []
    assert scene.subjects(BEN) == ["Re: Site", "Re: Site"]
