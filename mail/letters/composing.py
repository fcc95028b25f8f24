"""A rendered letter becomes a mail: its final bytes, the same ones however often they are sent.

Nothing here is random and no clock is read: the same letter gives the same bytes. Lines end in CRLF, all
is ASCII. The letter lands in its conversation by References and In-Reply-To (RFC 5322, 3.6.4) and by its
subject, which Gmail wants to be the same; it says that a machine wrote it (RFC 3834, 5) and asks that no
machine answers it (X-Auto-Response-Suppress, [MS-OXCMAIL] 2.2.3.2.14). The header block is written here,
line by line: the standard library's folding encodes a long Message-ID, and then no mail program finds the
conversation.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256
from html import escape as escape_html
from textwrap import wrap

from mail.letters.footers import Call, footer
from mail.letters.markdown import Markdown, one_line, to_html, to_text
from mail.letters.pictures import Picture, related
from mail.letters.rendering import MAX_SUBJECT, Rendered, RenderingError
from relationship.parties import language_alone

Address = tuple[str, str]  # name, address

# Characters of the whole header; RFC 5322, 2.1.1, says so of a line, some servers of a header.
MAX_REFERENCES = 998
MAX_ID = 250  # no mail program makes a longer Message-ID
MAX_NAME = 100
_ID = re.compile(r"[!-;=?-~]+")  # printable ASCII without blanks and angle brackets
_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_RIGHT_TO_LEFT = frozenset(["ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"])
_LEFT = re.compile(r'(<(?:[uo]l|blockquote) style="[^"]{0,80}?)-left:')
_WIDTH = 72  # characters of a flowed line (RFC 3676, 4.2)

_FRAME = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:0">
<div style="max-width:600px;padding:16px;overflow-wrap:anywhere;{font}">
{body}
<div style="margin-top:28px;padding-top:12px;border-top:1px solid #b0b0b0;{small}">
{footer}
</div>
</div>
</body>
</html>
"""
_FONT = "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SMALL = "font-size:13px;line-height:1.45;color:#767676"


def compose(
    rendered: Rendered,
    *,
    sender: Address,
    to: Address,
    token: str,
    message_id: str,
    at: datetime,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    conversation_subject: str | None = None,
    pause_link: str = "",
    owner_name: str = "",
    cc: Address | None = None,
    calendar: bytes | None = None,
    picture: Picture | None = None,
    call: Call | None = None,
) -> bytes:
    """The mail's final bytes: ASCII, CRLF.

    `message_id`, `in_reply_to` and `references` are without brackets; `references` are those of the mail that
    is answered, oldest first. `conversation_subject` (without "Re:") stands where the letter joins a
    conversation, None where it starts one. `owner_name` is whom the footer speaks of (default: the sender).
    `call` is one of which the footer asks how it went.
    `calendar` is an iTIP object; its METHOD is taken from it. RenderingError where an address cannot stand in
    a header. A sketch is its words alone.
    """
    if rendered.sketch:
        for _, address in (sender, to):
            _ascii(address)  # it raises where no mail could be sent there
        return b"MIME-Version: 1.0\r\n\r\n" + rendered.markdown.encode("ascii", "replace")
    told = footer(rendered.reader, owner_name or sender[0], pause_link, rendered.language, call)
    subject = subject_of(rendered, conversation_subject)
    headers = [
        _addressed("From", sender),
        _addressed("To", to),
        *([_addressed("Cc", cc)] if cc else []),
        _worded("Subject", subject),
        f"Date: {format_datetime(at)}",
        *_threading(message_id, in_reply_to, references),
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        f"X-Keepwarm-Letter: {token}",
        "MIME-Version: 1.0",
    ]
    text, page = parts(rendered, told, subject)
    body = _body(text, page, calendar, picture, sha256(token.encode()).hexdigest()[:24])
    return "".join(f"{line}\r\n" for line in headers).encode("ascii") + body.as_bytes(policy=SMTP)


def body_of(
    rendered: Rendered, told: Markdown, subject: str, mark: str, calendar: bytes | None = None
) -> bytes:
    """The body alone, with its own MIME headers; `told` is the footer, `mark` tells the parts apart."""
    text, page = parts(rendered, told, subject)
    return _body(text, page, calendar, None, mark).as_bytes(policy=SMTP)


def subject_of(rendered: Rendered, conversation_subject: str | None) -> str:
    """The conversation's own subject inside one, else the template's."""
    if conversation_subject is None:
        return rendered.subject
    return f"Re: {one_line(conversation_subject)}".strip()[:MAX_SUBJECT]


def parts(rendered: Rendered, footer: Markdown, subject: str) -> tuple[str, str]:
    """The whole text and the whole HTML page: one column, the reader's own colours, nothing to fetch."""
    text = f"{rendered.text}\n\n-- \n{to_text(footer)}\n"
    page = _FRAME.format(
        language=escape_html(rendered.language, quote=True),
        title=escape_html(subject),
        font=_FONT,
        small=_SMALL,
        body=_turned(rendered.html, rendered.language),
        footer=to_html(footer).replace("<a ", '<a style="color:inherit" '),
    )
    return text, page


def _turned(page: str, language: str) -> str:
    """A letter in a language that is written from right to left begins on the right; its footer has its own words."""
    if language_alone(language) not in _RIGHT_TO_LEFT:
        return page
    page = _LEFT.sub(r"\1-right:", page)
    return f'<div dir="rtl" style="text-align:right">\n{page}\n</div>'


def threaded(in_reply_to: str | None, references: Sequence[str]) -> list[str]:
    """The ids of References: the root and as many of the last ones as there is room for."""
    ids = [i for i in dict.fromkeys((*references, *([in_reply_to] if in_reply_to else []))) if _is_id(i)]
    room = MAX_REFERENCES - len("References:")
    last: list[str] = []
    for one in reversed(ids[1:]):
        room_left = room - sum(len(i) + 5 for i in (*last, one, ids[0]))
        if room_left < 0:
            break
        last.insert(0, one)
    return ids[:1] + last


def _threading(message_id: str, in_reply_to: str | None, references: Sequence[str]) -> list[str]:
    if not _is_id(message_id):
        raise RenderingError(f"{message_id!r} cannot be a Message-ID")
    lines = [f"Message-ID: <{message_id}>"]
    if in_reply_to and _is_id(in_reply_to):
        lines.append(f"In-Reply-To: <{in_reply_to}>")
    ids = threaded(in_reply_to, references)
    return lines + (["References: " + "\r\n ".join(f"<{one}>" for one in ids)] if ids else [])


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID and bool(_ID.fullmatch(text))


def _addressed(header: str, who: Address) -> str:
    name, address = one_line(who[0])[:MAX_NAME], _ascii(who[1])
    if name.isascii() and "=?" not in name:
        return f"{header}: {formataddr((name, address))}"
    return f"{_worded(header, name)}\r\n <{address}>"


def _ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        known = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        known = address
    if not _ADDRESS.fullmatch(known):
        raise RenderingError(f"{address!r} is not an address that mail can be sent to")
    return known


def _worded(header: str, text: str) -> str:
    """A header of free text, folded; what is not ASCII, or only looks encoded, is encoded (RFC 2047)."""
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    value = Header(text, charset, maxlinelen=76, header_name=header).encode(linesep="\r\n")
    return f"{header}: {value}"


def _body(text: str, page: str, calendar: bytes | None, picture: Picture | None, mark: str) -> MIMEPart:
    both = MIMEPart(policy=SMTP)
    both.make_alternative(f"=_alt_{mark}")
    both.attach(_part(flowed(text), "plain", {"format": "flowed"}))
    html = _part(page, "html")
    both.attach(related(html, picture, mark) if picture else html)
    if calendar is None:
        return both
    found = _METHOD.search(calendar)
    method = {"method": found[1].decode()} if found else {}
    both.attach(_part(calendar.decode(), "calendar", method, "base64"))
    mixed = MIMEPart(policy=SMTP)
    mixed.make_mixed(f"=_mixed_{mark}")
    mixed.attach(both)
    attached = MIMEPart(policy=SMTP)
    attached.set_content(calendar, "application", "ics", filename="invite.ics")
    mixed.attach(attached)
    return mixed


def _part(
    text: str, subtype: str, params: dict[str, str] | None = None, cte: str = "quoted-printable"
) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part.set_content(text, subtype=subtype, charset="utf-8", cte=cte, params=params)
    return part


def flowed(text: str) -> str:
    """Text with soft line breaks (RFC 3676), which mail programs join to the width of the screen."""
    return "\n".join(line for paragraph in text.split("\n") for line in _flow(paragraph))


def _flow(paragraph: str) -> list[str]:
    if paragraph == "-- " or paragraph.startswith(">"):
        return [paragraph]
    indent = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
    lines = wrap(paragraph.strip(), _WIDTH - 2, break_long_words=False, break_on_hyphens=False) or [""]
    soft = [f"{line} " for line in lines[:-1]] + lines[-1:]
    return [_stuffed(indent + line if n == 0 else line) for n, line in enumerate(soft)]


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith((" ", ">", "From ")) else line
