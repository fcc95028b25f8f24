"""Mail is passed over by a few header fields only where it would tell nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mail.imap import fetching
from mail.raw import RawMail
from mail.reading.classifying.bounces import read_bounces
from mail.reading.sifting import sieve
from mail.reading.syntax.files import raw_mail
from mail.reading.syntax.parsing import parse
from mail.reading.to_us import owner_word
from mail.reading.understanding import understand
from relationship.parties import Contractor, Owner, People
from rules.policy import Words

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
FIELDS = tuple(name.lower().encode() + b":" for name in fetching.FIRST_FIELDS.split())


def first_look(raw: RawMail) -> RawMail:
    """What the server answers to FIRST_LOOK: these fields with their folded lines, and nothing else."""
    kept, keeping = b"", False
    for line in raw.header.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            keeping = line.lower().startswith(FIELDS)
        kept += line if keeping else b""
    return replace(raw, header=kept + b"\r\n", text=b"", complete=False, passed_over=True)


def party(*addresses: str, mailbox: str = "team@acme.example") -> Owner:
    return Owner("Dana", addresses, "UTC", "Mon-Fri 09:00-17:00", mailbox=(mailbox,))


def casts(raw: RawMail) -> list[People]:
    """The mail's writer, readers and failed addresses, each as a contractor or as the owner."""
    mail = parse(raw)
    writer = mail.from_[:1] or ("a@nowhere.example",)
    readers = mail.to[:1] or ("b@nowhere.example",)
    failed = tuple(x.address for x in read_bounces(mail)) or readers
    casts = ((("dana@acme.example",), writer), (writer, readers), (readers, failed))
    return [
        People(party(*owner), {"maria": Contractor("Maria", contractor, "UTC", "Mon-Fri 09:00-17:00")})
        for owner, contractor in casts
    ] + [People(party(*writer, mailbox=readers[0]), {})]


def loses(raw: RawMail, people: People, calendars: bool) -> bool:
    told = understand(raw, people, Words(), "", NOW)
    if not calendars and all(message.rsvp or message.kind == "rsvp" for _, message in told):
        told = ()
    mine = parse(raw)
    to_us = {*mine.to, *mine.cc} & set(people.owner.mailbox) and owner_word(raw, people, "", NOW)
    return bool(told or to_us) and not sieve(people, calendars)(first_look(raw))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("calendars", [False, True])
def test_nothing_is_lost_of_real_mail(calendars):
    raws = [raw_mail(path.read_bytes(), True) for path in sorted(CORPUS.rglob("*")) if path.is_file()]
    assert len(raws) > 900
    lost = [(raw.header, people) for raw in raws for people in casts(raw) if loses(raw, people, calendars)]
    assert not lost


@pytest.mark.parametrize(
    ("header", "worth"),
    [
        ("From: maria@contract.example\nTo: somebody@else.example", True),
        ("From: dana@acme.example\nTo: ben@contract.example", True),
        ("From: dana@acme.example\nTo: client@else.example", False),
        ("From: dana@acme.example\nTo: team@acme.example", True),
        ("From: client@else.example\nTo: team@acme.example", False),
        ("From: client@else.example\nTo: maria@contract.example", False),
        ("From: =?utf-8?b?=a?= <client@else.example>\nTo: team@acme.example", False),
        ("From: MAILER-DAEMON@else.example\nTo: team@acme.example", True),
        ("From: robot@else.example\nContent-Type: multipart/report; report-type=delivery-status", True),
        ("From: calendar@else.example\nContent-Type: text/calendar; method=REPLY", True),
    ],
)
def test_who_wrote_to_whom(people, raw, header, worth):
    assert sieve(people, calendars=False)(first_look(raw(header + "\n\nHi"))) is worth


def test_while_answers_to_invitations_are_awaited_a_strangers_parts_are_read(people, raw):
    seen = first_look(raw("From: a@else.example\nContent-Type: multipart/mixed; boundary=b\n\n--b--\n"))
    assert not sieve(people, calendars=False)(seen)
    assert sieve(people, calendars=True)(seen)
