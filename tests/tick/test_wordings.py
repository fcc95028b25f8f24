"""The same contractor does not get the same wording twice in a row, whatever came of the letters between."""

from store.tinydb_store import TinyStore

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
TWO = "To: contractor\nSubject: Hello\n\nThe first one: {{ subject }}.\n---\nThe second one: {{ subject }}.\n"
THANKS = ("    at most: once in 2 weeks\n", "")


def answered(scene, *subjects):
    """Dana asks, and half an hour later Maria has answered."""
    asked = [scene.writes(DANA, MARIA, subject, "Could you send it?") for subject in subjects]
    scene.run(f"{scene.now:%Y-%m-%d} {scene.now.hour}:30")
    for subject, question in zip(subjects, asked, strict=True):
        scene.writes(MARIA, TEAM, f"Re: {subject}", "Here it is.", question)


def wordings(scene):
    return [mail.text.partition(" one:")[0].strip() for mail in scene.letters(MARIA)]


def with_two_wordings(scene, *edits):
    folder = scene.folder / "templates" / "appreciation"
    folder.mkdir(parents=True)
    (folder / "quick-answer.md").write_text(TWO)
    scene.policy(scene.rules_text, THANKS, *edits)
    scene.tick()
    scene.at("2026-03-02 10:00")


def test_letters_of_one_tick_have_several(scene):
    with_two_wordings(scene)
    answered(scene, "Logo", "Page")
    scene.tick()
    assert sorted(wordings(scene)) == ["The first", "The second"]


def test_the_next_one_follows_on_the_last_of_several_of_one_tick(scene):
    scene.store = TinyStore(scene.folder / "books")
    with_two_wordings(scene)
    answered(scene, "Logo", "Page")
    scene.tick()
    scene.store.close()
    scene.store = TinyStore(scene.folder / "books")
    scene.restart()
    scene.at("2026-03-03 10:00")
    answered(scene, "Flyer")
    scene.tick()
    told = wordings(scene)
    assert len(told) == 3
    assert told[1] != told[2]


def test_one_that_nobody_read_does_not_count(scene):
    """The second of three is dropped by Dana's word: the third is not worded like the first."""
    with_two_wordings(
        scene,
        (
            "    send: appreciation/quick-answer\n",
            "    send: appreciation/quick-answer\n    approve: owner\n    deliver: any time\n",
        ),
    )
    for day, word in (("2026-03-02", "ok"), ("2026-03-03", "no"), ("2026-03-04", "ok")):
        scene.run(f"{day} 14:00")
        answered(scene, f"Logo of {day}")
        scene.run(f"{day} 15:00")
        question = f"<{scene.letters(DANA)[-1].message_id}>"
        scene.writes(DANA, TEAM, "Re: May I?", word, question, folder="INBOX")
        scene.run(f"{day} 16:00")
    assert sorted(wordings(scene)) == ["The first", "The second"]
