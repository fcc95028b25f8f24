"""The word lists in `mail/reading/words/`: what people write, by language, as plain files that anyone can mend.

One file a language, one phrase a line ("did he|she" is two), sections in square brackets, `#` for comments. All
languages are looked for at once: contractors mix them, and a phrase of one is hardly ever a false friend in another.
"""

import re
from collections.abc import Iterable, Iterator, Set
from functools import cache, cached_property, lru_cache
from itertools import product
from pathlib import Path
from sys import intern
from unicodedata import combining, normalize

FOLDER = Path(__file__).parent
_NOTHING = re.compile(r"(?!)")
# How English is typed on a phone, and "please" in Nigeria and India. "we're" without its apostrophe is another word.
_HASTY = (
    (re.compile(r"(?<!\bwe)'"), ""),
    (re.compile(r"\byou\b"), "u"),
    (re.compile(r"\bplease\b"), "pls"),
    (re.compile(r"\bplease\b"), "kindly"),
)
_WORD = re.compile(r"\w+")
_ASCII_GAPS = bytes(code if _WORD.match(chr(code)) else 32 for code in range(128)).ljust(256)


def _folded() -> dict[int, str]:
    """Accented Latin letters without their accents, and one sort of apostrophe, dash and space."""
    table = {ord(one): "'" for one in "’‘`´"} | {ord(one): " " for one in "\u00a0\u202f\u2009"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = "".join(char for char in normalize("NFKD", chr(code)) if not combining(char))
        if base and base != chr(code):
            table[code] = base.casefold()
    return table


_FOLDED = _folded()


def plain(text: str) -> str:
    """Text as phrases are compared: lower case, no accents (many leave them out), straight apostrophes."""
    return text.casefold() if text.isascii() else text.translate(_FOLDED).casefold()


def phrases(section: str) -> tuple[str, ...]:
    """All phrases of a section, of all languages, as written; in the order of the files' names."""
    return _sections().get(section, ())


@cache
def _sections() -> dict[str, tuple[str, ...]]:
    """Every section of every file, read once."""
    found: dict[str, dict[str, None]] = {}
    for file in sorted(FOLDER.glob("*.txt")):
        section: dict[str, None] = {}
        for line in map(str.strip, file.read_text(encoding="utf-8").splitlines()):
            if line.startswith("[") and line.endswith("]"):
                section = found.setdefault(line[1:-1], {})
            elif line and not line.startswith("#"):
                for phrase in _each(line):
                    section.update(dict.fromkeys(_hasty(phrase) if file.stem == "en" else (phrase,)))
    return {name: tuple(lines) for name, lines in found.items()}


def _each(line: str) -> Iterable[str]:
    """The phrases of a line: "did he|she" is two."""
    return map(" ".join, product(*(word.split("|") for word in line.split(" ")))) if "|" in line else (line,)


def _hasty(phrase: str) -> list[str]:
    """The same phrase as it is typed in haste: "dont you", "don't u", "dont u"."""
    found = [phrase]
    for pattern, typed in _HASTY:
        found += [pattern.sub(typed, one) for one in found if pattern.search(one)]
    return found


@cache
def one_of(section: str) -> re.Pattern[str]:
    """A pattern that finds any phrase of a section as whole words, in text that went through `plain`."""
    return any_of(phrases(section))


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words, in text that went through `plain`.

    The phrases are merged by their common beginnings, so that a long list costs little more than a short one.
    """
    pattern = merged(words)
    return re.compile(pattern) if pattern else _NOTHING


class Phrases:
    """Phrases that few texts hold: a look at a text's words spares most of them the search.

    A phrase can stand in a text only where all its words do; the longest of them is looked up first. Those
    without words (emoji), or of scripts without spaces, are always searched for, in text that may hold any.

    `but` are not to be found by their beginnings: "I need to", and "I need to know" is something else.
    """

    def __init__(self, words: Iterable[str], but: Iterable[str] = ()) -> None:
        self._but = tuple(but)
        self._by_mark: dict[str, list[str]] = {}
        others: dict[str, set[frozenset[str]]] = {}  # a mark -> the other words of each of its phrases
        unmarked: list[str] = []
        for word in dict.fromkeys(map(plain, words)):
            if _has_no_spaces(word) or not _WORD.search(word):
                unmarked.append(word)
                continue
            words_of_one = _WORD.findall(word)
            mark = intern(max(words_of_one, key=len))
            self._by_mark.setdefault(mark, []).append(word)
            others.setdefault(mark, set()).add(frozenset(map(intern, words_of_one)) - {mark})
        self._unmarked = {not _UNMARKED.search(word) for word in unmarked}
        self._by_mark[_NO_MARK] = unmarked
        self._others = {mark: _fewest(sets) for mark, sets in others.items()}
        self._marks = frozenset(self._others)
        self._patterns: dict[str, re.Pattern[str]] = {}  # by mark, made when they are first needed
        _EVERY_MARK.update(self._marks)
        _words_of.cache_clear()  # a text that was looked at before may hold a new mark

    def stand_in(self, text: str) -> bool:
        """Whether any of them stands in text that went through `plain`."""
        return any(pattern.search(text) for pattern in self._worth_trying(text))

    def taken_out(self, text: str) -> str:
        """Such a text with a blank for each of them; of those that overlap the first counts, and the longest."""
        found = (one.span(1) for pattern in self._worth_trying(text) for one in pattern.finditer(text))
        spans = sorted((start, -end) for start, end in found)
        pieces, at = [], 0
        for start, end in spans:
            if start >= at:
                pieces += [text[at:start], " "]
                at = -end
        return "".join((*pieces, text[at:]))

    def _worth_trying(self, text: str) -> Iterator[re.Pattern[str]]:
        """What finds those phrases of which all words are there, and others with the same mark."""
        there, marks = _words_of(text)
        for mark in self._marks & marks:
            one, several = self._others[mark]
            if not there.isdisjoint(one) or any(map(there.issuperset, several)):
                yield self._of(mark)
        if True in self._unmarked or (self._unmarked and not text.isascii() and _UNMARKED.search(text)):
            yield self._of(_NO_MARK)

    def _of(self, mark: str) -> re.Pattern[str]:
        """What finds each place where a phrase with a mark begins, and none of the longer ones."""
        if mark not in self._patterns:
            wanted = self._by_mark[mark]
            begins = beginnings(wanted)
            longer = merged(
                x for x in self._longer if x.startswith(begins) or any(w.startswith(x) for w in wanted)
            )
            but, pattern = f"(?!{longer})" if longer else "", merged(wanted)
            self._patterns[mark] = re.compile(f"(?={but}({pattern}))") if pattern else _NOTHING
        return self._patterns[mark]

    @cached_property
    def _longer(self) -> tuple[str, ...]:
        """Those that are not to be found by their beginnings."""
        wanted = {word for of_mark in self._by_mark.values() for word in of_mark}
        unspaced = tuple(filter(_has_no_spaces, wanted))
        others = (one for one in map(plain, self._but) if one not in wanted)
        return tuple(x for x in others if not wanted.isdisjoint(_first_words(x)) or x.startswith(unspaced))


def _first_words(phrase: str) -> Iterator[str]:
    """What a phrase begins with, word by word: "could you please" with "could" and with "could you"."""
    return (phrase[: space.start()] for space in re.finditer(" ", phrase))


def beginnings(words: Iterable[str]) -> tuple[str, ...]:
    """How a longer phrase begins, of which one of these is the beginning."""
    return tuple(word if _has_no_spaces(word) else f"{word} " for word in words)


def _fewest(sets: Set[frozenset[str]]) -> tuple[frozenset[str], list[tuple[str, ...]]]:
    """Those of the sets that hold no other one: the words of those of one word, and the others.

    Where "could you please" may stand, "could you" may.
    """
    fewest = [one for one in sets if not any(other < one for other in sets)]
    alone = frozenset(word for one in fewest if len(one) == 1 for word in one)
    return alone, [tuple(one) for one in fewest if len(one) != 1]


# What nearly every phrase without spaces or words holds, and neither accents, Greek, Cyrillic nor printers' marks do.
_UNMARKED = re.compile("[\u0e00-\u0eff\u2190-\U0010ffff]")
_NO_MARK = ""
_EVERY_MARK: set[str] = set()  # of all phrases that were asked for so far


@lru_cache(maxsize=4)
def _words_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text, and those few of them that are any phrase's mark: each list looks at these alone."""
    if text.isascii():  # bytes are translated in a third of the time
        words = frozenset(text.encode().translate(_ASCII_GAPS).decode().split())
    else:
        words = frozenset(_WORD.findall(text))
    return words, words & _EVERY_MARK


def merged(words: Iterable[str]) -> str:
    """The pattern's text: whole words where the script has spaces, anywhere where it has none."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for word in dict.fromkeys(" ".join(plain(word).split()) for word in words):
        if word:
            (unspaced if _has_no_spaces(word) else spaced).append(word)
    branches = []
    if spaced:
        branches.append(rf"(?<!\w){_branch(_tree(spaced))}(?!\w)")
    if unspaced:
        branches.append(_branch(_tree(unspaced)))
    return "|".join(branches)


def _has_no_spaces(word: str) -> bool:
    return any("\u0e00" <= char <= "\u0eff" or "\u3000" <= char <= "\u9fff" for char in word)


_Tree = dict[str, "_Tree"]


def _tree(words: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return root


def _branch(node: _Tree) -> str:
    """The pattern of a tree; longer phrases are tried before their beginnings."""
    branches = [_step(char) + _branch(below) for char, below in node.items() if char]
    if not branches:
        return ""
    inner = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    if "" in node:
        return f"(?:{inner})?"
    return inner


def _step(char: str) -> str:
    return r"\s+" if char == " " else re.escape(char)


def is_greeting(line: str) -> bool:
    """Whether a line is nothing but a greeting: "Hi Dana," or "Guten Tag Frau Reyes,"."""
    short = len(line) < 40 and len(line.split()) <= 4 and "! " not in line  # "Hi Dana! Perfect, thanks!"
    return short and bool(_greeting().match(plain(line)))


@cache
def _greeting() -> re.Pattern[str]:
    return any_of(phrases("greetings"))
