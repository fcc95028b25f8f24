"""What people's mail programs make of what they write: mails with quotes, vacation notices, RSVPs."""

import email
import email.policy
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vCalAddress, vText

from relationship.parties import Party
from relationship.subjects import plain_subject

_LINK = re.compile(r"mailto:[^\s<>\"]+")


@dataclass(frozen=True)
class Writer:
    """Somebody at their mail program."""

    party: Party
    address: str  # the one they write from
    language: str = "en"

    @property
    def zone(self) -> ZoneInfo:
        """Whose wall clock stands in their mails."""
        return ZoneInfo(self.party.timezone)


@dataclass(frozen=True)
class Mail:
    """A mail that was written, as far as an answer to it needs to know."""

    writer: Writer
    to: str  # name and address
    at: datetime
    subject: str
    text: str
    message_id: str  # with brackets
    parents: tuple[str, ...] = ()  # with brackets, oldest first


def written(
    writer: Writer, to: str, at: datetime, subject: str, text: str, answered: Mail | None = None
) -> Mail:
    """A new mail, or the answer to one."""
    local, _, domain = writer.address.partition("@")
    name = f"<{at:%Y%m%d.%H%M%S}.{local}@{domain}>"
    parents = (*answered.parents, answered.message_id) if answered else ()
    shown = f"Re: {plain_subject(answered.subject)}" if answered else subject
    return Mail(writer, to, at, shown, text, name, parents)


def in_bytes(mail: Mail, answered: Mail | None = None) -> bytes:
    """The mail as it travels; what it answers is quoted below, as most mail programs do."""
    message = _headed(mail)
    text = mail.text if answered is None else f"{mail.text}\n\n{_quoted(answered, mail.writer)}"
    message.set_content(text + "\n", cte="8bit" if text.isascii() else "quoted-printable")
    return message.as_bytes()


def vacation(mail: Mail) -> bytes:
    """The mail program answers by itself (RFC 3834): it says so in its headers."""
    message = _headed(mail)
    message["Auto-Submitted"] = "auto-replied (vacation)"
    message["Precedence"] = "bulk"
    message.replace_header("Subject", f"Out of office: {plain_subject(mail.subject)}")
    message.set_content(mail.text + "\n")
    return message.as_bytes()


def _headed(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = formataddr((mail.writer.party.name, mail.writer.address))
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at.astimezone(mail.writer.zone))
    message["Message-ID"] = mail.message_id
    if mail.parents:
        message["In-Reply-To"] = mail.parents[-1]
        message["References"] = " ".join(mail.parents[-8:])
    return message


_WROTE = {
    "en": "On {at:%a, %-d %b %Y at %H:%M}, {who} wrote:",
    "es": "El {at:%-d/%-m/%Y, %H:%M}, {who} escribió:",
}


def _quoted(answered: Mail, reader: Writer) -> str:
    who = formataddr((answered.writer.party.name, answered.writer.address))
    above = _WROTE[reader.language].format(at=answered.at.astimezone(reader.zone), who=who)
    return "\n".join([above, *(f"> {line}".rstrip() for line in answered.text.splitlines())])


def rsvp(writer: Writer, to: str, at: datetime, letter: bytes, answer: str) -> bytes:
    """Their calendar's answer to the invitation in a letter (RFC 5546, 3.2.3)."""
    invitation = email.message_from_bytes(letter, policy=email.policy.default)
    part = next(part for part in invitation.walk() if part.get_content_type() == "text/calendar")
    asked = next(iter(Calendar.from_ical(part.get_content()).walk("VEVENT")))
    subject = f"{answer.capitalize()}: {invitation['Subject']}"
    said = "tentatively accepted" if answer == "tentative" else answer
    text = f"{writer.party.name} has {said} this invitation."
    message = _headed(written(writer, to, at, subject, text))
    message.set_content(text + "\n")
    message.make_mixed()
    reply = EmailMessage(policy=email.policy.SMTP)
    content = _answered(asked, writer, at, answer).to_ical().decode()
    reply.set_content(content, subtype="calendar", charset="utf-8", params={"method": "REPLY"})
    message.attach(reply)
    return message.as_bytes()


def _answered(asked: Component, writer: Writer, at: datetime, answer: str) -> Calendar:
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//A calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REPLY")
    for name in ("uid", "sequence", "organizer", "dtstart", "dtend", "summary"):
        event[name] = asked[name]
    event.add("dtstamp", at)
    attendee = vCalAddress(f"mailto:{writer.address}")
    attendee.params["PARTSTAT"] = vText(answer.upper())
    event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    return calendar


def click(writer: Writer, at: datetime, letter: bytes, tag: str) -> bytes | None:
    """The mail that a letter's link fills in and its reader sends off; None where it has no such link."""
    text = text_of(letter)
    for link in _LINK.findall(text):
        parts = urlsplit(link)
        filled = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if filled.get("body") == f"#{tag}":
            return in_bytes(written(writer, unquote(parts.path), at, filled["subject"], filled["body"]))
    return None


def text_of(letter: bytes) -> str:
    """A letter's plain text."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    body = message.get_body(("plain",))
    return unflowed(body.get_content()) if body else ""


def html_of(letter: bytes) -> str:
    """A letter's HTML page, with its pictures in it, as a mail program shows it."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    body = message.get_body(("html",))
    page = str(body.get_content()) if body else ""
    for part in message.walk():
        name = (part["Content-ID"] or "").strip("<>")
        if name and part.get_content_maintype() == "image":
            data = b64encode(part.get_content()).decode("ascii")
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return page


def unflowed(text: str) -> str:
    """Text whose soft line breaks (RFC 3676) are joined again."""
    lines: list[str] = []
    joins = False
    for line in text.splitlines():
        if joins:
            lines[-1] += line
        else:
            lines.append(line)
        joins = line.endswith(" ") and line != "-- "
    return "\n".join(lines)
