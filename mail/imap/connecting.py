"""Opening the line to an IMAP server: TLS, login, and one clear sentence for whatever is wrong."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mail.access.bearer import Tokens, mechanism_of, sasl
from mail.access.oauth import OAuthError
from mail.servers import (
    Security,
    Server,
    explain,
    no_delay,
    no_such_server,
    parse_server,
    verified_tls,
)

# Whatever imaplib and the socket below it raise when a line dies or an answer makes no sense.
LINE_ERRORS = (
    OSError, EOFError, imaplib.IMAP4.error, IMAPClientError, ValueError, LookupError,
    MemoryError,  # what is announced as 100 GB
)  # fmt: skip

GOODBYE_SECONDS = 3.0

_GOODBYE = "* BYE "
_NOT_NOW = ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]")  # RFC 5530: no fault of the password

# imaplib takes a line of over 1 MB for an attack; the answer to a SEARCH is one line, of 150,000 mails even.
imaplib._MAXLINE = 100_000_000  # type: ignore[attr-defined]


class InboxError(Exception):
    """The mailbox cannot be read; the message is one sentence that says what to do."""


class SaysNoError(InboxError):
    """The server has answered, and does not do what it was asked: it is out of room, say."""

    @property
    def is_for_now(self) -> bool:
        """Whether the server says that it may be otherwise soon."""
        return _is_for_now(str(self))


class LoginRefusedError(InboxError):
    """The server is there, and does not take the password."""


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """Where the shared inbox is, and which folders are read; () for those that mail/imap/folders.py chooses."""

    server: Server
    login: str
    password: str = field(repr=False)
    folders: tuple[str, ...] = ()
    timeout: float = 60.0  # seconds, for connecting and for each answer
    tokens: Tokens | None = field(default=None, repr=False)  # OAuth 2 instead of the password
    password_at: str = ""  # where to look for the password anew, once it is refused
    starred: str = ""  # a label that stands for the star


def settings_from_url(
    url: str,
    login: str,
    password: str,
    folders: tuple[str, ...] = (),
    timeout: float = 60.0,
    tokens: Tokens | None = None,
) -> InboxSettings:
    """Settings for `imaps://host[:port]`, `imap+starttls://host[:port]`, `imap://loopback:port`."""
    try:
        return InboxSettings(parse_server(url, "imap"), login, password, folders, timeout, tokens)
    except ValueError as error:
        raise InboxError(f"`mailbox: imap:`: {error}.") from None


@contextmanager
def explained(settings: InboxSettings) -> Iterator[None]:
    """Turn whatever goes wrong on the line into an InboxError."""
    try:
        yield
    except imaplib.IMAP4.readonly as error:
        raise SaysNoError(f"The IMAP server {settings.server.host} lets us change nothing there.") from error
    except LINE_ERRORS as error:
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            said = _said(error)
            if said.startswith(_GOODBYE):  # instead of a greeting: nothing was asked yet
                raise InboxError(
                    f"The IMAP server {settings.server.host} takes no connection at present. "
                    f"It says: {said.removeprefix(_GOODBYE)}"
                ) from error
            raise SaysNoError(f"The IMAP server {settings.server.host} cannot do that: {said}") from error
        raise InboxError(explain(settings.server, error, settings.timeout)) from error


def connect(settings: InboxSettings) -> IMAPClient:
    """A logged-in connection. InboxError says in one sentence why there is none."""
    with explained(settings):
        client = _open(settings)
        try:
            if settings.server.security is Security.STARTTLS:
                _start_tls(client, settings)
            _log_in(client, settings)
        except BaseException:
            hang_up(client)
            raise
    return client


class _Client(IMAPClient):  # type: ignore[misc] # it has no types
    """IMAPClient, for servers that tell what was searched for in several answers: DavMail does, one for each mail."""

    def _raw_command_untagged(self, command: bytes, *args: object, **options: object) -> list[bytes]:
        told: list[bytes] = super()._raw_command_untagged(command, *args, **options)
        return [b" ".join(one for one in told if one)] if command == b"SEARCH" else told


def say_goodbye(client: IMAPClient) -> None:
    """Log out, without waiting long for an answer."""
    try:
        client.socket().settimeout(GOODBYE_SECONDS)
        client.logout()
    except LINE_ERRORS:
        hang_up(client)


def hang_up(client: IMAPClient) -> None:
    """Close the socket without a word; LOGOUT would wait for an answer on a dead line."""
    with suppress(*LINE_ERRORS):
        client.shutdown()


def _open(settings: InboxSettings) -> IMAPClient:
    tls = settings.server.security is Security.TLS
    try:
        client = _Client(
            settings.server.host,
            settings.server.port,
            ssl=tls,
            ssl_context=verified_tls() if tls else None,
            timeout=SocketTimeout(connect=settings.timeout, read=settings.timeout),
        )
    except imaplib.IMAP4.abort as error:
        if str(error).startswith("unexpected response"):
            raise InboxError(no_such_server(settings.server)) from None
        raise
    client.normalise_times = False  # times stay aware; else they are local and naive
    # IMAPClient leaves 5: imaplib then writes out every literal for a log nobody keeps.
    client._imap.debug = 0
    no_delay(client.socket())
    return client


def _start_tls(client: IMAPClient, settings: InboxSettings) -> None:
    if not client.has_capability("STARTTLS"):
        raise InboxError(
            f"The IMAP server {settings.server.host} offers no STARTTLS; "
            f"try imaps://{settings.server.host} in {settings.server.setting}."
        )
    client.starttls(verified_tls())


def _log_in(client: IMAPClient, settings: InboxSettings) -> None:
    if settings.tokens is not None:
        _bear(client, settings, settings.tokens)
        return
    login, password = settings.login, settings.password
    plain = client.has_capability("AUTH=PLAIN")
    try:
        with _told_apart():
            # LOGIN is ASCII only; SASL PLAIN is UTF-8 (RFC 4616, section 2).
            if plain and (client.has_capability("LOGINDISABLED") or not (login + password).isascii()):
                client.plain_login(login, password)
            else:
                client.login(login, password)
    except LoginError as error:
        raise _refused(settings, _said(error)) from None
    except UnicodeEncodeError:
        raise InboxError(
            f"The IMAP server {settings.server.host} takes only ASCII passwords; choose another one."
        ) from None


@contextmanager
def _told_apart() -> Iterator[None]:
    """A LoginError is the server's no; IMAPClient takes a line that dies at the login for one, too."""
    try:
        yield
    except LoginError as error:
        if isinstance(error.__context__, imaplib.IMAP4.abort):
            raise error.__context__ from None
        raise


def _bear(client: IMAPClient, settings: InboxSettings, tokens: Tokens) -> None:
    """Log in with a token; one that is refused may have ended early, and is renewed once."""
    host, refused = settings.server.host, ""
    offered = (name.decode() for name in client.capabilities() if name.startswith(b"AUTH="))
    mechanism = mechanism_of(" ".join(offered).replace("AUTH=", ""))
    if not mechanism:
        raise InboxError(f"The IMAP server {host} takes no OAuth 2; use `password:` under `mailbox:`.")
    for last in (False, True):
        try:
            token = tokens(refused)
            with _told_apart():
                client.sasl_login(mechanism, sasl(mechanism, settings.login, token))
        except OAuthError as error:
            raise InboxError(str(error)) from None
        except LoginError as error:
            if last or "[UNAVAILABLE]" in str(error).upper():
                raise InboxError(_refused_token(settings, _said(error))) from None
            refused = token
        else:
            return


def _refused_token(settings: InboxSettings, said: str) -> str:
    return (
        f"The IMAP server {settings.server.host} does not take the OAuth 2 token for {settings.login}; "
        f"give permission anew with the command `login`. It says: {said}"
    )


def _refused(settings: InboxSettings, said: str) -> InboxError:
    host = settings.server.host
    if _is_for_now(said):
        return InboxError(
            f"The IMAP server {host} lets nobody in as {settings.login} right now. It says: {said}"
        )
    return LoginRefusedError(
        f"The IMAP server {host} refuses the login {settings.login}; "
        f"check `login:` and `password:` under `mailbox:` in rules.yaml. It says: {said}"
    )


def _is_for_now(said: str) -> bool:
    return any(code in said.upper() for code in _NOT_NOW)


def _said(error: Exception) -> str:
    """The server's words; IMAPClient prints them as a Python literal, and advice for programmers below."""
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return " ".join(first.removeprefix("b'").removesuffix("'").split())
