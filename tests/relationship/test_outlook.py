"""The fast way says what the slow way says: while an outlook holds, a search finds nothing to plan."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from relationship.check_ins.outlook import look_ahead
from relationship.check_ins.planning import Diary, survey
from relationship.check_ins.revising import revise
from relationship.clocks.durations import Duration
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Kind, Message, Side
from relationship.folding import tell
from relationship.parties import Contractor, Owner
from relationship.story import Story

START, HOUR, DAY = datetime(2026, 1, 12, 6, tzinfo=UTC), timedelta(hours=1), timedelta(days=1)
OWNER = Owner("Dana Reyes", ("dana@acme.example",), "America/New_York", "Mon-Fri 09:00-18:00", "US-NY")


@dataclass(frozen=True)
class Terms:
    cadence: Mapping[str, str]
    length: Duration = Duration(30, "minutes")  # noqa: RUF009
    notice: Duration = Duration(3, "days")  # noqa: RUF009


def contractor(zone: str, hours: str, since: date | None = None) -> Contractor:
    return Contractor("Maria Santos", ("maria@contract.example",), zone, hours, since=since)


PEOPLE = {
    "nights": contractor("Asia/Manila", "Mon-Fri 21:00-06:00", date(2026, 1, 12)),
    "a little in common": contractor("Africa/Lagos", "Mon-Fri 09:00-17:00"),
    "nothing in common": contractor("Asia/Tokyo", "Mon-Fri 09:00-17:00"),
}
TERMS = Terms({"onboarding": "every week", "active": "every 2 weeks"})


class Life:
    """One relationship, to which things happen at random."""

    def __init__(self, who: Contractor, seed: int) -> None:
        self.who, self.dice, self.facts, self.now = who, random.Random(seed), Facts(), START
        self.taken: list[tuple[datetime, datetime]] = []

    def story(self) -> Story:
        return tell("maria", self.who, OWNER, Profile("Maria Santos", (), START), self.facts)

    def diary(self) -> Diary:
        return Diary(TERMS, "team@acme.example", tuple(self.taken), START)

    def goes_on(self, due: datetime | None) -> None:
        """Some hours pass; the owner's other check-ins come and go, she falls ill, she declines."""
        then = self.now + self.dice.choice((HOUR, 5 * HOUR, 9 * HOUR, DAY))
        self.now = min(then, max(due, self.now)) if due else then
        if self.dice.random() < 0.2:
            at = (self.now + self.dice.randint(1, 30) * DAY).replace(minute=self.dice.choice((0, 15, 30, 45)))
            self.taken.append((at, at + HOUR / 2))
        if self.taken and self.dice.random() < 0.05:
            self.taken.remove(self.dice.choice(self.taken))
        if self.dice.random() < 0.02:
            name = f"away{self.now.timestamp()}"
            away = Message(name, self.now, self.now, Side.CONTRACTOR, Kind.AUTO_REPLY, "", "m@c.example", "")
            self.facts.add(replace(away, back_on=(self.now + self.dice.randint(2, 20) * DAY).date()))
        if self.facts.check_ins and self.dice.random() < 0.03:
            last = max(self.facts.check_ins.values(), key=lambda x: x.planned_for)
            self.facts.add(replace(last, state="cancelled"))

    def planned(self, check_in: CheckIn) -> None:
        """Nearly always the invitation goes out at once."""
        self.facts.add(replace(check_in, state="invited") if self.dice.random() < 0.8 else check_in)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("seed", range(3))
def test_while_an_outlook_holds_there_is_nothing_to_plan(who: str, seed: int) -> None:
    life, outlook, held, plans = Life(PEOPLE[who], seed), None, 0, 0
    while life.now < START + 150 * DAY:
        life.goes_on(outlook.until if outlook else None)
        story, diary, now = life.story(), life.diary(), life.now
        slow = survey(story, diary, now).check_in
        before = outlook
        fast, outlook = look_ahead(story, diary, now, before)
        assert fast == slow
        if outlook is before:
            held += 1
            again = survey(story, diary, now).look_at
            assert again and outlook.until and again >= outlook.until
        if fast:
            plans += 1
            life.planned(fast)
    assert plans >= 3
    assert held > 100


@pytest.mark.parametrize("who", PEOPLE)
def test_while_an_outlook_stands_no_check_in_is_moved_or_cancelled(who: str) -> None:
    life, outlook, stood, changes = Life(PEOPLE[who], 5), None, 0, 0
    while life.now < START + 300 * DAY:
        life.goes_on(outlook.until if outlook else None)
        story, diary, now = life.story(), life.diary(), life.now
        revised = revise(story, diary, now)
        same = outlook and outlook.check_ins == story.check_ins
        if outlook and same and replace(outlook, check_ins=story.check_ins).stands(story, diary, now):
            stood += 1
            assert not revised
            continue
        changes += len(revised)
        planned, outlook = look_ahead(story, diary, now, outlook)
        outlook = replace(outlook, check_ins=story.check_ins)
        for check_in in revised:
            life.facts.add(check_in)
        if planned:
            life.planned(planned)
    assert changes > 1
    assert stood > 100


def test_an_outlook_ends_with_a_pause_and_with_a_phase() -> None:
    life = Life(replace(PEOPLE["a little in common"], since=date(2026, 1, 12)), 0)
    call = (START + 3 * DAY, START + 3 * DAY + HOUR)
    life.facts.add(CheckIn("1", 0, *call, planned_for=call[0], planned_at=START, state="invited"))
    story, day = life.story(), START + DAY
    _, outlook = look_ahead(story, life.diary(), START)
    assert outlook.stands(story, life.diary(), START)
    paused = replace(story, profile=replace(story.profile, paused_by=("owner",)))
    assert not outlook.stands(paused, life.diary(), START)
    ended = replace(story, contractor=replace(story.contractor, fixed_phase="ended"))
    assert not outlook.stands(ended, life.diary(), START)
    assert replace(outlook, until=None).stands(story, life.diary(), day)
    assert not replace(outlook, until=None).stands(story, life.diary(), START + 60 * DAY)


def test_an_outlook_ends_with_its_moment_and_with_what_it_rests_on() -> None:
    life = Life(PEOPLE["a little in common"], 0)
    call = (START + 3 * DAY, START + 3 * DAY + HOUR)
    life.facts.add(CheckIn("1", 0, *call, planned_for=call[0], planned_at=START, state="invited"))
    _, outlook = look_ahead(life.story(), life.diary(), START)
    assert outlook.until
    assert outlook.slot is None  # whichever it will be, it is too early to invite to it
    life.taken.append((START + 20 * DAY, START + 20 * DAY + HOUR))
    assert outlook.holds(life.story(), life.diary(), outlook.until - HOUR)
    assert not outlook.holds(life.story(), life.diary(), outlook.until)
    now = outlook.until
    _, outlook = look_ahead(life.story(), life.diary(), now)
    assert outlook.until
    assert outlook.slot
    assert outlook.holds(life.story(), life.diary(), outlook.until - HOUR)
    assert not outlook.holds(life.story(), life.diary(), outlook.until)
    life.taken.append((START + DAY, START + DAY + HOUR))
    assert outlook.holds(life.story(), life.diary(), now)  # elsewhere
    life.taken.append(outlook.slot)
    assert not outlook.holds(life.story(), life.diary(), now)


def test_a_look_at_the_very_moment_of_the_notice_comes_again_behind_it() -> None:
    """Its notice is lost only behind that moment: it stood until something else called for a look."""
    life = Life(PEOPLE["a little in common"], 1)
    while not life.facts.check_ins:
        found = survey(life.story(), life.diary(), life.now)
        if found.check_in:
            life.facts.add(found.check_in)
        else:
            life.now = found.look_at or life.now + DAY
    [call] = life.facts.check_ins.values()
    last = call.starts_at - 3 * DAY
    look_at = survey(life.story(), life.diary(), last).look_at
    assert look_at and last < look_at < last + timedelta(minutes=1)
    moved = survey(life.story(), life.diary(), look_at).check_in
    assert moved and (moved.uid, moved.sequence) == (call.uid, 1)


def first_ones(
    cadence: str, count: int, who: Contractor = PEOPLE["a little in common"]
) -> list[tuple[datetime, datetime]]:
    """The first check-ins of so many who begin at once, within four months."""
    waiting = {f"c{number}": who for number in range(count)}
    terms, taken, now = Terms({"active": cadence}), list[tuple[datetime, datetime]](), START
    while waiting and now < START + 120 * DAY:
        looks = [now + DAY]
        for key in tuple(waiting):
            story = tell(key, waiting[key], OWNER, Profile(key, (), START), Facts())
            found = survey(story, Diary(terms, "team@acme.example", tuple(taken), START), now)
            if found.check_in:
                taken.append((found.check_in.starts_at, found.check_in.ends_at))
                del waiting[key]
            elif found.look_at:
                looks.append(found.look_at)
        now = max(now + timedelta(minutes=1), min(looks))
    return taken


@pytest.mark.parametrize("cadence", ["every week", "every month"])
def test_of_many_who_begin_at_once_nobody_waits_for_an_empty_day_for_ever(cadence: str) -> None:
    taken = first_ones(cadence, 24)
    assert len(taken) == 24
    assert max(taken)[0] < min(taken)[0] + 16 * DAY
    assert max(Counter(start.date() for start, _ in taken).values()) <= 6


def test_of_very_many_all_have_their_first_one_as_soon_as_there_is_room() -> None:
    taken = first_ones("every month", 120, contractor("America/New_York", "Mon-Fri 09:00-18:00"))
    assert len(taken) == 120
    assert max(taken)[0] < min(taken)[0] + 28 * DAY  # eighteen fit into each day
