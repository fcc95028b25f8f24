"""A mail's headers and parts, each read when it is asked for and none able to raise.

Real mail breaks every rule there is, so every access is guarded by itself: what cannot be read becomes its
default, and its name is kept in `broken`, for whoever wants to be careful with such mail.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Generic, TypeVar, cast

from mail.raw import RawMail
from mail.reading.syntax.addresses import addresses_in
from mail.reading.syntax.dates import parse_date
from mail.reading.syntax.headers import SUBJECT_CAP, Headers, decode_base64, decode_value
from mail.reading.syntax.html_text import html_to_text
from mail.reading.syntax.mime import Part, content_type, leaves

BODY_CAP = 1_048_576  # bytes of a body that are looked at
PARENTS_CAP = 200
REPLIED_CAP = 4_096  # bytes of In-Reply-To that are looked at
ID_CAP = 998  # bytes of a message id without brackets: the longest line of RFC 5322, 2.1.1
OPENING_CAP = 8_192  # characters of the text that rules look at

T = TypeVar("T")
_ID = re.compile(rb"<([^<>]{1,998})>")
_BARE_ID = re.compile(rb"[^\s<>@]+@[^\s<>@]+")
_POSSESSIVE = re.compile(rb"<[^<>]{1,998}>(?='s)")  # "<jo@x.example>'s message of ..."
_SPACE = re.compile(rb"\s+")
_USUAL_ID = re.compile(rb"<([^<>\s]{1,998})>")


class _Lazy(Generic[T]):
    """A property worked out once; where the mail is too broken for it, a default."""

    def __init__(self, method: "Callable[[Mail], T]", default: object) -> None:
        self._method, self._default, self._name = method, default, method.__name__
        self.__doc__ = method.__doc__

    def __get__(self, mail: "Mail", owner: type) -> T:
        try:
            value = self._method(mail)
        except Exception:
            mail.broken.append(self._name)
            value = cast(T, self._default)
        mail.__dict__[self._name] = value  # found there from now on
        return value


def _lazy(default: object) -> "Callable[[Callable[[Mail], T]], _Lazy[T]]":
    return lambda method: _Lazy(method, default)


class Mail:
    """One mail, read as far as it is asked for."""

    def __init__(self, raw: RawMail) -> None:
        self.raw = raw
        self.headers = Headers(raw.header)
        self.broken: list[str] = []  # what could not be read

    @_lazy("")
    def message_id(self) -> str:
        """The Message-ID without brackets; "" where it has none. Of several the first counts."""
        value = self.headers.raw_first(b"message-id")
        ids = ids_in(value)
        if ids:
            return ids[0]
        bare = _BARE_ID.search(value[:ID_CAP])
        return bare[0].decode("utf-8", "replace") if bare else ""

    @_lazy(())
    def parents(self) -> tuple[str, ...]:
        """References, then In-Reply-To: ids without brackets, oldest first, without the mail's own."""
        found = [one for value in self.headers.raw(b"references") for one in ids_in(value)]
        replied = self.replied_to
        if replied and replied not in found:
            found.append(replied)
        if not found:
            return ()
        no_parents = {self.message_id, *self.from_, *self.to, *self.cc}  # some programs refer to people
        return tuple(dict.fromkeys([one for one in found[-PARENTS_CAP:] if one not in no_parents]))

    @_lazy("")
    def replied_to(self) -> str:
        """The id in In-Reply-To, which may stand among prose ("Message from Jo <jo@x.example> of ...")."""
        value = self.headers.raw_first(b"in-reply-to")[:REPLIED_CAP]
        ids = ids_in(value)
        if len(ids) > 1 or (ids and (b">'s" in value or not value.startswith(b"<"))):
            people = set(self.from_ + self.to + self.cc)
            writers = set(ids_in(b"".join(_POSSESSIVE.findall(value))))
            ids = [one for one in ids if one.lower() not in people and one not in writers]
        return ids[0] if ids else ""

    @_lazy("")
    def subject(self) -> str:
        """The subject, decoded, one line."""
        return self.headers.first(b"subject")[:SUBJECT_CAP]

    @_lazy(())
    def from_(self) -> tuple[str, ...]:
        """Addresses in From (there may be several: RFC 5322, 3.6.2)."""
        return self._addresses(b"from")

    @_lazy(())
    def sender(self) -> tuple[str, ...]:
        """Addresses in Sender."""
        return self._addresses(b"sender")

    @_lazy(())
    def to(self) -> tuple[str, ...]:
        """Addresses in To."""
        return self._addresses(b"to")

    @_lazy(())
    def cc(self) -> tuple[str, ...]:
        """Addresses in Cc."""
        return self._addresses(b"cc")

    @_lazy(())
    def reply_to(self) -> tuple[str, ...]:
        """Addresses in Reply-To."""
        return self._addresses(b"reply-to")

    def _addresses(self, name: bytes) -> tuple[str, ...]:
        values = self.headers.raw(name)
        if len(values) == 1:
            return addresses_in(values[0])
        return tuple(dict.fromkeys(one for value in values for one in addresses_in(value)))

    @_lazy(None)
    def dated(self) -> datetime | None:
        """The Date header, aware UTC; None where it is missing or absurd."""
        return parse_date(self.headers.raw_first(b"date"))

    @_lazy(None)
    def received(self) -> datetime | None:
        """The time of the topmost Received (RFC 5321, 4.4), aware UTC."""
        return parse_date(self.headers.raw_first(b"received").rpartition(b";")[2])

    @_lazy(())
    def hints(self) -> tuple[str, ...]:
        """Provider thread ids: what the server gave, and the root of Outlook's Thread-Index."""
        root = thread_index_root(self.headers.raw_first(b"thread-index"))
        return (*self.raw.hints, f"thread-index:{root}") if root else self.raw.hints

    @_lazy(())
    def parts(self) -> tuple[Part, ...]:
        """The leaves of the MIME tree."""
        complete = self.raw.complete and len(self.raw.text) <= BODY_CAP
        return tuple(leaves(self.headers, self.raw.text[:BODY_CAP], complete))

    @_lazy("text/plain")
    def content_type(self) -> str:
        """The type of the whole, lower case, without parameters."""
        return content_type(self.headers.first(b"content-type"))[0]

    @_lazy("")
    def plain_text(self) -> str:
        """The plain text that its writer meant to be read: the first such part; "" where there is none."""
        return next((text for text in self._texts("text/plain") if text.strip()), "")

    @_lazy("")
    def html(self) -> str:
        """The first HTML part's source."""
        return next((text for text in self._texts("text/html") if text.strip()), "")

    def _texts(self, kind: str) -> Iterator[str]:
        return (part.text for part in self.parts if part.kind == kind and part.disposition != "attachment")

    @_lazy("")
    def text(self) -> str:
        """What was written, as plain text: the plain part, or the HTML without what it marks as quoted."""
        return self.plain_text or html_to_text(self.html)

    @_lazy("")
    def opening(self) -> str:
        """The beginning of the body with all that it quotes, for rules that look at the content."""
        return (self.plain_text or html_to_text(self.html, with_quotes=True))[:OPENING_CAP]


_last: Mail | None = None


def parse(raw: RawMail) -> Mail:
    """A mail to ask things of; it never raises, whatever the bytes are.

    The mail that was parsed last is the same again: whether more of it is wanted, and what it says, is asked
    one after the other.
    """
    global _last
    if _last is None or _last.raw is not raw:
        _last = Mail(raw)
    return _last


def ids_in(value: bytes) -> list[str]:
    """The message ids of a raw, unfolded value (RFC 5322, 3.6.4); spaces inside the brackets are folding."""
    if b"=?" in value and b"<" not in value:
        value = _decoded(value)
    usual = _USUAL_ID.findall(value)
    if len(usual) == value.count(b"<"):
        return [one.decode("utf-8", "replace") for one in usual]
    found = (_SPACE.sub(b"", one).decode("utf-8", "replace") for one in _ID.findall(value))
    return [one for one in found if one]


def _decoded(value: bytes) -> bytes:
    return decode_value(value).encode()


def thread_index_root(value: bytes) -> str:
    """The first 22 bytes of a Thread-Index, which a conversation shares ([MS-OXOMSG] 2.2.1.3), in hex."""
    if not value:
        return ""
    index = decode_base64(value)
    return index[:22].hex() if len(index) >= 22 else ""
