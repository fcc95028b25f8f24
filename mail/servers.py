"""Where a mail server is, how the line to it is protected, and what to tell people when it fails."""

import re
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from relationship.domains import is_loopback


class Security(StrEnum):
    """How the line is protected; `PLAIN` is for loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Server:
    """One end of a line; `protocol` is "imap" or "smtp"."""

    protocol: str
    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        return f"the {self.protocol.upper()} server {self.host} (port {self.port})"

    @property
    def setting(self) -> str:
        """The line of rules.yaml that names it."""
        return f"`mailbox: {self.protocol}:`"


# What OpenSSL says of an answer that is no TLS; whatever else it finds fault with is.
_NO_TLS = ("", "WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")

_QUOTED = re.compile(r": b['\"].*")  # bytes, as imaplib shows them

# RFC 8314 (sections 3.2 and 7) for TLS, RFC 3501 and RFC 6409 for STARTTLS.
_PORTS = {
    "imaps": ("imap", Security.TLS, 993),
    "imap+starttls": ("imap", Security.STARTTLS, 143),
    "imap": ("imap", Security.PLAIN, 143),
    "smtps": ("smtp", Security.TLS, 465),
    "smtp+starttls": ("smtp", Security.STARTTLS, 587),
    "smtp": ("smtp", Security.PLAIN, 25),
}


def parse_server(url: str, protocol: str) -> Server:
    """Read `imaps://host[:port]`, `imap+starttls://`, `imap://` (loopback only), and the same for SMTP.

    A ValueError says in one sentence what to write instead.
    """
    allowed = f"write {protocol}s://HOST or {protocol}+starttls://HOST, with :PORT where it is an unusual one"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"{url!r} is not a server's address; {allowed}") from None
    named, security, usual = _PORTS.get(parts.scheme, ("", Security.TLS, 0))
    if named != protocol or not host or parts.path not in ("", "/") or parts.username or parts.query:
        raise ValueError(f"{url!r} is not a server's address; {allowed}")
    if security is Security.PLAIN and not is_loopback(host):
        raise ValueError(f"{url} would send the password in plain text over the network; {allowed}")
    return Server(protocol, host, port or usual, security)


def verified_tls() -> ssl.SSLContext:
    """TLS with certificate and host name verified; SSL_CERT_FILE adds an authority of one's own."""
    context = ssl.create_default_context()
    # From Python 3.13 on it minds the form of authorities that `openssl req -x509` made; no other mail program does.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def no_delay(sock: socket.socket) -> None:
    """Send small pieces at once: else a command written in two waits 40 ms for the first one's receipt."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def explain(server: Server, error: BaseException, seconds: float) -> str:
    """One sentence for people about why a server could not be reached or spoken to."""
    check = f"check host and port in {server.setting}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _explain_certificate(server, error)
    if isinstance(error, ssl.SSLError) and not _is_broken_off(error):
        if "UNRECOGNIZED_NAME" in _sort(error):
            return f"{_cap(server)} does not know that name; write its own one in {server.setting}."
        if _sort(error) not in _NO_TLS:  # the other port would say the same
            return (
                f"{_cap(server)} and this machine do not agree on TLS ({_reason(error)}); whoever runs that server "
                "must see to it: TLS 1.2 or later is needed."
            )
        scheme = server.protocol + ("+starttls" if server.security is Security.TLS else "s")
        hint = f"try {scheme}://{server.host} in {server.setting}"
        return f"{_cap(server)} does not speak TLS here ({_reason(error)}); {hint}."
    if isinstance(error, socket.gaierror):
        return f"There is no host named {server.host}, or no network; check {server.setting}."
    if isinstance(error, ConnectionRefusedError):
        return f"{_cap(server)} refuses connections; {check}."
    if isinstance(error, TimeoutError):
        return f"{_cap(server)} did not answer within {seconds:.0f} seconds; {check}."
    lost = isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError | ssl.SSLError)
    if isinstance(error, OSError) and error.strerror and not lost:
        return f"{_cap(server)} cannot be reached: {error.strerror}."
    if isinstance(error, MemoryError):
        return (
            f"{_cap(server)} announces more than this machine can hold: "
            "if that lasts, whoever runs it must repair it."
        )
    return f"The connection to {server} was lost ({_reason(error)})."


def no_such_server(server: Server) -> str:
    """The sentence about a greeting in another protocol: one port is easily taken for another."""
    ours = (x for x in _PORTS.items() if x[1][0] == server.protocol and x[1][1] is not Security.PLAIN)
    usual = " and ".join(f"{port} with {scheme}://" for scheme, (_, _, port) in ours)
    return (
        f"What answers at {server.host} (port {server.port}) is no {server.protocol.upper()} server; "
        f"check host and port in {server.setting}: usual are {usual}."
    )


def _sort(error: ssl.SSLError) -> str:
    """What OpenSSL calls it; "" for nothing."""
    return getattr(error, "reason", None) or ""


def _is_broken_off(error: ssl.SSLError) -> bool:
    """Whether it was TLS until then: bytes got lost or were changed on their way."""
    return isinstance(error, ssl.SSLEOFError) or "RECORD_MAC" in _sort(error)


def _explain_certificate(server: Server, error: ssl.SSLCertVerificationError) -> str:
    code, said = error.verify_code, error.verify_message
    if code == 10:  # X509_V_ERR_CERT_HAS_EXPIRED
        return f"The certificate of {server} has expired; whoever runs that server must renew it."
    if code == 9:  # X509_V_ERR_CERT_NOT_YET_VALID
        return f"The certificate of {server} is not valid yet; see whether this machine's clock is right."
    if code in (62, 64):  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
        return (
            f"The certificate of {server} belongs to another host name; write that one in {server.setting}."
        )
    if code in (18, 19, 20, 21):  # self-signed, or issued by somebody unknown
        return (
            f"The certificate of {server} was not issued by an authority this machine knows ({said}); "
            "if it is your own, name its authority's file in the environment variable SSL_CERT_FILE."
        )
    return f"The certificate of {server} cannot be trusted: {said}."


def _cap(server: Server) -> str:
    text = str(server)
    return text[0].upper() + text[1:]


def _reason(error: BaseException) -> str:
    """Without what imaplib quotes of the line: that may be of a mail, and says nothing to an owner."""
    said = " ".join(str(error.args[-1] if error.args else error).split())
    return _QUOTED.sub("", said) or type(error).__name__
