"""Letters that went out although these books do not know it: the data folder was put back from an older backup.

What is decided anew then is decided as before. So that it is known again, a letter's token is made of what it is about
and of a secret of this installation, which nobody can guess. The mailbox has the copy of each letter that went out,
and it is read, as all mail is, before anything is decided.
"""

import hmac
import logging
from dataclasses import replace

from relationship.facts import Installation
from relationship.facts.decisions import decision_key
from relationship.facts.letters import Letter, State
from relationship.facts.messages import LETTER, Side
from relationship.story import Story
from rules.evaluation import Case
from tick.bookkeeping.tokens import new_token

log = logging.getLogger(__name__)


def token_of(case: Case, installation: Installation | None) -> str:
    """An unguessable token for the letter of a case; the same one from older data."""
    about = f"{case.story.key}\n{decision_key(case.rule.name, case.occasion.key, case.number)}"
    secret = installation.secret if installation else ""
    token = hmac.digest(secret.encode(), about.encode(), "sha256")[:12].hex()
    return token if secret and token not in case.story.letters else new_token()


def as_its_copy_shows(letter: Letter, story: Story) -> Letter:
    """The letter; as one that was sent, where its copy lies in the mailbox already."""
    if letter.reader is Side.OWNER:  # no copy is made of these
        return letter
    mark = f"{LETTER}{letter.token}"
    copy = next((message for message in story.mail.copies if mark in message.hints), None)
    if copy is None:
        return letter
    log.info("%s to %s has gone out already: its copy is there.", letter.template, ", ".join(letter.to))
    return replace(letter, state=State.SENT, sent_at=copy.at, content="", marks=())
