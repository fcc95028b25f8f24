"""The temperature: a simulated year of four relationships, each signal by itself, and no flapping."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from relationship.clocks.durations import Duration
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Kind, Message, Side
from relationship.facts.temperature import Temperature
from relationship.folding import tell
from relationship.parties import Contractor, Owner
from relationship.story import Story
from relationship.warmth.evidence import Evidence
from relationship.warmth.signals import SIGNALS, weigh
from relationship.warmth.steadiness import next_state
from relationship.warmth.temperature import history, judge

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 14, tzinfo=UTC)
YEAR = [START + n * DAY for n in range(365)]

OWNER = Owner(
    name="Dana Reyes",
    addresses=("dana@acme.example",),
    timezone="America/New_York",
    hours="Mon-Fri 09:00-12:30, 13:30-18:00",
)
MARIA = Contractor(
    name="Maria Santos",
    addresses=("maria@contract.example",),
    timezone="Asia/Manila",
    hours="Mon-Fri 21:00-06:00",
)


@dataclass
class Tuned:
    """The owner's tuning, as rules.yaml has it."""

    cooling_below: int = 70
    cold_below: int = 40
    signals: dict[str, int] = field(default_factory=dict)


@dataclass
class Diary:
    """Two people's mail, written down as facts."""

    contractor: Contractor = MARIA
    facts: Facts = field(default_factory=Facts)
    number: int = 0

    def mail(
        self, side: Side, at: datetime, parents: tuple[str, ...] = (), subject: str = "", **more: object
    ) -> Message:
        self.number += 1
        key = f"m{self.number}@acme.example"
        message = Message(
            key=key,
            at=at,
            seen_at=at,
            side=side,
            kind=Kind.HUMAN,
            reason="a person wrote it",
            sender=(OWNER if side is Side.OWNER else self.contractor).addresses[0],
            subject=subject or f"Job {self.number}",
            message_id=key,
            parents=parents,
            **more,  # type: ignore[arg-type]
        )
        self.facts.add(message)
        return message

    def exchange(
        self, asker: Side, at: datetime, working_hours: float | None, *, thanks: bool = False
    ) -> None:
        """A question and its answer after so many working hours; None for a question that stays open."""
        clock = (self.contractor if asker is Side.OWNER else OWNER).clock
        question = self.mail(asker, at, asks=True)
        if working_hours is None:
            return
        later = clock.after(at, Duration(max(1, round(working_hours * 60)), "minutes", working=True))
        answer = self.mail(asker.other, later, (question.key,), question.subject)
        if thanks:
            self.mail(asker, later + timedelta(minutes=30), (question.key, answer.key), closes=True)

    def check_in(self, at: datetime, state: str, said_at: datetime | None = None) -> None:
        end, uid = at + timedelta(minutes=30), f"c{len(self.facts.check_ins)}"
        self.facts.add(CheckIn(uid, 0, at, end, at, at, state=state, said_at=said_at))

    def letter(self, at: datetime, template: str, occasion: str = "") -> None:
        token = f"t{len(self.facts.letters)}"
        self.facts.add(
            Letter(
                token=token,
                contractor="maria",
                rule="",
                occasion=occasion,
                step=0,
                reader=Side.CONTRACTOR,
                template=template,
                wording=0,
                to=self.contractor.addresses,
                subject="",
                message_id=token,
                content="",
                created_at=at,
                due_at=at,
                state=State.SENT,
                sent_at=at,
            )
        )

    @property
    def story(self) -> Story:
        profile = Profile("Maria Santos", self.contractor.addresses, START)
        return tell("maria", self.contractor, OWNER, profile, self.facts)


def _around(rng: random.Random, hours: float) -> float:
    """An answer's time, as people's vary: half of them within 0.65 and 1.5 times."""
    return hours * rng.lognormvariate(0, 0.6)


def talk(
    diary: Diary,
    rng: random.Random,
    days: list[datetime],
    theirs: float,
    ours: float,
    a_week: float = 4,
) -> None:
    """Working days of questions both ways, `theirs` and `ours` are the usual hours to an answer."""
    for day in days:
        if day.weekday() < 5 and rng.random() < a_week / 5:
            asked = day + timedelta(minutes=rng.randrange(240))
            diary.exchange(Side.OWNER, asked, _around(rng, theirs), thanks=rng.random() < 0.3)
        if day.weekday() < 5 and rng.random() < a_week / 10:
            diary.exchange(Side.CONTRACTOR, day + timedelta(minutes=rng.randrange(240)), _around(rng, ours))


def check_in_monthly(diary: Diary, states: list[str]) -> None:
    for number, state in enumerate(states):
        diary.check_in(START + (20 + 30 * number) * DAY, state)


def a_year(story: Story) -> list[tuple[datetime, Temperature]]:
    """Judged once a day."""
    days = history(story, Tuned(), START, YEAR[-1])
    return [(YEAR[0], days[0][1])] * (len(YEAR) - len(days)) + list(days)


def changes(year: list[tuple[datetime, Temperature]]) -> list[tuple[int, str]]:
    """Day of the year and the new state."""
    days = enumerate(temperature for _, temperature in year)
    states = [(number, one.state) for number, one in days]
    return states[:1] + [later for earlier, later in pairwise(states) if earlier[1] != later[1]]


def reasons_on(year: list[tuple[datetime, Temperature]], day: int) -> str:
    return "; ".join(year[day][1].reasons)


# -- four years ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_a_steadily_good_relationship_stays_warm(seed: int) -> None:
    diary, rng = Diary(), random.Random(seed)
    talk(diary, rng, YEAR[:180] + YEAR[194:], theirs=3, ours=4)  # two weeks of summer without a word
    check_in_monthly(diary, ["held"] * 7 + ["missed"] + ["held"] * 4)
    year = a_year(diary.story)
    states = changes(year)
    assert [state for _, state in states] == ["too early to tell", "warm"]
    assert 42 <= states[1][0] <= 46
    assert "answers take" in reasons_on(year, 100)


@pytest.mark.parametrize("seed", range(4))
def test_a_contractor_who_slows_down_cools_and_then_goes_cold(seed: int) -> None:
    diary, rng = Diary(), random.Random(seed)
    talk(diary, rng, YEAR[:150], theirs=3, ours=4)
    talk(diary, rng, YEAR[150:240], theirs=10, ours=4, a_week=3)  # thrice as slow from June on
    for number, day in enumerate(YEAR[240:330:6]):
        diary.exchange(Side.OWNER, day, 30 if number % 2 else None)
    check_in_monthly(diary, ["held"] * 8 + ["missed", "missed", "missed"])
    year = a_year(diary.story)
    states = changes(year)
    assert [state for _, state in states] == ["too early to tell", "warm", "cooling", "cold"]
    assert 157 <= states[2][0] <= 200, "noticed within seven weeks, and not before it began"
    assert 240 <= states[3][0] <= 275
    assert "answers take" in reasons_on(year, states[2][0])
    assert "before" in reasons_on(year, states[2][0])
    assert "missed" in reasons_on(year, states[3][0] + 30)


@pytest.mark.parametrize("seed", range(4))
def test_an_owner_who_vanishes_is_told_that_it_is_the_owner(seed: int) -> None:
    diary, rng = Diary(), random.Random(seed)
    talk(diary, rng, YEAR[:200], theirs=3, ours=4)
    for day in YEAR[201:290:9]:
        diary.exchange(Side.CONTRACTOR, day, None)  # asks on and on, and then gives up
    year = a_year(diary.story)
    states = changes(year)
    assert [state for _, state in states] == ["too early to tell", "warm", "cooling", "cold"]
    assert 206 <= states[2][0] <= 221
    assert 209 <= states[3][0] <= 250
    assert "you have owed an answer" in reasons_on(year, states[2][0])
    assert "you have not written since" in reasons_on(year, states[2][0] + 7)
    assert "Maria has not written" not in reasons_on(year, states[2][0])
    assert "nobody has written for" in reasons_on(year, 355)


@pytest.mark.parametrize("seed", range(4))
def test_a_crisis_that_is_overcome_shows_as_one_dip(seed: int) -> None:
    diary, rng = Diary(), random.Random(seed)
    talk(diary, rng, YEAR[:140], theirs=3, ours=4)
    diary.exchange(Side.OWNER, YEAR[141], None)
    diary.mail(Side.OWNER, YEAR[150], subject="Are you there?", asks=True)
    diary.check_in(YEAR[150], "missed")
    diary.check_in(YEAR[164], "missed")
    talk(diary, rng, YEAR[180:], theirs=3, ours=4)
    for message in list(diary.facts.messages.values()):  # what was left open is answered in the end
        if message.at in (YEAR[141], YEAR[150]):
            diary.mail(Side.CONTRACTOR, YEAR[180], (message.key,), message.subject)
    year = a_year(diary.story)
    states = changes(year)
    assert [state for _, state in states][:3] == ["too early to tell", "warm", "cooling"]
    assert states[-1][1] == "warm"
    assert [state for _, state in states][3:] in (["cold", "warm"], ["cold", "cooling", "warm"], ["warm"])
    assert 146 <= states[2][0] <= 160
    assert 180 < states[-1][0] <= 235
    assert "Maria has not written since" in reasons_on(year, states[2][0])


def test_nothing_flaps_even_where_everything_is_irregular() -> None:
    """Six people whose answers take one hour or three days, at random: few changes, each for weeks."""
    for seed in range(6):
        diary, rng = Diary(), random.Random(1000 + seed)
        for day in YEAR:
            if rng.random() < 0.3:
                usual = rng.choice([1, 1, 5, 20])
                diary.exchange(
                    rng.choice(list(Side)), day, None if rng.random() < 0.1 else _around(rng, usual)
                )
        states = changes(a_year(diary.story))[1:]
        assert len(states) <= 7, (seed, states)
        for (start, state), (end, following) in pairwise(states):
            assert end - start >= 14 or (state, following) == ("cooling", "cold"), (seed, states)


# -- steadiness ----------------------------------------------------------------------------------------------


def states_of(points_by_day: list[int], tuned: Tuned | None = None) -> list[str]:
    """The states that a series of points gives, one a day."""
    found: list[str] = []
    before = Temperature("warm", 100, ("x",), START - 100 * DAY)

    def points(at: datetime) -> int:
        number = (at - START).days
        return points_by_day[number] if number >= 0 else 100

    for number in range(len(points_by_day)):
        now = START + number * DAY
        state = next_state(before, points, points, tuned or Tuned(), now)
        if state != before.state:
            before = Temperature(state, 0, ("x",), now, before.state)
        found.append(state)
    return found


def test_points_that_waver_about_the_threshold_change_nothing() -> None:
    assert set(states_of([71, 69] * 40)) == {"warm"}
    assert set(states_of([71, 69, 69, 69, 69] + [71, 69] * 40)[5:]) == {"cooling"}


def test_it_falls_after_three_days_and_rises_after_two_weeks_ten_points_above() -> None:
    states = states_of([69] * 10 + [79] * 30 + [80] * 20)
    assert states.index("cooling") == 3
    assert states.index("warm", 10) == 54
    assert states_of([69, 69] + [90] * 10) == ["warm"] * 12, "two bad days are no fall"


def test_what_cools_may_go_cold_soon_and_comes_back_by_way_of_the_margin() -> None:
    states = states_of([60] * 5 + [39] * 10 + [45] * 20 + [50] * 15 + [90] * 20)
    assert states.index("cooling") == 3
    assert states.index("cold") == 8
    assert states.index("cooling", 8) == 49
    assert states.index("warm", 8) == 64


def test_all_points_are_enough_wherever_the_threshold_lies() -> None:
    for threshold in (95, 100):
        states = states_of([80] * 10 + [99] * 20 + [100] * 20, Tuned(cooling_below=threshold))
        assert states.index("cooling") == 3
        assert states.index("warm", 3) == 44


def test_what_is_not_better_by_enough_is_not_promised(diary: Diary) -> None:
    diary.check_in(NOW - 5 * DAY, "missed")
    before = Temperature("cooling", 60, ("x",), NOW - 60 * DAY, "warm", NOW - 60 * DAY)
    told = judge(diary.story, Tuned(cooling_below=75), before, NOW)
    assert (told.state, told.points) == ("cooling", 80)
    assert told.reasons[-1] == "it looks better now, but not by enough to count as warm"


def test_what_falls_in_one_step_is_cold_at_once() -> None:
    states = states_of([10] * 5)
    assert states == ["warm"] * 3 + ["cold"] * 2


def test_what_is_no_longer_cold_stays_cooling_for_two_weeks_before_it_is_warm() -> None:
    """Two good news in two days would be one too many."""
    states = states_of([20] * 5 + [60] * 2 + [100] * 40)
    assert states.index("cold") == 3
    assert states.index("cooling", 3) == 19
    assert states.index("warm", 3) == 33


def test_what_has_become_warmer_stays_so_for_two_weeks() -> None:
    states = states_of([60] * 5 + [100] * 15 + [60] * 30)
    assert states.index("warm", 5) == 19
    assert states.index("cooling", 19) == 33


def test_what_is_learnt_late_makes_no_news_of_two_days(diary: Diary) -> None:
    """It fell yesterday for want of contact; then the owner says that they talked three days before."""
    fell = NOW - DAY
    diary.check_in(fell - 2 * DAY, "held", said_at=NOW)
    before = Temperature("cooling", 60, ("x",), fell, "warm", fell)
    told = judge(diary.story, Tuned(), before, NOW)
    assert (told.state, told.points) == ("cooling", 100)
    assert told.reasons[-1] == "it looks better now, and counts as warm once that has lasted two weeks"
    assert judge(diary.story, Tuned(), before, fell + 14 * DAY).state == "warm"


def test_what_merely_runs_out_in_a_silence_is_no_good_news(diary: Diary) -> None:
    """Two missed calls are forgotten after 45 days; nobody has written since it fell."""
    for days in (2, 5):
        diary.check_in(NOW - days * DAY, "missed")
    tuned = Tuned(signals={"silence 14 days": 1, "silence 30 days": 1, "silence 60 days": 1})
    before = Temperature("cooling", 60, ("x",), NOW, "warm", NOW)
    later = NOW + 70 * DAY
    told = judge(diary.story, tuned, before, later)
    assert (told.state, told.points) == ("cooling", 99)
    assert told.reasons[-1] == "it stays cooling until you are in touch again"
    diary.mail(Side.OWNER, NOW + DAY, about_letter="t0ken", tags=("pause",))
    diary.check_in(NOW + 10 * DAY, "missed", said_at=NOW + 10 * DAY)
    assert judge(diary.story, tuned, before, later).state == "cooling"  # a click that says so is no contact
    diary.exchange(Side.OWNER, later, 1)
    assert judge(diary.story, tuned, before, later + DAY).state == "warm"


def test_the_first_look_at_a_history_says_what_daily_looks_would_have() -> None:
    diary, rng = Diary(), random.Random(3)
    talk(diary, rng, YEAR[:200], theirs=3, ours=4)
    for day in YEAR[201:290:9]:
        diary.exchange(Side.CONTRACTOR, day, None)
    story, before = diary.story, Temperature("too early to tell", 100, ("new",), START)
    for number, day in enumerate(YEAR[:300]):
        before = judge(story, Tuned(), before, day)
        if number % 30 == 0 and number > 180:
            first = judge(story, Tuned(), None, day)
            assert first.state == before.state
            assert abs(first.since - before.since) <= 7 * DAY or day - before.since > 170 * DAY


@pytest.mark.parametrize("seed", range(3))
def test_what_lies_in_the_yearly_files_changes_nothing(seed: int) -> None:
    diary, rng = Diary(), random.Random(seed)
    days = [START + n * DAY for n in range(900)]
    talk(diary, rng, days[:300], theirs=2, ours=2)
    talk(diary, rng, days[300:500], theirs=6, ours=4)
    talk(diary, rng, days[500:], theirs=30, ours=20)
    before: Temperature | None = None
    for now in days[405::12]:
        kept = Facts()
        for message in diary.facts.messages.values():
            if message.at >= now - 400 * DAY:  # LONG_QUIET in tick/bookkeeping/housekeeping.py
                kept.add(message)
        recent = replace(diary, facts=kept).story
        assert judge(recent, Tuned(), before, now) == (before := judge(diary.story, Tuned(), before, now))


def test_history_is_one_entry_a_day() -> None:
    diary = Diary()
    talk(diary, random.Random(5), YEAR[:100], theirs=3, ours=4)
    days = history(diary.story, Tuned(), START - 900 * DAY, YEAR[99])
    first = diary.story.messages[0].at
    assert [at for at, _ in days] == [YEAR[99] - n * DAY for n in range(len(days))][::-1]
    assert first <= days[0][0] < first + DAY
    assert replace(days[-1][1], before="") == judge(diary.story, Tuned(), None, YEAR[99])


def test_a_change_knows_where_it_came_from() -> None:
    warm = Temperature("warm", 100, ("x",), START)
    fallen = replace(warm, state="cooling", before="warm")
    assert fallen.fell
    assert not fallen.rose
    assert not warm.fell
    assert replace(warm, before="cold").rose
    assert not replace(warm, before="too early to tell").rose


def test_reasons_compare_with_the_state_and_name_the_one_to_come() -> None:
    """Cold for a silence of two months; then all is well again, for two weeks, before it is called so."""
    diary, rng = Diary(), random.Random(3)
    talk(diary, rng, YEAR[:120], theirs=3, ours=4)
    talk(diary, rng, YEAR[190:], theirs=3, ours=4)
    year = a_year(diary.story)
    cold = next(n for n, (_, one) in enumerate(year) if one.state == "cold")
    assert not [n for n in range(cold, 188) if "looks better" in reasons_on(year, n)]
    better = [n for n in range(188, 260) if "looks better" in reasons_on(year, n)]
    assert better
    for number in better:
        one = year[number][1]
        assert one.state in ("cold", "cooling")
        assert one.reasons[-1].startswith("it looks better now, and counts as ")
        assert one.state not in one.reasons[-1]
    assert all(
        "looks better" not in reasons_on(year, n) for n, (_, one) in enumerate(year) if one.state == "warm"
    )


def test_the_first_judgement_is_no_change() -> None:
    diary, rng = Diary(), random.Random(3)
    talk(diary, rng, YEAR[:120], theirs=3, ours=4)
    for day in range(120, 200):
        first = judge(diary.story, Tuned(), None, YEAR[day])
        assert (first.before, first.fell, first.rose) == ("", False, False)


# -- too early -----------------------------------------------------------------------------------------------


def test_too_early_until_six_weeks_and_five_answers() -> None:
    diary = Diary()
    for number in range(6):
        diary.exchange(Side.OWNER, START + 2 * number * DAY, 1)
    story = diary.story
    assert judge(story, Tuned(), None, START + 41 * DAY).state == "too early to tell"
    assert judge(story, Tuned(), None, START + 41 * DAY).reasons == (
        "6 answers in 41 days since the first mail",
    )
    assert judge(story, Tuned(), None, START + 43 * DAY).state != "too early to tell"


def test_who_hardly_ever_answers_is_judged_after_three_months() -> None:
    diary = Diary()
    diary.exchange(Side.OWNER, START, 1)
    assert judge(diary.story, Tuned(), None, START + 89 * DAY).state == "too early to tell"
    assert judge(diary.story, Tuned(), None, START + 91 * DAY).state == "cold"


def test_without_any_mail_it_is_too_early() -> None:
    assert judge(Diary().story, Tuned(), None, START).reasons == ("nobody has written yet",)


def test_what_was_judged_once_is_not_too_early_again() -> None:
    """Old conversations leave the story when they are archived."""
    diary = Diary()
    diary.exchange(Side.OWNER, START, 1)
    before = Temperature("warm", 100, ("x",), START - 400 * DAY)
    assert judge(diary.story, Tuned(), before, START + 3 * DAY).state == "warm"


# -- signals, one by one -------------------------------------------------------------------------------------


@pytest.fixture
def diary() -> Diary:
    """Half a year of an ordinary relationship."""
    found = Diary()
    talk(found, random.Random(7), YEAR[:180], theirs=3, ours=4)
    return found


NOW = YEAR[180]


def found(diary: Diary, now: datetime = NOW, points: dict[str, int] | None = None) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for finding in weigh(Evidence(diary.story), points or {}, now):
        by_name.setdefault(finding.signal, []).append(finding.reason)
    return by_name


def working_days_ago(number: int, clock_of: Contractor | Owner) -> datetime:
    return clock_of.clock.before(NOW, Duration(number, "days", working=True))


def test_an_ordinary_relationship_has_no_signal(diary: Diary) -> None:
    assert found(diary) == {}


def test_answers_slower_names_both_numbers() -> None:
    diary = Diary()
    for day in YEAR[:150:3]:
        diary.exchange(Side.OWNER, day, 3)
    for day in YEAR[150:178:3]:
        diary.exchange(Side.OWNER, day, 9)
    reasons = found(diary)
    assert reasons["answers much slower"] == ["answers take 9 working hours this month, 3 before"]
    assert "answers slower" not in reasons


def test_answers_somewhat_slower_and_the_owners_too() -> None:
    diary = Diary()
    for number, day in enumerate(YEAR[:178:3]):
        diary.exchange(Side.CONTRACTOR, day, 5 if number >= 50 else 3)
    assert found(diary)["your answers slower"] == ["your answers take 5 working hours this month, 3 before"]


def test_a_wait_counts_when_it_is_longer_than_usual(diary: Diary) -> None:
    diary.exchange(Side.OWNER, working_days_ago(4, MARIA), None)
    diary.exchange(Side.OWNER, NOW - timedelta(hours=1), 0.2)
    assert found(diary)["long wait"] == [f"“Job {diary.number - 2}” has waited 3 working days for an answer"]


def test_a_week_without_any_sign_counts_more(diary: Diary) -> None:
    last = max(m.at for m in diary.facts.messages.values())
    now = last + 12 * DAY
    diary.mail(Side.OWNER, last + DAY, subject="Invoice", asks=True)
    reasons = found(diary, now)
    assert "Maria has not written since" in reasons["very long wait"][0]
    assert "long wait" not in reasons


def test_a_wait_that_asks_nothing_is_no_signal(diary: Diary) -> None:
    asked = diary.mail(Side.CONTRACTOR, NOW - 20 * DAY, asks=True)
    diary.mail(Side.OWNER, NOW - 19 * DAY, (asked.key,), asked.subject)
    assert "long wait" not in found(diary)


def test_an_auto_reply_excuses(diary: Diary) -> None:
    last = max(m.at for m in diary.facts.messages.values())
    diary.mail(Side.OWNER, last + DAY, subject="Invoice", asks=True)
    away = diary.mail(Side.CONTRACTOR, last + DAY, back_on=(last + 20 * DAY).date())
    diary.facts.add(replace(away, kind=Kind.AUTO_REPLY))
    reasons = found(diary, last + 18 * DAY)
    assert not {"long wait", "very long wait", "silence 14 days"} & reasons.keys()


def test_silence_counts_once_by_its_length(diary: Diary) -> None:
    last = max(m.at for m in diary.facts.messages.values())
    for days, name in ((13, None), (14, "silence 14 days"), (30, "silence 30 days"), (60, "silence 60 days")):
        names = {key for key in found(diary, last + days * DAY) if key.startswith("silence")}
        assert names == ({name} if name else set())


def test_pauses_that_are_usual_are_no_silence() -> None:
    diary = Diary()
    for day in YEAR[:200:20]:
        diary.exchange(Side.OWNER, day, 2)
    assert not any(name.startswith("silence") for name in found(diary, YEAR[180] + 27 * DAY))
    assert "silence 30 days" in found(diary, YEAR[180] + 35 * DAY)


def test_a_backup_is_not_expected_to_write_after_a_busy_project_either() -> None:
    diary = Diary(contractor=replace(MARIA, fixed_phase="backup"))
    talk(diary, random.Random(7), YEAR[:60], theirs=3, ours=4)
    last = max(m.at for m in diary.facts.messages.values())
    assert not any(name.startswith("silence") for name in found(diary, last + 89 * DAY))
    assert "silence 60 days" in found(diary, last + 91 * DAY)


def test_a_backup_may_keep_quiet_from_one_quarterly_check_in_to_the_next() -> None:
    diary = Diary(contractor=replace(MARIA, fixed_phase="backup"))
    talk(diary, random.Random(7), YEAR[:60], theirs=3, ours=4)
    held = max(m.at for m in diary.facts.messages.values()) + 10 * DAY
    diary.check_in(held, "held")
    assert not any(name.startswith("silence") for name in found(diary, held + 98 * DAY)), (
        "14 weeks are a quarter"
    )
    assert "silence 60 days" in found(diary, held + 101 * DAY)


def test_days_away_are_no_silence() -> None:
    diary = Diary(contractor=replace(MARIA, away=((NOW.date(), (NOW + 20 * DAY).date()),)))
    talk(diary, random.Random(7), YEAR[:180], theirs=3, ours=4)
    assert "silence 14 days" not in found(diary, NOW + 21 * DAY)


def test_a_check_in_that_was_held_is_contact(diary: Diary) -> None:
    diary.check_in(NOW + 10 * DAY, "held")
    assert "silence 14 days" not in found(diary, NOW + 20 * DAY)


def test_check_ins(diary: Diary) -> None:
    for back, state in (
        (40, "invited"),
        (30, "declined"),
        (20, "missed"),
        (10, "missed"),
        (5, "missed"),
        (3, "held"),
    ):
        diary.check_in(NOW - back * DAY, state)
    reasons = found(diary)
    assert reasons["check-in unanswered"] == ["the check-in of May 25 was never answered"]
    assert reasons["check-in declined"] == ["the check-in of June 4 was declined"]
    assert len(reasons["check-in missed"]) == 2, "it counts twice at most"
    assert "check-in missed" not in found(diary, NOW - 25 * DAY)


def test_deadlines(diary: Diary) -> None:
    due = (NOW - 10 * DAY).date()
    missed = diary.mail(Side.OWNER, NOW - 20 * DAY, subject="Brochure", asks=True, due=due)
    kept = diary.mail(Side.OWNER, NOW - 20 * DAY, subject="Logo", asks=True, due=due)
    diary.mail(Side.CONTRACTOR, NOW - 12 * DAY, (kept.key,), "Re: Logo", tags=("done",))
    assert found(diary)["deadline missed"] == [f"“Brochure” was due on {due:%B %-d} and has not come"]
    diary.mail(Side.CONTRACTOR, NOW - 5 * DAY, (missed.key,), "Re: Brochure", tags=("done",))
    assert found(diary)["deadline missed"] == [f"“Brochure” was due on {due:%B %-d} and came late"]
    assert "deadline missed" not in found(diary, NOW + 40 * DAY)


def test_deadlines_of_who_never_says_done_are_taken_to_be_kept(diary: Diary) -> None:
    asked = diary.mail(Side.OWNER, NOW - 20 * DAY, asks=True, due=(NOW - 10 * DAY).date())
    diary.mail(Side.CONTRACTOR, NOW - 11 * DAY, (asked.key,), asked.subject)
    assert "deadline missed" not in found(diary)


def test_reminders_count_from_the_second_question_on(diary: Diary) -> None:
    diary.letter(NOW - 9 * DAY, "reminders/gentle", "wait/a")
    diary.letter(NOW - 5 * DAY, "reminders/firm", "wait/a")
    assert "reminders needed" not in found(diary)
    diary.letter(NOW - 4 * DAY, "reminders/gentle", "wait/b")
    assert found(diary)["reminders needed"] == ["2 questions needed a reminder this month"]


def test_the_owners_silence_while_the_contractor_writes(diary: Diary) -> None:
    last = max(m.at for m in diary.facts.messages.values())
    for days in range(5, 40, 5):
        diary.mail(Side.CONTRACTOR, last + days * DAY)
    reasons = found(diary, last + 36 * DAY)
    assert reasons["you are silent 30 days"] == ["you have not written for 36 days, Maria has"]
    assert not any(name.startswith("silence") for name in reasons)


def test_who_talks_on_calls_alone_has_not_written_but_is_not_silent(diary: Diary) -> None:
    """A call that was held is both sides' word, and no mail of the contractor's."""
    last = max(m.at for m in diary.facts.messages.values())
    diary.check_in(last + 25 * DAY, "held")
    assert "you are silent 30 days" not in found(diary, last + 35 * DAY)
    diary.mail(Side.CONTRACTOR, last + 34 * DAY)
    assert "you are silent 30 days" not in found(diary, last + 35 * DAY)
    diary.mail(Side.CONTRACTOR, last + 56 * DAY)
    assert "you are silent 30 days" in found(diary, last + 57 * DAY)


def test_no_praise_where_there_was_cause_for_some() -> None:
    diary = Diary()
    for day in YEAR[:178:7]:
        diary.exchange(Side.OWNER, day, 2)
    assert found(diary)["no praise"] == ["no word of thanks for 180 days"]
    diary.exchange(Side.OWNER, NOW - 700 * DAY, 2, thanks=True)
    diary.mail(Side.OWNER, NOW - 30 * DAY, tags=("nrn",), closes=True)
    diary.mail(Side.OWNER, NOW - 30 * DAY, starred_at=NOW - 29 * DAY)
    assert found(diary)["no praise"] == ["no word of thanks for over a year"], "nor is either of these one"
    diary.letter(NOW - 30 * DAY, "appreciation/quick-answer")
    assert "no praise" not in found(diary)


def test_no_feedback_after_a_delivery(diary: Diary) -> None:
    done = diary.mail(Side.CONTRACTOR, NOW - 15 * DAY, subject="Logo", tags=("done",), closes=True)
    assert found(diary)["no feedback"] == [f"nothing was said about “Logo”, delivered on {done.at:%B %-d}"]
    diary.facts.add(replace(done, starred_at=NOW - 14 * DAY))
    assert "no feedback" not in found(diary)
    diary.facts.add(done)
    diary.mail(Side.OWNER, NOW - 2 * DAY, (done.key,), "Re: Logo", closes=True)
    assert "no feedback" not in found(diary)


def test_neither_forged_mail_nor_a_click_is_feedback_and_forged_mail_delivers_nothing(diary: Diary) -> None:
    done = diary.mail(Side.CONTRACTOR, NOW - 15 * DAY, subject="Logo", tags=("done",), closes=True)
    diary.mail(Side.OWNER, NOW - 9 * DAY, (done.key,), "Re: Logo", authentic=False)
    diary.mail(Side.OWNER, NOW - 8 * DAY, (done.key,), "Re: Logo", tags=("pause",), about_letter="t0ken")
    assert "no feedback" in found(diary)
    diary = Diary()
    brief = diary.mail(Side.OWNER, NOW - 15 * DAY, subject="Logo", due=(NOW - 5 * DAY).date(), asks=True)
    diary.mail(Side.CONTRACTOR, NOW - 9 * DAY, (brief.key,), "Re: Logo", authentic=False)
    assert "deadline missed" in found(diary)
    diary.mail(Side.CONTRACTOR, NOW - 8 * DAY, (brief.key,), "Re: Logo")
    assert "deadline missed" not in found(diary)


def test_a_letter_about_a_delivery_is_feedback_where_the_owner_has_approved_it(diary: Diary) -> None:
    done = diary.mail(Side.CONTRACTOR, NOW - 15 * DAY, subject="Logo", tags=("done",), closes=True)
    diary.letter(NOW - 14 * DAY, "appreciation/delivered", f"delivered/{done.key}")
    assert "no feedback" in found(diary)
    [letter] = diary.facts.letters.values()
    diary.facts.add(replace(letter, approved_at=NOW - 14 * DAY))
    assert "no feedback" not in found(diary)


def test_what_the_owner_said_is_done_asks_no_feedback_of_them(diary: Diary) -> None:
    diary.mail(Side.OWNER, NOW - 15 * DAY, subject="Logo", tags=("done",), closes=True)
    assert "no feedback" not in found(diary)


@pytest.mark.parametrize("click", ["", "t0ken"], ids=["by mail", "by a click"])
def test_late_payment_only_where_the_owner_marks_payments(click: str) -> None:
    diary = Diary(contractor=replace(MARIA, pay=("15th", "last day")))
    talk(diary, random.Random(7), YEAR[:180], theirs=3, ours=4)
    assert "payment late" not in found(diary)
    diary.mail(Side.OWNER, datetime(2026, 6, 1, 15, tzinfo=UTC), tags=("paid",), closes=True)
    june = datetime(2026, 6, 24, 15, tzinfo=UTC)
    assert found(diary, june)["payment late"] == ["pay of June 15 is not marked as paid"]
    diary.mail(Side.OWNER, datetime(2026, 6, 19, 15, tzinfo=UTC), tags=("paid",), about_letter=click)
    assert "payment late" not in found(diary, june)
    assert "payment late" not in found(diary, datetime(2026, 7, 1, 15, tzinfo=UTC)), "within its grace"


# -- the owner tunes -----------------------------------------------------------------------------------------


def test_the_owners_points_replace_the_built_in_ones(diary: Diary) -> None:
    diary.check_in(NOW - 5 * DAY, "missed")
    before = Temperature("warm", 100, ("x",), START)
    assert judge(diary.story, Tuned(), before, NOW).points == 80
    assert judge(diary.story, Tuned(signals={"check-in missed": 65}), before, NOW).state == "cold"
    silent = judge(diary.story, Tuned(signals={"check-in missed": 0}), before, NOW)
    assert silent.points == 100
    assert not any("check-in" in reason for reason in silent.reasons)
    assert judge(diary.story, Tuned(cooling_below=90), before, NOW).state == "cooling"


def test_a_signal_that_is_switched_off_takes_no_others_place(diary: Diary) -> None:
    last = max(m.at for m in diary.facts.messages.values())
    long, longer, longest = "silence 14 days", "silence 30 days", "silence 60 days"
    for off, left in ({longest}, longer), ({longer, longest}, long), ({longer}, longest):
        names = found(diary, last + 70 * DAY, dict.fromkeys(off, 0)).keys()
        assert {name for name in names if name.startswith("silence")} == {left}
    waited = found(diary, last + 10 * DAY, {"very long wait": 0}) if _asked(diary, last) else {}
    assert len(waited["long wait"]) == 1
    slow = Diary()
    talk(slow, random.Random(8), YEAR[:150], theirs=3, ours=4)
    talk(slow, random.Random(9), YEAR[150:180], theirs=20, ours=4)
    assert "answers much slower" in found(slow)
    assert "answers slower" not in found(slow)
    assert "answers slower" in found(slow, points={"answers much slower": 0})


def _asked(diary: Diary, last: datetime) -> Message:
    return diary.mail(Side.OWNER, last, subject="Invoice", asks=True)


def test_every_signal_has_a_lower_case_name_and_weight() -> None:
    for name, signal in SIGNALS.items():
        assert name == signal.name == name.lower().strip()
        assert 0 < signal.points <= 100


def _table() -> Iterator[tuple[str, int, int]]:
    from pathlib import Path

    for line in Path("docs/temperature.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and cells[1].isdecimal():
            most = re.search(r"each counts, (\d) at most", cells[3])
            yield cells[0].strip("`"), int(cells[1]), int(most[1]) if most else 1


def test_the_documented_table_is_the_real_one() -> None:
    assert list(_table()) == [(x.name, x.points, x.at_most) for x in SIGNALS.values()]


def test_a_date_of_another_year_is_no_trouble() -> None:
    diary = Diary(contractor=replace(MARIA, pay=("last day",)))
    assert Evidence(diary.story).pay_days(datetime(2026, 3, 10, tzinfo=UTC)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]
