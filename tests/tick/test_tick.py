"""The whole spine on embedded servers: a real inbox in, a real letter out."""

from relationship.decisions import Verdict

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"


def decisions(scene, rule):
    books = scene.keepwarm.books
    return [
        d for key in books.people.contractors for d in books.story(key).decisions.values() if d.rule == rule
    ]


def test_the_first_run_is_silent(scene):
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 08:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.writes(DANA, BEN, "Site", "Could you look at the site?")
    scene.tick()
    scene.run("2026-03-10 08:00")
    assert scene.servers.accepted == []


def test_a_quick_answer_is_thanked_in_its_thread_once(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:40")
    answer = scene.writes(MARIA, TEAM, "Re: Logo", "Here it is, in three sizes.", question)
    work = scene.tick()
    assert (work.recorded, work.sent) == (2, 1)
    [letter] = scene.letters(MARIA)
    assert letter.subject == "Re: Logo"
    assert f"<{letter.parents[-1]}>" == answer
    assert "40" in letter.raw.text.decode()
    scene.run("2026-03-03 10:00")
    assert len(scene.letters(MARIA)) == 1
    copies = [mail for mail in scene.servers.mailbox(TEAM, "Sent") if b"X-Keepwarm-Letter" in mail.content]
    assert len(copies) == 1
    assert "\\Seen" in copies[0].flags


def test_a_question_is_chased_gently_once_and_the_firm_one_is_cancelled_by_the_answer(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-03 10:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
    scene.run("2026-03-04 10:00")
    assert len(scene.letters(MARIA)) == 1
    scene.writes(MARIA, TEAM, "Re: Logo", "Sorry for the wait, here it is.", question)
    scene.run("2026-03-12 10:00")
    assert len(scene.letters(MARIA)) == 1
    firm = next(d for d in decisions(scene, "Chase") if d.step == 1)
    assert firm.verdict is Verdict.SUPPRESS
    assert firm.why.startswith("cancelled: Maria Santos answered")


def test_the_owner_goes_first(scene):
    scene.tick()
    scene.at("2026-03-02 14:00")
    older = scene.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
    scene.at("2026-03-02 14:30")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-05 15:00")
    assert scene.letters(MARIA) == []
    assert any("Maria" in mail.raw.text.decode() for mail in scene.letters(DANA))
    scene.writes(DANA, MARIA, "Re: Invoice", "The one on the site.", older)
    scene.run("2026-03-06 16:00")
    assert scene.subjects(MARIA) == ["Re: Logo"]
