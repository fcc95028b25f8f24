"""An IMAP and an SMTP server inside this process: no account is needed to see Keepwarm at work.

How it works: one asyncio loop in one thread of its own runs pymap's IMAP server over mailboxes in memory,
and aiosmtpd's SMTP server, whose deliveries go straight into those mailboxes with an INTERNALDATE taken from
`now`, which may be a simulated clock. Every public method may be called from any thread; it is carried into
the loop and waited for. Faults (a refused recipient, a line that drops after DATA) are plain attributes, for
tests.

pymap offers IDLE, UIDPLUS and MOVE; it has no special-use folders, CONDSTORE or LIST-STATUS.
"""

import asyncio
import logging
import threading
from argparse import Namespace
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple, Self, TypeVar
from weakref import WeakSet

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.flags import FlagOp
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from commands.demo_smtp import DemoSmtp, Reply

T = TypeVar("T")
FOLDERS = ("Sent", "Drafts", "Junk", "Trash")
PATIENCE = 30.0  # seconds for one call into the loop; only a bug makes it run out


def _now() -> datetime:
    return datetime.now(UTC)


class StoredMail(NamedTuple):
    """A mail as it lies in a mailbox."""

    content: bytes
    at: datetime  # INTERNALDATE, aware UTC
    flags: frozenset[str]


class _Settings(Config):
    """pymap's settings, without the host name look-up in the greeting, which can take seconds."""

    @property
    def greeting(self) -> bytes:
        return b"Keepwarm's embedded IMAP server is ready"


class EmbeddedMail:
    """Both servers, on loopback ports that the system picks.

    `users` maps addresses to passwords: each address logs in at IMAP and SMTP by its own name. `aliases` maps
    further addresses to a mailbox. `with EmbeddedMail(...) as mail:` starts and stops it.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        users: Mapping[str, str],
        aliases: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.now = now  # the INTERNALDATE of what SMTP delivers
        self.refuse: dict[str, Reply] = {}  # recipient: reply to its RCPT, such as (550, "5.1.1 unknown")
        self.refuse_data: Reply | None = None  # reply to the final dot
        self.drop = ""  # one of "at mail", "at rcpt", "before delivery", "after delivery": the line dies
        self.offline = False  # new connections are closed at once, at both servers
        self.accepted: list[tuple[str, tuple[str, ...], bytes]] = []  # all that SMTP took: from, to, bytes
        self.imap_port = self.smtp_port = 0
        self._users, self._aliases = dict(users), dict(aliases or {})
        self._mailboxes: dict[str, MailboxSet] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="embedded mail", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._connections: WeakSet[asyncio.BaseTransport] = WeakSet()

    @property
    def imap_url(self) -> str:
        """For `mailbox: imap:` in rules.yaml."""
        return f"imap://{self.host}:{self.imap_port}"

    @property
    def smtp_url(self) -> str:
        """For `mailbox: smtp:` in rules.yaml."""
        return f"smtp://{self.host}:{self.smtp_port}"

    def start(self) -> None:
        """Listen; takes milliseconds."""
        self._loop.set_exception_handler(_quietly)
        self._thread.start()
        self._run(self._start())

    def stop(self) -> None:
        """Close every connection and end the thread. A stopped server cannot be started again."""
        if self._thread.is_alive():
            self._run(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def hang_up(self) -> None:
        """Cut every open connection, as a network does."""
        self._run(self._hang_up())

    def deliver_to(
        self, address: str, content: bytes, at: datetime, folder: str = "INBOX", flags: Iterable[str] = ()
    ) -> None:
        """Put a mail into a mailbox, with `at` (aware) as its INTERNALDATE; a missing folder is made."""
        self._run(self._store(address, content, at, folder, flags))

    def mailbox(self, address: str, folder: str = "INBOX") -> list[StoredMail]:
        """What lies in a folder, oldest UID first."""
        return self._run(self._read(address, folder))

    def add_folder(self, address: str, folder: str) -> None:
        """Make a folder, unless it is there."""
        self._run(self._folder(address, folder))

    def flag(self, address: str, folder: str, index: int, flags: Iterable[str]) -> None:
        """Set exactly these flags on the mail at `index` of `mailbox(address, folder)`."""
        self._run(self._flag(address, folder, index, flags))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _start(self) -> None:
        settings = _Settings(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=self.host,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            hash_context=Cleartext(),  # passwords of invented people; hashing them only costs time
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0,
        )
        login = Login(settings)
        for address, password in self._users.items():
            login.users_dict[address] = UserMetadata(settings, address, password=password)
            self._mailboxes[address] = await _new_mailbox()
            settings.set_cache[address] = (self._mailboxes[address], FilterSet())
        imap = IMAPServer(login, settings)
        self._servers = [await self._listen_imap(imap), await self._listen_smtp()]
        self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in self._servers)

    async def _listen_imap(self, imap: IMAPServer) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self.welcome(writer.transport):
                await imap(reader, writer, SocketInfo.get(writer, None))

        return await asyncio.start_server(serve, self.host, 0)

    async def _listen_smtp(self) -> asyncio.Server:
        return await self._loop.create_server(lambda: DemoSmtp(self, self._loop), self.host, 0)

    def welcome(self, connection: asyncio.BaseTransport) -> bool:
        """Whether a new connection may stay."""
        if self.offline and isinstance(connection, asyncio.Transport):
            connection.abort()
            return False
        self._connections.add(connection)
        return True

    async def _hang_up(self) -> None:
        for connection in list(self._connections):
            if isinstance(connection, asyncio.Transport):
                connection.abort()
        await asyncio.sleep(0)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        await self._hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def owner_of(self, address: str) -> str | None:
        """The mailbox that mail to an address goes to; None where nobody has it."""
        address = address.lower()
        address = self._aliases.get(address, address)
        return address if address in self._users else None

    def check_login(self, login: str, password: str) -> bool:
        """Whether this is somebody's login."""
        return self._users.get(login) == password

    async def take(self, sender: str, recipients: tuple[str, ...], content: bytes) -> None:
        """Deliver what SMTP accepted into each recipient's INBOX."""
        self.accepted.append((sender, recipients, content))
        now = self.now()
        trace = f"Return-Path: <{sender}>\r\nReceived: by {self.host}; {format_datetime(now)}\r\n".encode()
        for recipient in recipients:
            await self._store(recipient, trace + content, now, "INBOX", ())

    async def _folder(self, address: str, folder: str) -> MailboxData:
        owner = self.owner_of(address)
        if owner is None:
            raise KeyError(f"nobody has the address {address}")
        mailboxes = self._mailboxes[owner]
        try:
            return await mailboxes.get_mailbox(folder)
        except KeyError:
            await mailboxes.add_mailbox(folder)
            return await mailboxes.get_mailbox(folder)

    async def _store(
        self, address: str, content: bytes, at: datetime, folder: str, flags: Iterable[str]
    ) -> None:
        mailbox = await self._folder(address, folder)
        await mailbox.append(AppendMessage(content, at, _flags(flags)))

    async def _read(self, address: str, folder: str) -> list[StoredMail]:
        mailbox = await self._folder(address, folder)
        return [await _stored(message) async for message in mailbox.messages()]

    async def _flag(self, address: str, folder: str, index: int, flags: Iterable[str]) -> None:
        mailbox = await self._folder(address, folder)
        message = [message async for message in mailbox.messages()][index]
        await mailbox.update(message.uid, message, _flags(flags), FlagOp.REPLACE)


async def _new_mailbox() -> MailboxSet:
    mailboxes = MailboxSet()
    for folder in FOLDERS:
        await mailboxes.add_mailbox(folder)
    return mailboxes


async def _stored(message: Any) -> StoredMail:
    loaded = await message.load_content(FetchRequirement.CONTENT)
    return StoredMail(
        bytes(loaded), message.internal_date, frozenset(str(flag) for flag in message.permanent_flags)
    )


def _flags(flags: Iterable[str]) -> frozenset[Flag]:
    return frozenset(Flag(flag.encode()) for flag in flags)


def _quietly(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Lines that died are these servers' daily bread; anything else is worth a word."""
    error = context.get("exception")
    if not isinstance(error, ConnectionError | asyncio.CancelledError):
        logging.getLogger(__name__).warning("embedded mail: %s", context.get("message"), exc_info=error)
