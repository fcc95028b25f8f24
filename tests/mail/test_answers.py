"""The answers to a FETCH as they come over the line."""

from imaplib import IMAP4
from io import BytesIO

import pytest

from mail.imap.answers import answers

DONE = b"A1 OK Fetch completed.\r\n"


class Line(BytesIO):
    """A line on which all has been said already."""

    abort, error = IMAP4.abort, IMAP4.error

    def __init__(self, said: bytes) -> None:
        super().__init__(said)
        self.tagged_commands: dict[bytes, None] = {b"A1": None}


def read(said: bytes) -> list[object]:
    return list(answers(Line(said), b"A1"))


def test_literals_lie_between_the_lines() -> None:
    said = b"* 7 FETCH (UID 9 BODY[HEADER] {6}\r\na\r\nb\r\n BODY[TEXT]<0> {0}\r\n)\r\n* 8 FETCH (UID 10)\r\n"
    first = [(b"7 (UID 9 BODY[HEADER] {6}", b"a\r\nb\r\n"), (b" BODY[TEXT]<0> {0}", b""), b")"]
    assert read(said + DONE) == [first, [b"8 (UID 10)"]]


def test_what_looks_like_an_end_in_a_literal_is_none() -> None:
    assert read(b"* 7 FETCH (BODY[TEXT] {24}\r\nA1 OK Fetch completed.\r\n)\r\n" + DONE)[0][0][1] == DONE


def test_what_else_is_said_meanwhile_is_passed_over() -> None:
    said = b"* 23 EXISTS\r\n* OK {x}\r\n* 1 fetch (UID 2)\r\n* VANISHED {5}\r\n12345\r\n"
    assert read(said + DONE) == [[b"1 (UID 2)"]]


def test_the_end_of_another_command_is_noted() -> None:
    line = Line(b"* 7 FETCH (UID 9)\r\nA2 OK Done.\r\n" + DONE)
    line.tagged_commands[b"A2"] = None
    assert list(answers(line, b"A1")) == [[b"7 (UID 9)"]]
    assert list(answers(line, b"A2")) == []
    assert not line.tagged_commands


def test_a_no_is_an_end_too() -> None:
    assert read(b"* 7 FETCH (UID 9)\r\nA1 NO Some messages could not be fetched\r\n") == [[b"7 (UID 9)"]]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (b"", IMAP4.abort),
        (b"* 7 FETCH (UID 9", IMAP4.abort),
        (b"* 7 FETCH (UID 9 BODY[TEXT] {9}\r\nabc", IMAP4.abort),
        (b"* BYE Shutting down\r\n", IMAP4.abort),
        (b"A1 BAD Too long\r\n", IMAP4.error),
    ],
)
def test_a_line_that_breaks(said: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        read(said)
