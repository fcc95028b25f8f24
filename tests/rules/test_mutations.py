"""Whatever becomes of a good file, the loader answers with a policy or with problems, and never falls."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.templates import TemplateIndex
from rules.format.loader import examine, load
from rules.format.problems import PolicyErrors
from rules.policy import Policy

HERE = Path(__file__).parent
SOURCES = [(HERE / name).read_text(encoding="utf-8") for name in ("good.yaml", "rules.example.yaml")]
MARKS = (
    "\t|\n| |  |:|: |- |[|]|{|}|&a |*a|!x |>|'|\"|#|?|~|null|true|-1|1e999"
    "|\x00|\u2028|é|\ud800|---\n|...\n|<<: |@|`"
)
SNIPPETS = st.sampled_from(MARKS.split("|")) | st.sampled_from(["|", "%YAML 1.1\n"]) | st.text(max_size=5)


def answered(source: str | bytes, letters: TemplateIndex) -> None:
    try:
        assert isinstance(load(source, letters), Policy)
    except PolicyErrors as errors:
        assert errors.problems
        for problem in errors.problems:
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.message.strip()


@given(
    source=st.sampled_from(SOURCES),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), SNIPPETS), min_size=1, max_size=4),
)
@settings(max_examples=300)
def test_characters_put_in_and_taken_out(
    every_letter: TemplateIndex, source: str, edits: list[tuple[float, int, str]]
) -> None:
    for place, length, snippet in edits:
        index = int(place * len(source))
        source = source[:index] + snippet + source[index + length :]
    answered(source, every_letter)


@given(source=st.sampled_from(SOURCES), data=st.data())
@settings(max_examples=200)
def test_lines_that_are_lost_moved_or_doubled(
    every_letter: TemplateIndex, source: str, data: st.DataObject
) -> None:
    lines = source.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        one, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines.insert(other, data.draw(st.sampled_from([lines[one], " " + lines[one], lines.pop(one), ""])))
    answered("".join(lines), every_letter)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(source=st.sampled_from(SOURCES), place=st.floats(0, 1), value=PLAIN)
@settings(max_examples=300)
def test_a_value_of_any_other_type(
    every_letter: TemplateIndex, source: str, place: float, value: object
) -> None:
    """JSON is YAML: any value is put in place of what stands behind a key."""
    lines = source.splitlines()
    keyed = [
        number for number, line in enumerate(lines) if ": " in line and not line.lstrip().startswith("#")
    ]
    number = keyed[int(place * (len(keyed) - 1))]
    lines[number] = lines[number].split(": ", 1)[0] + ": " + json.dumps(value)
    answered("\n".join(lines), every_letter)


@given(source=st.binary(max_size=60) | st.text(max_size=60))
def test_anything_at_all(every_letter: TemplateIndex, source: str | bytes) -> None:
    assert examine(source, every_letter).policy is None
