"""One last look before a contractor is chased: in every folder, Junk and Trash too."""

from datetime import datetime

from mail.imap.fetching import NO_TIME
from mail.imap.inbox import Inbox
from mail.reading.syntax.parsing import parse
from relationship.story import Story
from tick.bookkeeping.books import Books
from tick.deciding.decide import Look


def looking(inbox: Inbox, books: Books) -> Look:
    """Look for mail from a contractor that the ledger does not know; it may be the answer."""

    def look(story: Story, since: datetime) -> str | None:
        known = {message.message_id for message in story.messages}
        for raw in inbox.look(story.contractor.addresses, since.date(), inbox.every_folder()):
            if NO_TIME < raw.internal_date < since:  # without a time it may be the answer
                continue
            name = parse(raw).message_id
            if name not in known and not books.is_archived(story.key, name):
                return raw.folder
        return None

    return look
