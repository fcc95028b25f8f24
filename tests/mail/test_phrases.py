"""Phrases are found by a look at a text's words exactly where their pattern finds them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.reading.syntax.files import raw_mail
from mail.reading.syntax.parsing import parse
from mail.reading.words.wordlists import Phrases, any_of, beginnings, merged, phrases, plain

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
OWN = (["+1", "👍", "ok"], ["👍"], [])
EVERY = [(Phrases(words), any_of(words)) for words in (*map(phrases, ("asks", "closers", "bad news")), *OWN)]
SAID = [word for section in ("asks", "closers", "bad news") for word in phrases(section)]
NOTHING = {plain(word) for word in phrases("asks nothing")}
BEGINS = beginnings(NOTHING)
LONGER = merged(
    word for word in map(plain, phrases("asks")) if word.startswith(BEGINS) and word not in NOTHING
)
UNLESS_LONGER = (
    Phrases(phrases("asks nothing"), but=phrases("asks")),
    re.compile(f"(?!{LONGER})(?:{merged(NOTHING)})"),
)
GLUE = ["", " ", ". ", "x", "_", "-", "\n", "é", "'", "。", "  ", "\u00a0", "\u0301", "👍", "+1"]


def agree(text: str) -> bool:
    text = plain(text)
    return all(one.stand_in(text) == bool(pattern.search(text)) for one, pattern in EVERY) and all(
        one.taken_out(text) == pattern.sub(" ", text) for one, pattern in (*EVERY, UNLESS_LONGER)
    )


@given(
    st.lists(
        st.sampled_from(SAID)
        | st.sampled_from(sorted(NOTHING))
        | st.sampled_from(GLUE)
        | st.text(max_size=3),
        max_size=6,
    )
)
def test_in_any_company(pieces):
    assert agree("".join(pieces))


@pytest.mark.parametrize("word", SAID)
def test_each_by_itself(word):
    assert agree(word)
    assert any(one.stand_in(plain(word)) for one, _ in EVERY)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_in_real_mail():
    texts = [parse(raw_mail(p.read_bytes(), True)).opening for p in CORPUS.rglob("*") if p.is_file()]
    assert len(texts) > 900
    assert all(agree(text) for text in texts)
