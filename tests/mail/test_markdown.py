"""Facts stay words, whatever they hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.letters.markdown import escape, one_line, to_html, to_text

HOSTILE = st.text(st.sampled_from("[]()<>!#*_`~-+=|\\&;:{}%\"'/.@ \n\r\t1ax\u202eñ"), max_size=40)


@given(HOSTILE | st.text(max_size=40))
def test_a_fact_is_shown_letter_by_letter(fact: str) -> None:
    shown = one_line(fact)
    assert to_text(f"Before {escape(fact)}, after") == f"Before {shown}, after"
    assert to_text(str(escape(fact))) == shown


@given(HOSTILE | st.text(max_size=40))
def test_a_fact_adds_no_element_to_the_html(fact: str) -> None:
    tags = re.findall(r"<[^>]*>", to_html(f"Before **{escape(fact)}**x and {escape(fact)} after"))
    assert {re.sub(r" .*", "", tag.strip("<>/")) for tag in tags} <= {"p", "strong"}


@given(st.text(max_size=200))
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8").decode() == line
    assert "\u202e" not in line


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("one\ntwo", "one\ntwo"),
        ("*one* **two**", "one two"),
        ("- a\n- b", "- a\n- b"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("> a\n>\n> b", "> a\n> \n> b"),
        ("## Head\n\nbody", "Head\n----\n\nbody"),
        ("see [this](https://x.example/a)", "see this <https://x.example/a>"),
        (
            "[A](mailto:a@x.example)\n[B](mailto:b@x.example)",
            "A <mailto:a@x.example>\nB <mailto:b@x.example>",
        ),
        ("<https://x.example>", "<https://x.example>"),
    ],
)
def test_plain_text(markdown: str, text: str) -> None:
    assert to_text(markdown) == text


@pytest.mark.parametrize(
    "markdown",
    [
        "![x](https://x.example/a.png)",
        "<img src=https://x.example/a.png>",
        "<script>x</script>",
        "[x](javascript:alert)",
        "[x](data:text/html,x)",
        "![x][y]\n\n[y]: https://x.example/a.png",
    ],
)
def test_nothing_is_fetched_or_run(markdown: str) -> None:
    html = to_html(markdown)
    assert not re.search(r"<(img|script)|href=\"(javascript|data):", html)


def test_links_alone_in_a_paragraph_are_buttons() -> None:
    assert "border-radius" in to_html("[A](mailto:a@x.example)")
    assert "border-radius" not in to_html("see [A](mailto:a@x.example)")


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        ("محمد علي", "<محمد علي>"),
        ("“תצמית 12”, 3 working days", "“<תצמית 12>”, 3 working days"),
        ("“الشعار: رقم 2 و 3”, 3 days", "“<الشعار: رقم 2 و 3>”, 3 days"),
        ('“חשבונית מע"מ”, 3 working days', "“<חשבונית מע&quot;מ>”, 3 working days"),
        ("“הנחה 50% – היום”, 3 days", "“<הנחה 50% – היום>”, 3 days"),
        ("“Logo”, 3 working days", "“Logo”, 3 working days"),
        ("田中 愛子, 3 days", "田中 愛子, 3 days"),
    ],
)
def test_what_is_written_from_right_to_left_leaves_the_rest_of_a_line_be(fact: str, shown: str) -> None:
    """In the digest a name and a subject in Arabic were read as one, and the number of days as theirs."""
    page = to_html(f"- **{escape('Ana')}**: {escape(fact)}")
    assert shown.translate(str.maketrans("<>", "\u2068\u2069")) in page
    assert "\u2068" not in to_html(f"> {escape(fact)}"), "people's own words stay whole"
    assert "\u2068" not in to_text(str(escape(fact)))
