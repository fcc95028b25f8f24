"""Nobody is looked at too seldom: who rests for days misses nothing that a look on each day would have found."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from daemon import House
from relationship.facts import Profile
from relationship.messages import Kind, Message, Side
from rules.policy import Policy
from store.memory import MemoryStore
from tick.books import Books
from tick.rehearsal.replay import Replay, Seen
from tick.rehearsal.simulation import play

EXAMPLE = Path(__file__).parents[1] / "rules" / "rules.example.yaml"
BEGIN, END = datetime(2025, 9, 20, 12, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
PEOPLE = (
    {"timezone": "Europe/Lisbon", "since": "2025-09-01", "holidays": "PT", "check-ins": "every 2 weeks"},
    {"timezone": "America/New_York", "since": "2024-02-29", "away": ["2025-11-20..2025-12-10"]},
    {"timezone": "Asia/Manila", "since": "2025-12-20", "hours": "Mon-Fri 21:00-06:00"},
    {"timezone": "Australia/Lord_Howe", "since": "2024-03-01", "pay": ["15th"]},
    {"timezone": "Pacific/Auckland", "since": "2025-10-05", "phase": "backup"},
)


def policy_in(folder: Path) -> tuple[House, Policy]:
    """The example's rules for these people; none of them asks for the temperature, which is judged every day."""
    names = [
        {"name": f"Person {n}", "email": f"p{n}@contract.example", **who} for n, who in enumerate(PEOPLE)
    ]
    head, _, rest = EXAMPLE.read_text(encoding="utf-8").partition("contractors:")
    _, _, rest = rest.partition("\ndefaults:")
    before, _, after = rest.partition("  - name: Getting cold")
    people = yaml.safe_dump({"contractors": names})
    house = House(folder / "rules.yaml", folder / "data")
    rules = f"{head}{people}defaults:{before}{after[after.index('  - name:') :]}"
    house.rules.write_text(rules.replace("digest: Monday 08:00", "digest: off"), encoding="utf-8")
    policy = house.policy(house.templates())
    return house, replace(policy, temperature=replace(policy.temperature, judged=False))


def letters_of(dice: random.Random, number: int) -> Iterator[Seen]:
    """What one person and the owner write to each other: seldom, with weeks of silence, and sometimes at once."""
    at = BEGIN
    for talk in range(25):
        at += timedelta(days=dice.expovariate(1 / 16))
        when, side, parents = at.replace(microsecond=0), dice.choice(list(Side)), tuple[str, ...]()
        for turn in range(dice.choice((1, 2, 3, 5))):
            key, what = f"{number}.{talk}.{turn}@x", dice.random()
            extra: dict[str, object] = {"asks": what < 0.5, "closes": what > 0.8}
            if 0.5 < what < 0.62:
                extra["tags"] = (dice.choice(("done", "settled", "idea", "paid", "nrn", "pause", "resume")),)
            elif 0.62 < what < 0.7:
                extra["due"] = when.date() + timedelta(days=dice.randrange(1, 25))
            elif 0.7 < what < 0.75 and side is Side.CONTRACTOR:
                extra |= {"kind": Kind.AUTO_REPLY, "back_on": when.date() + timedelta(days=dice.randrange(9))}
            extra = {"kind": Kind.HUMAN, "parents": parents, "message_id": key, "fingerprint": key} | extra
            sender = f"p{number}@contract.example" if side is Side.CONTRACTOR else "dana@acme.example"
            mail = Message(key, when, when, side, reason="", sender=sender, subject="Logo", **extra)
            yield Seen(when, f"p{number}", mail)
            parents, side = (*parents, key), side.other if dice.random() < 0.85 else side
            when += timedelta(seconds=round(dice.expovariate(1 / dice.choice((9e3, 9e4, 9e5)))))


def lived(house: House, policy: Policy, seed: int) -> Books:
    """What becomes of a story."""
    dice, store, people = random.Random(seed), MemoryStore(), range(len(PEOPLE))
    seen = [one for number in people for one in letters_of(dice, number) if one.at < END]
    for number in people:
        store.commit(f"p{number}", [Profile(f"Person {number}", (f"p{number}@contract.example",), BEGIN)])
    replay = Replay(seen)
    keepwarm = house.rehearsal(policy, store, replay)
    for _ in play(keepwarm, replay, BEGIN, END):
        pass
    return keepwarm.books


@pytest.mark.parametrize("seed", range(3))
def test_who_rests_misses_nothing(tmp_path, monkeypatch, seed):
    house, policy = policy_in(tmp_path)
    seldom, rested = lived(house, policy, seed), []
    look_again = Books.look_again

    def look_each_day(books: Books, key: str, at: datetime) -> None:
        ends_at = books.day_ends_at(key)
        rested.append(ends_at < at)
        look_again(books, key, min(at, ends_at))

    monkeypatch.setattr(Books, "look_again", look_each_day)
    daily = lived(house, policy, seed)
    assert sum(rested) > 300
    for key in seldom.people.contractors:
        assert told(seldom, key) == told(daily, key)
        assert archived(seldom, key) == archived(daily, key)


def told(books: Books, key: str) -> list[tuple[object, ...]]:
    """All that was decided about a relationship, and what came of it; tokens are drawn by lot."""
    whole = books.whole(key)
    letters = {token: (x.subject, x.created_at, x.sent_at, x.state) for token, x in whole.letters.items()}
    decided = [
        (x.at, x.rule, x.occasion, x.step, x.verdict, x.why, letters.get(x.letter))
        for x in whole.decisions.values()
    ]
    return sorted(decided, key=repr)


def archived(books: Books, key: str) -> list[str]:
    """What lies in the yearly files; what Keepwarm wrote is named by what it was about."""
    kinds = ((type(fact).__name__, fact) for fact in books.store.history(key))
    return sorted(f"{kind} {getattr(fact, 'occasion', fact.key)}" for kind, fact in kinds)
