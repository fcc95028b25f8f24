"""A backtest says what the daemon did: a quarter on real (embedded) servers, then its recorded history replayed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from commands.backtesting import Cast, Past, backtest, past_of
from daemon import House
from relationship.facts import Profile
from relationship.facts.letters import State
from tick.rehearsal.replay import Record

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN, AIKO = "maria@contract.example", "ben@contract.example", "aiko@contract.example"
HOUR = timedelta(hours=1)
WORDS = (
    "Could you send it today?",
    "Here it is, with the changes.",
    "Which one do you mean?",
    "Thanks, got it!",
)

MORE = """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
  - name: Missed call
    when: check-in missed
    send: owner/missed-check-in
"""
NEW = """
  - name: Aiko Tanaka
    email: aiko@contract.example
    timezone: Asia/Tokyo
    hours: Mon-Fri 09:00-18:00
limits:
"""


class Quarter:
    """People who write at random, some of whom do not answer."""

    def __init__(self, scene, seed: int) -> None:
        self.scene, self.dice = scene, random.Random(seed)
        self.threads: list[tuple[str, str, str, str]] = []  # who is next, whom to, subject, answers
        self.count = 0

    def hour(self) -> None:
        """What happens in one hour."""
        working = self.scene.now.weekday() < 5 and 8 <= self.scene.now.hour < 20
        if working and self.dice.random() < 0.04:
            self._begins()
        for thread in list(self.threads):
            if working and self.dice.random() < 0.12:
                self._goes_on(thread)
        if working and self.dice.random() < 0.01:
            self._stars()

    def _begins(self) -> None:
        self.count += 1
        them = self.dice.choice((MARIA, BEN, AIKO))
        ours = self.dice.random() < 0.6
        self.threads.append((DANA if ours else them, them if ours else TEAM, f"Job {self.count}", ""))

    def _goes_on(self, thread: tuple[str, str, str, str]) -> None:
        self.threads.remove(thread)
        sender, to, subject, answers = thread
        if self.dice.random() < 0.15:
            return  # nobody ever answers
        text = self.dice.choice(WORDS)
        if self.dice.random() < 0.05:
            text += " #settled"
        title = f"Re: {subject}" if answers else subject
        name = self.scene.writes(sender, to, title, text, answers)
        following = (DANA, sender) if sender != DANA else (to, TEAM)
        if self.dice.random() < 0.85:
            self.threads.append((*following, subject, name))

    def _stars(self) -> None:
        inbox = self.scene.servers.mailbox(TEAM)
        if inbox:
            self.scene.servers.flag(TEAM, "INBOX", self.dice.randrange(len(inbox)), ["\\Flagged"])


def sent(scene) -> Iterator[tuple[datetime, str, str, str]]:
    books = scene.keepwarm.books
    for key in books.people.contractors:
        for letter in books.store.load(key).letters.values():
            if letter.state is State.SENT:
                yield letter.sent_at, letter.rule, letter.template, letter.subject


@pytest.mark.timeout(300)
def test_a_backtest_says_the_letters_that_the_daemon_sent(scene):
    rules = scene.rules_text + MORE
    weekly = ("mode: live", "mode: live\ncheck-ins: {active: every 2 weeks}")
    scene.policy(rules, weekly)
    begun = scene.now
    scene.tick()
    quarter = Quarter(scene, seed=7)
    for number in range(24 * 91):
        if number == 24 * 30:
            scene.policy(rules, weekly, ("limits:", NEW.strip("\n")))
        scene.now += timedelta(minutes=20)
        quarter.hour()
        scene.now += timedelta(minutes=40)
        scene.tick()
    house = House(scene.rules, scene.folder / "data")
    policy = house.policy(house.templates())
    lines = backtest(house, policy, past_of(scene.store), begun, scene.now, grid=HOUR)
    in_fact = sorted(sent(scene))
    said = sorted((x.at, x.rule, x.template, x.subject) for x in lines if x.verdict == "send")
    assert len(in_fact) > 60
    assert len({rule for _, rule, _, _ in in_fact}) >= 8
    assert said == in_fact


def test_nothing_before_since_is_acted_on_but_it_is_known(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.run("2026-03-02 10:30")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.run("2026-03-02 12:00")
    house = House(scene.rules, scene.folder / "data")
    policy, past = house.policy(house.templates()), past_of(scene.store)
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    thanked = [x for x in backtest(house, policy, past, first, scene.now) if x.verdict == "send"]
    assert [(x.template, x.contractor) for x in thanked] == [("appreciation/quick-answer", "Maria Santos")]
    # The answer came after this, its question before: the answer took half an hour all the same.
    between = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert [x for x in backtest(house, policy, past, between, scene.now) if x.verdict == "send"] == thanked
    after = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert backtest(house, policy, past, after, scene.now) == []


def test_who_took_over_an_address_keeps_the_record_of_their_own(scene):
    scene.tick()
    desk, since = "desk@contract.example", scene.now
    recorded = {
        "maria": Record(Profile("Maria Santos", (MARIA, desk), since, unlisted=(desk,)), (), ()),
        "ben": Record(Profile("Ben Okafor", (desk, BEN), since), (), ()),
    }
    scene.policy(scene.rules_text, (f"email: {BEN}", f"email: [{desk}, {BEN}]"))
    policy = scene.keepwarm.books.policy
    store = Cast(policy, Past(recorded, since), since).store()
    assert {key: store.load(key).profile["profile"].name for key in store.names()} == {
        "maria": "Maria Santos",
        "ben": "Ben Okafor",
    }


def test_a_star_on_a_mail_of_months_ago_is_thanked_in_the_replay_too(scene):
    """Its conversation lies in the yearly files by then, in the replay as for the daemon."""
    scene.tick()
    begun = scene.now
    scene.at("2026-03-03 14:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.live("2026-03-03 19:00", HOUR)
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.live("2026-03-05 14:00", HOUR)
    later = scene.writes(DANA, MARIA, "Invoices", "Both have come.")
    scene.writes(MARIA, TEAM, "Re: Invoices", "I had seen it.", later)
    scene.live("2026-05-04 12:00", timedelta(hours=6))
    assert "Re: Logo" not in {message.subject for message in scene.story("Maria").messages}
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.live("2026-05-06 12:00", HOUR)
    in_fact = [subject for _, _, template, subject in sent(scene) if template == "appreciation/starred"]
    house = House(scene.rules, scene.folder / "data")
    lines = backtest(house, house.policy(house.templates()), past_of(scene.store), begun, scene.now, HOUR)
    assert [x.subject for x in lines if x.template == "appreciation/starred"] == in_fact == ["Re: Logo"]


def test_a_star_that_was_taken_back_after_the_thanks_is_thanked_in_the_replay_too(scene):
    """Many tidy their stars away; the mail itself tells no more of it, and its letter does."""
    scene.tick()
    begun = scene.now
    scene.at("2026-03-03 14:00")
    scene.writes(MARIA, TEAM, "Logo", "Here are two more.")
    scene.at("2026-03-03 15:00")
    scene.servers.flag(TEAM, "INBOX", 0, ["\\Flagged"])
    scene.live("2026-03-03 17:00")
    scene.servers.flag(TEAM, "INBOX", 0, [])
    scene.live("2026-03-04 17:00")
    house = House(scene.rules, scene.folder / "data")
    lines = backtest(house, house.policy(house.templates()), past_of(scene.store), begun, scene.now)
    thanked = [x.at for x in lines if (x.rule, x.verdict) == ("Thank what I starred", "send")]
    assert thanked == [at for at, rule, _, _ in sent(scene) if rule == "Thank what I starred"]
    assert [f"{at:%H:%M}" for at in thanked] == ["15:10"]
