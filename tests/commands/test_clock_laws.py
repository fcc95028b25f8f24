"""Whose laws of clocks count: the machine's, or the pinned package's."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys, zoneinfo
from datetime import datetime, timedelta
from commands.clock_laws import take_the_newer
zoneinfo.reset_tzpath(to=[sys.argv[1]])
take_the_newer()
print(datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Manila")).utcoffset() == timedelta(hours=8))
"""


@pytest.mark.parametrize(
    ("first_line", "chosen", "is_ours"),
    [
        ("# version 2019c", None, True),
        ("# version 2999a", None, False),
        ("# of our own making", None, False),
        (None, None, False),  # nobody knows how old they are
        ("# version 2019c", "/usr/share/zoneinfo", False),
    ],
)
def test_the_newer_laws_count(
    tmp_path: Path, first_line: str | None, chosen: str | None, is_ours: bool
) -> None:
    """By the machine's, Manila lies on the meridian of Greenwich."""
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia" / "Manila").write_bytes(files("tzdata.zoneinfo").joinpath("UTC").read_bytes())
    if first_line:
        (tmp_path / "tzdata.zi").write_text(f"{first_line}\n# This zic input file is in the public domain.\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONTZPATH"}
    if chosen:
        environment["PYTHONTZPATH"] = chosen
    line = [sys.executable, "-c", PROGRAM, tmp_path]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{is_ours}\n", done.stderr
