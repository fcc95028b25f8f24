"""Keepwarm's own mail to the owner, and alerts: what cannot wait for the day's bundle (bundle.py)."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mail.letters.charts import ALT, WIDTH
from mail.letters.composing import compose as compose_mail
from mail.letters.pictures import Picture, placed
from mail.letters.rendering import Rendered, RenderingError, Templates
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.bookkeeping.tokens import new_token

log = logging.getLogger(__name__)


def alert(
    books: Books,
    templates: Templates,
    template: str,
    occasion: str,
    facts: Mapping[str, object],
    now: datetime,
    token: str = "",
    anew: bool = False,
) -> bool:
    """Write to the owner at once, at most once per occasion; returns whether it was written now.

    `anew`: what the owner's server has refused was not told.
    """
    if was_told(books, occasion, but_refused=anew):
        return False
    books.commit(OWNER, [written(books, templates, template, occasion, facts, now, token=token)])
    return True


def was_told(books: Books, occasion: str, but_refused: bool = False) -> bool:
    """Whether the owner was written to of an occasion; `but_refused`: and their server did not refuse it."""
    return any(not but_refused or letter.state is not State.REFUSED for letter in told_of(books, occasion))


def told_of(books: Books, occasion: str) -> Iterator[Letter]:
    """The letters to the owner about an occasion."""
    return (letter for letter in books.owner.letters.values() if letter.occasion == occasion)


def told_lately(books: Books, template: str, window: timedelta, now: datetime) -> bool:
    """Whether the owner was written to with this template within the window; of either side, as clocks are set."""
    told = (x.created_at for x in books.owner.letters.values() if x.template == template)
    return any(abs(now - at) < window for at in told)


def written(
    books: Books,
    templates: Templates,
    template: str,
    occasion: str,
    facts: Mapping[str, object],
    now: datetime,
    items: tuple[str, ...] = (),
    png: bytes | None = None,
    token: str = "",
) -> Letter:
    """A mail to the owner, with a picture where there is one; it goes out once it is committed to the outbox.

    `token` is given where the facts hold links that carry it.
    """
    owner, mailbox, token = books.people.owner, books.policy.mailbox.address, token or new_token()
    known = {"owner": {"name": owner.name, "first_name": owner.first_name}, "mailbox": mailbox, **facts}
    rendered = _surely(template, templates, known)
    picture = Picture(f"{token}.picture@keepwarm", png, ALT, WIDTH) if png else None
    if picture:
        rendered = placed(rendered, picture)
    message_id = f"{token}@{mailbox.partition('@')[2]}"
    content = compose_mail(
        rendered,
        sender=("Keepwarm", mailbox),
        to=(owner.name, owner.addresses[0]),
        token=token,
        message_id=message_id,
        at=now,
        owner_name=owner.name,
        picture=picture,
    )
    return Letter(
        token=token,
        contractor=OWNER,
        rule="",
        occasion=occasion,
        step=0,
        reader=Side.OWNER,
        template=template,
        wording=0,
        to=owner.addresses[:1],
        subject=rendered.subject,
        message_id=message_id,
        content=content.decode("ascii"),
        created_at=now,
        due_at=now,
        items=items,
    )


def _surely(template: str, templates: Templates, facts: Mapping[str, object]) -> Rendered:
    """What must be told is told: where the owner's own letter cannot be written, in the built-in one's words."""
    try:
        return templates.render(template, "en", 0, facts)
    except RenderingError as error:
        log.warning("%s. The built-in letter goes out instead.", error)
        return Templates().render(template, "en", 0, facts)
