"""No mail, however broken, raises or takes long: hostile pieces everywhere, and mutations of mails."""

import random
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail.reading.classifying.bounces import read_bounces
from mail.reading.classifying.kinds import kind_of
from mail.reading.concern import wants_more
from mail.reading.sifting import sieve
from mail.reading.syntax.addresses import read_addresses
from mail.reading.syntax.files import raw_mail
from mail.reading.syntax.parsing import parse
from mail.reading.text.fresh import fresh_text
from mail.reading.understanding import understand
from relationship.parties import People
from rules.policy import Words

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
MARIA = b"From: Maria <maria@contract.example>\r\nTo: team@acme.example\r\n"
OWN = [
    MARIA + b"Subject: Logo\r\nMessage-ID: <a@x>\r\nReferences: <b@x> <c@x>\r\nDate: Mon, 09 Nov 2026 "
    b"11:57:00 +0000\r\n"
    b"\r\nHi Dana,\r\n\r\nhere it is. Could you look?\r\n#due 12 Dec\r\n\r\nOn Mon, Dana wrote:\r\n> Hi\r\n",
    MARIA + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b\r\n"
    b"Content-Type: text/html\r\n\r\n"
    b"<div>Hi<blockquote>x</blockquote></div>\r\n--b\r\nContent-Type: text/calendar; "
    b"method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n"
    b"BEGIN:VEVENT\r\nUID:x\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:maria@contract.example\r\n"
    b"END:VEVENT\r\n--b--\r\n",
    b"From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; "
    b"boundary=b\r\n\r\n--b\r\n\r\n"
    b"Failed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; "
    b"maria@contract.example\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\n--b--\r\n",
    b"From: =?utf-8?q?M=C3=A4ria?= <maria@contract.example>\r\nSubject: =?utf-8?b?TWFyaWE=?=\r\n\r\n"
    + b"x" * 300,
]
PIECES = [
    b"\r\n", b"\n\n", b"\r", b"\0", b"\xff\xfe", b"=?utf-8?b?", b"?=", b"=?utf-8?b?=a?=",
    b"<", b">", b'"', b"(", b")", b":",
    b"--b", b"@", b"Content-Type: multipart/mixed; boundary=b\n", b"charset=utf-16", b"#due ",
    b"On x wrote:", b"-----Original Message-----",
    b"Content-Transfer-Encoding: base64\n", b" " * 400, b">" * 400,
    b"(" * 400, b"<div>" * 200, b"a@" * 200,
]  # fmt: skip


def take(content: bytes, people: People, now: datetime, as_marias: bool = False) -> None:
    """Everything that is done with a mail; a property that had to fall back is a finding, too."""
    raw = raw_mail(content, complete=False)
    if as_marias:
        raw = replace(raw, header=MARIA + raw.header)
    mail = parse(raw)
    kind_of(mail)
    read_bounces(mail)
    assert isinstance(mail.html + mail.text, str)
    understand(raw, people, Words(), "topmost", now)
    wants_more(raw)
    wants_more(raw, people)
    sieve(people, calendars=True)(raw)
    assert mail.broken == []


def mutated(content: bytes, dice: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        place = dice.randint(0, len(found))
        what = dice.randint(0, 4)
        if what == 0:
            found[place:place] = dice.choice(PIECES)
        elif what == 1:
            del found[place : place + dice.randint(1, 200)]
        elif what == 2:
            found[place : place + 1] = bytes([dice.randint(0, 255)])
        elif what == 3:
            found[place:place] = found[max(0, place - dice.randint(1, 2000)) : place]
        else:
            found[place:place] = dice.randbytes(dice.randint(1, 50))
    return bytes(found)


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_mails(data: st.DataObject, people: People, now: datetime) -> None:
    dice = random.Random(data.draw(st.integers(0, 2**32)))
    take(mutated(data.draw(st.sampled_from(OWN)), dice), people, now, as_marias=data.draw(st.booleans()))


@given(content=st.binary(max_size=3000))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_of_any_sort(content: bytes, people: People, now: datetime) -> None:
    take(content, people, now, as_marias=True)


FIELDS = [
    b"From", b"Subject", b"To", b"References", b"In-Reply-To", b"Message-ID", b"Content-Type", b"Date",
    b"Received", b"Authentication-Results", b"Thread-Index", b"Content-Disposition", b"List-Id",
]  # fmt: skip
ATOMS = [
    b" ", b"-", b">", b"<", b"(", b")", b"=?utf-8?q?", b"\t:", b"a@", b"a", b"1", b"=", b"_", b"#due ",
    b"wrote:", b"On ", b"<div>", b"'", b'"', b",", b";", b"\xff", b"\n", b"\n ", b"> \n", b"x@y.z ",
    b"5.1.1 ", b"could not be ", b"until ", b"thanks ", b"[", b"\\", b"a.", b"http://", b":) ",
    b"BEGIN:VEVENT\n", b"ATTENDEE;", b"a=b;", b"&#", b"re:", b"[a] ", b"<x>", b"begin 644 x\n",
    b"\xe2\x80\x8b", b"your message ",
]  # fmt: skip
HEADS = [
    MARIA,
    b"From: MAILER-DAEMON@x\nSubject: failure notice\n",
    MARIA + b"Subject: Out of office\n",
    MARIA + b"Content-Type: text/html\n",
    MARIA + b"Content-Type: multipart/mixed; boundary=x\n",
    MARIA + b"Content-Type: text/calendar; method=REPLY\n",
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("atom", ATOMS)
def test_long_repetitions_take_no_longer_than_their_length(
    atom: bytes, people: People, now: datetime
) -> None:
    """Patterns that go back and forth would need minutes here; the test's time-out is what fails."""
    long = atom * (100_000 // len(atom))
    for head in HEADS:
        take(head + b"\n" + long, people, now)
        take(head + b"\n" + (b"a" + atom * 3) * 10_000, people, now)
    line = re.sub(rb"\n", b" ", long)
    for field in FIELDS:
        take(field + b": maria@contract.example " + line + b"\n" + MARIA + b"\nhi", people, now)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("begin", [b"Maria", b'"Maria"', b"<", b"maria@x.y"])
@pytest.mark.parametrize("gap", [b" ", b"\t", b"a", b"a@", b'"', b"\\", b'\\"', b'a\\"', b'"a\\'])
def test_a_long_name_takes_no_longer_than_its_length(begin: bytes, gap: bytes) -> None:
    for end in (b"x", b"<", b"<maria@x.y>"):
        for _ in range(20):
            read_addresses(begin + gap * (64_000 // len(gap)) + end)


@pytest.mark.timeout(15)
@pytest.mark.parametrize("piece", ["<@", "a<,@a", "x<@@", "<@>"])
def test_lines_that_might_tell_whose_words_follow_take_no_longer_than_their_length(piece: str) -> None:
    line = (piece * 500)[:990]
    for text in (f"{line}\nx:\n", f"<a@b> :  {line}\n", f"{line} 10:00\nx:\n> y\n"):
        for _ in range(30):
            fresh_text(text * 20)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("boundary", [b"b", b"-", b"x--x"])
@pytest.mark.parametrize("before", [b"", b"x", b"\n"])
def test_a_boundary_that_stands_everywhere_takes_no_longer_than_the_text(
    boundary: bytes, before: bytes, people: People, now: datetime
) -> None:
    """A line is looked at once for each level, however often it says what parts are told by."""
    level = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n'
    line = (before + b"--" + boundary) * (1_000_000 // (len(before + boundary) + 2))
    inner = b"".join(level % (b"%d" % n) + b"--%d\r\n" % n for n in range(15))
    for head in (level % boundary, inner + level % boundary):
        raw = raw_mail(MARIA + head + line, complete=True)
        assert understand(raw, people, Words(), "topmost", now)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_ten_thousand_mutations_of_real_mail(people: People, now: datetime) -> None:
    """No exception, and none that takes a second of this process's own time."""
    files = sorted(path for path in CORPUS.glob("**/*") if path.is_file() and path.suffix != ".tsv")
    if not files:
        pytest.skip("the corpus of real mail is not here")
    contents = [path.read_bytes()[:300_000] for path in files]
    dice = random.Random(11)
    for content in contents:  # loads what is loaded once, and fills what is remembered
        take(content, people, now)
    memory = getrusage(RUSAGE_SELF).ru_maxrss
    for number in range(10_000):
        content = mutated(dice.choice(contents), dice)
        begun = process_time()
        take(content, people, now, as_marias=number % 2 == 0)
        assert process_time() - begun < 1
    assert getrusage(RUSAGE_SELF).ru_maxrss - memory < 30_000  # KB
