"""Whether our own server marked a mail as failing DMARC (RFC 8601; RFC 7489).

Anyone can write an Authentication-Results header. Only the one that our own server put counts: the topmost
with its authserv-id, or the topmost of all where the server gives none (Microsoft 365).

A server judges one address in From. Of a mail that names several there, or none, its word counts only for the one that
it says it judged: what passes as eve@evil.example is no mail of the owner's, whose address stands beside it.
"""

import re

from mail.reading.syntax.headers import Headers

_DMARC = re.compile(r"(?:^|[;\s])dmarc(?:\s*/\s*\d+)?\s*=\s*(\w*)([^;]*)", re.IGNORECASE)
_JUDGED = re.compile(r"\bheader\.from\s*=\s*(?:[^\s;@]{0,64}@)?([^\s;@]+)", re.IGNORECASE)
_MARKS = re.compile(r'\\.|["()]')
TOPMOST = "topmost"


def is_authentic(headers: Headers, trust: str, claimed: tuple[str, ...] = ()) -> bool:
    """False for an explicit DMARC failure by the server that `trust` names; "" trusts nobody.

    A server may write several headers (OpenDKIM's above OpenDMARC's): of its own, the topmost with a DMARC result
    counts. `claimed`, where there are any, are addresses of which one has to be what was judged.
    """
    if not trust or trust == "none":
        return True
    texts = [_bare(value.decode("utf-8", "replace")) for value in headers.raw(b"authentication-results")]
    ours = authserv_id(texts[0]) if trust == TOPMOST and texts else trust.lower()
    results = (_DMARC.findall(text) for text in texts if authserv_id(text) == ours)
    found = next(filter(None, results), [])
    if any(result.lower() == "fail" for result, _ in found):
        return False
    return not claimed or _is_about(" ".join(rest for _, rest in found), claimed)


def _is_about(result: str, claimed: tuple[str, ...]) -> bool:
    """Whether the domain that was judged is that of one of these addresses."""
    judged = {domain.lower().strip(".") for domain in _JUDGED.findall(result)}
    return not judged.isdisjoint(address.rpartition("@")[2] for address in claimed)


def authserv_id(text: str) -> str:
    """The id that a header's text (without comments) begins with; a version may follow it."""
    head = text.partition(";")[0].split()
    return head[0].lower() if head and "=" not in head[0] else ""


def _bare(text: str) -> str:
    """The text without its comments, and without what stands in quotes (RFC 5322, 3.2.1 to 3.2.4).

    Senders choose some of it, such as the address in smtp.mailfrom: a quote inside a comment begins nothing, nor does
    one behind a backslash, and what is never closed hides nothing.
    """
    kept: list[str] = []
    at, depth, quoted = 0, 0, False
    for mark in _MARKS.finditer(text):
        inside = bool(depth or quoted)
        if mark[0] == '"' and not depth:
            quoted = not quoted
        elif mark[0] == "(" and not quoted:
            depth += 1
        elif mark[0] == ")" and depth:
            depth -= 1
        if inside != bool(depth or quoted):
            kept.append(" " if inside else text[at : mark.start()])
            at = mark.end()
    return text if depth or quoted else "".join(kept) + text[at:]
