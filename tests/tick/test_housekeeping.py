"""What is long closed lies in the yearly files, is still in the ledger, and comes back when it is answered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import State
from relationship.facts.messages import Bounce, Kind, Message, Side
from relationship.warmth.evidence import Evidence
from tick.bookkeeping.housekeeping import _closed

TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
LAST = {"Invoices", "Re: Invoices"}  # from the last word of each side a silence counts


def a_year_on(scene):
    """A question and its answer in March, another open question, a word of each side, and then a quiet year."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    unanswered = scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.tick()
    scene.at("2026-03-02 16:00")
    last = scene.writes(DANA, MARIA, "Invoices", "Both have come.")
    scene.writes(MARIA, TEAM, "Re: Invoices", "I had seen it.", last)
    scene.run("2027-05-15 10:00", timedelta(days=7))
    return question, unanswered


def test_closed_conversations_leave_the_live_facts_and_stay_in_the_ledger(scene):
    a_year_on(scene)
    key = scene.story("Maria").key
    assert live(scene) == LAST
    whole = scene.keepwarm.books.whole_story(key)
    assert [turn.subject for turn in whole.ledger.exchanges] == ["Logo", "Invoices"]
    assert [turn.subject for turn in whole.ledger.waits if turn.asks] == ["Flyer"]


def test_a_late_answer_finds_its_conversation_again(scene):
    _, unanswered = a_year_on(scene)
    scene.writes(MARIA, TEAM, "Re: Flyer", "At last, here it is.", unanswered)
    scene.tick()
    [turn] = [turn for turn in scene.story("Maria").ledger.exchanges if turn.subject == "Flyer"]
    assert turn.asked == unanswered.strip("<>")


def test_mail_that_is_seen_once_more_is_not_recorded_again(scene):
    a_year_on(scene)
    for mail in scene.servers.mailbox(TEAM):
        scene.servers.deliver_to(TEAM, mail.content, mail.at, "Archive")
    assert scene.tick().recorded == 0
    assert live(scene) == LAST


def test_what_is_archived_is_what_was_recorded_and_not_what_the_fold_made_of_it(scene):
    """An answer that came before its question counts from then on; of what else it answers nobody knows yet."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    asked = f"<2.{int(scene.now.timestamp()) + 7200}@acme.example>"
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", asked)
    scene.tick()
    scene.at("2026-03-02 12:00")
    assert scene.writes(DANA, MARIA, "Logo", "Could you send the logo?") == asked
    scene.tick()
    talk(scene, "2026-03-02 14:00")
    key = scene.story("Maria").key
    recorded = dict(scene.store.load(key).messages)
    folded = next(m for m in scene.story("Maria").messages if m.parents == (asked.strip("<>"),))
    assert folded.at > recorded[folded.key].at
    scene.run("2026-06-15 10:00", timedelta(days=7))
    archived = [fact for fact in scene.store.history(key) if isinstance(fact, Message)]
    assert folded.key in {message.key for message in archived}
    assert all(recorded[message.key] == message for message in archived)


def test_the_year_that_the_temperature_compares_with_stays_live(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.run("2027-03-30 10:00", timedelta(days=7))
    assert live(scene) >= {"Logo", "Re: Logo"}


def test_old_mail_to_the_owner_is_archived_too(scene):
    scene.policy(scene.rules_text, ("digest: off", "digest: Monday 08:00"))
    scene.tick()
    scene.run("2027-06-15 14:00", timedelta(days=1))
    live = scene.keepwarm.books.owner.letters.values()
    assert 50 < len(live) < 60
    kept = [fact.occasion for fact in scene.store.history("owner")]
    assert kept[0] == "digest/2026-03-02"
    assert not {letter.occasion for letter in live} & set(kept)


# -- plain talk leaves early, and stays in numbers ---------------------------------------------------------


def talk(scene, at="2026-03-02 10:00"):
    """A question and its answer, then some days later a word of each side in another conversation."""
    scene.tick()
    scene.at(at)
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.now += timedelta(hours=5)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.tick()
    scene.now += timedelta(days=3)
    later = scene.writes(DANA, MARIA, "Invoices", "Both have come.")
    scene.writes(MARIA, TEAM, "Re: Invoices", "I had seen it.", later)
    scene.tick()
    return question


def live(scene, name="Maria"):
    return {m.subject for m in scene.story(name).messages}


def test_plain_talk_leaves_after_five_weeks_and_counts_all_the_same(scene):
    talk(scene)
    scene.run("2026-04-05 10:00", timedelta(days=1))
    assert "Logo" in live(scene)
    before = scene.story("Maria")
    scene.run("2026-04-08 10:00", timedelta(days=1))
    after = scene.story("Maria")
    assert "Logo" not in live(scene)
    assert "Invoices" in live(scene), "from the last word of each side a silence counts"
    assert [(x.since, x.answered_at, x.party, x.asks) for x in after.exchanges] == [
        (x.since, x.answered_at, x.party, x.asks) for x in before.exchanges
    ]
    assert Evidence(after).contacts == Evidence(before).contacts
    assert [x.worked for x in Evidence(after).answers[Side.CONTRACTOR]] == [
        x.worked for x in Evidence(before).answers[Side.CONTRACTOR]
    ]


def test_what_comes_in_old_leaves_in_its_own_time(scene):
    talk(scene)
    found_at = scene.now = scene.now + timedelta(days=10)
    scene.tick()
    scene.now -= timedelta(days=33)
    scene.writes(MARIA, TEAM, "Photos", "Here they are.")
    scene.now = found_at
    scene.tick()
    assert "Photos" in live(scene)
    scene.run(f"{found_at + timedelta(days=4):%Y-%m-%d %H:%M}", timedelta(days=1))
    assert "Photos" not in live(scene)
    assert "Logo" in live(scene)


def test_no_day_leaves_what_is_over(scene):
    """Housekeeping skips the days on which it foresees that nothing can be."""
    scene.tick()
    gone = 0
    for month in range(16):
        scene.at(f"{2026 + (month + 2) // 12}-{(month + 2) % 12 + 1:02}-03 10:00")
        question = scene.writes(DANA, MARIA, f"Logo {month}", "Could you send the logo?")
        if month % 3:
            scene.writes(MARIA, TEAM, f"Re: Logo {month}", "Here it is.", question)
        for _ in range(27):
            scene.tick()
            before = len(scene.story("Maria").messages)
            assert not _closed(scene.story("Maria"), scene.now).facts
            scene.now += timedelta(days=1)
            scene.tick()
            gone += len(scene.story("Maria").messages) < before
    assert gone > 5


def test_a_question_stays_until_it_is_given_up_and_is_listed_still(scene):
    scene.tick()
    scene.at("2026-03-02 15:00")
    scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    talk(scene, "2026-03-03 10:00")
    scene.run("2026-04-30 10:00", timedelta(days=1))
    assert "Flyer" in live(scene)
    scene.run("2026-05-20 10:00", timedelta(days=1))
    assert "Flyer" not in live(scene)
    assert [x.subject for x in scene.story("Maria").past.waits if x.asks] == ["Flyer"]
    assert not any(x.asks for x in scene.story("Maria").waits(Side.CONTRACTOR))


def test_what_holds_more_than_talk_stays(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    brief = scene.writes(DANA, MARIA, "Poster", "Could you draw a poster?\n\n#due 20 March 2026")
    scene.at("2026-03-18 10:00")
    scene.writes(MARIA, TEAM, "Re: Poster", "#done", brief)
    talk(scene, "2026-03-19 10:00")
    scene.run("2026-07-01 10:00", timedelta(days=3))
    assert live(scene) >= {"Poster", "Re: Poster"}


def test_a_late_answer_brings_talk_back_whole_and_its_numbers_go(scene):
    question = talk(scene)
    scene.run("2026-04-20 10:00", timedelta(days=1))
    decided = scene.keepwarm.books.whole_story(scene.story("Maria").key).decisions
    number = len(scene.story("Maria").exchanges)
    scene.writes(MARIA, TEAM, "Re: Logo", "A better one, do you like it?", question)
    scene.tick()
    story = scene.story("Maria")
    assert len([m for m in story.messages if "Logo" in m.subject]) == 3
    assert len(story.exchanges) == number
    assert not any("Logo" in line for month in story.past.summaries.values() for line in month.lines)
    assert story.decisions.items() >= {k: v for k, v in decided.items() if "Logo" in v.about}.items()


def test_what_is_decided_of_talk_that_came_back_stays(scene):
    """More mail in it leads to the yearly files as well, where an older word on it lies."""
    scene.tick()
    scene.at("2026-03-02 15:00")
    asked = scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    talk(scene, "2026-03-03 10:00")
    scene.run("2026-05-20 10:00", timedelta(days=1))
    assert "Flyer" not in live(scene)
    for text in ("At last, here it is. Do you like it?", "Or shall I change it?", "Are you there?"):
        scene.writes(MARIA, TEAM, "Re: Flyer", text, asked)
        scene.run(f"{scene.now + timedelta(hours=26):%Y-%m-%d %H:%M}", timedelta(hours=1))
    [known] = {x.key: x for x in scene.story("Maria").messages if x.subject == "Flyer"}.values()
    scene.store.commit(scene.story("Maria").key, [replace(known, starred_at=scene.now)])
    scene.keepwarm.books.revive(scene.story("Maria").key, [known.key])
    assert scene.store.load(scene.story("Maria").key).messages[known.key].starred_at == scene.now


def test_an_answer_that_only_outlook_ties_to_its_question_brings_it_back(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    root = "AdyZf1B2Qk3T5mVwR7eXaSdFgHjKlA=="
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?", Thread_Index=root)
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", Thread_Index=root)
    talk(scene, "2026-03-04 10:00")
    scene.run("2026-04-20 10:00", timedelta(days=1))
    assert "Logo" not in live(scene)
    scene.writes(MARIA, TEAM, "Re: Logo", "Shall I send the source, too?", Thread_Index=root)
    scene.tick()
    [wait] = [x for x in scene.story("Maria").waits(Side.OWNER) if x.asks]
    assert len(scene.story("Maria").in_conversation(wait.conversation)) == 3


def test_a_star_on_old_talk_brings_it_back_and_is_thanked_for_once(scene):
    talk(scene)
    scene.run("2026-04-20 10:00", timedelta(days=1))
    assert "Re: Logo" not in live(scene)
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.run("2026-04-21 16:00", timedelta(hours=1))
    assert "Re: Logo" in live(scene)
    assert len(scene.sent("Thank what I starred")) == 1
    scene.run("2026-06-20 16:00", timedelta(days=1))
    assert len(scene.sent("Thank what I starred")) == 1


def test_a_star_stays_where_its_mail_is_older_than_the_history_that_is_read(scene):
    scene.policy(scene.rules_text, ("  smtp:", "  history: 5 days\n  smtp:"))
    scene.tick()
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Logo", "Here it is.")
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.run("2026-03-04 16:00", timedelta(hours=1))
    scene.run("2026-03-16 16:00", timedelta(hours=8))
    [delivery] = [message for message in scene.story("Maria").messages if message.subject == "Logo"]
    assert delivery.starred_at


def test_a_star_on_a_mail_that_was_moved_in_late_is_taken_back_as_any_other(scene):
    scene.policy(scene.rules_text, ("  smtp:", "  history: 5 days\n  smtp:"))
    scene.tick()
    scene.at("2026-03-10 12:00")
    scene.writes(MARIA, TEAM, "Logo", "Here it is.", Date="Mon, 02 Mar 2026 09:00:00 +0000")
    scene.tick()
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.live("2026-03-10 12:03")
    scene.servers.flag(TEAM, "INBOX", 0, [])
    scene.live("2026-03-11 18:00")
    assert scene.sent("Thank what I starred") == []


def test_a_contractor_who_was_seen_before_a_question_was_asked_is_no_unrecorded_mail(scene):
    """The last look in every folder knows what has gone to the yearly files."""
    scene.tick()
    scene.at("2026-03-02 15:00")
    asked = scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    talk(scene, "2026-03-03 10:00")
    scene.run("2026-04-20 10:00", timedelta(days=1))
    scene.writes(DANA, MARIA, "Re: Flyer", "Could you send it, please?", asked)
    scene.run("2026-04-21 16:00", timedelta(hours=1))
    assert not any("not in the ledger" in why for _, why in scene.why("Chase"))


def test_mail_that_was_seen_late_is_judged_before_it_goes(scene):
    """The daemon was down for two months: what came then is looked at by the rules before it is put away."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.at("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    later = scene.writes(DANA, MARIA, "Invoices", "Both have come.")
    scene.writes(MARIA, TEAM, "Re: Invoices", "I had seen it.", later)
    scene.at("2026-05-04 10:00")
    scene.tick()
    assert len(scene.why("Thank a quick answer")) == 2
    assert "Re: Logo" in live(scene)
    scene.run("2026-05-20 10:00", timedelta(days=1))
    assert "Re: Logo" not in live(scene)


def put(scene, *messages):
    """Messages as if they had been read, each some days after the one before it."""
    key = scene.story("Maria").key
    start = datetime(2026, 3, 3, 10, tzinfo=UTC)
    for number, (days, side, kind, more) in enumerate(messages):
        at = start + timedelta(days=days)
        usual = {
            "key": f"put{number}",
            "message_id": f"put{number}",
            "reason": "",
            "subject": f"Talk {number}",
        }
        who = {"sender": MARIA if side is Side.CONTRACTOR else DANA, "side": side, "kind": kind}
        scene.keepwarm.books.commit(key, [Message(at=at, seen_at=at, **{**usual, **who, **more})])


def test_that_the_owner_was_told_a_thing_once_is_remembered_for_good(scene):
    scene.at("2026-03-02 10:00")
    scene.tick()
    key = scene.story("Maria").key
    told, passed = (
        Decision(scene.now, "Check-in outside hours", key, occasion, "", 0, Verdict.SEND, "")
        for occasion in ("check-in outside hours/contractor", "anniversary/2026-03-01")
    )
    scene.keepwarm.books.commit(key, [told, passed])
    scene.run("2027-05-15 10:00", timedelta(days=7))
    assert scene.story("Maria").decisions.keys() & {told.key, passed.key} == {told.key}


def test_a_bounce_that_a_mail_has_lifted_stays_lifted(scene):
    scene.tick()
    bounce = {"bounce": Bounce(MARIA, "5.1.1", permanent=True)}
    put(
        scene,
        (0, Side.CONTRACTOR, Kind.BOUNCE, bounce),
        (1, Side.CONTRACTOR, Kind.HUMAN, {}),
        (2, Side.CONTRACTOR, Kind.HUMAN, {"sender": "maria.s@mail.example"}),
        (2, Side.OWNER, Kind.HUMAN, {}),
    )
    scene.run("2026-05-20 10:00", timedelta(days=2))
    assert not scene.story("Maria").bouncing


def test_an_absence_ends_where_mail_said_so_that_lies_in_the_yearly_files(scene):
    scene.tick()
    put(
        scene,
        (0, Side.CONTRACTOR, Kind.AUTO_REPLY, {"back_on": date(2026, 3, 30)}),
        (2, Side.CONTRACTOR, Kind.HUMAN, {}),
        (30, Side.CONTRACTOR, Kind.HUMAN, {}),
        (30, Side.OWNER, Kind.HUMAN, {}),
    )
    before = scene.story("Maria").absences
    scene.run("2026-04-20 10:00", timedelta(days=2))
    assert "Talk 1" not in live(scene)
    assert scene.story("Maria").absences == before
    assert f"{before[0].until:%Y-%m-%d}" == "2026-03-05"


def test_letters_that_were_stopped_stay_stopped_for_years(scene):
    scene.tick()
    put(
        scene,
        (0, Side.CONTRACTOR, Kind.HUMAN, {"tags": ("pause",)}),
        (3, Side.CONTRACTOR, Kind.HUMAN, {}),
        (3, Side.OWNER, Kind.HUMAN, {}),
    )
    scene.run("2028-03-20 10:00", timedelta(days=30))
    assert scene.story("Maria").paused_by == ("contractor",)


def test_a_silence_of_years_does_not_end_by_itself(scene):
    rose = "  - {{name: Rose, when: temperature rose, send: owner/warm-again}}\n"
    scene.policy(scene.rules_text + rose)
    talk(scene)
    scene.run("2029-03-05 16:00", timedelta(days=5))
    assert live(scene) == LAST
    assert scene.story("Maria").temperature.state == "cold"
    assert scene.sent("Rose") == []
    assert [x.occasion for x in scene.story("Maria").decisions.values() if "start" in x.occasion] == []


def test_an_address_that_bounces_does_so_for_years(scene):
    scene.policy(scene.rules_text + "  - {{name: Bounced, when: bounced, send: owner/address-bounces}}\n")
    talk(scene)
    bounce = {"bounce": Bounce(MARIA, "5.1.1", permanent=True), "sender": "mailer-daemon@contract.example"}
    put(scene, (10, Side.CONTRACTOR, Kind.BOUNCE, bounce))
    scene.run("2028-03-06 16:00", timedelta(days=5))
    assert set(scene.story("Maria").bouncing) == {MARIA}
    assert len(scene.why("Bounced")) == 1


def test_an_address_that_our_own_server_refused_is_refused_for_years(scene):
    talk(scene)
    scene.now += timedelta(hours=1)
    key = scene.story("Maria").key
    letter = next(iter(scene.story("Maria").letters.values()))
    reply = "550 5.1.1 no such user"
    lost = replace(
        letter, token="f" * 24, state=State.REFUSED, to=(MARIA,), reply=reply, attempted_at=scene.now
    )
    scene.keepwarm.books.commit(key, [replace(lost, sent_at=None, created_at=scene.now)])
    scene.run("2028-03-06 16:00", timedelta(days=5))
    assert set(scene.story("Maria").turned_away) == {MARIA}


def test_letters_count_for_as_long_as_a_limit_looks_back(scene):
    scene.policy(scene.rules_text, ("at most: once in 2 weeks", "at most: once in 2 years"))
    scene.tick()
    for at in ("2026-03-02 10:00", "2027-09-01 10:00", "2028-05-01 10:00"):
        scene.run(at, timedelta(days=5))
        question = scene.writes(DANA, MARIA, f"Logo {at}", "Could you send the logo?")
        scene.tick()
        scene.now += timedelta(minutes=30)
        scene.writes(MARIA, TEAM, f"Re: Logo {at}", "Here it is.", question)
        scene.tick()
    assert scene.sent("Thank a quick answer") == ["2026-03-02 10:30", "2028-05-01 10:30"]


def posted(scene, subject, name="", answers="", at=None):
    """Maria writes, under an id of the test's own, or without one."""
    at = at or scene.now
    lines = [f"From: {MARIA}", f"To: {TEAM}", f"Subject: {subject}", f"Date: {format_datetime(at)}"]
    lines += [f"Message-ID: {name}"] if name else []
    lines += [f"References: {answers}"] if answers else []
    scene.servers.deliver_to(TEAM, "\r\n".join([*lines, "", "I had seen it."]).encode(), at)


def answered(scene):
    """What was asked in all the years, and whether it was answered."""
    story = scene.keepwarm.books.whole_story(scene.story("Maria").key)
    turns = sorted((*story.ledger.exchanges, *story.ledger.waits), key=lambda turn: turn.since)
    return [(turn.subject, str(turn.party), bool(turn.answered)) for turn in turns]


def test_another_mail_with_the_id_of_an_archived_one_is_recorded(scene):
    """Some mail programs give two mails one id; the second is an answer, and nobody may be chased for it."""
    scene.tick()
    scene.at("2026-03-02 10:00")
    posted(scene, "Flyer", "<one@contract.example>")
    scene.tick()
    talk(scene, "2026-03-03 10:00")
    scene.run("2026-05-20 10:00", timedelta(days=1))
    assert "Flyer" not in live(scene)
    question = scene.writes(DANA, MARIA, "Site", "Could you look at it?")
    scene.tick()
    scene.now += timedelta(hours=1)
    posted(scene, "Re: Site", "<one@contract.example>", question)
    scene.tick()
    assert ("Site", "contractor", True) in answered(scene)
    assert ("Flyer", "owner", False) in answered(scene)
    talk(scene, "2026-05-21 10:00")
    scene.run("2026-08-20 10:00", timedelta(days=1))
    assert "Re: Site" not in live(scene)
    whole = scene.keepwarm.books.whole_story(scene.story("Maria").key)
    assert {"Flyer", "Re: Site"} <= {message.subject for message in whole.messages}, "each has its own key"


@pytest.mark.parametrize("names", [("<one@contract.example>", ""), ("", "<one@contract.example>")])
def test_a_copy_without_an_id_of_an_archived_mail_is_no_other_mail(scene, names):
    scene.tick()
    scene.at("2026-03-02 10:00")
    at, (first, second) = scene.now, names
    posted(scene, "Flyer", first)
    scene.tick()
    talk(scene, "2026-03-03 10:00")
    scene.run("2026-05-20 10:00", timedelta(days=1))
    assert "Flyer" not in live(scene)
    before = answered(scene)
    posted(scene, "Flyer", second, at=at)
    scene.tick()
    assert answered(scene) == before
    scene.writes(DANA, MARIA, "Re: Flyer", "Thanks!", "<one@contract.example>")
    scene.tick()
    assert ("Flyer", "owner", True) in answered(scene)
