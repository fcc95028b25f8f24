"""News: what the owner wants every active contractor to know, in the owner's own words."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news; it goes out only once the owner has confirmed the echo of it."""

    key: str  # Message-ID of the owner's mail
    at: datetime
    seen_at: datetime
    subject: str
    paragraphs: tuple[str, ...]  # emptied once it is done with: bodies are not kept
    confirmed_at: datetime | None = None
