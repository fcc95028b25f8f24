"""Approval by mail: a draft goes to the owner, and to the contractor only on the owner's word.

The whole fresh text "ok" sends it, "no" drops it, a first line "send:" sends what follows instead. Anything else is
asked back, once. Silence lets it expire. Only the owner's own authenticated answer to that very draft counts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default

from mail.letters.links import answer
from mail.letters.rendering import Templates
from mail.letters.rewording import reworded
from mail.reading.to_us import OwnerWord
from relationship.letters import Letter, State
from relationship.messages import Side
from tick.books import Books
from tick.outbox import cancel
from tick.owner.mail import alert

YES, NO, INSTEAD = "ok", "no", "send:"


def ask(books: Books, templates: Templates, now: datetime) -> int:
    """Write to the owner about drafts that were not shown yet; let those expire that had no answer."""
    written = 0
    for draft in books.drafts():
        if now > books.people.owner.clock.after(draft.created_at, books.policy.limits.stale_after):
            cancel(draft, "cancelled: you did not answer the draft in time", books, now)
        else:
            written += alert(
                books, templates, "owner/approve", f"approve/{draft.token}", _facts(draft, books), now
            )
            written += _ask_again(draft, books, templates, now)
    return written


def _ask_again(draft: Letter, books: Books, templates: Templates, now: datetime) -> bool:
    """Once, where the answer was neither of the three."""
    if draft.reply != UNCLEAR:
        return False
    again = f"approve/{draft.token}/again"
    return alert(books, templates, "owner/approve-again", again, _facts(draft, books), now)


UNCLEAR = "the owner's answer was not understood"


def answer_draft(word: OwnerWord, about: str, books: Books, now: datetime) -> None:
    """Take the owner's answer to the draft with this token."""
    token = about.partition("/")[0]
    known = (*books.drafts(), *(letter for letter in books.outbox() if _can_be_stopped(letter)))
    draft = next((draft for draft in known if draft.token == token), None)
    if draft is None or word.sender not in books.people.owner.addresses:
        return
    said = word.text.strip()
    if said.rstrip(".!").casefold() == NO:
        cancel(draft, "cancelled: you said no to the draft", books, now)
    elif draft.state is State.ASKED:
        _take_yes(draft, said, books, now)


def _can_be_stopped(letter: Letter) -> bool:
    """Whether the owner said yes to it, and it has not been handed over since."""
    return bool(letter.approved_at) and letter.state in (State.WAITING, State.DEFERRED)


def _take_yes(draft: Letter, said: str, books: Books, now: datetime) -> None:
    """The draft as it is, or the owner's own words; anything else is asked back."""
    first, _, rest = said.partition("\n")
    if said.rstrip(".!").casefold() == YES:
        books.commit(draft.contractor, [replace(draft, state=State.WAITING, approved_at=now)])
    elif first.casefold().startswith(INSTEAD):
        _send_instead(draft, f"{first[len(INSTEAD) :]}\n{rest}".strip(), books, now)
    else:
        books.commit(draft.contractor, [replace(draft, reply=UNCLEAR)])


def _send_instead(draft: Letter, own: str, books: Books, now: datetime) -> None:
    """The owner's own words in the draft's place: the same headers, Message-ID and token."""
    if not own:
        books.commit(draft.contractor, [replace(draft, reply=UNCLEAR)])
        return
    owner, contractor = books.people.owner, books.people.contractors[draft.contractor]
    link = answer("pause", books.policy.mailbox.address, draft.token, contractor.language)
    content = reworded(
        draft.content.encode("ascii"), own, draft.subject, owner.name, link, contractor.language
    )
    approved = replace(draft, state=State.WAITING, approved_at=now, content=content.decode("ascii"))
    books.commit(draft.contractor, [approved])


def _facts(draft: Letter, books: Books) -> Mapping[str, object]:
    contractor = books.people.contractors[draft.contractor]
    return {
        "contractor": {"name": contractor.name, "first_name": contractor.first_name},
        "letter": {"subject": draft.subject, "to": ", ".join(draft.to)},
        "paragraphs": paragraphs_of(draft),
    }


def paragraphs_of(draft: Letter) -> tuple[str, ...]:
    """What the draft says, without its footer."""
    mail = message_from_string(draft.content, policy=default)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    text = str(body.get_content()).replace("\r\n", "\n").partition("\n-- \n")[0] if body else ""
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def needs_approval(reader: Side, approve: bool) -> bool:
    """Whether a rule's letter is shown to the owner first; letters to the owner are never."""
    return approve and reader is Side.CONTRACTOR
