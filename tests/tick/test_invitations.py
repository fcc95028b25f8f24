"""Invitations on their way: late ones, ones that wait for the owner's word, and two rules that invite to one call."""

from email import message_from_bytes

import pytest
from icalendar import Calendar

from relationship.facts.letters import State

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
CHECK_IN = "  - name: Check-in\n    when: check-in due\n    invite: check-ins/agenda\n"
ANOTHER = "  - name: Another\n    when: check-in due\n    invite: backup/hello\n"
WEEKLY = ("mode: live", "mode: live\ncheck-ins: {active: every week}")


def with_rules(scene, rules):
    """Maria alone, who is to be invited on Friday 6 March to a call on Monday 9 March, 14:45 UTC."""
    before, _, rest = scene.rules_text.partition("  - name: Ben")
    scene.policy(before + rest[rest.index("limits:") :] + rules, WEEKLY)
    scene.tick()


def invitations(scene):
    """The calendar parts that Maria got."""
    parts = (
        part for mail in scene.servers.mailbox(MARIA) for part in message_from_bytes(mail.content).walk()
    )
    return [
        Calendar.from_ical(part.get_payload(decode=True))
        for part in parts
        if part.get_content_type() == "text/calendar"
    ]


def test_nobody_is_invited_to_a_call_whose_time_has_come(scene):
    """Her mail server puts the invitation off over the weekend, until the call is over."""
    with_rules(scene, CHECK_IN)
    scene.servers.refuse[MARIA] = (451, "4.3.0 later")
    scene.run("2026-03-09 16:00")
    del scene.servers.refuse[MARIA]
    scene.run("2026-03-11 16:00")
    assert scene.letters(MARIA) == []
    assert scene.why("Check-in")[0] == ("suppress", "cancelled: its time has come")
    assert not any("How did" in subject for subject in scene.subjects(DANA))


def asked(scene):
    """The mail that asks Dana about the invitation."""
    with_rules(scene, CHECK_IN + "    approve: owner\n")
    scene.run("2026-03-06 16:00")
    [mail] = scene.letters(DANA)
    return f"<{mail.message_id}>"


@pytest.mark.parametrize("word", ["ok", "send:\nLet us talk about the site."])
def test_an_invitation_that_waits_for_the_owners_word_is_one_still_when_it_goes_out(scene, word):
    scene.writes(DANA, TEAM, "Re: May I?", word, asked(scene), folder="INBOX")
    scene.run("2026-03-09 12:00")
    [letter] = scene.letters(MARIA)
    [calendar] = invitations(scene)
    [event] = calendar.walk("VEVENT")
    assert (calendar["method"], event["dtstart"].dt.isoformat()) == ("REQUEST", "2026-03-09T10:45:00-04:00")
    own = "Let us talk about the site." if "send:" in word else "Let’s talk for 30 minutes"
    assert own in letter.text
    assert own in str(event["description"])
    assert len([line for line in str(event["description"]).splitlines() if own in line]) == 1


def test_a_yes_after_the_calls_time_invites_nobody_and_is_answered(scene):
    question = asked(scene)
    scene.run("2026-03-09 16:00")
    scene.writes(DANA, TEAM, "Re: May I?", "ok", question, folder="INBOX")
    scene.run("2026-03-10 16:00")
    assert scene.letters(MARIA) == []
    assert any("its time has come" in " ".join(mail.text.split()) for mail in scene.letters(DANA))


def test_two_rules_invite_to_a_call_once(scene):
    with_rules(scene, CHECK_IN + ANOTHER)
    scene.run("2026-03-09 12:00")
    assert len(invitations(scene)) == 1
    assert scene.why("Another") == [
        ("suppress", "already done: the rule “Check-in” sends an invitation to it")
    ]
    [letter] = scene.story("Maria").letters.values()
    assert letter.state is State.SENT
