"""Many mails into Dovecot at once: MULTIAPPEND (RFC 3502), thousands a second."""

import socket
from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import islice

from bench.mailboxes import TEAM, Stored
from bench.servers.dovecot import PASSWORD, Dovecot

AT_ONCE = 500  # mails in one command


def fill(dovecot: Dovecot, mails: Iterable[Stored], user: str = TEAM) -> int:
    """Put mails into INBOX and Sent of a mailbox; how many they were."""
    count, waiting = 0, iter(mails)
    with socket.create_connection((dovecot.host, dovecot.imap_port)) as sock, sock.makefile("rb") as answers:
        answers.readline()
        _say(sock, answers, b'LOGIN "%s" "%s"' % (user.encode(), PASSWORD.encode()))
        while some := list(islice(waiting, AT_ONCE)):
            for folder in ("INBOX", "Sent"):
                _append(sock, answers, folder, [mail for mail in some if mail.own == (folder == "Sent")])
            count += len(some)
    return count


def _append(sock: socket.socket, answers: Iterable[bytes], folder: str, mails: Sequence[Stored]) -> None:
    if mails:
        _say(sock, answers, b"APPEND %s%s" % (folder.encode(), b"".join(map(_literal, mails))))


def _literal(mail: Stored) -> bytes:
    at = f"{mail.at.astimezone(UTC):%d-%b-%Y %H:%M:%S} +0000".encode()
    return b' "%s" {%d+}\r\n%s' % (at, len(mail.content), mail.content)


def _say(sock: socket.socket, answers: Iterable[bytes], command: bytes) -> None:
    sock.sendall(b"a " + command + b"\r\n")
    for line in answers:
        if line.startswith(b"a "):
            if not line.startswith(b"a OK"):
                raise RuntimeError(f"Dovecot says {line!r}")
            return
