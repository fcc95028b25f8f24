"""What is long closed lies in the yearly files, is still in the ledger, and comes back when it is answered."""

from datetime import timedelta

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"


def a_year_on(scene):
    """A question and its answer in March, another open question, and then more than a quiet year."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    unanswered = scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.tick()
    scene.run("2027-05-15 10:00", timedelta(days=7))
    return question, unanswered


def test_closed_conversations_leave_the_live_facts_and_stay_in_the_ledger(scene):
    a_year_on(scene)
    key = scene.story("Maria").key
    assert scene.story("Maria").messages == ()
    whole = scene.keepwarm.books.whole_story(key)
    assert [turn.subject for turn in whole.ledger.exchanges] == ["Logo"]
    assert [turn.subject for turn in whole.ledger.waits if turn.asks] == ["Flyer"]


def test_a_late_answer_finds_its_conversation_again(scene):
    _, unanswered = a_year_on(scene)
    scene.writes(MARIA, TEAM, "Re: Flyer", "At last, here it is.", unanswered)
    scene.tick()
    [turn] = scene.story("Maria").ledger.exchanges
    assert turn.subject == "Flyer"
    assert turn.asked == unanswered.strip("<>")


def test_mail_that_is_seen_once_more_is_not_recorded_again(scene):
    a_year_on(scene)
    for mail in scene.servers.mailbox(TEAM):
        scene.servers.deliver_to(TEAM, mail.content, mail.at, "Archive")
    assert scene.tick().recorded == 0
    assert scene.story("Maria").messages == ()


def test_the_year_that_the_temperature_compares_with_stays_live(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.run("2027-03-30 10:00", timedelta(days=7))
    assert len(scene.story("Maria").messages) == 2


def test_old_mail_to_the_owner_is_archived_too(scene):
    scene.policy(scene.rules_text, ("digest: off", "digest: Monday 08:00"))
    scene.tick()
    scene.run("2027-06-15 14:00", timedelta(days=1))
    live = scene.keepwarm.books.owner.letters.values()
    assert 50 < len(live) < 60
    kept = [fact.occasion for fact in scene.store.history("owner")]
    assert kept[0] == "digest/2026-03-02"
    assert not {letter.occasion for letter in live} & set(kept)
