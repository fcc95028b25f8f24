"""The wheel: everything that runs is in it, nothing that only tests is, and it gives the command `keepwarm`."""

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="NOT TESTED: the wheel, for want of hatchling"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, without an index."""
    folder = tmp_path_factory.mktemp("wheel")
    leave_out = shutil.ignore_patterns(".venv*", ".git", "demo.out", "data", ".mypy_cache", ".hypothesis")
    source = shutil.copytree(ROOT, folder / "source", ignore=leave_out, symlinks=True)
    line = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run([*line, "-w", folder, source], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    [built] = folder.glob("*.whl")
    return built


def test_it_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for room in ("commands", "mail", "relationship", "rules", "store", "templates", "tick"):
        files = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        assert files <= names, files - names
    assert {"daemon.py", "rules.yaml", "rules/rules.schema.json", "commands/reporting/page.html"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/", "demo/"))]


def test_it_gives_the_command(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own; the other packages are lent from this one, since there is no index."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    [ours] = (tmp_path / "venv").glob("lib/python*/site-packages")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=100)
    (ours / "lent.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    keepwarm = tmp_path / "venv/bin/keepwarm"
    environment = {**os.environ, "KEEPWARM_PASSWORD": "x", "PYTHONPATH": ""}
    good = ROOT / "tests/rules/good.yaml"
    for words in (
        ["--help"],
        ["--rules", good, "check", "--offline"],
        ["--rules", good, "preview", "reminders/gentle"],
    ):
        done = subprocess.run(
            [keepwarm, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stdout + done.stderr
    told = subprocess.check_output(
        [keepwarm, "--version"], cwd=tmp_path, env=environment, text=True, timeout=100
    )
    assert told == f"keepwarm {wheel.name.split('-')[1]}\n"
