"""Another mailbox in rules.yaml: what was read of the one before says nothing about it."""

import re
from dataclasses import replace
from itertools import cycle

import pytest
from imapclient import IMAPClient

from bench.servers.proxy import UP, Proxy
from relationship.facts.letters import State
from relationship.facts.messages import Side

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA = "maria@contract.example"


def test_a_mailbox_that_is_another_one_is_read_although_its_folders_are_numbered_alike(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.tick()
    cursor = scene.store.cursor()
    assert cursor.mailbox == f"{TEAM} at 127.0.0.1"
    ahead = {name: replace(place, uidnext=1000) for name, place in cursor.folders.items()}
    scene.store.move_cursor(replace(cursor, folders=ahead, mailbox=f"{TEAM} at imap.elsewhere.example"))
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    assert scene.tick().recorded == 1, "and what was known is known again"
    assert scene.sent("Thank a quick answer") == ["2026-03-02 10:30"]
    assert scene.tick().read <= 1


def test_data_that_did_not_note_its_mailbox_goes_on_with_it(scene):
    scene.tick()
    scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.tick()
    scene.store.move_cursor(replace(scene.store.cursor(), mailbox=""))
    assert scene.tick().read == 0
    scene.writes(MARIA, TEAM, "Hello", "Are you there?")
    assert scene.tick().read == 1
    assert scene.store.cursor().mailbox == f"{TEAM} at 127.0.0.1"


@pytest.mark.parametrize(("migrated", "state"), [(False, State.UNPROVABLE), (True, State.SENT)])
def test_another_mailbox_does_not_prove_that_a_letter_in_doubt_never_went_out(scene, migrated, state):
    """Its copy lies in the one before, unless somebody has moved all mail over."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    scene.servers.drop = "after delivery"
    scene.tick()
    scene.servers.drop = ""
    with IMAPClient("127.0.0.1", scene.servers.imap_port, ssl=False) as nobody:
        nobody.login(TEAM, "secret")
        nobody.select_folder("INBOX")
        if not migrated:
            nobody.delete_messages(nobody.search("ALL"))
            nobody.expunge()
    ahead = {name: replace(place, uidnext=1000) for name, place in scene.store.cursor().folders.items()}
    cursor = replace(scene.store.cursor(), folders=ahead, mailbox=f"{TEAM} at imap.elsewhere.example")
    scene.store.move_cursor(cursor)
    scene.restart()
    scene.run("2026-03-02 17:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    [letter] = [x for x in scene.story("Maria").letters.values() if x.reader is Side.CONTRACTOR]
    assert letter.state is state
    assert ["Did this letter go out" in subject for subject in scene.subjects(DANA)] == [True] * (
        not migrated
    )


# -- the same mailbox, put back from a backup: its folders are numbered as they were then ---------------------------


def put_back(scene) -> None:
    """Forty mails that came since the backup are not there any more, and their UIDs will be given anew."""
    cursor = scene.store.cursor()
    ahead = {name: replace(place, uidnext=place.uidnext + 40) for name, place in cursor.folders.items()}
    scene.store.move_cursor(replace(cursor, folders=ahead))


@pytest.mark.parametrize("first", ["a tick", "the answer"])
def test_what_comes_into_a_mailbox_that_was_put_back_is_read(scene, first):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send it?")
    scene.tick()
    put_back(scene)
    if first == "a tick":
        scene.tick()
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    scene.tick()
    assert scene.sent("Thank a quick answer") == ["2026-03-02 10:30"]
    assert 0 in [scene.tick().read for _ in range(4)], "and not again and again"


@pytest.mark.parametrize("stars", [True, False])
@pytest.mark.parametrize("told", [(-2,), (0, -3, 0), (-1000, 0, 0)])
def test_a_status_that_is_behind_is_no_mailbox_that_was_put_back(scene, told, stars):
    """What was read is not read again at each tick, and what comes is read at once where any STATUS tells of mail."""
    off = cycle(told)

    def behind(direction, data, line):
        return data if direction == UP else re.sub(rb"(?m)^(\* STATUS .*UIDNEXT )(\d+)", less, data)

    def less(status):
        return status[1] + b"%d" % max(int(status[2]) + next(off), 0)

    thanks = "when: starred\n    send: appreciation/starred"
    no_stars = (thanks, "when: delivered\n    send: appreciation/delivered")
    with Proxy(scene.servers.imap_port) as proxy:
        edits = [(f":{scene.servers.imap_port}", f":{proxy.port}"), *([] if stars else [no_stars])]
        scene.policy(scene.rules_text, *edits)
        scene.tick()
        scene.at("2026-03-02 10:00")
        for number in range(6):
            scene.writes(MARIA, TEAM, f"Hello {number}", "Here it is.")
        scene.tick()
        proxy.fault = behind
        before = scene.store.cursor()
        assert [scene.tick().read for _ in range(5)] == [0] * 5
        assert scene.store.cursor() == before
        scene.writes(MARIA, TEAM, "Once more", "Here it is.")
        assert sum(scene.tick().read for _ in range(5)) == 1
