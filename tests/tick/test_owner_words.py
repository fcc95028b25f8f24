"""What the owner tells Keepwarm by mail: news, and answers to drafts."""

import re
from urllib.parse import unquote

import pytest

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
    scene.tick()
    scene.at("2026-03-02 14:10")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 14:40")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    scene.run("2026-03-02 15:30")
    assert scene.letters(MARIA) == []
    [asked] = scene.letters(DANA)
    return f"<{asked.message_id}>"


@pytest.mark.parametrize(
    "word",
    [
        "ok",
        "OK.",
        "Ok!\n\n-- \nDana Reyes",
        "ok\n\nOn Mon, Mar 2, 2026 at 3:00 PM Keepwarm <team@acme.example> wrote:\n> no\n> #pause",
    ],
)
def test_ok_sends_the_draft(scene, word):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", word, asked, folder="INBOX")
    scene.run("2026-03-02 16:30")
    assert scene.subjects(MARIA) == ["Re: Logo"]


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


def test_ok_twice_sends_once(scene):
    asked = a_draft(scene)
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.writes(DANA, TEAM, "Re: May I?", "ok", asked, folder="INBOX")
    scene.run("2026-03-03 16:30")
    assert len(scene.letters(MARIA)) == 1
