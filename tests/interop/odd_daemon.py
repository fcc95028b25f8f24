"""The daemon, with a clock that a test can set, and with less patience: run as a program, never imported.

The file that KEEPWARM_SKEW names holds by how many seconds the clock is wrong; it is read at every look at the clock.
"""

import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import commands.run
import mail.smtp.delivery
import tick.delivering.deliver
import tick.delivering.line
from commands.alarm import Patience
from commands.app import build
from commands.service import Service
from daemon import House
from mail.imap.inbox import Inbox
from mail.smtp.delivery import Postman
from rules.policy import Mailbox

SECONDS = float(os.environ.get("KEEPWARM_TIMEOUT", "4"))


@dataclass(frozen=True)
class OddHouse(House):
    """A house with a wrong clock and short time-outs."""

    def now(self) -> datetime:
        try:
            skew = float(Path(os.environ["KEEPWARM_SKEW"]).read_text())
        except (OSError, KeyError, ValueError):
            skew = 0.0
        return datetime.now(UTC) + timedelta(seconds=skew)

    def inbox(self, mailbox: Mailbox) -> Inbox:
        inbox = super().inbox(mailbox)
        inbox._line.settings = replace(inbox._line.settings, timeout=SECONDS)
        return inbox

    def postman(self, mailbox: Mailbox) -> Postman:
        postman = super().postman(mailbox)
        postman._settings = replace(postman._settings, timeout=SECONDS)
        return postman


if __name__ == "__main__":
    mail.smtp.delivery.FINAL_DOT_SECONDS = SECONDS
    tick.delivering.deliver.FIRST_RETRY = tick.delivering.line.FIRST_REST = timedelta(seconds=2)
    patience = Patience(timedelta(seconds=2), timedelta(seconds=30), timedelta(seconds=2))
    commands.run.Service = partial(Service, patience=patience)
    commands.service.LONGEST_BACKOFF = 3.0
    sys.exit(build(OddHouse)())
