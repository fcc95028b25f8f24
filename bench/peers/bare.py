"""A bare socket: asks for the header fields of a whole folder at once, and counts the mails that come."""

import socket
import sys

from bench.peers.asking import FIELDS, FOLDERS

MARK = b" FETCH ("
LAST = 4096  # bytes in which an answer's last line lies
PATIENCE = 60.0  # seconds


def main(host: str, port: str, user: str, password: str) -> None:
    """Print how many mails there were."""
    with socket.create_connection((host, int(port)), PATIENCE) as sock:
        sock.recv(65536)
        _ask(sock, f'LOGIN "{user}" "{password}"')
        count = 0
        for folder in FOLDERS:
            _ask(sock, f"EXAMINE {folder}")
            count += _ask(sock, f"UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS ({FIELDS})])")
    print(count)


def _ask(sock: socket.socket, command: str) -> int:
    """Send a command, and read to the end of its answer; how often the mark stood in it."""
    sock.sendall(f"a {command}\r\n".encode())
    count, last, end = 0, b"", b"\r\n"
    while b"\r\na " not in end:
        piece = sock.recv(1 << 20)
        count += (last + piece).count(MARK)
        last, end = (last + piece)[1 - len(MARK) :], (end + piece)[-LAST:]
    if b"\r\na OK" not in end:
        raise RuntimeError(f"{command}: {end!r}")
    return count


if __name__ == "__main__":
    main(*sys.argv[1:])
