"""Where answers arrive: an SMTP server that takes everything, and notes when it came."""

import time
from queue import Queue
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.servers.starting import free_port

PATIENCE = 60.0  # seconds


class Sink:
    """`with Sink() as sink:` starts and stops it."""

    def __init__(self) -> None:
        self.port = free_port()
        self._arrived: Queue[float] = Queue()
        self._controller = Controller(self, "127.0.0.1", self.port, server_hostname="localhost")

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def next(self) -> float:
        """When the next mail was here whole (`time.perf_counter`); queue.Empty where none comes."""
        return self._arrived.get(timeout=PATIENCE)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        self._arrived.put(time.perf_counter())
        return "250 OK"
