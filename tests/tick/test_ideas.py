"""What answers the letter that asks for ideas is an idea, tagged or not: the letter promises that it is read."""

from dataclasses import replace

import pytest

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
RULES = """
  - name: Ask
    when: every
    on: every Tuesday at 09:00
    if: {{contractor: Maria}}
    send: ideas/ask
  - name: Hello
    when: every
    on: every Thursday at 09:00
    if: {{contractor: Maria}}
    send: backup/hello
  - name: An idea came in
    when: idea received
    send: owner/answer-the-idea
"""


def asked(scene):
    """A letter to Maria that asks for ideas."""
    scene.policy(scene.rules_text + RULES)
    scene.tick()
    scene.live("2026-03-03 18:00")
    [letter] = scene.letters(MARIA)
    assert scene.sent("Ask") == ["2026-03-03 14:00"]
    return letter


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("We could drop the second page of the form.", True),
        ("#idea\n\nWe could drop the second page of the form.", True),
        ("We could drop the second page of the form. No need to reply.", True),
        ("Thank you!", False),
        ("No ideas at the moment, all is good!", False),
        ("Thanks for asking, Dana! Will think about it.", False),
        ("No ideas for the form, but we could drop its second page.", True),
        ("#pause\n\nNo more of these.", False),
    ],
)
def test_what_answers_the_letter_is_one(scene, text, told):
    letter = asked(scene)
    answer = scene.writes(MARIA, TEAM, f"Re: {letter.subject}", text, f"<{letter.message_id}>")
    scene.writes(MARIA, TEAM, f"Re: {letter.subject}", "The invoice is on its way.", answer)
    scene.live("2026-03-04 20:00")
    assert len(scene.sent("An idea came in")) == told


def test_what_answers_the_letter_under_the_name_that_a_provider_gave_it_is_one(scene):
    letter = asked(scene)
    [kept] = [x for x in scene.story("Maria").letters.values() if x.template == "ideas/ask"]
    scene.keepwarm.books.commit(scene.story("Maria").key, [replace(kept, alias="rewritten@provider.example")])
    scene.writes(
        MARIA, TEAM, f"Re: {letter.subject}", "We could drop the form.", "<rewritten@provider.example>"
    )
    scene.live("2026-03-04 20:00")
    assert len(scene.sent("An idea came in")) == 1


def test_what_answers_another_letter_or_is_the_owners_is_none(scene):
    letter = asked(scene)
    scene.writes(DANA, TEAM, f"Re: {letter.subject}", "That is for Maria.", f"<{letter.message_id}>")
    scene.live("2026-03-05 18:00")
    hello = scene.letters(MARIA)[-1]
    assert scene.sent("Hello") == ["2026-03-05 14:00"]
    scene.writes(MARIA, TEAM, f"Re: {hello.subject}", "All is well here.", f"<{hello.message_id}>")
    scene.live("2026-03-06 20:00")
    assert scene.sent("An idea came in") == []
