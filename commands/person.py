"""`pause`, `resume`, `export`, `forget`: one contractor.

While the daemon runs it owns the data folder: what changes something is asked of it, and done at its next tick.
"""

import json
from contextlib import closing
from typing import Annotated

import typer

from commands.contractors import named, named_among
from commands.house import House
from commands.output import complain, plainly, tell_of_damage
from store.protocol import InUseError, Store
from tick.bookkeeping.books import Books
from tick.bookkeeping.requests import apply, apply_requests, profiles

Name = Annotated[str, typer.Argument(help="The contractor's name, first name or address.")]


@plainly
def pause(context: typer.Context, name: Name) -> None:
    """Send one contractor no letters until you resume."""
    house: House = context.obj
    books = house.books()
    key, name = _taken_up(books, name)
    _ask(house, books, "pause", key, f"{name} is paused: no letters go out, and you are told of nothing.")


@plainly
def resume(context: typer.Context, name: Name) -> None:
    """Send letters again; a pause that the contractor asked for only the contractor can lift."""
    house: House = context.obj
    books = house.books()
    key, name = _taken_up(books, name)
    if "contractor" in books.story(key).paused_by:
        complain(f"{name} asked for no letters themselves; only they can lift that, by answering #resume.")
    _ask(house, books, "resume", key, f"{name} is no longer paused by you.")


@plainly
def export(context: typer.Context, name: Name) -> None:
    """Print everything that is kept about one contractor, as JSON."""
    house: House = context.obj
    store = house.store(read_only=True)
    names = _names(store)
    known = store.damaged()
    tell_of_damage(known.values())
    told = store.export(named_among(names, name))
    tell_of_damage(flaw for flaw in store.damaged().values() if flaw not in known.values())
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


@plainly
def forget(context: typer.Context, name: Name) -> None:
    """Remove everything about one contractor, without a trace; first take them out of rules.yaml."""
    house: House = context.obj
    books = house.books()
    key = named_among(_names(books.store), name)
    if key in books.people.contractors:
        complain(f"{name} is still in {house.rules}: take them out of it first, then forget them.")
        raise typer.Exit(1)
    _ask(house, books, "forget", key, "Nothing of them is kept any more.")


def _taken_up(books: Books, name: str) -> tuple[str, str]:
    """The key and the name of a contractor with whom a tick has begun."""
    key = named(books, name)
    name = books.people.contractors[key].name
    if key not in books.profiles:
        again = "Say it again in a minute; where Keepwarm is not running, after run --once."
        complain(f"{name} is new in the rules, and no tick has run since. {again}")
        raise typer.Exit(1)
    return key, name


def _names(store: Store) -> dict[str, tuple[str, ...]]:
    """By key, what a person in the data folder is called."""
    return {key: (profile.name, *profile.addresses) for key, profile in profiles(store).items()}


def _ask(house: House, books: Books, verb: str, key: str, done: str) -> None:
    """Do it now where no daemon runs, else ask the daemon."""
    try:
        store = house.store()
    except InUseError:
        books.store.request(verb, key)
        typer.echo("The running daemon was asked, and does it at its next tick.")
        return
    with closing(store):
        books = Books(store, books.policy, {})
        apply_requests(books)  # what a daemon was asked that ended before its next tick was said before this
        apply(books, verb, key)
    typer.echo(done)
