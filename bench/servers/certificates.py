"""Certificates for the rig: an authority of our own, and what it signed."""

import subprocess
from pathlib import Path

from bench.servers.starting import program


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
        subprocess.run((program("openssl"), *arguments), cwd=self.root, check=True, capture_output=True)
