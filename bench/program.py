"""Keepwarm as a user runs it: rules.yaml, a data folder, and the command line in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import rules
from bench.servers.starting import wait_for
from bench.trial import ROOT, Run, run

PATIENCE = 120.0  # seconds, for the first heartbeat
NOWHERE = "smtp://127.0.0.1:1"  # nothing is to be sent


class Program:
    """An installation in a folder; `changes` are for rules.yaml."""

    def __init__(
        self, folder: Path, imap: str, contractors: int, smtp: str = NOWHERE, **changes: Any
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.rules, self.data = rules.write(folder, imap, smtp, contractors, **changes), folder / "data"

    def command(self, *words: str) -> Run:
        """A command, to its end."""
        return run(self._line(*words))

    def once(self) -> tuple[Run, dict[str, int]]:
        """`run --once`, and what it counted."""
        done = self.command("run", "--once", "--json")
        work: dict[str, int] = json.loads(done.output)
        return done, work

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The daemon, from its first heartbeat on: it has come to rest, and waits for mail."""
        beat, said = self.data / "heartbeat.json", self.data.parent / "log"
        beat.unlink(missing_ok=True)
        with said.open("wb") as log:
            process = subprocess.Popen(self._line("run"), cwd=ROOT, stdout=log, stderr=log)
            try:
                wait_for("Keepwarm", beat.exists, said, PATIENCE)
                yield process
            finally:
                process.terminate()
                process.wait()

    def _line(self, *words: str) -> list[str | Path]:
        return [sys.executable, "daemon.py", "--rules", self.rules, "--data", self.data, *words]
