"""`run`: the daemon; with --once, until nothing is left to do now."""

import gc
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from commands.alarm import failing
from commands.house import House, Keepwarm
from commands.logs import log_to_stderr
from commands.output import AsJson, complain, plainly, print_json
from commands.pinging import Pinger, valid
from commands.service import Service
from mail.imap.inbox import InboxError
from tick.work import Work

ROUNDS = 100  # of --once: a mailbox that never comes to rest is left for the next run


class Log(StrEnum):
    """How the daemon writes its log."""

    plain = "plain"
    json = "json"


@plainly
def run(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Work until nothing is left to do now, then stop.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Record, and send nothing.")] = False,
    log: Annotated[Log, typer.Option("--log", help="Lines for people, or JSON for machines.")] = Log.plain,
    ping: Annotated[
        str,
        typer.Option(
            "--ping",
            envvar="KEEPWARM_PING",
            show_envvar=True,
            metavar="URL",
            help="Ask for this address after each good tick, and for URL/fail after a bad one.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Read the shared inbox, keep the ledger, apply the rules, send the letters."""
    house: House = context.obj
    log_to_stderr(log is Log.json)
    if ping and not valid(ping):
        raise typer.BadParameter("write an address that begins with https:// or http://", param_hint="--ping")
    templates = house.templates()
    policy = house.policy(templates)
    keepwarm = house.keepwarm(replace(policy, mode="dry-run") if dry_run else policy, templates=templates)
    gc.freeze()  # modules, rules and letters stay to the end: the collector need not go through them again
    try:
        if once:
            _work_once(keepwarm, house, Pinger(ping), as_json)
        else:
            with closing(Pinger(ping)) as pinger:
                Service(keepwarm, house, dry_run, pinger).run()
    finally:
        keepwarm.close()


def _work_once(keepwarm: Keepwarm, house: House, pinger: Pinger, as_json: bool) -> None:
    report = pinger.bad
    try:
        _tell(work_once(keepwarm, house.now), as_json)
        if keepwarm.trouble:  # nothing is lost: the letters wait in the outbox
            complain(keepwarm.trouble)
            raise typer.Exit(1)
        report = pinger.good
    finally:
        report()
        pinger.finish()


def _tell(work: Work, as_json: bool) -> None:
    if as_json:
        print_json([asdict(work)])
    else:
        typer.echo(str(work) or "Nothing to do.")


def work_once(keepwarm: Keepwarm, now: Callable[[], datetime]) -> Work:
    """Tick until there is nothing left to do now."""
    total, store = Work(), keepwarm.store
    try:
        for _ in range(ROUNDS):
            work = keepwarm.tick(now())
            total += work
            if not work:
                break
    except InboxError as error:
        store.beat(failing(store.heartbeat(), str(error), now()))
        raise
    if keepwarm.trouble:
        store.beat(failing(store.heartbeat(), keepwarm.trouble, now()))
    else:
        store.beat(replace(store.heartbeat(), last_poll=now(), failing_since=None, reason=""))
    return total
