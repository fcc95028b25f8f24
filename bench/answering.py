"""From a mail's arrival to its answer: Keepwarm thanks for a quick reply, imapfilter answers whatever is unseen.

Both wait with IDLE, each for a mailbox of its own. A mail is handed to Postfix, which hands it to Dovecot; the time
runs from Postfix's "250" to the moment at which the answer is whole at an SMTP server of ours. Half a second of it
is Dovecot's, which waits so long before it tells of new mail.
"""

import random
import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from bench.lines import Line
from bench.mailboxes import DANA, TEAM, Stored, address
from bench.peers import imapfilter
from bench.program import Program
from bench.servers.dovecot import Dovecot
from bench.servers.filling import fill
from bench.servers.postfix import Postfix
from bench.servers.starting import program
from bench.sink import Sink
from bench.trial import Trial, dovecot, folder

MAILS, CONTRACTORS = 20, 50
SLOWER = 0.1  # seconds, at most
CALM = 2.0  # seconds after which both wait
LIMITS = {"per contractor": ["20 a day"], "in total": "1000 an hour", "deliver": "any time"}


def lines(trial: Trial) -> Iterator[Line]:
    """One line."""
    count, has_peer = trial.size(MAILS, 2), bool(program("imapfilter"))
    with ExitStack() as stack:
        server, path = stack.enter_context(dovecot()), stack.enter_context(folder())
        postfix = _postfix(stack, server)
        ours, theirs = stack.enter_context(Sink()), stack.enter_context(Sink())
        _start_keepwarm(stack, path / "keepwarm", server, ours)
        if has_peer:
            stack.enter_context(imapfilter.running(path / "imapfilter", server, DANA, theirs.port))
        time.sleep(CALM)
        mine: list[float] = []
        others: list[float] = []
        for number in range(count):
            mine.append(_answered(postfix, TEAM, number, ours))
            if has_peer:
                others.append(_answered(postfix, DANA, number, theirs))
    value, what = statistics.median(mine), "A mail's arrival to its answer at SMTP, with IDLE"
    if not has_peer:
        yield Line(what, value, "s", "imapfilter: not installed")
        return
    peer = statistics.median(others)
    yield Line(what, value, "s", "imapfilter", peer, f"at most {SLOWER} s more", met=value <= peer + SLOWER)


def _postfix(stack: ExitStack, server: Dovecot) -> Postfix:
    postfix = Postfix(stack.enter_context(folder()), server)
    stack.callback(postfix.stop)
    postfix.start()
    return postfix


def _start_keepwarm(stack: ExitStack, path: Path, server: Dovecot, sink: Sink) -> None:
    """It has read the owner's questions, and waits for the answers."""
    asked = datetime.now(UTC) - timedelta(minutes=30)
    fill(server, (Stored(_question(number, asked), asked, own=True) for number in range(CONTRACTORS)))
    there = Program(path, server.url(), CONTRACTORS, smtp=f"smtp://127.0.0.1:{sink.port}", limits=LIMITS)
    _, work = there.once()
    if work["recorded"] != CONTRACTORS:
        raise RuntimeError(f"{work['recorded']} questions of {CONTRACTORS} were recorded")
    stack.enter_context(there.running())


def _answered(postfix: Postfix, to: str, number: int, sink: Sink) -> float:
    """Seconds from a mail's hand-over to Postfix to the answer; the next mail comes at another moment of a second."""
    mail = _reply(number, to)
    with smtplib.SMTP(postfix.host, postfix.smtp_port) as line:
        line.sendmail(address(number), [to], mail)
        begun = time.perf_counter()
    seconds = sink.next() - begun
    time.sleep(1 + random.random())
    return seconds


def _question(number: int, at: datetime) -> bytes:
    return _mail(
        DANA,
        address(number),
        "The flyer",
        "Could you send me the new version?",
        f"<q{number}@acme.example>",
        at,
    )


def _reply(number: int, to: str) -> bytes:
    name, parent = f"<r{number}@contract.example>", f"<q{number}@acme.example>"
    text = "Here it is, in three sizes. The colours are those of the last one."
    return _mail(address(number), to, "Re: The flyer", text, name, datetime.now(UTC), parent)


def _mail(sender: str, to: str, subject: str, text: str, name: str, at: datetime, parent: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, name
    mail["Date"] = format_datetime(at)
    if parent:
        mail["In-Reply-To"] = mail["References"] = parent
    mail.set_content(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")
