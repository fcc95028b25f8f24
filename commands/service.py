"""The service: a loop that ticks when `schedule` says so, as soon as mail arrives, and when rules.yaml changed.

Never silent: what fails is logged each time, and commands/alarm.py sees to it that somebody hears. A job that raises
comes round again. `schedule` reckons in local wall time, which may be set or put back an hour in autumn: what it says
is trusted for one poll at most.
"""

import logging
import socket
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import schedule

from commands.alarm import Alarm, ClockWatch, Patience
from commands.check import checked, lines_of, quoted
from commands.house import House, Keepwarm
from commands.output import counted, ended
from commands.pinging import Pinger
from commands.signals import Signals
from commands.supervising import LONGEST_TICK, Supervisor
from commands.watching import Watch
from mail.access.secrets import SecretError, redact
from mail.imap.idling import rest
from mail.imap.inbox import InboxError
from rules.format.problems import Problem
from rules.watermarks import fingerprint
from store.protocol import StoreError
from tick.wake import next_due

log = logging.getLogger("keepwarm")

LONGEST_BACKOFF, MOST_DOUBLINGS = 900.0, 10  # seconds; and so often it is doubled at most
MOST_TOLD = 200  # mistakes in one mail, which must not become too long to be written


class Service:
    """Keeps the wired daemon ticking."""

    def __init__(
        self,
        keepwarm: Keepwarm,
        house: House,
        dry_run: bool,
        pinger: Pinger,
        patience: Patience = Patience(),  # noqa: B008 - it is frozen
    ) -> None:
        self._patience = patience
        self._alarm, self._clock = Alarm(keepwarm, patience), ClockWatch()
        self._was_blind = self._alarm.is_on  # the mailbox could not be read for a while, or the clock was set
        self._pinger, self._supervisor = pinger, Supervisor()
        self._keepwarm, self._house, self._dry_run = keepwarm, house, dry_run
        self._failures = 0
        self._trouble = ""  # as it was logged
        self._broken: tuple[datetime, tuple[Problem, ...]] | None = None
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        self._watch = Watch(house.rules, self._nudge)
        self._signals = Signals(self._nudge, lambda: self._keepwarm.wind_up())

    @property
    def _poll(self) -> int:
        return max(1, self._keepwarm.books.policy.mailbox.poll.plain_seconds)

    def run(self) -> None:
        """Until SIGTERM or SIGINT: they end a wait at once, and a tick after the letter in hand."""
        self._signals.listen()
        scheduler = schedule.Scheduler()
        self._poll_by(scheduler)
        self._watch.start()
        log.info("Keepwarm is running; stop it with Ctrl-C or SIGTERM.")
        self._supervisor.started()
        scheduler.run_all()
        while not self._signals.stopping:
            idle, due = min(max(0.0, scheduler.idle_seconds or 0.0), self._poll), self._due_in()
            arrived = self._wait(min(idle, due)) or due < idle
            if self._signals.stopping:
                break
            if self._watch.changed() | self._signals.hung_up():
                self._reload()
                self._poll_by(scheduler)
                arrived = True
            if arrived or (scheduler.idle_seconds or 0.0) > self._poll + 1:
                scheduler.run_all()
            else:
                scheduler.run_pending()
        self._watch.stop()
        self._supervisor.stopped()
        log.info("Keepwarm has stopped.")

    def _poll_by(self, scheduler: schedule.Scheduler) -> None:
        """As often as the rules say now."""
        scheduler.clear()
        scheduler.every(self._poll).seconds.do(self._tick)

    def _due_in(self) -> float:
        """Seconds until something is due by time alone: a poll that is seldom would go past somebody's hours."""
        now = self._house.now()
        due = next_due(self._keepwarm.books, now)
        return (due - now).total_seconds() if due else float(self._poll)

    def _nudge(self) -> None:
        with suppress(OSError):
            self._wake.send(b"!")

    # -- one tick ----------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        now = self._house.now()
        self._supervisor.expect(LONGEST_TICK)
        self._look_at_the_clock(now)
        try:
            if self._was_blind:
                self._keepwarm.start_over(now)
            work = self._keepwarm.tick(now)
        except (InboxError, StoreError, OSError) as error:
            self._fail(str(error), now)
        except Exception as error:
            log.exception("This tick failed")
            self._fail(f"{type(error).__name__}: {error}", now)
        else:
            if self._failures:
                log.info("It works again: the mailbox was read.")
            self._failures, self._was_blind = 0, False
            if work:
                log.info(str(work))
            self._conclude(self._keepwarm.trouble, now)
        try:
            self._tell_of_broken_rules(now)
        except Exception:
            log.exception("The owner could not be told of the broken rules")

    def _look_at_the_clock(self, now: datetime) -> None:
        jump = self._clock.jumped(now)
        if jump:
            by = timedelta(seconds=round(abs(jump).total_seconds()))
            log.warning("The clock went %s by %s.", "forward" if jump.days >= 0 else "back", by)
            self._was_blind = True

    def _conclude(self, trouble: str, now: datetime) -> None:
        """A tick that read the mailbox; `trouble` says why it could not send."""
        self._report(trouble)
        if trouble != self._trouble:  # a way out that rests says at every tick why
            self._trouble = trouble
            if trouble:
                log.warning(redact(trouble))
            else:
                log.info("Letters can go out again.")
        if trouble:
            self._alarm.bad(trouble, now)
        else:
            self._alarm.good(now)

    def _report(self, trouble: str) -> None:
        """To those who watch from outside."""
        if trouble:
            self._pinger.bad()
        else:
            self._pinger.good()
        self._supervisor.say(redact(trouble) or "All is well.")

    def _fail(self, reason: str, now: datetime) -> None:
        self._failures, self._was_blind = self._failures + 1, True
        reason = redact(reason)
        log.warning(reason)
        self._report(reason)
        self._alarm.bad(reason, now)

    def _wait(self, seconds: float) -> bool:
        """Wait for the next tick, longer after failures; True where mail arrived."""
        if self._failures:
            doubled = float(self._poll) * 2 ** min(self._failures, MOST_DOUBLINGS)
            seconds = max(seconds, min(doubled, LONGEST_BACKOFF))
        self._supervisor.expect(seconds)
        if self._failures:
            rest(seconds, self._woken)
            self._drain()
            return True
        end = time.monotonic() + seconds
        try:
            arrived = self._keepwarm.inbox.idle(seconds, self._woken)
        except InboxError as error:  # the next tick makes the line anew, and says more where it cannot
            log.warning(str(error))
            rest(end - time.monotonic(), self._woken)
            arrived = False
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
        findings = checked(self._house.rules, templates)
        if findings.policy is None:
            self._refuse(findings.errors)
            return
        policy = replace(findings.policy, mode="dry-run") if self._dry_run else findings.policy
        try:
            self._keepwarm.adopt(policy, templates)
        except SecretError as error:
            self._refuse((Problem(0, 0, "mailbox.password", str(error)),))
        else:
            self._broken = None
            log.info("%s was taken up: %s.", self._house.rules.name, counted(len(policy.rules), "rule"))

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        """The last good rules stay in force; the owner is told if that lasts."""
        self._broken = (self._house.now(), problems)
        for problem in problems:
            log.warning(
                "%s: %s The last good rules stay in force.", self._house.rules.name, ended(str(problem))
            )

    def _tell_of_broken_rules(self, now: datetime) -> None:
        """Once per distinct error, with the line quoted."""
        if self._broken is None or now - self._broken[0] < self._patience.broken_rules:
            return
        since, problems = self._broken
        lines = lines_of(self._house.rules)
        told = [
            {"line": x.line, "message": x.message, "hint": x.hint, "quoted": quoted(x, lines)}
            for x in problems[:MOST_TOLD]
        ]
        occasion = f"rules/{fingerprint(*((x.path, x.message) for x in problems))}"
        self._keepwarm.tell_owner("owner/rules-broken", occasion, {"errors": told}, since, now)
