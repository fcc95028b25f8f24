"""`run`: the daemon; with --once, until nothing is left to do now."""

import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

import schedule
import typer
from rich.logging import RichHandler

from commands.house import House, Keepwarm
from commands.output import AsJson, errors, plainly, print_json
from mail.inbox import InboxError
from rules.loader import not_acting
from rules.problems import PolicyErrors
from store.protocol import Heartbeat, StoreError
from tick.work import Work

log = logging.getLogger("keepwarm")

ROUNDS = 100  # of --once: a mailbox that never comes to rest is left for the next run
LONGEST_BACKOFF = 900.0  # seconds


@plainly
def run(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Work until nothing is left to do now, then stop.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Record, and send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the shared inbox, keep the ledger, apply the rules, send the letters."""
    house: House = context.obj
    logging.basicConfig(
        level=logging.INFO, format="%(message)s", handlers=[RichHandler(console=errors, show_path=False)]
    )
    policy = house.policy(house.templates())
    refused = not_acting(policy)
    if refused:
        raise PolicyErrors(refused)
    keepwarm = house.keepwarm(replace(policy, mode="dry-run") if dry_run else policy)
    try:
        if once:
            work = work_once(keepwarm, house.now)
            _tell(work, as_json)
        else:
            Service(keepwarm, house.now, policy.mailbox.poll.plain_seconds).run()
    finally:
        keepwarm.close()


def _tell(work: Work, as_json: bool) -> None:
    if as_json:
        print_json([asdict(work)])
    else:
        typer.echo(
            ", ".join(f"{count} {name}" for name, count in asdict(work).items() if count) or "Nothing to do."
        )


def work_once(keepwarm: Keepwarm, now: Callable[[], datetime]) -> Work:
    """Tick until there is nothing left to do now."""
    total = Work()
    for _ in range(ROUNDS):
        work = keepwarm.tick(now())
        total += work
        if not work:
            break
    keepwarm.store.beat(replace(keepwarm.store.heartbeat(), last_poll=now(), failing_since=None, reason=""))
    return total


class Service:
    """The loop: a tick when `schedule` says so, or as soon as the server tells of new mail (IDLE)."""

    def __init__(self, keepwarm: Keepwarm, now: Callable[[], datetime], poll_s: int) -> None:
        self._keepwarm, self._now, self._poll = keepwarm, now, float(poll_s)
        self._stopping = False
        self._failures = 0
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; a signal ends the wait at once, never a tick in its middle."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.set_wakeup_fd(self._wake.fileno())
        scheduler = schedule.Scheduler()
        scheduler.every(max(1, int(self._poll))).seconds.do(self._tick)
        log.info("Keepwarm is running; stop it with Ctrl-C or SIGTERM.")
        scheduler.run_all()
        while not self._stopping:
            if self._wait(max(0.0, scheduler.idle_seconds or 0.0)):
                scheduler.run_all()
            else:
                scheduler.run_pending()
        log.info("Keepwarm has stopped.")

    def _stop(self, number: int, frame: Any) -> None:
        self._stopping = True

    def _tick(self) -> None:
        """A tick that fails is logged, and comes round again."""
        store, now = self._keepwarm.store, self._now()
        try:
            work = self._keepwarm.tick(now)
        except (InboxError, StoreError, OSError) as error:
            self._fail(str(error), now)
        except Exception as error:
            log.exception("This tick failed")
            self._fail(f"{type(error).__name__}: {error}", now)
        else:
            self._failures = 0
            if work:
                log.info(", ".join(f"{count} {name}" for name, count in asdict(work).items() if count))
            store.beat(replace(store.heartbeat(), last_poll=now, failing_since=None, reason=""))

    def _fail(self, reason: str, now: datetime) -> None:
        self._failures += 1
        log.warning(reason)
        try:
            before = self._keepwarm.store.heartbeat()
            self._keepwarm.store.beat(_failing(before, reason, now))
        except StoreError as error:
            log.warning(str(error))

    def _wait(self, seconds: float) -> bool:
        """Wait for the next tick, longer after failures; True where mail arrived."""
        if self._failures:
            seconds = max(seconds, min(self._poll * 2**self._failures, LONGEST_BACKOFF))
            return self._rest(seconds)
        try:
            return self._keepwarm.inbox.idle(seconds, self._woken)
        except InboxError as error:
            log.warning(str(error))
            self._failures += 1
            return False

    def _rest(self, seconds: float) -> bool:
        from mail.idling import rest

        rest(seconds, self._woken)
        return not self._stopping


def _failing(before: Heartbeat, reason: str, now: datetime) -> Heartbeat:
    return replace(before, failing_since=before.failing_since or now, reason=reason)
