"""The whole spine on embedded servers: a real inbox in, a real letter out."""

import re
from datetime import timedelta
from urllib.parse import unquote

from relationship.facts.decisions import Verdict
from relationship.facts.letters import State
from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"


def decisions(scene, rule):
    books = scene.keepwarm.books
    return [
        d for key in books.people.contractors for d in books.story(key).decisions.values() if d.rule == rule
    ]


def test_the_first_run_is_silent(scene):
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 08:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.writes(DANA, BEN, "Site", "Could you look at the site?")
    scene.tick()
    scene.run("2026-03-10 08:00")
    assert scene.servers.accepted == []


def test_a_quick_answer_is_thanked_in_its_thread_once(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:40")
    answer = scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    work = scene.tick()
    assert (work.recorded, work.sent) == (2, 1)
    [letter] = scene.letters(MARIA)
    assert letter.subject == "Re: Logo"
    assert f"<{letter.parents[-1]}>" == answer
    assert "40" in letter.raw.text.decode()
    scene.run("2026-03-03 10:00")
    assert len(scene.letters(MARIA)) == 1
    copies = [mail for mail in scene.servers.mailbox(TEAM, "Sent") if b"X-Keepwarm-Letter" in mail.content]
    assert len(copies) == 1
    assert "\\Seen" in copies[0].flags


def test_a_question_is_chased_gently_once_and_the_firm_one_is_cancelled_by_the_answer(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 10:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    scene.run("2026-03-04 10:00")
    assert len(scene.letters(MARIA)) == 1
    scene.writes(MARIA, TEAM, "Re: Logo", "Sorry for the wait, here it is.", question)
    scene.run("2026-03-12 10:00")
    assert len(scene.letters(MARIA)) == 1
    firm = next(d for d in decisions(scene, "Chase") if d.step == 1)
    assert firm.verdict is Verdict.SUPPRESS
    assert firm.why.startswith("cancelled: Maria Santos answered")


def test_the_owner_goes_first(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    older = scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.at("2026-03-02 14:30")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-05 15:00")
    assert scene.letters(MARIA) == []
    assert any("Maria" in mail.raw.text.decode() for mail in scene.letters(DANA))
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", older)
    scene.run("2026-03-06 16:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]


CHECK_INS = """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
"""


def test_a_check_in_is_invited_once_with_its_notice(scene):
    scene.policy(scene.rules_text + CHECK_INS, ("mode: live", "mode: live\ncheck-ins: {active: every week}"))
    scene.tick()
    scene.run("2026-03-11 17:00")
    [invite] = scene.letters(MARIA)
    assert invite.subject.startswith("Check-in: Dana and Maria")
    assert b"text/calendar" in invite.raw.text
    assert b"REQUEST" in invite.raw.text
    assert scene.subjects(DANA).count(invite.subject) == 1
    [check_in] = scene.story("Maria").check_ins.values()
    assert check_in.state == "invited"
    assert (check_in.starts_at - scene.servers.mailbox(MARIA)[0].at).days >= 3


def test_a_star_thanks_after_ten_minutes_and_can_be_taken_back(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Idea", "I made the table sortable.")
    scene.writes(BEN, TEAM, "Site", "The site is twice as fast now.")
    scene.tick()
    scene.at("2026-03-02 10:05")
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.servers.flag(TEAM, "INBOX", 1, ["\\Flagged"])
    scene.tick()
    scene.at("2026-03-02 10:10")
    scene.servers.flag(TEAM, "INBOX", 1, [])
    scene.run("2026-03-02 10:14", timedelta(minutes=1))
    assert scene.letters(MARIA) == []
    scene.run("2026-03-02 12:00", timedelta(minutes=1))
    assert scene.subjects(MARIA) == ["Re: Idea"]
    assert scene.letters(BEN) == []


def test_silence_is_told_to_the_owner_once(scene):
    scene.tick()
    scene.run("2026-03-18 20:00", timedelta(hours=1))
    assert len(scene.letters(DANA)) == 1
    text = scene.letters(DANA)[0].raw.text.decode()
    assert "Maria" in text
    assert "Ben" in text


LATER = """
  - name: You disappeared
    when: owner silence
    steps: [{after: 14 days, send: owner/you-disappeared}]
  - name: A good word
    when: no praise
    steps: [{after: 14 days, send: owner/no-praise}]
"""


def test_a_rule_about_silence_that_is_added_later_counts_from_then_and_tells_how_long_it_is(scene):
    without, silence = scene.rules_text.split("  - name: We have gone quiet")
    scene.policy(without)
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 18:00")
    answer = scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.at("2026-03-02 18:30")
    scene.writes(DANA, MARIA, "Re: Logo", "Thank you!", answer)
    scene.run("2026-05-04 10:00", timedelta(hours=12))
    scene.rules_text = (
        without + LATER.replace("{", "{{").replace("}", "}}") + "  - name: We have gone quiet" + silence
    )
    scene.policy(scene.rules_text)
    scene.live("2026-05-18 09:59")
    quiet, gone, praise = "We have gone quiet", "You disappeared", "A good word"
    assert not [out for out in scene.out if out.rule in (quiet, gone, praise)]
    scene.live("2026-06-30 10:00")
    for rule, words in (
        (quiet, "Neither you nor Maria Santos has written for 76 days, since Monday, March 2."),
        (gone, "You have not written to Maria Santos yourself since Monday, March 2: 76 days."),
        (praise, "Maria Santos has had no thank-you from here for 76 days."),
    ):
        assert scene.sent(rule) == ["2026-05-18 13:00"] * 2, "once about Maria, once about Ben"
        assert any(words in out.text for out in scene.out), rule


NEW = """
  - name: Aiko Tanaka
    email: aiko@contract.example
    timezone: Asia/Tokyo
    hours: Mon-Fri 09:00-18:00
limits:
"""


def test_a_contractor_added_later_is_welcomed_and_their_history_is_read_in_silence(scene):
    scene.writes(DANA, "aiko@contract.example", "Hello", "Could you start in March?")
    scene.tick()
    scene.at("2026-03-03 01:00")
    scene.policy(scene.rules_text, ("limits:", NEW.strip("\n")))
    scene.tick()
    assert [m.subject for m in scene.story("Aiko").human] == ["Hello"]
    scene.run("2026-03-10 01:00")
    assert len(scene.servers.accepted) == 1
    [(_, recipients, _)] = scene.servers.accepted
    assert recipients == ("aiko@contract.example", TEAM)


def test_a_rule_added_later_says_nothing_about_the_past(scene):
    slow = ("took: under 2 working hours", "took: over 2 working hours")
    scene.policy(scene.rules_text, slow)
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.tick()
    scene.at("2026-03-02 11:00")
    scene.policy()
    scene.run("2026-03-05 11:00")
    assert scene.letters(MARIA) == []


def test_a_second_letter_is_held_by_the_limit_of_the_day(scene):
    scene.policy(
        scene.rules_text, ("per contractor: [2 a day, 5 a week]", "per contractor: [1 a day, 5 a week]")
    )
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.run("2026-03-03 17:00")
    assert len(scene.letters(MARIA)) == 1
    scene.run("2026-03-04 17:00")
    assert len(scene.letters(MARIA)) == 2


def test_a_refused_letter_says_why_and_a_deferred_one_is_tried_again(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.servers.refuse[MARIA] = (451, "4.7.1 try later")
    scene.run("2026-03-03 10:00")
    assert scene.letters(MARIA) == []
    del scene.servers.refuse[MARIA]
    scene.run("2026-03-03 12:00")
    assert len(scene.letters(MARIA)) == 1
    scene.writes(DANA, BEN, "Site", "Could you look at the site?")
    scene.servers.refuse[BEN] = (550, "5.1.1 no such user")
    scene.run("2026-03-05 12:00")
    [letter] = [x for x in scene.story("Ben").letters.values() if x.reader is Side.CONTRACTOR]
    assert letter.state is State.REFUSED
    assert "no such user" in letter.reply
    assert "550 5.1.1 no such user" in scene.last("Refused").text
    assert len(scene.sent("Refused")) == 1


def test_a_letter_whose_line_died_is_found_by_its_copy_and_not_sent_twice(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 09:00")
    scene.servers.drop = "after delivery"
    scene.run("2026-03-03 11:00")
    scene.servers.drop = ""
    scene.run("2026-03-03 16:00")
    assert len(scene.letters(MARIA)) == 1
    [letter] = scene.story("Maria").letters.values()
    assert letter.state is State.SENT


def test_a_letter_whose_line_died_before_delivery_goes_out_after_the_grace(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 09:00")
    scene.servers.drop = "before delivery"
    scene.run("2026-03-03 10:00")
    scene.servers.drop = ""
    assert scene.letters(MARIA) == []
    scene.run("2026-03-03 16:00")
    assert len(scene.letters(MARIA)) == 1


def link_in(letter, tag):
    """The mail that a letter's link fills in: its subject."""
    text = letter.raw.text.decode().replace("=\n", "").replace("=3D", "=")
    for found in re.finditer(
        r"mailto:\S+?\?subject=(\S+?)&(?:amp;)?body=%23(\w+)", text.replace(" \n", "").replace("\n", "")
    ):
        if found[2] == tag:
            return unquote(found[1])
    raise AssertionError(f"no link says {tag}: {text}")


def test_one_click_in_a_nudge_settles_the_debt_without_an_exchange(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.run("2026-03-03 17:00")
    [nudge] = scene.letters(DANA)
    [wait] = scene.story("Maria").ledger.waits
    assert wait.asks
    scene.writes(DANA, TEAM, link_in(nudge, "settled"), "#settled", folder="INBOX")
    scene.tick()
    ledger = scene.story("Maria").ledger
    assert (ledger.waits, ledger.exchanges) == ((), ())


def test_the_pause_link_stops_letters_until_the_contractor_resumes(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 11:00")
    [reminder] = scene.letters(MARIA)
    scene.writes(MARIA, TEAM, link_in(reminder, "pause"), "#pause")
    scene.run("2026-03-09 11:00")
    assert len(scene.letters(MARIA)) == 1
    assert scene.story("Maria").paused_by == ("contractor",)
    assert scene.story("Maria").waits(Side.OWNER) == ()
    scene.writes(MARIA, TEAM, "Hello", "#resume")
    scene.tick()
    assert scene.story("Maria").paused_by == ()


def test_a_pause_from_another_address_or_in_a_quote_does_nothing(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 11:00")
    [reminder] = scene.letters(MARIA)
    scene.writes(BEN, TEAM, link_in(reminder, "pause"), "#pause")
    scene.writes(
        MARIA, TEAM, "Re: Logo", "On it.\n\nOn Tue, Dana wrote:\n> #pause\n> Rather not get these notes?"
    )
    scene.tick()
    assert scene.story("Maria").paused_by == ()


def test_a_mail_that_asks_for_no_automatic_answer_gets_none(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:40")
    more = {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question, **more)
    scene.run("2026-03-03 10:00")
    assert scene.letters(MARIA) == []
    [turn] = scene.story("Maria").ledger.exchanges
    assert turn.subject == "Logo"
