"""A real Dovecot and a real Postfix for the tests: private configuration, loopback, no systemd.

Fixtures (they need root, and Debian's dovecot-imapd, dovecot-lmtpd and postfix):

- `dovecot` (session): IMAP, IMAPS, STARTTLS and LMTP. `dovecot.url()` is for rules.yaml; `url("expired")`,
  `url("stranger")` and `url("wrong-name")` have bad certificates. The good ones are signed by
  `dovecot.authority`, a file for SSL_CERT_FILE. `url("bare")` says it can do IMAP4rev1 and nothing more,
  `url("uidplus")` only UIDPLUS besides.
- `postfix` (session): takes mail for every domain and hands it to Dovecot by LMTP. At RCPT it refuses
  never@ANY.DOMAIN with 550, and puts off later@ANY.DOMAIN with 450.
- `real_mail` (function): both, with empty mailboxes, spoken to like commands.demo_servers.EmbeddedMail:
  `imap_url`, `smtp_url`, `deliver_to(address, content, at, folder, flags)`, `mailbox(address, folder)`, and
  `arrived(address, count, folder)`, which waits. Everybody's password is `real_mail.password`;
  `add_user(address)` makes people besides those of `USERS`.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

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
PROGRAMS = ("dovecot", "postfix", "openssl", "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap")
PATIENCE = 30.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.interop)


class StoredMail(NamedTuple):
    content: bytes
    at: datetime
    flags: frozenset[str]


_not_tested = ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _not_tested:
        terminalreporter.write_line(_not_tested, red=True, bold=True)


def _program(name: str) -> str | None:
    """Where a program is; servers lie in folders that are not everybody's PATH."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin")))


def _needed() -> None:
    global _not_tested
    missing = [program for program in PROGRAMS if not _program(program)]
    if os.geteuid() != 0:
        missing.append("root")
    if not missing:
        return
    _not_tested = (
        f"REAL SERVERS NOT TESTED for want of {', '.join(missing)}: "
        "as root, apt install dovecot-imapd dovecot-lmtpd postfix openssl"
    )
    if os.environ.get("CI"):
        pytest.fail(_not_tested)
    pytest.skip(_not_tested)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _await(what: str, check: "object", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if check():  # type: ignore[operator]
            return
        time.sleep(0.02)
    pytest.fail(
        f"{what} did not come up; its log says:\n{log.read_text()[-3000:] if log.exists() else '(nothing)'}"
    )


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as sock:
            sock.settimeout(5)
            return bool(sock.recv(1))
    except OSError:
        return False


class Certificates:
    """An authority of our own, and what it signed: good, expired, and one by a stranger."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.authority = self._self_signed("authority", "Keepwarm test authority")
        self._self_signed("stranger", "127.0.0.3", "subjectAltName=IP:127.0.0.3")
        (root / "index.txt").touch()
        (root / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={root}/index.txt\nnew_certs_dir={root}\ndefault_md=sha256\n"
            f"policy=p\nrand_serial=yes\nunique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n"
        )
        self._signed("good", "IP:127.0.0.1,DNS:localhost", "20200101000000Z", "20991231000000Z")
        self._signed("expired", "IP:127.0.0.2", "20200101000000Z", "20200201000000Z")

    def _self_signed(self, name: str, common_name: str, *extensions: str) -> Path:
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "3650", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={common_name}",
            *(part for extension in extensions for part in ("-addext", extension)),
        )  # fmt: skip
        return self.root / f"{name}.pem"

    def _signed(self, name: str, names: str, start: str, end: str) -> None:
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName={names}",
        )  # fmt: skip
        self._openssl(
            "ca", "-batch", "-config", "ca.cnf", "-cert", "authority.pem", "-keyfile", "authority.key",
            "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate", start, "-enddate", end, "-notext",
        )  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        subprocess.run((_program("openssl"), *arguments), cwd=self.root, check=True, capture_output=True)


class Dovecot:
    """IMAP and LMTP. Mailboxes are sdbox folders under `homes`, which only Dovecot touches."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self, root: Path) -> None:
        self.root = root
        self.certificates = Certificates(root / "certificates")
        self.authority = self.certificates.authority
        self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port = (_free_port() for _ in range(4))
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
        (self.root / "homes").mkdir(exist_ok=True)
        shutil.chown(self.root / "homes", "mail", "mail")
        (self.root / "users").write_text("".join(map(self._account, USERS)))
        (self.root / "dovecot.conf").write_text(self._configuration())
        self._process = subprocess.Popen((_program("dovecot"), "-F", "-c", str(self.root / "dovecot.conf")))
        _await("Dovecot", lambda: _listens(self.imap_port) and _listens(self.lmtp_port), self.log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)
            self._process = None

    def add_user(self, address: str) -> None:
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

    def _doveadm(self, *arguments: str) -> None:
        subprocess.run(
            (_program("doveadm"), "-c", str(self.root / "dovecot.conf"), *arguments),
            check=False,
            capture_output=True,
        )

    def _configuration(self) -> str:
        certificates = self.certificates.root
        others = "".join(
            f"local {address} {{\n  ssl_cert = <{certificates}/{name}.pem\n"
            f"  ssl_key = <{certificates}/{name}.key\n}}\n"
            for address, name in (("127.0.0.2", "expired"), ("127.0.0.3", "stranger"))
        )
        return f"""
base_dir = {self.root}/run
state_dir = {self.root}/state
log_path = {self.log}
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificates}/good.pem
ssl_key = <{certificates}/good.key
{others}
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = sdbox:~/mail
mail_fsync = never
mail_max_userip_connections = 200
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.root}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {self.root}/users
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1 127.0.0.5 127.0.0.6
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4
    port = {self.imaps_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp_port}
  }}
}}
service auth {{
  inet_listener {{
    port = {self.auth_port}
  }}
}}
local 127.0.0.5 {{
  protocol imap {{
    imap_capability = IMAP4rev1
  }}
}}
local 127.0.0.6 {{
  protocol imap {{
    imap_capability = IMAP4rev1 UIDPLUS
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@acme.example
}}
"""


class Postfix:
    """SMTP in front of Dovecot's LMTP."""

    host = "127.0.0.1"

    def __init__(self, root: Path, dovecot: Dovecot) -> None:
        self.root, self._dovecot = root, dovecot
        self.smtp_port, self.smtps_port = _free_port(), _free_port()
        self.log = root / "postfix.log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, security: str = "plain") -> str:
        """For `mailbox: smtp:`; security is plain, tls or starttls."""
        return {
            "plain": f"smtp://127.0.0.1:{self.smtp_port}",
            "tls": f"smtps://127.0.0.1:{self.smtps_port}",
            "starttls": f"smtp+starttls://127.0.0.1:{self.smtp_port}",
        }[security]

    def start(self) -> None:
        configuration = self.root / "etc"
        for folder in (configuration, self.root / "queue", self.root / "data"):
            folder.mkdir(exist_ok=True)
        shutil.chown(self.root / "data", "postfix")
        (configuration / "main.cf").write_text(self._main())
        (configuration / "master.cf").write_text(self._master())
        (configuration / "accounts").write_text("!/^nobody@/ OK\n")
        (configuration / "access").write_text(
            "/^never@/ 550 5.1.1 no such mailbox here\n/^later@/ 450 4.2.0 come back later\n"
        )
        self._process = subprocess.Popen(
            (_program("postfix"), "-c", str(configuration), "start-fg"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _await("Postfix", lambda: _listens(self.smtp_port), self.log)

    def stop(self) -> None:
        if self._process is not None:
            subprocess.run(
                (_program("postfix"), "-c", str(self.root / "etc"), "abort"), check=False, capture_output=True
            )
            self._process.wait(PATIENCE)
            self._process = None

    def _main(self) -> str:
        certificates = self._dovecot.certificates.root
        return f"""
compatibility_level = 3.6
queue_directory = {self.root}/queue
data_directory = {self.root}/data
maillog_file = {self.log}
maillog_file_prefixes = {self.root}
myhostname = mail.acme.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_transport = error:there are no local users
alias_maps =
virtual_mailbox_domains = regexp:{self.root}/etc/accounts
virtual_mailbox_maps = regexp:{self.root}/etc/accounts
virtual_transport = lmtp:inet:127.0.0.1:{self._dovecot.lmtp_port}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{self.root}/etc/access, permit_mynetworks, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{self._dovecot.auth_port}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificates}/good.pem
smtpd_tls_key_file = {certificates}/good.key
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""

    def _master(self) -> str:
        services = (
            "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "proxymap unix - - n - - proxymap",
            "error unix - - n - - error",
            "retry unix - - n - - error",
            "lmtp unix - - n - - lmtp",
            "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache",
            "postlog unix-dgram n - n - 1 postlogd",
            f"127.0.0.1:{self.smtp_port} inet n - n - - smtpd",
            f"127.0.0.1:{self.smtps_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes",
        )
        return "\n".join(services) + "\n"


class RealMail:
    """Both servers, spoken to like the embedded ones."""

    password = PASSWORD

    def __init__(self, dovecot: Dovecot, postfix: Postfix) -> None:
        self.dovecot, self.postfix = dovecot, postfix
        self.imap_url, self.smtp_url = dovecot.url(), postfix.url()
        self.add_user, self.mailbox = dovecot.add_user, dovecot.mailbox

    def deliver_to(
        self, address: str, content: bytes, at: datetime, folder: str = "INBOX", flags: Iterable[str] = ()
    ) -> None:
        """Put one mail into a mailbox with this INTERNALDATE; for many, `dovecot.append` is quicker."""
        self.dovecot.append(address, [(content, at, flags)], folder)

    def _look(self, address: str, folder: str) -> list[StoredMail]:
        try:
            return self.mailbox(address, folder)
        except IMAPClientError:  # Dovecot is making the mailbox this very moment
            return []

    def arrived(self, address: str, count: int, folder: str = "INBOX") -> list[StoredMail]:
        """Wait until so many mails lie in a folder, and give them out."""
        end = time.monotonic() + PATIENCE
        while len(found := self._look(address, folder)) < count:
            if time.monotonic() > end:
                pytest.fail(
                    f"{len(found)} of {count} mails arrived; Postfix says:\n{self.postfix.log.read_text()}"
                )
            time.sleep(0.02)
        return found


@pytest.fixture(scope="session")
def _rig() -> Iterator[Path]:
    """A folder that the servers' own users may enter, with a path short enough for a Unix socket."""
    _needed()
    root = Path(tempfile.mkdtemp(prefix="keepwarm-interop-"))
    root.chmod(0o755)
    yield root
    if not os.environ.get("KEEPWARM_KEEP_RIG"):  # for a look at the logs
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot(_rig: Path) -> Iterator[Dovecot]:
    (_rig / "dovecot").mkdir()
    server = Dovecot(_rig / "dovecot")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postfix(_rig: Path, dovecot: Dovecot) -> Iterator[Postfix]:
    (_rig / "postfix").mkdir()
    server = Postfix(_rig / "postfix", dovecot)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def real_mail(dovecot: Dovecot, postfix: Postfix) -> RealMail:
    dovecot.wipe()
    return RealMail(dovecot, postfix)


TEAM, DANA = "team@acme.example", "dana@acme.example"
ROOT = Path(__file__).parent.parent.parent

RULES = """
mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  password: env:KEEPWARM_PASSWORD
owner:
  name: Dana Reyes
  email: [dana@acme.example]
  timezone: America/New_York
  hours: Mon-Sun 00:00-24:00
contractors:
  - name: Maria Santos
    email: [maria@contract.example]
    timezone: Asia/Manila
    hours: Mon-Sun 00:00-24:00
  - name: Ben Okafor
    email: ben@contract.example
    timezone: Africa/Lagos
    hours: Mon-Sun 00:00-24:00
limits:
  per contractor: [20 a day]
  in total: 30 an hour
rules:
  - name: Thank a quick answer
    when: contractor replied
    if: {{took: under 2 working hours}}
    send: appreciation/quick-answer
    at most: once in 2 weeks
  - name: Chase
    when: waiting on contractor
    steps:
      - {{after: 3 seconds, send: reminders/gentle}}
      - {{after: 3 hours, send: reminders/firm}}
"""


class Bench:
    """A rules file, a data folder and the command line."""

    text = RULES

    def __init__(self, mail, folder: Path) -> None:
        self.mail, self.folder, self.count = mail, folder, 0
        self.rules = folder / "rules.yaml"
        self.environment = {**os.environ, "KEEPWARM_PASSWORD": mail.password}
        self.write(RULES)

    def write(self, text: str, *edits: tuple[str, str]) -> None:
        text = text.format(imap=self.mail.imap_url, smtp=self.mail.smtp_url)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.rules.write_text(text)

    root = ROOT

    def wait(self, check, seconds: float = 30.0) -> None:
        """Until something is so."""
        end = time.monotonic() + seconds
        while not check():
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.2)

    def command(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "daemon.py", "--rules", self.rules, "--data", self.folder / "data", *words]
        done = subprocess.run(
            line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert not ok or done.returncode == 0, done.stderr
        return done

    def rows(self, *words: str) -> list[dict]:
        return [json.loads(line) for line in self.command(*words, "--json").stdout.splitlines()]

    def once(self) -> dict:
        [work] = self.rows("run", "--once")
        return work

    def writes(
        self, sender: str, to: str, subject: str, text: str, answers: str = "", ago: timedelta = timedelta()
    ) -> str:
        self.count += 1
        at = datetime.now(UTC) - ago
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = name = f"<{self.count}.{at.timestamp()}@{sender.partition('@')[2]}>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        folder = "Sent" if sender in (DANA, TEAM) else "INBOX"
        self.mail.deliver_to(TEAM, mail.as_bytes(), at, folder)
        return name

    def inbox(self, address: str, count: int) -> list[EmailMessage]:
        return [
            message_from_bytes(m.content, policy=policy.default) for m in self.mail.arrived(address, count)
        ]


@pytest.fixture
def bench(real_mail: RealMail, tmp_path: Path) -> Bench:
    """The command line, a rules file and an empty data folder, before real servers."""
    return Bench(real_mail, tmp_path)
