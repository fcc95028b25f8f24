"""Fresh text: what the writer wrote now, without quotes, forwarded mail, signatures and disclaimers.

Theory of operation. The text is cut where the mail that is answered begins: at "-----Original Message-----",
at a block of header lines ("From: ... Sent: ..."), or at "On ... wrote:" where no quoted lines follow it.
Lines that begin with ">" go, together with the "On ... wrote:" above them; what stands between and below
quotes stays (people answer inline). Then disclaimers, "Sent from my phone" and the signature go
(`mail.reading.signatures`).

All patterns work line by line on capped text, so that no text can make them slow. The marks themselves are
lists in `mail/reading/words/`.
"""

import re
from functools import cache
from unicodedata import normalize

from mail.reading.signatures import SIGNATURE, above_mark, without_notices, without_signature
from mail.reading.wordlists import is_greeting, merged, one_of, phrases, plain

TEXT_CAP = 20_000  # characters; what lies beyond is not looked at
LINE_CAP = 1_000  # characters of a line that are compared with the marks
ATTRIBUTION_LINES = 4  # so many does "On ... wrote:" take at most

_QUOTED = re.compile(r"[ \t]{0,3}(?:[>›»|]|&gt;)")
_INITIALED = re.compile(r"[^\W\d_a-zа-яё]{1,4}>{1,9}(?:\s|$)")  # The Bat: "DR> Could you"
_RULE = re.compile(r"\s*[-_=*\u2010\u2014]{5,}\s*$")
_INVISIBLE = str.maketrans(
    "\u00a0",
    " ",
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\0",
)
_RULE_MARKS = "-_=*—\u2010#"  # Proton's rules are of real hyphens
_LINE_MARKS = ">›»|&" + _RULE_MARKS  # one of these begins a quoted line, or a rule above an older mail
# Gmail's older form: "2026-11-09 10:00 GMT+08:00 Jo <jo@x.example>:".
_GMAIL = re.compile(r"\d{4}-\d\d-\d\d .{1,100}<[^<>]{3,320}>:$")
# Tuta: "Nov 9, 2026, 10:00 by jo@x.example:", in the writer's language.
_TUTA = re.compile(
    r"(?:[^\W\d]{1,12}\.?,? ){0,2}\d.{0,30}\d{1,2}[:.]\d\d(?: [ap]m)?,? \S{1,6} [^\s<>@]{1,64}@\S{1,255}:"
)
# In any language: an address in brackets, a time and a date, in a line that ends with a colon.
_DATED = tuple(
    re.compile(one)
    for one in (r"<[^<>@\s]{1,64}@[^<>\s]{1,255}>", r"\d{1,2}[:.]\d\d", r"\d{4}|(?:\d+[./-]){2}")
)
_NAMED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>$")
_NAMED_WROTE = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>[^:：]{0,40}[:：](?=\s)")
# What stands above signed text (RFC 4880, section 7).
_PGP_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:\S.*\n){0,5}\n", re.MULTILINE)
_UUENCODED = re.compile(r"^begin [0-7]{3} .*$(?:\n.*)*?(?:\n^end[ \t]*$|\Z)", re.MULTILINE)
_DAVID = re.compile(r"\[?original message processed by david", re.IGNORECASE)  # Tobit's, in every language
# Zoho: "---- On Mon, 09 Nov 2026 10:00:00 +0800 Jo <jo@x.example> wrote ----", in the writer's language.
_BETWEEN_DASHES = re.compile(r"-{3,}\s?(\S.*?)\s?-{3,}$")
# An answer and the attribution in one line: "Yes. On Mon, 9 Nov 2026 at 10:00, Jo wrote:".
_GLUED = re.compile(
    r"(\S.{0,400}?)[\s-]*\b(?:On|Am|Le|El|Em|Il|Op|Den)\s(?:[^\W\d]{2,12}\.?,?\s){0,2}\d{1,4}[\s./,-]"
)
_LOOKS_ATTRIBUTED = re.compile(r"\d|@|<")
_ADDRESSED = re.compile(r"<[^<>@\s]{1,64}@[^<>\s]{1,255}>\W{0,3}:$")
# What the first line of a folded attribution has in every language: an address, a time or a year.
_MAY_OPEN = re.compile(r"<[^<>@\s]{1,64}@|\d[:.]\d\d(?!\d)|(?<!\d)20\d\d(?!\d)")


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
    return end is not None and not (_QUOTED.match(lines[end]) and _goes_on_below(lines[:end]))


def _goes_on_below(above: list[str]) -> bool:
    """Whether people who write so above a quote write more between its lines, or at its end."""
    said = [line for line in _without_quotes(above) if line and not is_greeting(line)]
    return not said or bool(one_of("answers below").search(plain(" ".join(said))))


def _is_end(lines: list[str], n: int) -> bool:
    line = lines[n]
    return bool(_QUOTED.match(line) or SIGNATURE.match(line) or _starts_original(lines, n))


def _without_quotes(lines: list[str]) -> list[str]:
    """The lines without quoted ones, up to where a forwarded or answered mail begins."""
    n = _surely_fresh(lines)
    kept = lines[:n]
    quotes = False  # whether a line has said whose words are quoted: initials mark none without it
    while n < len(lines):
        line = lines[n]
        length = 0
        if line and (line[0] == ">" or ((quotes or not line[0].isalnum()) and _is_quoted(line))):
            if line[-1] == ">" and _between_marks(line) and not _quote_follows(lines, n + 1):
                break
            length = 1
        elif line:
            if not any(kept) and one_of("answer above").search(plain(line)):
                length = 1  # a help desk's line above what its people write
            else:
                length = _attribution(lines, n) or _quoted_block(lines, n)
                quotes = quotes or bool(length)
                if length == 1 and (glued := _GLUED.match(line)):
                    kept.append(glued[1].rstrip(" -"))
                if not _quote_follows(lines, n + length) if length else _starts_original(lines, n):
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


def _attribution(lines: list[str], n: int) -> int:
    """How many lines "On ... wrote:" takes from here on; 0 where there is none. Mail programs fold it."""
    line = lines[n]
    if not line or len(line) > LINE_CAP:
        return 0
    if line.endswith((":", "：", ":*")):
        return 1 if _is_attribution(line) or (_quote_follows(lines, n + 1) and _introduces(line)) else 0
    if line.endswith("---"):
        inside = _BETWEEN_DASHES.match(line)
        return 1 if inside and _is_attribution(f"{inside[1]}:") else 0
    if n + 1 == len(lines) or not lines[n + 1]:
        return 0
    opens = bool(_opens_attribution().match(plain(line)))
    if not opens and (line[-1] in ".!?" or not _MAY_OPEN.search(line)):
        return 0
    for length in range(2, ATTRIBUTION_LINES + 1):
        if n + length > len(lines) or not lines[n + length - 1]:
            return 0
        if lines[n + length - 1].endswith((":", "：")):
            folded = lines[n : n + length]
            is_one = opens or (_quote_follows(lines, n + length) and _opens_anyhow(folded))
            return length if is_one and _is_attribution(" ".join(folded)) else 0
    return 0


def _opens_anyhow(folded: list[str]) -> bool:
    """Whether the first of these lines belongs to the attribution that they end in, in whatever language.

    It does where it says day and time, or where no attribution begins below it: what is above one, somebody wrote.
    """
    if all(one.search(folded[0]) for one in _DATED[1:]):
        return True
    rests = [" ".join(folded[k:]) for k in range(1, len(folded))]
    named = (rest for rest in rests if rest.find("<") > 0 or _opens_attribution().match(plain(rest)))
    return not any(map(_is_attribution, named))


def _introduces(line: str) -> bool:
    """Whether a line right above a quote names its writer, whatever else it says: "Jo wrote:", "Quoting Jo <...>:"."""
    text = plain(line).strip("*_ ")
    return text.endswith(_said()) or bool(_ADDRESSED.search(text))


def _is_attribution(line: str) -> bool:
    """Whether a line that ends with a colon names who wrote the mail below it, and when or from where."""
    text = plain(line).strip("*_ ")
    if _GMAIL.match(text) or _TUTA.fullmatch(text) or all(one.search(text) for one in _DATED):
        return True
    says_so = text.rstrip().endswith(_said()) or bool(_wrote().search(text))
    return says_so and bool(_LOOKS_ATTRIBUTED.search(text))


def _quoted_block(lines: list[str], n: int) -> int:
    """How many header lines ("From: ... Date: ...") stand here above a quote in ">"; 0 where it is not so."""
    if ":" not in lines[n] or not _header_block(lines, n):
        return 0
    length = next((k for k, line in enumerate(lines[n:]) if not _is_header_line(line)), 0)
    return length if _quote_follows(lines, n + length) else 0


def _quote_follows(lines: list[str], n: int) -> bool:
    return next((_is_quoted(line) for line in lines[n : n + 4] if line), False)


def _is_quoted(line: str) -> bool:
    if line[0].isalnum():
        return ">" in line[1:5] and bool(_INITIALED.match(line))
    return bool(_QUOTED.match(line))


def _starts_original(lines: list[str], n: int) -> bool:
    """Whether the mail that is answered or forwarded begins here."""
    line = lines[n][:LINE_CAP]
    if not line:
        return False
    if line[0] not in _RULE_MARKS and ":" not in line and "：" not in line:
        return (line[-1] == ">" and _notes_block(lines, n)) or bool(_DAVID.match(line))
    if line[0] == "[" and _DAVID.match(line):
        return True
    if line[0] in _RULE_MARKS and (
        _original().fullmatch(plain(line).strip("-_=*—\u2010 >:#")) or _rule_before_headers(lines, n)
    ):
        return True
    if line.endswith(":") and _original().fullmatch(plain(line).strip("-*: ")):
        return True
    return _header_block(lines, n) or _attributed_in_line(line)


def _between_marks(line: str) -> bool:
    """GroupWise: ">>> Jo <jo@x.example> 11/9/2026 10:00 AM >>>", and no mark in front of what was written then."""
    return line.startswith(">>> ") and line.endswith(" >>>") and bool(_LOOKS_ATTRIBUTED.search(line))


def _attributed_in_line(line: str) -> bool:
    """Whether "On ... <jo@x.example> wrote:   Could you ..." stands in one line: Yahoo's phones write so."""
    named = _NAMED_WROTE.search(line)
    return bool(named and _opens_attribution().match(plain(line)) and _is_attribution(line[: named.end()]))


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
def _said() -> tuple[str, ...]:
    """What an attribution ends with."""
    return tuple(plain(one) for one in phrases("said"))


@cache
def _wrote() -> re.Pattern[str]:
    """Where a name stands after the verb: "Am {} schrieb {}:"."""
    verbs = {plain(one).split("{}")[1].strip() for one in phrases("wrote") if one.count("{}") == 2}
    any_verb = "|".join(rf"(?<!\w){re.escape(verb)}(?!\w)" for verb in sorted(verbs) if verb)
    return re.compile(rf"(?:{any_verb}).{{0,200}}[:：]\s*$")


@cache
def _opens_attribution() -> re.Pattern[str]:
    openers = {plain(one).split("{}")[0].strip() for one in phrases("wrote")} - {""}
    return re.compile(merged(openers) + r"|\d{1,4}[-/.年]\s?\d|.{0,80}<\S+@\S+>$")


@cache
def _original() -> re.Pattern[str]:
    marks = (*phrases("original"), *phrases("answer above"))
    return re.compile(f"(?:{merged(marks)})(?:\\s+.{{0,80}})?")


@cache
def _header_names() -> frozenset[str]:
    return frozenset(plain(name) for name in phrases("header names"))
