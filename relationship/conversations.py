"""Conversations: which messages belong together (JWZ; to be filled)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Threadable:
    """What threading needs to know of a message."""

    key: str
    message_id: str
    parents: tuple[str, ...]  # References, then In-Reply-To, oldest first
    hints: tuple[str, ...]
    subject: str
    at: datetime
    parties: frozenset[str] = field(default=frozenset())  # addresses in From, To, Cc


def thread(messages: Iterable[Threadable]) -> Mapping[str, str]:
    """Conversation of each message by key; a conversation is named by its earliest member's key."""
    raise NotImplementedError


def base_subject(subject: str) -> str:
    """The subject without "Re:", "Fwd:", "AW:" and list tags."""
    raise NotImplementedError
