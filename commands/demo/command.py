"""`demo`: no account, nothing to configure: an invented quarter, the real loop, and the letters it sent."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.demo.cast import Cast
from commands.demo.closing import tell
from commands.demo.folder import PASSWORD, Folder
from commands.demo.readers import Readers
from commands.demo.script import load
from commands.demo.stage import Stage
from commands.demo.view import View
from commands.demo_servers import EmbeddedMail
from commands.house import House, Keepwarm
from commands.output import complain, plainly
from commands.program import called
from rules.policy import Policy
from tick.owner.digest.sending import picture_here

CAST = ("Maria", "Ben", "Priya", "Tomás")
OWN_RULES = Path(__file__).resolve().parent.parent.parent / "rules.yaml"
A_QUARTER = 91  # days
DAWN = time(3, tzinfo=UTC)  # before anybody works
OFTEN, SELDOM = 1, 6  # hours between two ticks: while anybody works, and while nobody does


@plainly
def demo(
    context: typer.Context,
    days: Annotated[
        int, typer.Option(help="How many days are played, at least.", min=1, max=A_QUARTER)
    ] = A_QUARTER,
    seed: Annotated[int, typer.Option(help="Another number: other words and hours.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show the end only.")] = False,
    into: Annotated[Path, typer.Option(help="The folder for its rules, data and letters.")] = Path("demo"),
) -> None:
    """Play an invented quarter through the real loop: no account is needed, no mail leaves this computer."""
    house: House = context.obj
    folder = Folder(into)
    source = house.rules if house.rules.exists() else OWN_RULES
    policy = house.elsewhere(source, folder.data).policy(house.templates())
    problem = folder.refusal() or _strangers(policy, source)
    if problem:
        complain(problem)
        raise typer.Exit(1)
    end = house.now().replace(second=0, microsecond=0)
    first = (end - timedelta(days=days)).date()
    monday = datetime.combine(first - timedelta(days=first.weekday()), DAWN)
    view = View(Console(), policy.owner.timezone, monday, end, quiet)
    with EmbeddedMail(_users(policy)) as servers:
        folder.begin(source.read_text(encoding="utf-8"), servers.imap_url, servers.smtp_url)
        _play(house.elsewhere(folder.rules, folder.data), servers, folder, view, (monday, end), seed)


def _users(policy: Policy) -> dict[str, str]:
    """One mailbox a person; who has a second address reads it elsewhere."""
    people = (policy.owner, *policy.contractors)
    return dict.fromkeys([policy.mailbox.address, *(party.addresses[0] for party in people)], PASSWORD)


def _strangers(policy: Policy, source: Path) -> str:
    """Why this policy's people cannot play, in a sentence; "" where they can."""
    if set(CAST) <= {contractor.first_name for contractor in policy.contractors}:
        return ""
    return (
        f"The demo plays the invented people of the rules.yaml that came with Keepwarm, and {source} has "
        "others. Give it that file: python daemon.py --rules FILE demo."
    )


def _play(
    house: House,
    servers: EmbeddedMail,
    folder: Folder,
    view: View,
    between: tuple[datetime, datetime],
    seed: int,
) -> None:
    """Play, and tell what came of it."""
    monday, end = between
    policy, parts = house.policy(house.templates()), [load(name) for name in CAST]
    keepwarm = house.keepwarm(policy, picture_here)
    try:
        stage = Stage(servers, Cast(keepwarm.books.people, policy.mailbox.address), view, monday)
        stage.set_up(parts, seed)
        stage.move_to(monday)
        with view.curtain():
            _run(stage, keepwarm, Readers(stage, keepwarm, parts), end)
        keepwarm.store.beat(replace(keepwarm.store.heartbeat(), last_poll=end))
        folder.keep(view.sent, stage.cast.owner.clock.zone)
        tell(view, keepwarm.books, folder, called(house), end)
    finally:
        keepwarm.close()


def _run(stage: Stage, keepwarm: Keepwarm, readers: Readers, end: datetime) -> None:
    """The daemon ticks whenever a mail comes, often while somebody works, and rarely at night."""
    while stage.now < end:
        tick_at = _next_tick(stage)
        stage.move_to(min(tick_at, stage.next_at or tick_at, end))
        work = keepwarm.tick(stage.now)
        stage.view.at(stage.now)
        if work.sent:
            readers.hand_out()
        if work.decided or work.cancelled:
            readers.tell_what_was_held_back()


def _next_tick(stage: Stage) -> datetime:
    """On the hour, so that what is set for eight o'clock happens at eight."""
    works = any(party.clock.contains(stage.now) for party in stage.cast.everybody)
    hour = stage.now.replace(minute=0, second=0)
    return hour + timedelta(hours=OFTEN if works else SELDOM - hour.hour % SELDOM)
