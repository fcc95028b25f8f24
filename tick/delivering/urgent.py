"""Mail to the owner that cannot wait for a good tick: something is wrong, and this tells what.

It needs neither the mailbox nor, where the disk is full, the store: then it goes out unrecorded, once per occasion
and process. Where mail cannot go out either, nothing is written: when it can, the trouble is over, or told at once.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from mail.letters.rendering import Templates
from mail.smtp.delivery import Outcome
from relationship.facts.letters import SURELY_HERE, Letter, State
from relationship.facts.messages import Side
from store.protocol import StoreError
from tick.bookkeeping.books import Books
from tick.deciding.decide import Court
from tick.delivering.deliver import deliver
from tick.delivering.line import Round, Wires
from tick.owner.mail import alert, told_lately, told_of, was_told, written

log = logging.getLogger(__name__)


def tell_at_once(
    books: Books,
    bench: Court,
    wires: Wires,
    templates: Templates,
    template: str,
    occasion: str,
    facts: Mapping[str, object],
    now: datetime,
    seldom: timedelta = timedelta(),
    ends: str = "",
) -> str:
    """Write to the owner and send it, once per occasion, and with one template at most once in `seldom`.

    What ends an occasion of which the owner was told (`ends`) is told however lately another end was. Returns why mail
    cannot go out now, "" where it can.
    """
    if occasion in wires.told:
        return ""
    if not Round(books, bench, wires, now).line_is_up():
        return wires.why
    try:
        if ends in wires.told or was_told(books, ends) or not told_lately(books, template, seldom, now):
            # What may not be repeated soon may be tried again: a server that refused all mail for a day takes it now.
            alert(books, templates, template, occasion, facts, now, anew=bool(seldom))
        if any(letter.occasion == occasion for letter in books.outbox()):
            deliver(books, bench, wires, now, only_to=Side.OWNER)
    except StoreError:
        letter = _written_down(books, occasion) or written(books, templates, template, occasion, facts, now)
        if letter.state in SURELY_HERE:
            _send_unrecorded(letter, books, wires, now)
    return ""


def _written_down(books: Books, occasion: str) -> Letter | None:
    """The letter, where another one's file failed, or it was written down, and only not surely so."""
    with suppress(StoreError):
        return next((x for x in told_of(books, occasion) if x.state is not State.REFUSED), None)
    return None


def _send_unrecorded(letter: Letter, books: Books, wires: Wires, now: datetime) -> None:
    sender, content = books.policy.mailbox.address, letter.content.encode("ascii")
    if wires.postman.deliver(sender, letter.to, None, content).outcome is Outcome.ACCEPTED:
        wires.told.add(letter.occasion)
        wires.unwritten[letter.token] = replace(letter, state=State.SENT, sent_at=now, content="")
        log.info("%s to %s: accepted, and written down nowhere.", letter.template, ", ".join(letter.to))
