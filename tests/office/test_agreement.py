"""Digest, status, report and the temperature's reasons tell the same numbers, of the same time, in the same words."""

import re
from datetime import timedelta
from typing import Any

import pytest

from commands.reporting.page import page
from commands.reporting.portraits import portraits
from commands.status import _cells, _in_words, _reading, rows
from mail.letters.rendering import Templates
from relationship.facts.messages import Side
from relationship.facts.temperature import Temperature
from relationship.warmth.latency import compared, pair, short
from tick.owner.digest.gathering import gather
from tick.owner.digest.pace import WEEK
from tick.owner.digest.words import Words


def told(busy: Any, templates: Templates) -> tuple[str, str, list[tuple[str, ...]]]:
    """The digest's plain text, the report's words, and the cells of status."""
    books, now = busy.books, busy.now
    stories = [books.story(key) for key in books.people.contractors]
    week = gather(stories, books.policy.temperature, now - WEEK, now)
    facts = Words(books.people.owner, "team@acme.example").facts(week, news_question=False)
    owner = {"name": "Dana Reyes", "first_name": "Dana"}
    digest = templates.render(
        "owner/digest", "en", 0, {"owner": owner, "mailbox": "x@y.example", **facts}
    ).text
    since = now - timedelta(weeks=26)
    report = page(portraits(books, since, now), books.people.owner, since, now)
    cells = [
        _cells(row, _reading(story, books, now)) for row, story in zip(rows(books, now), stories, strict=True)
    ]
    return digest, " ".join(re.sub(r"<[^>]+>", " ", report).split()), cells


@pytest.mark.parametrize("cooling_for", [None, 21, 90])
def test_one_relationship_has_one_pair_of_numbers(
    busy: Any, templates: Templates, cooling_for: int | None
) -> None:
    """Also while it is cooling, when "before" ends where it began to."""
    if cooling_for:
        since = busy.now - timedelta(days=cooling_for)
        busy.add("Ben", Temperature("cooling", 60, ("x",), since, "warm", since))
    story = busy.books.story(busy.key("Ben"))
    known = _reading(story, busy.books, busy.now)
    assert known.theirs
    numbers = compared(known.theirs.recent, known.theirs.usual)
    digest, report, cells = told(busy, templates)
    assert f"answers take {numbers}" in "; ".join(known.temperature.reasons)
    assert digest.count(f"answers take {numbers}") == 2, "in the reasons, and in the list"
    assert f"answers take {numbers}" in report
    short_ones = f"{short(known.theirs.recent)}, {short(known.theirs.usual)} before"
    assert short_ones in next(row for row in cells if row[0] == "Ben Okafor")
    assert short_ones in report.replace(" ,", ",")
    assert "usually" not in digest + report
    [drawn] = portraits(busy.books, busy.now - timedelta(weeks=26), busy.now, [busy.key("Ben")])
    assert drawn.trend(Side.CONTRACTOR)[-1] == (busy.now, known.theirs.recent)


def test_questions_that_were_given_up_are_no_debts_in_status_either(busy: Any, templates: Templates) -> None:
    for days, asker in ((70, Side.OWNER), (90, Side.OWNER), (80, Side.CONTRACTOR), (3, Side.OWNER)):
        subject = f"Question of {days} days"
        busy.add("Maria", *busy.exchange("Maria", asker, busy.now - timedelta(days=days), None, subject))
    story = busy.books.story(busy.key("Maria"))
    owed = [turn.party for turn in story.open_questions(busy.now)]
    cells, _ = _in_words(story, busy.books, busy.now)
    shown = [0 if cell == "-" else int(cell) for cell in cells[3:5]]
    assert shown == [owed.count(Side.OWNER), owed.count(Side.CONTRACTOR)]
    _, report, _ = told(busy, templates)
    assert "Question of 3 days" in report
    assert "Question of 70 days" not in report
    asking = [wait["subject"] for wait in next(rows(busy.books, busy.now))["waits"] if wait["asks"]]
    assert "Question of 90 days" in asking, "for programs all are listed"


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (20, 40, ("20 working minutes", "40")),
        (1, 0, ("1 working minute", "1")),
        (64, 180, ("1 working hour", "3")),
        (180, 64, ("3 working hours", "1")),
        (90, 30, ("1.5 working hours", "0.5")),
        (720, 20, ("12 working hours", "20 working minutes")),
        (20, 720, ("20 working minutes", "12 working hours")),
        (80, 89, ("80 working minutes", "89")),
    ],
)
def test_two_times_side_by_side_share_their_unit_where_they_can(
    now: int, before: int, said: tuple[str, str]
) -> None:
    assert pair(now * 60, before * 60) == said


def test_what_is_the_same_is_said_to_be() -> None:
    assert compared(3 * 3600, 3 * 3600 + 300) == "3 working hours this month, as before"
    assert compared(9 * 3600, 3 * 3600) == "9 working hours this month, 3 before"
