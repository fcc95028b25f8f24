"""A doubt about working hours: an afternoon that is written as a morning, as on a clock of twelve hours."""

import re
from collections.abc import Iterator

from rules.format.plain import block, blocks, word
from rules.format.positions import Document, Plain
from rules.format.problems import Path, Problem

_SHIFT = re.compile(r"(\d\d?):(\d\d)\s*[-\u2013]\s*(\d\d?):(\d\d)", re.ASCII)
NOON = 12 * 60  # in minutes
A_LONG_DAY = 16 * 60  # nobody works so long, a day and the night after it


def afternoons(document: Document) -> Iterator[Problem]:
    """`9:00-5:00` is a night's work, and `1:30-6:00` begins long before the sun: few mean that."""
    data = document.data
    places: list[tuple[Path, dict[str, Plain]]] = [(("owner",), block(data, "owner"))]
    places += [(("defaults",), block(data, "defaults"))]
    places += [(("contractors", number), one) for number, one in blocks(data, "contractors")]
    for path, here in places:
        for written, is_so, meant in early(word(here.get("hours"))):
            message, hint = f'"{written}" {is_so}.', f"If the afternoon is meant, write {meant}."
            yield document.problem((*path, "hours"), message, hint)


def early(hours: str) -> Iterator[tuple[str, str, str]]:
    """The ranges whose afternoon is probably written as a morning: what they say, and how it would be written."""
    for group in hours.split(";"):
        begun = before = 0  # the hours in front
        for shift in _SHIFT.finditer(group):
            first, last = (int(shift[n]) * 60 + int(shift[n + 1]) for n in (1, 3))
            if 0 < last < first and last + 2 * NOON - first >= A_LONG_DAY and last <= NOON:
                yield shift[0], "goes on through the whole night", _clocks(first, last + NOON)
            elif 0 < first < begun < NOON and before <= first + NOON and first < last <= NOON:
                yield shift[0], "lies before the hours in front of it", _clocks(first + NOON, last + NOON)
            begun, before = first, last


def _clocks(first: int, last: int) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (first, last))
