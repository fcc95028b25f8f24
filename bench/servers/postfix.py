"""A real Postfix in front of Dovecot's LMTP: private configuration, loopback, no systemd."""

import shutil
import subprocess
from pathlib import Path

from bench.servers.dovecot import Dovecot
from bench.servers.starting import PATIENCE, free_port, listens, program, wait_for


class Postfix:
    """SMTP in front of Dovecot's LMTP."""

    host = "127.0.0.1"

    def __init__(self, root: Path, dovecot: Dovecot) -> None:
        self.root, self._dovecot = root, dovecot
        self.smtp_port, self.smtps_port = free_port(), free_port()
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
        """Until it listens."""
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
            (program("postfix"), "-c", str(configuration), "start-fg"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for("Postfix", lambda: listens(self.smtp_port), self.log)

    def stop(self) -> None:
        """Until it is gone."""
        if self._process is not None:
            subprocess.run(
                (program("postfix"), "-c", str(self.root / "etc"), "abort"), check=False, capture_output=True
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
            # Woken every 2 seconds instead of 300: what came in while it was restarted may have told nobody.
            "qmgr unix n - n 2 1 qmgr",
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
