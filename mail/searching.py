"""Finding and fetching mails in the folder that is open."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from imapclient import IMAPClient

from mail import fetching
from mail.raw import RawMail

# A mail that the server cannot hand out (a lost file, say) is passed on empty: it is set aside, and counted.
_EMPTY = (fetching.LONG_AGO, frozenset[str](), b"", b"", False)


def uids_from(client: IMAPClient, first: int, since: date | None) -> list[int]:
    """The UIDs from `first` on, rising; of those the server took in since a date, or a day before it."""
    criteria: list[Any] = ["UID", f"{max(first, 1)}:*"]
    if since is not None:
        criteria += ["SINCE", since - timedelta(days=1)]  # the server judges it in its own zone
    # "n:*" names the last mail even where its UID is below n (RFC 3501, 6.4.8).
    return sorted(uid for uid in client.search(criteria) if uid >= first)


def uids_written_by(client: IMAPClient, addresses: Sequence[str], since: date) -> list[int]:
    """The UIDs of what came from any of these addresses since a date."""
    criteria: list[Any] = ["SINCE", since - timedelta(days=1), *_any_of(addresses)]
    charset = None if "".join(addresses).isascii() else "UTF-8"
    return sorted(client.search(criteria, charset))


def uids_flagged(client: IMAPClient, since_modseq: int, since: date | None) -> list[int]:
    """The UIDs of starred mail; of what changed after a mod-sequence, where the server counts changes."""
    criteria: list[Any] = ["FLAGGED"]
    if since_modseq and client.has_capability("CONDSTORE"):
        criteria += ["MODSEQ", since_modseq + 1]  # RFC 7162, 3.1.5: "at least"
    if since is not None:
        criteria += ["SINCE", since - timedelta(days=1)]
    return sorted(client.search(criteria))


def _any_of(addresses: Sequence[str]) -> list[Any]:
    if len(addresses) == 1:
        return ["FROM", addresses[0]]
    return ["OR", ["FROM", addresses[0]], _any_of(addresses[1:])]


def fetch(client: IMAPClient, folder: str, uids: Sequence[int]) -> list[RawMail]:
    """Headers and the first piece of text of these mails, in the order of their UIDs."""
    wanted = set(uids)
    items = fetching.ITEMS_GMAIL if client.has_capability("X-GM-EXT-1") else fetching.ITEMS
    complete, pieces = _command(client, uids, items)
    found = {mail.uid: mail for mail in fetching.mails(folder, pieces) if mail.uid in wanted}
    if not complete:
        client.noop()  # mails that were deleted meanwhile are gone after this, and no longer a fault
        for uid in wanted - found.keys():
            mail = _alone(client, folder, uid, items)
            if mail is not None:
                found[uid] = mail
    return [found[uid] for uid in sorted(found)]


def _alone(client: IMAPClient, folder: str, uid: int, items: str) -> RawMail | None:
    """One mail of a batch that failed: None where it has gone, an empty one where it cannot be had at all."""
    complete, pieces = _command(client, (uid,), items)
    for mail in fetching.mails(folder, pieces):
        if mail.uid == uid:
            return mail
    return None if complete else RawMail(folder, uid, *_EMPTY)


def fetch_headers(client: IMAPClient, uids: Sequence[int], names: str) -> dict[int, bytes]:
    """These header fields of these mails, as sent, by UID; `names` separated by spaces."""
    wanted = set(uids)
    _, pieces = _command(client, uids, f"(BODY.PEEK[HEADER.FIELDS ({names})])")
    return {uid: literal for uid, literal in fetching.literals(pieces) if uid in wanted}


def fetch_whole(client: IMAPClient, folder: str, uid: int, limit: int) -> RawMail | None:
    """One mail up to `limit` bytes; None where it has gone."""
    items = f"(INTERNALDATE FLAGS BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{limit}>)"
    _, pieces = _command(client, (uid,), items)
    return next((mail for mail in fetching.mails(folder, pieces, limit) if mail.uid == uid), None)


def batches(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """The UIDs in pieces that one command can name."""
    return (uids[start : start + size] for start in range(0, len(uids), size))


def compressed(uids: Sequence[int]) -> str:
    """A sequence set (RFC 3501, section 9): `1:4,7,9:12`."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in runs)


def _command(client: IMAPClient, uids: Sequence[int], items: str) -> tuple[bool, list[fetching.Piece]]:
    """UID FETCH through IMAPClient's connection: whether the server could do it all, and its raw answer."""
    if not uids:
        return True, []
    imap = client._imap
    imap.untagged_responses.pop("FETCH", None)  # flags that changed meanwhile
    tag = imap._command("UID", "FETCH", compressed(uids), items)
    typ, data = imap._command_complete("FETCH", tag)
    pieces = imap.untagged_responses.pop("FETCH", [])
    if typ not in ("OK", "NO"):
        client._checkok("fetch", typ, data)
    return typ == "OK", pieces
