"""The weekly digest in the daemon's own tick: at the owner's hour, once, and not long after it."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def weekly(scene):
    """A scene whose owner gets the digest."""
    scene.policy(scene.rules_text, ("digest: off", "digest: Monday 08:00"))
    scene.tick()
    return scene


def digests(scene):
    return [mail for mail in scene.letters(DANA) if mail.subject.startswith("Your week with")]


def test_it_comes_on_monday_at_eight_on_the_owners_clock(weekly):
    weekly.run("2026-03-02 12:59")
    assert digests(weekly) == []
    weekly.run("2026-03-02 13:00")
    [first] = digests(weekly)
    assert f"{first.raw.internal_date:%H:%M}" == "13:00"
    weekly.run("2026-03-09 12:00", HOUR)  # the clocks went forward on 8 March
    assert [f"{mail.raw.internal_date:%d %H:%M}" for mail in digests(weekly)] == ["02 13:00", "09 12:00"]


def test_it_comes_once_whatever_happens(weekly):
    weekly.run("2026-03-02 13:00")
    weekly.restart()
    weekly.run("2026-03-03 13:00", HOUR)
    assert len(digests(weekly)) == 1
    assert all(mail.subject.startswith("Your week") for mail in weekly.letters(DANA))


def test_a_crash_between_writing_and_sending_sends_it_once(weekly):
    weekly.servers.drop = "before delivery"
    weekly.run("2026-03-02 13:00")
    weekly.servers.drop = ""
    weekly.restart()
    weekly.run("2026-03-03 13:00", HOUR)
    assert len(digests(weekly)) == 1


@pytest.mark.parametrize(("back", "found"), [("2026-03-12 11:00", 1), ("2026-03-12 13:00", 0)])
def test_after_downtime_it_is_at_most_three_days_late(weekly, back, found):
    """A machine that is off from Friday afternoon to Monday morning sends Friday's then."""
    weekly.run("2026-03-02 13:00")
    weekly.at(back)
    weekly.tick()
    assert len(digests(weekly)) == 1 + found


def test_what_a_late_one_told_is_not_told_again(weekly):
    weekly.run("2026-03-02 13:00")
    weekly.at("2026-03-09 15:00")
    weekly.writes(DANA, MARIA, "Logo", "#due 27 March 2026")
    weekly.at("2026-03-10 13:00")
    weekly.tick()
    weekly.run("2026-03-16 14:00", HOUR)
    _, late, next_one = digests(weekly)
    assert "March 27" in late.text
    assert "you set it" in late.text
    assert "you set it" not in next_one.text


def test_it_is_not_copied_to_the_shared_mailbox(weekly):
    """Contractors who triage it must not read about themselves."""
    weekly.run("2026-03-02 14:00")
    assert len(digests(weekly)) == 1
    assert weekly.servers.mailbox(TEAM) == []


def test_nothing_to_say_is_one_line_and_more_is_more(weekly):
    weekly.run("2026-03-02 14:00")
    weekly.at("2026-03-04 15:00")
    weekly.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    weekly.run("2026-03-09 14:00", HOUR)
    quiet, busy = digests(weekly)
    assert "nothing needs you" in quiet.subject
    assert "Nothing needs you" in quiet.text
    assert "you owe 1 answer" in busy.subject
    assert "“Invoice”" in busy.text


def test_the_question_of_the_month_becomes_news_once_the_owner_says_so(weekly):
    weekly.policy(
        weekly.rules_text + "  - name: Company news\n    when: news\n    send: news/forward\n",
        ("digest: off", "digest: Monday 08:00"),
    )
    weekly.run("2026-03-02 14:00")
    [digest] = digests(weekly)
    text = digest.text.replace(" \n", "").replace("\n", "")
    [subject, body] = re.search(
        r"mailto:team@acme.example\?subject=(What%20is%20new%20here)&body=(%23news[%0-9AD]*)", text
    ).groups()
    written = f"{unquote(body)}We have moved to a new office."
    weekly.writes(DANA, TEAM, unquote(subject), written.replace("\r\n", "\n"), folder="INBOX")
    weekly.run("2026-03-02 14:30")
    echo = weekly.letters(DANA)[-1]
    assert "We have moved to a new office." in echo.text
    assert weekly.letters(MARIA) == []
    weekly.writes(DANA, TEAM, f"Re: {echo.subject}", "#news", f"<{echo.message_id}>", folder="INBOX")
    weekly.run("2026-03-03 12:00")
    assert weekly.subjects(MARIA) == ["News: What is new here"]


def test_news_in_an_answer_to_the_digest_is_news_too(weekly):
    weekly.run("2026-03-02 14:00")
    [digest] = digests(weekly)
    words = "#news\n\nWe have moved to a new office."
    weekly.writes(DANA, TEAM, f"Re: {digest.subject}", words, f"<{digest.message_id}>", folder="INBOX")
    weekly.run("2026-03-02 14:30")
    assert "We have moved to a new office." in weekly.letters(DANA)[-1].text


def test_a_dry_run_and_the_word_off_write_none(scene):
    for edits in ([("mode: live", "mode: dry-run"), ("digest: off", "digest: Monday 08:00")], []):
        scene.policy(scene.rules_text, *edits)
        scene.run(f"2026-03-{16 if edits else 30} 16:00", HOUR)
    assert digests(scene) == []
