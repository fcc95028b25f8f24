"""`check` says what is wrong with a file, where, and leaves with 1; never a traceback."""

import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.app import build
from commands.check import findings_of, show
from daemon import House
from mail.letters.rendering import Templates
from relationship.templates import TemplateIndex

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> TemplateIndex:
    return Templates().index()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_bytes((ROOT / "rules.yaml").read_bytes())
    return path


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def said(path: Path, letters: TemplateIndex, *, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        code = show(path, findings_of(path, letters), as_json=as_json)
    return code, out.getvalue()


def test_a_good_file_is_fine(own: Path, shipped: TemplateIndex, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(own, shipped) == (0, f"{own}: fine. mode live, 4 contractors, 16 rules.\n")
    assert capsys.readouterr() == ("", "")
    assert said(own, shipped, as_json=True) == (0, "")


def test_a_broken_letter_that_no_rule_names_is_told_too(own: Path) -> None:
    (own.parent / "templates/owner").mkdir(parents=True)
    (own.parent / "templates/owner/digest.md").write_text("To: owner\nSubject: x\n\n{{ nonsense }}\n")
    done = CliRunner().invoke(build(House), ["--rules", str(own), "check", "--offline"])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        'The letter "owner/digest" cannot be used: line 4: unknown variable `nonsense`. '
        "Mend templates/owner/digest.md beside your rules, or take it away.",
        f"{own}: 1 problem.",
    ]


def test_of_a_very_long_line_the_place_is_shown(own: Path, shipped: TemplateIndex) -> None:
    spoil(own, "send: onboarding/welcome", f"{' ' * 900}sned: onboarding/welcome{' ' * 900}# the end")
    shown, mark = said(own, shipped)[1].splitlines()[1:3]
    assert len(shown) < 200
    assert mark.index("^") == shown.index("sned")


def test_a_fault_is_shown_in_its_line(own: Path, shipped: TemplateIndex) -> None:
    spoil(own, "when: starred", "when: stared")
    code, text = said(own, shipped)
    source = own.read_text(encoding="utf-8").splitlines()
    number = 1 + next(n for n, line in enumerate(source) if line.startswith("    when: stared"))
    lines = text.splitlines()
    assert code == 1
    assert lines[0] == f'{own}: line {number}, column 11: "stared" is not a trigger. Did you mean "starred"?'
    assert lines[1].startswith(f"{number:6} |     when: stared")
    assert lines[2].index("^") == lines[1].index("stared")
    assert lines[-1] == f"{own}: 1 problem."


def test_json_is_one_object_a_line(own: Path, shipped: TemplateIndex) -> None:
    spoil(own, "when: starred", "when: stared")
    spoil(own, "mode: live", "mode: lively")
    code, text = said(own, shipped, as_json=True)
    rows = [json.loads(line) for line in text.splitlines()]
    assert code == 1
    assert [row["path"] for row in rows] == ["mode", "rules[2].when"]
    assert all(list(row) == ["line", "column", "path", "message", "hint"] for row in rows)
    assert rows[0]["hint"] == 'Did you mean "live"?'


def test_warnings_go_to_standard_error_and_are_no_failure(
    own: Path, shipped: TemplateIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(own, "    if: {tag: key}", "    if: {tag: kee}")
    code, text = said(own, shipped, as_json=True)
    assert (code, text) == (0, "")
    assert "warning: line" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "  password: hunter2hunter2",
        "  smtp password: 'hunter2hunter2",
        "  imap: imaps://a:hunter2hunter2@b.example",
    ],
)
def test_a_secret_is_never_printed(own: Path, shipped: TemplateIndex, line: str) -> None:
    spoil(own, "  password: env:KEEPWARM_PASSWORD", line)
    code, text = said(own, shipped)
    assert code == 1
    assert "hunter2" not in text + said(own, shipped, as_json=True)[1]


def test_a_folder_is_no_rules_file(tmp_path: Path, shipped: TemplateIndex) -> None:
    code, text = said(tmp_path, shipped)
    assert (code, text.splitlines()[0]) == (1, f"{tmp_path} is a folder. Name the rules file with --rules.")


def test_a_file_that_is_not_there(tmp_path: Path, shipped: TemplateIndex) -> None:
    path = tmp_path / "ruls.yaml"
    code, text = said(path, shipped)
    assert (code, text.splitlines()[0]) == (1, f"There is no file {path}. Name the rules file with --rules.")


def test_who_has_no_rules_yet_hears_how_to_get_some(
    tmp_path: Path, shipped: TemplateIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, text = said(Path("rules.yaml"), shipped)
    assert (code, text.splitlines()[0].partition(". ")[0]) == (1, "There is no file rules.yaml")
    assert "or make one with `init`" in text


def test_a_pipe_is_not_waited_for(tmp_path: Path, shipped: TemplateIndex) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    code, text = said(path, shipped)
    assert code == 1
    assert "is not a file" in text


def test_a_line_that_would_play_with_the_terminal_is_printed_plainly(
    own: Path, shipped: TemplateIndex
) -> None:
    spoil(own, "name: Nora Lind", "name: Nora \x1b[2JLind")
    code, text = said(own, shipped)
    assert code == 1
    assert "\x1b" not in text


def test_a_secret_that_is_missing_is_said_once_and_at_its_line(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEEPWARM_PASSWORD", raising=False)
    line = 1 + next(n for n, x in enumerate(own.read_text().splitlines()) if x.startswith("  password: "))
    done = CliRunner().invoke(build(House), ["--rules", str(own), "check", "--json"])
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert [(row["line"], row["column"], row["path"]) for row in rows] == [(line, 13, "mailbox.password")]
    assert "KEEPWARM_PASSWORD" in rows[0]["message"]
    spoil(
        own, "  password: env:KEEPWARM_PASSWORD", "  password: env:PATH\n  smtp password: env:KEEPWARM_NONE"
    )
    done = CliRunner().invoke(build(House), ["--rules", str(own), "check", "--json"])
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert [row["path"] for row in rows] == ["mailbox.imap", "mailbox.smtp password"]
    assert "KEEPWARM_NONE, which `smtp password:` names," in rows[1]["message"]


@pytest.mark.parametrize("mode", ["dry-run", "drafts", "live"])
def test_status_tells_a_mode_that_holds_letters_back(own: Path, mode: str) -> None:
    rules = own.read_text()
    own.write_text("\n".join(f"mode: {mode}" if x.startswith("mode:") else x for x in rules.splitlines()))
    done = CliRunner().invoke(
        build(House), ["--rules", str(own), "--data", str(own.parent / "data"), "status"]
    )
    assert done.exit_code == 0
    assert (f"The mode is {mode}: " in done.stdout) == (mode != "live")


@pytest.mark.parametrize(
    "words", [["run", "--once"], ["ledger"], ["status"], ["why"], ["test"], ["backtest"], ["pause", "Ben"]]
)
def test_every_command_names_the_file_that_is_wrong(own: Path, words: list[str]) -> None:
    spoil(own, "when: starred", "when: stared")
    line = 1 + next(n for n, x in enumerate(own.read_text().splitlines()) if x.startswith("    when: stared"))
    done = CliRunner().invoke(build(House), ["--rules", str(own), "--data", str(own.parent / "data"), *words])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{own}: line {line}, column 11: ")
    assert len(done.stderr.splitlines()) == 1
