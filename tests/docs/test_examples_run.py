"""What README and docs/ show can be typed: each call is made, each letter is rendered, each rule test is played."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.demo_servers import EmbeddedMail

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"sh", "yaml", "markdown", "text"}  # each has its test, here or in test_examples.py
TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"


def blocks(page: str, language: str) -> list[str]:
    return [text for name, text in FENCE.findall((ROOT / page).read_text()) if name == language]


def test_no_example_hides_from_the_tests(pages: list[Path]) -> None:
    for page in pages:
        text = page.read_text()
        assert {name for name, _ in FENCE.findall(text)} <= LANGUAGES, page.name
        assert not re.search(r"\n\n    \S", FENCE.sub("", text)), (
            f"{page.name}: fence it, and name its language"
        )


class Desk:
    """The rules that README shows, on embedded servers, after a first run."""

    def __init__(self, mail: EmbeddedMail, folder: Path) -> None:
        self.folder = folder
        [text] = blocks("README.md", "yaml")
        for old, new in (
            ("imaps://imap.acme.example", mail.imap_url),
            ("smtp+starttls://smtp.acme.example", mail.smtp_url),
        ):
            assert old in text
            text = text.replace(old, new)
        (folder / "rules.yaml").write_text(text)
        (folder / "templates/thanks").mkdir(parents=True)
        self("run", "--once")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, ROOT / "daemon.py", *words], cwd=self.folder, text=True,
            env={**os.environ, "KEEPWARM_PASSWORD": "secret"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def __call__(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == code, said
        return said


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with EmbeddedMail(dict.fromkeys((TEAM, DANA, MARIA), "secret")) as mail:
        yield Desk(mail, tmp_path_factory.mktemp("desk"))


# `init` and `login` ask a person, and are tried in tests/interop; `forget` has a test below, `test` one of its own.
CALLS = (
    ("check",), ("status",), ("why",), ("health",), ("run", "--once"), ("backtest", "--since", "90d"),
    ("preview", "reminders/gentle"), ("export", "Maria Santos"),
)  # fmt: skip
SERVICES = (("run",), ("run", "--log", "json"), ("run", "--ping", "https://hc.acme.example/ping/uuid"))
ELSEWHERE = {"init", "login", "forget", "test"}


def test_every_call_is_tried(calls: list[tuple[str, list[str]]]) -> None:
    shown = {tuple(words) for _, words in calls if not words[0].startswith("--")}
    assert {words for words in shown if words[0] not in ELSEWHERE} == set(CALLS + SERVICES)


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_call(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk(*words).strip()


@pytest.mark.parametrize("words", SERVICES, ids=" ".join)
def test_a_service(desk: Desk, words: tuple[str, ...]) -> None:
    process = desk.start(*words)
    assert process.stdout is not None
    assert "Keepwarm is running" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.stdout.close()


def test_forget_once_they_are_no_longer_in_the_rules(desk: Desk) -> None:
    assert "is still in" in desk("forget", "Maria Santos", code=1)
    rules = desk.folder / "rules.yaml"
    kept = rules.read_text()
    try:
        line = next(line for line in kept.splitlines() if "Maria Santos" in line)
        rules.write_text(
            kept.replace(line, "  - {name: Ben Okafor, email: ben@contract.example, timezone: UTC}")
        )
        assert "Nothing of them is kept" in desk("forget", "Maria Santos")
        assert "is no contractor" in desk("export", "Maria Santos", code=1)
    finally:
        rules.write_text(kept)
        desk("run", "--once")


@pytest.mark.parametrize("number", range(2))
def test_a_letter(desk: Desk, number: int) -> None:
    text = blocks("docs/letters.md", "markdown")[number]
    if not text.startswith("To:"):
        text = f"To: contractor\nSubject: An example\n\n{text}"
    (desk.folder / "templates/thanks/rush-job.md").write_text(text)
    said = desk("preview", "thanks/rush-job")
    assert "{" not in said
    assert ("40 working minutes" if number == 0 else "I wrote before.") in said


def test_the_rule_test_and_what_is_printed_of_it(desk: Desk, tmp_path: Path) -> None:
    [example] = blocks("docs/rule-tests.md", "yaml")
    [printed] = blocks("docs/rule-tests.md", "text")
    shutil.copy(ROOT / "rules.yaml", tmp_path)
    second = """  - name: A question is reminded of kindly
    timeline:
      - {at: Mon 2026-03-02 10:00, from: Nora, to: Ben, subject: Logo, text: Could you send the logo?}
    expect:
      - {send: reminders/gentle, to: Ben, at: 2026-03-04 10:00}
"""
    lines = example + "\n" * (30 - (example + second).count("\n") + 1) + second
    (tmp_path / "rules.test.yaml").write_text(lines)
    done = subprocess.run(
        [sys.executable, ROOT / "daemon.py", "test"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.returncode) == (printed, 1)
