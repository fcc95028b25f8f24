"""`backtest`: what it prints, what it compares, and that the short cuts of a tick change nothing."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.app import build
from commands.backtest import _summary, beginning
from commands.backtesting import Line, backtest, differences, past_of
from daemon import House
from relationship import story
from relationship.correspondence import ledger
from relationship.facts import Profile
from store.protocol import OWNER, Store
from store.tinydb_store import TinyStore

END = datetime(2026, 3, 2, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[1] / "rules" / "rules.example.yaml"
OVER = "cancelled: what it was about is over"
RULES = """
limits:
  per contractor: [2 a day, 5 a week]
rules:
  - name: Thank a quick answer
    when: contractor replied
    if: {took: under 2 working hours}
    send: appreciation/quick-answer
    at most: once in 2 weeks
  - name: Remind kindly
    when: waiting on contractor
    steps:
      - {after: 1 working day, send: reminders/gentle}
      - {after: 3 working days, send: reminders/firm}
      - {after: 5 working days, send: owner/escalation}
  - name: I owe an answer
    when: waiting on owner
    steps:
      - {after: 4 working hours, send: owner/you-owe}
  - name: We have gone quiet
    when: silence
    steps:
      - {after: 14 days, send: owner/gone-quiet}
  - name: Thank what I starred
    when: starred
    send: appreciation/starred
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    os.environ["KEEPWARM_TEST_PASSWORD"] = "secret"
    return House(tmp_path / "rules.yaml", tmp_path / "data")


def past(house: House, rules_for, recorded, days: int, count: int = 3) -> Store:
    house.rules.write_text(rules_for(count, RULES), encoding="utf-8")
    policy = house.policy(house.templates())
    return recorded(policy.owner, policy.contractors, END, days, 4.0)


def run(house: House, store: Store, days: int) -> list[Line]:
    policy = house.policy(house.templates())
    return backtest(house, policy, past_of(store), END - timedelta(days=days), END)


def test_equal_reasons_of_different_days_are_counted_together() -> None:
    stale = [f"stale: it was due {day} Mar 2026 10:00, more than 2 working days ago" for day in (3, 12, 24)]
    reasons = ["Maria Santos is paused by you"] * 2 + stale
    lines = [Line(END, "Chase", "Maria Santos", "", "", "", "suppress", why) for why in reasons]
    [(*_, mostly)] = _summary(lines)
    assert mostly == "stale: it was due …, more than 2 working days ago"


def test_the_short_cuts_of_a_tick_change_nothing(house, rules_for, recorded, monkeypatch) -> None:
    store = past(house, rules_for, recorded, 100)
    fast = run(house, store, 100)
    assert {line.verdict for line in fast} >= {"send", "suppress"}
    assert len(fast) > 100
    ever = timedelta(days=9999)
    monkeypatch.setattr(story, "LATELY", ever)
    monkeypatch.setattr(ledger, "LAPSES", ever)
    monkeypatch.setattr("relationship.check_ins.outlook.Outlook.holds", lambda *_: False)
    monkeypatch.setattr("relationship.correspondence.correspondence._changed", lambda *_: None)
    monkeypatch.setattr("rules.docket.Docket.looked", lambda *_: None)
    assert run(house, store, 100) == fast


def outcomes(lines: list[Line]) -> list[tuple[object, ...]]:
    """What came of it; that something is over without a word may be noticed a little later."""
    told = ((x.letter if x.why != OVER else x.letter[1:], x.rule, x.verdict, x.why) for x in lines)
    return sorted(told, key=repr)


@pytest.mark.parametrize("seed", [1, 2])
def test_looking_at_what_is_open_finds_as_much_as_looking_at_everything(
    house, rules_for, recorded, enlivened, monkeypatch, seed: int
) -> None:
    every_rule = EXAMPLE.read_text(encoding="utf-8").partition("\ncheck-ins:")[2]
    house.rules.write_text(rules_for(3, "\ncheck-ins:" + every_rule), encoding="utf-8")
    policy = house.policy(house.templates())
    store = enlivened(recorded(policy.owner, policy.contractors, END, 70, 3.0), seed)
    found = run(house, store, 70)
    assert len({line.rule for line in found}) >= 18
    monkeypatch.setattr("rules.docket.Docket.looked", lambda *_: None)
    assert outcomes(run(house, store, 70)) == outcomes(found)


def test_letters_of_years_ago_are_told_though_they_were_archived(house, rules_for, recorded) -> None:
    store = past(house, rules_for, recorded, 480, 1)
    found = [line.at for line in run(house, store, 480) if line.verdict == "send"]
    assert min(found) < END - timedelta(days=460)


def test_what_needs_the_owners_word_waits_for_it(house, rules_for, recorded) -> None:
    store = past(house, rules_for, recorded, 40)
    rules = house.rules.read_text(encoding="utf-8")
    approved = rules.replace("quick-answer\n", "quick-answer\n    approve: owner\n")
    house.rules.write_text(approved, encoding="utf-8")
    asked = [line for line in run(house, store, 40) if line.template == "appreciation/quick-answer"]
    held = [line for line in asked if line.verdict == "hold"]
    assert held
    assert {line.why for line in held} == {"you would have been asked: it goes out on your word alone"}
    assert not any(line.verdict == "send" for line in asked)


def test_a_backtest_reaches_back_before_the_installation(house, rules_for, recorded) -> None:
    """What the first look at the mailbox read is replayed when it happened, not when it was read."""
    store = past(house, rules_for, recorded, 60)
    usual = run(house, store, 60)
    later = END - timedelta(days=1)
    for key in store.names():
        if key == OWNER:
            [installation] = store.load(key).installation.values()
            store.commit(key, [type(installation)(later, "live", later)])
            continue
        facts = store.load(key)
        [profile] = facts.profile.values()
        read = [type(m)(**{**_fields(m), "seen_at": max(later, m.seen_at)}) for m in facts.messages.values()]
        store.commit(key, [Profile(profile.name, profile.addresses, later), *read])
    found = run(house, store, 60)
    sent = {(x.rule, x.contractor, x.template) for x in usual if x.verdict == "send"}
    assert {(x.rule, x.contractor, x.template) for x in found if x.verdict == "send"} == sent
    assert min(line.at for line in found) < END - timedelta(days=40)


def _fields(message) -> dict[str, object]:
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


@pytest.fixture
def recorded_house(house, rules_for, recorded) -> House:
    """A data folder as the daemon leaves it, whose last mail came just now."""
    now = house.now()
    house.rules.write_text(rules_for(2, RULES), encoding="utf-8")
    policy = house.policy(house.templates())
    memory = recorded(policy.owner, policy.contractors, now, 40, 4.0)
    store = TinyStore(house.data)
    for key in memory.names():
        facts = memory.load(key)
        tables = (facts.profile, facts.installation, facts.messages)
        store.commit(key, [fact for table in tables for fact in table.values()])
    store.close()
    return house


def invoke(house: House, *arguments: str) -> tuple[int, str, str]:
    base = ["--rules", str(house.rules), "--data", str(house.data), "backtest"]
    result = CliRunner().invoke(build(House), [*base, *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_json_says_of_each_letter_when_to_whom_and_why(recorded_house) -> None:
    code, out, _ = invoke(recorded_house, "--since", "40d", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    fields = ["at", "rule", "contractor", "to", "template", "subject", "verdict", "why"]
    assert [list(row) for row in rows] == [fields] * len(rows)
    assert {row["verdict"] for row in rows} >= {"send", "suppress"}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert all(row["why"] for row in rows)


def test_the_terminal_sums_up_by_rule_and_contractor(recorded_house) -> None:
    code, out, _ = invoke(recorded_house, "--since", "6w", "--letters")
    assert code == 0
    assert "What the rules would have done" in out
    assert "letters would have gone out" in out
    assert "The letters" in out


def test_a_diff_shows_the_letters_that_only_one_file_sends(recorded_house) -> None:
    other = recorded_house.rules.with_name("other.yaml")
    slower = recorded_house.rules.read_text(encoding="utf-8").replace("after: 14 days", "after: 13 days")
    other.write_text(slower, encoding="utf-8")
    code, out, _ = invoke(recorded_house, "--since", "40d", "--diff", str(other), "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {row["rule"] for row in rows} <= {"We have gone quiet"}
    other.write_text(recorded_house.rules.read_text(encoding="utf-8"), encoding="utf-8")
    code, out, _ = invoke(recorded_house, "--since", "40d", "--diff", str(other))
    assert code == 0
    assert "The same letters would go out at the same times." in out


def test_of_equal_letters_as_many_are_told_as_there_are_more() -> None:
    one = Line(END, "A", "Maria", "m@x.example", "reminders/gentle", "Re: Logo", "send", "")
    held = Line(END, "A", "Maria", "m@x.example", "reminders/firm", "Re: Logo", "hold", "")
    assert differences([one, one, held], [one]) == ([one], [])
    assert differences([held], [one]) == ([], [one])


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("90d", END - timedelta(days=90)),
        ("2 weeks", END - timedelta(days=14)),
        ("2y", END - timedelta(days=730)),
        ("2026-01-15", datetime(2026, 1, 15, 5, tzinfo=UTC)),
    ],
)
def test_since_is_a_span_or_a_day(text: str, begin: datetime) -> None:
    assert beginning(text, END, "America/New_York") == begin


def test_before_the_first_mail_nothing_is_known(recorded_house) -> None:
    first = min(json.loads(line)["at"] for line in invoke(recorded_house, "--json")[1].splitlines())
    code, out, err = invoke(recorded_house, "--since", "1000y", "--json")
    assert (code, min(json.loads(line)["at"] for line in out.splitlines())) == (0, first)
    assert "The recorded mail begins on" in err
    code, out, err = invoke(House(recorded_house.rules, recorded_house.data / "nothing"), "--json")
    assert (code, out) == (0, "")
    assert "No mail is recorded yet" in err


@pytest.mark.parametrize("text", ["yesterday", "90", "d", "2027-01-01", "2026-02-30", "99999y"])
def test_a_since_that_is_none_is_refused_in_a_sentence(recorded_house, text: str) -> None:
    code, out, err = invoke(recorded_house, "--since", text)
    assert (code, out) == (1, "")
    assert "--since" in err
