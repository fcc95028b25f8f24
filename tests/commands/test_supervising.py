"""What systemd hears of the daemon: readiness, a watchdog that is fed only while the loop is in time."""

import os
import socket
from pathlib import Path

import pytest

from commands.supervising import SLACK, Supervisor, notify, watchdog_seconds


@pytest.fixture
def manager(tmp_path: Path):
    """A datagram socket as systemd has one; reads with a time-out."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(tmp_path / "notify"))
    line.settimeout(10)
    yield line
    line.close()


def environment(manager: socket.socket, usec: str = "0") -> dict[str, str]:
    return {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": usec, "WATCHDOG_PID": str(os.getpid())}


def heard(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_ready_and_stopping_are_said(manager: socket.socket) -> None:
    supervisor = Supervisor(environment(manager))
    supervisor.started()
    supervisor.say("All is well.\nand more")
    supervisor.stopped()
    assert heard(manager).startswith("READY=1\n")
    assert heard(manager) == "STATUS=All is well."
    assert heard(manager) == "STOPPING=1"


def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0keepwarm-test-{os.getpid()}")
        line.settimeout(10)
        assert notify("READY=1", {"NOTIFY_SOCKET": f"@keepwarm-test-{os.getpid()}"})
        assert line.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [("300000000", "", 300.0), ("300000000", "1", 0.0), ("", "", 0.0), ("soon", "", 0.0)],
)
def test_the_watchdog_is_meant_for_one_process(usec: str, pid: str, seconds: float) -> None:
    assert watchdog_seconds({"WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}) == seconds


def test_the_dog_is_fed_while_the_loop_is_in_time_and_no_longer(manager: socket.socket) -> None:
    supervisor = Supervisor(environment(manager, usec="40000"))  # wants to hear every 40 ms
    supervisor.started()
    assert heard(manager).startswith("READY=1\n")
    assert heard(manager) == "WATCHDOG=1"
    supervisor.expect(-SLACK - 1)  # a loop that should have been back a second ago
    manager.settimeout(0.5)
    with pytest.raises(TimeoutError):  # what was under way may still come, but it ends
        while True:
            assert heard(manager) == "WATCHDOG=1"
    supervisor.expect(10)
    manager.settimeout(10)
    assert heard(manager) == "WATCHDOG=1"
    supervisor.stopped()
