"""A TCP proxy that misbehaves on purpose, to stand between the daemon and a real server.

A fault is asked about every piece of data on its way. It returns what goes on instead, may wait, may close one half
of a line, and may raise Cut. It may be changed at any time; None is an honest proxy.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

UP, DOWN = "up", "down"  # to the server, to the client
FINAL_DOT = b"\r\n.\r\n"


class Cut(Exception):  # noqa: N818 - a thing that happens, said in its name
    """Both halves of the line die now."""


@dataclass
class Line:
    """One connection of a client, and ours to the server."""

    client: socket.socket
    server: socket.socket
    tail: bytes = b""  # the last bytes on their way up
    swallow: bool = False  # the next answer never arrives
    counts: Counter[str] = field(default_factory=Counter)

    def half_close(self, direction: str) -> None:
        """Say no more in one direction."""
        with suppress(OSError):
            (self.server if direction == UP else self.client).shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Both sides learn of it at once: a reset, not a farewell."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                end.close()


Fault = Callable[[str, bytes, Line], bytes]


class Proxy:
    """Listens on a loopback port of its own; `with Proxy(port) as proxy:` starts and stops it."""

    def __init__(self, server_port: int, fault: Fault | None = None) -> None:
        self.server_port, self.fault = server_port, fault
        self.happened: Counter[str] = Counter()  # faults so far, by name
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._lines: list[Line] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody is let in any more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """Cut every line that is open."""
        lines, self._lines = self._lines, []
        for line in lines:
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port), 10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            line = Line(client, server)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lines.append(line)
            for direction in (UP, DOWN):
                threading.Thread(target=self._pump, args=(direction, line), daemon=True).start()

    def _pump(self, direction: str, line: Line) -> None:
        source, target = (line.client, line.server) if direction == UP else (line.server, line.client)
        try:
            while data := source.recv(65536):
                if direction == UP:
                    line.tail = (line.tail + data)[-len(FINAL_DOT) :]
                changed = self.fault(direction, data, line) if self.fault else data
                if changed:
                    target.sendall(changed)
            line.half_close(direction)
        except Cut:
            line.close()
        except OSError:
            line.close()


# -- faults ---------------------------------------------------------------------------------------------------


WAYS = ("before the dot", "after the dot", "at the answer")


def at_the_final_dot(
    proxy: Proxy, dice: random.Random, chance: float = 1.0, ways: tuple[str, ...] = WAYS
) -> Fault:
    """Cut between the end of DATA and its answer: before the server has the dot, right after, or at its answer."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == DOWN:
            if line.swallow:
                raise Cut
            return data
        if line.tail != FINAL_DOT or dice.random() >= chance:
            return data
        how = dice.choice(ways)
        proxy.happened[how] += 1
        if how == "before the dot":
            raise Cut
        line.swallow = how == "at the answer"
        if how == "after the dot":
            line.server.sendall(data)
            raise Cut
        return data

    return fault


def anywhere(proxy: Proxy, dice: random.Random, chance: float) -> Fault:
    """At any piece of data, in any direction, anything that lines and servers do when they are ill."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if dice.random() >= chance:
            return data
        how = dice.choice(("cut", "torn", "stall", "half-closed", "twice", "late", "garbage"))
        proxy.happened[how] += 1
        match how:
            case "cut":
                raise Cut
            case "torn":
                (line.server if direction == UP else line.client).sendall(data[: len(data) // 2])
                raise Cut
            case "stall":
                time.sleep(5)
            case "half-closed":
                line.half_close(direction)
            case "late":
                time.sleep(dice.uniform(0, 1))
            case "twice" if direction == DOWN:
                return data + data
            case "garbage" if direction == DOWN:
                return bytes(dice.randrange(256) for _ in range(40)) + b"\r\n" + data
        return data

    return fault


def answering(stage: bytes, reply: bytes) -> Fault:
    """Answer one SMTP command ("MAIL", "RCPT", "DATA", or b"." for the final dot) in the server's place."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        dot = stage == b"." and direction == UP and line.tail == FINAL_DOT
        if dot or (direction == UP and data.upper().startswith(stage) and stage != b"."):
            line.client.sendall(reply + b"\r\n")
            if dot:
                line.server.close()
            return b""
        return data

    return fault


def refusing(command: bytes, answer: bytes) -> Fault:
    """Answer an IMAP command, whatever its tag, in the server's place: b"NO [UNAVAILABLE] ...", say."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == DOWN:
            return data
        passed = b""
        for one in data.splitlines(keepends=True):  # on a busy machine several commands come in one piece
            tag, _, said = one.partition(b" ")
            if said.upper().startswith(command):
                line.client.sendall(b"%s %s\r\n" % (tag, answer))
            else:
                passed += one
        return passed

    return fault


def hanging_up_at(command: bytes) -> Fault:
    """Cut the line at an IMAP command, whatever its tag."""

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        said = data.splitlines() if direction == UP else ()
        if any(one.partition(b" ")[2].upper().startswith(command) for one in said):
            raise Cut
        return data

    return fault


def dying_at(proxy: Proxy, number: int, heard: bool) -> Fault:
    """One line dies, once so much has been said on all of them: `heard`, in the middle of the server's answer.

    What is said is counted in lines: on a busy machine several come in one piece.
    """

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP:
            before = proxy.happened["said"]
            proxy.happened["said"] += data.count(b"\n")
            line.counts["dies"] += before <= number < proxy.happened["said"]
            if line.counts["dies"] and not heard:
                raise Cut
        elif line.counts["dies"]:
            if not line.counts["half"]:
                line.client.sendall(data[: len(data) // 2])
                line.half_close(DOWN)
            line.counts["half"] += 1
            return b""
        return data

    return fault


BODY, DOT = b"the letter", b"."  # stages that no command names


def silent_from(proxy: Proxy, stage: bytes) -> Fault:
    """The line stays open and says nothing more.

    From a command on ("MAIL", "RCPT", "DATA"), from the middle of a letter (BODY), or from its final dot on (DOT),
    which the server has got.
    """

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if line.counts["silent"]:
            return b""
        if direction == DOWN:
            line.counts["letter"] += data.startswith(b"354")
            return data
        if not (line.counts["letter"] if stage in (BODY, DOT) else data.upper().startswith(stage)):
            return data
        line.counts["silent"] += 1
        proxy.happened["silent"] += 1
        return {BODY: data[: len(data) // 2], DOT: data}.get(stage, b"")

    return fault
