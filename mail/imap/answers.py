"""The answers to a UID FETCH or UID SEARCH, read off the line one by one.

imaplib would read them too, and takes four times as long: it matches each line against all that a server may say.
Here each answer is handed on as it comes. What else the server says meanwhile (new mail, flags that changed) is
passed over: nobody asks before the folder is looked at again.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

Piece = bytes | tuple[bytes, bytes]
Answer = list[Piece]  # of one mail: its literals, each with the text before it, then the text that closes it


class Sort(Enum):
    """What is asked for, and by its look each answer tells what it is to."""

    UIDS = "SEARCH"
    FIRST_LOOK = "FETCH of a few header fields"
    MAILS = "FETCH"


_FETCH = re.compile(rb"\* (\d+ )FETCH ", re.IGNORECASE)
_SEARCH = re.compile(rb"\* SEARCH\b", re.IGNORECASE)
_LITERAL = re.compile(rb"\{(\d+)\+?\}\Z")


def sort_of(answer: Answer) -> Sort:
    """To which sort of question this is an answer."""
    text = answer[0] if isinstance(answer[0], bytes) else answer[0][0]
    if _SEARCH.match(text):
        return Sort.UIDS
    return Sort.FIRST_LOOK if b"[HEADER.FIELDS " in text.upper() else Sort.MAILS


def answers(imap: Any, tag: bytes, sort: Sort = Sort.MAILS) -> Iterator[Answer]:
    """All answers up to the end of the command that imaplib sent with this tag.

    Where several are under way, answers to the others may be among them, and the others may end first: a server may
    work on all of them at once (RFC 3501, 5.5), and Dovecot does.
    Some servers hand out all but the bad mails, and say NO: that is an end like any other. To a search it is none.
    """
    ends: dict[bytes, Any] = imap.tagged_commands
    while ends[tag] is None:
        line = _line(imap)
        mail = _FETCH.match(line)
        if mail:
            yield _to_its_end(imap, mail[1] + line[mail.end() :])
        elif _SEARCH.match(line):
            yield [line]
        elif (end := line.split(b" ", 2))[0] in ends:
            ends[end[0]] = end[1].decode("ascii", "replace").upper(), end[2:]
        elif line[:6].upper() == b"* BYE ":
            raise imap.abort(line[6:].decode("utf-8", "replace"))
        else:
            _to_its_end(imap, line)
    kind, said = ends.pop(tag)
    if kind == "BAD" or (kind == "NO" and sort is Sort.UIDS):
        raise imap.error(f"UID command error: {kind} {b' '.join(said).decode('utf-8', 'replace')}")


def _to_its_end(imap: Any, line: bytes) -> Answer:
    """A line, with the literals that it announces and the text after each."""
    answer: Answer = []
    while line.endswith(b"}") and (size := _LITERAL.search(line)):
        literal = imap.read(int(size[1]))
        if len(literal) < int(size[1]):
            raise imap.abort("socket error: EOF")
        answer.append((line, literal))
        line = _line(imap)
    answer.append(line)
    return answer


def _line(imap: Any) -> bytes:
    line: bytes = imap.readline()
    if not line.endswith(b"\r\n"):
        raise imap.abort("socket error: EOF" if not line else f"socket error: unterminated line: {line!r}")
    return line[:-2]
