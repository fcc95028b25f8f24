"""What the owner tells Keepwarm by mail: news, and answers to drafts."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from relationship.facts.letters import State

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"

NEWS = """
  - name: Company news
    when: news
    send: news/forward
"""
APPROVED = ("send: appreciation/quick-answer", "send: appreciation/quick-answer\n    approve: owner")


def link_in(letter, tag):
    """The subject of the mail that a letter's link fills in."""
    text = (
        letter.raw.text.decode().replace("=\n", "").replace("=3D", "=").replace(" \n", "").replace("\n", "")
    )
    found = re.search(rf"mailto:\S+?\?subject=(\S+?)&(?:amp;)?body=%23{tag}", text)
    assert found, text
    return unquote(found[1])


def test_news_goes_out_only_once_it_is_confirmed(scene):
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes(
        DANA, TEAM, "We moved", "#news\n\nWe have a new address.\n\nNothing else changes.", folder="INBOX"
    )
    scene.run("2026-03-02 15:00")
    assert scene.letters(MARIA) == scene.letters(BEN) == []
    [echo] = scene.letters(DANA)
    assert "We have a new address." in echo.raw.text.decode()
    scene.writes(DANA, TEAM, link_in(echo, "news"), "#news", folder="INBOX")
    scene.run("2026-03-04 15:00")
    assert scene.subjects(MARIA) == scene.subjects(BEN) == ["News: We moved"]
    assert "We have a new address." in scene.letters(BEN)[0].raw.text.decode()


def test_a_tag_in_the_subject_too_is_shown_to_nobody(scene):
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes(DANA, TEAM, "We moved #news", "#news\n\nWe have a new address.", folder="INBOX")
    scene.run("2026-03-02 15:00")
    [echo] = scene.letters(DANA)
    assert "#news" not in echo.raw.text.decode()
    scene.writes(DANA, TEAM, link_in(echo, "news"), "#news", folder="INBOX")
    scene.run("2026-03-04 15:00")
    assert scene.subjects(MARIA) == scene.subjects(BEN) == ["News: We moved"]


def echoed(scene, text="#news\n\nWe have a new address."):
    """News of Dana's; the mail that asks whether it may go out."""
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes(DANA, TEAM, "We moved", text, folder="INBOX")
    scene.run("2026-03-02 15:00")
    return scene.letters(DANA)[-1]


def answered(scene, echo, text):
    scene.writes(DANA, TEAM, f"Re: {echo.subject}", text, f"<{echo.message_id}>", folder="INBOX")
    scene.run((scene.now + timedelta(days=1)).strftime("%Y-%m-%d %H:%M"))


def test_who_answers_the_echo_with_other_news_has_thought_better_of_it(scene):
    """The old words must not go out for the new ones."""
    answered(scene, echoed(scene), "#news\n\nWe have a new address from April on.\n\nDana")
    assert scene.letters(BEN) == []
    echo = scene.letters(DANA)[-1]
    assert "from April on." in echo.text
    assert echo.subject == "Shall I send this to your contractors? We moved"
    answered(scene, echo, "#news\n\nDana Reyes\nAcme Ltd")
    assert scene.subjects(BEN) == ["News: We moved"]
    assert "from April on." in scene.letters(BEN)[0].text


@pytest.mark.parametrize(
    ("word", "goes"), [("Yes.", True), ("ok\n\nDana", True), ("no", False), ("yes, but", False)]
)
def test_the_echo_may_be_answered_in_a_word(scene, word, goes):
    answered(scene, echoed(scene), word)
    assert scene.subjects(BEN) == ["News: We moved"] * goes


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("[EXTERNAL] Fwd: We moved", "We moved"),
        ("", "(no subject)"),
        ("Re: No answer from Ben", "What is new here"),
    ],
)
def test_news_is_called_by_its_subject_alone(scene, subject, shown):
    """Least of all by that of a note about somebody."""
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.writes(BEN, TEAM, "Page", "Which colour?")
    scene.run("2026-03-03 15:00")
    note = scene.letters(DANA)[-1]
    answered = f"<{note.message_id}>" if "Ben" in subject else ""
    scene.writes(DANA, TEAM, subject, "#news\n\nWe have a new address.", answered, folder="INBOX")
    scene.tick()
    assert scene.letters(DANA)[-1].subject == f"Shall I send this to your contractors? {shown}"


def test_only_lines_that_were_wrapped_are_joined_in_news(scene):
    points = "- a new address, which is near the old one and has a door\nof its own\n- the same phone"
    echo = echoed(scene, f"#news\n\nFrom April on:\n{points}\n\nBest,\nDana")
    said = [line.strip("> ") for line in echo.text.replace(" \n> ", " ").splitlines() if line.startswith(">")]
    point = "- a new address, which is near the old one and has a door of its own"
    assert [line for line in said if line] == ["From April on:", point, "- the same phone", "Best,", "Dana"]


@pytest.mark.parametrize("back", [23, 30])
def test_news_that_is_confirmed_after_a_holiday_reaches_everybody(scene, back):
    """It was written weeks ago, and the limit lets one letter out an hour: nobody is left out."""
    one_an_hour = ("in total: 30 an hour", "in total: 1 an hour")
    scene.policy(scene.rules_text + NEWS, one_an_hour)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes(DANA, TEAM, "We moved", "#news\n\nWe have a new address.", folder="INBOX")
    scene.live(f"2026-03-{back} 14:00")
    echo = next(mail for mail in scene.letters(DANA) if "We moved" in mail.subject)
    scene.writes(DANA, TEAM, link_in(echo, "news"), "#news", folder="INBOX")
    scene.live(f"2026-03-{back + 1} 14:00")
    told = [mail.subject for who in (MARIA, BEN) for mail in scene.letters(who)]
    assert told.count("News: We moved") == 2


def test_news_from_before_the_first_run_is_of_the_past(scene):
    """Nobody is asked about it, then or when a history is read back."""
    scene.policy(scene.rules_text + NEWS)
    scene.writes(DANA, TEAM, "We moved", "#news\n\nWe have a new address.", folder="INBOX")
    scene.at("2026-03-20 14:10")
    scene.tick()
    aiko = "  - {name: Aiko Mori, email: aiko@contract.example, timezone: Asia/Tokyo}\n"
    scene.policy(scene.rules_text + NEWS, ("contractors:\n", f"contractors:\n{aiko}"))
    scene.run("2026-03-20 18:00")
    assert scene.letters(DANA) == []


def test_news_that_comes_while_the_first_run_reads_is_asked_about(scene):
    """Of a large mailbox that takes a while, in which the owner tries it out."""
    scene.policy(scene.rules_text + NEWS)
    scene.at("2026-03-02 14:10")
    begun = scene.now
    scene.now += timedelta(minutes=1)
    scene.writes(DANA, TEAM, "We moved", "#news\n\nWe have a new address.", folder="INBOX")
    scene.now = begun
    scene.tick()
    [echo] = scene.letters(DANA)
    scene.writes(DANA, TEAM, link_in(echo, "news"), "#news", folder="INBOX")
    scene.run("2026-03-04 15:00")
    assert scene.subjects(MARIA) == scene.subjects(BEN) == ["News: We moved"]


def test_news_from_somebody_else_is_no_news(scene):
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes("dana@evil.example", TEAM, "We moved", "#news\n\nPay to this account.", folder="INBOX")
    scene.run("2026-03-03 15:00")
    assert scene.servers.accepted == []


def a_draft(scene):
    """A thank-you for Maria that waits for Dana's word; the mail that asks for it."""
    scene.policy(scene.rules_text, APPROVED)
    return asked_about(scene)


def asked_about(scene):
    scene.tick()
    scene.at("2026-03-02 14:10")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 14:40")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    scene.run("2026-03-02 15:30")
    assert scene.letters(MARIA) == []
    [asked] = scene.letters(DANA)
    return f"<{asked.message_id}>"


def test_a_draft_that_waits_is_not_read_anew_at_every_tick(scene, monkeypatch):
    """It waits for days, over a weekend too, and a tick costs what is new."""
    a_draft(scene)
    read = []
    monkeypatch.setattr("tick.owner.approval.paragraphs_of", read.append)
    scene.run("2026-03-02 18:00")
    assert read == []


# The draft below the answer, as mail programs put it there. What is quoted says "no", "send:" and "#pause".
DRAFT = """This letter to Maria Santos is ready, and waits for your word:

no

send:
#pause
"""
QUOTED = {
    "Gmail": "On Mon, Mar 2, 2026 at 10:00 AM Keepwarm <team@acme.example> wrote:\n\n"
    + "".join(f"> {line}\n" for line in DRAFT.splitlines()),
    "Gmail in Spanish": "El lun, 2 mar 2026 a las 10:00, Keepwarm (<team@acme.example>) escribió:\n\n"
    + "".join(f"> {line}\n" for line in DRAFT.splitlines()),
    "Apple": "> On Mar 2, 2026, at 10:00, Keepwarm <team@acme.example> wrote:\n> \n"
    + "".join(f"> {line}\n" for line in DRAFT.splitlines()),
    "an iPhone": "Sent from my iPhone\n\n> On Mar 2, 2026, at 10:00, Keepwarm <team@acme.example> wrote:\n> \n"
    + "".join(f"> {line}\n" for line in DRAFT.splitlines()),
    "Outlook": "From: Keepwarm <team@acme.example>\nSent: Monday, March 2, 2026 10:00 AM\n"
    "To: Dana Reyes <dana@acme.example>\nSubject: May I send this to Maria? Re: Logo\n\n" + DRAFT,
    "Outlook with a line": "________________________________\nFrom: Keepwarm <team@acme.example>\n"
    "Sent: Monday, March 2, 2026 10:00 AM\nTo: Dana Reyes\nSubject: May I send this to Maria?\n\n" + DRAFT,
    "Outlook for Android": "Get Outlook for Android<https://aka.ms/AAb9ysg>\n________________________________\n"
    "From: Keepwarm <team@acme.example>\nSent: Monday, March 2, 2026 10:00:00 AM\n"
    "To: Dana Reyes <dana@acme.example>\nSubject: May I send this to Maria? Re: Logo\n\n" + DRAFT,
    "an old Outlook": "-----Original Message-----\nFrom: Keepwarm [mailto:team@acme.example]\n"
    "Sent: Monday, March 2, 2026 10:00 AM\nTo: Dana Reyes\nSubject: May I send this?\n\n" + DRAFT,
    "Thunderbird": "On 3/2/26 10:00, Keepwarm wrote:\n"
    + "".join(f"> {line}\n" for line in DRAFT.splitlines()),
    "Yahoo": "On Monday, March 2, 2026 at 10:00:00 AM EST, Keepwarm <team@acme.example> wrote:\n\n" + DRAFT,
}


@pytest.mark.parametrize("program", QUOTED)
def test_ok_above_the_quoted_draft_sends_it(scene, program):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", f"Ok\n\n{QUOTED[program]}", asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    assert "Here it is" not in scene.letters(MARIA)[0].text
    assert scene.story("Maria").paused_by == ()


@pytest.mark.parametrize("program", QUOTED)
def test_own_words_above_the_quoted_draft_go_out_alone(scene, program):
    asked = a_draft(scene)
    words = f"send:\nThat was fast, Maria.\nThank you!\n\n{QUOTED[program]}"
    scene.writes(DANA, TEAM, "Re: May I?", words, asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    [letter] = scene.letters(MARIA)
    body = letter.text.partition("\n-- ")[0]
    assert "That was fast, Maria." in body
    assert "waits for your word" not in body
    assert "Keepwarm" not in body


@pytest.mark.parametrize("program", QUOTED)
def test_an_answer_that_says_nothing_above_the_quoted_draft_sends_nothing(scene, program):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", f"\n\n{QUOTED[program]}", asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.letters(MARIA) == []
    [waiting] = scene.keepwarm.books.drafts()
    assert waiting.state is State.ASKED


def test_a_draft_pasted_below_without_any_mark_is_asked_back(scene):
    """Nobody can tell where the owner's words end: in doubt, quiet."""
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", f"ok\n\n{DRAFT}", asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.letters(MARIA) == []
    assert len(scene.letters(DANA)) == 2


@pytest.mark.parametrize(
    "word",
    [
        "ok",
        "OK.",
        "*ok*",
        "ＯＫ。",
        "Ok\n\nSent from [Proton Mail](https://proton.me/mail/home) for iOS.",
        "Ok!\n\n-- \nDana Reyes",
        "ok\n\nOn Mon, Mar 2, 2026 at 3:00 PM Keepwarm <team@acme.example> wrote:\n> no\n> #pause",
    ],
)
def test_ok_sends_the_draft(scene, word):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", word, asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.subjects(MARIA) == ["Re: Logo"]


@pytest.mark.parametrize(("word", "gone"), [("ok", ["Re: Logo"]), ("no", [])])
def test_the_links_of_a_draft_say_the_word(scene, word, gone):
    """Some providers give our letters ids of their own: an answer then names nothing that we know, and a link does."""
    a_draft(scene)
    text = scene.letters(DANA)[-1].text.replace(" \n", "").replace("\n", "")
    subject = re.search(rf"mailto:\S+?\?subject=(\S+?)&body={word}>", text)[1]
    scene.writes(DANA, TEAM, unquote(subject), f"{word}\n\nSent from my iPhone", folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.subjects(MARIA) == gone
    assert [str(x.state) for x in scene.story("Maria").letters.values()] == ["sent" if gone else "cancelled"]


def test_no_drops_it(scene):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", "no", asked, folder="INBOX")
    scene.run("2026-03-05 16:30")
    assert scene.letters(MARIA) == []


def test_own_words_go_out_instead(scene):
    asked = a_draft(scene)
    own = "send:\nThat was *fast*, Maria.\n\n<b>Thank you!</b>\n\n> the draft that was quoted"
    scene.writes(DANA, TEAM, "Re: May I?", own, asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    [letter] = scene.letters(MARIA)
    text = letter.raw.text.decode()
    assert letter.subject == "Re: Logo"
    assert "That was *fast*, Maria." in text
    assert "<b>Thank you!</b>" in text
    assert "the draft that was quoted" not in text


def test_a_remark_is_asked_back_once_and_sends_nothing(scene):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", "ok, but call her first?", asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert len(scene.letters(DANA)) == 2
    scene.writes(DANA, TEAM, "Re: May I?", "hm, what?", asked, folder="INBOX")
    scene.run("2026-03-02 17:30")
    assert len(scene.letters(DANA)) == 2
    assert scene.letters(MARIA) == []


def test_silence_lets_it_expire_with_a_reason(scene):
    a_draft(scene)
    scene.run("2026-03-05 16:30")
    [letter] = scene.story("Maria").letters.values()
    assert letter.reply == "cancelled: you did not answer the draft in time"
    assert scene.letters(MARIA) == []


@pytest.mark.parametrize("sender", ["dana@evil.example", BEN, MARIA, '"dana@acme.example" <x@evil.example>'])
def test_only_the_owner_can_say_ok(scene, sender):
    asked = a_draft(scene)
    scene.writes(sender, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.run("2026-03-02 17:30")
    assert scene.letters(MARIA) == []


def test_ok_without_the_token_is_no_ok(scene):
    a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", "ok", folder="INBOX")
    scene.run("2026-03-02 17:30")
    assert scene.letters(MARIA) == []


def test_a_no_that_comes_before_the_letter_left_still_stops_it(scene):
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")  # Maria has gone home: it waits until she works again
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.tick()
    assert [letter.state for letter in scene.keepwarm.books.outbox()] == [State.WAITING]
    scene.writes(DANA, TEAM, "Re: May I?", "no", asked, folder="INBOX")
    scene.run("2026-03-04 16:30")
    assert scene.letters(MARIA) == []


def test_ok_after_no_sends_nothing(scene):
    asked = a_draft(scene)
    for word in ("no", "ok", "send: Hello after all"):
        scene.writes(DANA, TEAM, "Re: May I?", word, asked, folder="INBOX")
        scene.tick()
    scene.run("2026-03-04 16:30")
    assert scene.letters(MARIA) == []


def test_a_forged_ok_is_no_ok(scene):
    """In the owner's name, with the right token, by somebody else: our own server says so."""
    scene.policy(
        scene.rules_text,
        APPROVED,
        (
            "  password: env:KEEPWARM_TEST_PASSWORD",
            "  password: env:KEEPWARM_TEST_PASSWORD\n  trust: mx.acme.example",
        ),
    )
    asked = asked_about(scene)
    failed = {"Authentication_Results": "mx.acme.example; dmarc=fail header.from=acme.example"}
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX", **failed)
    scene.run("2026-03-02 17:30")
    assert scene.letters(MARIA) == []
    assert len(scene.letters(DANA)) == 1, "and it is not asked back either"
    passed = {"Authentication_Results": "mx.acme.example; dmarc=pass header.from=acme.example"}
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX", **passed)
    scene.run("2026-03-03 10:30")
    assert len(scene.letters(MARIA)) == 1


def test_an_answer_to_another_draft_sends_only_that_one(scene):
    asked = a_draft(scene)
    scene.at("2026-03-02 15:40")
    question = scene.writes(DANA, BEN, "Page", "Could you send the page?")
    scene.at("2026-03-02 15:50")
    scene.writes(BEN, TEAM, "Re: Page", "Here it is.", question)
    scene.tick()
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.run("2026-03-03 10:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    assert scene.letters(BEN) == []


def test_a_team_member_cannot_say_ok(scene):
    scene.policy(
        scene.rules_text,
        APPROVED,
        ("  timezone: America/New_York", "  team: lee@acme.example\n  timezone: America/New_York"),
    )
    asked = asked_about(scene)
    scene.writes("lee@acme.example", TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.run("2026-03-02 17:30")
    assert scene.letters(MARIA) == []


def test_ok_twice_sends_once(scene):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.run("2026-03-03 16:30")
    assert len(scene.letters(MARIA)) == 1


def test_the_draft_is_shown_without_its_footer_and_its_links(scene):
    a_draft(scene)
    [asked] = scene.letters(DANA)
    shown = asked.text.partition("Answer this mail with one word")[0]
    assert "30 minutes" in shown
    assert "Keepwarm" not in shown
    assert "mailto:" not in shown


# -- words that come too late, and words of one's own mind ------------------------------------------------------


def says(scene, asked, *words):
    """Dana answers the draft, one mail after another; what Keepwarm writes back."""
    before = len(scene.letters(DANA))
    for word in words:
        scene.writes(DANA, TEAM, "Re: May I?", word, asked, folder="INBOX")
        scene.tick()
    return [" ".join(mail.text.split()) for mail in scene.letters(DANA)[before:]]


def in_doubt(scene, moment):
    """The draft was approved, and the line broke off when it was handed over."""
    asked = a_draft(scene)
    scene.servers.drop = moment
    assert says(scene, asked, "ok") == []
    scene.servers.drop = ""
    [letter] = scene.keepwarm.books.outbox()
    assert letter.state is State.ATTEMPTED
    return asked


def test_a_word_about_a_letter_in_doubt_is_answered_once(scene):
    asked = in_doubt(scene, "before delivery")
    [told] = says(scene, asked, "ok", "ok")
    assert "nobody can tell yet whether it went out. It is tried again only if it surely did not." in told
    scene.run("2026-03-02 16:30")
    assert len(scene.letters(MARIA)) == 1


@pytest.mark.parametrize(("moment", "copies"), [("before delivery", 0), ("after delivery", 1)])
def test_no_to_a_letter_in_doubt_is_answered_and_it_is_not_tried_again(scene, moment, copies):
    asked = in_doubt(scene, moment)
    told, *later = says(scene, asked, "no", "no")
    assert "nobody can tell yet whether it went out. It is not tried again." in told
    assert ["It had gone out by then" in text for text in later] == [True] * copies
    scene.run("2026-03-03 16:30")
    assert len(scene.letters(MARIA)) == copies


def test_no_to_a_letter_that_has_gone_out_is_answered(scene):
    asked = a_draft(scene)
    assert says(scene, asked, "ok") == []
    [told] = says(scene, asked, "no", "No.")
    assert "It had gone out by then, on Monday, March 2, 10:30 am, and cannot be taken back." in told


@pytest.mark.parametrize("word", ["wait, do not send it yet", "send: other words"])
def test_a_second_thought_about_a_letter_that_has_gone_out_is_answered(scene, word):
    asked = a_draft(scene)
    assert says(scene, asked, "ok") == []
    [told] = says(scene, asked, word, word)
    assert "It had gone out by then, on " in told
    assert len(scene.letters(MARIA)) == 1


@pytest.mark.parametrize("word", ["ok", "send: Thank you, Maria.", "one more thing"])
def test_what_is_said_after_it_expired_is_answered_with_the_reason(scene, word):
    asked = a_draft(scene)
    scene.run("2026-03-05 16:30")
    [told] = says(scene, asked, word, word)
    assert "It was not sent: you did not answer the draft in time." in told
    assert scene.letters(MARIA) == []


def test_no_twice_and_ok_twice_need_no_answer(scene):
    asked = a_draft(scene)
    assert says(scene, asked, "no", "no") == []
    scene.at("2026-03-02 15:40")
    question = scene.writes(DANA, MARIA, "Page", "Could you send the page?")
    scene.at("2026-03-02 15:50")
    scene.writes(MARIA, TEAM, "Re: Page", "Here it is.", question)
    scene.tick()
    again = f"<{scene.letters(DANA)[-1].message_id}>"
    assert says(scene, again, "ok", "ok") == []
    assert scene.subjects(MARIA) == ["Re: Page"]


def test_a_second_thought_about_a_letter_that_still_waits_holds_it(scene):
    """Approved in the evening, it waits for Maria's morning; "wait" is neither yes nor no: it is asked back."""
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    assert says(scene, asked, "ok") == []
    [again] = says(scene, asked, "Wait, not yet please")
    assert "I did not know what to make of your answer" in again
    scene.run("2026-03-03 12:00")
    assert scene.letters(MARIA) == []
    says(scene, asked, "send: Better words, Maria.")
    [letter] = scene.letters(MARIA)
    assert "Better words, Maria." in letter.text


def test_other_words_for_a_letter_that_still_waits_take_its_place(scene):
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    assert says(scene, asked, "ok", "send:\nBetter words, Maria.") == []
    scene.run("2026-03-03 12:00")
    [letter] = scene.letters(MARIA)
    assert "Better words, Maria." in letter.text
    assert "30 minutes" not in letter.text


def read_back(scene):
    """A contractor is added: whose history there is, is looked for in all mail once more."""
    aiko = "  - {name: Aiko Mori, email: aiko@contract.example, timezone: Asia/Tokyo}\n"
    scene.policy(scene.rules_text, APPROVED, ("contractors:\n", f"contractors:\n{aiko}"))
    before = len(scene.letters(DANA))
    scene.tick()
    return scene.subjects(DANA)[before:]


def test_what_was_heeded_is_not_answered_when_it_is_read_back(scene):
    asked = a_draft(scene)
    assert says(scene, asked, "send: Better words, Maria.") == []
    assert len(scene.letters(MARIA)) == 1
    scene.at("2026-03-25 15:00")
    assert [x for x in read_back(scene) if "letter to Maria" in x] == []


def test_what_came_too_late_is_answered_once_however_often_it_is_read(scene):
    asked = a_draft(scene)
    [_] = says(scene, asked, "hm, what is this?")
    assert says(scene, asked, "ok") == []
    [_] = says(scene, asked, "no")
    scene.at("2026-03-25 15:00")
    assert [x for x in read_back(scene) if "letter to Maria" in x] == []
    assert len(scene.letters(MARIA)) == 1


def test_an_ok_that_was_taken_back_is_none_again_when_it_is_filed_elsewhere(scene):
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    assert says(scene, asked, "ok") == []
    said = scene.servers.mailbox(TEAM)[-1]
    [_] = says(scene, asked, "Wait, not yet please")
    scene.servers.deliver_to(TEAM, said.content, said.at, "Archive")
    scene.run("2026-03-03 12:00")
    assert scene.letters(MARIA) == []
    says(scene, asked, "ok")
    assert len(scene.letters(MARIA)) == 1


def test_two_words_under_one_id_are_two_words(scene):
    """Some mail programs give two mails one id; their Dates differ."""
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    assert says(scene, asked, "ok") == []
    said = scene.servers.mailbox(TEAM)[-1].content
    scene.now += timedelta(minutes=5)
    scene.servers.deliver_to(TEAM, said.replace(b"18:00", b"18:05").replace(b"ok", b"no"), scene.now)
    scene.run("2026-03-03 12:00")
    assert scene.letters(MARIA) == []


@pytest.mark.parametrize("word", ["ok", "send: Hello, Maria."])
def test_the_last_word_stands_though_an_older_one_is_read_after_it(scene, word):
    """It was filed in a folder that is read later."""
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    scene.writes(DANA, TEAM, "Re: May I?", word, asked, folder="Trash")
    filed = scene.servers.mailbox(TEAM, "Trash")[-1]
    scene.now += timedelta(minutes=5)
    [_] = says(scene, asked, "Wait, not yet please")
    scene.servers.deliver_to(TEAM, filed.content, filed.at, "Archive")
    scene.run("2026-03-03 12:00")
    assert scene.letters(MARIA) == []
    says(scene, asked, "ok")
    assert len(scene.letters(MARIA)) == 1


@pytest.mark.parametrize("moment", ["tick.recording.record._Recording.save", "daemon.settle"])
def test_a_word_that_came_too_late_is_answered_though_we_died_when_it_was_read(scene, monkeypatch, moment):
    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    asked = a_draft(scene)
    assert says(scene, asked, "ok") == []
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(moment, kill)
        says(scene, asked, "no")
    scene.restart()
    before = len(scene.letters(DANA))
    scene.run("2026-03-02 17:00")
    [told] = scene.letters(DANA)[before:]
    assert "It had gone out by then" in " ".join(told.text.split())


SIGNED = [
    "Ok\n\nDana",
    "ok\nDana Reyes",
    "OK!\n\n– Dana\nAcme Ltd\n+1 555 0100",
    "Ok.\n\nDana Reyes\nOwner | Acme",
]


@pytest.mark.parametrize("word", SIGNED)
def test_a_name_below_the_word_is_a_signature(scene, word):
    asked = a_draft(scene)
    assert says(scene, asked, word) == []
    assert scene.subjects(MARIA) == ["Re: Logo"]


@pytest.mark.parametrize(
    "word", ["ok, thanks", "Dana said ok", "ok Dana", "ok\n\nask Dana first", "okay", "ja"]
)
def test_what_is_more_than_the_word_is_asked_back(scene, word):
    asked = a_draft(scene)
    [again] = says(scene, asked, word)
    assert "I did not know what to make of your answer" in again
    assert scene.letters(MARIA) == []


def test_an_answer_in_html_alone_is_read_without_what_it_quotes(scene):
    asked = a_draft(scene)
    page = (
        '<html><body><div dir=3D"ltr">OK</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, '
        "Mar 2, 2026 at 10:00 AM Keepwarm &lt;team@acme.example&gt; wrote:<br></div><blockquote>no<br>#pause"
        "</blockquote></div></body></html>"
    )
    mail = (
        f"From: {DANA}\nTo: {TEAM}\nSubject: Re: May I?\nMessage-ID: <h@acme.example>\nIn-Reply-To: {asked}\n"
    )
    mail += (
        "Date: Mon, 02 Mar 2026 15:29:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
    )
    scene.servers.deliver_to(TEAM, (mail + page).encode(), scene.now, "INBOX")
    scene.tick()
    assert scene.subjects(MARIA) == ["Re: Logo"]


def test_ok_to_a_draft_that_became_moot_is_answered_with_the_reason(scene):
    """A reminder waits for Dana's word; Maria answers first."""
    chase = "  - name: Chase\n    when: waiting on contractor\n"
    scene.policy(scene.rules_text, (chase, f"{chase}    approve: owner\n"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Page", "Could you send the page?")
    scene.run("2026-03-03 14:30")
    asked = f"<{scene.letters(DANA)[-1].message_id}>"
    scene.at("2026-03-03 14:40")
    scene.writes(MARIA, TEAM, "Re: Page", "Here it is.", question)
    scene.run("2026-03-03 15:00")
    [told] = says(scene, asked, "ok", "ok")
    assert "It was not sent: Maria Santos answered on 3 Mar 2026" in told
    assert scene.letters(MARIA) == []


def test_who_said_yes_is_told_why_it_did_not_go_out_after_all(scene):
    asked = a_draft(scene)
    scene.run("2026-03-02 18:00")
    assert says(scene, asked, "ok") == []
    scene.at("2026-03-02 22:00")
    scene.writes(MARIA, TEAM, "Please", "#pause")
    scene.run("2026-03-03 12:00")
    assert scene.letters(MARIA) == []
    told = " ".join(scene.letters(DANA)[-1].text.split())
    assert "It was not sent: Maria Santos asked for no letters." in told


def test_a_draft_for_somebody_who_left_is_dropped_and_the_others_go_on(scene):
    a_draft(scene)
    before, _, rest = scene.rules.read_text().partition("  - name: Maria")
    scene.rules.write_text(before + rest[rest.index("  - name: Ben") :])
    scene.restart()
    scene.tick()
    [key] = [name for name in scene.store.names() if name.startswith("maria")]
    [draft] = [x for x in scene.store.load(key).letters.values() if x.reader == "contractor"]
    assert (draft.state, draft.reply) == (
        State.CANCELLED,
        "cancelled: the address is no longer in rules.yaml",
    )


# -- words that are passed on are passed on whole -------------------------------------------------------------------

CLOSED = "Hi Maria,\n\nThanks!\n\nThe logo is just right.\n\nBest,\nDana"


def test_own_words_keep_their_closing(scene):
    """What looks like a closing formula may stand in the middle: nothing below it is lost."""
    asked = a_draft(scene)
    assert says(scene, asked, f"send:\n{CLOSED}\n\nSent from my iPhone\n-- \nDana Reyes, Acme") == []
    [letter] = scene.letters(MARIA)
    assert letter.text.partition("\n-- ")[0].strip() == CLOSED


CARD = "Dana Reyes\nManaging Director\nAcme Studio\nT: +1 212 555 0100"


@pytest.mark.parametrize("closing", ["Kind regards,", "Mit freundlichen Grüßen", "Best,"])
def test_a_signature_alone_is_no_words_of_ones_own(scene, closing):
    """Who sends too early has written nothing below "send:": their mail program's signature stands there."""
    asked = a_draft(scene)
    [again] = says(scene, asked, f"send:\n\n{closing}\n\n{CARD}")
    assert "I did not know what to make of your answer" in again
    assert scene.letters(MARIA) == []


def test_thanks_above_a_name_are_words(scene):
    asked = a_draft(scene)
    assert says(scene, asked, "send:\nThanks!\nDana") == []
    [letter] = scene.letters(MARIA)
    assert letter.text.startswith("Thanks!")


def test_long_own_words_are_not_cut(scene):
    asked = a_draft(scene)
    words = "\n\n".join(f"Sentence {n} of what I want to say about the logo, Maria." for n in range(200))
    assert says(scene, asked, f"send:\n{words}") == []
    [letter] = scene.letters(MARIA)
    assert "Sentence 199 of what" in letter.text


def test_own_words_that_nobody_can_read_to_their_end_are_asked_back(scene):
    asked = a_draft(scene)
    [again] = says(scene, asked, "send:\n" + "Well done, dear Maria.\n" * 3_000)
    assert "I did not know what to make of your answer" in again
    assert scene.letters(MARIA) == []


def test_an_ok_far_below_a_style_sheet_is_read(scene):
    asked = a_draft(scene)
    style = "<style>" + "p.MsoNormal { margin: 0in; font-family: Calibri; }\n" * 200 + "</style>"
    page = f"<html><head>{style}</head><body><p class=MsoNormal>Ok</p></body></html>"
    head = (
        f"From: {DANA}\nTo: {TEAM}\nSubject: Re: May I?\nMessage-ID: <s@acme.example>\nIn-Reply-To: {asked}\n"
    )
    head += (
        "Date: Mon, 02 Mar 2026 15:29:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
    )
    scene.servers.deliver_to(TEAM, f"{head}\n{page}".encode(), scene.now, "INBOX")
    scene.tick()
    assert scene.subjects(MARIA) == ["Re: Logo"]


def test_long_news_is_not_cut(scene):
    scene.policy(scene.rules_text + NEWS)
    scene.tick()
    scene.at("2026-03-02 14:10")
    words = "\n\n".join(f"Sentence {n} about our new address, for everybody." for n in range(100))
    scene.writes(DANA, TEAM, "We moved", f"#news\n\n{words}\n\nThanks!\n\nMore soon.", folder="INBOX")
    scene.run("2026-03-02 15:00")
    [echo] = scene.letters(DANA)
    assert "Sentence 99 about" in echo.text
    assert "More soon." in echo.text


def test_the_draft_is_shown_line_by_line(scene):
    """A list is a list, and a sentence that was folded is one."""
    folder = scene.folder / "templates" / "appreciation"
    folder.mkdir(parents=True)
    body = "Hi,\n\n1. one {{ subject }}\n2. two\n\n" + "A long sentence. " * 12 + "\n\nThank you,\nDana"
    (folder / "quick-answer.md").write_text(f"To: contractor\nSubject: Thanks\n\n{body}\n")
    a_draft(scene)
    shown = [line.lstrip("> ") for line in scene.letters(DANA)[0].text.splitlines() if line.startswith(">")]
    long = ("A long sentence. " * 12).strip()
    assert [line for line in shown if line] == ["Hi,", "1. one Logo", "2. two", long, "Thank you,", "Dana"]
