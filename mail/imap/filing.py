"""The little that is written to the mailbox: Keepwarm's own copies are filed, its drafts taken back."""

from datetime import UTC, date, datetime

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mail.imap.searching import fetch_headers

OWN_MARK = "X-KEEPWARM-LETTER"
MOST_UNREAD = 500  # unread mails that are looked through: the newest
_SEEN, _DELETED = rb"\Seen", rb"\Deleted"


def is_own(client: IMAPClient, uid: int, token: str = "") -> bool:
    """Whether a mail of the open folder carries our mark, and this token; no other mail is ever touched."""
    block = fetch_headers(client, (uid,), OWN_MARK).get(uid, b"")
    return block.upper().startswith(OWN_MARK.encode()) and token.encode() in block


def own_unread(client: IMAPClient, since: date) -> dict[int, str]:
    """Unread letters of ours in the open folder, no drafts, by UID with their tokens; taken in since a date."""
    uids = sorted(client.search(["UNSEEN", "UNDRAFT", "SINCE", since]))[-MOST_UNREAD:]
    blocks = fetch_headers(client, uids, OWN_MARK)
    return {uid: block.partition(b":")[2].strip().decode("ascii", "replace") for uid, block in blocks.items()}


def is_of(client: IMAPClient, uid: int, at: datetime | None) -> bool:
    """Whether a mail of the open folder has this INTERNALDATE, to the second; None: whatever it has."""
    if at is None:
        return True
    found = client.fetch((uid,), ["INTERNALDATE"]).get(uid, {}).get(b"INTERNALDATE")
    return isinstance(found, datetime) and found.astimezone(UTC) == at.replace(microsecond=0)


def file_away(client: IMAPClient, uid: int, destination: str | None) -> None:
    """Mark as read, and move; a server that has neither MOVE nor UIDPLUS keeps the mail where it is.

    Without UIDPLUS an EXPUNGE would remove everybody's deleted mail, not ours alone (RFC 4315, 2.1).
    """
    client.add_flags((uid,), (_SEEN,), silent=True)
    if destination is None:
        return
    if client.has_capability("MOVE"):
        client.move((uid,), destination)
    elif client.has_capability("UIDPLUS"):
        client.copy((uid,), destination)
        remove(client, uid)


def remove(client: IMAPClient, uid: int) -> bool:
    """Delete one mail for good; False where the server cannot delete a single one."""
    if not client.has_capability("UIDPLUS"):
        return False
    client.add_flags((uid,), (_DELETED,), silent=True)
    client.uid_expunge((uid,))
    return True


def create(client: IMAPClient, folder: str) -> str:
    """Make a folder, unless somebody has made it meanwhile; its name, which begins as all of ours do."""
    prefix = _our_prefix(client)
    name = folder if folder.startswith(prefix) else prefix + folder
    try:
        client.create_folder(name)
    except IMAPClientError:
        if not client.folder_exists(name):
            raise
    return name


def _our_prefix(client: IMAPClient) -> str:
    """How the names of our own folders begin (RFC 2342): with `INBOX.` on many a server, with nothing on most."""
    personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
    return str(personal[0][0]) if personal else ""
