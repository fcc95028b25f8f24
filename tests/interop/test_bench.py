"""The benchmark runs: every row, at a hundredth of its size. How fast it is, is for `make bench` to say."""

import json
import subprocess
import sys

import pytest

from bench.rows import ROWS
from bench.trial import ROOT


@pytest.mark.timeout(600)
@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_measured(dovecot, tmp_path, row) -> None:
    found = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", row, "--scale", "0.005", "--rounds", "1", "--json", found],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = json.loads(found.read_text())["lines"]
    assert {line["row"] for line in lines} == {row}
    assert all(line["value"] is not None for line in lines)
    assert all(line["goal"] == "" or line["met"] in (True, False) for line in lines)
    for line in lines:
        assert line["what"].split(",")[0] in done.stdout
        assert line["peer_value"] or line["peer"] == "" or line["peer"].endswith("not installed")


def test_a_row_that_is_not_there(dovecot) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "first-snc"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "first-sync" in done.stderr
