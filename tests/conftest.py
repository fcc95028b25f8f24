"""Fixtures that every test may use."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

from commands.demo_servers import EmbeddedMail

# No test asserts a wall-clock time: a busy machine is no fault.
settings.register_profile("keepwarm", deadline=None)
settings.load_profile("keepwarm")

TEAM, MARIA = "team@acme.example", "maria@contract.example"


@pytest.fixture(autouse=True)
def logging_ends_with_its_test() -> Iterator[None]:
    """A command that ran in this process logs to a stream that is closed afterwards: its handler goes too."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in list(root.handlers):
        if handler not in before or getattr(getattr(handler, "stream", None), "closed", False):
            root.removeHandler(handler)


@pytest.fixture
def embedded_mail() -> Iterator[EmbeddedMail]:
    """An IMAP and an SMTP server in this process: a shared inbox and one contractor, passwords "secret"."""
    with EmbeddedMail({TEAM: "secret", MARIA: "secret"}, aliases={"maria.s@mail.example": MARIA}) as mail:
        yield mail


@pytest.fixture(scope="session")
def absurd_mails() -> dict[str, bytes]:
    """Mails that break every rule, by what is absurd in them; those in ALL CAPS name nobody who wrote them."""
    head = (
        b"From: Maria <maria@contract.example>\r\nTo: team@acme.example\r\nSubject: Logo\r\n"
        b"Message-ID: <%d@contract.example>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
    )
    text = b"\r\nHere it is. Which one do you want?\r\n"
    level = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return {
        "fifty megabytes": head % 1 + text + b"x" * 76 + b"\r\n" * 500_000 + (b"y" * 998 + b"\r\n") * 50_000,
        "1,000 levels": head % 2 + b"".join(level % (n, n) for n in range(1000)) + text,
        "NUL bytes": head.replace(b"Logo", b"Lo\0go") % 3 + b"\r\nWhich\0 one?\r\n\0\0\0",
        "no Message-ID": (head % 4).replace(b"Message-ID", b"X-No") + text,
        "an id twice": head % 5 + text,
        "the id again": (head % 5).replace(b"Maria <maria@", b"Ben <ben@").replace(b"02 Mar", b"01 Mar")
        + text,
        "an absurd date": (head % 6).replace(b"Mon, 02 Mar 2026", b"Foo, 99 Brr 99999999999") + text,
        "another absurd date": (head % 7).replace(b"02 Mar 2026 09:00:00 +0000", b"1 Jan 0000 99:99 -9999")
        + text,
        "8-bit headers": (head % 8).replace(b"Logo", b"\xff\xfe\x80Logo\xe9") + text,
        "mixed line ends": (head % 9).replace(b"\r\n", b"\n", 2) + b"X: 1\r\r\nY: 2\n\r\n" + text,
        "encoded words": (head % 10).replace(b"Logo", b"=?utf-8?b?" * 5000 + b"=?x?q?=?=" * 5000) + text,
        "100,000 references": head % 11 + b"References:" + b"\r\n <r@x.example>" * 100_000 + b"\r\n" + text,
        "a header of 10 megabytes": head % 12 + b"X-Long: " + b"z" * 10_000_000 + b"\r\n" + text,
        "mails in mails": head % 13 + b"Content-Type: message/rfc822\r\n\r\n" * 20_000 + text,
        "100,000 headers": head % 14 + b"X: y\r\n" * 100_000 + text,
        "100,000 parts": head % 15
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nx\r\n" * 100_000,
        "tags without end": head % 16 + b"Content-Type: text/html\r\n\r\n" + b"<div><table>" * 200_000,
        "many writers": b"From: " + b"x@y.example, " * 50_000 + b"\r\nTo: team@acme.example\r\n" + text,
        "NO HEADERS": b"\r\nJust some text\r\nwithout any header.\r\n",
        "NOISE": bytes(range(256)) * 40,
        "NULS": b"\0" * 4000,
        "NO WRITER": b"To: team@acme.example\r\nSubject: Who am I\r\nDate: Mon, 02 Mar 2026 09:00 +0000\r\n"
        + text,
    }
