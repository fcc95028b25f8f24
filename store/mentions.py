"""How a person is mentioned in the words of others: by key, address or name, however spelt and coded.

A name counts where it stands as whole words: with its accents and without, with whatever apostrophe, hyphen or blank,
the family name first or last, with initials or without. It does not where it is part of an address, of an id, or of
what somebody else is called: those keep theirs.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from functools import cache
from html import unescape
from urllib.parse import unquote

from relationship.facts.messages import FORGOTTEN
from relationship.parties import without_accents

_UNDECODABLE = (ValueError, LookupError, MessageError, RecursionError)
_ID = r"(?<![\w.+-])[\w.+-]+@[\w.-]+"
_GAP = r"[\s._\u2010-\u2013-]"  # a blank, or what stands in its place
_HYPHEN = r"[\u2010-\u2013-]"
_INITIAL = rf"(?:(?-i:[A-Z]\b\.?|\w\.){_GAP}*)?"  # of a middle name
_APOSTROPHES = "'`\u00b4\u2018\u2019\u02bc"
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as Markdown escapes any mark
_STROKES = str.maketrans("\u0141\u0142\u00d8\u00f8\u0110\u0111\u0131", "LlOoDdi")  # no accents to Unicode
_TWO_LETTERS = {
    "ae": "\u00e4\u00e6",
    "oe": "\u00f6\u00f8\u0153",
    "ue": "\u00fc",
    "ss": "\u00df",
    "aa": "\u00e5",
}


def _bare(text: str) -> str:
    """Without accents."""
    return without_accents(text.translate(_STROKES))


@cache
def _accented() -> Mapping[str, str]:
    """By bare letter, those with an accent. Only `forget` wants them."""
    found: dict[str, str] = {}
    for sign in map(chr, (*range(0xC0, 0x250), *range(0x400, 0x460), *range(0x1E00, 0x1F00))):
        if (bare := _bare(sign)) != sign:
            found[bare] = found.get(bare, "") + sign
    return found


class Mentions:
    """Finds a person in a text, and blots them out. `others`: what other people are called."""

    def __init__(
        self, key: str, names: Iterable[str], addresses: Iterable[str], others: Iterable[str] = ()
    ) -> None:
        short = {text for name in names for text in _short_forms(name)}
        short -= {text for name in others for text in _short_forms(name)}  # it may be either
        whole = {text for name in names for text in _spellings(name)}
        called = sorted(whole | short, key=lambda x: (-len(x), x))
        kept = [_named(name.split()) for name in sorted(others) if any(re.search(x, name) for x in called)]
        told = [rf"(?<![a-z0-9-]){re.escape(key)}(?![a-z0-9-])", *map(_addressed, sorted(addresses))]
        by_name = [f"(?P<name>{'|'.join(called)})"] if called else []
        self._pattern = re.compile(
            "|".join([*kept, f"(?P<told>{'|'.join(filter(None, told))})", _ID, *by_name])
        )

    def are_in(self, text: str) -> bool:
        """Whether a text mentions the person."""
        return any(found.lastgroup for found in self._pattern.finditer(text))

    def are_in_mail(self, content: bytes) -> bool:
        """Whether a mail mentions the person, its headers and texts decoded."""
        texts = {*_readings(content), *_decoded(content)}
        return any(map(self.are_in, texts.union(map(_plain, texts))))

    def blotted(self, text: str) -> str:
        """A text without any mention."""
        return self._pattern.sub(lambda found: FORGOTTEN if found.lastgroup else found[0], text)


def _addressed(address: str) -> str:
    """The address, also with something added to it after a plus, and its domain in letters of its own."""
    local, _, domain = address.rpartition("@")
    domains = "|".join(map(re.escape, sorted({domain, _as_shown(domain)})))
    pattern = rf"{re.escape(local)}(?:\+[\w.=-]*)?@(?:{domains})" if local else re.escape(address)
    return rf"(?<![\w.+-])(?i:{pattern})(?![\w-]|\.\w)" if address else ""


def _as_shown(domain: str) -> str:
    """A domain as people read and write it: "bücher.example" is "xn--bcher-kva.example" in our files."""
    try:
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain


def _spellings(name: str) -> Iterator[str]:
    """Patterns of a name: with its initials and without, the family name last and first."""
    whole = name.split()
    for words in (whole, [word for word in whole if len(word.rstrip(".")) > 1]):
        if words and (words == whole or len(words) > 1):
            yield _named(words)
            for cut in range(1, len(words)):
                yield _named([*words[cut:], *words[:cut]], comma=len(words) - cut)


def _short_forms(name: str) -> Iterator[str]:
    """Patterns of a name without some of its middle words or half of a double name, and with the first one's initial.

    Of four words and more the first two are left out by themselves: they may be anybody's first names.
    """
    words = [word for word in name.split() if len(word.rstrip(".")) > 1]
    last = [number for number, word in enumerate(words) if number and word[0].isupper()]
    if not last:
        return
    shorter: list[tuple[str, ...]] = [(f"{words[0][0]}.", words[last[-1]])]
    shorter += [(words[0], words[number]) for number in last if number > 1 or len(words) < 4]
    shorter += [(*words[:2], words[number]) for number in last if number > 1]
    doubles = (re.split(_HYPHEN, words[number]) for number in last)
    # "Min-jun" is one given name.
    shorter += [
        (words[0], half)
        for halves in doubles
        if len(halves) > 1 and all(half[:1].isupper() for half in halves)
        for half in halves
    ]
    for first in shorter:
        yield _named(first)
        yield _named((first[-1], *first[:-1]), comma=1)


def _named(words: Sequence[str], comma: int = 0) -> str:
    """A single word counts only as it is written: "Will" is a name, "will" is not. `comma`: after so many words."""
    if not any(sign.isalnum() for word in words for sign in word):
        return r"(?!)"
    first, last = words[0][0], words[-1][-1]
    before = "" if _is_wide(first) else r"(?<![\w@])"
    after = "" if _is_wide(last) else r"(?!\w)"
    gap = f"{_GAP}*" if _is_wide(first) else f"{_GAP}+{_INITIAL}"
    spelt = "".join(
        f"{(',?' if number == comma else '') + gap if number else ''}{_spelt(word)}"
        for number, word in enumerate(words)
    )
    return f"{before}{f'(?i:{spelt})' if len(words) > 1 else spelt}{after}(?![\\w.+=$-]*@)"


def _is_wide(sign: str) -> bool:
    """Whether it is of a script that puts no blanks between words."""
    return unicodedata.east_asian_width(sign) in "WF"


def _spelt(word: str) -> str:
    """A pattern of a word, letter by letter."""
    composed = unicodedata.normalize("NFC", word)
    return "".join(_letter(sign) for sign in re.findall("ae|oe|ue|ss|aa|.", composed, re.IGNORECASE))


def _letter(sign: str) -> str:
    if len(sign) > 1:
        return f"(?:{''.join(map(_letter, sign))}|[{_TWO_LETTERS[sign.lower()]}])"
    if sign in _APOSTROPHES:
        return f"[{_APOSTROPHES}]?"
    if sign == ".":
        return r"\.?"
    if sign == '"':
        return r'\\?"'  # as it stands in a file of ours that cannot be read as JSON any more
    if re.fullmatch(_GAP, sign):
        return f"{_GAP}?"
    bare = _bare(sign)
    long = [two for two, signs in _TWO_LETTERS.items() if sign.lower() in signs]
    one = (
        f"[{re.escape(bare + _accented().get(bare, ''))}][\u0300-\u036f]*"
        if len(bare) == 1
        else re.escape(sign)
    )
    return f"(?:{'|'.join([*long, one])})" if long else one


def _decoded(content: bytes) -> Iterator[str]:
    """The headers and contents of a mail, as far as they can be decoded."""
    for part in message_from_bytes(content).walk():
        for value in part.values():
            try:
                yield str(make_header(decode_header(value)))
            except _UNDECODABLE:
                continue  # it stands in the mail as it is
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            with suppress(*_UNDECODABLE):  # the name of its charset says nothing
                yield body.decode(part.get_content_charset("utf-8"), "replace")
            yield from _readings(body)


def _readings(content: bytes) -> Iterator[str]:
    """Text of which no charset is told: UTF-8, or else in one byte a letter."""
    try:
        yield content.decode()
    except UnicodeDecodeError:
        yield from (content.decode("utf-8", "surrogateescape"), content.decode("latin-1"))


def _plain(text: str) -> str:
    """Without the signs of Markdown (a note that waits), of HTML and of links."""
    return unquote(unescape(_ESCAPED.sub(r"\1", text)))
