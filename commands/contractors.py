"""Finding a contractor by what a person types."""

import difflib

import typer

from commands.output import complain
from tick.books import Books


def named(books: Books, name: str) -> str:
    """The key of the contractor with this name (or first name, or address); exits 1 where nobody is meant."""
    wanted = name.casefold()
    people = books.people.contractors
    found = [key for key, who in people.items() if wanted in (who.name.casefold(), *who.addresses)]
    found = found or [key for key, who in people.items() if wanted == who.first_name.casefold()]
    if len(found) == 1:
        return found[0]
    names = [who.name for who in people.values()]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."
    what = "names several contractors" if found else "is no contractor in rules.yaml"
    complain(f"“{name}” {what}. {hint}")
    raise typer.Exit(1)
