"""A contractor stops the letters: by the link, or by a word; until they, and only they, let them go on."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from commands.status import rows
from mail.letters.phrasebook import phrasebook
from relationship.facts.letters import State
from relationship.facts.messages import Side

TEAM, DANA, MARIA, BEN = (
    "team@acme.example",
    "dana@acme.example",
    "maria@contract.example",
    "ben@contract.example",
)
HOUR = timedelta(hours=1)
MORE = """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
  - name: Company news
    when: news
    send: news/forward
  - name: Hello
    when: every
    on: every Wednesday at 10:00
    send: backup/hello
"""


def reminded(scene):
    """Maria has had a reminder about the logo, and Dana has seen nothing yet."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.tick()
    scene.at("2026-03-03 11:00")
    scene.tick()
    [reminder] = scene.letters(MARIA)
    return reminder


def link(letter):
    """The subject of the mail that the pause link fills in."""
    text = letter.text.replace(" \n", "").replace("\n", "")
    found = re.search(r"mailto:\S+?\?subject=(\S+?)&(?:amp;)?body=%23pause", text)
    assert found, text
    return unquote(found[1])


@pytest.mark.parametrize("said", ["#pause", "#PAUSE", "#pause.", "#pause\n\nMaria Santos\nVirtual assistant"])
def test_a_word_in_any_mail_of_theirs_stops_everything(scene, said):
    scene.policy(scene.rules_text + MORE)
    reminded(scene)
    scene.writes(MARIA, TEAM, "Please", said)
    scene.writes(DANA, TEAM, "We moved", "#news\n\nWe have a new address.", folder="INBOX")
    scene.run("2026-04-20 11:00", timedelta(hours=5))
    assert len(scene.letters(MARIA)) == 1
    assert len(scene.letters(BEN)) > 3, "the others are not concerned"
    scene.writes(MARIA, TEAM, "Hello again", "#resume")
    scene.run("2026-05-04 11:00", timedelta(hours=5))
    assert len(scene.letters(MARIA)) > 1


@pytest.mark.parametrize("footer", ["", "\n\nSent from my iPhone", "\n\n-- \nMaria Santos\nManila"])
def test_the_link_stops_them_and_what_waits_in_the_outbox_too(scene, footer):
    reminder = reminded(scene)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.")
    scene.tick()
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.servers.refuse_data = (451, "4.3.0 later")
    scene.run("2026-03-03 11:40", timedelta(minutes=20))
    [waiting] = scene.keepwarm.books.outbox()
    assert (waiting.template, waiting.state) == ("appreciation/starred", State.DEFERRED)
    scene.servers.refuse_data = None
    scene.writes(MARIA, TEAM, link(reminder), f"#pause{footer}")
    scene.run("2026-03-12 12:00", timedelta(hours=5))
    assert len(scene.letters(MARIA)) == 1
    assert scene.story("Maria").letters[waiting.token].state is State.CANCELLED


GERMAN = phrasebook("de").links["pause"]


@pytest.mark.parametrize("text", ["", "\n\n-- \nMaria Santos\nManila"])
@pytest.mark.parametrize("words", ["Pause the notes to me", "Pausar mis notas", GERMAN])
def test_the_link_stops_them_in_webmail_that_leaves_its_text_out(scene, text, words):
    """RainLoop, for one, fills in the subject alone."""
    reminder = reminded(scene)
    subject = link(reminder).replace("Pause the notes to me", words)
    scene.writes(MARIA, TEAM, f"Re: {subject}", text)
    scene.tick()
    assert scene.story("Maria").paused_by == ()
    scene.writes(MARIA, TEAM, subject, text)
    scene.tick()
    assert scene.story("Maria").paused_by == ("contractor",)
    scene.run("2026-03-12 12:00", timedelta(hours=5))
    assert len(scene.letters(MARIA)) == 1


def test_the_owner_sees_it_and_cannot_lift_it(scene):
    scene.policy(scene.rules_text, ("digest: off", "digest: Monday 08:00"))
    reminder = reminded(scene)
    scene.writes(MARIA, TEAM, link(reminder), "#pause")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.run("2026-03-09 14:00", HOUR)
    digest = [mail for mail in scene.letters(DANA) if mail.subject.startswith("Your week")][-1]
    assert "asked for no letters" in digest.text.replace("\n", " ")
    [maria, _] = rows(scene.keepwarm.books, scene.now)
    assert maria["paused"]
    note = next(mail for mail in scene.letters(DANA) if "Invoice" in mail.subject)
    for number, subject in enumerate(("Please go on", f"Re: {note.subject}")):
        scene.writes(DANA, TEAM, subject, "#resume", f"<{note.message_id}>" if number else "", folder="INBOX")
    scene.writes(DANA, MARIA, "Re: Logo", "#resume")
    scene.store.request("resume", scene.story("Maria").key)
    scene.run("2026-03-13 14:00", timedelta(hours=5))
    assert scene.story("Maria").paused_by == ("contractor",)
    assert len(scene.letters(MARIA)) == 1


def test_somebody_elses_mail_with_the_link_pauses_nobody(scene):
    reminder = reminded(scene)
    for sender in (BEN, "eve@evil.example", DANA):
        scene.writes(
            sender, TEAM, link(reminder).replace("Maria", "Me"), "please #pause them", folder="INBOX"
        )
    scene.tick()
    assert scene.story("Maria").paused_by == ()


def marked(text, mark="> "):
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


WROTE = "On Tue, Mar 3, 2026 at 9:00 AM Dana Reyes <team@acme.example> wrote:"
OUTLOOK = "From: Dana Reyes <team@acme.example>\nSent: Tuesday, March 3, 2026 9:00 AM\nTo: Maria\nSubject: Re: Logo\n"
QUOTING = {
    "Gmail": lambda own, letter: f"{own}\n\n{WROTE}\n\n{marked(letter)}",
    "Gmail, its first line wrapped": lambda own, letter: (
        f"{own}\n\nOn Tue, Mar 3, 2026 at 9:00 AM Dana Reyes\n<team@acme.example> wrote:\n\n{marked(letter)}"
    ),
    "Apple": lambda own, letter: (
        f"{own}\n\n> On Mar 3, 2026, at 09:00, Dana Reyes wrote:\n> \n{marked(letter)}"
    ),
    "Outlook": lambda own, letter: f"{own}\n\n{OUTLOOK}\n{letter}",
    "Outlook with a line": lambda own, letter: f"{own}\n\n{'_' * 32}\n{OUTLOOK}\n{letter}",
    "an old Outlook": lambda own, letter: f"{own}\n\n-----Original Message-----\n{OUTLOOK}\n{letter}",
    "Outlook in Spanish": lambda own, letter: (
        f"{own}\n\nDe: Dana Reyes <team@acme.example>\nEnviado: martes, 3 de marzo de 2026 9:00\n"
        f"Para: Maria Santos\nAsunto: Re: Logo\n\n{letter}"
    ),
    "below the quote": lambda own, letter: f"{WROTE}\n{marked(letter)}\n{own}",
    "another mark": lambda own, letter: f"{own}\n\n{marked(letter, '| ')}",
    "above, without any mark": lambda own, letter: f"{own}\n\n{letter}",
    "below, without any mark": lambda own, letter: f"{letter}\n\n{own}",
    "the letter alone, without any mark": lambda own, letter: letter,
    "its footer alone": lambda own, letter: letter.partition("\n-- \n")[2],
    "its footer above": lambda own, letter: f"{letter.partition(chr(10) + '-- ' + chr(10))[2]}\n\n{own}",
}


@pytest.mark.parametrize("shown", ["as it came", "links undone"])
@pytest.mark.parametrize("style", QUOTING)
def test_a_badly_quoted_footer_pauses_nobody(scene, style, shown):
    """Whatever mail programs make of it: a letter holds no literal tag, and only a first line is a command."""
    letter = reminded(scene).text
    assert "#" not in re.sub(r"mailto:\S+", "", letter)
    if shown == "links undone":  # some programs write the link out, and decode it
        letter = re.sub(r"mailto:\S+?body=%23pause", "\n#pause\n", letter)
    scene.writes(
        MARIA, TEAM, "Re: Logo", QUOTING[style]("Here it is, in three sizes.", letter), folder="INBOX"
    )
    scene.tick()
    assert scene.story("Maria").paused_by == ()


@pytest.mark.parametrize(
    "above", ["Hi Dana,", "[EXTERNAL]", "【外部メール】", "UWAGA: nadawca spoza organizacji."]
)
def test_the_link_stops_them_whatever_stands_above_its_word(scene, above):
    reminder = reminded(scene)
    scene.writes(MARIA, TEAM, link(reminder), f"{above}\n\n#pause\n\nThanks")
    scene.tick()
    assert scene.story("Maria").paused_by == ("contractor",)


def test_who_answers_a_mail_that_a_link_filled_in_has_answered(scene):
    """Its subject, with the token, stays with the conversation: nobody is chased for what they said there."""
    reminder = reminded(scene)
    clicked = scene.writes(MARIA, TEAM, link(reminder), "#pause\n\nWhich address should I use for invoices?")
    scene.tick()
    assert [wait.subject for wait in scene.story("Maria").waits(Side.OWNER)] == ["Pause the notes to me"]
    scene.at("2026-03-03 12:00")
    again = scene.writes(
        DANA, MARIA, f"Re: {link(reminder)}", "This one. Shall I still write to you?", clicked
    )
    scene.at("2026-03-03 13:00")
    scene.writes(MARIA, TEAM, f"Re: {link(reminder)}", "Only on Mondays, please.", again)
    scene.tick()
    story = scene.story("Maria")
    assert [wait.subject for wait in story.waits(Side.CONTRACTOR)] == ["Logo"]
    assert [turn.subject for turn in story.ledger.exchanges] == ["Pause the notes to me"] * 2
    assert story.paused_by == ("contractor",)


def test_a_request_beside_what_is_said_of_a_call_is_one(scene):
    scene.tick()
    scene.live("2026-03-02 10:00")
    scene.writes(MARIA, TEAM, "Our call", "#missed\n\nPlease send me the contract and the new brief.")
    scene.tick()
    assert [wait.asks for wait in scene.story("Maria").waits(Side.OWNER)] == [True]


def test_a_link_alone_hands_nothing_over(scene):
    reminder = reminded(scene)
    scene.writes(MARIA, TEAM, link(reminder), "#pause\n\nI know where I stand.")
    scene.tick()
    assert scene.story("Maria").waits(Side.OWNER) == ()


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("#pause\n\nPlease, no more of these automatic mails.", False),
        ("#resume\n\nPlease let me know by mail again.", False),
        ("#pause\n\nPlease, no more of them. When do you pay my invoice?", True),
        ("Please #pause\n\nPlease stop these automatic mails.", True),
    ],
)
def test_a_request_beside_a_command_is_not_for_the_owner(scene, said, asks):
    scene.tick()
    scene.at("2026-03-03 10:00")
    scene.writes(MARIA, TEAM, "Mails", said)
    scene.tick()
    assert any(wait.asks for wait in scene.story("Maria").waits(Side.OWNER)) == asks


def test_what_was_dropped_in_the_very_minute_in_which_it_came_due_stays_dropped(scene):
    """As rule tests and backtests look: a star's ten minutes are over at a tick, to the second."""
    scene.tick()
    scene.at("2026-03-03 10:00")
    scene.writes(MARIA, TEAM, "The logo", "Here it is.")
    scene.writes(MARIA, TEAM, "Please", "#pause")
    scene.tick()
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.live("2026-03-03 10:20")
    assert scene.why("Thank what I starred") == [("suppress", "Maria Santos asked for no letters")]
    scene.writes(MARIA, TEAM, "Please", "#resume")
    scene.live("2026-03-03 12:00")
    assert scene.letters(MARIA) == []
    assert scene.why("Thank what I starred") == [("suppress", "Maria Santos asked for no letters")]
