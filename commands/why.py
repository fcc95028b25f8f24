"""`why`: every decision with its reason, newest first."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import typer

from commands.contractors import named
from commands.fates import fate
from commands.house import House
from commands.output import AsJson, local, plainly, print_json, print_table
from relationship.decisions import Decision
from tick.books import Books


@plainly
def why(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only about this contractor.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what was sent, held or suppressed, and why."""
    house: House = context.obj
    books = house.books()
    keys = [named(books, name)] if name else list(books.people.contractors)
    found = sorted(decisions(books, keys), key=lambda decision: (decision.at, decision.rule), reverse=True)
    if as_json:
        print_json(_row(decision, books) for decision in found)
    else:
        print_table(
            "Why",
            ("when", "contractor", "rule", "verdict", "why"),
            (_cells(decision, books) for decision in found),
            "Nothing was decided yet.",
        )


def decisions(books: Books, keys: list[str]) -> Iterator[Decision]:
    """All decisions about these contractors, with what became of their letters."""
    for key in keys:
        story = books.whole_story(key)
        for decision in story.decisions.values():
            letter = story.letters.get(decision.letter)
            words = fate(letter) if letter else ""
            yield replace(decision, why=f"{decision.why}; {words}") if words else decision


def _row(decision: Decision, books: Books) -> dict[str, Any]:
    return {
        "at": decision.at,
        "rule": decision.rule,
        "contractor": books.people.contractors[decision.contractor].name,
        "occasion": decision.about,
        "verdict": str(decision.verdict),
        "why": decision.why,
    }


def _cells(decision: Decision, books: Books) -> tuple[str, ...]:
    who = books.people.contractors[decision.contractor].name
    return local(decision.at, books.people.owner.timezone), who, decision.rule, decision.verdict, decision.why
