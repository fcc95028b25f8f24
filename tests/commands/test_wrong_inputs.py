"""Wrong input, as a stranger gives it: one clear line on standard error, exit 1, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands.app import build
from daemon import House

ROOT = Path(__file__).parents[2]
RULES = """mode: live
mailbox: {address: team@acme.example, imap: "imap://127.0.0.1:1", smtp: "smtp://127.0.0.1:1", password: "env:P"}
owner: {name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}
contractors:
  - {name: Maria Santos, email: maria@contract.example, timezone: Asia/Manila}
  - {name: Ben Okafor, email: ben@contract.example, timezone: Africa/Lagos}
rules: []
"""
EVERY = (
    ["check"], ["status"], ["ledger"], ["why"], ["health"], ["run", "--once"], ["pause", "Maria"], ["resume", "Maria"],
    ["forget", "Maria"], ["report", "--html", "r.html"], ["backtest", "--since", "90d"], ["test"], ["login"],
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keepwarm(*words: str) -> Result:
    return CliRunner().invoke(build(House), list(words))


def one_line(done: Result, *said: str) -> None:
    assert done.exit_code == 1, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("Drawing")]
    for words in said:
        assert words in line


@pytest.mark.parametrize("words", EVERY[1:], ids=" ".join)
@pytest.mark.parametrize("rules", ["missing.yaml", "a-folder", "missing/rules.yaml"])
def test_rules_that_are_not_there(folder: Path, rules: str, words: list[str]) -> None:
    one_line(keepwarm("--rules", rules, *words), rules, "--rules")


@pytest.mark.parametrize(
    "words", [w for w in EVERY if w[0] not in ("check", "test", "login", "forget")], ids=" ".join
)
def test_a_data_folder_that_is_a_file(
    folder: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P", "secret")
    one_line(keepwarm("--data", "a-file", *words), "a-file", "--data")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pause", "Mria"], "Did you mean Maria Santos?"),
        (["pause", "bin"], "Did you mean Ben Okafor?"),
        (["resume", "ben@contract.exampel"], "Did you mean Ben Okafor?"),
        (["pause", "Okafor"], "Did you mean Ben Okafor?"),
        (["why", "Maria S"], "Did you mean Maria Santos?"),
        (["why", "Zoltan"], "There are: Maria Santos, Ben Okafor."),
        (["report", "--html", "r.html", "--only", "Mariah"], "Did you mean Maria Santos?"),
        (["preview", "reminders/gentle", "--contractor", "Bn"], "Did you mean Ben Okafor?"),
        (["export", "Maria"], "There are: none yet."),
        (["preview", "remindrs/gentle"], 'Did you mean "reminders/gentle"?'),
        (["preview", "gentle"], 'Did you mean "reminders/gentle"?'),
        (["preview", "reminders/gentle", "--language", "spanish"], 'Did you mean "es"?'),
        (["preview", "reminders/gentle", "--wording", "9"], "3 wordings"),
        (["preview", "reminders/gentle", "--html", "missing/x.html"], "missing/x.html"),
        (["report", "--html", "missing/x.html"], "a folder that is there"),
        (["report", "--html", "a-folder"], "a-folder"),
        (["backtest", "--since", "soon"], "such as 90d"),
        (["backtest", "--since", "90d", "--diff", "missing.yaml"], "missing.yaml"),
        (["test", "missing.yaml"], "missing.yaml"),
        (["test", "a-folder"], "a-folder is a folder"),
        (["inspect", "missing.eml"], "missing.eml"),
        (["demo", "--into", "."], "--into"),
        (["run", "--once"], "P, which `password:` names, is not set"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_word(folder: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("P", raising=False)
    one_line(keepwarm(*words), said)


def test_who_is_named_twice_is_in_the_report_once(folder: Path) -> None:
    done = keepwarm("report", "--html", "r.html", "--only", "Ben", "--only", "ben@contract.example")
    assert (done.exit_code, "1 contractor " in done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_there_cannot_be(folder: Path, port: str) -> None:
    done = keepwarm("login", "--client-id", "x", "--port", port)
    assert (done.exit_code, "--port" in done.stderr) == (2, True)


@pytest.mark.parametrize("option", ["--rules", "--data"])
def test_an_option_that_goes_in_front_of_the_command(folder: Path, option: str) -> None:
    for typed in ([option, "x"], [f"{option}=x"], ["--json", option]):
        done = keepwarm("status", *typed)
        assert done.exit_code == 2
        assert f"{option} goes in front of the command" in " ".join(done.stderr.split())
    assert keepwarm(option, "rules.yaml", "why", "--", option).exit_code == 1  # nobody is called so


@pytest.mark.parametrize(
    "words", [["pause"], ["why"], ["report", "--html", "r.html", "--only"]], ids=" ".join
)
def test_a_first_name_of_two_names_those_two(folder: Path, words: list[str]) -> None:
    more = "  - {name: Maria Lopez, email: ml@contract.example, timezone: Asia/Manila}\nrules: []"
    (folder / "rules.yaml").write_text(RULES.replace("rules: []", more))
    done = keepwarm(*words, "maria")
    one_line(done, "Maria Santos (maria@contract.example), Maria Lopez (ml@contract.example).")
    assert "Ben" not in done.stderr


def test_an_accent_in_two_pieces_is_the_same_name(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("Ben Okafor", "Tomás Herrera"))
    for name in ("Toma\u0301s", "TOMA\u0301S  HERRERA", "tomás"):
        assert keepwarm("ledger", name).exit_code == 0, name


@pytest.mark.parametrize("words", [["check"], ["status"], ["health"], ["run", "--once"]], ids=" ".join)
@pytest.mark.parametrize("what", ["rules.yaml", "data", "templates"])
def test_what_may_not_be_read(folder: Path, words: list[str], what: str) -> None:
    """As another user: root, without the right to read everything."""
    if words == ["check"] and what == "data":
        pytest.skip("check needs no data folder")
    for path in (folder / "data", folder / "templates"):
        path.mkdir()
    for path in (folder / "data", folder / "templates", folder / "rules.yaml"):
        path.chmod(0o700)
    line = [sys.executable, ROOT / "daemon.py", *words]
    if os.geteuid() == 0:
        os.chown(folder / what, 4711, 4711)
        line = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *line]
    else:
        (folder / what).chmod(0)
    done = subprocess.run(
        line, cwd=folder, capture_output=True, text=True, timeout=60, env={**os.environ, "P": "x"}
    )
    assert done.returncode == 1, done.stderr
    [said, *rest] = (done.stdout if words == ["check"] else done.stderr).splitlines()
    assert what in said
    assert len(rest) == (words == ["check"])  # check counts the problems below them
