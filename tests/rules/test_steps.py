"""Steps must rise; where only the hours could tell, the owner is believed."""

import pytest

from relationship.clocks.durations import parse_duration
from rules.format.steps import rises
from rules.format.suggest import closest, did_you_mean


@pytest.mark.parametrize(
    ("earlier", "later", "fits"),
    [
        ("1 day", "2 days", True),
        ("2 days", "2 days", False),
        ("7 days", "1 week", False),
        ("36 hours", "2 days", True),
        ("1 working day", "3 working days", True),
        ("3 working days", "1 working day", False),
        ("4 working hours", "2 working days", True),
        ("4 working hours", "1 working day", True),
        ("10 working hours", "1 working day", True),  # a long shift
        ("24 working hours", "1 working day", False),  # no shift is so long
        ("1 working day", "4 working hours", False),
        ("1 working day", "12 working hours", True),
        ("5 working days", "3 days", False),
        ("2 working days", "2 days", False),
        ("2 working days", "7 days", True),
        ("3 days", "1 working day", True),  # a long weekend
    ],
)
def test_after(earlier: str, later: str, fits: bool) -> None:
    assert rises(parse_duration(earlier), parse_duration(later), "after") is fits


def test_before_comes_nearer() -> None:
    far, near = parse_duration("3 working days"), parse_duration("1 working day")
    assert rises(far, near, "before")
    assert not rises(near, far, "before")


@pytest.mark.parametrize(
    ("word", "allowed", "near"),
    [
        ("emial", ["email", "name"], "email"),
        ("check_ins", ["check-ins", "closers"], "check-ins"),
        ("At Most", ["at most", "approve"], "at most"),
        ("xyz", ["email", "name"], None),
        ("", ["email"], None),
    ],
)
def test_the_nearest_word(word: str, allowed: list[str], near: str | None) -> None:
    assert closest(word, allowed) == near


def test_where_none_is_near_all_are_named() -> None:
    assert did_you_mean("xyz", ["email", "name"]) == "Allowed: email, name."
    assert did_you_mean("emial", ["email", "name"]) == 'Did you mean "email"?'
    assert did_you_mean("xyz", []) == ""
    letters = ["reminders/check-in", "reminders/gentle", "check-ins/agenda"]
    assert did_you_mean("gentle", letters) == 'Did you mean "reminders/gentle"?'
    assert did_you_mean("Check in", letters) == 'Did you mean "reminders/check-in"?'
