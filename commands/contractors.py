"""Finding a contractor by what a person types."""

from collections.abc import Mapping

import typer

from commands.output import complain
from rules.format.suggest import closest
from tick.books import Books


def named(books: Books, name: str) -> str:
    """The key of the contractor in the rules with this name (or first name, or address)."""
    people = books.people.contractors
    return named_among({key: (who.name, *who.addresses) for key, who in people.items()}, name)


def named_among(names: Mapping[str, tuple[str, ...]], name: str) -> str:
    """The key of whoever is called so; exits 1, with a hint, where nobody or several are meant."""
    wanted = name.casefold()
    found = [key for key, called in names.items() if wanted in map(str.casefold, called)]
    found = found or [key for key, (first, *_) in names.items() if wanted == first.split()[0].casefold()]
    if len(found) == 1:
        return found[0]
    known = [called[0] for called in names.values()]
    spelt = {word: called[0] for called in names.values() for word in (*called, called[0].split()[0])}
    near = None if found else closest(name, spelt)
    hint = f"Did you mean {spelt[near]}?" if near else f"There are: {', '.join(known) or 'none yet'}."
    complain(f"“{name}” {'names several contractors' if found else 'is no contractor'}. {hint}")
    raise typer.Exit(1)
