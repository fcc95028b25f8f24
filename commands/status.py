"""`status`: how things stand now: temperatures, waits, the outbox, the last poll."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import typer

from commands.fates import outbox_in_words
from commands.house import House, astray
from commands.output import (
    AsJson,
    complain,
    counted,
    local,
    plainly,
    print_json,
    print_paragraph,
    print_table,
    printable,
)
from relationship.check_ins.planning import never_invited
from relationship.correspondence.ledger import Turn, median_working_s
from relationship.facts.messages import Side
from relationship.invitations.afterwards import NOT_MET, REMEMBERED
from relationship.occasions.shared import unanswered
from relationship.story import Story
from relationship.warmth.latency import Pace, short
from relationship.warmth.temperature import Reading, read
from store.protocol import Heartbeat
from tick.bookkeeping.books import Books


@plainly
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how things stand with every contractor, what is on its way, and when the mailbox was last read."""
    house: House = context.obj
    books, now = house.books(), house.now()
    aside = _set_aside(books.store.heartbeat())
    if as_json:
        print_json(rows(books, now))
        if aside:
            complain(aside)
        return
    told = [_in_words(books.story(key), books, now) for key in books.people.contractors]
    print_table(
        "Contractors",
        ("contractor", "phase", "temperature", "on you", "on them", "they take", "you take"),
        (cells for cells, _ in told),
        "There are no contractors in rules.yaml.",
    )
    typer.echo()
    for _, paragraph in told:
        print_paragraph(paragraph, "    ")
    for line in (*_foot(books, books.store.heartbeat(), astray(house)), aside):
        if line:
            typer.echo(printable(line))  # whole, so that it can be searched for


def rows(books: Books, now: datetime) -> Iterator[dict[str, Any]]:
    """One row per contractor, in the rules file's order."""
    for key in books.people.contractors:
        story = books.story(key)
        yield _row(story, _reading(story, books, now), now)


def _row(story: Story, known: Reading, now: datetime) -> dict[str, Any]:
    return {
        "contractor": story.contractor.name,
        "phase": story.contractor.phase_at(now),
        "temperature": known.temperature.state,
        "reasons": list(known.temperature.reasons),
        "waits": [_wait(turn) for turn in (*story.past.waits, *story.ledger.waits)],
        "contractor_median_s": _median(story, Side.CONTRACTOR),
        "owner_median_s": _median(story, Side.OWNER),
        "check_in": _check_in(story, now),
        "paused": bool(story.paused_by),
        "bouncing": sorted({*story.bouncing, *story.turned_away}),
    }


def _reading(story: Story, books: Books, now: datetime) -> Reading:
    return read(story, books.policy.temperature, story.temperature, now, books.story_of)


def _wait(turn: Turn) -> dict[str, Any]:
    return {
        "on": str(turn.party),
        "since": turn.since.isoformat(),
        "subject": turn.subject,
        "asks": turn.asks,
    }


def _median(story: Story, side: Side) -> int | None:
    return median_working_s([t for t in story.exchanges if t.party is side], story.clock(side))


def _check_in(story: Story, now: datetime) -> dict[str, Any] | None:
    """The next one, else the last of these days: "over" until somebody has said how it went."""
    known = (x for x in story.check_ins.values() if x.state != "cancelled" and not never_invited(story, x))
    booked = sorted(known, key=lambda one: one.starts_at)
    coming = [one for one in booked if one.ends_at >= now]
    past = [one for one in booked if now - REMEMBERED <= one.ends_at < now and one.state not in NOT_MET]
    for one in (*coming, *reversed(past)):
        state = "over" if one.stands and one.ends_at < now else one.state
        return {"at": one.starts_at.isoformat(), "state": state}
    return None


def _paused(story: Story) -> list[str]:
    """Who stopped the letters, and who may let them go on."""
    first_name = story.contractor.first_name
    said = {"contractor": f"paused by {first_name}, until {first_name} resumes", "owner": "paused by you"}
    return [said[who] for who in story.paused_by]


def _in_words(story: Story, books: Books, now: datetime) -> tuple[tuple[str, ...], str]:
    """The line of the table, and the paragraph below it: one story at a time is in memory."""
    known = _reading(story, books, now)
    # What was given up is no debt any more, and would be counted for ever; --json lists all.
    row = {
        **_row(story, known, now),
        "waits": [_wait(turn) for turn in unanswered(story, books.story_of, now)],
    }
    return _cells(row, known), f"{row['contractor']}: {_notes(row, story)}."


def _cells(row: dict[str, Any], known: Reading) -> tuple[str, ...]:
    """The numbers of one contractor; only asking waits are debts."""
    asking = [wait["on"] for wait in row["waits"] if wait["asks"]]
    return (
        row["contractor"],
        row["phase"],
        row["temperature"],
        str(asking.count(Side.OWNER) or "-"),
        str(asking.count(Side.CONTRACTOR) or "-"),
        _takes(known.theirs, row["contractor_median_s"]),
        _takes(known.yours, row["owner_median_s"]),
    )


def _takes(pace: Pace | None, median: int | None) -> str:
    """The numbers of the temperature's reasons; where there are too few of them, the median of all answers."""
    if pace:
        return f"{short(pace.recent)}, {short(pace.usual)} before"
    return short(median) if median is not None else "-"


def _notes(row: dict[str, Any], story: Story) -> str:
    """What stands behind the temperature, and what keeps letters from going out."""
    bounces = (f"mail to {address} comes back" for address in row["bouncing"])
    call = row["check_in"]
    calls = [f"check-in {story.when(datetime.fromisoformat(call['at']))}: {call['state']}"] if call else []
    return "; ".join([*row["reasons"], *_paused(story), *bounces, *calls]) or "nothing to say"


_MODES = {
    "dry-run": "The mode is dry-run: what would go out is noted, and nothing goes out.",
    "drafts": "The mode is drafts: letters to contractors are left in your Drafts folder.",
}


def _foot(books: Books, beat: Heartbeat, nowhere: str) -> Iterator[str]:
    """The mailbox and the outbox, and what keeps us from either."""
    zone = books.people.owner.timezone
    last = (
        f"Last good poll: {local(beat.last_poll, zone)}."
        if beat.last_poll
        else nowhere or "The mailbox was not read yet."
    )
    yield f"{last} Outbox: {outbox_in_words(books.outbox())}, {counted(len(books.notes()), 'note')} to you."
    if books.policy.mode in _MODES:
        yield _MODES[books.policy.mode]
    if beat.failing_since:
        yield f"Trouble since {local(beat.failing_since, zone)}: {beat.reason}"


def _set_aside(beat: Heartbeat) -> str:
    """How many mails could not be understood, and where the last of them lie; "" where all could."""
    if not beat.set_aside:
        return ""
    were = "1 mail was" if beat.set_aside == 1 else f"{beat.set_aside} mails were"
    return f"{were} set aside, not understood: see set-aside in the data folder."
