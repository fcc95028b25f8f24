"""The second half of `init`: the owner, and contractors proposed from recent mail."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import typer

from commands.output import print_table
from commands.setup import asking
from commands.setup.acquaintances import Acquaintance, Circle
from commands.setup.writing import Lines
from mail.imap.inbox import FolderClosed, Inbox
from rules.format.fields import text
from rules.format.people import address as an_address
from rules.format.people import hours as working_hours
from rules.format.schema import WORKDAY
from rules.format.zones import zone as a_zone

Person = dict[str, str | list[str]]  # as it will stand in the file

LOCALTIME = Path("/etc/localtime")


def read_recent(inbox: Inbox, folders: Sequence[str], since: date) -> Circle:
    """Everybody who wrote or was written to since a date, by headers and the first lines."""
    circle = Circle()
    typer.echo("Reading the last 90 days ...")
    for name, state in inbox.states(folders).items():
        with suppress(FolderClosed):  # the daemon reads without it, too
            for mails in inbox.fetch(name, state.uidvalidity, 1, since):
                circle.add(mails)
    typer.echo(f"{len(circle)} mails between people.\n")
    return circle


def ask_owner(circle: Circle, mailbox: str) -> dict[str, str | list[str]]:
    """You."""
    typer.echo("About you:")
    name = asking.ask("Your name, as letters are signed", check=_name)
    others = [address for address in circle.writers(mailbox) if address != mailbox]
    typer.echo("Your own addresses; letters to you go to the first. With commas between them.")
    emails = asking.ask("Your addresses", (others or [mailbox])[0], _addresses)
    team = _ask_team([address for address in others if address not in emails])
    timezone = _ask_zone("Your time zone", own_zone())
    hours = asking.ask("Your working hours", WORKDAY, working_hours)
    return {"name": name, "email": emails, "team": team, "timezone": timezone, "hours": hours}


def _ask_team(colleagues: Sequence[str]) -> list[str]:
    """Who answers for the owner; asked only where somebody else of their domain writes."""
    if not colleagues:
        return []
    typer.echo(f"These write from your domain too: {', '.join(colleagues)}.")
    return (
        asking.maybe("Who of them answers for you? With commas between them (Enter: nobody)", _addresses)
        or []
    )


def ask_contractors(circle: Circle, own: Iterable[str]) -> list[Lines]:
    """Those chosen from the proposals, and those whom the owner names."""
    taken = {address.lower() for address in own}
    proposals = circle.proposals(taken)
    typer.echo()
    if proposals:
        print_table("You write most to:", ("", "name", "address", "to", "from", "zone"), _rows(proposals), "")
        chosen = asking.numbers("Which are contractors? Numbers such as 1, 3-5", len(proposals))
    else:
        typer.echo("Nobody was found in the last 90 days who writes to you and whom you answer.")
        chosen = []
    found: list[Person] = []
    for number in chosen:
        _add(found, proposals[number - 1])
    taken |= {proposals[number - 1].address for number in chosen}
    while address := asking.maybe("The address of another contractor (Enter: that is all)", _new(taken)):
        taken.add(address)
        _add(found, Acquaintance(address))
    return list(found)


def own_zone() -> str:
    """The zone of this machine, "" where it says none."""
    try:
        name = str(LOCALTIME.resolve(strict=True)).partition("zoneinfo/")[2]
        return a_zone(name) if "/" in name and not name.startswith("Etc/") else ""
    except (OSError, ValueError):
        return ""


def _ask_zone(question: str, proposed: str) -> str:
    """A time zone by its name, which not everybody knows."""
    return asking.ask(question if proposed else f"{question}, such as Europe/Madrid", proposed, a_zone)


def _add(found: list[Person], person: Acquaintance) -> None:
    """One more contractor, or one more address of one: who writes from two is proposed twice."""
    typer.echo(f"\n{person.address}:")
    name = asking.ask("Name, first name first", person.name, _name)
    twin = next((one for one in found if _is_called(one, name)), None)
    if twin:
        if asking.yes(f"{name} stands there already. Is this another address of the same person?"):
            twin["email"] = [*twin["email"], person.address]
            return
        name = asking.ask("A name that tells them apart", check=_unlike(found))
    found.append(
        {
            "name": name,
            "email": [person.address],
            "role": asking.maybe("What they do (Enter: leave it out)", _name) or "",
            "timezone": _ask_zone("Time zone", person.zone),
            "hours": asking.ask("Working hours, by their own clock", WORKDAY, working_hours),
        }
    )


def _is_called(person: Person, name: str) -> bool:
    return str(person["name"]).casefold() == name.casefold()


def _unlike(found: Sequence[Person]) -> Callable[[str], str]:
    def check(answer: str) -> str:
        if any(_is_called(one, answer) for one in found):
            raise ValueError(f"{answer} is there already.")
        return _name(answer)

    return check


def _rows(people: Sequence[Acquaintance]) -> Iterable[tuple[str, ...]]:
    for number, person in enumerate(people, 1):
        counts = str(person.written_to), str(person.wrote)
        yield str(number), person.name, person.address, *counts, person.zone or "?"


def _new(taken: set[str]) -> Callable[[str], str]:
    def check(answer: str) -> str:
        address = an_address(answer)
        if address in taken:
            raise ValueError(f'"{address}" is there already.')
        return address

    return check


def _addresses(answer: str) -> list[str]:
    """Several with commas; also as mail programs put them (semicolons), and as the file will have them (brackets)."""
    return list(dict.fromkeys(an_address(one.strip()) for one in re.split("[,;]", answer.strip(" []"))))


def _name(answer: str) -> str:
    if not answer or not answer.isprintable():
        raise ValueError("Write it with letters.")
    return text(answer)  # what the file could not hold is asked for again now
