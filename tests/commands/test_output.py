"""Tables and paragraphs for people: what strangers wrote in a subject stays a subject."""

import pytest

from commands.output import complain, print_paragraph, print_table


@pytest.mark.parametrize("subject", ["[/x] hi", "[urgent] hello", "[JIRA-12] a [bold]b", "]["])
def test_brackets_in_a_subject_are_shown(subject: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(subject, ("about",), [(subject,)], "")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [subject, "about", subject]
    print_table("Ledger", ("about",), [], subject)
    assert capsys.readouterr().out.rstrip() == subject


def test_a_subject_does_not_play_with_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain("There is no \x1b[2Jfile.\nName one.")
    assert capsys.readouterr().err == "There is no  [2Jfile.\nName one.\n"
    print_table("Ledger", ("about",), [("\x1b[2J\x07gone\rback",)], "")
    print_paragraph("Ben: “\x1b[31mred” has waited.")
    said = capsys.readouterr().out
    assert "gone back" in said
    assert not {"\x1b", "\x07", "\r"} & set(said)


def test_paragraphs_are_as_wide_as_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_paragraph("Ben Okafor: " + "answers take twelve working hours; " * 4, "    ")
    first, *others = capsys.readouterr().out.splitlines()
    assert len(others) >= 3
    assert all(len(line) <= 40 for line in (first, *others))
    assert all(line.startswith("    ") for line in others)


def test_where_columns_would_be_too_narrow_a_row_is_some_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = ("Maria Santos", "“Shop prices for Paper & Oak” and for Alma", "", "3 h")
    print_table("Ledger", ("contractor", "about", "answered", "took"), [row], "")
    assert capsys.readouterr().out.splitlines() == [
        "Ledger",
        "",
        "Maria Santos",
        "  about: “Shop prices for Paper & Oak”",
        "    and for Alma",
        "  took: 3 h",
    ]
