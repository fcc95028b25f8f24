"""Asking and waiting, with the patience that a bad mail needs: it is told from a server that is ill."""

from collections.abc import Sequence
from datetime import date

from mail.imap import searching
from mail.imap.connecting import InboxError
from mail.imap.line import FolderChanged, Line
from mail.raw import RawMail

TRIES = 3  # so often the line has to die at one mail before the mail is blamed


def found(
    line: Line, folder: str, uidvalidity: int, uids: Sequence[int], since: date | None
) -> Sequence[int]:
    """Those of these UIDs that are mails; of the ones that the server took in since a date."""
    with line.inside(folder, uidvalidity) as client:
        return searching.uids_among(client, uids, since)


def fetched(
    line: Line, folder: str, uidvalidity: int, uids: Sequence[int], tries: int = TRIES
) -> list[RawMail]:
    """One batch; a mail at which the server says no, or hangs up (Dovecot does), is told from others."""
    try:
        mails, withheld = _fetched(line, folder, uidvalidity, uids)
    except FolderChanged:
        raise
    except InboxError:
        line.connect()  # where the server is away, this says so: then it was not the mail
        if len(uids) > 1:
            middle = len(uids) // 2
            halves = uids[:middle], uids[middle:]
            return [mail for half in halves for mail in fetched(line, folder, uidvalidity, half)]
        if tries > 1:
            return fetched(line, folder, uidvalidity, uids, tries - 1)
        mails, withheld = [], list(uids)
    if not mails:
        must_hand_out_others(line, folder, uidvalidity, withheld)
    unreadable = (searching.unreadable(folder, uid) for uid in withheld)
    return sorted([*mails, *unreadable], key=lambda mail: mail.uid)


def must_hand_out_others(line: Line, folder: str, uidvalidity: int, withheld: Sequence[int]) -> None:
    """InboxError where no other mail can be had either: the server is ill then, and no mail to blame.

    A mail that is alone in its folder is to blame, if the server says as much as its flags.
    """
    if not withheld:
        return
    with line.speaking() as client:
        line.examine(client, folder, uidvalidity)
        others = searching.witnesses(client, withheld)
        if not others and client.get_flags(list(withheld)):
            return
    if not any(_hands_out(line, folder, uidvalidity, uid) for uid in others):
        raise InboxError(
            f"The IMAP server {line.settings.server.host} hands out no mail of the folder `{folder}` at "
            "present: if that lasts, whoever runs it must repair it."
        )


def _hands_out(line: Line, folder: str, uidvalidity: int, uid: int) -> bool:
    try:
        return bool(_fetched(line, folder, uidvalidity, (uid,))[0])
    except FolderChanged:
        raise
    except InboxError:
        return False


def _fetched(
    line: Line, folder: str, uidvalidity: int, uids: Sequence[int]
) -> tuple[list[RawMail], list[int]]:
    """See `searching.fetch`."""
    with line.inside(folder, uidvalidity) as client:
        return searching.fetch(client, folder, uids)
