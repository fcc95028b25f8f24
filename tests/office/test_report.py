"""The report: one file that fetches nothing and runs nothing, with the right numbers, whatever the names are."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from commands.report import report
from commands.reporting import charts
from commands.reporting.drawing import inline
from commands.reporting.page import _with_its_subject, page
from commands.reporting.portraits import Portrait, portraits
from relationship.facts.messages import Side
from relationship.warmth.latency import percentile

pytest.importorskip("matplotlib")

DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(weeks=26)
VOID = {"meta", "br", "hr", "img", "input", "link", "path", "use", "rect", "circle"}


class Page(HTMLParser):
    """Elements in order, attributes, and whether every one that opens also closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written(office: Any, only: tuple[str, ...] = ()) -> str:
    since = office.now - HALF_A_YEAR
    told = portraits(office.books, since, office.now, [office.key(name) for name in only])
    return page(told, office.books.people.owner, since, office.now)


@pytest.fixture
def text(busy: Any) -> str:
    return written(busy)


def portrait(office: Any, name: str) -> Portrait:
    story = office.books.story(office.key(name))
    return Portrait(story, office.books.policy.temperature, office.now - HALF_A_YEAR, office.now)


# One file


def test_it_runs_nothing_and_fetches_nothing(text: str) -> None:
    found = Page(text)
    assert not {tag for tag, _, _ in found.attributes} & {"script", "link", "iframe", "img", "object", "base"}
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    for tag, name, value in found.attributes:
        if name in ("href", "xlink:href", "src"):
            assert value.startswith("#"), (tag, name, value)
    assert "@import" not in text
    assert set(re.findall(r"url\(([^)]{1,2})", text)) <= {"#p"}


def test_every_id_is_there_once_and_every_reference_leads_somewhere(text: str) -> None:
    found = Page(text)
    ids = Counter(value for _, name, value in found.attributes if name == "id")
    assert [one for one, times in ids.items() if times > 1] == []
    links = {value[1:] for _, name, value in found.attributes if name in ("href", "xlink:href")}
    links |= set(re.findall(r"url\(#([^)]+)\)", text))
    links |= {value for _, name, value in found.attributes if name == "aria-labelledby"}
    assert links - set(ids) == set()


def test_the_charts_take_their_colours_and_type_from_the_page(text: str) -> None:
    drawn = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawn) == 5 * 6
    for svg in drawn:
        assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= {"#000000", "#ffffff"}
        assert "var(--ink)" in svg or "var(--muted)" in svg
        assert "DejaVu" not in svg
    declared = set(re.findall(r"(--[a-z]+):", text))
    assert set(re.findall(r"var\((--[a-z]+)\)", text)) <= declared
    for scheme in ("prefers-color-scheme: dark", "@media print"):
        assert scheme in text


def test_each_chart_says_in_words_what_it_shows(text: str) -> None:
    labels = [value for tag, name, value in Page(text).attributes if (tag, name) == ("svg", "aria-label")]
    assert len(labels) == 5 * 6
    assert any("Temperature over time: warm, then cooling." in label for label in labels)
    assert any("Ben: half within 3 working hours" in label for label in labels)


# What it tells


def test_everybody_is_in_it_the_coolest_first_with_reasons(text: str) -> None:
    told = Page(text).text
    names = ["Ben Okafor", "Jonas Weber", "Aiko Tanaka", "Maria Santos"]
    assert sorted(names, key=told.index)[:2] == ["Ben Okafor", "Jonas Weber"]
    assert all(name in told for name in (*names, "Li Na"))
    assert "the check-in of November 3 was missed" in told
    assert "you have owed an answer to “Translation of the terms” for 6 working days" in told
    assert "with you : “Translation of the terms”, 6 working days, since Thursday, November 12" in told


def test_the_numbers_are_those_of_the_ledger(busy: Any) -> None:
    one = portrait(busy, "Maria")
    clock = one.story.clock(Side.CONTRACTOR)
    times = [
        clock.seconds_between(turn.since, turn.answered_at)
        for turn in one.story.ledger.exchanges
        if turn.party is Side.CONTRACTOR and turn.asks and turn.answered_at and turn.answered_at > one.since
    ]
    figures = one.figures(Side.CONTRACTOR)
    assert figures.count == len(times)
    assert figures.median == median_low(times)
    assert figures.p90 is not None
    assert sum(value <= figures.p90 for value in times) >= 0.9 * len(times)
    assert sum(value < figures.p90 for value in times) < 0.9 * len(times)


def test_the_trend_shows_that_ben_slowed_down(busy: Any) -> None:
    known = portrait(busy, "Ben").trend(Side.CONTRACTOR)
    assert [later - earlier for (earlier, _), (later, _) in pairwise(known)] == [7 * DAY] * (len(known) - 1)
    assert known[-1][0] == busy.now
    first, last = known[2][1], known[-1][1]
    assert first is not None
    assert last is not None
    assert last > 1.8 * first


def test_what_lies_in_the_yearly_files_is_told_too(busy: Any) -> None:
    key = busy.key("Maria")
    before = busy.books.whole_story(key)
    story = busy.books.story(key)
    old = [message for message in story.messages if message.at < busy.now - 60 * DAY]
    assert old
    busy.books.store.archive(key, old, story.conversation_of)
    assert not {message.key for message in old} & set(busy.books.store.load(key).messages)
    assert busy.books.whole_story(key).ledger == before.ledger


def test_who_has_ended_is_left_out_unless_asked_for(busy: Any, policy: Any) -> None:
    ended = tuple(replace(c, fixed_phase="ended") if c.name == "Li Na" else c for c in policy.contractors)
    busy.books.adopt(replace(policy, contractors=ended), busy.books.readers)
    since = busy.now - HALF_A_YEAR
    assert "Li Na" not in [one.name for one in portraits(busy.books, since, busy.now)]
    assert [one.name for one in portraits(busy.books, since, busy.now, [busy.key("Li")])] == ["Li Na"]


def test_before_the_first_mail_it_still_is_a_page(office: Any) -> None:
    assert "nobody has written yet" in Page(written(office)).text
    assert (
        "There is nobody to tell of yet."
        in Page(page([], office.books.people.owner, office.now, office.now)).text
    )


def test_hostile_names_and_subjects_stay_words(busy: Any, policy: Any) -> None:
    evil = "<script>alert(1)</script> $x^2$ & \"'"
    people = tuple(
        replace(c, name=f"$E=mc^2$<b> {evil}") if c.name == "Li Na" else c for c in policy.contractors
    )
    busy.books.adopt(replace(policy, contractors=people), busy.books.readers)
    who = next(key for key, one in busy.books.people.contractors.items() if "E=mc" in one.name)
    question = busy.mail("Maria", Side.CONTRACTOR, busy.now - 3 * DAY, evil, asks=True)
    busy.books.commit(who, [question])
    told = portraits(busy.books, busy.now - HALF_A_YEAR, busy.now, [who])
    text = page(told, busy.books.people.owner, busy.now - HALF_A_YEAR, busy.now)
    assert "<script" not in text
    assert f"“{evil}”" in Page(text).text
    assert "$E=mc^" in Page(text).text


# Pieces


def test_a_subject_turns_no_words_round() -> None:
    reason = "nothing was said about “a ”\u202e<b>”, delivered on November 9"
    turned = "nothing was said about “<bdi>a ”\u202e&lt;b&gt;</bdi>”, delivered on November 9"
    assert _with_its_subject(reason) == turned
    for plain in ("nobody has written for 40 days", "“Logo” has waited 3 working days for an answer"):
        assert _with_its_subject(plain) == plain


def test_hours_past_midnight_are_cut_at_midnight() -> None:
    start = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)  # 21:00 in Manila
    pieces = charts._by_day([(start, start + timedelta(hours=9))], "Asia/Manila")
    assert pieces == [(0, 21.0, 3.0), (1, 0.0, 6.0)]


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(1, 100))
def test_percentiles_by_nearest_rank(values: list[int], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


def test_a_label_is_an_attribute_whatever_it_says() -> None:
    svg = inline('<svg width="72pt" viewBox="0 0 72 36"><g/></svg>', 'a "b" <c> & d')
    assert 'aria-label="a &quot;b&quot; &lt;c> &amp; d"' in svg
    assert "--w:96px;--h:48px" in svg


# The command


@pytest.fixture
def command(busy: Any) -> Iterator[typer.Typer]:
    app = typer.Typer()

    @app.callback()
    def options(context: typer.Context) -> None:
        context.obj = SimpleNamespace(books=lambda: busy.books, now=lambda: busy.now)

    app.command("report")(report)
    yield app


def test_the_command_writes_the_file(command: typer.Typer, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    done = CliRunner().invoke(command, ["report", "--html", str(target), "--only", "Maria Santos"])
    assert done.exit_code == 0
    assert "Maria Santos" in target.read_text(encoding="utf-8")
    assert "Jonas" not in target.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_where_it_cannot_write_it_says_so(command: typer.Typer, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        command, ["report", "--html", str(tmp_path / "no" / "report.html"), "--only", "Maria Santos"]
    )
    assert done.exit_code == 1
    assert "cannot be written: name a file in a folder that is there" in done.output
    assert "Traceback" not in done.output


def test_an_unknown_name_is_one_clear_sentence(command: typer.Typer, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["report", "--html", str(tmp_path / "r.html"), "--only", "Nobody"])
    assert done.exit_code != 0
    assert not (tmp_path / "r.html").exists()
