"""Whether our own server marked a mail as failing DMARC (RFC 8601; RFC 7489).

Anyone can write an Authentication-Results header. Only the one that our own server put counts: the topmost
with its authserv-id, or the topmost of all where the server gives none (Microsoft 365).
"""

import re

from mail.reading.addresses import without_comments
from mail.reading.headers import Headers

_QUOTED = re.compile(rb'"[^"]*"')
_DMARC = re.compile(r"(?:^|[;\s])dmarc\s*=", re.IGNORECASE)
_DMARC_FAIL = re.compile(r"(?:^|[;\s])dmarc\s*=\s*fail\b", re.IGNORECASE)
TOPMOST = "topmost"


def is_authentic(headers: Headers, trust: str) -> bool:
    """False only for an explicit DMARC failure by the server that `trust` names; "" trusts nobody.

    A server may write several headers (OpenDKIM's above OpenDMARC's): of its own, the topmost with a DMARC result
    counts.
    """
    if not trust or trust == "none":
        return True
    values = headers.raw(b"authentication-results")
    texts = [without_comments(_QUOTED.sub(b'""', value).decode("utf-8", "replace")) for value in values]
    ours = authserv_id(texts[0]) if trust == TOPMOST and texts else trust.lower()
    results = (text for text in texts if authserv_id(text) == ours and _DMARC.search(text))
    return not _DMARC_FAIL.search(next(results, ""))


def authserv_id(text: str) -> str:
    """The id that a header's text (without comments) begins with; a version may follow it."""
    head = text.partition(";")[0].split()
    return head[0].lower() if head and "=" not in head[0] else ""
