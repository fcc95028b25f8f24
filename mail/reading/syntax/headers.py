"""Headers from raw bytes: found by pattern in one pass, decoded only when they are asked for.

The standard library's parser costs 20 to 300 microseconds a header block and raises on some real mail;
this never raises and reads a block of 5 KB in a few microseconds (RFC 5322, section 2.2; RFC 2047).
"""

import binascii
import re
from functools import lru_cache

HEADER_CAP = 262_144  # bytes: a longer block is read up to here
VALUE_CAP = 65_536  # bytes of one header's value
SUBJECT_CAP = 998  # characters kept of a subject: the longest line of RFC 5322, 2.1.1

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?[^?\s]{1,60}\?[bBqQ]\?)")
_SPACES = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_UNSAFE_CODECS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
# Names that Python lacks, and sets whose name mail programs give to text of a larger one.
_OTHER_NAMES = {
    "ansi_x3.110-1983": "latin-1",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "x-sjis": "cp932",
    "iso-8859-1": "cp1252",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "cp-1251": "cp1251",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
}
# Text under these names that is UTF-8 is UTF-8: in them it would be rows of accents and signs.
_WESTERN = frozenset(["iso-8859-15", "latin-1", "latin1", "windows-1252", "cp1252"])
_LONGEST = 4  # bytes of a character, in all that mail is written in


class Headers:
    """A header block; names are looked up without regard to case."""

    __slots__ = ("fields",)

    def __init__(self, block: bytes) -> None:
        fields: dict[bytes, list[bytes]] = {}
        for name, value in _FIELD.findall(with_plain_line_ends(block)[:HEADER_CAP]):
            name = name.lower()
            if name in fields:
                fields[name].append(value)
            else:
                fields[name] = [value]
        self.fields = fields  # names in lower case; values topmost first, as sent

    def raw(self, name: bytes) -> list[bytes]:
        """All values of a header (its name in lower case), topmost first, unfolded, not decoded."""
        return [unfold(value) for value in self.fields.get(name, ())]

    def raw_first(self, name: bytes) -> bytes:
        """The topmost value, unfolded, not decoded; empty where there is none."""
        values = self.fields.get(name)
        return unfold(values[0]) if values else b""

    def first(self, name: bytes) -> str:
        """The topmost value as text on one line; empty where there is none."""
        values = self.fields.get(name)
        return decode_value(unfold(values[0])) if values else ""

    def __contains__(self, name: bytes) -> bool:
        return name in self.fields


def with_plain_line_ends(block: bytes) -> bytes:
    """The bytes with LF alone as line end, whatever mixture of CRLF, CR CR LF and bare CR they had."""
    if b"\r" not in block:
        return block
    if block.count(b"\r") == block.count(b"\r\n"):
        return block.replace(b"\r", b"")  # many times as fast as looking for both
    block = block.replace(b"\r\n", b"\n")
    return block.replace(b"\r", b"") if b"\r\n" in block else block.replace(b"\r", b"\n")


def unfold(value: bytes) -> bytes:
    """One line of a folded value (RFC 5322, 2.2.3); NUL bytes are dropped."""
    if b"\n" in value:
        value = value.replace(b"\n", b"")
    if b"\0" in value:
        value = value.replace(b"\0", b"")
    return value.strip()[:VALUE_CAP]


def decode_value(value: bytes) -> str:
    """A header's value as text on one line: encoded words (RFC 2047), raw UTF-8 (RFC 6532) or raw 8-bit."""
    text = value.decode("ascii") if value.isascii() else decode_bytes(value, "utf-8")
    if "=?" in text:
        text = decode_words(text)
    if "  " not in text and text.isprintable():
        return text.strip()
    return _SPACES.sub(" ", _CONTROLS.sub(" ", text)).strip()


def decode_words(text: str) -> str:
    """Text with its encoded words decoded; a character cut in two by neighbouring words is made whole."""
    text = _BETWEEN_WORDS.sub(r"\1\2", text)
    out: list[str] = []
    held, held_charset, end = b"", "", 0
    for word in _WORD.finditer(text):
        charset = word[1].partition("*")[0].lower()
        if held and (word.start() != end or charset != held_charset):
            out.append(decode_bytes(held, held_charset))
            held = b""
        out.append(text[end : word.start()])
        held, held_charset, end = held + _word_bytes(word[2], word[3]), charset, word.end()
    out.append(decode_bytes(held, held_charset))
    out.append(text[end:])
    return "".join(out)


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    return decode_base64(raw)


def decode_base64(raw: bytes) -> bytes:
    """Base64 (RFC 2045, 6.8) as far as it can be read: foreign bytes are skipped, a cut-off end goes."""
    kept = _NOT_BASE64.sub(b"", raw).partition(b"=")[0]
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")


@lru_cache(maxsize=256)
def codec_for(charset: str) -> str:
    """A text codec of Python's for a charset's name; "" where there is none that is safe to use."""
    name = _OTHER_NAMES.get(charset, charset)
    if len(name) > 60 or not name.isascii():
        return ""
    try:
        "".encode(name)  # LookupError also for codecs that are not text, such as "base64"
        b"".decode(name)
    except (LookupError, ValueError):
        return ""
    normal = name.replace("-", "_")
    return "" if normal in _UNSAFE_CODECS else name


def decode_bytes(raw: bytes, charset: str, cut: bool = False) -> str:
    """Text from bytes that claim a charset; where the claim is wrong, UTF-8 is tried, then Windows-1252.

    Where they were `cut` off in the middle of a character, that one goes. What is none of these, as most of it is
    no ASCII, is made unreadable: taken for Windows-1252 it would be full of signs, the question mark among them.
    """
    if raw.isascii() and charset in ("", "us-ascii", "ascii", "utf-8", "iso-8859-1"):
        return raw.decode("ascii")
    claimed = codec_for(charset.strip().strip("\"'").lower())
    for name in ("utf-8", claimed) if claimed in _WESTERN else (claimed, "utf-8"):
        try:
            if name:
                return raw.decode(name)
        except UnicodeDecodeError as error:
            if cut and len(raw) - error.start < _LONGEST:
                return raw[: error.start].decode(name, "replace")
        except ValueError:
            continue
    return _in_spite(raw, claimed)


def _in_spite(raw: bytes, claimed: str) -> str:
    """Text that no charset fits: one with few characters of a larger set, or of single bytes."""
    if claimed and not claimed.startswith("utf") and claimed not in ("ascii", "us-ascii"):
        text = raw.decode(claimed, "replace")
        if text.count("\ufffd") * 20 < len(text):
            return text
    foreign = sum(byte > 127 for byte in raw[:2048])
    return raw.decode("ascii" if foreign * 2 > len(raw[:2048]) else "cp1252", "replace")
