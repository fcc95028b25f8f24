"""Scripts: what the people of the demo write to each other, as plain text that anyone can read and mend.

A file of `scripts/` is one relationship. It holds conversations, each a first mail and what follows from it:

    === week 3, Monday 10:05, Nora: Photos for the shop
    Hi Maria, ...                                   the text of the first mail, until the next mark
    --- Maria, 25 working minutes later             an answer, counted in her own working hours
    --- Maria by phone, 20 minutes later            from her second address
    --- Maria away, 1 minute later                  her mail program answers: a vacation notice
    --- Nora stars, 30 minutes later                a star on the mail above; no text
    --- Ben, 2 working hours after reminders/gentle     only once that letter has reached them
    --- Ben clicks pause, 1 hour after reminders/firm   a link in that letter

and, before them, what they do with invitations, and what the owner says of the calls, in order; the last one
counts for all that come later:

    invitations: accepted after 40 working minutes; nothing
    calls: held; late

Weeks count from the first Monday that is played; negative ones lie before Keepwarm was started. In a text,
`{Hi|Hello}` is one of these, and `[[Friday]]` is the next one after the mail's own day ("Friday 6 March"),
`[[Friday+1]]` the one a week later.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from mail.reading.words.wordlists import plain
from relationship.clocks.durations import Duration, parse_duration
from relationship.clocks.weeks import DAYS

FOLDER = Path(__file__).parent / "scripts"
AT_ONCE = Duration(0, "minutes")

_OPENING = re.compile(rf"=== week (-?\d+), ({'|'.join(DAYS)}) (\d\d):(\d\d), (\w+): (.+)")
_CUE = re.compile(r"--- (\w+)(?: (by phone|away|stars|clicks \w+))?, (.+?) (?:later|after ([\w/-]+))")
_REPLY = re.compile(r"(accepted|tentative|declined) after (.+)")


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that somebody does."""

    who: str  # first name
    does: str  # "" (writes), "by phone", "away", "stars" or "clicks ..."
    delay: Duration  # after what it follows
    after: str  # the letter that it follows; "" where it follows the cue before
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A first mail, and what follows from it."""

    contractor: str  # first name
    week: int
    weekday: int  # Monday is 0
    at: time  # on its writer's own clock
    subject: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One contractor's part."""

    contractor: str
    invitations: tuple[tuple[str, Duration] | None, ...]  # answer and delay; None: no answer
    calls: tuple[str, ...]  # what the owner says of each afterwards: held, late or missed; "" says nothing
    conversations: tuple[Conversation, ...]


def load(name: str) -> Part:
    """The part of the contractor with this first name."""
    return parse(name, (FOLDER / f"{plain(name)}.txt").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Part:
    """A script understood; ValueError names the line that is not."""
    head, *blocks = re.split(r"^(?==== )", text, flags=re.MULTILINE)
    settings = dict(
        line.split(": ", 1) for line in head.splitlines() if ": " in line and not line.startswith("#")
    )
    return Part(
        contractor=name,
        invitations=tuple(_invitation(item) for item in settings.get("invitations", "nothing").split("; ")),
        calls=tuple(word.replace("nothing", "") for word in settings.get("calls", "nothing").split("; ")),
        conversations=tuple(_conversation(name, block) for block in blocks),
    )


def _invitation(item: str) -> tuple[str, Duration] | None:
    if item == "nothing":
        return None
    match = _REPLY.fullmatch(item)
    if not match:
        raise ValueError(f"not an answer to an invitation: {item}")
    return match[1], parse_duration(match[2])


def _conversation(name: str, block: str) -> Conversation:
    opening, *later = re.split(r"^(?=--- )", block, flags=re.MULTILINE)
    line, _, text = opening.partition("\n")
    match = _OPENING.fullmatch(line)
    if not match:
        raise ValueError(f"not the opening of a conversation: {line}")
    week, day, hour, minute, who, subject = match.groups()
    first = Cue(who, "", AT_ONCE, "", text.strip())
    return Conversation(
        contractor=name,
        week=int(week),
        weekday=DAYS.index(day),
        at=time(int(hour), int(minute)),
        subject=subject,
        cues=(first, *_cues(later)),
    )


def _cues(blocks: list[str]) -> Iterator[Cue]:
    for block in blocks:
        line, _, text = block.partition("\n")
        match = _CUE.fullmatch(line)
        if not match:
            raise ValueError(f"not a cue: {line}")
        who, does, delay, after = match.groups()
        yield Cue(who, does or "", parse_duration(delay), after or "", text.strip())
