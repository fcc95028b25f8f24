"""The line to an IMAP server: made when it is first needed, and dropped where anything goes wrong on it.

On it one question is asked after the other, or several at once (`ask`): before something else is said, the answers to
those are read and held. What the server told of its folders is known as long as the line lives.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date

from imapclient import IMAPClient

from mail.access.secrets import logged_in
from mail.imap import connecting, listing, searching
from mail.imap.answers import Answer, Sort, answers, sort_of
from mail.imap.connecting import InboxError, InboxSettings
from mail.imap.folders import Folder, FolderState

_NONE = ("", 0)  # no folder is open
UNTOLD = 2**32  # beyond all UIDs: a server need not tell at a folder's opening how far it has grown


class FolderChanged(InboxError):  # noqa: N818 - a thing that happens, said in its name
    """The folder has another UIDVALIDITY: its UIDs known so far mean nothing now (RFC 3501, 2.3.1.1)."""


class FolderClosed(InboxError):  # noqa: N818
    """The folder is listed, and not ours to read: somebody else's, say."""


@dataclass(eq=False)
class Asked:
    """A FETCH or SEARCH that is on its way, and its answers, as far as they are read."""

    tag: bytes
    sort: Sort
    answers: list[Answer] = field(default_factory=list)
    is_lost: bool = False  # with the line: nobody will answer


class Line:
    """One connection; which folder is open on it, and what was asked on it."""

    def __init__(self, settings: InboxSettings) -> None:
        self.settings = settings
        self.listing: list[Folder] = []  # as last told
        self._client: IMAPClient | None = None
        self._open = _NONE  # the folder that is open, and its UIDVALIDITY
        self._under_way: list[Asked] = []  # in the order in which the answers will come

    @property
    def is_up(self) -> bool:
        """Whether there is a connection, for all that is known."""
        return self._client is not None

    def connect(self) -> None:
        """Connect and log in; InboxError says in one sentence why that does not work."""
        self.close()
        self._client, self.settings = logged_in(
            connecting.connect, self.settings, connecting.LoginRefusedError
        )

    def close(self) -> None:
        """Log out, if anybody is still there."""
        client = self._forget()
        if client is not None:
            connecting.say_goodbye(client)

    @contextmanager
    def speaking(self) -> Iterator[IMAPClient]:
        """The connection, with nothing under way on it."""
        with suppress(InboxError):  # what was asked ahead is lost with the line, which is made anew
            for asked in tuple(self._under_way):
                self.answers_to(asked)
        with self._held() as client:
            yield client

    @contextmanager
    def outside(self) -> Iterator[IMAPClient]:
        """The same, for what leaves the open folder, or opens another one."""
        with self.speaking() as client:
            self._open = _NONE
            yield client

    @contextmanager
    def inside(self, folder: str, uidvalidity: int = 0) -> Iterator[IMAPClient]:
        """The same with a folder open, which is opened where it is not."""
        with self.speaking() as client:
            if not self._has_open(folder, uidvalidity):
                self.examine(client, folder, uidvalidity)
            yield client

    def examine(self, client: IMAPClient, folder: str, uidvalidity: int = 0) -> FolderState:
        """Open a folder for reading only; how far it has grown."""
        self._open = _NONE
        answer = listing.examine(client, folder)
        now = answer[b"UIDVALIDITY"]
        if uidvalidity not in (0, now):
            raise FolderChanged(f"The folder `{folder}` was rebuilt by the server; it has to be read anew.")
        self._open = (folder, now)
        return FolderState(folder, now, answer.get(b"UIDNEXT", UNTOLD))

    def opened(self, folder: str, uidvalidity: int = 0) -> FolderState:
        """The same for whoever can do without the folder: FolderClosed, and the line stays, where it is not ours."""
        with self.speaking() as client:
            try:
                return self.examine(client, folder, uidvalidity)
            except listing.NotOursError as error:
                if folder in self.settings.folders:  # whoever names it wants it read
                    raise
                closed = FolderClosed(str(error))
        raise closed

    def leave(self, client: IMAPClient) -> None:
        """Leave the open folder."""
        listing.leave(client)
        self._open = _NONE

    def ask(
        self, folder: str, uidvalidity: int, sort: Sort, uids: Sequence[int], since: date | None = None
    ) -> Asked:
        """Send a question about these UIDs, and do not wait for its answers; see `mail.imap.ahead`."""
        if not self._has_open(folder, uidvalidity):
            with self.speaking() as client:
                self.examine(client, folder, uidvalidity)
        with self._held() as client:
            asked = Asked(searching.ask(client, sort, uids, since), sort)
        self._under_way.append(asked)
        return asked

    def answers_to(self, asked: Asked) -> list[Answer]:
        """All answers to what was asked; InboxError where the line has died meanwhile."""
        while asked in self._under_way:
            first = self._under_way[0]
            of_sort = {one.sort: one for one in self._under_way}
            with self._held() as client:
                for answer in answers(client._imap, first.tag, first.sort):
                    of_sort.get(sort_of(answer), first).answers.append(answer)
            self._under_way.remove(first)
        if asked.is_lost:
            raise InboxError("The line to the IMAP server was lost.")
        return asked.answers

    def folders(self) -> list[Folder]:
        """All folders, asked for where they are not known."""
        if not self.listing:
            with self.speaking() as client:
                self.listing = listing.listed(client)
        return self.listing

    def _has_open(self, folder: str, uidvalidity: int) -> bool:
        return self._open[0] == folder and uidvalidity in (0, self._open[1])

    def _forget(self) -> IMAPClient | None:
        client, self._client = self._client, None
        self.listing, self._open = [], _NONE
        for asked in self._under_way:
            asked.is_lost = True
        self._under_way.clear()
        return client

    @contextmanager
    def _held(self) -> Iterator[IMAPClient]:
        """The connection, made where there is none, and dropped where anything goes wrong on it."""
        if self._client is None:
            self.connect()
        assert self._client is not None  # noqa: S101 - for the type checker; connect() raises otherwise
        try:
            with connecting.explained(self.settings):
                yield self._client
        except BaseException:
            client = self._forget()
            if client is not None:
                connecting.hang_up(client)
            raise
