"""Finding and fetching mails in the folder that is open."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.datetime_util import format_criteria_date

from mail.imap import fetching, labels
from mail.imap.answers import Answer, Sort, answers, sort_of
from mail.raw import RawMail

WITNESSES = 4  # mails at most


def uids_from(client: IMAPClient, first: int) -> Sequence[int]:
    """The UIDs from `first` on, rising."""
    # "n:*" names the last mail even where its UID is below n (RFC 3501, 6.4.8).
    return sorted(uid for uid in client.search(["UID", f"{max(first, 1)}:*"]) if uid >= first)


def uids_among(client: IMAPClient, uids: Sequence[int], since: date | None) -> Sequence[int]:
    """Those of these UIDs, which have no gaps, that are mails; of the ones that the server took in since a date."""
    return sorted(client.search(_among(uids, since)))


def _among(uids: Sequence[int], since: date | None) -> list[str]:
    day = since - timedelta(days=1) if since else None  # the server judges it in its own zone
    return ["UID", f"{uids[0]}:{uids[-1]}", *(["SINCE", format_criteria_date(day).decode()] if day else [])]


def uids_written_by(client: IMAPClient, addresses: Sequence[str], since: date) -> list[int]:
    """The UIDs of what came from any of these addresses since a date."""
    criteria: list[Any] = ["SINCE", since - timedelta(days=1), *_any_of(addresses)]
    charset = None if "".join(addresses).isascii() else "UTF-8"
    return sorted(client.search(criteria, charset))


def uids_flagged(client: IMAPClient, since: date | None, label: str) -> list[int]:
    """The UIDs of starred mail; of what the server took in since a date, where one is given."""
    criteria = labels.criterion(client, label)
    if since is not None:
        criteria += ["SINCE", since - timedelta(days=1)]
    return sorted(client.search(criteria))


def _any_of(addresses: Sequence[str]) -> list[Any]:
    """In prefix order: OR FROM a OR FROM b FROM c (RFC 3501, 6.4.4)."""
    first, *others = addresses
    return ["OR", "FROM", first, *_any_of(others)] if others else ["FROM", first]


def fetch(client: IMAPClient, folder: str, uids: Sequence[int]) -> tuple[list[RawMail], list[int]]:
    """Headers and the first piece of text of these mails, by UID; and the UIDs that are there and withheld."""
    found = _fetch(client, folder, uids)
    missing = still_there(client, [uid for uid in uids if uid not in found])
    for uid in missing:  # one by one: a bad mail may have spoilt it for others
        found |= _fetch(client, folder, (uid,))
    return [found[uid] for uid in sorted(found)], [uid for uid in missing if uid not in found]


def still_there(client: IMAPClient, missing: Sequence[int]) -> list[int]:
    """Those that were not deleted meanwhile, of mails that an answer lacks."""
    if not missing:
        return []
    client.noop()  # what was deleted meanwhile vanishes now, and is no fault
    return sorted(client.search(["UID", compressed(missing)]))


def witnesses(client: IMAPClient, withheld: Sequence[int]) -> list[int]:
    """A few other mails of the open folder, from here and there: they tell whether any mail is handed out."""
    others = sorted({*client.search()} - {*withheld})
    return others[:: len(others) // WITNESSES + 1]


def _fetch(client: IMAPClient, folder: str, uids: Sequence[int]) -> dict[int, RawMail]:
    wanted = set(uids)
    found = _answers(client, uids, _items(client))
    return {mail.uid: mail for mail in fetching.mails(folder, found) if mail.uid in wanted}


def unreadable(folder: str, uid: int) -> RawMail:
    """A mail that the server cannot hand out (a lost file, say): passed on empty, set aside, and counted."""
    return RawMail(folder, uid, fetching.NO_TIME, frozenset(), header=b"", text=b"", complete=False)


def fetch_headers(client: IMAPClient, uids: Sequence[int], names: str) -> dict[int, bytes]:
    """These header fields of these mails, as sent, by UID; `names` separated by spaces."""
    wanted = set(uids)
    found = _answers(client, uids, f"(BODY.PEEK[HEADER.FIELDS ({names})])")
    return {uid: literal for uid, literal in fetching.literals(found) if uid in wanted}


def fetch_whole(client: IMAPClient, folder: str, uid: int, limit: int) -> RawMail | None:
    """One mail up to `limit` bytes; None where it has gone."""
    items = f"(INTERNALDATE FLAGS BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{limit}>)"
    found = list(_answers(client, (uid,), items))
    return next((mail for mail in fetching.mails(folder, found, limit) if mail.uid == uid), None)


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


def ask(client: IMAPClient, sort: Sort, uids: Sequence[int], since: date | None = None) -> bytes:
    """Ask which of these are mails, for them, or for the few header fields of a first look; the tag of the end."""
    if sort is Sort.UIDS:
        return _command(client, "SEARCH", *_among(uids, since))
    items = fetching.FIRST_LOOK if sort is Sort.FIRST_LOOK else _items(client)
    return _command(client, "FETCH", compressed(uids), items)


def _items(client: IMAPClient) -> str:
    return fetching.ITEMS_GMAIL if client.has_capability("X-GM-EXT-1") else fetching.ITEMS


def _answers(client: IMAPClient, uids: Sequence[int], items: str) -> Iterator[Answer]:
    """Whoever asks has to take all of the answers."""
    if uids:
        tag = _command(client, "FETCH", compressed(uids), items)
        yield from (one for one in answers(client._imap, tag) if sort_of(one) is not Sort.UIDS)


def _command(client: IMAPClient, *words: str) -> bytes:
    """A UID command through IMAPClient's connection; its tag."""
    tag: bytes = client._imap._command("UID", *words)
    return tag
