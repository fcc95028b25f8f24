"""`health`: exit 0 while the last good poll is recent."""

from datetime import datetime, timedelta

import typer

from commands.house import House, astray
from commands.output import AsJson, complain, plainly, print_json
from rules.format.problems import PolicyErrors
from store.protocol import OWNER, Heartbeat, StoreError

MISSED_POLLS = 3
SLACK = timedelta(minutes=5)


@plainly
def health(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell whether the daemon is alive: exit 0 while the last good poll is recent, else 1."""
    house: House = context.obj
    beat = Heartbeat()
    try:
        store = house.store(read_only=True)
        beat = store.heartbeat()
        trouble = _trouble(house, beat, store.damaged().get(OWNER, ""))
    except StoreError as error:
        trouble = str(error)
    if as_json:
        print_json([{"ok": not trouble, "last_poll": beat.last_poll, "reason": trouble}])
    elif trouble:
        complain(trouble)
    else:
        typer.echo(f"Fine: the last good poll was at {beat.last_poll:%Y-%m-%d %H:%M:%S} UTC.")
    if trouble:
        raise typer.Exit(1)


def _trouble(house: House, beat: Heartbeat, lost: str) -> str:
    """Broken rules are trouble too, as is a data folder that is none; whoever asks for JSON is answered in JSON."""
    try:
        policy = house.policy(house.templates())
    except PolicyErrors as error:
        return str(error)
    return astray(house) or reason(
        beat, timedelta(seconds=policy.mailbox.poll.plain_seconds), house.now(), lost
    )


def reason(beat: Heartbeat, poll: timedelta, now: datetime, lost: str = "") -> str:
    """Why all is not well, in one sentence; "" where it is. `lost`: why no daemon can start."""
    if lost:
        return lost
    if beat.last_poll is None:
        return beat.reason or "No poll has succeeded yet: is the daemon running?"
    if abs(now - beat.last_poll) <= MISSED_POLLS * poll + SLACK:  # one in the future is none: clocks are set
        return ""
    since = f"The last good poll was at {beat.last_poll:%Y-%m-%d %H:%M} UTC."
    return f"{since} {beat.reason or 'Is the daemon running?'}"
