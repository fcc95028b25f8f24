"""New mail of one folder, asked for ahead: while a batch is understood, the server works on the next one.

Theory of operation. On the line go, by turns, the first look at a batch (a few header fields), the fetch of what is
worth it in the batch before, and the search for the mails of those to come: never two of a sort, so that each answer
says to which it belongs. When a batch is handed over, the fetch of the next one and the first look at the one after
that are under way already. A search goes piece by piece, for a server that reads a mailbox for the first time opens
each mail to tell when it came. Whoever wants to ask something else in between has their answers read and held first
(`mail.imap.line`). Where the line dies, what was asked ahead is lost, and asked once more with all the patience that
a bad mail needs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from mail.imap import fetching, patiently
from mail.imap.answers import Answer, Sort
from mail.imap.connecting import LINE_ERRORS, InboxError
from mail.imap.line import Asked, Line
from mail.raw import RawMail

MANY = 50  # from so many mails on it pays to look at a few header fields first
MOSTLY = 0.6  # where so great a share of the mail is worth fetching, looking first costs more than it spares
LOOK_AGAIN = 8  # at every so many batches it is tried again

PIECE = 500  # UIDs that one search is about; twice as many where few of them are mails, and so on
MOST_NAMED = 10_000  # of them at most, where they lie close together: each that is found takes much memory for a moment
MOST_PIECES = 50  # of the longest

Worth = Callable[[RawMail], bool]
Reading = Callable[[str, list[Answer]], Iterator[RawMail]]


class Search:
    """Finds the mails of a folder among its UIDs."""

    def __init__(self, line: Line, folder: str, uidvalidity: int, since: date | None) -> None:
        self._line, self._folder, self._uidvalidity, self._since = line, folder, uidvalidity, since

    def batches(self, uids: range, size: int) -> Iterator[Sequence[int]]:
        """The UIDs of mails, rising, in batches; InboxError where the server does not tell."""
        waiting: list[int] = []
        for found in self._pieces(uids):
            waiting += found
            while len(waiting) >= size:
                yield waiting[:size]
                del waiting[:size]
        if waiting:
            yield waiting

    def _pieces(self, uids: range) -> Iterator[Sequence[int]]:
        most = max(MOST_NAMED, len(uids) // MOST_PIECES)
        length, asked = PIECE, None
        while piece := uids[:length]:
            found = self._found(piece, asked)
            uids = uids[length:]
            length = PIECE if len(found) > len(piece) // 2 else min(2 * length, most)
            asked = self._asked(uids[:length])
            yield found

    def _asked(self, uids: range) -> Asked | None:
        """None where the line is down, or nothing is left to be searched."""
        with suppress(InboxError):
            if uids:
                return self._line.ask(self._folder, self._uidvalidity, Sort.UIDS, uids, self._since)
        return None

    def _found(self, uids: range, asked: Asked | None) -> Sequence[int]:
        with suppress(InboxError, *LINE_ERRORS):
            if asked and (answers := self._line.answers_to(asked)):
                return [uid for uid in fetching.uids(answers) if uid in uids]
        return patiently.found(self._line, self._folder, self._uidvalidity, uids, self._since)


@dataclass
class _Batch:
    uids: Sequence[int]
    look: Asked | None = None  # None: all of it is fetched
    passed: dict[int, RawMail] = field(default_factory=dict)  # what is not worth it
    rest: Asked | None = None

    @property
    def wanted(self) -> list[int]:
        return [uid for uid in self.uids if uid not in self.passed]


class Relay:
    """Reads a folder in batches; what `worth` says no to, by a few header fields, comes with these alone."""

    def __init__(self, line: Line, folder: str, uidvalidity: int, worth: Worth | None) -> None:
        self._line, self._folder, self._uidvalidity, self._worth = line, folder, uidvalidity, worth
        self._share = 0.0  # of the mails that were worth it at the last look
        self._number = 0  # of the next batch
        self._fault: InboxError | None = None

    def read(self, batches: Iterator[Sequence[int]]) -> Iterator[list[RawMail]]:
        """The mails of each batch of UIDs. What was read before a fault is handed over before it is raised."""
        under_way: _Batch | None = None
        coming = self._next(batches)
        while coming or under_way:
            ready = self._taken(under_way) if under_way else []
            under_way = self._sifted(coming) if coming else None
            coming = self._next(batches)
            if ready:
                yield ready
        if self._fault:
            raise self._fault

    def _next(self, batches: Iterator[Sequence[int]]) -> _Batch | None:
        """The next batch, with its first look on the way."""
        try:
            uids = next(batches, None)
        except InboxError as error:
            uids, self._fault = None, error
        if uids is None:
            return None
        looks = self._worth and len(uids) >= MANY and (self._share < MOSTLY or self._number % LOOK_AGAIN == 0)
        self._number += 1
        return _Batch(uids, self._asked(Sort.FIRST_LOOK, uids) if looks else None)

    def _asked(self, sort: Sort, uids: Sequence[int]) -> Asked | None:
        """None where the line is down: what is wanted is fetched when its turn has come."""
        with suppress(InboxError):
            return self._line.ask(self._folder, self._uidvalidity, sort, uids)
        return None

    def _sifted(self, batch: _Batch) -> _Batch:
        """The batch, with the fetch of what is worth it on the way."""
        if batch.look and self._worth:
            uids = set(batch.uids)
            looks = self._mails(batch.look, fetching.first_looks)
            batch.passed = {mail.uid: mail for mail in looks if mail.uid in uids and not self._worth(mail)}
            self._share, batch.look = 1 - len(batch.passed) / len(uids), None
        if batch.wanted:
            batch.rest = self._asked(Sort.MAILS, batch.wanted)
        return batch

    def _taken(self, batch: _Batch) -> list[RawMail]:
        """The mails of a batch, by UID."""
        wanted = set(batch.wanted)
        mails = self._mails(batch.rest, fetching.mails) if batch.rest else []
        found = batch.passed | {mail.uid: mail for mail in mails if mail.uid in wanted}
        missing = [uid for uid in batch.uids if uid not in found]
        if missing:
            mails = patiently.fetched(self._line, self._folder, self._uidvalidity, missing)
            found |= {mail.uid: mail for mail in mails}
        return [found[uid] for uid in batch.uids if uid in found]

    def _mails(self, asked: Asked, read: Reading) -> list[RawMail]:
        """None of them where the line died, or an answer makes no sense."""
        try:
            return list(read(self._folder, self._line.answers_to(asked)))
        except (InboxError, *LINE_ERRORS):
            return []
