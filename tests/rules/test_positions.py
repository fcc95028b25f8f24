"""YAML 1.2 with positions, and files that are meant to do harm."""

import pytest

from rules.format.positions import MAX_DEPTH, read, scalar
from rules.format.problems import PolicyErrors, spell
from rules.format.syntax import MAX_BYTES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("21:00", "21:00"),
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2026-09-01", "2026-09-01"),
        ("007", 7),
        ("-12", -12),
        ("1_000", "1_000"),
        ("0o14", "0o14"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("~", None),
        ("null", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_plain_scalars_are_read_by_the_core_schema(written: str, meant: object) -> None:
    if len(written) > 100:
        assert isinstance(scalar(written), str | float)  # Python refuses to make such an int
        return
    assert scalar(written) == meant
    assert type(scalar(written)) is type(meant)


def test_quoted_scalars_are_text() -> None:
    assert read('- "1"\n- \'true\'\n- "~"\n').data == ["1", "true", "~"]


def test_everything_has_its_place() -> None:
    document = read("a: 1\nrules:\n  - name: x\n    steps: [{after: 1 day, send: é/y}]\n")
    assert document.place(("rules",), key=True) == (2, 1)
    assert document.place(("rules",)) == (3, 3)
    assert document.place(("rules", 0, "steps", 0, "after")) == (4, 21)
    assert document.place(("rules", 0, "steps", 0, "send"), key=True) == (4, 28)
    assert document.place(("rules", 0, "if", "took")) == (3, 5)
    assert document.place(("nowhere",)) == (1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert read("{é: ü, ö: x}").place(("ö",)) == (1, 11)


def test_a_path_is_spelt_as_people_write_it() -> None:
    assert spell(("rules", 3, "steps", 0, "after")) == "rules[3].steps[0].after"
    assert spell(()) == ""


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    document = read("\ufeffa: 1\r\nb: 2\r\n".encode())
    assert document.data == {"a": 1, "b": 2}
    assert document.place(("b",)) == (2, 4)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_does_not_kill_the_process(opening: str) -> None:
    with pytest.raises(PolicyErrors, match=r"nested too deeply|indented|brace|bracket|fit"):
        read(opening * 100_000)


def test_modest_depth_is_fine() -> None:
    assert read("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)).data


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(PolicyErrors, match="larger than 2 MB"):
        read(b"a" * (MAX_BYTES + 1))


def test_aliases_are_counted_before_they_are_unfolded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    with pytest.raises(PolicyErrors, match=r"line 6, .* unfolds into more"):
        read("\n".join(lines))


def test_an_anchor_that_holds_itself_is_refused() -> None:
    with pytest.raises(PolicyErrors, match="contains itself"):
        read("a: &a {b: [*a]}")


@pytest.mark.parametrize("source", [b"\xff\xfea\x00", b"a: \xe9\n", "a: \ud800", b"\x00", "a: \x1b[31m"])
def test_what_is_no_text_is_told_with_its_place(source: str | bytes) -> None:
    with pytest.raises(PolicyErrors, match=r"UTF-8|invisible") as raised:
        read(source)
    assert raised.value.problems[0].line == 1


def test_latin_1_is_told_where_it_begins() -> None:
    with pytest.raises(PolicyErrors, match="line 2, column 10: The file is not saved as UTF-8"):
        read("mode: live\nname: Tomás\n".encode("latin-1"))


def test_keys_are_text_whatever_they_look_like() -> None:
    assert read("yes: 1\n12: 2\ntrue: 3\nnull: 4\n").data == {"yes": 1, "12": 2, "true": 3, "null": 4}


def test_a_key_that_is_a_list_is_told_and_the_rest_is_read() -> None:
    document = read("? [a, b]\n: 1\nc: 2\n")
    assert document.data == {"c": 2}
    assert [str(problem)[:16] for problem in document.problems] == ["line 1, column 3"]
