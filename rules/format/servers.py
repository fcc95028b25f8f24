"""How servers are read: URLs of IMAP and SMTP, where a password lies, whose word on DMARC counts."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from relationship.domains import is_loopback
from rules.format.fields import told, worded
from rules.format.problems import Fault, found

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
LONGEST_LABEL = 100  # characters
_SECRET = re.compile(r"(env|file|command|keyring):\s*\S.*")
_KEEPS_COPIES = (  # providers that file what goes out over their SMTP in the sent folder themselves
    "gmail.com",
    "googlemail.com",
    "office365.com",
    "outlook.com",
)


def url(kind: str) -> Callable[[str], str]:
    """A reader of the URL of an IMAP or SMTP server; `kind` is "imap" or "smtp"."""

    def read(words: str) -> str:
        parts = _split(kind, words)
        if parts.username is not None or parts.password is not None:
            raise Fault("Name and password must not stand in the address.", "Use `login:` and `password:`.")
        if not _is_host(parts.hostname or "") or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise Fault(f"{found(words)} is not the address of a server.", _forms(kind))
        if parts.scheme == kind and not is_loopback(parts.hostname or ""):
            hint = f"Write {kind}s:// or {kind}+starttls://; plain text is for this machine (127.0.0.1) only."
            raise Fault(f"{found(words)} would send the password unencrypted.", hint)
        return words.removesuffix("/")

    return read


def _split(kind: str, words: str) -> SplitResult:
    if "://" not in words:
        hint = f"Did you mean {kind}s://{words} ?" if _is_host(words) else _forms(kind)
        raise Fault(f'{found(words)} does not begin with "{kind}s://".', hint)
    try:
        parts = urlsplit(words)
        port = parts.port
    except ValueError:
        raise Fault(f"{found(words)} has no valid port.", "Ports are numbers from 1 to 65535.") from None
    if port == 0:
        raise Fault(f"{found(words)} has no valid port.", "Ports are numbers from 1 to 65535.")
    if parts.scheme not in (kind, f"{kind}s", f"{kind}+starttls"):
        raise Fault(f'"{parts.scheme}://" is no way to reach an {kind.upper()} server.', _forms(kind))
    return parts


def _forms(kind: str) -> str:
    return (
        f"Write {kind}s://HOST or {kind}+starttls://HOST, and :PORT after it where it is not the usual one."
    )


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ip(host)
    return _HOST.fullmatch(host) is not None and ".." not in host and len(host) <= 253


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def keeps_copies(server: str) -> bool:
    """Whether the provider behind an SMTP URL files sent mail by itself."""
    host = (urlsplit(server).hostname or "").lower()
    return any(host == known or host.endswith(f".{known}") for known in _KEEPS_COPIES)


def secret(words: str) -> str:
    """Where a password is to be found. The fault never repeats what was written: it may be the password."""
    if not _SECRET.fullmatch(words):
        hint = "Write where it lies: env:NAME, file:PATH, command:COMMAND or keyring:SERVICE."
        raise Fault("A password must not stand in this file.", hint)
    return words


def _secret(value: object) -> str:
    if not isinstance(value, str):
        return secret("")
    return secret(value.strip())


def trust(words: str) -> str:
    """An authserv-id (RFC 8601, 2.5), "topmost", or "" for none."""
    if words == "none":
        return ""
    if not _is_host(words):
        raise Fault(f"{found(words)} is not the name of a mail server.", "Write its name, topmost, or none.")
    return words


def label(words: str) -> str:
    """What a mail program calls a label or tag; the star itself is meant where none is named."""
    if words.startswith("\\") or words.casefold() in ("star", "starred", "flagged"):
        raise Fault(f"{found(words)} is the star itself, not a label.", "Leave the line out to use the star.")
    if len(words) > LONGEST_LABEL or not words.isprintable() or set(words) & set('"\\'):
        raise Fault(f"{found(words)} cannot be a label.", "Write its name as your mail program shows it.")
    return words


_SECRET_SCHEMA = {
    "type": "string",
    "pattern": "^(env|file|command|keyring):.+",
    "examples": ["env:KEEPWARM_PASSWORD"],
}

ImapUrl = Annotated[str, told(worded(url("imap")), type="string", examples=["imaps://imap.example.com"])]
SmtpUrl = Annotated[
    str, told(worded(url("smtp")), type="string", examples=["smtp+starttls://smtp.example.com"])
]
Secret = Annotated[str, told(_secret, **_SECRET_SCHEMA)]
Label = Annotated[str, told(worded(label), type="string", examples=["thanks"])]
Trust = Annotated[str, told(worded(trust), type="string", examples=["mx.example.com", "topmost", "none"])]
