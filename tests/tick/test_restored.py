"""The data folder as an older backup had it: what went out since then has left its copies in the mailbox."""

from copy import deepcopy

import pytest

from store.protocol import Cursor

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"


def restored(scene, backup) -> None:
    scene.store = backup
    scene.restart()


def begun(scene) -> None:
    scene.tick()
    scene.at("2026-03-02 10:00")


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_what_went_out_after_the_backup_does_not_go_out_again(scene, folder):
    begun(scene)
    scene.tick()
    backup = deepcopy(scene.store)
    question = scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    scene.tick()
    assert scene.sent("Thank a quick answer") == ["2026-03-02 10:30"]
    if folder == "Sent":
        scene.tick()  # in which the copy is filed
    scene.at("2026-03-02 11:00")
    restored(scene, backup)
    for _ in range(3):
        scene.tick()
    assert scene.sent("Thank a quick answer") == ["2026-03-02 10:30"]
    [letter] = [x for x in scene.story("Maria").letters.values() if x.rule == "Thank a quick answer"]
    assert (letter.state, str(letter.sent_at)[:16]) == ("sent", "2026-03-02 10:30")


def test_what_waited_when_the_backup_was_made_and_went_out_since_does_not_go_out_again(scene):
    begun(scene)
    scene.writes(DANA, BEN, "Logo", "Could you send it?")
    scene.tick()
    scene.at("2026-03-03 10:00")
    scene.policy(scene.rules_text, (f":{scene.servers.smtp_port}", ":1"))
    scene.tick()
    backup = deepcopy(scene.store)
    assert scene.sent("Chase") == []
    scene.policy()
    scene.tick()
    assert len(scene.sent("Chase")) == 1
    restored(scene, backup)
    for _ in range(3):
        scene.tick()
    assert len(scene.sent("Chase")) == 1


def test_the_next_reminder_counts_from_the_one_that_went_out_after_the_backup(scene):
    begun(scene)
    backup = deepcopy(scene.store)
    scene.writes(DANA, BEN, "Logo", "Could you send it?")
    scene.tick()
    scene.at("2026-03-03 10:00")
    scene.tick()
    assert scene.sent("Chase") == ["2026-03-03 10:00"]
    restored(scene, backup)
    scene.tick()
    scene.at("2026-03-05 10:00")
    scene.tick()
    assert scene.sent("Chase") == ["2026-03-03 10:00", "2026-03-05 10:00"]
    assert scene.out[-1].template == "reminders/firm"


def test_a_backup_without_the_cursor_reads_all_mail_once_more_and_knows_it(scene):
    begun(scene)
    answered = scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.tick()
    backup = deepcopy(scene.store)
    backup.move_cursor(Cursor())
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=answered)
    scene.writes(DANA, BEN, "Flyer", "Could you print it?")
    scene.tick()
    told = [(x.template, x.to) for x in scene.out]
    ledgers = [scene.story(who).ledger for who in ("Maria", "Ben")]
    restored(scene, backup)
    scene.tick()
    scene.tick()
    assert [(x.template, x.to) for x in scene.out] == told
    assert [scene.story(who).ledger for who in ("Maria", "Ben")] == ledgers
