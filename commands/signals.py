"""Signals: SIGTERM and SIGINT end the daemon within a second, SIGHUP has it take up its rules.

Python runs a signal's handler between two steps of the main thread, which a silent mail server or a slow look-up of
a name can hold up for minutes. So a thread of its own hears of each signal at once (`set_wakeup_fd`). It wakes the
loop, which ends the tick after the letter in hand; and if that takes longer than a moment, it ends the process as a
crash would. tick/delivering/deliver.py says why a crash loses nothing, and sends nothing twice.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

log = logging.getLogger("keepwarm")

GRACE = 0.7  # seconds from the signal on; systemd's and a person's idea of "at once" is a second
MOMENT = 0.2  # seconds, for the last word in the log
_LAST_WORD = "Keepwarm has stopped in the middle of its work; the next start goes on from there."
_ENDING = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """Listens from `listen` to the end of the process; `wake` ends a wait, `wind_up` has a tick come to its end."""

    def __init__(self, wake: Callable[[], None], wind_up: Callable[[], None]) -> None:
        self._wake, self._wind_up = wake, wind_up
        self.stopping = False
        self._hung_up = False
        self._heard, self._tell = socket.socketpair()
        self._tell.setblocking(False)

    def listen(self) -> None:
        """From now on; only the main thread may ask for signals."""
        for number in (*_ENDING, signal.SIGHUP):
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._tell.fileno())
        threading.Thread(target=self._hear, name="signals", daemon=True).start()

    def hung_up(self) -> bool:
        """Whether SIGHUP came since this was asked last."""
        hung_up, self._hung_up = self._hung_up, False
        return hung_up

    def _hear(self) -> None:
        while not self.stopping:
            [number] = self._heard.recv(1)
            self._hung_up = self._hung_up or number == signal.SIGHUP
            self.stopping = number in _ENDING
            if self.stopping:
                self._wind_up()
            self._wake()
        _end_after(GRACE)


def _noted(number: int, frame: FrameType | None) -> None:
    """Nothing: the thread has heard of it. Without a handler the process would end here and now."""


def _end_after(seconds: float) -> None:
    """The end of the process, unless it comes to its own end before."""
    threading.Event().wait(seconds)
    # Where nobody reads the log any more, its pipe is full, and whoever writes a line waits for ever.
    word = threading.Thread(target=log.warning, args=(_LAST_WORD,), daemon=True)
    word.start()
    word.join(MOMENT)
    os._exit(0)
