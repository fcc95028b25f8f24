"""The shared inbox: what is wanted of it, over one line that reads politely, and writes only our own copies and drafts.

Folders are opened with EXAMINE and mail is fetched with BODY.PEEK, so that nothing is marked as read. Every
fault becomes an InboxError with one sentence for people; the line is dropped then, and the next call makes a new
one (`mail.imap.line`). How long to wait before that is the caller's affair; only `states`, with which a tick begins,
asks once more by itself where the line died since the last one.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import monotonic
from typing import Self

from imapclient import IMAPClient

from mail.imap import filing, folders, idling, labels, listing, looking, patiently, searching
from mail.imap.ahead import Relay, Search
from mail.imap.connecting import InboxError, InboxSettings, settings_from_url
from mail.imap.folders import FolderState
from mail.imap.idling import HasFileno
from mail.imap.line import UNTOLD, FolderChanged, FolderClosed, Line
from mail.imap.looking import Sighting
from mail.raw import RawMail

__all__ = [
    "FolderChanged",
    "FolderClosed",
    "FolderState",
    "Inbox",
    "InboxError",
    "InboxSettings",
    "Sighting",
    "Starred",
    "settings_from_url",
]

log = logging.getLogger(__name__)

BATCH = 500  # mails in one FETCH; Dovecot refuses thousands of ids in one command
WHOLE = 262_144  # bytes of one mail that are read at most
STARRED_FIELDS = "MESSAGE-ID FROM REPLY-TO TO CC"  # which mail it is, and whose
IDLE_AGAIN = 20 * 60.0  # seconds, after which a server that refused IDLE is asked for it once more
LIST_AGAIN = 20  # without LIST-STATUS, new folders are looked for at every so many looks at the states


@dataclass(frozen=True, slots=True)
class Starred:
    """A mail that carries the flag which mail programs show as a star."""

    uid: int
    header: bytes  # STARRED_FIELDS, as sent


class Inbox:
    """One connection to the shared inbox; `with Inbox(settings) as inbox:` closes it."""

    def __init__(self, settings: InboxSettings) -> None:
        self._line = Line(settings)
        self._looks = 0  # at the states, since the folders were listed
        self._states: dict[str, FolderState] = {}  # as last told to the caller
        self._no_idle_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in; InboxError says in one sentence why that does not work."""
        self._line.connect()

    def close(self) -> None:
        """Log out, if anybody is still there."""
        self._line.close()

    def folders(self) -> tuple[str, ...]:
        """Those that are read: as configured, else the one with all mail, else all but trash and the like."""
        try:
            return folders.chosen(self._line.folders(), self._line.settings.folders)
        except ValueError as error:
            self._line.listing = []  # it may come back: no tick gets so far as to list them while this is known
            raise InboxError(f"`mailbox: folders:`: {error}.") from None

    def every_folder(self) -> tuple[str, ...]:
        """All that can hold mail, Junk and Trash too, as they are now."""
        with self._line.speaking() as client:
            self._line.listing = listing.listed(client)
        return folders.readable(self._line.listing)

    def sent_folder(self) -> str | None:
        """Where copies are filed."""
        return folders.with_use(self._line.folders(), folders.SENT)

    def sent_folders(self) -> frozenset[str]:
        """That one, and those in which mail programs keep what they send."""
        return folders.sent(self._line.folders())

    def drafts_folder(self) -> str | None:
        """Where drafts are left."""
        return folders.with_use(self._line.folders(), folders.DRAFTS)

    def states(self, names: Iterable[str]) -> dict[str, FolderState]:
        """How far these folders have grown, by name; one that has gone is left out, unless the settings name it."""
        names = tuple(names)
        is_new = not self._line.is_up
        try:
            found = self._states_now(names)
        except InboxError:  # servers and routers hang up on a line that rests
            if is_new:
                raise
            found = self._states_now(names)
        if lost := [name for name in names if name not in found and name in self._line.settings.folders]:
            self._line.listing = []
            raise InboxError(f"`mailbox: folders:`: the folder `{lost[0]}` cannot be read.")
        self._states = {name: found[name] for name in names if name in found}
        return dict(self._states)

    def _states_now(self, names: Sequence[str]) -> dict[str, FolderState]:
        with self._line.outside() as client:
            if client.has_capability("LIST-STATUS"):
                self._line.listing, found = listing.listed_with_states(client)
                told_of = folders.readable(self._line.listing)
                # What the one answer for all leaves out (RFC 5819, section 2) has perhaps only failed.
                missing = [name for name in names if name in told_of and name not in found]
                found |= listing.states(client, missing, self._states)
            else:
                self._looks += 1
                if self._looks >= LIST_AGAIN:
                    self._line.listing, self._looks = listing.listed(client), 0
                found = listing.states(client, names, self._states)
            if self._line.settings.starred and labels.is_gmail(client):  # it is not said whether labels count
                found = {name: replace(state, modseq=0) for name, state in found.items()}
            return found

    def as_opened(self, state: FolderState) -> FolderState:
        """How far a folder has grown as its opening tells, which on some servers knows more than STATUS."""
        now = self._line.opened(state.name)
        return (
            replace(state, uidvalidity=now.uidvalidity, uidnext=now.uidnext)
            if now.uidnext < UNTOLD
            else state
        )

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
        uidnext = self._line.opened(folder, uidvalidity).uidnext
        if folder in self._states:  # what was told of there is looked for, even where this answer lags behind
            uidnext = max(uidnext, self._states[folder].uidnext)
        uids = Search(self._line, folder, uidvalidity, since).batches(range(first_uid, uidnext), batch)
        yield from Relay(self._line, folder, uidvalidity, worth).read(uids)

    def whole(self, folder: str, uid: int) -> RawMail | None:
        """One mail with its text up to `WHOLE` bytes; None where it has gone."""
        with self._line.inside(folder) as client:
            return searching.fetch_whole(client, folder, uid, WHOLE)

    def flagged(self, folder: str, since: date | None = None) -> tuple[Starred, ...]:
        """What carries the flag now that mail programs show as a star, or the label that stands for it.

        Of all mails, or of those that the server took in since a date.
        """
        uidvalidity, headers = self._line.opened(folder).uidvalidity, dict[int, bytes]()
        with self._line.speaking() as client:
            uids = searching.uids_flagged(client, since, self._line.settings.starred)
            for some in searching.batches(uids, BATCH):
                headers |= searching.fetch_headers(client, some, STARRED_FIELDS)
            withheld = searching.still_there(client, [uid for uid in uids if uid not in headers])
        if not headers:
            patiently.must_hand_out_others(self._line, folder, uidvalidity, withheld)
        return tuple(Starred(uid, headers[uid]) for uid in uids if uid in headers)

    def look(self, addresses: Sequence[str], since: date, names: Iterable[str]) -> list[RawMail]:
        """The last look: what came from any of these addresses since a date, in every folder named."""
        found: list[RawMail] = []
        closed: set[str] = set()
        if not addresses:
            return found
        for name in names:
            try:
                uidvalidity = self._line.opened(name).uidvalidity
            except FolderClosed:
                closed.add(name)
                continue
            with self._line.speaking() as client:
                uids = searching.uids_written_by(client, addresses, since)
            for some in searching.batches(uids, BATCH):
                found += patiently.fetched(self._line, name, uidvalidity, some)
        if closed and not closed <= {*self.every_folder()}:
            raise InboxError("Folders of the mailbox were renamed or removed while they were looked through.")
        return found

    def marks(self) -> tuple[tuple[str, int, int], ...]:
        """Folder, UIDVALIDITY and UIDNEXT of every folder now: from where the in-doubt look has to search."""
        with self._line.outside() as client:
            return tuple((state.name, state.uidvalidity, state.uidnext) for state in looking.now(client)[0])

    def find_letter(self, token: str, message_id: str, marks: Iterable[tuple[str, int, int]]) -> Sighting:
        """The in-doubt look: whether a letter, or its copy, arrived anywhere since the marks were taken."""
        with self._line.outside() as client:
            return looking.find(client, token, message_id, marks, BATCH)

    def own_unread(self, folder: str, since: date) -> dict[int, str]:
        """Unread letters of ours in a folder, by UID with their tokens; of those taken in since a date."""
        try:
            self._line.opened(folder)
        except FolderClosed:
            return {}
        with self._line.speaking() as client:
            return filing.own_unread(client, since)

    def file_copy(self, folder: str, uid: int, destination: str | None) -> bool:
        """Mark one of our own copies as read and move it; False where the mail is not ours or has gone."""
        with self._line.outside() as client:
            client.select_folder(folder)
            own = filing.is_own(client, uid)
            if own:
                filing.file_away(client, uid, destination if destination != folder else None)
            return own

    def append(
        self, folder: str, content: bytes, flags: Iterable[str] = (), at: datetime | None = None
    ) -> None:
        """Leave a draft or a copy in a folder, which is made where it is missing; `at` is aware."""
        with self._line.speaking() as client:
            if not any(there.name == folder for there in self._line.folders()):
                folder, self._line.listing = filing.create(client, folder), []
            client.append(folder, content, tuple(flag.encode() for flag in flags), at)

    def remove_own(self, folder: str, token: str, at: datetime | None = None) -> bool:
        """Take back a draft of ours; False where it has gone, was edited, or cannot be deleted.

        `at` is its INTERNALDATE as we left it: a mail program that saves an edited draft gives it another one.
        """
        if not any(there.name == folder for there in self._line.folders()):
            return False
        with self._line.outside() as client:
            client.select_folder(folder)
            uids = client.search(["HEADER", filing.OWN_MARK, token])
            own = [uid for uid in uids if filing.is_own(client, uid, token) and filing.is_of(client, uid, at)]
            return bool(own) and all(filing.remove(client, uid) for uid in own)

    def idle(self, until: float, wake: HasFileno | int | None = None) -> bool:
        """Wait up to `until` seconds: True once mail comes, False when time is up or `wake` is readable.

        IDLE on the INBOX where the server has it; elsewhere nothing is asked, and the time is slept through.
        """
        with self._line.speaking() as client:
            if monotonic() >= self._no_idle_until and client.has_capability("IDLE"):
                try:
                    return self._idle(client, until, wake)
                except idling.IdleRefusedError:
                    self._no_idle_until = monotonic() + IDLE_AGAIN
                    log.info("The server refuses IDLE, which it offers: mail is looked for at each poll.")
        if until > idling.RENEW_SECONDS:
            self.close()  # the server would hang up before we speak again
        idling.rest(until, wake)
        return False

    def _idle(self, client: IMAPClient, until: float, wake: HasFileno | int | None) -> bool:
        names = self.folders()
        folder = "INBOX" if "INBOX" in names else names[0]
        uidnext = self._line.examine(client, folder).uidnext
        known = self._states.get(folder)
        if known is not None and uidnext > known.uidnext:  # it came after the states were told
            return True
        arrived = idling.idle(client, until, wake)
        self._line.leave(client)  # a tick begins by asking for the states: by that alone, then
        return arrived
