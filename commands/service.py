"""The service: a loop that ticks when `schedule` says so, as soon as mail arrives, and when rules.yaml changed.

Never silent: what fails is logged each time, stands in the heartbeat (`health`, `status`), and after half an hour
the owner is told by mail if that still works; and once more when it is over. A job that raises comes round again.
"""

import logging
import signal
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType

import schedule

from commands.check import findings_of, lines_of, quoted
from commands.house import House, Keepwarm
from commands.pinging import Pinger
from commands.supervising import LONGEST_TICK, Supervisor
from commands.watching import Watch
from mail.idling import rest
from mail.inbox import InboxError
from mail.secrets import SecretError, redact
from rules.problems import Problem
from rules.watermarks import fingerprint
from store.protocol import Heartbeat, StoreError

log = logging.getLogger("keepwarm")

LONGEST_BACKOFF = 900.0  # seconds
TELL_AFTER = timedelta(minutes=30)  # trouble that lasts so long is worth a mail
BROKEN_RULES_AFTER = timedelta(minutes=2)


class Service:
    """Keeps the wired daemon ticking."""

    def __init__(self, keepwarm: Keepwarm, house: House, dry_run: bool, pinger: Pinger) -> None:
        self._pinger, self._supervisor = pinger, Supervisor()
        self._hung_up = False  # SIGHUP came: take up the rules at once
        self._keepwarm, self._house, self._dry_run = keepwarm, house, dry_run
        self._stopping = False
        self._failures = 0
        self._broken: tuple[datetime, tuple[Problem, ...]] | None = None
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        self._watch = Watch(house.rules, self._nudge)

    @property
    def _poll(self) -> int:
        return max(1, self._keepwarm.books.policy.mailbox.poll.plain_seconds)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; a signal ends the wait at once, and never a tick in its middle."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hang_up)
        signal.set_wakeup_fd(self._wake.fileno())
        scheduler = schedule.Scheduler()
        scheduler.every(self._poll).seconds.do(self._tick)
        self._watch.start()
        log.info("Keepwarm is running; stop it with Ctrl-C or SIGTERM.")
        self._supervisor.started()
        scheduler.run_all()
        while not self._stopping:
            arrived = self._wait(max(0.0, scheduler.idle_seconds or 0.0))
            if self._stopping:
                break
            if self._watch.changed() or self._hung_up:
                self._hung_up = False
                self._reload()
                arrived = True
            if arrived:
                scheduler.run_all()
            else:
                scheduler.run_pending()
        self._watch.stop()
        self._supervisor.stopped()
        log.info("Keepwarm has stopped.")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        self._hung_up = True

    def _nudge(self) -> None:
        with suppress(OSError):
            self._wake.send(b"!")

    # -- one tick ----------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        now = self._house.now()
        self._supervisor.expect(LONGEST_TICK)
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
                log.info(str(work))
            trouble = self._keepwarm.trouble
            self._report(trouble)
            self._beat(failing(self._beats, trouble, now) if trouble else self._recovered(now))
        try:
            self._tell_of_broken_rules(now)
        except Exception:
            log.exception("The owner could not be told of the broken rules")

    def _report(self, trouble: str) -> None:
        """To those who watch from outside."""
        if trouble:
            self._pinger.bad()
        else:
            self._pinger.good()
        self._supervisor.say(redact(trouble) or "All is well.")

    @property
    def _beats(self) -> Heartbeat:
        return self._keepwarm.store.heartbeat()

    def _beat(self, heartbeat: Heartbeat) -> None:
        try:
            self._keepwarm.store.beat(heartbeat)
        except StoreError as error:
            log.warning(str(error))

    def _fail(self, reason: str, now: datetime) -> None:
        self._failures += 1
        reason = redact(reason)
        log.warning(reason)
        self._report(reason)
        beat = failing(self._beats, reason, now)
        self._beat(beat)
        since = beat.failing_since or now
        if now - since >= TELL_AFTER:
            self._tell("owner/trouble", f"trouble/{since:%Y-%m-%dT%H:%M:%S}", reason, since, now)

    def _recovered(self, now: datetime) -> Heartbeat:
        before = self._beats
        if before.failing_since and now - before.failing_since >= TELL_AFTER:
            occasion = f"over/{before.failing_since:%Y-%m-%dT%H:%M:%S}"
            self._tell("owner/trouble-over", occasion, before.reason, before.failing_since, now)
        return replace(before, last_poll=now, failing_since=None, reason="")

    def _tell(self, template: str, occasion: str, problem: str, since: datetime, now: datetime) -> None:
        try:
            self._keepwarm.tell_owner(template, occasion, {"problem": problem}, since, now)
        except Exception:
            log.exception("The owner could not be told")

    def _wait(self, seconds: float) -> bool:
        """Wait for the next tick, longer after failures; True where mail arrived."""
        if self._failures:
            seconds = max(seconds, min(float(self._poll) * 2**self._failures, LONGEST_BACKOFF))
        self._supervisor.expect(seconds)
        if self._failures:
            rest(seconds, self._woken)
            self._drain()
            return True
        try:
            arrived = self._keepwarm.inbox.idle(seconds, self._woken)
        except InboxError as error:
            log.warning(str(error))
            self._failures += 1
            return False
        self._drain()
        return arrived

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(64):
                pass

    # -- rules.yaml --------------------------------------------------------------------------------------------

    def _reload(self) -> None:
        """Take up a changed file; a broken edit changes nothing."""
        templates = self._house.templates()
        findings = findings_of(self._house.rules, templates.index())
        problems = findings.errors + findings.refused
        if problems or findings.policy is None:
            self._broken = (self._house.now(), problems)
            for problem in problems:
                log.warning("rules.yaml: %s. The last good rules stay in force.", str(problem).rstrip("."))
            return
        self._broken = None
        policy = replace(findings.policy, mode="dry-run") if self._dry_run else findings.policy
        try:
            self._keepwarm.adopt(policy, templates)
        except SecretError as error:
            log.warning("rules.yaml: %s The last good rules stay in force.", error)
        else:
            log.info("rules.yaml was taken up: %d rules.", len(policy.rules))

    def _tell_of_broken_rules(self, now: datetime) -> None:
        """Once per distinct error, with the line quoted."""
        if self._broken is None or now - self._broken[0] < BROKEN_RULES_AFTER:
            return
        since, problems = self._broken
        lines = lines_of(self._house.rules)
        told = [
            {"line": x.line, "message": x.message, "hint": x.hint, "quoted": quoted(x, lines)}
            for x in problems
        ]
        occasion = f"rules/{fingerprint(*((x.path, x.message) for x in problems))}"
        self._keepwarm.tell_owner("owner/rules-broken", occasion, {"errors": told}, since, now)


def failing(before: Heartbeat, reason: str, now: datetime) -> Heartbeat:
    """The heartbeat of a tick that failed."""
    return replace(before, failing_since=before.failing_since or now, reason=redact(reason))
