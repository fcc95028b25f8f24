"""A mail as the server hands it over, before anything is understood."""

from dataclasses import field
from datetime import datetime

from relationship.values import value


@value
class RawMail:
    """Bytes and the server's own facts about them."""

    folder: str
    uid: int
    internal_date: datetime  # aware UTC
    flags: frozenset[str]
    header: bytes  # the whole header block, as sent
    text: bytes  # the body, cut off after a cap
    complete: bool  # False where `text` was cut off
    hints: tuple[str, ...] = field(default=())  # "gmail:<X-GM-THRID>"
    passed_over: bool = False  # it concerns nobody, as a few header fields say: the rest was not fetched

    @property
    def is_draft(self) -> bool:
        """Whether it still waits to be sent; Gmail shows drafts among all mail, too."""
        return "\\Draft" in self.flags
