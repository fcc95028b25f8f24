"""The server's answer to a FETCH, taken apart.

IMAPClient's own parser understands every answer that the grammar allows, and takes most of a first sync's time.
The usual shape needs no parser: the text between the literals holds UID, FLAGS and INTERNALDATE, and names each
literal at its end. Whatever looks otherwise goes to IMAPClient after all.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from imapclient.response_parser import parse_fetch_response

from mail.imap.answers import Answer
from mail.raw import RawMail

TEXT_CAP = 2048  # bytes of the body that are fetched with each mail
ITEMS = f"(INTERNALDATE FLAGS BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{TEXT_CAP}>)"
ITEMS_GMAIL = ITEMS.replace("FLAGS", "FLAGS X-GM-THRID")

# A mail whose time the server cannot say is taken for an ancient one: nobody acts on it.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

# What tells whether a mail is worth fetching: who wrote it to whom, and whether a machine may have.
FIRST_FIELDS = (
    "FROM SENDER TO CC REPLY-TO SUBJECT IN-REPLY-TO CONTENT-TYPE CONTENT-CLASS RETURN-PATH X-FAILED-RECIPIENTS "
    "LIST-ID X-ORIGINAL-FROM X-ORIGINAL-SENDER"
)
FIRST_LOOK = f"(INTERNALDATE BODY.PEEK[HEADER.FIELDS ({FIRST_FIELDS})])"

_UID = re.compile(rb"\bUID (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]*)"')
_THREAD = re.compile(rb"\bX-GM-THRID (\d+)")
_LITERAL = re.compile(rb"BODY\[(HEADER|TEXT)\](?:<0(?:\.\d+)?>)? \{\d+\+?\}$")
_EMPTY = re.compile(rb'BODY\[(?:HEADER\] ""|TEXT\](?:<0(?:\.\d+)?>)? (?:""|NIL))')
_MONTHS = {
    month: number
    for number, month in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}


def mails(folder: str, answers: Iterable[Answer], cap: int = TEXT_CAP) -> Iterator[RawMail]:
    """The mails in the answers to a FETCH.

    Answers that are no whole mail are passed over: flags that changed meanwhile, and mails without even a
    header, as Dovecot answers for what was deleted meanwhile (NIL, with a date of 1970). What a server says of one
    mail in several answers is put together.
    """
    odd: list[Answer] = []
    for answer in answers:
        mail = _quick(folder, answer, cap)
        if mail is not None:
            yield mail
        elif _UID.search(_between(answer).upper()):
            odd.append(answer)
    yield from _thorough(folder, odd, cap)


def literals(answers: Iterable[Answer]) -> Iterator[tuple[int, bytes]]:
    """UID and value of the one item that was asked for, for each mail in the answers to a FETCH.

    Answers without it are passed over: they tell of flags that changed meanwhile.
    """
    for answer in answers:
        text = _between(answer).upper()
        uid = _UID.search(text)
        if uid and b"BODY[" in text:
            yield int(uid[1]), b"".join(piece[1] for piece in answer if isinstance(piece, tuple))


def uids(answers: Iterable[Answer]) -> list[int]:
    """The UIDs in the answers to a SEARCH, rising; ValueError where one is none."""
    lines = (line for answer in answers for line in answer if isinstance(line, bytes))
    return sorted({int(uid) for line in lines for uid in line.split()[2:]})


def first_looks(folder: str, answers: Iterable[Answer]) -> Iterator[RawMail]:
    """The mails in the answer to FIRST_LOOK, with these few header fields and no text.

    What has another shape is left out, and so fetched whole.
    """
    for answer in answers:
        if len(answer) == 2 and isinstance(answer[0], tuple) and isinstance(answer[1], bytes):
            text, header = answer[0][0] + answer[1], answer[0][1]
            uid, date = _UID.search(text), _DATE.search(text)
            if uid and date:
                at = internal_date(date[1])
                yield RawMail(folder, int(uid[1]), at, frozenset(), header, b"", False, passed_over=True)


def internal_date(text: bytes) -> datetime:
    """Read `17-Jul-1996 02:44:25 -0700` (RFC 3501, section 9) as aware UTC."""
    try:
        seconds = 3600 * int(text[12:14]) + 60 * int(text[15:17]) + int(text[18:20])
        return _midnight(text[:11], text[21:26]) + timedelta(seconds=seconds)
    except (ValueError, KeyError):
        return NO_TIME


@lru_cache(maxsize=64)  # mails lie in a folder about as they came, a day's together
def _midnight(day: bytes, zone: bytes) -> datetime:
    """When `17-Jul-1996` begins in the zone `-0700`."""
    local = datetime(int(day[7:11]), _MONTHS[day[3:6].title()], int(day[0:2]), tzinfo=UTC)
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return local + offset if zone[:1] == b"-" else local - offset


def _quick(folder: str, answer: Answer, cap: int) -> RawMail | None:
    """The usual shape; None where it is another one."""
    between = b""
    found: dict[bytes, bytes] = {}
    for piece in answer:
        if not isinstance(piece, tuple):
            between += piece
            continue
        name = _LITERAL.search(piece[0])
        if not name:
            return None
        found[name[1]] = piece[1]
        between += piece[0]
    uid, flags, date = _UID.search(between), _FLAGS.search(between), _DATE.search(between)
    if not (uid and flags and date) or len(found) + len(_EMPTY.findall(between)) != 2:
        return None
    header, text = found.get(b"HEADER", b""), found.get(b"TEXT", b"")
    at, thread = internal_date(date[1]), _THREAD.search(between)
    hints = (f"gmail:{thread[1].decode()}",) if thread else ()
    return RawMail(folder, int(uid[1]), at, _flags(flags[1]), header, text, len(text) < cap, hints)


def _thorough(folder: str, answers: list[Answer], cap: int) -> Iterator[RawMail]:
    """Any shape, through IMAPClient's parser; what is not a whole mail is left out."""
    pieces = [piece for answer in answers for piece in answer]
    for uid, items in parse_fetch_response(pieces, normalise_times=False).items():
        header, text = _bytes(items, b"BODY[HEADER]"), _bytes(items, b"BODY[TEXT]<0>", b"BODY[TEXT]")
        if header is None or text is None or items[b"BODY[HEADER]"] is None:
            continue
        at = items.get(b"INTERNALDATE")
        at = at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else NO_TIME
        flags = _flags(b" ".join(flag for flag in items.get(b"FLAGS", ()) if isinstance(flag, bytes)))
        hints = (f"gmail:{items[b'X-GM-THRID']}",) if b"X-GM-THRID" in items else ()
        yield RawMail(folder, uid, at, flags, header, text, len(text) < cap, hints)


def _between(answer: Answer) -> bytes:
    """An answer without its literals."""
    return b"".join(piece[0] if isinstance(piece, tuple) else piece for piece in answer)


def _bytes(items: dict[bytes, object], *names: bytes) -> bytes | None:
    """The first of these items that is there; NIL is an empty text, a text of digits was read as a number."""
    for name in names:
        if name in items:
            value = items[name]
            return value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
    return None


@lru_cache(maxsize=1024)
def _flags(text: bytes) -> frozenset[str]:
    return frozenset(text.decode("ascii", "replace").split())
