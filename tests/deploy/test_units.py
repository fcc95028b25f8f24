"""The systemd units and the container: they are understood, shut in, and name commands that exist."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from commands.app import COMMANDS

ROOT = Path(__file__).parents[2]
UNITS = ("keepwarm.service", "keepwarm@.service")

# .ci/run installs it: there, nothing is skipped.
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and not os.environ.get("CI"),
    reason="NOT TESTED: the units, for want of systemd-analyze",
)


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(("systemd-analyze", *words), capture_output=True, text=True, timeout=60)


def unit(name: str, folder: Path, old: str = "", new: str = "") -> Path:
    """A copy whose program exists on this machine; verify looks for it."""
    text = (ROOT / "deploy" / name).read_text().replace("/opt/keepwarm/bin/keepwarm", sys.executable)
    assert old in text
    copy = folder / name.replace("@.", "@acme.")
    copy.write_text(text.replace(old, new))
    return copy


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_the_unit_is_understood(name: str, tmp_path: Path) -> None:
    done = analyze("verify", "--man=no", unit(name, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_installed_as_a_service_are_the_owners_own_rules() -> None:
    """The rules.yaml in the project's folder are the demo's; and what the unit reads is put where it reads it."""
    page = (ROOT / "docs/operating.md").read_text()
    found = [line.split()[-2:] for line in page.splitlines() if line.startswith("sudo install -m")]
    assert ["~/keepwarm/rules.yaml", "/etc/keepwarm/rules.yaml"] in found
    text = (ROOT / "deploy/keepwarm.service").read_text()
    for source, target in found:
        assert source.startswith("~/keepwarm/") or source == "/dev/null" or (ROOT / source).is_file()
        assert target in text or target.startswith(("/etc/systemd/", "/var/lib/keepwarm/"))
    last = page.index("sudo systemctl enable")
    assert all(page.index(f"{source} {target}") < last for source, target in found), "then it is started"


@needs_systemd
def test_verify_would_notice(tmp_path: Path) -> None:
    done = analyze("verify", unit("keepwarm.service", tmp_path, "UMask=", "Umaks="))
    assert "Umaks" in done.stderr


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_exposure_is_under_two(name: str, tmp_path: Path) -> None:
    path = unit(name, tmp_path)
    done = analyze("security", "--offline=true", "--threshold=20", path)
    assert done.returncode == 0, done.stdout[-300:]
    assert analyze("security", "--offline=true", "--threshold=5", path).returncode != 0, "the threshold acts"


@pytest.mark.parametrize("name", UNITS)
def test_the_command_line_is_ours(name: str) -> None:
    [line] = re.findall(r"^ExecStart=\S+ (.*)$", (ROOT / "deploy" / name).read_text(), re.MULTILINE)
    assert line.split()[-1] in COMMANDS
    done = subprocess.run(
        [sys.executable, "daemon.py", *line.split(), "--help"], cwd=ROOT, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_both_units_shut_in_alike() -> None:
    one, several = ((ROOT / "deploy" / name).read_text() for name in UNITS)
    assert one.partition("# It talks")[2] == several.partition("# It talks")[2]


def test_the_container_is_rootless_and_cannot_write_its_root() -> None:
    service = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["keepwarm"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    image = (ROOT / "deploy/Containerfile").read_text()
    assert re.search(r"^USER 10001:10001$", image, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", image, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in (ROOT / ".containerignore").read_text().split()


def test_a_picture_is_drawn_within_the_limits_of_processes_on_a_machine_of_many_cores() -> None:
    """OpenBLAS makes a thread for each core that it sees, and a container sees all of the machine's."""
    for name in (*UNITS, "Containerfile"):
        assert "OPENBLAS_NUM_THREADS=1" in (ROOT / "deploy" / name).read_text().split(), name


def test_the_container_calls_commands_that_exist() -> None:
    image = (ROOT / "deploy/Containerfile").read_text()
    arrays = {
        name: json.loads(words)
        for name, words in re.findall(r"(ENTRYPOINT|CMD) (\[.+\])$", image, re.MULTILINE)
    }
    [check] = re.findall(r"HEALTHCHECK .*\\\n\s+CMD (\[.+\])$", image, re.MULTILINE)
    for words in (arrays["ENTRYPOINT"] + arrays["CMD"], json.loads(check)):
        assert words[0] == "/opt/keepwarm/bin/keepwarm"
        line = [sys.executable, "daemon.py", *words[1:], "--help"]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_everything_the_wheel_needs_is_copied_into_the_image() -> None:
    wheel = (ROOT / "pyproject.toml").read_text().partition("only-include = [")[2].partition("]")[0]
    image = (ROOT / "deploy/Containerfile").read_text()
    names = re.findall(r'"(\S+?)"', wheel)
    assert {"daemon.py", "templates"} <= {*names}
    for name in names:
        assert re.search(rf"^COPY .*\b{re.escape(name)}\b", image, re.MULTILINE), name


def test_no_secret_travels_in_the_image() -> None:
    assert "KEEPWARM_PASSWORD=" not in (ROOT / "deploy/Containerfile").read_text()
