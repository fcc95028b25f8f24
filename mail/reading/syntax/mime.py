"""The parts of a body (RFC 2045, 2046), walked without recursion and with limits.

Bodies are hostile or cut off more often than they are right, so: at most `DEPTH` levels and `PARTS` parts,
a missing closing boundary ends a part at the end of the text, and nothing here raises.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from mail.reading.syntax.headers import Headers, decode_base64, decode_bytes, with_plain_line_ends

DEPTH = 20
PARTS = 200
REMEMBERED = 200  # characters: longer types are read anew each time
LINE_REST = 100  # bytes after a boundary in which its line must be over but for spaces
UNKNOWN = "application/octet-stream"
TEXT_CAP = 262_144  # bytes of one part that are decoded

_PARAM = re.compile(r';\s*([\w!#$&^.+*-]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;\s]*)')
_CHARSET_MARK = re.compile(r"^[\w.-]*'[\w-]*'")
_TYPE = re.compile(r"\s*([\w!#$&^.+-]+)/([\w!#$&^.+-]+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the MIME tree, or a report's attached message."""

    kind: str  # "text/plain", lower case
    params: dict[str, str]  # of Content-Type; names in lower case; of unknown types also the file's
    disposition: str  # "attachment", "inline", ""
    encoding: str  # Content-Transfer-Encoding, lower case
    body: bytes  # as sent, LF line ends
    cut: bool  # whether the text was cut off within this part

    @property
    def bytes(self) -> bytes:
        """The body without its transfer encoding, up to `TEXT_CAP` bytes of it."""
        body = self.body[:TEXT_CAP]
        if self.encoding == "quoted-printable" and self.is_cut and b"=" in body[-2:]:
            body = body[: body.rindex(b"=")]  # half a character's code
        return decode_transfer(body, self.encoding)

    @property
    def text(self) -> str:
        """The body as text."""
        return decode_bytes(self.bytes, self.params.get("charset", ""), self.is_cut).replace("\0", "")

    @property
    def is_cut(self) -> bool:
        """Whether the last character may be half there."""
        return self.cut or len(self.body) > TEXT_CAP


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The body without its transfer encoding (RFC 2045, 6.7 and 6.8), as far as it can be read."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    return decode_base64(body) if encoding == "base64" else body


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """Type and parameters of a Content-Type; text/plain where it says nothing sensible (RFC 2045, 5.2)."""
    return _remembered(value) if len(value) < REMEMBERED else _read(value)


@lru_cache(maxsize=1024)
def _remembered(value: str) -> tuple[str, dict[str, str]]:
    return _read(value)


def _read(value: str) -> tuple[str, dict[str, str]]:
    match = _TYPE.match(value)
    return (f"{match[1]}/{match[2]}".lower() if match else "text/plain"), parameters(value)


def parameters(value: str) -> dict[str, str]:
    """A header's parameters; those of RFC 2231 (`name*0*`) are put together and percent-decoded."""
    found: dict[str, str] = {}
    for name, raw in _PARAM.findall(value[:8192]):
        text = raw.strip('"')
        plain, star, rest = name.lower().partition("*")
        if rest.endswith("*") or (star and not rest):
            text = unquote(_CHARSET_MARK.sub("", text, count=1) if not found.get(plain) else text)
        found[plain] = found.get(plain, "") + text if star else text
    return found


def make_part(headers: Headers, body: bytes, cut: bool) -> Part:
    """A part out of its headers and body."""
    kind, params = content_type(headers.first(b"content-type"))
    if kind == UNKNOWN and "name" not in params:  # many programs say it in the disposition alone (RFC 2183)
        filename = parameters(headers.first(b"content-disposition")).get("filename", "")
        params = {**params, "name": filename}  # those of the same type in other mails are remembered
    disposition = _token(headers, b"content-disposition")
    return Part(kind, params, disposition, _token(headers, b"content-transfer-encoding"), body, cut)


def _token(headers: Headers, name: bytes) -> str:
    """The first word of a header in lower case; "" where it is missing."""
    if name not in headers:
        return ""
    words = headers.first(name).lower().replace(";", " ").split()
    return words[0] if words else ""


def leaves(headers: Headers, body: bytes, complete: bool) -> Iterator[Part]:
    """The leaves of a mail in order; attached messages are leaves of kind message/rfc822, not opened."""
    waiting: list[tuple[Part, int]] = [(make_part(headers, with_plain_line_ends(body), not complete), 0)]
    left = PARTS
    while waiting and left:
        part, depth = waiting.pop()
        left -= 1
        inner = split_multipart(part) if part.kind.startswith("multipart/") and depth < DEPTH else []
        if inner:
            waiting.extend((child, depth + 1) for child in reversed(inner))
        else:
            yield part


def split_multipart(part: Part) -> list[Part]:
    """The parts between a multipart's boundaries (RFC 2046, 5.1.1); none where it has no boundary."""
    boundary = part.params.get("boundary", "").rstrip().encode("utf-8", "replace")
    if not boundary:
        return []
    parts: list[Part] = []
    start = -1
    for at, end, last in _delimiters(part.body, b"--" + boundary):
        if start >= 0:
            parts.append(_child(part.body[start : max(start, at - 1)], False))
        start = -1 if last else end
        if last or len(parts) >= PARTS:
            break
    if start >= 0 and len(parts) < PARTS:
        parts.append(_child(part.body[start:], part.cut))
    return parts


def _delimiters(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each delimiter line starts and where the next line does, and whether it is the closing one."""
    line, first = b"\n" + mark, body.startswith(mark)
    at = 0 if first else body.find(line) + 1
    while first or at:  # each line is looked at once, however often the mark stands in it
        first = False
        line_end = body.find(b"\n", at)
        end = len(body) if line_end < 0 else line_end + 1
        rest = body[at + len(mark) : min(end, at + len(mark) + LINE_REST)].strip()
        if rest in (b"", b"--"):
            yield at, end, rest == b"--"
        at = body.find(line, end - 1) + 1


def _child(block: bytes, cut: bool) -> Part:
    header, body = split_head(block)
    return make_part(Headers(header), body, cut)


_BLANK = re.compile(rb"^\n|\n\n")


def split_head(block: bytes) -> tuple[bytes, bytes]:
    """Header block and body of a block with LF line ends; a block without a blank line is all header.

    Where the first line is no header field, the block is all body: a part may lack its headers.
    """
    blank = _BLANK.search(block)
    if blank:
        return block[: blank.start()], block[blank.end() :]
    first = block.partition(b"\n")[0]
    return (block, b"") if re.match(rb"[!-9;-~]+[ \t]*:", first) else (b"", block)
