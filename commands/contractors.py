"""Finding a contractor by what a person types."""

from collections.abc import Callable, Mapping
from unicodedata import normalize

import typer

from commands.output import complain
from relationship.parties import first_name_of, without_accents
from rules.format.suggest import closest
from tick.bookkeeping.books import Books

MOST = 20  # names that are listed where nobody like that is known


def chosen(books: Books, name: str) -> list[str]:
    """The keys of those whom a command is about: the one who is named, or, with no name, everybody."""
    return [named(books, name)] if name else list(books.people.contractors)


def named(books: Books, name: str) -> str:
    """The key of the contractor in the rules with this name (or first name, or address)."""
    people = dict(books.people.contractors)
    there = {who.name for who in people.values()}
    lost = {who.name: who for who in books.policy.contractors if who.name not in there}
    key = named_among({key: (who.name, *who.addresses) for key, who in (people | lost).items()}, name)
    if key in lost:
        raise typer.Exit(1)  # the file is damaged: that was said when the books were opened
    return key


def named_among(names: Mapping[str, tuple[str, ...]], name: str) -> str:
    """The key of whoever is called so; exits 1, with a hint, where nobody or several are meant."""
    # A keyboard that has no accents: only where nobody is called exactly so.
    found = _called(names, name, _spelt) or _called(names, name, _unaccented)
    if len(found) == 1:
        return found[0]
    complain(f"“{name}” {_several(names, found) if found else 'is no contractor. ' + _hint(names, name)}")
    raise typer.Exit(1)


def _called(names: Mapping[str, tuple[str, ...]], name: str, spelt: Callable[[str], str]) -> list[str]:
    """Who has this name or address, or else this first name, when both are spelt in one way."""
    wanted = spelt(name)
    if not wanted:
        return []
    whole = [key for key, called in names.items() if wanted in map(spelt, called)]
    return whole or [key for key, (first, *_) in names.items() if wanted == spelt(first_name_of(first))]


def _spelt(name: str) -> str:
    """A name so that equal looks are equal: large or small, and with accents in one piece or two, as on a Mac."""
    return " ".join(normalize("NFC", name).casefold().split())


def _unaccented(name: str) -> str:
    return without_accents(_spelt(name))


def _several(names: Mapping[str, tuple[str, ...]], found: list[str]) -> str:
    meant = (f"{first} ({address})" for first, address, *_ in map(names.__getitem__, found))
    return f"names several contractors. Write the whole name, or the address: {', '.join(meant)}."


def _hint(names: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Who was probably meant: whoever's name begins so, has this word, or looks most like it; or who there is."""
    wanted = _unaccented(name)
    known = [called[0] for called in names.values()]
    begun = [one for one in known if wanted and f" {wanted}" in f" {_unaccented(one)}"]
    spelt = {word: called[0] for called in names.values() for word in (*called, first_name_of(called[0]))}
    near = begun[0] if len(begun) == 1 else spelt.get(closest(name, spelt) or "")
    if near:
        return f"Did you mean {near}?"
    more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    return f"There are: {', '.join(known[:MOST]) or 'none yet'}{more}."
