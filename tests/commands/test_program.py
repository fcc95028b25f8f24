"""Commands that are shown begin as the one that was typed, so that they can be typed too."""

import os
import sys
from pathlib import Path

import pytest

from commands.program import called
from daemon import House

USUAL = House(Path("rules.yaml"), Path("data"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/keepwarm").write_text("#!/bin/sh\n")
    (tmp_path / "bin/keepwarm").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("typed", ["bin/keepwarm", "{folder}/bin/keepwarm"])
def test_installed_and_not_on_the_path(folder: Path, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = typed.format(folder=folder)
    monkeypatch.setattr(sys, "argv", [typed, "init"])
    assert called(USUAL) == typed


def test_installed_and_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(sys, "argv", [f"{folder}/bin/keepwarm", "init"])
    assert called(USUAL) == "keepwarm"


def test_as_a_script_with_files_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["daemon.py", "demo"])
    monkeypatch.setattr(sys, "executable", f"{folder}/.venv/bin/python")
    assert called(USUAL) == ".venv/bin/python daemon.py"
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    own = House(Path("my rules.yaml"), Path("other"))
    assert called(own) == "python daemon.py --rules 'my rules.yaml' --data other"
