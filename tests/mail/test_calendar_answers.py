"""Answers as calendars really mail them: each product's wrapping, through the reader to the check-in's state."""

import base64
import quopri
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from mail.raw import RawMail
from mail.reading.classifying.calendars import _address
from mail.reading.concern import wants_more
from mail.reading.understanding import understand
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Message, Side
from relationship.invitations.answers import fold
from relationship.parties import Contractor, Owner, People
from rules.policy import Words

NOW, SLOT = datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 6, 14, tzinfo=UTC)
UID, LATER = "checkin-abc@acme.example", datetime(2026, 3, 6, 16, tzinfo=UTC)
OWNER = Owner(
    "Dana Reyes",
    ("dana@acme.example",),
    "America/New_York",
    "Mon-Fri 09:00-18:00",
    mailbox=("team@acme.example",),
)
MARIA = Contractor(
    "Maria Santos", ("maria@contract.example", "maria.s@gmail.example"), "Asia/Manila", "Mon-Fri 21:00-06:00"
)
BEN = Contractor("Ben Okafor", ("ben@contract.example",), "Africa/Lagos", "Mon-Fri 09:00-17:00")
PEOPLE = People(OWNER, {"maria": MARIA, "ben": BEN})
CALL = CheckIn(UID, 2, SLOT, SLOT + timedelta(minutes=30), SLOT, NOW - timedelta(days=1), state="invited")
INVITE = Letter(
    token="invite-token",
    contractor="maria",
    rule="Check-in",
    occasion=f"check-in changed/{UID}/2",
    step=0,
    reader=Side.CONTRACTOR,
    template="check-ins/moved",
    wording=0,
    to=(),
    subject="New time for our check-in",
    message_id="invite@acme.example",
    content="",
    created_at=NOW - timedelta(days=1),
    due_at=NOW,
    state=State.SENT,
    sent_at=NOW - timedelta(days=1),
)
TITLE = "Check-in: Dana and Maria"


def itip(
    attendee: str = "ATTENDEE;PARTSTAT=ACCEPTED;CN=Maria:mailto:maria@contract.example",
    method: str = "REPLY",
    sequence: str = "SEQUENCE:2",
    organizer: str = "ORGANIZER;CN=Dana Reyes:mailto:team@acme.example",
    start: str = "DTSTART:20260306T140000Z",
    before: Iterable[str] = (),
    uid: str = UID,
) -> str:
    lines = ["BEGIN:VCALENDAR", "PRODID:-//A calendar//EN", "VERSION:2.0", f"METHOD:{method}", *before]
    lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260303T085000Z", start, organizer, attendee, sequence]
    return "\r\n".join(line for line in (*lines, "END:VEVENT", "END:VCALENDAR", "") if line)


def part(content: str | bytes, kind: str, encoding: str = "", more: str = "") -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    encode = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding or '8bit'}\n{more}\n"
    return head.encode() + encode(raw)


def parts(kind: str, *inner: bytes, mark: str = "mark") -> bytes:
    body = b"".join(b"--" + mark.encode() + b"\n" + one + b"\n" for one in inner)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'.encode() + body + f"--{mark}--\n".encode()


TEXT = part("Maria answered.", "text/plain; charset=utf-8")
REPLY = 'text/calendar; charset="utf-8"; method=REPLY'


def raw_mail(
    body: bytes, sender: str = "maria@contract.example", subject: str = "x", more: str = ""
) -> RawMail:
    head = (
        f"From: Maria Santos <{sender}>\nTo: team@acme.example\nSubject: {subject}\n"
        f"Date: Tue, 03 Mar 2026 08:55:00 +0000\nMessage-ID: <1@x.example>\nMIME-Version: 1.0\n{more}"
    )
    header, _, text = (head.encode() + body).partition(b"\n\n")
    return RawMail("INBOX", 1, NOW, frozenset(), header + b"\n\n", text, complete=True)


def read(raw: RawMail, trust: str = "mx.acme.example") -> list[Message]:
    return [message for _, message in understand(raw, PEOPLE, Words(), trust, NOW, routes={UID: "maria"})]


def after(*mails: RawMail) -> CheckIn:
    messages = [message for raw in mails for message in read(raw)]
    addresses = {Side.CONTRACTOR: MARIA.addresses, Side.OWNER: OWNER.addresses}
    return fold({UID: CALL}, messages, {INVITE.token: INVITE}, addresses, TITLE)[UID]


def answered(content: str, sender: str = "maria@contract.example", more: str = "") -> str:
    return after(raw_mail(parts("alternative", TEXT, part(content, REPLY)), sender, more=more)).state


WRAPPED = {
    "google": parts(
        "mixed",
        parts("alternative", TEXT, part(itip().replace("\r\n", "\n"), REPLY), mark="inner"),
        part(itip(), 'application/ics; name="invite.ics"', "base64", "Content-Disposition: attachment\n"),
    ),
    "exchange": parts("alternative", TEXT, part(itip(), REPLY, "base64")),
    "apple, alone": part(itip(), "text/calendar; charset=utf-8; method=REPLY; name=iCal-1.ics"),
    "apple, attached": parts(
        "mixed",
        TEXT,
        part(
            itip(),
            "text/calendar; method=REPLY; name=a.ics",
            "quoted-printable",
            "Content-Disposition: attachment\n",
        ),
    ),
    "a file alone": parts("mixed", TEXT, part(itip(), "application/ics", "base64")),
    "a file of no type": parts("mixed", TEXT, part(itip(), 'application/octet-stream; name="reply.ics"')),
    "utf-16": parts(
        "alternative", TEXT, part(itip().encode("utf-16"), "text/calendar; charset=utf-16", "base64")
    ),
    "a file of no type, named beside it": parts(
        "mixed",
        TEXT,
        part(
            itip(),
            "application/octet-stream",
            "base64",
            'Content-Disposition: attachment; filename="invite.ics"\n',
        ),
    ),
    "line ends that were encoded by halves": parts(
        "alternative", TEXT, part(itip().replace("\r\n", "\r\r\n"), REPLY, "base64")
    ),
    "line ends of old": parts("alternative", TEXT, part(itip().replace("\r\n", "\r"), REPLY, "base64")),
    "a mark of byte order": parts("alternative", TEXT, part(b"\xef\xbb\xbf" + itip().encode(), REPLY)),
}


@pytest.mark.parametrize("body", WRAPPED.values(), ids=WRAPPED.keys())
def test_any_wrapping(body: bytes) -> None:
    assert after(raw_mail(body)).state == "accepted"


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        (f"Accept: {TITLE}", True),
        (f"=?utf-8?q?=D0=9F=D1=80=D0=B8=D0=BD=D1=8F=D1=82=D0=BE?=: {TITLE}", True),
        (f'"{TITLE}" has been accepted by Maria Santos', True),
        ("The logo", False),
    ],
)
def test_an_answer_behind_a_long_text_is_asked_for(subject: str, wanted: bool) -> None:
    """Whatever the calendar's language: it names the event. Of other mail the text is enough."""
    long = part("<p>Maria Santos has accepted your invitation.</p>\n" * 60, "text/html")
    raw = raw_mail(parts("alternative", TEXT, long, part(itip(), REPLY)), subject=subject)
    cut = RawMail(raw.folder, raw.uid, NOW, frozenset(), raw.header, raw.text[:2048], complete=False)
    assert wants_more(cut, PEOPLE) is wanted


def test_a_file_that_lies_beyond_what_was_fetched_is_asked_for() -> None:
    body = parts("mixed", TEXT, b'Content-Type: application/ics; name="invite.ics"\n\n')
    raw = raw_mail(body)
    cut = RawMail(raw.folder, raw.uid, NOW, frozenset(), raw.header, raw.text[:-20], complete=False)
    assert wants_more(cut, PEOPLE)


@pytest.mark.parametrize(
    "attendee",
    [
        'ATTENDEE;CN="Santos, Maria: VA; x";ROLE=REQ-PARTI\r\n CIPANT;PARTSTAT=ACCEPTED:mailto:maria@contract.example',
        "ATTENDEE;CN=Maria: VA;PARTSTAT=ACCEPTED:MAILTO:Maria@Contract.Example",
        "attendee;partstat=accepted:mailto:maria@contract.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:maria@contract.example",
        'ATTENDEE;PARTSTAT=ACCEPTED:"mailto:maria@contract.example"',
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria+calls@contract.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria%2Bcalls%40contract.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:<maria@contract.example>",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria.s@gmail.example",
        'ATTENDEE;PARTSTAT=ACCEPTED;EMAIL="maria@contract.example":/aMTYyNQ/principal/',
        'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:help@contract.example":mailto:maria@contract.example',
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Maria Santos:MAILTO:/O=EXCHANGELABS/OU=GROUP/CN=RECIPIENTS/CN=MARIA",
        'ATTENDEE;PARTSTAT=ACCEPTED;CN="Maria Santos/Contract":mailto:CN=Maria Santos/O=Contract',
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:dana@acme.example\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria@contract.example",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:dana@acme.example\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria.s@gmail.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maria@contract.example\r\n"
        "BEGIN:VALARM\r\nATTENDEE:mailto:x@y.example\r\nUID:alarm\r\nEND:VALARM",
    ],
)
def test_the_attendee_is_found_however_it_is_written(attendee: str) -> None:
    assert answered(itip(attendee)) == "accepted"


@pytest.mark.parametrize(
    ("sequence", "state"),
    [("SEQUENCE:2", "accepted"), ("SEQUENCE:1", "invited"), ("SEQUENCE:9", "accepted"), ("", "accepted")],
)
def test_the_sequence_says_which_slot_is_meant(sequence: str, state: str) -> None:
    assert answered(itip(sequence=sequence)) == state


def test_a_sequence_that_was_made_up_does_not_outrank_what_is_said_later() -> None:
    body = parts("alternative", TEXT, part(itip(sequence="SEQUENCE:999"), REPLY))
    no = itip("ATTENDEE;PARTSTAT=DECLINED:mailto:maria@contract.example").replace("T0850", "T0852")
    assert after(raw_mail(body), raw_mail(parts("alternative", TEXT, part(no, REPLY)))).state == "declined"


@pytest.mark.parametrize(
    "organizer",
    [
        "",
        "ORGANIZER:MAILTO:Team@ACME.example",
        'ORGANIZER;CN="Reyes; Dana";SENT-BY="mailto:x@y.example":mailto:team@acme.example',
        "ORGANIZER:mailto:dana@acme.example",
        "ORGANIZER;CN=Dana Reyes:invalid:nomail",
    ],
)
def test_our_own_invitation_is_meant(organizer: str) -> None:
    assert answered(itip(organizer=organizer)) == "accepted"


@pytest.mark.parametrize("uri", ["mailto:jo@b\u00fccher.example", "MAILTO:Jo@b%C3%BCcher.example"])
def test_an_address_has_one_spelling_also_in_calendars(uri: str) -> None:
    assert _address(f";PARTSTAT=ACCEPTED:{uri}") == "jo@xn--bcher-kva.example"
    assert _address(';EMAIL="50%off@contract.example":urn:x') == "50%off@contract.example"


FORGED = {
    "another organizer": (
        itip(organizer="ORGANIZER:mailto:boss@other.example"),
        "maria@contract.example",
        "",
    ),
    "unknown sender": (itip(), "eve@evil.example", ""),
    "unknown attendee": (
        itip("ATTENDEE;PARTSTAT=DECLINED:mailto:eve@evil.example"),
        "maria@contract.example",
        "",
    ),
    "another contractor": (
        itip("ATTENDEE;PARTSTAT=DECLINED:mailto:ben@contract.example"),
        "ben@contract.example",
        "",
    ),
    "in the owner's name": (
        itip("ATTENDEE;PARTSTAT=DECLINED:mailto:dana@acme.example"),
        "maria@contract.example",
        "",
    ),
    "fails DMARC": (
        itip(),
        "maria@contract.example",
        "Authentication-Results: mx.acme.example; dmarc=fail\n",
    ),
    "another event": (itip(uid="checkin-xyz@acme.example"), "maria@contract.example", ""),
}


@pytest.mark.parametrize(("content", "sender", "more"), FORGED.values(), ids=FORGED.keys())
def test_a_forged_answer_does_nothing(content: str, sender: str, more: str) -> None:
    body = parts("alternative", TEXT, part(content, REPLY))
    call = after(raw_mail(body, sender, f"Accepted: {TITLE}" if "other" in content else "x", more))
    assert (call.state, call.owner_answer) == ("invited", "")


@pytest.mark.parametrize(
    ("sender", "named", "state"),
    [
        ("noreply@email.apple.com", "Maria Santos <maria@contract.example>", "accepted"),
        ("nextcloud@cloud.contract.example", "maria@contract.example", "accepted"),
        ("calendar-notification@google.com", "maria@contract.example", "accepted"),
        ("calendar-notification@google.com", "Ben <ben@contract.example>", "invited"),
        ("eve@google.com", "maria@contract.example", "invited"),
        ("noreply@email.apple.com", "Ben <ben@contract.example>", "invited"),
        ("noreply@email.apple.com", "maria@contract.example, eve@evil.example", "invited"),
        ("eve@evil.example", "maria@contract.example", "invited"),
        ("eve@notcontract.example", "maria@contract.example", "invited"),
    ],
)
def test_a_calendars_own_address_answers_for_who_is_named_in_reply_to(
    sender: str, named: str, state: str
) -> None:
    body = parts("mixed", parts("alternative", TEXT, part(itip(), REPLY), mark="inner"))
    assert after(raw_mail(body, sender, "Accepted", f"Reply-To: {named}\n")).state == state


OTHER_EVENT = (
    "BEGIN:VEVENT",
    "UID:another@x.example",
    "DTSTART:20260310T160000Z",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:maria@contract.example",
    "END:VEVENT",
)


def test_of_several_events_ours_counts() -> None:
    assert answered(itip(before=OTHER_EVENT)) == "accepted"
    content = itip(method="COUNTER", start="DTSTART:20260306T160000Z", before=OTHER_EVENT)
    call = after(raw_mail(part(content, "text/calendar; method=COUNTER")))
    assert (call.state, call.proposed) == ("countered", LATER)


@pytest.mark.parametrize(
    "start",
    [
        "DTSTART:20260306T160000Z",
        "DTSTART;TZID=Asia/Manila:20260307T000000",
        "DTSTART;TZID=Singapore Standard Time:20260307T000000",
        "DTSTART;TZID=America/New_York:20260306T160000Z",
        "DTSTART;TZID=Eastern Standard Time:20260306T110000\r\n"
        "X-MS-OLK-ORIGINALSTART;TZID=Eastern Standard Time:20260306T090000",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_a_proposed_time_is_read_in_its_zone(start: str, charset: str) -> None:
    content = itip(method="COUNTER", start=start).encode(charset)
    kind = f"text/calendar; charset={charset}; method=COUNTER"
    assert after(raw_mail(parts("alternative", TEXT, part(content, kind, "base64")))).proposed == LATER


def own_zone(name: str, offset: str, *rules: str) -> str:
    """A zone that the calendar defines by itself, which has summer time from March to October."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for kind, rule, month in zip(("DAYLIGHT", "STANDARD"), rules, (3, 10), strict=True):
        lines += [f"BEGIN:{kind}", f"DTSTART:1601{month:02}01T020000", f"RRULE:{rule}"]
        lines += [f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", f"END:{kind}"]
    return "\r\n".join([*lines, "END:VTIMEZONE"])


YEARLY = ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")


def counter_in(name: str, local: str, *zones: str, sender: str = "maria@contract.example") -> RawMail:
    content = itip(method="COUNTER", start=f"DTSTART;TZID={name}:{local}", before=zones)
    return raw_mail(part(content, "text/calendar; method=COUNTER"), sender)


def test_a_zone_is_what_its_own_mail_says() -> None:
    """Outlook gives every zone that it has no name for the same name."""
    name = "Customized Time Zone"
    assert after(counter_in(name, "20260306T170000", own_zone(name, "+0100", *YEARLY))).proposed == LATER
    assert after(counter_in(name, "20260307T000000", own_zone(name, "+0800", *YEARLY))).proposed == LATER
    name = "tzone://Microsoft/Custom"
    assert after(counter_in(name, "20260306T213000", own_zone(name, "+0530", *YEARLY))).proposed == LATER


def test_the_names_of_zones_are_escaped_where_they_are_defined_alone() -> None:
    """As Exchange writes those that list cities."""
    name = "(UTC+01:00) Amsterdam, Berlin, Bern"
    defined = own_zone(name.replace(",", "\\,"), "+0100", *YEARLY)
    assert after(counter_in(f'"{name}"', "20260306T170000", defined)).proposed == LATER
    assert after(counter_in(name.replace(",", "\\,"), "20260306T170000", defined)).proposed == LATER
    assert after(counter_in('"(UTC+01:00) Amsterdam"', "20260306T170000", defined)).proposed is None


def test_a_zone_whose_rules_name_the_hour() -> None:
    """As Notes writes them."""
    rules = [rule.replace("BYDAY", "BYMINUTE=0;BYHOUR=2;BYDAY") for rule in YEARLY]
    zone = own_zone("W. Europe", "+0100", *rules)
    assert after(counter_in('"W. Europe"', "20260306T170000", zone)).proposed == LATER


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYHOUR=2;BYMINUTE=1,2,3,4,5,6,7,8,9,10",
        "BYMONTH=3;FREQ=MINUTELY",
        "FREQ=YEARLY;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=1,2,3,4,5,6,7,8;BYSECOND=1,2,3,4,5,6,7,8;BYDAY=MO,TU,WE,TH",
    ],
)
@pytest.mark.parametrize("sender", ["maria@contract.example", "eve@evil.example"])
def test_no_calendar_keeps_the_reader_busy(rule: str, sender: str) -> None:
    bomb = own_zone("Far", "+0100", rule, rule)
    assert after(counter_in("Far", "20260306T170000", bomb, sender=sender)).proposed is None
    many = [own_zone(f"Far{n}", "+0100", *YEARLY) for n in range(300)]
    assert after(counter_in("Europe/Madrid", "20260306T170000", bomb, *many)).proposed == LATER


@pytest.mark.timeout(20)
def test_no_line_ends_keep_the_reader_busy() -> None:
    content = itip().replace("BEGIN:VEVENT", "X-NOISE:" + "\r" * 180_000 + "x\r\nBEGIN:VEVENT")
    assert after(raw_mail(parts("alternative", TEXT, part(content, REPLY, "base64")))).state == "accepted"


@pytest.mark.parametrize(
    "start",
    ["DTSTART;VALUE=DATE:20260307", "DTSTART:99991231T235959Z", "DTSTART;TZID=Asia/Manila:00010101T000000"],
)
def test_a_proposal_without_a_time_is_a_proposal_all_the_same(start: str) -> None:
    content = itip(method="COUNTER", start=start)
    call = after(raw_mail(part(content, "text/calendar; method=COUNTER")))
    assert (call.state, call.proposed) == ("countered", None)


PASSED_ON = itip(
    'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:rosa@contract.example":mailto:maria@contract.example\r\n'
    'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:maria@contract.example":mailto:rosa@contract.example'
)
FROM_ROSA = itip(
    'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:maria@contract.example":mailto:rosa@contract.example'
).replace("T0850", "T0852")


def test_who_was_sent_instead_answers_and_nobody_else() -> None:
    passed_on = raw_mail(part(PASSED_ON, REPLY))
    rosa = raw_mail(part(FROM_ROSA, REPLY), "rosa@contract.example")
    assert after(passed_on).state == "delegated"
    assert after(passed_on, rosa).state == "accepted"
    assert after(rosa).state == "invited"
    assert after(passed_on, raw_mail(part(FROM_ROSA, REPLY), "eve@evil.example")).state == "delegated"


@pytest.mark.parametrize(
    ("subject", "state"),
    [
        (f"Accepted: {TITLE}", "accepted"),
        (f"=?utf-8?q?Accept=C3=A9=C2=A0=3A?= {TITLE}", "accepted"),
        (f"=?utf-8?q?Refus=C3=A9_=3A?= {TITLE}", "declined"),
        (f"Zugesagt: {TITLE}", "accepted"),
        (f"Abgelehnt: {TITLE}", "declined"),
        (f"Mit Vorbehalt: {TITLE}", "tentative"),
        (f"Aceptado: {TITLE}", "accepted"),
        (f"Aceito: {TITLE} @ sex. 6 mar. 2026 22:00", "accepted"),
        (f"Meeting declined: {TITLE}", "declined"),
        ("Accepted: New time for our check-in", "accepted"),
        (f"Re: Accepted: {TITLE}", "invited"),
        (f"New Time Proposed: {TITLE}", "invited"),
        ("Declined: my raise", "invited"),
    ],
)
def test_answers_without_a_calendar(subject: str, state: str) -> None:
    """They carry what the calendar calls the event, which in a language of its own is not the mail's subject."""
    assert after(raw_mail(TEXT, subject=subject)).state == state
    assert after(raw_mail(TEXT, "eve@evil.example", subject)).state == "invited"
    failed = "Authentication-Results: mx.acme.example; dmarc=fail\n"
    assert after(raw_mail(TEXT, subject=subject, more=failed)).state == "invited"


@pytest.mark.parametrize(
    "content", ["", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", itip(attendee="ATTENDEE:mailto:")]
)
def test_what_cannot_be_read_of_a_calendar_takes_nothing_from_the_mail_that_brings_it(content: str) -> None:
    mail = raw_mail(parts("alternative", TEXT, part(content, REPLY)), subject=f"Accepted: {TITLE}")
    assert after(mail).state == "accepted"
