"""The first temperature over an old mailbox is told to nobody, whatever day it falls on."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from store.memory import MemoryStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA = "maria@contract.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 3, 2, 14, tzinfo=UTC)  # a Monday; both are at work

CHANGES = """
  - name: Fell
    when: temperature fell
    send: owner/getting-cold
    deliver: any time
  - name: Rose
    when: temperature rose
    send: owner/warm-again
    deliver: any time
"""


def half_a_year(scene, good_until, silent_for, good_again):
    """Maria answers within the hour; then not at all for so many days; then again for so many."""
    dice = random.Random(good_until)
    for number in range(good_until + silent_for + good_again):
        if (BEGIN + number * DAY).weekday() >= 5:
            continue
        scene.now = BEGIN + number * DAY + timedelta(minutes=dice.randrange(60))
        question = scene.writes(DANA, MARIA, f"Job {number}", "Could you do this?")
        if not good_until <= number < good_until + silent_for:
            scene.now += timedelta(minutes=dice.randrange(10, 50))
            scene.writes(MARIA, TEAM, f"Re: Job {number}", "Here it is.", question)


@pytest.mark.parametrize(
    ("shape", "states"),
    [((120, 20, 0), {"warm", "cooling", "cold"}), ((90, 30, 30), {"cooling", "cold", "warm"})],
)
def test_the_first_look_at_a_history_is_silent_on_whatever_day_it_comes(scene, shape, states):
    half_a_year(scene, *shape)
    last, found = scene.now, set()
    for day in range(-6, 16, 3):
        scene.now = max(last, last + day * DAY)
        scene.store, scene.keepwarm = MemoryStore(), None
        scene.policy(scene.rules_text + CHANGES)
        scene.tick()
        first = scene.story("Maria").temperature
        found.add(first.state)
        assert first.before == ""
        scene.now += HOUR
        scene.tick()
        assert scene.servers.accepted == []
    assert found <= states
    assert found & {"cooling", "cold"}


def test_what_changes_after_the_first_look_is_told(scene):
    half_a_year(scene, 120, 0, 0)
    scene.policy(scene.rules_text + CHANGES)
    scene.tick()
    assert scene.story("Maria").temperature.state == "warm"
    for number in range(30):
        scene.now += DAY
        if scene.now.weekday() < 5:
            scene.writes(DANA, MARIA, f"Question {number}", "Could you look at this?")
        scene.tick()
    [fell] = scene.sent("Fell")[:1]
    assert "“Question 0” has waited" in next(out.text for out in scene.out if out.rule == "Fell")
    assert fell > "2026-07-04"
