"""One click in a note to the owner settles what the note is about, and nothing else."""

import re
from urllib.parse import unquote

import pytest

from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"

BRIEFS = """
  - name: A brief without a deadline
    when: brief sent
    if: {{lacks: deadline}}
    send: owner/incomplete-brief
"""


def click(scene, tag="settled", text=""):
    """Dana follows the link in her last mail that holds `text`."""
    letter = next(mail for mail in reversed(scene.letters(DANA)) if text in unflowed(mail))
    links = re.findall(r"mailto:\S+?\?subject=(\S+?)&body=%23(\w+)", unflowed(letter))
    subject = next(unquote(subject) for subject, said in links if said == tag)
    scene.writes(DANA, TEAM, subject, f"#{tag}", folder="INBOX")
    scene.tick()


def unflowed(letter):
    text = letter.raw.text.decode().replace("=\n", "").replace("=3D", "=").replace("=20\n", " ")
    return text.replace("&amp;", "&")


def waits(scene, name, side):
    return [turn.subject for turn in scene.story(name).waits(side)]


def test_the_note_of_an_older_debt_settles_the_debt_and_not_the_question(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.at("2026-03-02 14:30")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-04 20:00")
    click(scene, text="older answer")
    assert waits(scene, "Maria", Side.OWNER) == []
    assert waits(scene, "Maria", Side.CONTRACTOR) == ["Logo"]


def test_a_debt_that_is_settled_by_one_click_lets_the_contractors_steps_start_anew(scene):
    scene.tick()
    scene.live("2026-03-02 09:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-04 16:00")
    click(scene, text="older answer")
    scene.live("2026-03-12 16:00")
    assert scene.sent("Chase") == ["2026-03-05 16:00", "2026-03-09 16:00", "2026-03-11 16:00"]


@pytest.mark.parametrize("words", ["#settled I found it.", "Never mind, I found it!"])
def test_a_debt_that_the_contractor_settles_lets_their_steps_start_anew(scene, words):
    scene.tick()
    scene.live("2026-03-02 09:00")
    asked = scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.live("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-03 16:00")
    scene.writes(MARIA, TEAM, "Re: Invoice", words, asked)
    scene.live("2026-03-04 16:00")
    assert scene.sent("Chase") == ["2026-03-04 16:00"]


def test_the_note_that_one_of_two_has_answered_settles_it_for_the_other(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, f"{MARIA}, {BEN}", "Fair", "Who could come to the fair?")
    scene.at("2026-03-02 11:00")
    scene.writes(BEN, TEAM, "Re: Fair", "I can.", question)
    scene.run("2026-03-04 20:00")
    click(scene, text="has answered")
    assert waits(scene, "Maria", Side.CONTRACTOR) == []


def test_a_brief_that_is_fine_without_a_deadline_still_waits_for_its_answer(scene):
    scene.policy(scene.rules_text + BRIEFS)
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Flyer", "Could you make the flyer?")
    scene.run("2026-03-02 20:00")
    click(scene, text="found no deadline")
    assert waits(scene, "Maria", Side.CONTRACTOR) == ["Flyer"]


UNSUITED = """
  - name: Not for them
    when: brief sent
    if: {{about: not for}}
    send: owner/not-for
    deliver: any time
"""
NOT_FOR = (
    "To: owner\nSubject: Not for {{ contractor.name }}\n\n{{ task }}. [It is fine]({{ links.settled }})\n"
)


def test_a_brief_that_is_fine_as_it_is_is_not_spoken_of_again(scene):
    """One note came by itself; the other waits for the day's mail, and is dropped with its reason."""
    not_for = (
        "email: [maria@contract.example]",
        "email: [maria@contract.example]\n    not for: [bookkeeping]",
    )
    (scene.folder / "templates" / "owner").mkdir(parents=True)
    (scene.folder / "templates" / "owner" / "not-for.md").write_text(NOT_FOR)
    scene.policy(scene.rules_text + BRIEFS + UNSUITED, not_for)
    scene.tick()
    scene.at("2026-03-02 14:10")
    scene.writes(DANA, BEN, "Page", "Could you make the page?")
    scene.tick()  # the day's mail
    scene.at("2026-03-02 15:10")
    scene.writes(DANA, MARIA, "Books", "Could you do the bookkeeping?")
    scene.tick()
    assert [note.rule for note in scene.keepwarm.books.notes()] == ["A brief without a deadline"]
    click(scene, text="bookkeeping")
    scene.run("2026-03-04 20:00")
    assert len(scene.letters(DANA)) == 2
    assert ("suppress", "cancelled: you said that it is fine as it is") in scene.why(
        "A brief without a deadline"
    )
    assert waits(scene, "Maria", Side.CONTRACTOR) == ["Books"]


def noted(scene, more):
    """The id of the day's mail to Dana, with a note about Ben and one or two about Maria."""
    scene.tick()
    scene.at("2026-03-02 14:00")
    scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.writes(BEN, TEAM, "Page", "Which colour do you like?")
    if more:
        scene.writes(MARIA, TEAM, more, "May I take Friday off?")
    scene.run("2026-03-02 20:00")
    return f"<{scene.letters(DANA)[-1].message_id}>"


def test_who_answers_the_contractor_out_of_a_note_has_answered_what_it_is_about(scene):
    note = noted(scene, "")
    scene.writes(
        DANA, f"{TEAM}, {MARIA}", "Re: Ben is waiting for you: Page, and 1 more", "The Berlin one.", note
    )
    scene.tick()
    story = scene.story("Maria")
    assert [turn.subject for turn in story.ledger.exchanges] == ["Invoice"]
    assert [wait.asks for wait in story.ledger.waits] == [False], (
        "it asks nothing, and nobody is chased for it"
    )
    assert waits(scene, "Ben", Side.OWNER) == ["Page"]


def test_so_has_a_colleague_to_whom_the_note_was_passed_on(scene):
    scene.policy(
        scene.rules_text,
        ("email: [dana@acme.example]", "email: [dana@acme.example]\n  team: [lee@acme.example]"),
    )
    note = noted(scene, "")
    passed_on = scene.writes(DANA, "lee@acme.example", "Fwd: Maria is waiting", "Could you answer her?", note)
    mail = "Re: Fwd: Maria is waiting"
    scene.writes(
        "lee@acme.example", f"{MARIA}, {TEAM}", mail, "The Berlin one.", f"{note} {passed_on}", "INBOX"
    )
    scene.tick()
    assert [turn.subject for turn in scene.story("Maria").ledger.exchanges] == ["Invoice"]


def test_of_several_notes_about_one_nobody_can_tell_which_is_answered(scene):
    note = noted(scene, "Holidays")
    scene.writes(DANA, MARIA, "Fwd: Ben is waiting for you: Page, and 2 more", "Yes.", note)
    scene.tick()
    assert sorted(waits(scene, "Maria", Side.OWNER)) == ["Holidays", "Invoice"]
