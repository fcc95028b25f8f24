"""People and mails for the tests of reading mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mail.raw import RawMail
from mail.reading.syntax.files import raw_mail
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.understanding import understand
from relationship.facts.messages import Message
from relationship.parties import Contractor, Owner, People
from rules.policy import Words

NO_WORDS = Words()
NOW = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="session")
def now() -> datetime:
    """When mail is seen in these tests."""
    return NOW


@pytest.fixture(scope="session")
def people() -> People:
    """An owner with a team and a shared mailbox, and two contractors."""
    owner = Owner(
        "Dana Reyes",
        ("dana@acme.example", "dana.reyes@gmail.example"),
        "America/New_York",
        "Mon-Fri 09:00-17:00",
        team=("lee@acme.example",),
        mailbox=("team@acme.example",),
    )
    maria = Contractor(
        "Maria Santos",
        ("maria@contract.example", "maria.s@gmail.example"),
        "Asia/Manila",
        "Mon-Fri 21:00-06:00",
        not_for=("bookkeeping",),
    )
    ben = Contractor("Ben Okafor", ("ben@contract.example",), "Africa/Lagos", "Mon-Fri 09:00-17:00")
    return People(owner, {"maria": maria, "ben": ben})


@pytest.fixture(scope="session")
def raw() -> Callable[..., RawMail]:
    """A raw mail out of text: headers, a blank line, a body."""

    def make(text: str | bytes, folder: str = "INBOX", complete: bool = True) -> RawMail:
        found = raw_mail(text if isinstance(text, bytes) else text.encode(), complete)
        return RawMail(
            folder, 7, NOW - timedelta(minutes=2), frozenset(), found.header, found.text, complete, ()
        )

    return make


@pytest.fixture(scope="session")
def mail(raw: Callable[..., RawMail]) -> Callable[..., Mail]:
    """A parsed mail out of text."""
    return lambda text: parse(raw(text))


@pytest.fixture(scope="session")
def read(raw: Callable[..., RawMail], people: People) -> Callable[..., dict[str, Message]]:
    """What a mail is in each contractor's story."""

    def understood(
        text: str | bytes, trust: str = "", folder: str = "INBOX", words: Words = NO_WORDS
    ) -> dict[str, Message]:
        return dict(understand(raw(text, folder), people, words, trust, NOW, ("Sent",)))

    return understood
