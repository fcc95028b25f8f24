"""Mailboxes to measure on: small plain mail, and mail as it is in life, of which a share is with contractors.

Mail between the owner and a contractor comes in conversations of a few mails; the rest is from strangers. The
same seed makes the same mailbox.
"""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

TEAM, DANA = "team@acme.example", "dana@acme.example"
QUESTIONS = (
    "Could you send me the new version of the banner?",
    "When can you start with the second page? It is wanted by the shop.",
    "Please have a look at the figures in the sheet and tell me what you think.",
    "Do you have time for a short call this week?",
)
ANSWERS = (
    "Here it is, in three sizes. The colours are those of the last one.",
    "I start tomorrow and will be done in two days.",
    "The figures look right to me, only the fourth row is odd.",
    "Thanks! That is all I need for now.",
    "Yes, any day after ten.",
)
FILLER = "We had a long talk with the printers about it, and they say that the paper is the difference. "


@dataclass(frozen=True)
class Recipe:
    """What a mailbox is made of."""

    size: int  # mails
    contractors: int
    share: float = 0.3  # of the mails, those with contractors
    lifelike: bool = False  # 5 KB headers, multipart, quoted history
    days: int = 170  # the time that it spans, up to `end`
    seed: int = 1

    @property
    def section(self) -> dict[str, str]:
        """For `mailbox:` in rules.yaml, so that all of it is read."""
        return {"history": f"{self.days + 5} days"}


@dataclass(frozen=True)
class Sent:
    """One mail, before it is written out."""

    number: int
    sender: str
    to: str
    subject: str
    text: str
    at: datetime
    parents: tuple[str, ...] = ()
    quoted: str = ""

    @property
    def name(self) -> str:
        """The Message-ID."""
        return f"<{self.number}.{int(self.at.timestamp())}@{self.sender.partition('@')[2]}>"


class Stored(NamedTuple):
    """A mail as it is put into a mailbox."""

    content: bytes
    at: datetime  # INTERNALDATE
    own: bool  # written by the owner: it lies in Sent, else in INBOX


def address(number: int) -> str:
    """A contractor's."""
    return f"person{number}@contract.example"


def mails(recipe: Recipe, end: datetime) -> Iterator[Stored]:
    """The mailbox, oldest first; the last mail lies just before `end`."""
    write = _lifelike if recipe.lifelike else _plain
    for sent in _told(recipe, end):
        yield Stored(write(sent).replace("\n", "\r\n").encode(), sent.at, sent.sender == DANA)


def _told(recipe: Recipe, end: datetime) -> Iterator[Sent]:
    chance = random.Random(recipe.seed)
    step = timedelta(days=recipe.days) / max(recipe.size, 1)
    going: dict[int, Sent] = {}  # by contractor, the last mail of the conversation that goes on
    for number in range(recipe.size):
        at = (end - timedelta(days=recipe.days) + number * step).replace(microsecond=0)
        if chance.random() >= recipe.share:
            yield _stranger(number, at, chance)
            continue
        who = chance.randrange(recipe.contractors)
        before = going.get(who)
        going[who] = sent = _next_mail(number, who, before, at, chance)
        if chance.random() < 0.2:
            del going[who]
        yield sent


def _next_mail(number: int, who: int, before: Sent | None, at: datetime, chance: random.Random) -> Sent:
    if before is None:
        text = f"{chance.choice(QUESTIONS)} {FILLER * chance.randrange(3)}"
        return Sent(number, DANA, address(who), f"The flyer, number {number}", text, at)
    answered = before.sender == DANA
    sender, to = (address(who), TEAM) if answered else (DANA, address(who))
    text = f"{chance.choice(ANSWERS if answered else QUESTIONS)} {FILLER * chance.randrange(4)}"
    quoted = f"{before.sender} wrote:\n> " + f"{before.text}\n{before.quoted}".replace("\n", "\n> ")
    subject = "Re: " + before.subject.removeprefix("Re: ")
    return Sent(number, sender, to, subject, text, at, (*before.parents, before.name)[-10:], quoted[:6000])


def _stranger(number: int, at: datetime, chance: random.Random) -> Sent:
    sender = f"someone{chance.randrange(500)}@elsewhere{chance.randrange(40)}.example"
    text = f"{chance.choice(QUESTIONS + ANSWERS)} {FILLER * chance.randrange(6)}"
    return Sent(number, sender, TEAM, f"Your order {number}", text, at)


def _plain(sent: Sent) -> str:
    return (
        f"{_addressed(sent)}Content-Type: text/plain; charset=utf-8\n\n{sent.text}\n\n{sent.quoted[:500]}\n"
    )


def _addressed(sent: Sent) -> str:
    references = (
        f"In-Reply-To: {sent.parents[-1]}\nReferences: {' '.join(sent.parents)}\n" if sent.parents else ""
    )
    return (
        f"From: Someone Here <{sent.sender}>\nTo: {sent.to}\nSubject: {sent.subject}\n"
        f"Date: {format_datetime(sent.at)}\nMessage-ID: {sent.name}\n{references}MIME-Version: 1.0\n"
    )


def _lifelike(sent: Sent) -> str:
    """Headers of 5 KB as big providers write them, text and HTML, with all that is quoted in both."""
    html = "".join(f"<p style='margin:0'>{line}</p>\n" for line in f"{sent.text}\n{sent.quoted}".split("\n"))
    mark = f"=_part_{sent.number}"
    return (
        f"{_trace(sent)}{_addressed(sent)}{_provider_headers(sent)}"
        f'Content-Type: multipart/alternative; boundary="{mark}"\n\n'
        f"--{mark}\nContent-Type: text/plain; charset=utf-8\n\n{sent.text}\n\n{sent.quoted}\n"
        f"--{mark}\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>\n--{mark}--\n"
    )


def _trace(sent: Sent) -> str:
    hops = (
        f"Received: from mx{hop}.relay.example (mx{hop}.relay.example [192.0.2.{hop}])\n"
        f"\tby mx{hop + 1}.relay.example (Postfix) with ESMTPS id 4Fq{sent.number:09x}z{hop}\n"
        f"\tfor <{sent.to}>; {format_datetime(sent.at)}\n"
        for hop in range(6, 0, -1)
    )
    return "Return-Path: <" + sent.sender + ">\n" + "".join(hops)


def _provider_headers(sent: Sent) -> str:
    noise = base64.b64encode(random.Random(sent.number).randbytes(1500)).decode()
    lines = "\n\t".join(noise[at : at + 70] for at in range(0, len(noise), 70))
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=relay.example; s=s1;\n\tb={lines[:360]}\n"
        f"ARC-Seal: i=1; a=rsa-sha256; t={int(sent.at.timestamp())}; cv=none;\n\tb={lines[360:720]}\n"
        f"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;\n\tb={lines[720:1100]}\n"
        f"Authentication-Results: mx.acme.example; dkim=pass header.d=relay.example;\n"
        f"\tspf=pass smtp.mailfrom={sent.sender}; dmarc=pass header.from=relay.example\n"
        f"X-MS-Exchange-AntiSpam-MessageData-0: {lines[1100:]}\n"
        "X-MS-Exchange-Transport-CrossTenantHeadersStamped: AM0PR01MB1234\nX-MS-Has-Attach:\n"
        "X-Originating-IP: [192.0.2.77]\nX-Mailer: Mailer 16.0\nAccept-Language: en-GB, en-US\n"
    )
