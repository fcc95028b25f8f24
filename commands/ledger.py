"""`ledger`: every exchange and open wait, of both sides."""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from commands.contractors import chosen
from commands.house import House
from commands.output import AsJson, local, plainly, print_json, print_table, spell, tell_of_damage
from relationship.correspondence.ledger import Turn, working_s
from relationship.facts.messages import Side
from relationship.story import Story
from tick.bookkeeping.books import Books

COLUMNS = (
    "contractor",
    "conversation",
    "subject",
    "party",
    "asked_at",
    "answered_at",
    "elapsed_s",
    "working_s",
    "chasers",
    "asks",
    "asked",
    "answered",
)


# With what a spreadsheet takes a cell for a formula; where people write in wide letters, with wide ones too.
_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@plainly
def ledger(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only with this contractor.")] = "",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values, for a spreadsheet.")] = False,
) -> None:
    """Show every exchange and open wait: who let whom wait, and how long."""
    house: House = context.obj
    books = house.books()
    keys = chosen(books, name)
    found = list(rows(books, keys))
    tell_of_damage(books.flaws)
    if as_json:
        print_json(found)
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _no_formula(cell) for name, cell in row.items()} for row in found)
    else:
        _print(found, books)


def rows(books: Books, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The ledger's rows, contractor by contractor, oldest first."""
    for key in sorted(keys, key=lambda key: books.people.contractors[key].name):
        story = books.whole_story(key)
        turns = (*story.ledger.exchanges, *story.ledger.waits)
        for turn in sorted(turns, key=lambda turn: (turn.since, turn.asked)):
            yield _row(turn, story)


def _row(turn: Turn, story: Story) -> dict[str, Any]:
    answered = story.by_key.get(turn.answered)
    return {
        "contractor": story.contractor.name,
        "conversation": turn.conversation,
        "subject": turn.subject,
        "party": str(turn.party),
        "asked_at": turn.since.isoformat(),
        "answered_at": turn.answered_at.isoformat() if turn.answered_at else None,
        "elapsed_s": turn.elapsed_s,
        "working_s": working_s(turn, story.clock(turn.party)),
        "chasers": turn.chasers,
        "asks": turn.asks,
        "asked": story.by_key[turn.asked].message_id,
        "answered": answered.message_id if answered else None,
    }


def _no_formula(cell: object) -> object:
    """What a stranger wrote, such as a subject, so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def _print(found: list[dict[str, Any]], books: Books) -> None:
    zone = books.people.owner.timezone
    print_table(
        "Ledger",
        ("contractor", "about", "owed by", "asked", "took", "working", "chasers"),
        (_cells(row, zone) for row in found),
        "The ledger is empty: no mail with these contractors was read yet.",
    )


def _cells(row: dict[str, Any], zone: str) -> tuple[str, ...]:
    who = "you" if row["party"] == Side.OWNER else row["contractor"]
    asked = local(datetime.fromisoformat(row["asked_at"]), zone)
    took = spell(row["elapsed_s"]) if row["answered_at"] else "open"
    worked = spell(row["working_s"], days=False)
    return row["contractor"], row["subject"], who, asked, took, worked, str(row["chasers"])
