"""A dead man's switch: an address on the web is asked for after each good tick, and told of each bad one.

The service behind it (healthchecks.io, Uptime Kuma, one of your own) raises the alarm when it hears nothing. An own
thread asks, so that a slow network never holds up a tick. The address is as good as a password: it is not logged.
"""

import logging
import queue
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

log = logging.getLogger("keepwarm")

PATIENCE = 10.0  # seconds
SELDOM = 60.0  # seconds between two of the same sort; IDLE can make ticks many
MOMENT = 0.3  # seconds


class Pinger:
    """Asks for `url` after good ticks, and for `url/fail` after bad ones; "" for none."""

    def __init__(self, url: str, seldom: float = SELDOM) -> None:
        self._url, self._seldom = url, seldom
        self._waiting: queue.Queue[str] = queue.Queue(maxsize=1)
        self._last: tuple[str, float] = ("", 0.0)
        self._unheard = False
        self._thread = threading.Thread(target=self._ask_for_ever, name="ping", daemon=True)
        if url:
            self._thread.start()

    def good(self) -> None:
        """A tick went well."""
        self._ping(self._url)

    def bad(self) -> None:
        """A tick failed."""
        self._ping(_fail(self._url) if self._url else "")

    def close(self) -> None:
        """Ask no more. An end of the process in the middle of a TLS library's work would be a crash: wait a moment."""
        if self._url:
            with suppress(queue.Empty):
                self._waiting.get_nowait()
            self._waiting.put("")
            self._thread.join(MOMENT)

    def finish(self) -> None:
        """Ask what there is to ask, and wait for the answer."""
        if self._url:
            self._waiting.put("")
            self._thread.join(PATIENCE)

    def _ping(self, url: str) -> None:
        before, at = self._last
        now = time.monotonic()
        if not url or (url == before and now - at < self._seldom):
            return
        try:
            self._waiting.put_nowait(url)
        except queue.Full:
            return  # the one before has not gone out yet; the next tick tries again
        self._last = (url, now)

    def _ask_for_ever(self) -> None:
        while url := self._waiting.get():
            self._ask(url)

    def _ask(self, url: str) -> None:
        import urllib.request  # large, and many do without a ping

        try:
            request = urllib.request.Request(url, headers={"User-Agent": "keepwarm"})  # noqa: S310 - see valid()
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - see valid()
                answer.read(1000)
        except (OSError, ValueError) as error:  # URLError and HTTPError are OSErrors
            if not self._unheard:
                log.warning("The ping address does not answer (%s); ticks go on.", type(error).__name__)
            self._unheard = True
        else:
            self._unheard = False


def valid(url: str) -> bool:
    """Whether it is an address on the web; urllib would open files, too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _fail(url: str) -> str:
    """The same address with /fail after its path, as healthchecks.io has it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))
