"""Rule tests: the format and its complaints, what is played, and what a failure says."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from commands.app import build
from daemon import House
from relationship.facts.messages import Side
from rules.format.problems import PolicyErrors
from rules.policy import Policy
from rules.rule_tests.loader import load_tests

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "rules.yaml"


@pytest.fixture(scope="module")
def policy() -> Policy:
    house = House(RULES, ROOT / "nowhere")
    return house.policy(house.templates())


READERS = {"reminders/gentle": Side.CONTRACTOR, "owner/you-owe": Side.OWNER}


def complaints(text: str, policy: Policy) -> list[str]:
    with pytest.raises(PolicyErrors) as caught:
        load_tests(text, policy, READERS)
    return [str(problem) for problem in caught.value.problems]


def a_test(timeline: str, more: str = "    nothing else: yes") -> str:
    return f"tests:\n  - name: One\n    timeline:\n{timeline}\n{more}\n"


ASKS = "      - {at: 2026-03-02 10:00, from: Nora, to: Ben, subject: Logo, text: Where is it?}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty. Begin with `tests:`."),
        ("tests: 3", "A list is expected here"),
        ("test:\n  - name: One", 'Did you mean "tests"?'),
        (a_test("      - {at: 2026-03-02 10:00, form: Nora, text: Hello}"), 'Did you mean "from"?'),
        (
            a_test("      - {at: 2026-03-02 10:00, from: Nora, to: Bem, text: Hello}"),
            'Did you mean "Ben"?',
        ),
        (a_test("      - {at: Tue 2026-03-02 10:00, from: Ben, text: Hello}"), "2026-03-02 is a Monday."),
        (a_test("      - {at: 2026-02-30 10:00, from: Ben, text: Hello}"), "is not in the calendar"),
        (a_test("      - {at: 10:00, from: Ben, text: Hello}"), "counts from the line above"),
        (a_test("      - {at: 2026-03-02, from: Ben, text: Hello}"), "is no moment."),
        (
            a_test(ASKS + "\n      - {at: 2026-03-01 10:00, from: Ben, text: Hello}"),
            "lies before the line above",
        ),
        (
            a_test("      - {at: 2026-03-02 10:00 Mars/Phobos, from: Ben, text: Hello}"),
            "is not a time zone",
        ),
        (
            a_test("      - {at: 2026-03-02 10:00 Bob's time, from: Ben, text: Hello}"),
            "Nobody in rules.yaml is named",
        ),
        (a_test("      - {at: 2026-03-02 10:00, from: Nora, text: Hello}"), "to whom you write"),
        (a_test("      - {at: 2026-03-02 10:00, from: Ben}"), "what happens in this line"),
        (a_test("      - {at: 2026-03-02 10:00, from: Ben, subject: Hi}"), "what this mail says"),
        (
            a_test(ASKS + "\n      - {at: 11:00, from: Ben, text: Hi, star: Logo}"),
            "Two things happen in this line",
        ),
        (a_test(ASKS + "\n      - {at: 11:00, star: Lego}"), 'Did you mean "Logo"?'),
        (a_test(ASKS, ""), "expects nothing"),
        (a_test(ASKS, "    expect: [{send: reminders/gentel}]"), 'Did you mean "reminders/gentle"?'),
        (a_test(ASKS, "    expect: [{rule: Remind kindley}]"), 'Did you mean "Remind kindly"?'),
        (a_test(ASKS, "    expect: [{to: Ben, at: 10:00}]"), "does not say on which day"),
        (a_test(ASKS, "    expect: [{to: Ben, on: 2026-03-03, by: 2026-03-04 10:00}]"), "both say when"),
        (a_test(ASKS, "    never: [{says: hello}]"), "any letter at all"),
        (a_test(ASKS) + a_test(ASKS).removeprefix("tests:\n"), 'Two tests are named "One".'),
        (a_test("      - {at: 9999-12-31 10:00, from: Ben, text: Hello}"), "Years go from 1990 to 2099."),
        (a_test("      - {at: 0001-01-01 00:00, from: Ben, text: Hello}"), "Years go from 1990 to 2099."),
        (
            a_test(ASKS + "\n      - {at: 500 weeks later, from: Ben, text: Hello}" * 2),
            "Is a year mistyped?",
        ),
        (a_test(ASKS, "    nothing else: yes\n    until: 2062-03-10 10:00"), "Is a year mistyped?"),
        (
            a_test(ASKS, "    nothing else: yes\n    until: 2026-03-01 10:00"),
            "ends before all of it has happened",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, words: str, policy: Policy) -> None:
    found = complaints(text, policy)
    assert any(words in one for one in found), found
    assert all(one.startswith("line ") for one in found)


def test_two_faults_are_both_told(policy: Policy) -> None:
    faults = "    never: [{to: Bem}]\n    expect: [{rule: Remind kindley}]"
    assert len(complaints(a_test(ASKS, faults), policy)) == 2


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("11:30", "2026-03-02T16:30"),
        ("next day 09:00", "2026-03-03T14:00"),
        ("6 days later 09:00", "2026-03-08T13:00"),  # summer time has begun
        ("Friday 09:00", "2026-03-06T14:00"),
        ("Monday 09:00", "2026-03-09T13:00"),
        ("Monday 11:00", "2026-03-02T16:00"),
        ("20 minutes later", "2026-03-02T15:20"),
        ("2026-03-03 10:00 Ben's time", "2026-03-03T09:00"),
        ("2026-03-03 10:00 Asia/Manila", "2026-03-03T02:00"),
        ("2026-03-03 10:00 UTC", "2026-03-03T10:00"),
    ],
)
def test_moments_are_read_as_people_write_them(written: str, at: str, policy: Policy) -> None:
    line = f"      - {{at: {written}, from: Ben, text: Hello}}"
    [test] = load_tests(a_test(f"{ASKS}\n{line}"), policy, READERS)
    assert test.events[1].at.isoformat() == f"{at}:00+00:00"


def run(tmp_path: Path, text: str, *options: str, rules: str = "") -> tuple[int, str]:
    """`test` with the project's own rules, or with others."""
    (tmp_path / "rules.yaml").write_text(rules or RULES.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "rules.test.yaml").write_text(text, encoding="utf-8")
    app: typer.Typer = build(House)
    result = CliRunner().invoke(app, ["--rules", str(tmp_path / "rules.yaml"), "test", *options])
    return result.exit_code, result.stdout


def test_our_own_rules_pass_their_own_tests() -> None:
    result = CliRunner().invoke(build(House), ["--rules", str(RULES), "test", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row for row in rows if not row["ok"]] == []
    assert len(rows) >= 12
    assert result.exit_code == 0


def test_a_letter_at_another_time_is_shown_beside_what_was_expected(tmp_path: Path) -> None:
    expect = "    expect: [{send: reminders/gentle, to: Ben, at: 2026-03-04 10:00}]"
    code, shown = run(tmp_path, a_test(ASKS, expect))
    assert code == 1
    assert "FAIL  One" in shown
    assert "expected reminders/gentle, to Ben Okafor, between Wed 2026-03-04 10:00" in shown
    assert "it differs from: Tue 2026-03-03 10:00  reminders/gentle to Ben Okafor" in shown
    assert "found Tue 2026-03-03 10:00" in shown


def test_what_went_out_years_ago_counts(tmp_path: Path) -> None:
    ask = "      - {at: 2024-03-05 09:00, from: Nora, to: Ben, subject: Logo, text: Could you send me the logo?}"
    answer = "      - {at: 30 minutes later, from: Ben, answers: previous, text: Here it is.}"
    thanks = "[{send: appreciation/quick-answer, to: Ben, at: 2024-03-05 09:30}]"
    years = "    until: 2026-06-01 10:00"
    assert run(tmp_path, a_test(f"{ask}\n{answer}", f"    expect: {thanks}\n{years}"))[0] == 0
    code, out = run(tmp_path, a_test(f"{ask}\n{answer}", f"    never: {thanks}\n{years}"))
    assert (code, "must not go out, and did" in out) == (1, True)


def test_a_star_is_thanks_where_a_rule_makes_it_so_and_else_as_little_as_for_the_daemon(
    tmp_path: Path,
) -> None:
    lines = (
        "      - {at: Tue 2026-03-03 09:00, from: Ben, subject: Logo, text: Here it is.}",
        "      - {at: Thu 2026-03-05 09:00, star: Logo}",
    )
    praise = "  - {name: Praise, when: no praise, steps: [{after: 5 days, send: owner/no-praise}]}\n"
    rules = RULES.read_text(encoding="utf-8").partition("\nrules:\n")[0] + "\nrules:\n" + praise
    star = "  - {name: Star, when: starred, send: appreciation/starred}\n"
    for known, day in ((rules, "2026-03-09"), (rules + star, "2026-03-10")):  # a Sunday is waited for
        expect = f"    expect: [{{rule: Praise, on: {day}}}]\n    until: 2026-03-11 09:00"
        code, out = run(tmp_path, a_test("\n".join(lines), expect), rules=known)
        assert code == 0, out


def test_who_is_added_has_their_history_read_back_and_nothing_in_it_is_acted_on(tmp_path: Path) -> None:
    lines = (
        "      - {at: Tue 2026-03-03 08:00, from: Ben, subject: Sketch, text: Here it is. Which one is it to be?}",
        "      - {at: 08:30, star: Sketch}",
        "      - {at: 09:00, from: Nora, to: Ben, subject: Logo, text: Could you send me the logo?}",
        "      - {at: 09:10, added: Ben}",
        "      - {at: 09:30, from: Ben, answers: Logo, text: Here it is.}",
        "      - {at: 2026-03-05 09:00, from: Ben, subject: Flyer, text: Here it is.}",
        "      - {at: 2026-03-05 09:30, star: Flyer}",
    )
    rules = (
        RULES.read_text(encoding="utf-8").partition("\nrules:\n")[0]
        + """
rules:
  - {name: Thanks, when: contractor replied, if: {took: under 2 hours}, send: appreciation/quick-answer}
  - {name: Star, when: starred, send: appreciation/starred}
  - {name: I owe, when: waiting on owner, steps: [{after: 1 working hour, send: owner/you-owe}]}
"""
    )
    expect = """    expect:
      - {rule: Thanks, at: 2026-03-03 09:30, says: 30 minutes}
      - {rule: Star, on: 2026-03-05, subject: Flyer}
    nothing else: yes"""
    code, out = run(tmp_path, a_test("\n".join(lines), expect), rules=rules)
    assert code == 0, out


def test_a_note_is_compared_as_the_days_mail_says_it(tmp_path: Path) -> None:
    """It was written when it began to wait, and is written anew for the mail that it waits for."""
    rules = (
        RULES.read_text(encoding="utf-8").partition("\nrules:\n")[0]
        + """
rules:
  - {name: I owe, when: waiting on owner, steps: [{after: 1 working hour, send: owner/you-owe}]}
"""
    )
    asks = (
        "      - {at: 2026-03-02 08:00, from: Ben, subject: Logo, text: Which colour do you want?}",
        "      - {at: 2026-03-02 15:00, from: Ben, subject: Flyer, text: Which size do you want?}",
    )
    says = '"on Monday, March 2, 3 working hours ago"'
    expect = f"    expect: [{{send: owner/you-owe, subject: Flyer, on: 2026-03-03, says: {says}}}]"
    code, shown = run(tmp_path, a_test("\n".join(asks), expect), rules=rules)
    assert code == 0, shown


def test_a_line_makes_way_for_one_that_only_this_letter_fits(tmp_path: Path) -> None:
    lines = (
        "      - {at: 2026-03-03 09:00, from: Nora, to: Ben, subject: Logo, text: Could you send me the logo?}",
        "      - {at: 2026-03-03 09:00, from: Nora, to: Maria, subject: Lists, text: Could you send me the list?}",
        "      - {at: 2026-03-03 09:20, from: Ben, answers: Logo, text: Here it is.}",
        "      - {at: 2026-03-03 09:40, from: Maria, answers: Lists, text: Here it is.}",
    )
    wide, narrow = "{send: appreciation/quick-answer}", "{send: appreciation/quick-answer, to: Ben}"
    for expect in (f"[{wide}, {narrow}]", f"[{narrow}, {wide}]"):
        code, out = run(tmp_path, a_test("\n".join(lines), f"    expect: {expect}\n    nothing else: yes"))
        assert code == 0, out


def test_words_that_are_missing_are_shown_with_the_letter(tmp_path: Path) -> None:
    expect = "    expect: [{send: reminders/gentle, to: Ben, says: [Logo, flying saucers]}]"
    code, shown = run(tmp_path, a_test(ASKS, expect))
    assert code == 1
    assert "says: expected “flying saucers”, found:" in shown
    assert "expected “Logo”" not in shown


def test_a_letter_that_was_withheld_says_why(tmp_path: Path) -> None:
    answer = "      - {at: next day 10:00, from: Ben, answers: Logo, text: Here it is.}"
    expect = "    expect: [{send: appreciation/quick-answer, to: Ben}]"
    code, shown = run(tmp_path, a_test(f"{ASKS}\n{answer}", expect))
    assert code == 1
    assert "withheld:" in shown
    assert "not under 2 working hours" in shown


def test_what_must_not_go_out_and_does_is_named(tmp_path: Path) -> None:
    code, shown = run(tmp_path, a_test(ASKS, "    never: [{to: Ben}]"))
    assert code == 1
    assert "must not go out, and did:" in shown
    code, shown = run(tmp_path, a_test(ASKS))
    assert code == 1
    assert "nothing else was expected, and this went out:" in shown


def test_json_is_one_object_a_test(tmp_path: Path) -> None:
    code, shown = run(tmp_path, a_test(ASKS, "    never: [{send: reminders/firm, on: 2026-03-03}]"), "--json")
    assert code == 0
    assert json.loads(shown) == {"test": "One", "ok": True, "message": ""}


PLAYED = """
tests:
  - name: A click settles what I owe
    timeline:
      - {at: 2026-03-02 09:00, from: Ben, subject: Colours, text: Which blue do you want?}
      - {at: next day 15:00, from: Nora, clicks: settled}
    until: 2026-03-09 18:00
    expect: [{send: owner/you-owe, about: Ben, on: 2026-03-02}]
    nothing else: yes
  - name: An answer to a reminder answers the question
    timeline:
      - {at: 2026-03-02 10:00, from: Nora, to: Ben, subject: Logo, text: Where is it?}
      - {at: 2026-03-03 11:00, from: Ben, answers: letter, text: It is on its way.}
    until: 2026-03-09 18:00
    expect: [{send: reminders/gentle, to: Ben}]
    nothing else: yes
  - name: A declined invitation
    people: Ben
    begins: 2026-03-02 09:00
    timeline:
      - {at: 2026-04-03 11:00, from: Ben, answers the invitation: declined}
    until: 2026-04-14 18:00
    expect: [{send: check-ins/agenda, to: Ben}]
    never: [{send: owner/check-in-over}]
  - name: An address that is gone
    timeline:
      - {at: 2026-03-02 10:00, from: Nora, to: Ben, subject: Logo, text: Where is it?}
      - {at: 1 minute later, bounces: Ben}
    until: 2026-03-09 18:00
    never: [{to: Ben}]
  - name: Nothing that was there before
    begins: 2026-03-05 09:00
    timeline:
      - {at: 2026-03-02 10:00, from: Nora, to: Ben, subject: Logo, text: Where is it?}
    until: 2026-03-12 18:00
    nothing else: yes
  - name: Nothing is answered that was not sent
    timeline:
      - {at: 2026-03-02 10:00, from: Ben, answers: letter, text: Thank you for asking.}
    nothing else: yes
"""


def test_clicks_answers_and_invitations_are_played(tmp_path: Path) -> None:
    code, shown = run(tmp_path, PLAYED, "--json")
    rows = {row["test"]: row for row in map(json.loads, shown.splitlines())}
    last = rows.pop("Nothing is answered that was not sent")
    assert {name: row["message"] for name, row in rows.items() if not row["ok"]} == {}
    assert "Keepwarm had sent none by then" in last["message"]
    assert code == 1


def test_where_there_are_none_it_says_how_to_write_one(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    result = CliRunner().invoke(build(House), ["--rules", str(tmp_path / "rules.yaml"), "test"])
    assert result.exit_code == 1
    assert "There are no rule tests beside" in result.stderr
