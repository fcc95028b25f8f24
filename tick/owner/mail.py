"""Keepwarm's own mail to the owner: the day's one bundle of notes, and alerts that cannot wait for it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mail.letters.charts import ALT, WIDTH
from mail.letters.composing import compose as compose_mail
from mail.letters.pictures import Picture, placed
from mail.letters.rendering import Markdown, Templates
from relationship.decisions import Verdict
from relationship.letters import Letter, State
from relationship.messages import Side
from store.protocol import OWNER
from tick.books import Books
from tick.decide import RECHECK, Court
from tick.outbox import cancel, judge_again

BUNDLE = "owner/bundle"


def new_token() -> str:
    """An unguessable token that is also safe in a Message-ID and in a link."""
    return secrets.token_hex(12)


def bundle(books: Books, bench: Court, templates: Templates, now: datetime) -> bool:
    """Write the day's one mail to the owner, where notes wait and it is their working time."""
    owner = books.people.owner
    if not books.notes() or not owner.clock.contains(now) or _went_today(books, now):
        return False
    notes = [note for note in _by_weight(books) if _still_applies(note, books, bench, now)]
    if notes:
        items = [{"heading": note.subject, "text": Markdown(note.content)} for note in notes]
        tokens = tuple(note.token for note in notes)
        write(books, templates, BUNDLE, f"bundle/{now:%Y-%m-%dT%H:%M:%S}", {"items": items}, now, tokens)
    return bool(notes)


def _by_weight(books: Books) -> list[Letter]:
    """The notes that wait, in the order of their rules in the file, which is the owner's own: then the oldest."""
    order = {rule.name: number for number, rule in enumerate(books.rules)}
    return sorted(books.notes(), key=lambda note: (order.get(note.rule, len(order)), note.created_at))


def _still_applies(note: Letter, books: Books, bench: Court, now: datetime) -> bool:
    judgement = judge_again(note, books, bench, now)
    if judgement.verdict is Verdict.SUPPRESS:
        cancel(note, judgement.why, books, now)
    return judgement.verdict is Verdict.SEND


def _went_today(books: Books, now: datetime) -> bool:
    """Whether the owner had the day's mail already; a day is the owner's own."""
    zone = ZoneInfo(books.people.owner.timezone)
    bundles = (letter for letter in books.owner.letters.values() if letter.template == BUNDLE)
    return any(x.created_at.astimezone(zone).date() == now.astimezone(zone).date() for x in bundles)


def close_bundles(books: Books) -> None:
    """Notes went out when the mail did that carries them."""
    notes = [letter for letter in books.letters.values() if letter.state is State.BUNDLED]
    if notes:
        sent_at = {
            token: bundle.sent_at
            for bundle in books.owner.letters.values()
            if bundle.state is State.SENT
            for token in bundle.items
        }
        for note in notes:
            if note.token in sent_at:
                gone = replace(note, state=State.SENT, sent_at=sent_at[note.token], content="")
                books.commit(note.contractor, [gone])


def next_bundle(books: Books, now: datetime) -> datetime | None:
    """When the day's mail may go out, by time alone, after a tick at `now`; None where no note waits."""
    owner = books.people.owner
    if not books.notes():
        return None
    if _went_today(books, now):
        day = now.astimezone(owner.clock.zone).date() + timedelta(days=1)
        return owner.clock.next_open(datetime.combine(day, time(), owner.clock.zone))
    opens = owner.clock.next_open(now)
    return opens if opens > now else now + RECHECK


def alert(
    books: Books,
    templates: Templates,
    template: str,
    occasion: str,
    facts: Mapping[str, object],
    now: datetime,
    token: str = "",
) -> bool:
    """Write to the owner at once, at most once per occasion; returns whether it was written now."""
    if any(letter.occasion == occasion for letter in books.owner.letters.values()):
        return False
    write(books, templates, template, occasion, facts, now, token=token)
    return True


def told_lately(books: Books, template: str, window: timedelta, now: datetime) -> bool:
    """Whether the owner was written to with this template within the window; of either side, as clocks are set."""
    told = (x.created_at for x in books.owner.letters.values() if x.template == template)
    return any(abs(now - at) < window for at in told)


def write(
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
    """Render a mail to the owner, with a picture where there is one, and commit it to the outbox.

    `token` is given where the facts hold links that carry it.
    """
    letter = written(books, templates, template, occasion, facts, now, items, png, token)
    books.commit(OWNER, [letter])
    return letter


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
    """The same, not yet committed."""
    owner, mailbox, token = books.people.owner, books.policy.mailbox.address, token or new_token()
    known = {"owner": {"name": owner.name, "first_name": owner.first_name}, "mailbox": mailbox, **facts}
    rendered = templates.render(template, "en", 0, known)
    pictures = (Picture(f"{token}.picture@keepwarm", png, ALT, WIDTH),) if png else ()
    for picture in pictures:
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
        pictures=pictures,
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
