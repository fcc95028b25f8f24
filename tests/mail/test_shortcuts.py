"""The short ways that most mail takes in a first sync say what the long ways would say."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.imap.fetching import internal_date
from mail.reading.syntax.files import raw_mail
from mail.reading.syntax.headers import with_plain_line_ends
from mail.reading.syntax.parsing import ids_in, parse
from mail.reading.text import fresh
from mail.reading.text.fresh import fresh_text

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
LINES = [
    "Here it is.", "", "Could you look at it: it is the last one", "On Mon, 9 Nov 2026, Dana", "<dana@x.example>",
    "wrote:", "> Hi", "Dana wrote:", "-- ", "--", "—", "-----Original Message-----", "____________", "Thanks,", "Maria",
    "From: Dana <dana@x.example>", "Sent: Monday", "To: Maria", "Subject: Logo", "&gt; Hi", "Dana Reyes <d@x.example>",
    "To", "Subject", "Am Montag schrieb Dana：", "Sent from my phone",
]  # fmt: skip


def looks_at_every_line(text: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fresh, "_surely_fresh", lambda lines: 0)
        return fresh_text(text)


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_fresh_lines_are_told_at_a_glance(lines):
    text = "\n".join(lines)
    assert fresh_text(text) == looks_at_every_line(text)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_fresh_lines_of_real_mail():
    texts = [parse(raw_mail(p.read_bytes(), True)).text for p in sorted(CORPUS.rglob("*")) if p.is_file()]
    assert len(texts) > 900
    assert [fresh_text(text) for text in texts] == [looks_at_every_line(text) for text in texts]


@given(st.lists(st.sampled_from([b"\r\n", b"\n", b"\r", b"a: b", b" "]), max_size=9))
def test_line_ends_in_any_mixture(pieces):
    block = b"".join(pieces)
    once = block.replace(b"\r\n", b"\n")
    twice = once.replace(b"\r", b"") if b"\r\n" in once else once.replace(b"\r", b"\n")
    assert with_plain_line_ends(block) == twice


@given(st.lists(st.sampled_from([b"<", b">", b"a@x", b" ", b"\t", b"b", b"\xff"]), max_size=12))
def test_ids_with_and_without_folding_inside(pieces):
    value = b"".join(pieces)
    found = [re.sub(rb"\s+", b"", one) for one in re.findall(rb"<([^<>]{1,998})>", value)]
    assert ids_in(value) == [one.decode("utf-8", "replace") for one in found if one]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_dates_of_the_server(local, minutes):
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    text = f"{local:%d-%b-%Y %H:%M:%S} {zone}"
    assert internal_date(text.encode()) == datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)


def test_the_mail_that_was_parsed_last_is_the_same_again():
    one, other = raw_mail(b"Subject: One\n\nHi", True), raw_mail(b"Subject: Other\n\nHi", True)
    assert parse(one) is parse(one)
    assert [parse(raw).subject for raw in (one, other, one)] == ["One", "Other", "One"]
