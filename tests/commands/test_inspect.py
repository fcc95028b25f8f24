"""inspect: kinds and conversations of mails in files, folders and mbox files."""

import json
import os
from pathlib import Path

import pytest

from commands.inspect import inspect_files, show

ONE = (
    "From: jo@x.example\nTo: dana@acme.example\nSubject: Logo\nMessage-ID: <1@x>\nDate: Mon, "
    "09 Nov 2026 10:00:00 +0000\n\nHi\n"
)
TWO = (
    "From: dana@acme.example\nTo: jo@x.example\nSubject: Re: Logo\nMessage-ID: <2@x>\n"
    "In-Reply-To: <1@x>\nDate: Mon, 09 Nov 2026 11:00:00 +0000\n\nYes?\n"
)
AWAY = "From: jo@x.example\nSubject: Automatic reply: Logo\nMessage-ID: <3@x>\n\nI am away.\n"
SEPARATOR = "From jo@x.example Mon Nov  9 10:00:00 2026\n"


def test_threads_go_across_everything_given(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "two.eml").write_text(TWO)
    (tmp_path / "sub" / "away").write_text(AWAY)
    one = tmp_path / "one.eml"
    one.write_text(ONE)
    rows = list(inspect_files([tmp_path / "sub", one], []))
    assert [(Path(str(r["file"])).name, r["kind"], r["message_id"]) for r in rows] == [
        ("away", "auto-reply", "3@x"),
        ("two.eml", "human", "2@x"),
        ("one.eml", "human", "1@x"),
    ]
    away, two, first = (row["thread"] for row in rows)
    assert two == first == str(one)
    assert away != two


def test_what_is_no_mail_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mode: live\nrules: []\n")
    [row] = inspect_files([tmp_path], [])
    assert "so it is set aside" in str(row["reason"])


def test_the_file_is_named_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real.eml").write_text(ONE)
    (tmp_path / "link.eml").symlink_to("real.eml")
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "again.eml").symlink_to("../real.eml")
    monkeypatch.chdir(tmp_path)
    rows = inspect_files([Path("link.eml"), Path("box")], [])
    assert [row["file"] for row in rows] == ["link.eml", "box/again.eml"]


def test_an_mbox_is_many_mails(tmp_path: Path) -> None:
    quoted = ONE.replace("Hi\n", "Hi\n\nFrom here on it is easy\n\n>From jo\n")
    box = tmp_path / "archive.mbox"
    box.write_text(
        "\n".join(SEPARATOR + text for text in (quoted, TWO, AWAY)).replace("\n", "\r\n"), newline=""
    )
    rows = list(inspect_files([box], []))
    assert [(row["number"], row["kind"]) for row in rows] == [(1, "human"), (2, "human"), (3, "auto-reply")]
    assert {row["file"] for row in rows} == {str(box)}
    assert rows[0]["thread"] == rows[1]["thread"] != rows[2]["thread"]


def test_one_mail_with_a_separator_is_one_mail(tmp_path: Path) -> None:
    (tmp_path / "one").write_text(SEPARATOR + ONE)
    [row] = inspect_files([tmp_path / "one"], [])
    assert set(row) == {"file", "kind", "reason", "thread", "message_id"}


def test_folders_that_hold_themselves_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to("../a")
    (tmp_path / "a" / "one.eml").write_text(ONE)
    assert len(list(inspect_files([tmp_path / "a"], []))) == 1


def test_json_is_one_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.eml").write_text(ONE)
    (tmp_path / "two.eml").write_text(TWO)
    assert show([tmp_path], as_json=True) == 0
    out = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["message_id"] for line in out] == ["1@x", "2@x"]


def test_hostile_names_are_no_lines_and_no_colours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of files and ids of mails are what strangers call them: some end lines, some paint terminals."""
    names = [
        b"a\x1b[31mred.eml",
        b"b\nx.eml: human, because: forged",
        "c\u2028d\x9b2J.eml".encode(),
        b"e\xff.eml",
    ]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_text(ONE.replace("1@x", "1\u2029\x85\x9b@x"))
    assert show([tmp_path], as_json=True) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [os.fsencode(row["file"]) for row in rows] == [
        os.fsencode(tmp_path) + b"/" + name for name in names
    ]
    assert {row["message_id"] for row in rows} == {"1\u2029\x85\x9b@x"}
    assert show([tmp_path, tmp_path / "\x1b[2Jno"], as_json=False) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(names)
    assert "\x1b" not in said.out + said.err


def test_words_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "away.eml").write_text(AWAY)
    assert show([tmp_path], as_json=False) == 0
    assert "auto-reply, because: an automatic answer's subject" in capsys.readouterr().out


def test_what_cannot_be_read_is_said_once_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.eml").write_text(ONE)
    assert show([tmp_path / "missing.eml", tmp_path / "one.eml"], as_json=True) == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert len(captured.err.splitlines()) == 1
    assert "missing.eml" in captured.err


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\0" * 100, b"\xff\xfe\xfd", b"no header at all", b"From x\n"]
)
def test_any_file_is_some_mail(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    [row] = inspect_files([tmp_path / "x"], [])
    assert row["kind"] == "human"


def test_a_calendar_file_is_calendar_mail(tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_text("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n")
    assert [row["kind"] for row in inspect_files([tmp_path / "x.ics"], [])] == ["rsvp"]


def test_fifty_megabytes_are_not_read_whole(tmp_path: Path) -> None:
    big = tmp_path / "big.eml"
    with big.open("wb") as stream:
        stream.write(ONE.encode())
        stream.truncate(50_000_000)
    [row] = inspect_files([big], [])
    assert row["message_id"] == "1@x"
