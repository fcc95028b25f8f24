"""Paper: a mailbox and a way out for replays. Nothing is read from anywhere, and nothing leaves.

Each has the surface of its real counterpart. Whatever is not answered here would need a line to a server,
and there is none: it fails with one sentence instead of reaching for the network.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from mail.imap.inbox import Inbox, InboxError, Sighting
from mail.imap.line import Line
from mail.raw import RawMail
from mail.smtp.delivery import BeforeData, Outcome, Postman, Receipt
from mail.smtp.submission import DeliveryError
from rules.policy import Mailbox

Take = Callable[[tuple[str, ...], bytes], None]  # recipients and bytes of a letter that went out


class PaperLine(Line):
    """Leads nowhere."""

    def __init__(self) -> None:
        """There are no settings."""
        self._client, self.listing, self._under_way = None, [], []

    def connect(self) -> None:
        """Never."""
        raise InboxError("A replay has no mailbox.")

    def close(self) -> None:
        """Nobody to say goodbye to."""


class PaperInbox(Inbox):
    """A mailbox in which nothing lies: what a replay hands over comes by its own `Collect`."""

    def __init__(self) -> None:
        """There is nothing to connect to."""
        self._line = PaperLine()

    def every_folder(self) -> tuple[str, ...]:
        """None."""
        return ()

    def sent_folder(self) -> str | None:
        """Where copies would be filed."""
        return "Sent"

    def drafts_folder(self) -> str | None:
        """Where drafts would be left."""
        return "Drafts"

    def look(self, addresses: Sequence[str], since: date, names: Iterable[str]) -> list[RawMail]:
        """The last look finds nothing: all that was ever seen is in the replay."""
        return []

    def marks(self) -> tuple[tuple[str, int, int], ...]:
        """No folder ends anywhere."""
        return ()

    def find_letter(self, token: str, message_id: str, marks: Iterable[tuple[str, int, int]]) -> Sighting:
        """Nothing is ever in doubt."""
        return Sighting(complete=True)

    def folders(self) -> tuple[str, ...]:
        """None."""
        return ()

    def file_copy(self, folder: str, uid: int, destination: str | None) -> bool:
        """No copy lies here."""
        return False

    def append(
        self, folder: str, content: bytes, flags: Iterable[str] = (), at: datetime | None = None
    ) -> None:
        """Nothing is kept."""

    def remove_own(self, folder: str, token: str, at: datetime | None = None) -> bool:
        """No draft lies here."""
        return False


class PaperPostman(Postman):
    """Accepts every letter, and tells `take` of it."""

    def __init__(self, take: Take | None = None) -> None:
        self._take = take

    def connect(self) -> None:
        """Never."""
        raise DeliveryError("A replay sends nothing.")

    def close(self) -> None:
        """Nobody to say goodbye to."""

    def ready(self) -> None:
        """Always."""

    def deliver(
        self,
        sender: str,
        to: tuple[str, ...],
        copy_to: str | None,
        content: bytes,
        before_data: BeforeData | None = None,
    ) -> Receipt:
        """Accept a letter, and let it go nowhere: it is never in doubt, so that nothing is said before DATA."""
        if self._take:
            self._take(to, content)
        return Receipt(Outcome.ACCEPTED, "250 on paper")


class Paper:
    """Both, where a house would make the real ones."""

    def __init__(self, take: Take | None = None) -> None:
        self._take = take

    def inbox(self, mailbox: Mailbox) -> Inbox:
        """The mailbox."""
        return PaperInbox()

    def postman(self, mailbox: Mailbox) -> Postman:
        """The way out."""
        return PaperPostman(self._take)
