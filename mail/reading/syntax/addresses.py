"""Addresses out of From, To and Cc: what lies in the angle brackets counts, never a display name.

`"maria@contract.example" <evil@x.example>` is evil@x.example, and a mailbox that names two addresses
without a comma names nobody: in doubt, quiet (RFC 5322, section 3.4; RFC 6854 for groups in From).
"""

import re
from functools import lru_cache

from relationship.domains import on_the_wire

LIST_CAP = 65_536  # characters of a header that are looked at
REMEMBERED = 500  # bytes: longer lists are read anew each time, so that what is remembered stays small
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*("?)')  # one that is never closed too, so that it is looked for once
_COMMENT = re.compile(r"\([^()]*\)")
_ANGLE = re.compile(r"<([^<>]*)>")
_SPLIT = re.compile(r"[,;]")
_GROUP = re.compile(r"^[^<>@]*:")
_PLAIN = re.compile(r"[^\s<>()\[\],;:\\\"@]+@(?:[^\s<>()\[\],;:\\\"@]+|\[[^\s\[\]]+\])")
# One mailbox as nearly all are written: `Jo Doe <jo@x.example>`, `"Doe, Jo" <jo@x.example>`, `jo@x.example`.
_ATOM = rb"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[-.0-9A-Z_a-z]+"
_USUAL = re.compile(rb'(?:"[^"\\]*"[ \t]*|[^"<>()@,;:\\]*)<(%b)>|(%b)' % (_ATOM, _ATOM))


def addresses_in(value: bytes) -> tuple[str, ...]:
    """The addresses of an address list, lower case, in order, without repetition.

    `value` is the unfolded raw header: its structure is read before any encoded word is decoded, so that
    a comma or an address inside an encoded name stays a name.
    """
    return _remembered(value) if len(value) < REMEMBERED else read_addresses(value)


@lru_cache(maxsize=16_384)
def _remembered(value: bytes) -> tuple[str, ...]:
    return read_addresses(value)


def read_addresses(value: bytes) -> tuple[str, ...]:
    """The same of a list that will hardly be seen again: it is not remembered."""
    usual = _USUAL.fullmatch(value)
    if usual:
        return (usual[usual.lastindex or 1].decode("ascii").lower().rstrip("."),)
    text = value[:LIST_CAP].decode("utf-8", "replace")
    if '"' in text:
        text = _hide_quoted(text)
    if "(" in text:
        text = without_comments(text)
    found = (_address(mailbox) for mailbox in _SPLIT.split(text))
    return tuple(dict.fromkeys(address for address in found if address))


def _hide_quoted(text: str) -> str:
    """Quoted names go; a quoted local part ("maria"@x) is kept without its quotes, a lone quote as it stands."""

    def replace(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0]
        local = text[match.end() : match.end() + 1] == "@"
        return match[0][1:-1] if local and _PLAIN.fullmatch(match[0][1:-1] + "@x") else " "

    return _QUOTED.sub(replace, text)


def without_comments(text: str) -> str:
    """The text without what stands in parentheses (RFC 5322, 3.2.2)."""
    for _ in range(5):  # comments nest (RFC 5322, 3.2.2), nobody's more than this
        text, count = _COMMENT.subn(" ", text)
        if not count:
            break
    return text


def _address(mailbox: str) -> str:
    """The one address of a mailbox, or "" where it has none, or more than one."""
    angles = _ANGLE.findall(mailbox)
    if len(angles) > 1:
        return ""
    if not angles and ":" in mailbox:
        mailbox = _GROUP.sub("", mailbox)
    inside = (angles[0].rpartition(":")[2] if angles else mailbox).strip()
    match = _PLAIN.fullmatch("".join(inside.split()) if angles else inside.removeprefix("mailto:"))
    address = match[0].lower().rstrip(".") if match else ""
    return address if address.isascii() else on_the_wire(address) or address


@lru_cache(maxsize=16_384)
def without_plus(address: str) -> str:
    """The address without its subaddress (RFC 5233): maria+jobs@x becomes maria@x."""
    local, at, domain = address.rpartition("@")
    head, plus, _ = local.partition("+")
    return head + at + domain if plus and head else address
