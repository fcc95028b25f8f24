"""The server's answer to FETCH, in the shapes that servers give it."""

from datetime import UTC, datetime

import pytest

from mail.imap.fetching import NO_TIME, TEXT_CAP, internal_date, literals, mails
from mail.raw import RawMail

HEADER, TEXT = b"Subject: UID 9 (FLAGS) {3}\r\n\r\n", b"Hello (world) UID 8\r\n"
DATE = b'INTERNALDATE "02-Mar-2026 10:30:15 +0100"'
AT = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
USUAL = RawMail("INBOX", 7, AT, frozenset({"\\Seen", "$Label1"}), HEADER, TEXT, complete=True)
FLAGS = b"FLAGS (\\Seen $Label1)"


def literal(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    return (b" " + name + b" {%d}" % len(value), value)


DOVECOT = [
    (b"1 (UID 7 " + FLAGS + b" " + DATE + b" BODY[HEADER] {%d}" % len(HEADER), HEADER),
    literal(b"BODY[TEXT]<0>", TEXT),
    b")",
]
TEXT_FIRST = [
    (b"1 (BODY[TEXT]<0> {%d}" % len(TEXT), TEXT),
    literal(b"BODY[HEADER]", HEADER),
    b" " + FLAGS + b" " + DATE + b" UID 7)",
]
EVERY_THING_QUOTED = [
    (b"1 (UID 7 " + FLAGS + b" " + DATE + b" BODY[HEADER] {%d}" % len(HEADER), HEADER),
    b' BODY[TEXT]<0> "Hello (world) UID 8")',
]


@pytest.mark.parametrize("shape", [DOVECOT, TEXT_FIRST], ids=["Dovecot", "text first"])
def test_the_usual_shapes(shape: list[object]) -> None:
    assert list(mails("INBOX", [shape])) == [USUAL]  # type: ignore[list-item]


def test_a_quoted_text_takes_the_long_way_and_comes_out_the_same() -> None:
    (found,) = mails("INBOX", [EVERY_THING_QUOTED])
    assert found.text == b"Hello (world) UID 8"
    assert (found.uid, found.internal_date, found.flags, found.header) == (7, AT, USUAL.flags, HEADER)


@pytest.mark.parametrize("empty", [b'""', b"NIL"])
def test_a_mail_without_text(empty: bytes) -> None:
    shape = [DOVECOT[0], b" BODY[TEXT]<0> " + empty + b")"]
    (found,) = mails("INBOX", [shape])
    assert (found.uid, found.text, found.complete) == (7, b"", True)


def test_a_text_of_digits_is_text() -> None:
    (found,) = mails("INBOX", [[DOVECOT[0], b" BODY[TEXT]<0> 12345)"]])
    assert found.text == b"12345"


def test_a_text_that_was_cut_off() -> None:
    long = b"x" * TEXT_CAP
    (found,) = mails("INBOX", [[DOVECOT[0], literal(b"BODY[TEXT]<0>", long), b")"]])
    assert not found.complete
    (found,) = mails("INBOX", [[DOVECOT[0], literal(b"BODY[TEXT]<0>", long[1:]), b")"]])
    assert found.complete


def test_flags_that_changed_meanwhile_are_passed_over() -> None:
    answers = [[b"3 (FLAGS (\\Seen))"], DOVECOT, [b"4 (UID 11 FLAGS ())"]]
    assert list(mails("INBOX", answers)) == [USUAL]


def test_what_is_said_of_one_mail_in_several_answers_is_put_together() -> None:
    """RFC 3501 lets a server do so (7.4.2); the time and the flags must not get lost."""
    first = [b"1 (UID 7 " + FLAGS + b" " + DATE + b")"]
    header = [(b"1 (UID 7 BODY[HEADER] {%d}" % len(HEADER), HEADER), b")"]
    text = [(b"1 (UID 7 BODY[TEXT]<0> {%d}" % len(TEXT), TEXT), b")"]
    other = [b"7 (FLAGS (\\Deleted))"]  # of the mail with this number, whose UID is another one
    assert list(mails("INBOX", [text, first, other, header])) == [USUAL]


def test_gmail_names_the_thread() -> None:
    first = (DOVECOT[0][0].replace(b"FLAGS", b"X-GM-THRID 1278455344230334865 FLAGS"), HEADER)
    (found,) = mails("INBOX", [[first, *DOVECOT[1:]]])
    assert found.hints == ("gmail:1278455344230334865",)
    (found,) = mails("INBOX", [[first, b" BODY[TEXT]<0> 5)"]])  # the long way
    assert found.hints == ("gmail:1278455344230334865",)


def test_a_flag_in_lower_case_answer() -> None:
    shape = [(piece[0].lower(), piece[1]) if isinstance(piece, tuple) else piece for piece in DOVECOT]
    (found,) = mails("INBOX", [shape])
    assert (found.uid, found.header, found.text, found.internal_date) == (7, HEADER, TEXT, AT)


def test_headers_by_uid() -> None:
    name = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"
    first = [(b"1 (UID 7 " + name + b" {4}", b"a: b"), b")"]
    assert list(literals([first, [b"2 (UID 8 " + name + b' "")'], [b"3 (FLAGS ())"]])) == [
        (7, b"a: b"),
        (8, b""),
    ]


def test_flags_that_changed_meanwhile_take_no_headers_away() -> None:
    """They come with the UID, as RFC 3501 wants it in the answers to UID FETCH (6.4.8)."""
    name = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"
    headers = [(b"1 (UID 7 " + name + b" {4}", b"a: b"), b")"]
    assert dict(literals([headers, [b"1 (UID 7 FLAGS (\\Seen))"]])) == {7: b"a: b"}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b" 7-Jul-1996 02:44:25 +0530", datetime(1996, 7, 6, 21, 14, 25, tzinfo=UTC)),
        (b"01-JAN-2026 00:00:00 +0000", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"01-Foo-2026 00:00:00 +0000", NO_TIME),
        (b"", NO_TIME),
    ],
)
def test_internal_dates(text: bytes, at: datetime) -> None:
    assert internal_date(text) == at
