"""`why` names each letter by its template and step, and says of drafts and dry runs that nothing went out."""

import json

import pytest

from commands.why import _cells, _row, entries

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA = "maria@contract.example"


def asked_in(scene, mode):
    """In this mode, Dana asks Maria something on Monday at 10:00, and a working day goes by."""
    scene.policy(scene.rules_text, ("mode: live", f"mode: {mode}"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    work = scene.run("2026-03-03 11:00")
    books = scene.keepwarm.books
    [entry] = [x for x in entries(books, list(books.people.contractors)) if x.decision.rule == "Chase"]
    return entry, work, question


@pytest.mark.parametrize(
    ("mode", "verdict", "came"),
    [
        ("live", "send", ""),
        ("drafts", "send", "it was left as a draft: reminders/gentle, step 1 of 3"),
        ("dry-run", "hold", "dry-run of reminders/gentle, step 1 of 3"),
    ],
)
def test_the_letter_is_named_and_what_became_of_it_said(scene, mode, verdict, came):
    entry, _, _ = asked_in(scene, mode)
    row, cells = _row(entry, scene.keepwarm.books), _cells(entry, scene.keepwarm.books)
    assert list(row) == ["at", "rule", "contractor", "occasion", "verdict", "why"]
    assert (row["verdict"], row["why"].endswith(came)) == (verdict, True)
    assert cells[2] == "Chase (reminders/gentle, step 1 of 3)"
    assert cells[3] == row["occasion"]
    assert cells[4].startswith(verdict)
    assert row["occasion"] not in cells[4], "it stands in its own column"
    assert json.dumps(row, default=str)


@pytest.mark.parametrize(("mode", "composed", "sent"), [("live", 1, 1), ("drafts", 1, 0), ("dry-run", 0, 0)])
def test_a_draft_is_composed_and_not_sent(scene, mode, composed, sent):
    _, work, _ = asked_in(scene, mode)
    assert (work.composed, work.sent) == (composed, sent)
    assert len(scene.servers.mailbox(TEAM, "Drafts")) == (mode == "drafts")


def test_a_draft_that_is_found_after_a_crash_is_not_counted_as_sent_either(scene, monkeypatch):
    class Died(BaseException):
        pass

    def dies(*args):
        append(*args)
        raise Died

    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.tick()
    scene.at("2026-03-03 10:00")
    append = scene.keepwarm.inbox.append
    monkeypatch.setattr(scene.keepwarm.inbox, "append", dies)
    with pytest.raises(Died):
        scene.tick()
    scene.policy(scene.rules_text, ("mode: live", "mode: drafts"))
    assert scene.run("2026-03-03 12:00").sent == 0
    assert len(scene.servers.mailbox(TEAM, "Drafts")) == 1


def test_what_held_a_letter_is_still_told_when_it_has_gone_out(scene):
    scene.tick()
    scene.at("2026-03-02 16:30")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.tick()
    scene.at("2026-03-02 19:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.run("2026-03-03 10:00")
    books = scene.keepwarm.books
    [sent, held] = [
        x for x in entries(books, list(books.people.contractors)) if x.decision.rule == "Thank a quick answer"
    ]
    assert (sent.decision.verdict, held.decision.verdict) == ("send", "hold")
    assert "outside" in held.why
    assert held.decision.at < sent.decision.at


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("30 minutes", "if: took: it took 13 h 00 min, not under 30 minutes"),
        ("30 working minutes", "if: took: it took 1 h 00 min of working time, not under 30 working minutes"),
    ],
)
def test_how_long_an_answer_took_is_told_by_the_clock_that_the_rule_asks(scene, limit, why):
    scene.policy(scene.rules_text, ("under 2 working hours", f"under {limit}"))
    scene.tick()
    scene.at("2026-03-02 20:00")  # Maria works until 17:00
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-03 09:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.tick()
    assert scene.why("Thank a quick answer") == [("suppress", why)]


def test_who_is_not_meant_is_named_once(scene):
    scene.policy(scene.rules_text, ("took: under 2 working hours", "contractor: [Ben]"))
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    scene.live("2026-03-02 12:00")
    assert scene.why("Thank a quick answer") == [("suppress", "if: contractor: Maria Santos, not Ben")]
