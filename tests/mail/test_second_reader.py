"""The second reader: what it says is what the first would; it may die, and never outlives the first."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mail.raw import RawMail
from mail.reading.asking import MoreWords
from mail.reading.meaning import Terms, meaning
from mail.reading.second import SecondReader

SENT = ("Sent",)
ROOT = Path(__file__).parents[2]
FIRST = """
import sys, time
from mail.reading.second import SecondReader
print(SecondReader()._process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def second() -> Iterator[SecondReader]:
    reader = SecondReader()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def terms(people, now) -> Terms:
    return Terms(people, MoreWords(closers=("cheers m",)), "", now, {"kw-abc@acme.example": "ben"})


@pytest.fixture(scope="module")
def raws(raw, absurd_mails) -> list[RawMail]:
    """From both sides, from strangers, to us alone, and such as break every rule."""
    head = "Subject: Logo\nDate: Mon, 09 Nov 2026 11:57:00 +0000\nMessage-ID: <{}@x.example>\n"
    letters = [
        ("maria@contract.example", "team@acme.example", "Which of the three do you want by Friday?"),
        ("maria@contract.example", "team@acme.example", "Cheers M"),
        ("Dana <dana@acme.example>", "ben@contract.example, maria@contract.example", "Could you call?"),
        ("dana@acme.example", "team@acme.example", "#news\n\nWe are closed on Friday."),
        ("someone@else.example", "team@acme.example", "Hello?"),
        ("MAILER-DAEMON@acme.example", "team@acme.example", "<ben@contract.example>: user unknown"),
    ]
    made = [
        raw(f"From: {sender}\nTo: {to}\n{head.format(number)}\n{text}\n", folder)
        for number, (sender, to, text) in enumerate(letters)
        for folder in ("INBOX", *SENT)
    ]
    made += [raw(content[:5000]) for content in absurd_mails.values()]
    return [replace(mail, uid=number) for number, mail in enumerate(made)]


def test_it_reads_as_the_first_does(second, raws, terms):
    found = second.read(raws, terms, SENT).result()
    assert found == {mail.uid: meaning(mail, terms, SENT) for mail in raws}
    assert any(each.word for each in found.values())
    assert any(each.riddle for each in found.values())
    assert {key for each in found.values() for key, _ in each.concerned} == {"maria", "ben"}


def test_it_reads_by_the_terms_that_it_was_told_last(second, raws, terms):
    other = replace(terms, words=MoreWords())
    said = [second.read(raws, each, SENT) for each in (terms, other, other, terms)]
    assert said[0].result() == said[3].result() != said[1].result() == said[2].result()


def test_a_mail_that_was_cut_off_too_early_is_left_to_the_first(second, raw, terms):
    text = "From: maria@contract.example\nTo: team@acme.example\nContent-Type: text/plain\n\nWhich one?"
    whole = replace(raw(text), uid=1)
    calendar = replace(raw(text.replace("text/plain", "text/calendar"), complete=False), uid=2)
    assert second.read([whole, calendar], terms, SENT).result().keys() == {1}


def test_one_that_died_says_nothing(second, raws, terms):
    assert second.read(raws, terms, SENT).result()
    os.kill(second._process.pid, signal.SIGKILL)
    second._process.wait()
    assert [second.read(raws, terms, SENT).result() for _ in range(2)] == [{}, {}]


def test_it_ends_with_the_first_however_that_dies():
    first = subprocess.Popen([sys.executable, "-c", FIRST], stdout=subprocess.PIPE, cwd=ROOT)
    second = int(first.stdout.readline())
    os.kill(second, 0)
    first.kill()
    first.communicate()
    for _ in range(600):
        if not is_alive(second):
            return
        time.sleep(0.1)
    pytest.fail("the second reader outlived the first")


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False
