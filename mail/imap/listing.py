"""Asking the server for its folders and how far they have grown, in one go where it can (RFC 5819)."""

import imaplib
import re
from collections.abc import Container, Iterable, Mapping

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.response_parser import parse_response

from mail.imap.folders import Folder, FolderState

INBOX = "INBOX"
_Items = dict[bytes, int]
_CODE = re.compile(r"\[([^\] ]+)")
_NOT_OURS = ("NOPERM", "NONEXISTENT", "CANNOT")  # RFC 5530


class NotOursError(imaplib.IMAP4.error):
    """A folder that is listed, and that we may not read: somebody else's, say."""


def listed(client: IMAPClient) -> list[Folder]:
    """All folders, with their special uses."""
    # A server need not tell special uses unless it is asked, and can be asked so only where it offers both.
    asked = client.has_capability("SPECIAL-USE") and client.has_capability("LIST-EXTENDED")
    return _list(client, "SPECIAL-USE" if asked else "")


def listed_with_states(client: IMAPClient) -> tuple[list[Folder], dict[str, FolderState]]:
    """All folders and their states, in one round trip; only where LIST-STATUS is offered."""
    leave(client)
    special = "SPECIAL-USE " if client.has_capability("SPECIAL-USE") else ""
    client._imap.untagged_responses.pop("STATUS", None)
    folders = _list(client, f"{special}STATUS {_items(client)}")
    return folders, _states(client._imap.untagged_responses.pop("STATUS", []))


def _list(client: IMAPClient, wanted: str) -> list[Folder]:
    arguments = ("RETURN", f"({wanted})") if wanted else ()
    typ, data = client._imap._simple_command("LIST", '""', '"*"', *arguments)
    client._checkok("LIST", typ, data)
    rows = client._proc_folder_list(client._imap._untagged_response(typ, data, "LIST")[1])
    return [_folder(*row) for row in rows]


def states(client: IMAPClient, names: Iterable[str], known: Container[str] = ()) -> dict[str, FolderState]:
    """The states of these folders, one round trip each; a folder that has gone, or is not ours to read, is left out.

    IMAPClientError where the server says no to one that it told of before (`known`), or says that it is ill: who takes
    that for an empty folder takes the answers in it for not given.
    """
    leave(client)
    found = (_state_of(client, name, known) for name in names)
    return {state.name: state for state in found if state is not None}


def examine(client: IMAPClient, folder: str) -> Mapping[bytes, int]:
    """Open a folder for reading only; IMAPClientError names the folder where the server says no."""
    try:
        answer: Mapping[bytes, int] = client.select_folder(folder, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        said = str(error).removeprefix("select failed: ")
        forbidden = folder != INBOX and "[NOPERM]" in said.upper()
        sort = NotOursError if forbidden else IMAPClientError
        raise sort(f"the folder `{folder}` cannot be opened: {said}") from None
    return answer


def leave(client: IMAPClient) -> None:
    """Leave the open folder: of that one, Dovecot tells the state that it had when it was last looked at.

    RFC 3501, 6.3.10: STATUS should not be used on the selected mailbox. Where neither UNSELECT (RFC 3691) nor
    CLOSE will do, NOOP makes the server look.
    """
    if client._imap.state != "SELECTED":
        return
    if client.has_capability("UNSELECT"):
        client.unselect_folder()
    elif not _close(client):
        client.noop()


def _close(client: IMAPClient) -> bool:
    """CLOSE, which expunges after SELECT and not after EXAMINE; False where the server refuses it (pymap does)."""
    if not client._imap.is_readonly:
        return False
    try:
        client.close_folder()
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return False
    return True


def _state_of(client: IMAPClient, name: str, known: Container[str]) -> FolderState | None:
    imap = client._imap
    imap.untagged_responses.pop("STATUS", None)
    typ, data = imap.status(client._normalise_folder(name), _items(client))
    if typ == "NO":
        if _fails(data, name, known) and client.folder_exists(name):
            raise IMAPClientError(f"the folder `{name}` cannot be looked at: {_said(data[0])}")
        return None
    client._checkok("status", typ, data)
    items = parse_response(data)[-1]
    return _state(name, items)


def _fails(answer: list[bytes], name: str, known: Container[str]) -> bool:
    """Whether a "no" tells that the server is ill, and not what our rights are (RFC 5530)."""
    if name == INBOX:  # everybody has one, and may read it
        return True
    code = _CODE.search(_said(answer[0]))
    return code[1].upper() not in _NOT_OURS if code else name in known


def _said(answer: bytes | None) -> str:
    return (answer or b"").decode("utf-8", "replace")


def _items(client: IMAPClient) -> str:
    modseq = " HIGHESTMODSEQ" if client.has_capability("CONDSTORE") else ""
    return f"(UIDVALIDITY UIDNEXT{modseq})"


def _states(answers: list[bytes]) -> dict[str, FolderState]:
    parsed = parse_response([answer for answer in answers if answer is not None])
    pairs = zip(parsed[::2], parsed[1::2], strict=True)
    found = [_state(_name(name), items) for name, items in pairs]
    return {state.name: state for state in found if state is not None}


def _state(name: str, items: object) -> FolderState | None:
    """None where the server keeps no UIDs for the folder."""
    if not isinstance(items, tuple):
        return None
    values: _Items = {bytes(key).upper(): value for key, value in zip(items[::2], items[1::2], strict=True)}
    if b"UIDVALIDITY" not in values or b"UIDNEXT" not in values:
        return None
    return FolderState(name, values[b"UIDVALIDITY"], values[b"UIDNEXT"], values.get(b"HIGHESTMODSEQ", 0))


def _folder(attributes: tuple[bytes, ...], delimiter: bytes | None, name: object) -> Folder:
    lower = frozenset(attribute.decode("ascii", "replace").lower() for attribute in attributes)
    return Folder(_name(name), (delimiter or b"").decode(), lower)


def _name(name: object) -> str:
    """A folder's name: modified UTF-7, or read as a number by IMAPClient."""
    return name if isinstance(name, str) else str(decode_utf7(name)) if isinstance(name, bytes) else str(name)
