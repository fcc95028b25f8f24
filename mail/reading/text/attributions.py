"""Whose words follow: "On ... wrote:" in many languages, folded or not, and the lines that are quoted below it.

Such a line ends with a colon and names a writer, and when or from where; right above a quote, less is enough.
"""

import re
from functools import cache

from mail.reading.words.wordlists import merged, phrases, plain

LINE_CAP = 1_000  # characters of a line that are compared with the marks
ATTRIBUTION_LINES = 4  # so many does "On ... wrote:" take at most

QUOTED = re.compile(r"[ \t]{0,3}(?:[>›»|]|&gt;)")
_INITIALED = re.compile(r"[^\W\d_a-zа-яё]{1,4}>{1,9}(?:\s|$)")  # The Bat: "DR> Could you"
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
_NAMED_WROTE = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>[^:：]{0,40}[:：](?=\s)")
# Zoho: "---- On Mon, 09 Nov 2026 10:00:00 +0800 Jo <jo@x.example> wrote ----", in the writer's language.
_BETWEEN_DASHES = re.compile(r"-{3,}\s?(\S.*?)\s?-{3,}$")
# An answer and the attribution in one line: "Yes. On Mon, 9 Nov 2026 at 10:00, Jo wrote:".
_GLUED = re.compile(
    r"(\S.{0,400}?)[\s-]*\b(?:On|Am|Le|El|Em|Il|Op|Den)\s(?:[^\W\d]{2,12}\.?,?\s){0,2}\d{1,4}[\s./,-]"
)
LOOKS_ATTRIBUTED = re.compile(r"\d|@|<")
_ADDRESSED = re.compile(r"<[^<>@\s]{1,64}@[^<>\s]{1,255}>\W{0,3}:$")
# What the first line of a folded attribution has in every language: an address, a time or a year.
_MAY_OPEN = re.compile(r"<[^<>@\s]{1,64}@|\d[:.]\d\d(?!\d)|(?<!\d)20\d\d(?!\d)")


def attribution(lines: list[str], n: int) -> int:
    """How many lines "On ... wrote:" takes from here on; 0 where there is none. Mail programs fold it."""
    line = lines[n]
    if not line or len(line) > LINE_CAP:
        return 0
    if line.endswith((":", "：", ":*")):
        return 1 if _is_attribution(line) or (quote_follows(lines, n + 1) and _introduces(line)) else 0
    if line.endswith("---"):
        inside = _BETWEEN_DASHES.match(line)
        return 1 if inside and _is_attribution(f"{inside[1]}:") else 0
    for length in range(2, ATTRIBUTION_LINES + 1):
        if n + length > len(lines) or not lines[n + length - 1]:
            return 0
        if lines[n + length - 1].endswith((":", "：")):
            return length if _is_folded(lines, n, length) else 0
    return 0


def _is_folded(lines: list[str], n: int, length: int) -> bool:
    """Whether so many lines, of which the last ends with a colon, are one attribution."""
    folded, first = lines[n : n + length], lines[n]
    if not _opens_attribution().match(plain(first)):
        if first[-1] in ".!?" or not _MAY_OPEN.search(first):
            return False
        if not quote_follows(lines, n + length) or not _opens_anyhow(folded):
            return False
    return _is_attribution(" ".join(folded))


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
    return says_so and bool(LOOKS_ATTRIBUTED.search(text))


def quote_follows(lines: list[str], n: int) -> bool:
    """Whether the next line that is not empty is quoted."""
    return next((is_quoted(line) for line in lines[n : n + 4] if line), False)


def is_quoted(line: str) -> bool:
    """Whether a line has a quote's mark; initials are one only below a line that says whose they are."""
    if line[0].isalnum():
        return ">" in line[1:5] and bool(_INITIALED.match(line))
    return bool(QUOTED.match(line))


def attributed_in_line(line: str) -> bool:
    """Whether "On ... <jo@x.example> wrote:   Could you ..." stands in one line: Yahoo's phones write so."""
    named = _NAMED_WROTE.search(line)
    return bool(named and _opens_attribution().match(plain(line)) and _is_attribution(line[: named.end()]))


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
    return re.compile(merged(openers) + r"|\d{1,4}[-/.年]\s?\d|.{0,80}<[^<>@\s]{1,128}@[^<>\s]{1,255}>{1,2}$")


def glued(line: str) -> str:
    """What stands in front of an attribution in its line; "" where nothing does."""
    found = _GLUED.match(line)
    return found[1].rstrip(" -") if found else ""
