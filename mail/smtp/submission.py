"""Opening the line to an SMTP server (RFC 6409): TLS, login, and one clear sentence for whatever is wrong."""

import base64
import ipaddress
import smtplib
import socket
from dataclasses import dataclass, field

from mail.access.bearer import Tokens, mechanism_of, sasl
from mail.access.oauth import OAuthError
from mail.servers import Security, Server, explain, no_delay, no_such_server, parse_server, verified_tls


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Where letters are handed in."""

    server: Server
    login: str = ""  # "" for a server that asks for none
    password: str = field(default="", repr=False)
    timeout: float = 60.0  # seconds, for connecting and for each reply
    tokens: Tokens | None = field(default=None, repr=False)  # OAuth 2 instead of the password
    password_at: str = ""  # where to look for the password anew, once it is refused


class DeliveryError(Exception):
    """The server cannot be used at all; the message is one sentence that says what to do."""


class LoginRefusedError(DeliveryError):
    """The server is there, and does not take the password."""


def settings_from_url(
    url: str, login: str = "", password: str = "", timeout: float = 60.0, tokens: Tokens | None = None
) -> DeliverySettings:
    """Settings for `smtps://host[:port]`, `smtp+starttls://host[:port]`, `smtp://loopback:port`."""
    try:
        return DeliverySettings(parse_server(url, "smtp"), login, password, timeout, tokens)
    except ValueError as error:
        raise DeliveryError(f"`mailbox: smtp:`: {error}.") from None


def connect(settings: DeliverySettings) -> smtplib.SMTP:
    """A line that is ready for letters. DeliveryError says in one sentence why there is none."""
    server = settings.server
    try:
        return _connected(settings)
    except OAuthError as error:
        raise DeliveryError(str(error)) from None
    except smtplib.SMTPAuthenticationError as error:
        raise LoginRefusedError(_login_refused(settings, error)) from None
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 0:  # it says no number, as a server of another protocol
            raise DeliveryError(no_such_server(server)) from None
        said = words(error.smtp_code, error.smtp_error)
        raise DeliveryError(f"The SMTP server {server.host} does not let us in: {said}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(f"The SMTP server {server.host} cannot be used like this: {error}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(why_lost(settings, error, settings.timeout)) from None


def why_lost(settings: DeliverySettings, error: Exception, seconds: float) -> str:
    """One sentence about a line that failed; smtplib hides a time-out inside an error of its own."""
    below = error.__context__
    hidden = isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(below, OSError)
    return explain(settings.server, below if hidden and below else error, seconds)


def words(code: int, reply: bytes | str) -> str:
    """A server's reply on one line, with its code."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"


def _connected(settings: DeliverySettings) -> smtplib.SMTP:
    server = settings.server
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            timeout=settings.timeout, local_hostname="x", context=verified_tls()
        )
    else:
        smtp = smtplib.SMTP(timeout=settings.timeout, local_hostname="x")
    try:
        _greet(smtp, server)
        if settings.login and smtp.has_extn("auth"):
            _log_in(smtp, settings)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, server: Server) -> None:
    smtp._host = server.host  # type: ignore[attr-defined] # TLS verifies this name; connect() leaves it unset
    code, reply = smtp.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, reply)
    if smtp.sock is not None:
        no_delay(smtp.sock)
        smtp.local_hostname = _own_name(smtp.sock)
    smtp.ehlo_or_helo_if_needed()
    if server.security is Security.STARTTLS:
        smtp.starttls(context=verified_tls())
        smtp.ehlo_or_helo_if_needed()


def _own_name(sock: socket.socket) -> str:
    """Our address literal (RFC 5321, 4.1.3): a host name would have to be looked up, and is often made up."""
    address = ipaddress.ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def _log_in(smtp: smtplib.SMTP, settings: DeliverySettings) -> None:
    if settings.tokens is not None:
        _bear(smtp, settings, settings.tokens)
        return
    if (settings.login + settings.password).isascii():
        smtp.login(settings.login, settings.password)
        return
    # smtplib's own AUTH speaks ASCII only; RFC 4616, section 2 says UTF-8.
    if "PLAIN" not in smtp.esmtp_features["auth"].upper():
        raise smtplib.SMTPNotSupportedError("it takes only ASCII passwords; choose another one")
    secret = base64.b64encode(f"\0{settings.login}\0{settings.password}".encode()).decode()
    code, reply = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _bear(smtp: smtplib.SMTP, settings: DeliverySettings, tokens: Tokens) -> None:
    """Log in with a token; one that is refused may have ended early, and is renewed once."""
    mechanism = mechanism_of(smtp.esmtp_features["auth"])
    if not mechanism:
        raise smtplib.SMTPNotSupportedError("it takes no OAuth 2; use `smtp password:` under `mailbox:`")
    token = tokens("")
    try:
        smtp.auth(mechanism, sasl(mechanism, settings.login, token))
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise
        smtp.auth(mechanism, sasl(mechanism, settings.login, tokens(token)))


def _login_refused(settings: DeliverySettings, error: smtplib.SMTPAuthenticationError) -> str:
    host, login, said = settings.server.host, settings.login, words(error.smtp_code, error.smtp_error)
    if 400 <= error.smtp_code < 500:
        return f"The SMTP server {host} cannot check the login {login} right now: {said}"
    if settings.tokens is not None:
        return (
            f"The SMTP server {host} does not take the OAuth 2 token for {login}; give permission anew with the "
            f"command `login`, or have SMTP AUTH switched on for this mailbox. It says: {said}"
        )
    return (
        f"The SMTP server {host} refuses the login {login}; check `login:` and `password:` "
        f"(or `smtp login:` and `smtp password:`) under `mailbox:` in rules.yaml. It says: {said}"
    )
