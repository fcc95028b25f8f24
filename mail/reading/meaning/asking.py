"""Does it ask, does it close, is it bad news: what fresh text does to the ball (design section 3).

The lists are `mail/reading/words/*.txt`; the owner's own words come on top. In doubt a text neither asks nor closes:
what does not ask is never chased.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from unicodedata import category

from mail.reading.words.wordlists import Phrases, any_of, is_greeting, merged, phrases, plain

CLOSER_CAP = 160  # characters: longer text says something
CLOSER_WORDS = 20
DONE_CAP = 40  # characters of a line that says "done" and nothing else

_URL = re.compile(r"(?:https?://|www\.)\S+|\S{1,64}@\S{1,255}")
# The Greek question mark is typed as a semicolon.
_QUESTION = re.compile("[?？؟¿⁇⁈⁉‽❓❔\u037e]|(?<=[\u0370-\u03ff\u1f00-\u1fff]);")
# What may stand before a question that lacks its mark.
_LEADS = (
    r"(?:and|so|but|also|then|just|ok|okay|well|oh|one more thing|by the way|btw"
    r"|y|pero|e|mas|et|mais|und|aber|at|tapos)"
)
WRAP = r"(?<=[^\n]{60})\n(?=\S)"  # a sentence goes on below a line that is as long as programs make them
# Tagalog's "please" is the beginning of any verb: "pakisuri"; Polish packages ("pakiet", "w pakiecie") are none.
_PAKI = re.compile(r"(?<!\w)paki-?(?!stan|et|eci)\w")
_LETTER = re.compile(r"[^\W_]")
# What is no part of a word; vowel signs of India's scripts and of Thai are, which \w does not know.
_NOT_WORDS = re.compile(r"[^\w\s'\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e-]+|_+|(?<!\w)-+|-+(?!\w)")
_CLAUSE_ENDS = r"[.,;:!?\n…–—(]"
_CLAUSES = re.compile(_CLAUSE_ENDS)
_SMILEY = re.compile(r"(?<!\w)(?:[:;=8][-'o]?[)(\]\[dDpP3*|/\\]|<3+|\^_?\^|x+o+x*o*|\+1)(?!\w)")


class Words(Protocol):
    """What the owner adds to the lists (the shape of the policy's `words`)."""

    @property
    def closers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def asks(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def done(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def bad_news(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Lists:
    """The built-in lists with the owner's on top, made ready for searching."""

    asks: Phrases
    asks_at_start: re.Pattern[str]
    asks_nothing: Phrases
    offers: Phrases
    offer: re.Pattern[str]
    closer: Phrases
    wish: re.Pattern[str]
    sign_off: re.Pattern[str]
    fillers: frozenset[str]
    done: frozenset[str]
    done_cap: int
    done_begins: frozenset[str]
    any_done: Phrases
    bad_news: Phrases
    no_bad_news: Phrases
    refusals: Phrases
    says_no: Phrases
    no_at_end: re.Pattern[str]
    brings: Phrases
    owed: Phrases
    missing: Phrases
    thanks_for: re.Pattern[str]
    no_reply: re.Pattern[str]
    no_answer: Phrases


@lru_cache(maxsize=8)
def _lists(
    closers: tuple[str, ...], asks: tuple[str, ...], done: tuple[str, ...], bad: tuple[str, ...]
) -> Lists:
    # Closers are looked for among the words alone: "¡Gracias totales!" is two of them.
    closing = [one for one in (*closers, *map(bare, closers)) if one]
    asking = (*phrases("asks"), *asks)
    all_done = frozenset(bare(word) for word in (*phrases("done"), *done))
    return Lists(
        asks=Phrases(asking),
        asks_at_start=_at_start(),
        offers=Phrases(phrases("if you have questions")),
        offer=_offer(),
        asks_nothing=Phrases(phrases("asks nothing"), but=asking),
        closer=Phrases((*phrases("closers"), *closing)),
        wish=any_of(phrases("wishes")),
        sign_off=any_of(phrases("sign-offs")),
        fillers=frozenset(word for phrase in phrases("fillers") for word in plain(phrase).split()),
        done=all_done,
        done_cap=max((DONE_CAP, *(2 * len(one) for one in done))),
        done_begins=frozenset(one.split(" ", 1)[0] for one in all_done),
        any_done=Phrases(all_done),
        bad_news=Phrases((*phrases("bad news"), *bad)),
        no_bad_news=Phrases(phrases("no bad news")),
        refusals=Phrases(phrases("refusals")),
        says_no=Phrases(phrases("says no")),
        no_at_end=re.compile(rf"(?:{merged(phrases('says no'))})\s*(?:{_CLAUSE_ENDS}|$)"),
        brings=Phrases(phrases("brings something")),
        owed=Phrases(phrases("money owed")),
        missing=Phrases(phrases("is missing")),
        thanks_for=_thanks_for(),
        no_reply=any_of(phrases("no reply needed")),
        no_answer=Phrases(phrases("no need to answer")),
    )


def _at_start() -> re.Pattern[str]:
    """Questions and requests that are ones only where a sentence begins: "When do you need it".

    Who leaves out "I" or "it" begins a statement as others begin a question, and ends it: "Did the cards today." Behind
    a comma, too, a full stop tells: "I'm at the door, what's the code" asks.
    """
    greeting = rf"(?:(?:{merged(phrases('greetings'))})\s+[^,.!?\n]{{1,30}}[,!]\s*)?"
    starts, open_starts = merged(phrases("asks at a start")), merged(phrases("asks without a full stop"))
    behind_comma = merged(phrases("asks after a comma"))
    no_stop = rf"(?!(?:[^.!?;\n]|{WRAP}){{0,200}}[.!;])"
    return re.compile(
        rf"(?:^|[.!?;:(])[\s>*-]{{0,20}}{greeting}(?:{_LEADS},?\s+){{0,3}}"
        rf"(?:{starts}|(?:{open_starts}){no_stop})|,\s(?:{behind_comma}){no_stop}",
        re.MULTILINE,
    )


def _thanks_for() -> re.Pattern[str]:
    """Thanks with what they are for, to the end of the sentence: "Thank you for taking care of this"."""
    more = merged(phrases("says more than thanks"))
    return re.compile(
        rf"(?:{merged(phrases('thanks for'))})\s(?:(?!{more})[^.!?,;:\n\d]){{1,60}}(?=[.!?,;\n]|$)"
    )


def _offer() -> re.Pattern[str]:
    """A polite formula with all that belongs to it: "Please let me know if you have any questions about it"."""
    verbs, cores = merged(phrases("then ask")), merged(phrases("if you have questions"))
    return re.compile(rf"(?:(?:{verbs})[\s,]+){{0,6}}(?:{cores})[^.!?;\n。！？；؟]{{0,100}}")


def lists_for(words: Words) -> Lists:
    """The lists for an owner's words; made once."""
    return _lists(tuple(words.closers), tuple(words.asks), tuple(words.done), tuple(words.bad_news))


def bare(text: str) -> str:
    """Lower case words alone: no punctuation, smileys or emoji."""
    return " ".join(_NOT_WORDS.sub(" ", _SMILEY.sub(" ", plain(text))).split())


def has_question(text: str) -> bool:
    """Whether a question mark of any script stands in the text, outside of links."""
    if "?" not in text and text.isascii():
        return False
    return bool(_QUESTION.search(text) and _QUESTION.search(_without_links(text)))


def _without_links(text: str) -> str:
    """The text without links and addresses."""
    return _URL.sub(" ", text) if "@" in text or "www." in text or "://" in text else text


def asks(text: str, lists: Lists) -> bool:
    """Whether fresh text asks for something: a question mark or a request, polite formulas left out."""
    lower = plain(text)
    if " ur " in lower:  # the lists know "u" by themselves
        lower = lower.replace(" ur ", " your ")
    if not _may_ask(lower, lists):
        return False
    rest = _without_formulas(_without_links(lower), lists)
    return rest == lower or _may_ask(rest, lists)


def _without_formulas(text: str, lists: Lists) -> str:
    """The text without what sounds like a question or a request and is none."""
    if lists.offers.stand_in(text):
        text = lists.offer.sub(" ", text)
    return lists.asks_nothing.taken_out(text)


def _may_ask(text: str, lists: Lists) -> bool:
    if _QUESTION.search(text) or lists.asks.stand_in(text) or lists.asks_at_start.search(text):
        return True
    return "paki" in text and bool(_PAKI.search(text))


def closes(text: str, lists: Lists, names: Iterable[str] = ()) -> bool:
    """Whether fresh text is nothing but a closer: thanks, "great, got it", a lone emoji.

    A wish ("Have a nice weekend!") may stand beside one; alone it asks nothing, but answers nothing either.

    `names` are the first names of those who take part, in lower case: "Thanks, Maria!" closes too.
    """
    text = without_greeting(text.strip())
    if not text or len(text) > CLOSER_CAP or has_question(text):
        return False
    if text.count(" ") > CLOSER_WORDS:
        return False
    spare = set(names)
    if _LETTER.search(_SMILEY.sub(" ", text)) and not lists.closer.stand_in(plain(text)):
        return _has_emoji(text) and spare.issuperset(bare(text).split())  # signed with a name
    words = bare(lists.thanks_for.sub(" thanks ", plain(text)))
    if not _LETTER.search(words):
        return not any(char.isdigit() for char in words)  # an emoji or a smiley; "1500" is an answer
    unwished = lists.wish.sub(" ", words)
    return lists.closer.taken_out(unwished) != unwished and is_polite(words, lists, spare)


def is_polite(words: str, lists: Lists, names: Container[str]) -> bool:
    """Whether `bare` words say nothing but thanks, wishes and names; none do, too."""
    return all(word in lists.fillers or word in names for word in without_thanks(words, lists).split())


def without_thanks(words: str, lists: Lists) -> str:
    """What `bare` words say beside thanks and wishes."""
    rest = lists.closer.taken_out(lists.wish.sub(" ", words))
    return lists.sign_off.sub(" ", rest)  # "Thanks! Gruß, Maria"


def _has_emoji(text: str) -> bool:
    return not text.isascii() and any(category(char) == "So" for char in text)


def without_greeting(text: str) -> str:
    """The text below a line like "Hi Dana," where there is any."""
    first, _, rest = text.partition("\n")
    return rest.strip() or first if is_greeting(first) else text


def is_bad_news(text: str, lists: Lists) -> bool:
    """Whether fresh text holds what no praise should follow: bad news, a complaint, a refusal, money that is owed."""
    lower = plain(text)
    if not _may_be_bad(lower, lists):
        return False
    rest = lists.no_bad_news.taken_out(lower)
    return rest == lower or _may_be_bad(rest, lists)


def _may_be_bad(text: str, lists: Lists) -> bool:
    """The same where "you owe me nothing" and "sorry that you are sick" are bad news too."""
    return lists.bad_news.stand_in(text) or _refuses(text, lists) or _lacks_money(text, lists)


def _refuses(text: str, lists: Lists) -> bool:
    """Whether it says no: "fully booked", "I thought you had it"; not where it brings the work all the same."""
    says_no = lists.refusals.stand_in(text) or (lists.says_no.stand_in(text) and lists.no_at_end.search(text))
    return bool(says_no) and not (lists.brings.stand_in(text) or says_done(text, lists))


def _lacks_money(text: str, lists: Lists) -> bool:
    """Whether money and its absence are in one clause: "Payment arrived, no problem" complains of nothing."""
    if not (lists.owed.stand_in(text) and lists.missing.stand_in(text)):
        return False
    return any(
        lists.owed.stand_in(clause) and lists.missing.stand_in(clause) for clause in _CLAUSES.split(text)
    )


def brings_something(text: str, lists: Lists) -> bool:
    """Whether fresh text says that work comes with it: "here is", "attached"."""
    return lists.brings.stand_in(plain(text))


def says_done(text: str, lists: Lists) -> bool:
    """Whether a line says that the work is done, and nothing else."""
    return any(is_done(line, lists) for line in text.split("\n"))


def is_done(line: str, lists: Lists) -> bool:
    """Whether a line or a sentence says that the work is done, and nothing else."""
    if not line or len(line) >= lists.done_cap:
        return False
    first = plain(line).split(" ", 1)[0].rstrip(".,!:")
    if first not in lists.done_begins and first.isalnum():
        return False
    return bare(line) in lists.done and not _QUESTION.search(line)


def needs_no_reply(subject: str, text: str, lists: Lists) -> bool:
    """Whether the subject or the text begins with "FYI", or it says anywhere that no answer is needed."""
    lower = plain(text)
    firsts = (plain(subject).lstrip("[( "), lower.partition("\n")[0].lstrip("([ "))
    return any(lists.no_reply.match(first) for first in firsts) or lists.no_answer.stand_in(lower)
