"""Never silent: what stands in the heartbeat (`health`, `status`), and when the owner is told of trouble by mail.

One mail once it has lasted, one when it is over, and not again for hours: trouble that comes and goes is one story.
But whoever was told of trouble is told of its end, however soon after another one.
The clock is watched too, since all of this is told in its times.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from commands.house import Keepwarm
from mail.access.secrets import redact
from store.protocol import Heartbeat, StoreError
from tick.owner.mail import was_told

log = logging.getLogger("keepwarm")

NEXT_TO_NOTHING = timedelta(minutes=1)  # by so much a wall clock goes its own way unnoticed


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may be bad before the owner reads of it."""

    trouble: timedelta = timedelta(minutes=30)
    between_mails: timedelta = timedelta(hours=6)  # two mails of one sort
    broken_rules: timedelta = timedelta(minutes=2)


class Alarm:
    """Keeps the heartbeat, and writes to the owner where trouble lasts and where it is over."""

    def __init__(self, keepwarm: Keepwarm, patience: Patience) -> None:
        self._keepwarm, self._patience = keepwarm, patience
        self._known = Heartbeat()  # as it was read or written last
        self._unwritten = False  # it is newer than its file

    @property
    def _heartbeat(self) -> Heartbeat:
        """As its file says; while that cannot be read or written, as far as we know: no tick fails of it."""
        if not self._unwritten:
            with suppress(StoreError):
                self._known = self._keepwarm.store.heartbeat()
        return self._known

    @property
    def is_on(self) -> bool:
        """Whether the last tick that anybody knows of was bad; of an earlier process, too."""
        return self._heartbeat.failing_since is not None

    def bad(self, reason: str, now: datetime) -> None:
        """A tick failed, or could not send."""
        beat = failing(self._heartbeat, reason, now)
        self._beat(beat)
        if beat.failing_since and now - beat.failing_since >= self._patience.trouble:
            occasion = _named("trouble", beat.failing_since)
            self._tell("owner/trouble", occasion, beat.reason, beat.failing_since, now)

    def good(self, now: datetime) -> None:
        """A tick went well."""
        before = self._heartbeat
        since = before.failing_since
        if since and (now - since >= self._patience.trouble or self._set_back_since(since, now)):
            occasions = _named("over", since), _named("trouble", since)
            unsaid = self._tell("owner/trouble-over", occasions[0], before.reason, since, now, occasions[1])
            if unsaid:  # then it is not over: it would never be said
                self._beat(failing(replace(before, last_poll=now), unsaid, now))
                return
        self._beat(replace(before, last_poll=now, failing_since=None, reason=""))

    def _set_back_since(self, since: datetime, now: datetime) -> bool:
        """Whether the clock was, after the owner was told of trouble: nobody knows how long it lasted."""
        if since > now:
            with suppress(StoreError):
                return was_told(self._keepwarm.books, _named("trouble", since))
        return False

    def _beat(self, heartbeat: Heartbeat) -> None:
        self._known, self._unwritten = heartbeat, False
        try:
            self._keepwarm.store.beat(heartbeat)
        except StoreError as error:
            self._unwritten = True
            if str(error) != heartbeat.reason:  # that was just said
                log.warning(str(error))

    def _tell(
        self, template: str, occasion: str, problem: str, since: datetime, now: datetime, ends: str = ""
    ) -> str:
        """Why nothing can be told now; "" where it can."""
        facts, seldom = {"problem": problem}, self._patience.between_mails
        try:
            return self._keepwarm.tell_owner(template, occasion, facts, since, now, seldom, ends)
        except Exception:
            log.exception("The owner could not be told")
            return ""


def _named(about: str, since: datetime) -> str:
    """The occasion of a mail about trouble since then."""
    return f"{about}/{since:%Y-%m-%dT%H:%M:%S}"


def failing(before: Heartbeat, reason: str, now: datetime) -> Heartbeat:
    """The heartbeat of a tick that failed; one that fails since the future does since the clock was set back."""
    since = min(before.failing_since or now, now)
    return replace(before, failing_since=since, reason=redact(reason))


class ClockWatch:
    """Notices that the wall clock was set, or that the machine slept, by a clock that nobody can set."""

    def __init__(self, steady: Callable[[], float] = time.monotonic):
        self._steady = steady
        self._seen: tuple[datetime, float] | None = None

    def jumped(self, now: datetime) -> timedelta | None:
        """By how much the wall clock went its own way since this was asked last; None for next to nothing."""
        before, self._seen = self._seen, (now, self._steady())
        if before is None:
            return None
        jump = now - before[0] - timedelta(seconds=self._seen[1] - before[1])
        return jump if abs(jump) > NEXT_TO_NOTHING else None
