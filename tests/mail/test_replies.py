"""Real answers to invitations, from other systems' fixtures, read and folded into a check-in's state."""

import csv
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from mail.raw import RawMail
from mail.reading.classifying.calendars import calendar_method, read_rsvp
from mail.reading.syntax.parsing import Mail, parse
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Kind, Message, Side
from relationship.invitations.answers import fold

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
NOW = datetime(2030, 3, 2, 9, tzinfo=UTC)  # later than any of their stamps


def fixtures() -> list[tuple[str, str, str]]:
    """File, method, and the attendee's answer, of the replies that say one."""
    if not CORPUS.exists():
        return []
    with (CORPUS / "itip.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [(r["file"], r["method"], r["partstat"]) for r in rows if r["method"] == "REPLY" and r["partstat"]]


def mail_with(content: bytes, sender: str, method: str = "REPLY") -> Mail:
    """The mail that such a calendar object comes in."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        sender,
        "team@acme.example",
        "x",
        "<1@x.example>",
    )
    mail.set_content("See the calendar.")
    mail.add_alternative(content.decode("utf-8", "replace"), subtype="calendar", params={"method": method})
    head, _, body = mail.as_bytes().partition(b"\n\n")
    return parse(RawMail("INBOX", 1, NOW, frozenset(), head + b"\n\n", body, complete=True))


def state_after(content: bytes, sender: str, known: str) -> str:
    """The state of a check-in with the object's UID, to which `known` was invited, after this mail."""
    mail = mail_with(content, sender)
    rsvp = read_rsvp(mail, calendar_method(mail), sender)
    [event] = Calendar.from_ical(content).walk("VEVENT")
    call = CheckIn(
        str(event["UID"]), 0, NOW + timedelta(days=9), NOW + timedelta(days=9), NOW, NOW, state="invited"
    )
    message = Message("1", NOW, NOW, Side.CONTRACTOR, Kind.RSVP, "", sender, "x", rsvp=rsvp)
    addresses = {Side.CONTRACTOR: (known,), Side.OWNER: ("dana@acme.example",)}
    return fold({call.uid: call}, [message], {}, addresses)[call.uid].state


@pytest.mark.parametrize(("file", "method", "answer"), fixtures())
def test_a_real_reply_sets_the_state_and_a_forged_one_does_not(file: str, method: str, answer: str) -> None:
    content = (CORPUS / file).read_bytes()
    [event] = Calendar.from_ical(content).walk("VEVENT")
    attendees = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
    who = next(str(one) for one in attendees if one.params.get("PARTSTAT") == answer)
    who = who.lower().removeprefix("mailto:")
    assert state_after(content, who, who) == answer.lower()
    assert state_after(content, who, "maria@contract.example") == "invited"
    assert state_after(content, "eve@evil.example", who) == "invited"


def test_there_are_some() -> None:
    if not CORPUS.exists():
        pytest.skip("the corpus of real mail is not here")
    assert len(fixtures()) >= 5
