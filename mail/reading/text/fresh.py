"""Fresh text: what the writer wrote now, without quotes, forwarded mail, signatures and disclaimers.

Theory of operation. The text is cut where the mail that is answered begins: at "-----Original Message-----",
at a block of header lines ("From: ... Sent: ..."), or at "On ... wrote:" where no quoted lines follow it.
Lines that begin with ">" go, together with the "On ... wrote:" above them; what stands between and below
quotes stays (people answer inline). Then disclaimers, "Sent from my phone" and the signature go
(`mail.reading.text.signatures`).

All patterns work line by line on capped text, so that no text can make them slow. The marks themselves are
lists in `mail/reading/words/`.
"""

import re
from functools import cache
from unicodedata import normalize

from mail.reading.text.attributions import (
    ATTRIBUTION_LINES,
    LINE_CAP,
    LOOKS_ATTRIBUTED,
    QUOTED,
    attributed_in_line,
    attribution,
    glued,
    is_quoted,
    quote_follows,
)
from mail.reading.text.signatures import SIGNATURE, above_mark, without_notices, without_signature
from mail.reading.words.wordlists import is_greeting, merged, one_of, phrases, plain

TEXT_CAP = 20_000  # characters; what lies beyond is not looked at

# QQ's has a word in its middle: "------ Original ------".
_RULE = re.compile(r"\s*[-_=*\u2010\u2014]{5,}(?:\s?[^-_=*\n]{1,40}[-_=*\u2010\u2014]{5,})?\s*$")
_INVISIBLE = str.maketrans(
    "\u00a0",
    " ",
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\0",
)
_RULE_MARKS = "-_=*—\u2010#"  # Proton's rules are of real hyphens
_LINE_MARKS = ">›»|&" + _RULE_MARKS  # one of these begins a quoted line, or a rule above an older mail
_NAMED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>$")
# What stands above signed text (RFC 4880, section 7).
_PGP_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:\S.*\n){0,5}\n", re.MULTILINE)
_UUENCODED = re.compile(r"^begin [0-7]{3} .*$(?:\n.*)*?(?:\n^end[ \t]*$|\Z)", re.MULTILINE)
_DAVID = re.compile(r"\[?original message processed by david", re.IGNORECASE)  # Tobit's, in every language


def fresh_text(text: str) -> str:
    """The fresh part of a plain text body, lines stripped, no blank lines at the ends."""
    return "\n".join(without_signature(_fresh_lines(text))).strip()


def own_words(text: str) -> str:
    """The same with its closing, "Thanks, Dana", for words that are passed on; "" where not all of it is here."""
    if len(text) > TEXT_CAP and not find_end(text):
        return ""
    return "\n".join(above_mark(_fresh_lines(text))).strip()


def _fresh_lines(text: str) -> list[str]:
    """The fresh lines, with whatever signature there is, and without what programs put there."""
    text = text[:TEXT_CAP].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not text.isascii():
        text = normalize("NFC", text.translate(_INVISIBLE))  # some programs write "ö" as two characters
    if "-----BEGIN PGP SIG" in text:
        text = _PGP_SIGNED.sub("", text).partition("-----BEGIN PGP SIGNATURE-----")[0]
    if "\nbegin " in text:
        text = _UUENCODED.sub("", text)
    return without_notices(_without_quotes([line.strip() for line in text.split("\n")]))


def find_end(text: str) -> bool:
    """Whether fresh text ends within the text, at a quote, a signature or a forwarded mail.

    A quote is no end where nothing stands above it, or only that the answers stand below.
    """
    text = text[:TEXT_CAP].replace("\r\n", "\n").replace("\u00a0", " ")
    lines = [line.strip() for line in text.split("\n")]
    end = next((n for n in range(len(lines)) if _is_end(lines, n)), None)
    return end is not None and not (QUOTED.match(lines[end]) and _goes_on_below(lines[:end]))


def _goes_on_below(above: list[str]) -> bool:
    """Whether people who write so above a quote write more between its lines, or at its end."""
    said = [line for line in _without_quotes(above) if line and not is_greeting(line)]
    return not said or bool(one_of("answers below").search(plain(" ".join(said))))


def _is_end(lines: list[str], n: int) -> bool:
    line = lines[n]
    return bool(QUOTED.match(line) or SIGNATURE.match(line) or _starts_original(lines, n))


def _without_quotes(lines: list[str]) -> list[str]:
    """The lines without quoted ones, up to where a forwarded or answered mail begins."""
    n = _surely_fresh(lines)
    kept = lines[:n]
    quotes = False  # whether a line has said whose words are quoted: initials mark none without it
    while n < len(lines):
        line = lines[n]
        length = 0
        if line and (line[0] == ">" or ((quotes or not line[0].isalnum()) and is_quoted(line))):
            if line[-1] == ">" and _between_marks(line) and not quote_follows(lines, n + 1):
                break
            length = 1
        elif line:
            if not any(kept) and one_of("answer above").search(plain(line)):
                length = 1  # a help desk's line above what its people write
            else:
                length = attribution(lines, n) or _quoted_block(lines, n)
                quotes = quotes or bool(length)
                if length == 1 and (answer := glued(line)):
                    kept.append(answer)
                if not quote_follows(lines, n + length) if length else _starts_original(lines, n):
                    break  # the answered mail follows without marks, or nothing does
        if not length:
            kept.append(line)
        n += length or 1
    return kept


def _surely_fresh(lines: list[str]) -> int:
    """How many lines at the beginning hold and precede nothing that marks quoted mail; most texts are over by then."""
    for n, line in enumerate(lines):
        if line and (line[0] in _LINE_MARKS or line[-1] == ">" or ":" in line or "：" in line):
            return max(0, n - ATTRIBUTION_LINES + 1)
    return len(lines)


def _quoted_block(lines: list[str], n: int) -> int:
    """How many header lines ("From: ... Date: ...") stand here above a quote in ">"; 0 where it is not so."""
    if ":" not in lines[n] or not _header_block(lines, n):
        return 0
    length = next((k for k, line in enumerate(lines[n:]) if not _is_header_line(line)), 0)
    return length if quote_follows(lines, n + length) else 0


def _starts_original(lines: list[str], n: int) -> bool:
    """Whether the mail that is answered or forwarded begins here."""
    line = lines[n][:LINE_CAP]
    if not line:
        return False
    if line[0] not in _RULE_MARKS and ":" not in line and "：" not in line:
        return (line[-1] == ">" and _notes_block(lines, n)) or (line[0] in "Oo" and bool(_DAVID.match(line)))
    if line[0] == "[" and _DAVID.match(line):
        return True
    if line[0] in _RULE_MARKS and (
        _original().fullmatch(plain(line).strip("-_=*—\u2010 >:#")) or _rule_before_headers(lines, n)
    ):
        return True
    if line.endswith(":") and _original().fullmatch(plain(line).strip("-*: ")):
        return True
    return _header_block(lines, n) or attributed_in_line(line)


def _between_marks(line: str) -> bool:
    """GroupWise: ">>> Jo <jo@x.example> 11/9/2026 10:00 AM >>>", and no mark in front of what was written then."""
    return line.startswith(">>> ") and line.endswith(" >>>") and bool(LOOKS_ATTRIBUTED.search(line))


def _rule_before_headers(lines: list[str], n: int) -> bool:
    if not _RULE.match(lines[n]):
        return False
    following = [k for k in range(n + 1, min(n + 4, len(lines))) if lines[k]]
    return bool(following) and _header_block(lines, following[0])


def _header_block(lines: list[str], n: int) -> bool:
    """Two header lines of an answered mail close together, the first with something after its colon."""
    if not _is_header_line(lines[n]):
        return False
    following = [line for line in lines[n + 1 : n + 7] if line][:3]
    count = sum(1 for line in following if _is_header_line(line))
    return count >= 2 or (count == 1 and "@" in lines[n])


def _notes_block(lines: list[str], n: int) -> bool:
    """Lotus Notes: the writer and their address, below it "To" and "Subject" on lines of their own."""
    if not _NAMED.search(lines[n]):
        return False
    alone = [line for line in lines[n + 1 : n + 20] if line and plain(line) in _header_names()]
    return len(alone) >= 2


def _is_header_line(line: str) -> bool:
    head, colon, _ = line[:80].replace("：", ":").partition(":")
    return bool(colon) and plain(head.strip("*_> ")) in _header_names()


@cache
def _original() -> re.Pattern[str]:
    marks = (*phrases("original"), *phrases("answer above"))
    return re.compile(f"(?:{merged(marks)})(?:\\s+.{{0,80}})?")


@cache
def _header_names() -> frozenset[str]:
    return frozenset(plain(name) for name in phrases("header names"))
