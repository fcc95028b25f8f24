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
