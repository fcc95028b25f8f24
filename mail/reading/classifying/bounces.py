"""Bounces: which recipient failed, for good or for now, and which of our letters came back.

Reports by the book (RFC 3464) are read field by field. What old mail servers, qmail, Exim and Exchange write
instead is read by the marks that they share: the recipient stands near the beginning, in brackets or at the
start of a line, and the mail that came back follows with its headers.
"""

import re

from mail.reading.classifying.diagnoses import code_by_words, no_such_address, not_yet
from mail.reading.syntax.addresses import addresses_in
from mail.reading.syntax.headers import Headers
from mail.reading.syntax.mime import Part
from mail.reading.syntax.parsing import Mail, ids_in
from relationship.domains import on_the_wire
from relationship.facts.messages import Bounce

TEXT_CAP = 16_384  # characters of a report that are looked at
RECIPIENTS = 10  # of a report that follows no standard: more are hardly recipients

_RETURNED_PARTS = frozenset(
    ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"]
)
_FIELD = re.compile(r"^([A-Za-z-]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}")
# In letters of its own (RFC 6533): "utf-8; jo@bücher.example", in ASCII "jo@b\x{FC}cher.example".
_SPELLED = re.compile(r"[^\s<>()\[\],;:\\\"@]{1,64}@[^\s<>()\[\],;:\\\"@]{1,250}")
_LETTER = re.compile(r"\\x\{([0-9A-Fa-f]{2,4})\}")
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# Where a server says it: at the beginning, or behind a reply code ("550 5.1.1", "550-5.1.1", "550 #5.1.0").
_REPLY = re.compile(r"(?:^\W*|(?<![\d.])[245]\d\d[ -]\W{0,2})([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.])([45])\d\d(?![\d.])[\s#-]")
_RETURNED = re.compile(
    r"^[ \t>]{0,20}(?:--.{0,100}?(?:copy of|original|returned|unsent|message|headers|transcript).*|"
    r"original message (?:details|headers?|follows)\b.*|"
    r"received:.*|"
    r"return-path:.*|message-id:.*|={5,}[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_MESSAGE_ID = re.compile(
    r"^[ \t>]{0,20}message-id[ \t]{0,4}:[ \t]*(?:\n[ \t]+)?(<[^<>\n]{1,998}>)", re.MULTILINE | re.IGNORECASE
)
_TO = re.compile(r"^[ \t>]{0,20}to[ \t]{0,4}:(.*)", re.MULTILINE | re.IGNORECASE)
# Where a failed recipient stands: qmail, Postfix "<jo@x>:", Exim "  jo@x", Exchange "'jo@x' on", "To: jo@x".
_PLACES = re.compile(
    r"^[ \t]{0,40}(?:[*•-][ \t]{1,4})?(?:(?:recipient|(?:final|original|failed|rejected)[ -]recipients?|"
    r"(?:user|address|e-?mail|to|rcpt to|addressee)s?)(?=[ \t:<(\['\"]))?"  # and not the "to" of tom@x
    r"(?:[ \t]{0,8}:[ \t]{0,20})?['\"<(\[]{0,2}(?:rfc822;[ \t]{0,4}|mailto:|smtp:)?"
    r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250})['\">)\]]{0,2}",
    re.MULTILINE | re.IGNORECASE,
)
_FINAL = re.compile(r"^(?:final|original)-recipient[ \t]*:(.*)", re.MULTILINE | re.IGNORECASE)
_ORIGINALLY = re.compile(
    r"\((?:expanded|(?:ultimately )?generated) from:?\s{1,8}<?"
    r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250})>?\)"
)
# What comes before the list of failed recipients.
_ANNOUNCED = re.compile(
    r"(?:following|these|those|some|this|intended) (?:e-?mail )?"
    r"(?:recipient|address|destination)(?:\(e?s\)|e?s)?|"
    r"delivered to:?|deliver to:?|failed recipients?|folgende[nr]? (?:Empfänger|Adresse)n?|"
    r"destinataires? suivants?|destinatarios? siguientes?|siguientes? destinatarios?|"
    r"seguintes? destinatários?|destinatari? seguenti",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mdaemon|mail[-_.]?daemon|root|abuse|help-?desk)@"
)


def read_bounces(mail: Mail) -> tuple[Bounce, ...]:
    """The recipients that failed, each once; () where the report says that delivery succeeded.

    A report that names no recipient gives one bounce with the address "".
    """
    letter = _letter(mail)
    reports = [part for part in mail.parts if part.kind.endswith("/delivery-status") or _is_global(part)]
    if reports:
        found, known = _by_the_book(reports, letter, _for_people(mail, reports[0]))
        if found or known:
            return found
    return _by_marks(mail, letter)


def _for_people(mail: Mail, report: Part) -> str:
    """What stands before a report (RFC 6522, section 3); behind it comes the mail that is returned."""
    before = mail.parts[: mail.parts.index(report)]
    texts = (part.text for part in before if part.kind == "text/plain")
    return "\n".join(texts)[:TEXT_CAP].replace("\r\n", "\n")


def _is_global(part: Part) -> bool:
    return part.kind == "message/global-delivery-status"


def _by_the_book(reports: list[Part], letter: str, text: str) -> tuple[tuple[Bounce, ...], bool]:
    """Bounces of RFC 3464 reports, and whether any recipient was reported on at all; `text` is meant for people."""
    found: dict[str, Bounce] = {}
    known = False
    for report in reports:
        for group in re.split(r"\n[ \t]*\n", report.text.replace("\r\n", "\n")[:TEXT_CAP]):
            fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(group)}
            recipient = fields.get("final-recipient") or fields.get("original-recipient")
            if not recipient and "action" not in fields:
                continue
            known = True
            bounce = _of_recipient(fields, letter, text)
            if bounce and (bounce.permanent or bounce.address not in found):
                found[bounce.address] = bounce
    return tuple(found.values()), known


def _of_recipient(fields: dict[str, str], letter: str, text: str) -> Bounce | None:
    """One recipient's group; None where the mail arrived (RFC 3464, 2.3.3)."""
    action = fields.get("action", "failed").split(" ")[0].lower().strip(";.")
    if action in ("delivered", "relayed", "expanded"):
        return None
    code = _CODE.search(fields.get("status", "")) or _CODE.search(fields.get("diagnostic-code", ""))
    status = code[1] if code else ""
    # OpenSMTPD names no cause here at all, and Exim none of its own: it stands in the text alone.
    words = fields.get("diagnostic-code") or _said_of(_address(fields.get("final-recipient", "")), text)
    # Sendmail's is 5.1.1 for every 550 at RCPT, Exim's 5.0.0 for each failure: the other server's tells more.
    if action != "delayed" and (status.startswith("5.1.") or _says_little(status)):
        status = _code_in(words, status) or status
    if no_such_address(status, words):
        status = "5.1.1"
    elif action != "delayed" and _says_little(status):
        status = code_by_words(words) or status
    # The original recipient is the address that we wrote to; the final one may be an internal name.
    address = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", ""))
    permanent = action != "delayed" and not status.startswith("4")
    return Bounce(address, status, permanent, letter)


def _said_of(address: str, text: str) -> str:
    """What the text says of a recipient: behind the address, and below it where the lines stand further in."""
    place = rf"^([ \t]{{0,20}})<?{re.escape(address)}>?:?(?![\w.@-])(.*(?:\n\1[ \t]+\S.*){{0,10}})"
    found = re.search(place, text, re.MULTILINE | re.IGNORECASE) if address else None
    return " ".join(found[2].split()) if found else ""


def _code_in(words: str, status: str) -> str:
    """The code that a server's words begin with, where they tell more than the status, and no other class of it."""
    code = _REPLY.search(words)
    return code[1] if code and code[1][0] == (status or code[1])[0] and not _says_little(code[1]) else ""


def _says_little(status: str) -> bool:
    """Whether a code leaves open what failed, so that the words must tell (RFC 3463: ".0" is "other or undefined")."""
    return not status or status.endswith(".0.0") or (status[0] == "5" and status.endswith(".0"))


def _address(value: str) -> str:
    said = _LETTER.sub(lambda code: chr(int(code[1], 16)), value.rpartition(";")[2].replace("[at]", "@"))
    said = said.encode("utf-8", "replace").decode()  # a code may stand for half a letter
    if not said.isascii():
        spelled = _SPELLED.search(said)
        return on_the_wire(_clean(spelled[0])) if spelled else ""
    match = _ADDRESS.search(said)
    return _clean(match[0]) if match else ""


def _by_marks(mail: Mail, letter: str) -> tuple[Bounce, ...]:
    """Bounces of reports that follow no standard."""
    text = report_text(mail)
    subject = mail.subject
    words = f"{subject}\n{text}"
    permanent = not not_yet(words) and "delay" not in subject.lower() and "warning:" not in subject.lower()
    status = _status(words, permanent)
    if status.startswith("4"):
        permanent = False
    before = (_clean(one) for one in _ORIGINALLY.findall(text))  # an alias that we wrote to
    addresses = tuple(dict.fromkeys((*_failed(mail, text), *before))) or ("",)
    return tuple(Bounce(address, status, permanent, letter) for address in addresses)


def _status(words: str, permanent: bool) -> str:
    code = _CODE.search(words)
    if code and not code[1].startswith("2"):
        return (_says_little(code[1]) and permanent and code_by_words(words)) or code[1]
    smtp = _SMTP.search(words)
    if smtp and smtp[1] == "4":
        return "4.0.0"
    if not permanent:
        return "4.0.0"
    return code_by_words(words) or ("5.0.0" if smtp else "")


def _failed(mail: Mail, text: str) -> tuple[str, ...]:
    named = [_address(one) for one in mail.headers.first(b"x-failed-recipients").split(",")]
    if any(named):
        return tuple(dict.fromkeys(one for one in named if one))
    spared = {*mail.to, *mail.from_, *mail.cc}
    announced = _ANNOUNCED.search(text)
    below = text[announced.end() :] if announced else ""
    for pattern, where in ((_PLACES, below), (_ADDRESS, below), (_PLACES, text), (_ADDRESS, text)):
        found = (_clean(match[match.lastindex or 0]) for match in pattern.finditer(where))
        addresses = dict.fromkeys(one for one in found if one not in spared and not _MACHINE.match(one))
        if addresses:
            return tuple(addresses)[:RECIPIENTS]
    to = _TO.search(whole_text(mail))
    return (_address(to[1]),) if to and _address(to[1]) else _named_in_returned(mail)


def _clean(address: str) -> str:
    return address.lower().partition("..")[0].strip("'.").removeprefix("smtp=")


def report_text(mail: Mail) -> str:
    """What the server says, without the mail that it returns."""
    text = whole_text(mail)
    returned = _RETURNED.search(text)
    while returned and returned.start() < 40 and returned.end() < len(text):
        returned = _RETURNED.search(text, returned.end())
    return text[: returned.start()] if returned else text


def whole_text(mail: Mail) -> str:
    """The report with the mail that it returns, where both are one text."""
    texts = [
        part.text for part in mail.parts if part.kind == "text/plain" and part.disposition != "attachment"
    ]
    return ("\n".join(texts) or mail.opening)[:TEXT_CAP].replace("\r\n", "\n")


def _named_in_returned(mail: Mail) -> tuple[str, ...]:
    """The failed recipient where the report names none: by another report in it, or the only one of what came back."""
    returned = next((part.text for part in mail.parts if part.kind in _RETURNED_PARTS), "")[:TEXT_CAP]
    final = _FINAL.search(returned)
    if final:
        return tuple(filter(None, [_address(final[1])]))
    headers = Headers(returned.partition("\n\n")[0].encode("utf-8", "replace"))
    to = addresses_in(b",".join((*headers.raw(b"to"), *headers.raw(b"cc"))))
    return to if len(to) == 1 and to[0] not in (*mail.to, *mail.from_) else ()


def _letter(mail: Mail) -> str:
    """The Message-ID of the mail that came back."""
    returned = [part.text for part in mail.parts if part.kind in _RETURNED_PARTS]
    told = "\n".join(part.text for part in mail.parts if part.kind.startswith("text/"))
    return next(filter(None, map(_id_told, (*returned, told))), "")


def _id_told(text: str) -> str:
    """The id in the first Message-ID of a text; "" where that holds none."""
    found = _MESSAGE_ID.search(text[:65_536])
    return next(iter(ids_in(found[1].encode("utf-8", "replace"))), "") if found else ""
