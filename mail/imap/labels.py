"""The thank-you button: the star of mail programs, or a label of the owner's choice in its place.

Gmail's labels are searched for as they are named (its X-GM-EXT-1). Elsewhere a label is an IMAP keyword
(RFC 9051, 2.3.2), as Thunderbird names them after its tags: in lower case, with underscores for blanks, and
in modified UTF-7.
"""

import re
from typing import Any

from imapclient import IMAPClient, imap_utf7

_NOT_IN_KEYWORDS = re.compile(r"[ ()/{%*<>\\\"\]]")


def is_gmail(client: IMAPClient) -> bool:
    """Whether the server has Gmail's labels."""
    return bool(client.has_capability("X-GM-EXT-1"))


def criterion(client: IMAPClient, label: str) -> list[Any]:
    """What to search for: the star where no label is named."""
    if not label:
        return ["FLAGGED"]
    if is_gmail(client):
        return ["X-GM-LABELS", bytes(imap_utf7.encode(label))]
    return ["KEYWORD", keyword(label)]


def keyword(label: str) -> str:
    """The keyword behind a tag of this name."""
    encoded: bytes = imap_utf7.encode(_NOT_IN_KEYWORDS.sub("_", label))
    return encoded.decode("ascii").lower()
