"""A clock that was wrong for a while: what was history before is history afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from store.protocol import Heartbeat

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA = "maria@contract.example"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def answered(scene, subject, asked, at):
    scene.now = asked
    question = scene.writes(DANA, MARIA, subject, "Could you send it?")
    scene.now = at
    scene.writes(MARIA, TEAM, f"Re: {subject}", "Here it is.", answers=question)


def tick_at(scene, now):
    scene.now = now
    scene.tick()
    scene.store.beat(Heartbeat(now))  # as the daemon does after a good tick


def begun_at_noon(scene):
    """An answer of half past eleven is history."""
    answered(scene, "Logo", NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    tick_at(scene, NOON)


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=1), timedelta(days=400)])
@pytest.mark.parametrize("running", [True, False])
def test_a_clock_that_is_set_back_and_right_again_makes_no_history_news(scene, back, running):
    begun_at_noon(scene)
    for minutes, wrong in ((1, -back), (2, -back * 2), (3, timedelta())):
        now = NOON + timedelta(minutes=minutes) + wrong
        if running:
            scene.keepwarm.start_over(now)
        else:
            scene.restart()
        tick_at(scene, now)
        tick_at(scene, now + timedelta(seconds=30))
    assert scene.out == []
    answered(scene, "Flyer", NOON + timedelta(minutes=10), NOON + timedelta(minutes=30))
    tick_at(scene, NOON + timedelta(minutes=31))
    assert [letter.subject for letter in scene.out] == ["Re: Flyer"]


def test_nothing_is_lost_where_no_mailbox_was_in_reach_by_the_wrong_clock(scene):
    begun_at_noon(scene)
    tick_at(scene, NOON + timedelta(minutes=1))
    scene.keepwarm.start_over(NOON - timedelta(days=3))
    scene.keepwarm.start_over(NOON + timedelta(minutes=2))
    tick_at(scene, NOON + timedelta(minutes=3))
    assert scene.out == []


def test_who_began_by_a_clock_of_tomorrow_loses_nothing_when_tomorrow_comes(scene):
    tick_at(scene, NOON + timedelta(days=1))
    scene.restart()
    tick_at(scene, NOON)
    for hours in range(1, 24):
        tick_at(scene, NOON + timedelta(hours=hours))
    answered(scene, "Logo", NOON + timedelta(hours=23), NOON + timedelta(hours=23, minutes=50))
    tick_at(scene, NOON + timedelta(hours=23, minutes=59))
    tick_at(scene, NOON + timedelta(hours=24, minutes=1))
    scene.restart()
    tick_at(scene, NOON + timedelta(hours=24, minutes=2))
    [profile] = [x for x in scene.keepwarm.books.profiles.values() if x.name == "Maria Santos"]
    assert profile.watermark == NOON


def ahead(scene, by):
    """The clock is ahead for an hour, and right again."""
    now = scene.now
    for wrong in (by, by + timedelta(hours=1), timedelta(minutes=1)):
        scene.keepwarm.start_over(now + wrong)
        tick_at(scene, now + wrong)


def test_what_comes_round_goes_on_after_a_clock_that_was_ahead(scene):
    """By that clock the next one had gone out already; the one after it was looked for by nobody."""
    weekly = "  - name: Weekly\n    when: every\n    on: every Monday at 10:00\n    send: ideas/ask\n"
    scene.policy(scene.rules_text + weekly)
    tick_at(scene, NOON)
    ahead(scene, timedelta(days=7))
    scene.live("2026-03-26 12:00")
    to_maria = [out.at for out in scene.out if (out.rule, out.to) == ("Weekly", MARIA)]
    assert to_maria == ["2026-03-10 12:00", "2026-03-16 14:00", "2026-03-23 14:00"]


def test_a_clock_that_was_ahead_leaves_no_temperature_until_its_day_comes(scene):
    rule = "  - name: {0}\n    when: temperature {0}\n    send: owner/{1}\n    deliver: any time\n"
    scene.policy(scene.rules_text + rule.format("fell", "getting-cold") + rule.format("rose", "warm-again"))
    tick_at(scene, NOON)
    for _ in range(8):
        answered(scene, f"Task {scene.count}", scene.now, scene.now + timedelta(minutes=90))
        tick_at(scene, scene.now + timedelta(minutes=1))
        scene.live(f"{scene.now + timedelta(days=7):%Y-%m-%d %H:%M}")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    ahead(scene, timedelta(days=60))
    noted = [one.state for one in scene.story("Maria").temperatures.values()]
    assert noted[-2:] == ["cold", "warm"], "by that clock, and by the right one"
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", answers=question)
    scene.live(f"{scene.now + timedelta(days=40):%Y-%m-%d %H:%M}")
    assert scene.story("Maria").temperature.state != "warm"


def test_nor_does_a_letter_of_next_month_count_as_praise_until_then(scene):
    praise = "  - name: Praise\n    when: no praise\n    steps:\n      - {{after: 10 days, send: owner/no-praise}}\n"
    scene.policy(scene.rules_text + praise)
    tick_at(scene, NOON)
    scene.writes(MARIA, TEAM, "Logo", "Here is the logo.")
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    ahead(scene, timedelta(days=56))
    assert scene.sent("Thank what I starred") == ["2026-04-28 13:00"], "by that clock"
    scene.live("2026-03-20 12:00")
    assert scene.sent("Praise") == ["2026-03-13 13:00"]


@pytest.mark.parametrize("days", [6, 20, 398])
def test_check_ins_go_on_after_a_clock_that_was_ahead(scene, days):
    """By that clock one was planned for its own time, and the next one counted from it: there was none until then."""
    rule = "rules:\n  - name: Call\n    when: check-in due\n    invite: check-ins/agenda\n"
    scene.policy(scene.rules_text.replace("rules:\n", "check-ins: {{active: every week}}\n" + rule, 1))
    tick_at(scene, NOON)
    scene.live("2026-03-24 12:00")
    ahead(scene, timedelta(days=days))
    scene.live("2026-04-21 12:00")
    soon = sorted(x.starts_at for x in scene.story("Maria").check_ins.values() if x.starts_at < scene.now)
    assert [at.isocalendar().week for at in soon] == [11, 12, 13, 14, 15, 16]
