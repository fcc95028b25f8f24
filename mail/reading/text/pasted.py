"""What stands in a contractor's mail and asks the owner nothing: delivered wording, answered questions, own plans.

Who writes captions, translates or keeps an inbox puts other people's questions into their mails: 'The headline is
"Ready to grow?"'. The owner's mails are read as they stand: what they quote is mostly what they want done.
"""

import re
from functools import cache

from mail.reading.words.wordlists import any_of, phrases, plain

HEADING_CAP = 40  # characters of a line that stands above a list
# Up to a blank line, as programs break long lines. A mark behind a number or a word opens nothing: 5" are inches.
_QUOTATION = re.compile(
    "|".join(
        rf"{opens}(?:[^{inside}\n]|\n(?=\S)){{1,300}}{closes}"
        for opens, inside, closes in (
            (r'(?<!\w)"', '"', '"'),
            ("[“„]", "“„”", "[”“]"),
            ("«", "«»", "»"),
            ("»", "«»", "«"),
        )
    )
)
_MARKS = re.compile('["“„«»]')
# "Q: Why is it slow?" and "A: ..." on the next line, as a list of questions with their answers has them.
_ANSWERED = re.compile(
    r"^[*-]? ?(?:q|f|p|d|v)\d{0,2} ?[:.)][^\n]{1,400}\n{1,2}[*-]? ?[ar]\d{0,2} ?[:.)] *(?=[^\W_])",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"(?:[-*–•·+]|\d{1,2}[.)])\s+(?=\S)")
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W\d_]{2,}")


def without_pasted(text: str) -> str:
    """The text without what its writer asks nobody; all of it where nothing else stands there."""
    rest = _QUOTATION.sub(" ", text) if _MARKS.search(text) else text
    if "?" in rest and "\n" in rest:
        rest = _ANSWERED.sub("", rest)
    if "\n" in rest:
        rest = _without_orders(rest)
    return rest if _LETTER.search(rest) else text


def _without_orders(text: str) -> str:
    """The items of the writer's own list, "To do tomorrow:", begin as orders do and are none."""
    lines = text.split("\n")
    in_plans = False
    for n, line in enumerate(lines):
        item = _ITEM.match(line)
        if item and in_plans:
            lines[n] = f", {line[item.end() :]}"
        elif line and not item:
            in_plans = len(line) < HEADING_CAP and _is_heading(line)
    return "\n".join(lines)


def _is_heading(line: str) -> bool:
    """Whether nothing but what stands above a list of the writer's own is said: "To do tomorrow:"."""
    rest, count = _plans().subn("", plain(line))
    return count > 0 and "?" not in rest and not _WORD.search(rest)


@cache
def _plans() -> re.Pattern[str]:
    return any_of(phrases("own plans"))
