"""Step four, compose: decisions → letters in the outbox, in the same commit as the decision."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from mail.letters.composing import compose as compose_mail
from mail.letters.composing import subject_of
from mail.letters.footers import Call
from mail.letters.links import answer
from mail.letters.rendering import Rendered, RenderingError, Templates
from mail.letters.wording import day_in
from relationship.facts import Fact
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import FORGOTTEN, Kind, Message, Side
from relationship.occasions.check_ins import to_ask_about
from relationship.occasions.shared import who_answered
from relationship.subjects import plain_subject
from rules.evaluation import Case
from rules.watermarks import step_fingerprint
from tick.bookkeeping.books import Books
from tick.composing.gone_out import as_its_copy_shows, token_of
from tick.composing.invitations import addresses_of, calendar_of, invited
from tick.composing.reader import reader_of
from tick.composing.telling import Telling, facts_of
from tick.deciding.decide import Judged, news

# What these gates hold waits for a time that is known, or for news of the same relationship.
ENDS_BY_ITSELF = frozenset({"condition", "absent", "limits", "quiet hours"})

# So many notes go to the owner by themselves; the others of that hour wait for the day's one mail.
NOTES_AN_HOUR = 10


@dataclass(slots=True)
class Composed:
    """What a compose step wrote."""

    decided: int = 0
    composed: int = 0
    held: int = 0
    suppressed: int = 0
    cancelled: int = 0


def compose(judged: Iterable[Judged], books: Books, templates: Templates, now: datetime) -> Composed:
    """Write the decisions that say something new, each together with its letter."""
    done = Composed()
    for case, decision in news(judged, now):
        facts: list[Fact] = [decision]
        if decision.verdict is Verdict.SEND:
            facts = _with_letter(case, decision, books, templates, now)
        books.commit(case.story.key, facts, foreseen=_changes_nothing_else(case, facts))
        _count(facts, done)
    return done


def _changes_nothing_else(case: Case, facts: list[Fact]) -> bool:
    """Whether nothing else comes of a decision, so that it is no reason for another look."""
    [decision, *letter] = facts
    if letter or case.occasion.check_in or not isinstance(decision, Decision):
        return False
    if decision.verdict is Verdict.HOLD:
        return decision.gate in ENDS_BY_ITSELF
    return case.number == len(case.rule.steps) - 1


def _count(facts: list[Fact], done: Composed) -> None:
    decision = next(fact for fact in facts if isinstance(fact, Decision))
    done.decided += 1
    done.composed += any(isinstance(fact, Letter) for fact in facts)
    done.held += decision.verdict is Verdict.HOLD
    cancelled = decision.why.startswith("cancelled")
    done.cancelled += cancelled
    done.suppressed += decision.verdict is Verdict.SUPPRESS and not cancelled


def _with_letter(
    case: Case, decision: Decision, books: Books, templates: Templates, now: datetime
) -> list[Fact]:
    try:
        letter = _letter(case, books, templates, now)
    except RenderingError as error:  # in doubt, quiet: a letter without its fact is not sent
        return [replace(decision, verdict=Verdict.SUPPRESS, why=str(error), gate="letter")]
    letter = as_its_copy_shows(letter, case.story)
    return [replace(decision, letter=letter.token), letter, *invited(case)]


def _letter(due: Case, books: Books, templates: Templates, now: datetime) -> Letter:
    token = token_of(due, books.installation)
    case = replace(due, story=books.story(due.story.key))  # with what was written in this very tick
    story, policy = case.story, books.policy
    said = rendered(case, books, templates, token, _next_wording(case), now)
    bundled = case.reader is Side.OWNER and not (case.rule.any_time and _has_room(books, now))
    message_id = f"{token}@{policy.mailbox.address.partition('@')[2]}"
    draft = Letter(
        token=token,
        contractor=story.key,
        rule=case.rule.name,
        occasion=case.occasion.key,
        step=case.number,
        reader=case.reader,
        template=case.step.send,
        wording=said.wording,
        to=story.owner.addresses[:1] if case.reader is Side.OWNER else addresses_of(case)[:1],
        subject=said.subject,
        message_id=message_id,
        content=said.markdown,
        created_at=now,
        due_at=case.due_at,
        state=_first_state(case, bundled),
        conversation=_conversation(case),
        written_for=step_fingerprint(case.step),
    )
    if bundled:
        return draft
    letter = _addressed(draft, said, case, books, now)
    if case.reader is Side.CONTRACTOR and FORGOTTEN in f"{letter.subject}\n{said.text}":
        raise RenderingError("it would show where somebody was named who has been forgotten")
    return letter


def _has_room(books: Books, now: datetime) -> bool:
    """Whether the owner has not got so many notes by themselves lately that the next ones wait for the day's mail."""
    return books.post.notes_by_themselves(now - timedelta(hours=1)) < NOTES_AN_HOUR


def rendered(
    case: Case, books: Books, templates: Templates, token: str, wording: int, now: datetime
) -> Rendered:
    """What the letter about a case says at this moment; RenderingError where it lacks a fact."""
    read_by = reader_of(case.reader, case.story.contractor, case.story.owner)
    language = templates.written_in(case.step.send, read_by.language, case.story.owner.locale)
    reader = replace(read_by, language=language)
    booked = books.booked(case.story.key, now) if case.occasion.check_in else ()
    wanted = templates.facts_in(case.step.send, read_by.language, wording)
    telling = Telling(case, reader, books.policy, token, now, booked, books.story_of)
    facts = facts_of(telling, wanted) | _answered_by(case, books, now)
    return replace(templates.render(case.step.send, read_by.language, wording, facts), language=language)


def _answered_by(case: Case, books: Books, now: datetime) -> dict[str, object]:
    """Who has answered, where two were asked; only the books know the other story."""
    turn = case.occasion.turn
    if case.rule.when != "one of two answered" or turn is None:
        return {}
    other = who_answered(case.story, turn, books.story_of, now)
    return {"answered_by": other.contractor.name} if other else {}


def _conversation(case: Case) -> str:
    """What the letter is about: what its links settle."""
    story, turn, message = case.story, case.occasion.turn, case.occasion.message
    if case.rule.when == "owner first":  # about the chased question, but its link is that of the older debt
        turn = case.occasion.debt
    if turn:
        return turn.conversation
    if message is None or case.rule.when == "brief sent":  # a brief that is fine as it is still waits
        return ""
    return story.conversation_of.get(message.key, "")


def _first_state(case: Case, bundled: bool) -> State:
    """Notes wait for the day's one mail, drafts to a contractor for the owner's word; all else goes out."""
    if bundled:
        return State.BUNDLED
    return State.ASKED if case.rule.approve and case.reader is Side.CONTRACTOR else State.WAITING


def _next_wording(case: Case) -> int:
    """The same contractor does not get the same wording twice in a row, nor two of them the same first one."""
    unread = (State.CANCELLED, State.REFUSED)
    written = (x for x in case.story.letters.values() if x.template == case.step.send)
    earlier = sorted((x for x in written if x.state not in unread), key=lambda x: x.created_at)
    # Of several that one tick wrote, the last stands last: they stand in the order in which they were written.
    return earlier[-1].wording + 1 if earlier else crc32(case.story.key.encode())


def _addressed(draft: Letter, said: Rendered, case: Case, books: Books, now: datetime) -> Letter:
    """The letter with its final bytes: inside its conversation for the contractor, a new one for the owner."""
    story, mailbox = case.story, books.policy.mailbox.address
    to_owner = case.reader is Side.OWNER
    answered = None if to_owner else _answered(case)
    subject = plain_subject(answered.subject) if answered else None
    owner = (story.owner.name, addresses_of(case)[1])
    content = compose_mail(
        said,
        sender=("Keepwarm" if to_owner else story.owner.name, mailbox),
        to=((story.owner if to_owner else story.contractor).name, draft.to[0]),
        cc=owner if case.rule.invite else None,
        token=draft.token,
        message_id=draft.message_id,
        at=now,
        in_reply_to=answered.message_id if answered else None,
        references=answered.parents if answered else (),
        conversation_subject=subject,
        pause_link="" if to_owner else answer("pause", mailbox, draft.token, said.language),
        owner_name=story.owner.name,
        calendar=None if said.sketch else calendar_of(case, said, books.policy, now),
        call=_call(draft, case, books, said.language, now),
    )
    to = (*draft.to, owner[1]) if case.rule.invite else draft.to
    return replace(draft, to=to, subject=subject_of(said, subject), content=content.decode("ascii"))


def _call(draft: Letter, case: Case, books: Books, language: str, now: datetime) -> Call | None:
    """The last call, of which the contractor's next letter asks how it went; invitations are about another one."""
    story = case.story
    last = to_ask_about(story, now)
    if last is None or draft.reader is Side.OWNER or case.rule.invite:
        return None
    reader = reader_of(draft.reader, story.contractor, story.owner)
    mailbox, words = books.policy.mailbox.address, ("held", "late", "missed")
    links = {word: answer(word, mailbox, draft.token, language) for word in words}
    day = day_in(last.starts_at, reader.timezone, language, reader.locale)
    about = case.occasion.check_in if case.rule.when == "check-in missed" else None
    return Call(day, about is not None and about.uid == last.uid, links)


def _answered(case: Case) -> Message | None:
    """The mail that the letter hangs below: the last one that people wrote to each other in the conversation."""
    story, about = case.story, case.occasion.message
    if about is None:
        return None
    conversation = story.in_conversation(story.conversation_of[about.key])
    return next((m for m in reversed(conversation) if _is_talk(m)), None)


def _is_talk(message: Message) -> bool:
    return message.kind is Kind.HUMAN and bool(message.message_id) and not message.about_letter
