"""A second reader: a process that reads mail while the first one fetches more.

Reading takes most of a first sync's time, and needs nothing but the mail and the terms to read it by. Mails go to the
process by its standard input, a batch at a time, and what they mean comes back by its standard output. It ends when
its input does, however the first process died. Nothing depends on it but the time that a sync takes: whatever comes
back without a meaning is read by the first.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from mail.raw import RawMail
from mail.reading.meaning import Meaning, Terms, meaning
from mail.reading.understanding import wants_more
from relationship.messages import Message, values_of

Meanings = Mapping[int, Meaning]  # by UID, of those that were read
# As they cross: mails and messages as the values of their fields, which takes a third of the time.
Values = tuple[Any, ...]
Pairs = list[tuple[str, Values]]
Read = tuple[int, Pairs, Values]  # a UID, the messages, and the rest of what the mail means

_ROOT = Path(__file__).parents[2]
_values_of = attrgetter(*(part.name for part in fields(RawMail)))


class SecondReader:
    """The process, as the first one sees it; OSError where the system allows no other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONSAFEPATH": "1"},
            start_new_session=True,  # Ctrl-C is for the first
        )
        self._line = ThreadPoolExecutor(max_workers=1)  # waits for answers, while the first goes on
        self._told: Terms | None = None

    def read(self, mails: Iterable[RawMail], terms: Terms, sent: Collection[str]) -> "Future[Meanings]":
        """What these mails mean; none of them where the process has died."""
        news = b"" if terms is self._told else pickle.dumps(terms, -1)
        self._told = terms
        return self._line.submit(self._ask, news, [_values_of(mail) for mail in mails], tuple(sent))

    def close(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._line.shutdown()
        self._process.communicate()  # closes its pipes, and waits for its end

    def _ask(self, *question: object) -> Meanings:
        assert self._process.stdin and self._process.stdout  # noqa: S101 - for the type checker
        try:
            pickle.dump(question, self._process.stdin, -1)
            self._process.stdin.flush()
            found: list[Read] = pickle.load(self._process.stdout)  # noqa: S301 - from ourselves
        except (OSError, EOFError, pickle.PickleError):
            return {}
        return {uid: _meaning(pairs, rest) for uid, pairs, rest in found}


def _meaning(pairs: Pairs, rest: Values) -> Meaning:
    return Meaning(tuple((key, Message(*values)) for key, values in pairs), *rest)


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Read what comes, until nothing more does."""
    with suppress(EOFError, BrokenPipeError):
        while True:
            news, mails, sent = pickle.load(source)  # noqa: S301 - from ourselves
            if news:
                terms: Terms = pickle.loads(news)  # noqa: S301 - likewise
            found = (_read(RawMail(*values), terms, sent) for values in mails)
            pickle.dump([each for each in found if each], sink, -1)
            sink.flush()


def _read(raw: RawMail, terms: Terms, sent: tuple[str, ...]) -> Read | None:
    """None for a mail that the first has to read: the rest of it has to be fetched, or it breaks its reader."""
    try:
        if wants_more(raw, terms.people):
            return None
        found = meaning(raw, terms, sent)
    except Exception:
        return None
    pairs = [(key, values_of(message)) for key, message in found.concerned]
    return raw.uid, pairs, (found.riddle, found.word)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
