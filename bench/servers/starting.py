"""What every server of the rig needs: its program, a free port, and patience until it listens."""

import os
import random
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROGRAMS = ("dovecot", "postfix", "openssl", "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap")
PATIENCE = 30.0  # seconds
SERVERS = (20_000, 32_000)  # ports below those that Linux gives to clients
_given: set[int] = set()
# Tests seed the other one, and rigs beside each other would ask for the same ports.
_chance = random.SystemRandom()


def missing() -> list[str]:
    """What is not here of all that the rig needs."""
    wanted = [name for name in PROGRAMS if not program(name)]
    return wanted if os.geteuid() == 0 else [*wanted, "root"]


def program(name: str) -> str:
    """Where a program is, "" where it is not; servers lie in folders that are not everybody's PATH."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"))
    return shutil.which(name, path=path) or ""


def free_port() -> int:
    """A port of the loopback that nobody uses, and that no client is given, nor anybody who asked here before."""
    while True:
        port = _chance.randrange(*SERVERS)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


def wait_for(what: str, check: Callable[[], bool], log: Path, seconds: float = PATIENCE) -> None:
    """Until the server is there; RuntimeError with the end of its log where it does not come up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    said = log.read_text()[-3000:] if log.exists() else "(nothing)"
    raise RuntimeError(f"{what} did not come up; its log says:\n{said}")


def listens(port: int) -> bool:
    """Whether a server greets us at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as sock:
            sock.settimeout(5)
            return bool(sock.recv(1))
    except OSError:
        return False
