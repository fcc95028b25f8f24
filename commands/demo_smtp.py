"""The SMTP half of the embedded servers: it takes mail for those who have a mailbox, and fails on demand."""

import asyncio
import logging
from typing import Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# aiosmtpd warns about its own use of a deprecated attribute, at every login.
logging.getLogger("mail.log").setLevel(logging.ERROR)


Reply = tuple[int, str]  # code and words


class Postroom(Protocol):
    """Where accepted mail goes, and what is to fail."""

    refuse: dict[str, Reply]
    refuse_data: Reply | None
    drop: str

    def owner_of(self, address: str) -> str | None:
        """The mailbox that mail to an address goes to; None where nobody has it."""

    def check_login(self, login: str, password: str) -> bool:
        """Whether this is somebody's login."""

    async def take(self, sender: str, recipients: tuple[str, ...], content: bytes) -> None:
        """Deliver an accepted mail."""

    def welcome(self, connection: asyncio.BaseTransport) -> bool:
        """Whether a new connection may stay."""


class DemoSmtp(SMTP):
    """One SMTP connection."""

    def __init__(self, mail: Postroom, loop: asyncio.AbstractEventLoop) -> None:
        self._mail = mail
        super().__init__(
            _Desk(mail),
            hostname="localhost",
            loop=loop,
            authenticator=lambda _server, _session, _envelope, _mechanism, data: _checked(mail, data),
            auth_require_tls=False,  # it listens on loopback only
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, unless the server plays dead."""
        super().connection_made(transport)
        self._mail.welcome(transport)


class _Desk:
    """What the SMTP server does with each command; aiosmtpd finds the hooks by name."""

    def __init__(self, mail: Postroom) -> None:
        self._mail = mail

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._drop(server, "at mail")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._drop(server, "at rcpt")
        if address in self._mail.refuse:
            return "{} {}".format(*self._mail.refuse[address])
        if self._mail.owner_of(address) is None:
            return f"550 5.1.1 nobody here has the address {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._mail.refuse_data:
            return "{} {}".format(*self._mail.refuse_data)
        self._drop(server, "before delivery")
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        await self._mail.take(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        self._drop(server, "after delivery")
        return "250 2.0.0 OK: delivered"

    def _drop(self, server: SMTP, moment: str) -> None:
        if self._mail.drop == moment and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
            raise asyncio.CancelledError


def _checked(mail: Postroom, data: object) -> AuthResult:
    if not isinstance(data, LoginPassword):
        return AuthResult(success=False)
    return AuthResult(success=mail.check_login(data.login.decode(), data.password.decode()), handled=False)
