"""What a measurement is given: how large it is, where its files lie, and what it needs to run programs."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.servers.dovecot import Dovecot

ROOT = Path(__file__).parent.parent
LOOK = 0.02  # seconds between two looks at a program's memory


@dataclass(frozen=True)
class Trial:
    """One run of all measurements, or of some."""

    scale: float = 1.0  # of the sizes that the goals name
    rounds: int = 3  # the median counts

    def size(self, full: int, least: int = 1) -> int:
        """A size of the goals, as it is in this run."""
        return max(round(full * self.scale), least)


@dataclass(frozen=True)
class Run:
    """A program, from its start to its end."""

    seconds: float
    peak: float  # MB of memory, at most
    output: str


def run(command: Sequence[str | Path]) -> Run:
    """Run a program in the project's folder; RuntimeError with what it said where it fails."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        begun, peak = time.perf_counter(), 0.0
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=complained)
        while (ended := _wait(process)) is None:
            peak = max(peak, memory(process.pid, "VmHWM"))
        seconds = time.perf_counter() - begun
        said.seek(0), complained.seek(0)
        if ended:
            raise RuntimeError(f"{command[0]} failed:\n{complained.read()[-2000:]}")
        return Run(seconds, peak, said.read())


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(LOOK)
    except subprocess.TimeoutExpired:
        return None


def memory(pid: int, what: str = "VmRSS") -> float:
    """MB of a process, as Linux counts it now, or at most so far (VmHWM); 0 for one that is ending."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = next((line.split()[1] for line in status.splitlines() if line.startswith(what)), "0")
    return int(found) / 1024


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the servers' own users may enter, with a path short enough for a Unix socket."""
    path = Path(tempfile.mkdtemp(prefix="keepwarm-bench-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot with empty mailboxes."""
    with folder() as path:
        server = Dovecot(path)
        try:
            server.start()
            yield server
        finally:
            server.stop()
