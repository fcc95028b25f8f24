"""Mail understood: a raw mail becomes the messages that it is in contractors' stories.

This is the `record` step's whole knowledge of mail: who it concerns, of what kind it is, what its fresh text
says. Mail that concerns no known contractor is left as early as possible: most of a mailbox is such mail.
"""

from collections.abc import Iterable
from datetime import datetime

from mail.parsing import Mail, now_utc_floor, parse
from mail.raw import RawMail
from relationship.messages import Kind, Message, Side
from relationship.parties import People


def understand(
    raw: RawMail,
    people: People,
    words: object,
    trust: str,
    now: datetime,
    sent_folders: Iterable[str] = (),
) -> tuple[tuple[str, Message], ...]:
    """(relationship key, message) for each contractor whom the mail concerns; () where it concerns none.

    `now` becomes `seen_at`; `trust` is an authserv-id, "topmost" or ""; never raises.
    """
    mail = parse(raw)
    return tuple(_thin(mail, people, now))


def _thin(mail: Mail, people: People, now: datetime) -> Iterable[tuple[str, Message]]:
    author: str = next(iter(mail.from_), "")
    key = people.key_of(author)
    if key:
        yield key, _message(mail, Side.CONTRACTOR, author, now)
    elif people.owner_side(author):
        for address in mail.to + mail.cc:
            key = people.key_of(address)
            if key:
                yield key, _message(mail, Side.OWNER, author, now)


def _message(mail: Mail, side: Side, author: str, now: datetime) -> Message:
    return Message(
        key=mail.message_id,
        at=now_utc_floor(mail.raw.internal_date),
        seen_at=now,
        side=side,
        kind=Kind.HUMAN,
        reason="nothing says otherwise",
        sender=author,
        subject=mail.subject,
        message_id=mail.message_id,
        dated=mail.dated,
        parents=mail.parents,
        hints=mail.hints,
        folders=(mail.raw.folder,),
    )


def wants_more(raw: RawMail) -> bool:
    """Whether the capped text is not enough to understand the mail."""
    return False
