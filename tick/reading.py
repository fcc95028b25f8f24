"""Reading ahead: where much has come, a second process reads it, while the next batches are fetched.

A batch goes to the second reader as it arrives, and is handed on once it is read, in its turn: whoever takes it
notices nothing. Where the line breaks, what was fetched before is handed on before that is told.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress

from mail.imap.inbox import InboxError
from mail.reading.meaning import Terms
from mail.reading.second import Meanings, SecondReader
from tick.collect import Batch

log = logging.getLogger(__name__)

MUCH = 1_000  # mails in one go: from then on the second reader is worth its start
AHEAD = 4  # batches that may be with it
PATIENCE = 60.0  # seconds, for a batch that takes a twentieth of one

TermsOf = Callable[[Batch], Terms]


def read_ahead(batches: Iterable[Batch], terms_of: TermsOf) -> Generator[tuple[Batch, Meanings], None, None]:
    """Each batch with what its mails mean, as far as a second reader knew."""
    desk = _Desk(terms_of)
    try:
        yield from desk.read(batches)
    finally:
        desk.close()


class _Desk:
    """The batches that are with the second reader."""

    def __init__(self, terms_of: TermsOf) -> None:
        self._terms_of = terms_of
        self._second: SecondReader | None = None
        self._waiting: deque[tuple[Batch, Future[Meanings]]] = deque()
        self._count = 0  # mails that came

    def read(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Meanings]]:
        fault: InboxError | None = None
        try:
            for batch in batches:
                self._hand_over(batch)
                yield from self._done(AHEAD)
        except InboxError as error:
            fault = error
        yield from self._done(0)
        if fault:
            raise fault

    def close(self) -> None:
        second, self._second = self._second, None
        if second:
            second.close()

    def _hand_over(self, batch: Batch) -> None:
        if self._count < MUCH <= self._count + len(batch.mails):
            self._second = _second_reader()
        self._count += len(batch.mails)
        mails = [mail for mail in batch.mails if not mail.passed_over]
        if self._second and mails:
            found = self._second.read(mails, self._terms_of(batch), batch.sent_folders)
        else:
            found = Future()
            found.set_result({})
        self._waiting.append((batch, found))

    def _done(self, most: int) -> Iterator[tuple[Batch, Meanings]]:
        """What was read, in the order in which it came, until at most so many are left."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0][1].done()):
            batch, found = self._waiting.popleft()
            yield batch, self._told(found)

    def _told(self, found: Future[Meanings]) -> Meanings:
        """What the second reader said; nothing any more where it hangs."""
        with suppress(TimeoutError):
            return found.result(PATIENCE)
        self.close()
        return {}


def _second_reader() -> SecondReader | None:
    """None on a machine with one processor, and where no other process may be started."""
    if (os.cpu_count() or 1) == 1:
        return None
    try:
        return SecondReader()
    except OSError as error:
        log.info("No second process reads along: %s", error)
        return None
