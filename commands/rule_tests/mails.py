"""The mails of a timeline, as mail programs would send them: the real understanding reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from mail.raw import RawMail
from relationship.facts.check_in import CheckIn
from relationship.parties import Party


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, when, and which mails it hangs below (Message-IDs without brackets, oldest first)."""

    at: datetime
    name: str  # Message-ID, without brackets
    sender: Party
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    subject: str = ""
    parents: tuple[str, ...] = ()


def written(envelope: Envelope, text: str) -> EmailMessage:
    """What a person writes."""
    mail = _addressed(envelope)
    mail.set_content(text or "\n")
    return mail


def automatic(envelope: Envelope, text: str, back_on: date) -> EmailMessage:
    """What a mail program answers of its own accord (RFC 3834)."""
    mail = _addressed(envelope)
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text or f"I am out of office until {back_on:%d %B %Y}.")
    return mail


def bounce(at: datetime, name: str, mailbox: str, address: str) -> bytes:
    """A delivery report (RFC 3464): the address is not there."""
    lines = (
        f"From: MAILER-DAEMON@{mailbox.partition('@')[2]}",
        f"To: {mailbox}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{name}>",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        f"<{address}>: 550 5.1.1 no such user",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        f"Final-Recipient: rfc822; {address}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b--",
        "",
    )
    return "\n".join(lines).encode()


def rsvp(envelope: Envelope, check_in: CheckIn, answer: str) -> EmailMessage:
    """A calendar's answer to an invitation (RFC 5546, 3.2.3)."""
    mail = _addressed(envelope)
    lines = (
        "BEGIN:VCALENDAR",
        "METHOD:REPLY",
        "VERSION:2.0",
        "PRODID:-//rule test//EN",
        "BEGIN:VEVENT",
        f"UID:{check_in.uid}",
        f"SEQUENCE:{check_in.sequence}",
        f"DTSTAMP:{envelope.at:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{check_in.starts_at:%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={answer.upper()}:mailto:{envelope.sender.addresses[0]}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    mail.set_content(
        "\r\n".join(lines), subtype="calendar", params={"method": "REPLY"}, cte="8bit", charset="utf-8"
    )
    return mail


def raw(mail: EmailMessage | bytes, folder: str, uid: int, at: datetime) -> RawMail:
    """The mail as it lies in a folder of the shared mailbox."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    return RawMail(folder, uid, at, frozenset(), head + b"\n\n", body, complete=True)


def _addressed(envelope: Envelope) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr((envelope.sender.name, envelope.sender.addresses[0]))
    mail["To"] = ", ".join(envelope.to)
    if envelope.cc:
        mail["Cc"] = ", ".join(envelope.cc)
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = f"<{envelope.name}>"
    if envelope.parents:
        mail["In-Reply-To"] = f"<{envelope.parents[-1]}>"
        mail["References"] = _bracketed(envelope.parents)
    return mail


def _bracketed(names: Sequence[str]) -> str:
    return " ".join(f"<{name}>" for name in names)
