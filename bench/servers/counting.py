"""What goes over a line, counted: the IMAP commands that a client sends, by name."""

from collections import Counter

from bench.servers.proxy import UP, Fault, Line


def counting(commands: Counter[str]) -> Fault:
    """An honest line on which every command is counted; DONE, which ends an IDLE, is one too.

    Each command's answer is awaited before the next one goes out, so that these are the round trips.
    """

    def fault(direction: str, data: bytes, line: Line) -> bytes:
        if direction == UP:
            commands.update(_name(said) for said in data.splitlines())
        return data

    return fault


def _name(line: bytes) -> str:
    """`b"AB12 UID FETCH 1 FLAGS"` is a UID FETCH."""
    words = line.decode("ascii", "replace").upper().split()
    if words[:1] == ["DONE"]:
        return "DONE"
    return " ".join(words[1:3] if words[1:2] == ["UID"] else words[1:2])
