"""The shared inbox: one IMAP connection that reads politely, and writes only our own copies and drafts.

Folders are opened with EXAMINE and mail is fetched with BODY.PEEK, so that nothing is marked as read. Every
fault becomes an InboxError with one sentence for people; the connection is dropped then, and the next call
makes a new one. How long to wait before that is the caller's affair; only `states`, with which a tick begins, asks
once more by itself where the line died since the last one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from imapclient import IMAPClient

from mail.access.secrets import logged_in
from mail.imap import connecting, filing, folders, idling, labels, listing, looking, searching
from mail.imap.ahead import Asked, Relay, Search
from mail.imap.answers import Answer, Sort, answers, sort_of
from mail.imap.connecting import InboxError, InboxSettings, settings_from_url
from mail.imap.folders import Folder, FolderState
from mail.imap.idling import HasFileno
from mail.imap.looking import Sighting
from mail.raw import RawMail

__all__ = [
    "FolderChanged",
    "FolderState",
    "Inbox",
    "InboxError",
    "InboxSettings",
    "Sighting",
    "Starred",
    "settings_from_url",
]

BATCH = 500  # mails in one FETCH; Dovecot refuses thousands of ids in one command
TRIES = 3  # so often the line has to die at one mail before the mail is blamed
WHOLE = 262_144  # bytes of one mail that are read at most
STARRED_FIELDS = "MESSAGE-ID FROM REPLY-TO TO CC"  # which mail it is, and whose
LIST_AGAIN = 20  # without LIST-STATUS, new folders are looked for at every so many looks at the states


class FolderChanged(InboxError):  # noqa: N818 - a thing that happens, said in its name
    """The folder has another UIDVALIDITY: its UIDs known so far mean nothing now (RFC 3501, 2.3.1.1)."""


@dataclass(frozen=True, slots=True)
class Starred:
    """A mail that carries the flag which mail programs show as a star."""

    uid: int
    header: bytes  # STARRED_FIELDS, as sent


class Inbox:
    """One connection to the shared inbox; `with Inbox(settings) as inbox:` closes it."""

    def __init__(self, settings: InboxSettings) -> None:
        self._settings = settings
        self._client: IMAPClient | None = None
        self._listing: list[Folder] = []
        self._looks = 0  # at the states, since the folders were listed
        self._states: dict[str, FolderState] = {}  # as last told to the caller
        self._open = ("", 0)  # the folder that is open, and its UIDVALIDITY
        self._under_way: list[Asked] = []  # in the order in which the answers will come

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in; InboxError says in one sentence why that does not work."""
        self.close()
        self._client, self._settings = logged_in(
            connecting.connect, self._settings, connecting.LoginRefusedError
        )

    def close(self) -> None:
        """Log out, if anybody is still there."""
        client = self._forget()
        if client is not None:
            connecting.say_goodbye(client)

    def folders(self) -> tuple[str, ...]:
        """Those that are read: as configured, else the one with all mail, else all but trash and the like."""
        try:
            return folders.chosen(self._list(), self._settings.folders)
        except ValueError as error:
            self._listing = []  # it may come back: no tick gets so far as to list them anew while this is known
            raise InboxError(f"`mailbox: folders:`: {error}.") from None

    def every_folder(self) -> tuple[str, ...]:
        """All that can hold mail, Junk and Trash too, as they are now."""
        with self._speaking() as client:
            self._listing = listing.listed(client)
        return folders.readable(self._listing)

    def sent_folder(self) -> str | None:
        """Where copies are filed."""
        return folders.with_use(self._list(), folders.SENT)

    def drafts_folder(self) -> str | None:
        """Where drafts are left."""
        return folders.with_use(self._list(), folders.DRAFTS)

    def states(self, names: Iterable[str]) -> dict[str, FolderState]:
        """How far these folders have grown, by name; a folder that has gone is left out."""
        names = tuple(names)
        is_new = self._client is None
        try:
            found = self._states_now(names)
        except InboxError:  # servers and routers hang up on a line that rests
            if is_new:
                raise
            found = self._states_now(names)
        self._states = {name: found[name] for name in names if name in found}
        return dict(self._states)

    def _states_now(self, names: Sequence[str]) -> dict[str, FolderState]:
        with self._speaking() as client:
            self._open = ("", 0)
            if client.has_capability("LIST-STATUS"):
                self._listing, found = listing.listed_with_states(client)
            else:
                self._looks += 1
                if self._looks >= LIST_AGAIN:
                    self._listing, self._looks = listing.listed(client), 0
                found = listing.states(client, names)
            if self._settings.starred and labels.is_gmail(client):  # it is not said whether labels count
                found = {name: replace(state, modseq=0) for name, state in found.items()}
            return found

    def fetch(
        self,
        folder: str,
        uidvalidity: int,
        first_uid: int,
        since: date | None = None,
        batch: int = BATCH,
        worth: Callable[[RawMail], bool] | None = None,
    ) -> Iterator[list[RawMail]]:
        """Headers and first 2,048 bytes of text of all mail from `first_uid` on, by UID, in batches.

        `since` leaves out what the server took in earlier. Where much is new, what `worth` says no to, by a few
        header fields, is passed over: it comes with these alone. A mail that the server cannot hand out comes
        with an empty header. FolderChanged where the folder has another UIDVALIDITY.
        """
        with self._speaking() as client:
            uidnext = self._examine(client, folder, uidvalidity)
        if folder in self._states:  # what was told of there is looked for, even where this answer lags behind
            uidnext = max(uidnext, self._states[folder].uidnext)
        uids = Search(self, folder, uidvalidity, since).batches(range(first_uid, uidnext), batch)
        yield from Relay(self, folder, uidvalidity, worth).read(uids)

    def whole(self, folder: str, uid: int, limit: int = WHOLE) -> RawMail | None:
        """One mail with its text up to `limit` bytes; None where it has gone."""
        with self._speaking() as client:
            if self._open[0] != folder:
                self._examine(client, folder)
            return searching.fetch_whole(client, folder, uid, limit)

    def flagged(self, folder: str, since_modseq: int = 0, since: date | None = None) -> tuple[Starred, ...]:
        """What carries the flag now that mail programs show as a star, or the label that stands for it.

        Of mails that changed after `since_modseq`, where the server counts changes (RFC 7162), else of all;
        of those that the server took in since a date, where one is given.
        """
        with self._speaking() as client:
            self._examine(client, folder)
            uids = searching.uids_flagged(client, since_modseq, since, self._settings.starred)
            uidvalidity, headers = self._open[1], dict[int, bytes]()
            for some in searching.batches(uids, BATCH):
                headers |= searching.fetch_headers(client, some, STARRED_FIELDS)
            withheld = searching.still_there(client, [uid for uid in uids if uid not in headers])
        if not headers:
            self._must_hand_out_others(folder, uidvalidity, withheld)
        return tuple(Starred(uid, headers[uid]) for uid in uids if uid in headers)

    def look(self, addresses: Sequence[str], since: date, names: Iterable[str]) -> list[RawMail]:
        """The last look: what came from any of these addresses since a date, in every folder named."""
        found: list[RawMail] = []
        if not addresses:
            return found
        for name in names:
            with self._speaking() as client:
                self._examine(client, name)
                uidvalidity = self._open[1]
                uids = searching.uids_written_by(client, addresses, since)
            for some in searching.batches(uids, BATCH):
                found += self.fetch_surely(name, uidvalidity, some)
        return found

    def marks(self) -> tuple[tuple[str, int, int], ...]:
        """Folder, UIDVALIDITY and UIDNEXT of every folder now: from where the in-doubt look has to search."""
        with self._speaking() as client:
            self._open = ("", 0)
            return tuple((state.name, state.uidvalidity, state.uidnext) for state in looking.now(client))

    def find_letter(self, token: str, message_id: str, marks: Iterable[tuple[str, int, int]]) -> Sighting:
        """The in-doubt look: whether a letter, or its copy, arrived anywhere since the marks were taken."""
        with self._speaking() as client:
            self._open = ("", 0)
            return looking.find(client, token, message_id, marks, BATCH)

    def own_unread(self, folder: str, since: date) -> dict[int, str]:
        """Unread letters of ours in a folder, by UID with their tokens; of those taken in since a date."""
        with self._speaking() as client:
            self._examine(client, folder)
            return filing.own_unread(client, since)

    def file_copy(self, folder: str, uid: int, destination: str | None) -> bool:
        """Mark one of our own copies as read and move it; False where the mail is not ours or has gone."""
        with self._speaking() as client:
            self._open = ("", 0)
            client.select_folder(folder)
            own = filing.is_own(client, uid)
            if own:
                filing.file_away(client, uid, destination if destination != folder else None)
            return own

    def append(
        self, folder: str, content: bytes, flags: Iterable[str] = (), at: datetime | None = None
    ) -> None:
        """Leave a draft or a copy in a folder, which is made where it is missing; `at` is aware."""
        with self._speaking() as client:
            if not any(there.name == folder for there in self._list()):
                filing.create(client, folder)
            client.append(folder, content, tuple(flag.encode() for flag in flags), at)

    def remove_own(self, folder: str, token: str, at: datetime | None = None) -> bool:
        """Take back a draft of ours; False where it has gone, was edited, or cannot be deleted.

        `at` is its INTERNALDATE as we left it: a mail program that saves an edited draft gives it another one.
        """
        with self._speaking() as client:
            self._open = ("", 0)
            client.select_folder(folder)
            uids = client.search(["HEADER", filing.OWN_MARK, token])
            own = [uid for uid in uids if filing.is_own(client, uid, token) and filing.is_of(client, uid, at)]
            return bool(own) and all(filing.remove(client, uid) for uid in own)

    def idle(self, until: float, wake: HasFileno | int | None = None) -> bool:
        """Wait up to `until` seconds: True once mail comes, False when time is up or `wake` is readable.

        IDLE on the INBOX where the server has it; elsewhere nothing is asked, and the time is slept through.
        """
        with self._speaking() as client:
            if idling.can_idle(client):
                return self._idle(client, until, wake)
        if until > idling.RENEW_SECONDS:
            self.close()  # the server would hang up before we speak again
        idling.rest(until, wake)
        return False

    def _idle(self, client: IMAPClient, until: float, wake: HasFileno | int | None) -> bool:
        names = self.folders()
        folder = "INBOX" if "INBOX" in names else names[0]
        uidnext = self._examine(client, folder)
        known = self._states.get(folder)
        if known is not None and uidnext > known.uidnext:  # it came after the states were told
            return True
        arrived = idling.idle(client, until, wake)
        listing.leave(client)  # a tick begins by asking for the states: with the folder left, by that alone
        self._open = ("", 0)
        return arrived

    def ask(
        self, folder: str, uidvalidity: int, sort: Sort, uids: Sequence[int], since: date | None = None
    ) -> Asked:
        """Send a question about these UIDs, and do not wait for its answers; see `mail.imap.ahead`."""
        if self._open != (folder, uidvalidity):
            with self._speaking() as client:
                self._examine(client, folder, uidvalidity)
        with self._line() as client:
            asked = Asked(searching.ask(client, sort, uids, since), sort)
        self._under_way.append(asked)
        return asked

    def answers_to(self, asked: Asked) -> list[Answer]:
        """All answers to what was asked; InboxError where the line has died meanwhile."""
        while asked in self._under_way:
            first = self._under_way[0]
            of_sort = {one.sort: one for one in self._under_way}
            with self._line() as client:
                for answer in answers(client._imap, first.tag, first.sort):
                    of_sort.get(sort_of(answer), first).answers.append(answer)
            self._under_way.remove(first)
        if asked.is_lost:
            raise InboxError("The line to the IMAP server was lost.")
        return asked.answers

    def found_surely(
        self, folder: str, uidvalidity: int, uids: Sequence[int], since: date | None
    ) -> Sequence[int]:
        """Those of these UIDs that are mails; of the ones that the server took in since a date."""
        with self._in_folder(folder, uidvalidity) as client:
            return searching.uids_among(client, uids, since)

    def fetch_surely(
        self, folder: str, uidvalidity: int, uids: Sequence[int], tries: int = TRIES
    ) -> list[RawMail]:
        """One batch; a mail at which the server says no, or hangs up (Dovecot does), is told from others."""
        try:
            mails, withheld = self._fetched(folder, uidvalidity, uids)
        except FolderChanged:
            raise
        except InboxError:
            self.connect()  # where the server is away, this says so: then it was not the mail
            if len(uids) > 1:
                middle = len(uids) // 2
                halves = uids[:middle], uids[middle:]
                return [mail for half in halves for mail in self.fetch_surely(folder, uidvalidity, half)]
            if tries > 1:
                return self.fetch_surely(folder, uidvalidity, uids, tries - 1)
            mails, withheld = [], list(uids)
        if not mails:
            self._must_hand_out_others(folder, uidvalidity, withheld)
        return sorted(
            [*mails, *(searching.unreadable(folder, uid) for uid in withheld)], key=lambda mail: mail.uid
        )

    def _fetched(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> tuple[list[RawMail], list[int]]:
        """See `searching.fetch`."""
        with self._in_folder(folder, uidvalidity) as client:
            return searching.fetch(client, folder, uids)

    def _must_hand_out_others(self, folder: str, uidvalidity: int, withheld: Sequence[int]) -> None:
        """InboxError where no other mail can be had either: the server is ill then, and no mail to blame.

        A mail that is alone in its folder is to blame, if the server says as much as its flags.
        """
        if not withheld:
            return
        with self._speaking() as client:
            self._examine(client, folder, uidvalidity)
            others = searching.witnesses(client, withheld)
            if not others and client.get_flags(list(withheld)):
                return
        if not any(self._hands_out(folder, uidvalidity, uid) for uid in others):
            raise InboxError(
                f"The IMAP server {self._settings.server.host} hands out no mail of the folder `{folder}` at "
                "present: if that lasts, whoever runs it must repair it."
            )

    def _hands_out(self, folder: str, uidvalidity: int, uid: int) -> bool:
        try:
            return bool(self._fetched(folder, uidvalidity, (uid,))[0])
        except FolderChanged:
            raise
        except InboxError:
            return False

    def _list(self) -> list[Folder]:
        if not self._listing:
            with self._speaking() as client:
                self._listing = listing.listed(client)
        return self._listing

    def _examine(self, client: IMAPClient, folder: str, uidvalidity: int = 0) -> int:
        """Open a folder for reading only; its UIDNEXT."""
        self._open = ("", 0)
        answer: Mapping[bytes, int] = client.select_folder(folder, readonly=True)
        now = answer[b"UIDVALIDITY"]
        if uidvalidity not in (0, now):
            raise FolderChanged(f"The folder `{folder}` was rebuilt by the server; it has to be read anew.")
        self._open = (folder, now)
        return answer.get(b"UIDNEXT", 2**32)

    def _forget(self) -> IMAPClient | None:
        client, self._client = self._client, None
        self._listing, self._looks, self._open = [], 0, ("", 0)
        for asked in self._under_way:
            asked.is_lost = True
        self._under_way.clear()
        return client

    @contextmanager
    def _speaking(self) -> Iterator[IMAPClient]:
        """The connection, with nothing under way on it."""
        with suppress(InboxError):  # what was asked ahead is lost with the line, which is made anew
            for asked in tuple(self._under_way):
                self.answers_to(asked)
        with self._line() as client:
            yield client

    @contextmanager
    def _in_folder(self, folder: str, uidvalidity: int) -> Iterator[IMAPClient]:
        """The same with a folder open, which is opened where it is not."""
        with self._speaking() as client:
            if self._open != (folder, uidvalidity):
                self._examine(client, folder, uidvalidity)
            yield client

    @contextmanager
    def _line(self) -> Iterator[IMAPClient]:
        """The connection, made where there is none, and dropped where anything goes wrong on it."""
        if self._client is None:
            self.connect()
        assert self._client is not None  # noqa: S101 - for the type checker; connect() raises otherwise
        try:
            with connecting.explained(self._settings):
                yield self._client
        except BaseException:
            client = self._forget()
            if client is not None:
                connecting.hang_up(client)
            raise
