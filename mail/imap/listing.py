"""Asking the server for its folders and how far they have grown, in one go where it can (RFC 5819)."""

import imaplib
import logging
import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.response_parser import parse_response

from mail.imap.folders import NO_SELECT, Folder, FolderState

log = logging.getLogger(__name__)

INBOX = "INBOX"
_Items = dict[bytes, int]
_CODE = re.compile(r"\[([^\] ]+)")
_NOT_OURS = ("NOPERM", "NONEXISTENT", "CANNOT")  # RFC 5530
_DENIED = re.compile(r"permission denied|access (?:is )?denied", re.IGNORECASE)


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
    answers = client._imap._untagged_response(typ, data, "LIST")[1]
    told = parse_response([answer for answer in answers if answer])
    # Behind a name more may be told of the folder, in brackets (RFC 5258, section 6); attributes open the next one.
    told = [one for one, after in zip(told, [*told[1:], ()], strict=True) if not _are_lists(one, after)]
    return [_folder(*row) for row in zip(told[::3], told[1::3], told[2::3], strict=True)]


def _are_lists(*told: object) -> bool:
    return all(isinstance(one, tuple) for one in told)


def states(client: IMAPClient, names: Iterable[str], known: Container[str] = ()) -> dict[str, FolderState]:
    """The states of these folders, one round trip each; a folder that has gone, or is not ours to read, is left out.

    IMAPClientError where the server says no to one that it told of before (`known`), or says that it is ill, or tells
    nothing: who takes that for an empty folder takes the answers in it for not given.
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
        sort = NotOursError if folder != INBOX and _says_not_ours(said) else IMAPClientError
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
    told = parse_response(data)
    state = _state(name, told[-1]) if told else None
    if state is None and (name == INBOX or name in known):
        raise IMAPClientError(
            f"it does not tell how far the folder `{name}` has grown (UIDVALIDITY and UIDNEXT)"
        )
    return state


def _fails(answer: list[bytes], name: str, known: Container[str]) -> bool:
    """Whether a "no" tells that the server is ill, and not what our rights are (RFC 5530)."""
    if name == INBOX:  # everybody has one, and may read it
        return True
    code = _code(_said(answer[0]))
    return code not in _NOT_OURS if code else name in known


def _says_not_ours(said: str) -> bool:
    """Cyrus names no code. It tells the state of a folder, besides, that we may see and not open."""
    code = _code(said)
    return code in _NOT_OURS if code else bool(_DENIED.search(said))


def _code(said: str) -> str:
    """The response code in a server's words; "" for none."""
    code = _CODE.search(said)
    return code[1].upper() if code else ""


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
    told = zip(items[::2], items[1::2], strict=True)
    values: _Items = {bytes(key).upper(): value for key, value in told if isinstance(value, int)}
    if b"UIDVALIDITY" not in values or b"UIDNEXT" not in values:
        return None
    return FolderState(name, values[b"UIDVALIDITY"], values[b"UIDNEXT"], values.get(b"HIGHESTMODSEQ", 0))


def _folder(attributes: tuple[bytes, ...], delimiter: bytes | None, name: object) -> Folder:
    lower = {attribute.decode("ascii", "replace").lower() for attribute in attributes}
    if isinstance(name, bytes) and _understood(name) is None:
        lower.add(NO_SELECT)
    return Folder(_name(name), (delimiter or b"").decode(), frozenset(lower))


def _name(name: object) -> str:
    """A folder's name; one of digits was read as a number by IMAPClient.

    INBOX is the one name without a case (RFC 3501, 5.1): Yahoo lists it as "Inbox".
    """
    if not isinstance(name, bytes):
        return str(name)
    if name.upper() == INBOX.encode():
        return INBOX
    understood = _understood(name)
    return name.decode("ascii", "backslashreplace") if understood is None else understood


@lru_cache(maxsize=4096)  # the same ones at each look: a name is complained of once
def _understood(name: bytes) -> str | None:
    """Modified UTF-7, or plain UTF-8; None for neither (a lone "&", half an emoji, say), which nobody can open."""
    try:
        found = str(decode_utf7(name)) if name.isascii() else name.decode("utf-8")
        found.encode()
    except UnicodeError:
        told = name.decode("ascii", "backslashreplace")
        log.warning(
            "The folder “%s” cannot be read, as its name is not encoded as IMAP wants it: rename it.", told
        )
        return None
    return found
