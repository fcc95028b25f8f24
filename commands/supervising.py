"""What looks after the daemon from outside: systemd's readiness and watchdog, by sd_notify(3).

A watchdog that is fed by a thread of its own proves nothing, and one that is fed by the loop dies of the first long
synchronisation. So the loop says, before each thing it does, how long that may take at most; a thread feeds the dog
for exactly so long. A loop that hangs longer is ended and started again, and the outbox knows where it was.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

LONGEST_TICK = 3600.0  # seconds; the first look into a large mailbox behind a slow line
SLACK = 60.0  # seconds on top of a wait


def notify(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send one datagram to the service manager; False where there is none that listens.

    `state` is lines such as "READY=1"; the address is in NOTIFY_SOCKET, "@" for an abstract one.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(1.0)
            line.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float:
    """How often the service manager wants to hear of us; 0 where it does not."""
    if environment.get("WATCHDOG_PID") not in (None, "", str(os.getpid())):
        return 0.0  # it is meant for another process
    with suppress(ValueError):
        return int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000
    return 0.0


class Supervisor:
    """Tells systemd how things stand; without systemd it does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._until = 0.0  # by the monotonic clock
        self._ended = threading.Event()
        self._every = watchdog_seconds(environment) / 2

    def started(self) -> None:
        """The parts are wired, and the loop begins."""
        self.expect(LONGEST_TICK)
        notify("READY=1\nSTATUS=Running.", self._environment)
        if self._every:
            threading.Thread(target=self._feed, name="watchdog", daemon=True).start()

    def expect(self, seconds: float) -> None:
        """What the loop does now takes no longer than this."""
        self._until = time.monotonic() + seconds + SLACK

    def say(self, status: str) -> None:
        """One line for `systemctl status`."""
        notify(f"STATUS={status.splitlines()[0] if status else ''}", self._environment)

    def stopped(self) -> None:
        """The loop has ended."""
        self._ended.set()
        notify("STOPPING=1", self._environment)

    def _feed(self) -> None:
        while not self._ended.wait(self._every):
            if time.monotonic() < self._until:
                notify("WATCHDOG=1", self._environment)
