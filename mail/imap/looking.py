"""The in-doubt look: did a letter go out before we could note it? The mailbox's own copy says so.

Everything that arrived since the marks were taken before the attempt is looked through, in every folder: a
person or a filter may have moved the copy. A search by header is not used: servers answer it slowly, or
from an index that lags behind. "Not there" counts only if the look is complete: every folder was read, no mail
was withheld, and none has grown meanwhile (a copy that moves from a folder not yet read to one already read would
be missed).
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mail.imap import folders, listing, searching
from mail.imap.folders import FolderState

ROUNDS = 5  # a mailbox that grows faster than it is read is looked at again later
_FIELDS = "X-KEEPWARM-LETTER MESSAGE-ID X-MICROSOFT-ORIGINAL-MESSAGE-ID"
_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*<([^<>\r\n]+)>")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look for one letter found."""

    complete: bool  # False: "not found" proves nothing
    places: tuple[tuple[str, int], ...] = ()  # folder and UID
    alias: str = ""  # the Message-ID that a provider gave it instead, without brackets

    @property
    def found(self) -> bool:
        """Whether it went out."""
        return bool(self.places)


def find(
    client: IMAPClient, token: str, message_id: str, marks: Iterable[tuple[str, int, int]], batch: int
) -> Sighting:
    """Look for a letter in all that arrived since the marks (folder, UIDVALIDITY, UIDNEXT)."""
    read = {name: FolderState(name, uidvalidity, uidnext) for name, uidvalidity, uidnext in marks}
    places: dict[tuple[str, int], bytes] = {}
    known = {*read}
    for _ in range(ROUNDS):
        states, all_told = now(client, known)
        grown = [state for state in states if state.uidnext > _first_new(state, read.get(state.name))]
        if not grown:
            return _sighting(places, message_id, complete=all_told)
        for state in grown:
            if not _look_through(client, state, read, (token, message_id), batch, places):
                return _sighting(places, message_id, complete=False)
            read[state.name] = state
    return _sighting(places, message_id, complete=False)


def now(client: IMAPClient, known: Container[str] = ()) -> tuple[list[FolderState], bool]:
    """The states of every folder, Junk and Trash too; and whether the server tells of each that we may read."""
    found, all_told = dict[str, FolderState](), True
    if client.has_capability("LIST-STATUS"):
        listed, found = listing.listed_with_states(client)
    else:
        listed = listing.listed(client)
    for name in [one for one in folders.readable(listed) if one not in found]:
        try:
            found |= listing.states(client, [name], known)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            all_told = False
    return list(found.values()), all_told


def _first_new(now: FolderState, before: FolderState | None) -> int:
    """From which UID on a folder is looked through: all of it where it is new, rebuilt or put back from a backup."""
    goes_on = before and before.uidvalidity == now.uidvalidity and before.uidnext <= now.uidnext
    return before.uidnext if before and goes_on else 1


def _look_through(
    client: IMAPClient,
    state: FolderState,
    read: dict[str, FolderState],
    wanted: tuple[str, str],
    batch: int,
    places: dict[tuple[str, int], bytes],
) -> bool:
    """Read the headers of what is new in one folder; False where not all of them can be had."""
    try:
        client.select_folder(state.name, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return False
    uids = searching.uids_from(client, _first_new(state, read.get(state.name)))
    withheld = False
    for some in searching.batches(uids, batch):
        blocks = searching.fetch_headers(client, some, _FIELDS)
        places |= {(state.name, uid): block for uid, block in blocks.items() if _matches(block, *wanted)}
        withheld |= bool(searching.still_there(client, [uid for uid in some if uid not in blocks]))
    return not withheld


def _matches(block: bytes, token: str, message_id: str) -> bool:
    return token.encode() in block or f"<{message_id}>".encode() in block


def _sighting(places: dict[tuple[str, int], bytes], message_id: str, complete: bool) -> Sighting:
    ids = [match[1].decode("ascii", "replace") for match in map(_MESSAGE_ID.search, places.values()) if match]
    alias = next((found for found in ids if found != message_id), "")
    return Sighting(complete, tuple(places), alias)
