"""The ends of mails that nobody wrote for this one: signatures, "Sent from my phone", disclaimers.

A signature begins after "-- "; or after a closing formula ("Best regards,") that only short lines follow; or after
a rule ("---") that nothing but names and numbers follows. All works line by line on lines that are stripped.
"""

import re
from collections.abc import Collection
from functools import cache
from itertools import takewhile

from mail.reading.words.wordlists import any_of, is_greeting, one_of, phrases, plain

SIGNATURE = re.compile(r"--\s?$|—\s*$|__\s?$")
SIGNATURE_LINES = 14  # a closing formula with more lines below it is none
LONGEST = 80  # characters: a longer line is none of a signature
_BEFORE_NOTICES = "*_-[(=!~ \u26a0\ufe0f\u2757\U0001f6a8"
_SIGNATURE_MARKS = ("-", "—", "_")
_SHORT_RULE = re.compile(r"(?:-{3,}|–|_{3,}|\*{3,}|={3,})$")  # above a signature, but between paragraphs, too
_RULE_MARKS = ("-", "–", "_", "*", "=")
_LINK = re.compile(r"https?://|www\.")
_LINKS = re.compile(r"<?(?:https?://|www\.)\S{1,2000}")
# A telephone number, an address or a link: what stands right below one is of the card, too.
_CONTACT = re.compile(r"https?://|www\.|\S@\S|\d(?:[ ()./-]{0,2}\d){6}")
_GOES_ON = re.compile(r"[-*•+]\s|\d{1,2}[.)]\s|p\.?\s?s\.?(?:[:\s]|$)", re.IGNORECASE)
_NOT_LATIN, _NO_CASE = (
    "\u0370",
    "\u0590",
)  # from there: Greek and Cyrillic; Hebrew, Arabic and the scripts of the east
_PRONOUNS = re.compile(
    r"\s*[(|/]?\s*(?:she|he|they|elle|ella|sie|er)\s?/\s?\w{2,6}(?:/\w{2,6})?\)?$", re.IGNORECASE
)
# What stands for pictures where a mail is made plain text: "[image: Logo.png]", "[cid:image001.png@01DA8F3C]".
_PICTURES = re.compile(
    r"(?:\[(?:inline )?(?:imagen?|imagem|immagine|bild|afbeelding|cid)(?: \d+|:[^\[\]?]{0,200})?\]"
    r"(?:<\S{1,500}>)?\s*|<image\d+\.\w{3,4}>\s*)++",
    re.IGNORECASE,
)
# Notices whose words stand in another order in each language: "Outlook voor iOS downloaden".
_ADVERTISED = re.compile(
    r"[^.?!]{0,30}\boutlook\b[^.?!]{0,20}\b(?:ios|android)\b[^.?!]{0,15}(?:<\S+)?$|.{0,60}\bavast\b.{0,80}$"
)


def above_mark(lines: list[str]) -> list[str]:
    """What stands above "-- "; the very same lines where it does not stand there."""
    for n, line in enumerate(lines):
        if line[:1] in _SIGNATURE_MARKS and SIGNATURE.fullmatch(line):
            return lines[:n]
    return lines


def without_signature(lines: list[str]) -> list[str]:
    """What stands above the signature; all of it where there is none. Many close with their name above "-- ", too."""
    above = above_mark(lines)
    is_marked, lines = above is not lines, above
    content = [n for n, line in enumerate(lines) if line]
    ends = {line[0] for line in map(lines.__getitem__, content[-SIGNATURE_LINES - 1 :])}
    if not ends.isdisjoint(_RULE_MARKS):
        lines = _above_last_rule(lines, content[-SIGNATURE_LINES - 1 :])
        content = [n for n in content if n < len(lines)]
    below: list[str] = []
    for n in reversed(content[-SIGNATURE_LINES - 1 :]):
        line = lines[n]
        if _is_sign_off(line):
            # The rest of a card stands below "-- ".
            names = not is_marked or all(_is_name(line) for line in below)
            if names and _are_a_signature(below) and not _asks_below(lines[n + 1 :]):
                if any(not is_greeting(lines[k]) for k in content if k < n):
                    return _without_half(lines[:n])
                return lines[: n + 1] if _are_on_a_card(below) else lines  # "Thanks" alone is the message
        if not _is_short(line):
            break
        below.append(line)
    return lines


def _is_sign_off(line: str) -> bool:
    return len(line) < 60 and plain(line).strip(" ,.!-–—~*_。！，、") in _sign_offs()


def _asks_below(lines: list[str]) -> bool:
    """Whether a question of the writer's stands below a closing formula; "Need help? Call us" on a card is none.

    A card is a name, then a number or a link, or a row of columns, up to a blank line. People's own questions there
    end their line.
    """
    is_named = is_on_card = False
    for line in lines:
        has_contact = bool(_CONTACT.search(line))
        is_on_card = bool(line) and (is_on_card or _has_columns(line) or (is_named and has_contact))
        is_named = is_named or (bool(line) and not has_contact)
        is_slogan = is_on_card and line[-1:] != "?"
        if "?" in line and not (is_slogan or _LINK.search(line) or _is_offer(line)):
            return True
    return False


def _has_columns(line: str) -> bool:
    return " | " in line or " · " in line


def _is_offer(line: str) -> bool:
    """Whether a line begins with what a card offers: "Questions? Call us"."""
    return bool(one_of("if you have questions").match(plain(line).lstrip("¿ ")))


def _is_name(line: str) -> bool:
    return len(line.split()) <= 3 and not any(mark in line for mark in ".:!?")


def _without_half(lines: list[str]) -> list[str]:
    """Without the first half of a formula on two lines, "此致" and "敬礼", where something else stands above it."""
    return lines[:-1] if _is_sign_off(lines[-1]) and any(lines[:-1]) else lines


def above_name(text: str, names: Collection[str]) -> str:
    """What stands above a line that is nothing but the writer's name, where only what cards say follows it.

    `names` are in lower case. Office signatures begin so, without any formula: "Thanks!", a blank line, "Maria Santos".
    """
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if n and 0 < len(line) < 40 and line[-1] not in ",:?":
            words = [word.strip(".,") for word in plain(_PRONOUNS.sub("", line)).strip(" !*_-~").split()]
            alone = not lines[n - 1] or len(words) > 1
            named = any(word in names for word in words)
            if alone and named and all(word in names or len(word) < 2 for word in words):
                return "\n".join(lines[:n]).strip() if _are_on_a_card(lines[n + 1 :]) else text
    return text


def above_foreign_name(text: str, names: Collection[str]) -> str:
    """What stands above a last line that can only be a name: "Мария", "С уважением, Μαρία", "マリア".

    People sign in the letters of their language, and are called in others by the headers. Who is called in those
    letters there is known by name.
    """
    above, _, last = text.rstrip().rpartition("\n")
    words = one_of("sign-offs").sub(" ", plain(last)).replace(",", " ").split()
    if not above or not 0 < len(words) < 3 or last[-1:] in "?!:;。！？：；؟":
        return text
    if not all(word.strip(".").isalpha() and min(word) >= _NOT_LATIN for word in words):
        return text
    lower = any(word[0].islower() for word in last.replace(",", " ").split()[-len(words) :])
    too_long = len(last) > 30 or (min(map(min, words)) > _NO_CASE and len(words[0]) > 6)
    known = all(name.isascii() or max(name) < _NOT_LATIN for name in names)
    return text if lower or too_long or not known else above.strip()


def above_card(text: str, names: Collection[str]) -> str:
    """What stands above a line with the writer's whole name and a card right below it, whose slogans may ask."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if n and line and _is_short(line) and _is_whole_name(line, names):
            above = lines[: n - 1] if _is_sign_off(lines[n - 1]) else lines[:n]
            if any(above) and not above[-1]:
                below = lines[n + 1 :]
                is_card = _begin_a_card(below) or (bool(_CONTACT.search(line)) and _are_on_a_card(below))
                return "\n".join(above).strip() if is_card else text
    return text


def _is_whole_name(line: str, names: Collection[str]) -> bool:
    """Whether a line begins with two of the names and no other word: "Maria C. Santos | Designer", "..., MSc | ..."."""
    first = plain(line[:LONGEST].split(" ", 1)[0]).strip(".,*")
    if len(first) > 1 and first not in names:  # most lines are out by it
        return False
    name = line.partition("|")[0]
    if "," in name and "|" in line:
        name = name.partition(",")[0]
    words = [word.strip(".,*") for word in plain(_PRONOUNS.sub("", name)).split()]
    named = [word in names for word in words]
    return sum(named) > 1 and all(known or len(word) < 2 for known, word in zip(named, words, strict=True))


def _begin_a_card(lines: list[str]) -> bool:
    """Whether a title, a firm or a number stands first, no line asks, and none below a blank line is a sentence."""
    card = list(takewhile(bool, lines))
    if any(line[-1] == "?" for line in card):
        return False
    if not card or not (_CONTACT.search(card[0]) or _are_on_a_card(card[:1])):
        return False
    return _are_a_signature(card) and _are_on_a_card(lines[len(card) :])


def _are_on_a_card(lines: list[str]) -> bool:
    """Whether no line is a sentence: a title, a firm, numbers, addresses."""
    said = [line for line in lines if line and not _LINK.search(line)]
    short = all(line.count(" ") < 7 and line[-1] not in "?!.,;" for line in said)
    return short and len(said) <= SIGNATURE_LINES and _are_a_signature(said)


def _above_last_rule(lines: list[str], last: list[int]) -> list[str]:
    """What stands above "---", where names and numbers or nothing follow it; paragraphs are parted by it, too."""
    rule = next((n for n in reversed(last) if _is_rule(lines[n])), None)
    if rule is None:
        return lines
    below = [lines[n] for n in last if n > rule]
    says_more = bool(below) and (below[0][-1] in "?!.:,;" or below[0].count(" ") > 7)
    return lines if says_more or not _are_a_signature(below) else lines[:rule]


def _is_rule(line: str) -> bool:
    return line[0] in _RULE_MARKS and bool(_SHORT_RULE.fullmatch(line))


def _are_a_signature(lines: list[str]) -> bool:
    """Whether these lines are names, numbers and addresses: short, no points or postscript, nothing said by a tag."""
    return all(_is_short(line) and "#" not in line and not _GOES_ON.match(line) for line in lines)


def _is_short(line: str) -> bool:
    """Of a row of links, without these; a single link is what is sent, perhaps. Of a row of columns, each."""
    if len(line) < LONGEST:
        return True
    if "|" in line and _CONTACT.search(line):
        return len(line) < 4 * LONGEST and all(len(column) < LONGEST for column in line.split("|"))
    return len(_LINKS.findall(line)) > 1 and len(_LINKS.sub("", line)) < LONGEST


def without_notices(lines: list[str]) -> list[str]:
    """Without "Sent from my phone", disclaimers and a mail server's warnings.

    A disclaimer ends at a blank line, a warning ("CAUTION: external sender") with its line, as the text may follow.
    """
    kept: list[str] = []
    in_notice = False
    for line in lines:
        if not line:
            in_notice = False
        elif line[0] in "[<" and line[-1] in "]>" and _PICTURES.fullmatch(line):
            continue
        elif not in_notice:
            in_notice, is_warning = _is_notice(line)
            if is_warning:
                continue
        if not in_notice:
            kept.append(line)
    return kept


@cache
def _sign_offs() -> frozenset[str]:
    return frozenset(plain(phrase) for phrase in phrases("sign-offs"))


def _is_notice(line: str) -> tuple[bool, bool]:
    """Whether "Sent from my phone" or a disclaimer begins here, and whether the line is a mail server's warning.

    Most lines are out by their first word.
    """
    text = plain(line[:200]).lstrip(_BEFORE_NOTICES)
    first = text.split(" ", 1)[0].rstrip(":,.!]")
    if ("outlook" in text or "avast" in text) and _ADVERTISED.match(text):
        return True, False
    if first not in _notice_words() and text.isascii():
        return False, False
    is_warning = bool(_warning().match(text))
    return not is_warning and bool(_notice().match(text)), is_warning


@cache
def _notice_words() -> frozenset[str]:
    notices = (*phrases("sent from"), *phrases("disclaimers"), *phrases("banners"))
    return frozenset(plain(one).split(" ", 1)[0].rstrip(":,.!]") for one in notices)


@cache
def _notice() -> re.Pattern[str]:
    return any_of((*phrases("sent from"), *phrases("disclaimers")))


@cache
def _warning() -> re.Pattern[str]:
    return any_of(phrases("banners"))
