"""How a person is mentioned in the words of others: by key, address or name, however spelt and coded.

A name counts where it stands as whole words. It does not where it is part of an address, of an id, or of what
somebody else is called: those keep theirs.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header

BLOT = "(forgotten)"
_UNDECODABLE = (ValueError, LookupError, MessageError, RecursionError)


class Mentions:
    """Finds a person in a text, and blots them out. `others`: what other people are called."""

    def __init__(
        self, key: str, names: Iterable[str], addresses: Iterable[str], others: Iterable[str] = ()
    ) -> None:
        called = sorted({text for name in names for text in _spellings(name)})
        kept = [_words(name) for name in sorted(others) if any(re.search(text, name) for text in called)]
        told = [rf"(?<![a-z0-9-]){re.escape(key)}(?![a-z0-9-])"]
        told += [rf"(?<![\w.+-])(?i:{re.escape(it)})(?![\w-]|\.\w)" for it in sorted(addresses) if it]
        self._pattern = re.compile("|".join([*kept, f"(?P<told>{'|'.join([*told, *called])})"]))

    def are_in(self, text: str) -> bool:
        """Whether a text mentions the person."""
        return any(found["told"] for found in self._pattern.finditer(text))

    def are_in_mail(self, content: bytes) -> bool:
        """Whether a mail mentions the person, its headers and texts decoded."""
        return self.are_in("\n".join((content.decode("utf-8", "surrogateescape"), *_decoded(content))))

    def blotted(self, text: str) -> str:
        """A text without any mention."""
        return self._pattern.sub(lambda found: BLOT if found["told"] else found[0], text)


def _spellings(name: str) -> Iterator[str]:
    """Patterns of a name: accents as one sign, as two, or left out; the family name first."""
    parted = unicodedata.normalize("NFD", name)
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign))
    for spelt in (unicodedata.normalize("NFC", name), parted, unicodedata.normalize("NFC", bare)):
        words = spelt.split()
        if words:
            yield _words(spelt)
        for cut in range(1, len(words)):
            yield _words(f"{' '.join(words[cut:])}, {' '.join(words[:cut])}")


def _words(name: str) -> str:
    """A single word counts only as it is written: "Will" is a name, "will" is not."""
    words = [re.escape(word) for word in name.split()]
    if len(words) == 1:
        return rf"(?<![\w@]){words[0]}(?!\w|[\w.+=$-]*@)"
    spaced = r"\s+".join(words)
    return rf"(?<!\w)(?i:{spaced})(?!\w)"


def _decoded(content: bytes) -> Iterator[str]:
    """The headers and texts of a mail, as far as they can be decoded."""
    for part in message_from_bytes(content).walk():
        for value in part.values():
            try:
                yield str(make_header(decode_header(value)))
            except _UNDECODABLE:
                continue  # it stands in the mail as it is
        body = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(body, bytes):
            yield body.decode("utf-8", "replace")
