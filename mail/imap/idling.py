"""Waiting for mail with IDLE (RFC 2177), without missing any and without hanging on a dead line.

Three things go wrong easily. Mail that arrives just before IDLE is announced together with the server's
"+", and lies in the buffer, where `select` does not see it: so the buffer is looked into first, always. A
dead line is readable and holds nothing: that is an error, not silence. And a signal must end the wait: so
it waits on the socket and on the caller's wake-up pipe.
"""

import selectors
import ssl
import time
from io import DEFAULT_BUFFER_SIZE
from socket import socket
from typing import Protocol

from imapclient import IMAPClient

RENEW_SECONDS = 24 * 60.0  # RFC 2177: a server may log us off after 30 minutes


class IdleRefusedError(Exception):
    """The server answers IDLE with a no, though it offers it; the line is none the worse for it."""


class HasFileno(Protocol):
    """Something that `select` takes."""

    def fileno(self) -> int:
        """The file descriptor."""


def idle(client: IMAPClient, seconds: float, wake: HasFileno | int | None) -> bool:
    """Wait until mail arrives in the open folder (True), or `wake` is readable or the time is up (False)."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        arrived, woken = _idle_once(client, min(left, RENEW_SECONDS), wake)
        if arrived or woken:
            return arrived
    return False


def rest(seconds: float, wake: HasFileno | int | None) -> None:
    """Wait without a line, until `wake` becomes readable or the time is up."""
    with selectors.DefaultSelector() as selector:
        if wake is None:
            time.sleep(max(seconds, 0))
            return
        selector.register(wake, selectors.EVENT_READ)
        selector.select(max(seconds, 0))


def _idle_once(client: IMAPClient, seconds: float, wake: HasFileno | int | None) -> tuple[bool, bool]:
    arrived, woken = _start(client), False
    if not arrived:
        arrived, woken = _wait(client, time.monotonic() + seconds, wake)
    _, said = client.idle_done()
    return arrived or any(_is_arrival(line) for line in said), woken


def _start(client: IMAPClient) -> bool:
    """Send IDLE and read up to the server's "+"; whether mail was announced before it.

    IMAPClient's own `idle` takes an announcement before the "+" for an error.
    """
    imap = client._imap
    before = len(imap.untagged_responses.get("EXISTS", []))
    client._idle_tag = imap._command("IDLE")
    while imap._get_response() is not None:
        if imap.tagged_commands[client._idle_tag]:
            del imap.tagged_commands[client._idle_tag]
            raise IdleRefusedError
    return len(imap.untagged_responses.get("EXISTS", [])) > before


def _wait(client: IMAPClient, end: float, wake: HasFileno | int | None) -> tuple[bool, bool]:
    """Whether mail arrived, and whether somebody woke us."""
    sock = client.socket()
    readable = False
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        if wake is not None:
            selector.register(wake, selectors.EVENT_READ)
        while True:
            if _arrived(client, readable):
                return True, False
            ready = [key.fileobj for key, _ in selector.select(max(end - time.monotonic(), 0))]
            readable = sock in ready
            if not readable:
                return False, bool(ready)


def _arrived(client: IMAPClient, readable: bool) -> bool:
    """Read the lines that are here: whether one announces mail. ConnectionError where the line is dead."""
    arrived = False
    waiting = _peek(client)
    if readable and waiting == b"":
        raise ConnectionError("the server closed the connection")
    while waiting:
        line = client._imap._get_line()
        if line.upper().startswith(b"* BYE"):
            raise ConnectionError(f"the server said goodbye: {line[5:].decode('utf-8', 'replace').strip()}")
        arrived = arrived or line.upper().endswith(b" EXISTS")
        waiting = _peek(client)
    return arrived


def _peek(client: IMAPClient) -> bytes | None:
    """What was received and not read yet; b"" for nothing or the end, None for a part of a TLS record."""
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        if hasattr(client._imap, "_readbuf"):  # Python 3.14 and later
            return _received(sock, client._imap._readbuf)
        return bytes(client._imap.file.peek(1))
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
    finally:
        sock.settimeout(timeout)


def _received(sock: socket, buffer: list[bytes]) -> bytes:
    """What imaplib holds in its own buffer; where that is empty, what can be received now is put there."""
    if not any(buffer):
        buffer.append(sock.recv(DEFAULT_BUFFER_SIZE))
    return b"".join(buffer)


def _is_arrival(response: object) -> bool:
    return isinstance(response, tuple) and b"EXISTS" in response
