"""Drafts that became moot are taken back, unless somebody has touched them: `mode: drafts`."""

import logging

from mail.imap.connecting import SaysNoError
from relationship.facts.letters import Letter, State
from rules.evaluation import case_of
from tick.deciding.outbox import GONE, cancel
from tick.delivering.line import Round

log = logging.getLogger(__name__)


def take_back(work: Round) -> None:
    """Remove the drafts whose occasion is over; each is looked at when there is news of its relationship.

    One to somebody who was taken out of the rules is over: it would still be sent by hand one day.
    """
    for letter in work.books.post.in_state(State.DRAFTED):
        _take_back(letter, work)


def _take_back(letter: Letter, work: Round) -> None:
    books, wires = work.books, work.wires
    story = books.story(letter.contractor) if letter.contractor in books.people.contractors else None
    if letter.token in wires.drafts and wires.drafts[letter.token] is story:
        return
    why = case_of(letter, books.rules, books.readers, story, work.now) if story else GONE
    if isinstance(why, str) and _removed(letter, work):
        cancel(letter, why, books, work.now)
        work.done.cancelled += 1
        return
    wires.drafts[letter.token] = story


def _removed(letter: Letter, work: Round) -> bool:
    """False for a draft that has gone, was edited, or may not be deleted: that is no reason to stand still."""
    inbox = work.wires.inbox
    try:
        return inbox.remove_own(inbox.drafts_folder() or "Drafts", letter.token, letter.sent_at)
    except SaysNoError as error:
        if error.is_for_now:
            raise
        log.warning("The draft of “%s” cannot be taken back: %s", letter.subject, error)
        return False
