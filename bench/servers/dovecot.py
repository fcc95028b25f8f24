"""A real Dovecot: private configuration, loopback, no systemd."""

import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from imapclient import IMAPClient

from bench.servers.certificates import Certificates
from bench.servers.dovecot_settings import Ports, settings
from bench.servers.starting import PATIENCE, free_port, listens, program, wait_for

USERS = (
    "team@acme.example",
    "dana@acme.example",
    "maria@contract.example",
    "ben@contract.example",
    "chidi@contract.example",
    "yuki@contract.example",
    "ana@contract.example",
    "tom@contract.example",
)
PASSWORD = "correct horse"


class StoredMail(NamedTuple):
    """A mail as it lies in a mailbox."""

    content: bytes
    at: datetime
    flags: frozenset[str]


class Dovecot:
    """IMAP and LMTP. Mailboxes are sdbox folders under `homes`, which only Dovecot touches."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self, root: Path, changes: Mapping[str, str] | None = None, more: str = "") -> None:
        """`changes` are made in the settings, `more` stands behind them; {root} in them is the folder."""
        self.root, self._changes, self._more = root, changes or {}, more
        self.certificates = Certificates(root / "certificates")
        self.authority = self.certificates.authority
        self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port = (free_port() for _ in range(4))
        self.log = root / "dovecot.log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, security: str = "plain") -> str:
        """For `mailbox: imap:`; see above for the kinds."""
        return {
            "plain": f"imap://127.0.0.1:{self.imap_port}",
            "tls": f"imaps://127.0.0.1:{self.imaps_port}",
            "starttls": f"imap+starttls://127.0.0.1:{self.imap_port}",
            "expired": f"imaps://127.0.0.2:{self.imaps_port}",
            "stranger": f"imaps://127.0.0.3:{self.imaps_port}",
            "wrong-name": f"imaps://127.0.0.4:{self.imaps_port}",
            "bare": f"imap://127.0.0.5:{self.imap_port}",
            "uidplus": f"imap://127.0.0.6:{self.imap_port}",
        }[security]

    def start(self) -> None:
        """Until it listens."""
        (self.root / "homes").mkdir(exist_ok=True)
        shutil.chown(self.root / "homes", "mail", "mail")
        if not (self.root / "users").exists():  # whoever was added stays through a restart
            (self.root / "users").write_text("".join(map(self._account, USERS)))
        ports = Ports(self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port)
        written = settings(self.root, self.log, self.certificates.root, ports)
        (self.root / "dovecot.conf").write_text(self._changed(written))
        self._process = subprocess.Popen((program("dovecot"), "-F", "-c", str(self.root / "dovecot.conf")))
        wait_for("Dovecot", lambda: listens(self.imap_port) and listens(self.lmtp_port), self.log)

    def stop(self) -> None:
        """Until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)
            self._process = None

    def add_user(self, address: str) -> None:
        """One more person with a mailbox."""
        with (self.root / "users").open("a") as users:
            users.write(self._account(address))

    def _account(self, address: str) -> str:
        home, mail = self.root / "homes" / address, pwd.getpwnam("mail")
        return f"{address}:{{PLAIN}}{PASSWORD}:{mail.pw_uid}:{mail.pw_gid}::{home}::\n"

    def client(self, address: str) -> IMAPClient:
        """A logged-in connection, for looking at a mailbox from outside."""
        client = IMAPClient(self.host, self.imap_port, ssl=False, timeout=PATIENCE)
        client.normalise_times = False
        client._imap.debug = 0
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(address, PASSWORD)
        return client

    def append(
        self, address: str, mails: Iterable[tuple[bytes, datetime, Iterable[str]]], folder: str = "INBOX"
    ) -> None:
        """Put mails (content, INTERNALDATE, flags) into a folder, which is made where it is missing."""
        with self.client(address) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for content, at, flags in mails:
                client.append(folder, content, tuple(flag.encode() for flag in flags), at)

    def mailbox(self, address: str, folder: str = "INBOX") -> list[StoredMail]:
        """What lies in a folder, oldest UID first."""
        with self.client(address) as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
        return [
            StoredMail(
                items[b"BODY[]"],
                items[b"INTERNALDATE"].astimezone(UTC),
                frozenset(flag.decode() for flag in items[b"FLAGS"] if flag != b"\\Recent"),
            )
            for _, items in sorted(found.items())
        ]

    def wipe(self) -> None:
        """Empty every mailbox: folders, UIDs and all."""
        self._doveadm("kick", "*")
        for home in (self.root / "homes").iterdir():
            shutil.rmtree(home, ignore_errors=True)

    def forget_what_it_read(self) -> None:
        """Leave Dovecot without what it notes of each mail when it is first asked for it."""
        self._doveadm("kick", "*")
        for cache in (self.root / "homes").rglob("dovecot.index.cache"):
            cache.unlink()

    def _doveadm(self, *arguments: str) -> None:
        subprocess.run(
            (program("doveadm"), "-c", str(self.root / "dovecot.conf"), *arguments),
            check=False,
            capture_output=True,
        )

    def _changed(self, written: str) -> str:
        for old, new in self._changes.items():
            assert old in written
            written = written.replace(old, new)
        return written + self._more.replace("{root}", str(self.root))
