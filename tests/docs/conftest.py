"""What the pages show: README, CONTRIBUTING and all of docs/, their fenced examples, and the calls of our program."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Call = tuple[str, list[str]]  # the page, and the words after the program's name


@pytest.fixture(scope="session")
def pages() -> list[Path]:
    """Everything that somebody reads before the code."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="session")
def calls(pages: list[Path]) -> list[Call]:
    """Calls of our program, in fences and in running text."""
    return [call for page in pages for call in _calls(page)]


def _calls(page: Path) -> Iterator[Call]:
    text = page.read_text(encoding="utf-8")
    for language, example in FENCE.findall(text):
        if language == "sh":
            for line in example.replace("\\\n", " ").splitlines():
                yield from _called(page.name, line)
    for code in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)):
        yield from _called(page.name, code)


def _called(name: str, line: str) -> Iterator[Call]:
    match = re.match(r"(?:sudo )?(?:\S*python3? )?(?:\S*/)?(?:daemon\.py|keepwarm) (.+)", line.strip())
    if match:
        yield name, shlex.split(match[1], comments=True)
