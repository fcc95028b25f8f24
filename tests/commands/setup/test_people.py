"""Who stands in the file that `init` writes: the answers of a person, one line each."""

import io
import sys
from datetime import UTC, datetime

import pytest

from commands.setup import asking
from commands.setup.acquaintances import Circle
from commands.setup.people import ask_contractors, ask_owner
from mail.raw import RawMail

MARIA, OTHER, THIRD = "maria@contract.example", "maria@mail.example", "m.santos@else.example"


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_of_two_addresses_with_one_name_it_is_asked_whether_they_are_one_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rest = ("", "Asia/Manila", "")  # what they do, zone, hours
    first, second = (MARIA, "Maria Santos", *rest), (OTHER, "maria santos", "y")
    third = (THIRD, "Maria Santos", "n", "Maria SANTOS", "Maria Santos (books)", *rest)
    answers(monkeypatch, *first, *second, *third, "")
    found = ask_contractors(Circle(), ["dana@acme.example"])
    assert [(one["name"], one["email"]) for one in found] == [
        ("Maria Santos", [MARIA, OTHER]),
        ("Maria Santos (books)", [THIRD]),
    ]


def test_numbers_that_make_no_sense_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, "3-1", "1-999999999999", "0", "²", "one", "1, 3-4 3")
    assert asking.numbers("Which?", 4) == [1, 3, 4]
    said = capsys.readouterr().err
    assert (said.count("Write their numbers"), said.count("The numbers go from 1 to 4.")) == (3, 2)


LEE = "lee@acme.example"


def test_colleagues_who_write_for_the_mailbox_are_asked_about_and_are_no_contractors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    circle = Circle()
    for uid, (writer, to) in enumerate([("dana@acme.example", MARIA)] * 2 + [(LEE, MARIA), (MARIA, LEE)]):
        header = f"From: {writer}\r\nTo: {to}\r\nMessage-ID: <{uid}@x>\r\n\r\n"
        at = datetime(2026, 3, 1, tzinfo=UTC)
        circle.add([RawMail("Sent", uid, at, frozenset(), header.encode(), b"Hello.\r\n", True)])
    answers(monkeypatch, "“Dana”", "Dana Reyes", "", LEE, "America/New_York", "")
    owner = ask_owner(circle, "team@acme.example")
    assert (owner["name"], owner["email"], owner["team"]) == ("Dana Reyes", ["dana@acme.example"], [LEE])
    assert "Use straight quotes" in capsys.readouterr().err
    assert LEE not in [one.address for one in circle.proposals(["dana@acme.example", LEE])]


def test_addresses_are_taken_as_people_part_them_and_are_shown_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for typed in ("dana@acme.example; lee@acme.example", "[dana@acme.example, lee@acme.example]"):
        answers(monkeypatch, "Dana Reyes", "dana@", typed, "America/New_York", "")
        assert ask_owner(Circle(), "team@acme.example")["email"] == ["dana@acme.example", LEE]
    answers(monkeypatch, MARIA, "Maria Santos", "", "Asia/Manila", "", MARIA, "")
    ask_contractors(Circle(), ["dana@acme.example"])
    assert f'"{MARIA}" is there already.' in capsys.readouterr().err
