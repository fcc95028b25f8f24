"""The correspondence: what was written in one relationship, in order, by conversation, and its ledger.

Theory of operation. All of it is a fold over the recorded messages, and the slow way folds them from nothing.
Nearly always one mail is new, later than all others, and belongs to one conversation or begins one; then
nothing but that conversation changes, and the fast way adds it to what was folded before. It is taken only
where the slow way would surely say the same:

- the mail is new, comes after all others in time, and nobody has referred to it yet, so that the order stays;
- its references and hints lead to one conversation at most, so that nothing is joined;
- where they lead to none, nothing else could: it does not say that it answers something.

Conversations that are taken out as a whole (they went to the yearly files) leave the others as they are.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar, cast

from relationship.correspondence.conversations import Threadable, thread
from relationship.correspondence.ledger import CLICKS, Ledger, Turn, fold, moves_the_ball
from relationship.correspondence.ordering import in_order
from relationship.facts.letters import Letter
from relationship.facts.messages import Kind, Message, Side
from relationship.invitations.answers import says_something
from relationship.subjects import is_reply_subject, plain_subject
from relationship.values import folded_value

T = TypeVar("T")
ABOUT_A_DAY = "deadline proposed/"  # so the occasion of a letter begins that asks for a yes or no to one


@folded_value
class Correspondence:
    """What was written, folded."""

    recorded: Mapping[str, Message]  # as it was recorded, by key
    messages: tuple[Message, ...]  # in order, each once
    conversation_of: Mapping[str, str]  # message key -> conversation
    conversations: Mapping[str, tuple[Message, ...]]  # in order
    ledgers: Mapping[str, Ledger]  # by conversation
    ledger: Ledger  # of all of them

    @cached_property
    def by_key(self) -> Mapping[str, Message]:
        """The messages by their keys."""
        return {message.key: message for message in self.messages}

    @cached_property
    def commands(self) -> tuple[Message, ...]:
        """What people wrote, to each other or to Keepwarm alone, in order: tags count in all of it."""
        return self._those("commands")

    @cached_property
    def human(self) -> tuple[Message, ...]:
        """What people wrote to each other, in order."""
        return self._those("human", self.commands)

    @cached_property
    def clicks(self) -> tuple[Message, ...]:
        """What people said to Keepwarm alone, in order."""
        return self._those("clicks")

    @cached_property
    def tagged(self) -> tuple[Message, ...]:
        """What people wrote with a tag in it, or to take back what they asked, in order."""
        return self._those("tagged", self.commands)

    @cached_property
    def marked(self) -> tuple[Message, ...]:
        """What people wrote with a tag or a day in it, in order."""
        return self._those("marked", self.commands)

    @cached_property
    def of_calls(self) -> tuple[Message, ...]:
        """What may say something about check-ins, in order."""
        return self._those("of_calls")

    @cached_property
    def automatic(self) -> tuple[Message, ...]:
        """The automatic replies of the contractor, in order."""
        return self._those("automatic")

    @cached_property
    def bounces(self) -> tuple[Message, ...]:
        """The reports of mail that came back, in order."""
        return self._those("bounces")

    @cached_property
    def copies(self) -> tuple[Message, ...]:
        """The copies of our own letters, in order."""
        return self._those("copies")

    def remembered(self, name: object, make: Callable[[], T]) -> T:
        """What is made of it under this name; it is made once, until more comes."""
        known = self._remembered
        if name not in known:
            known[name] = make()
        return cast(T, known[name])

    @cached_property
    def _remembered(self) -> dict[object, object]:
        return {}

    def _those(self, name: str, among: Iterable[Message] | None = None) -> tuple[Message, ...]:
        return tuple(filter(_SORTS[name], self.messages if among is None else among))

    @cached_property
    def known(self) -> Mapping[str, str]:
        """The conversation of each id and Outlook root that a mail carries, as its own or as a reference.

        That of a click may be another than what its ids lead to: only the slow way tells ("").
        """
        found: dict[str, str] = {}
        for message in self.messages:
            where = "" if message.about_letter else self.conversation_of[message.key]
            found |= dict.fromkeys(_names(message), where)
        return found

    def part(
        self, names: frozenset[str], clicks: Sequence[Message], but: Set[tuple[str, str]]
    ) -> "Correspondence":
        """As if people had said nothing else than what is in these conversations and these clicks.

        Left out are the exchanges in `but`, by what was asked and answered. All mails by their keys are in it.
        """
        said = [m for name in sorted(names) for m in self.conversations.get(name, ())]
        said += [click for click in clicks if self.conversation_of[click.key] not in names]
        commands = tuple(m for m in sorted(said, key=lambda m: m.at) if _is_command(m))
        ledger = _joined(self.ledgers[name] for name in names if name in self.ledgers)
        exchanges = tuple(turn for turn in ledger.exchanges if (turn.asked, turn.answered) not in but)
        after = replace(self, ledger=Ledger(exchanges, ledger.waits))
        after.__dict__.update(by_key=self.by_key, commands=commands)
        return after

    @cached_property
    def is_plain(self) -> bool:
        """Whether no two mails share an id; those that do are told apart by the slow way alone."""
        names = [message.message_id for message in self.messages if message.message_id]
        return len(names) == len(set(names))


def correspondence(
    recorded: Mapping[str, Message], letters: Mapping[str, Letter], before: Correspondence | None = None
) -> Correspondence:
    """The correspondence that these messages are; `before` is what it was when it was folded last."""
    if before is not None:
        if before.recorded is recorded:
            return before
        changed = _changed(before, recorded)
        if changed is not None:
            return changed
    return _from_nothing(recorded, letters)


# -- the slow way ------------------------------------------------------------------------------------------


def _from_nothing(recorded: Mapping[str, Message], letters: Mapping[str, Letter]) -> Correspondence:
    messages = tuple(in_order(recorded.values()))
    conversation_of = _threaded(messages, letters)
    grouped: dict[str, list[Message]] = {}
    for message in messages:
        grouped.setdefault(conversation_of[message.key], []).append(message)
    ledgers = {name: fold(name, subject_of(group), group) for name, group in grouped.items()}
    conversations = {name: tuple(group) for name, group in grouped.items()}
    return Correspondence(
        recorded, messages, conversation_of, conversations, ledgers, _joined(ledgers.values())
    )


def _joined(ledgers: Iterable[Ledger]) -> Ledger:
    """One ledger out of those of several conversations."""
    known = tuple(ledgers)
    exchanges = sorted((turn for one in known for turn in one.exchanges), key=_age)
    return Ledger(tuple(exchanges), tuple(sorted((turn for one in known for turn in one.waits), key=_age)))


def _threaded(messages: Sequence[Message], letters: Mapping[str, Letter]) -> dict[str, str]:
    """Whose conversation each message belongs to; what ends a wait by a link belongs to what the letter is about."""
    found = dict(thread([_threadable(m) for m in messages]))
    for message in messages:
        letter = letters.get(message.about_letter)
        if letter and letter.conversation in found and _is_said_there(message, letter):
            found[message.key] = found[letter.conversation]
    return found


def _is_said_there(click: Message, letter: Letter) -> bool:
    """Whether a click counts in the conversation of its letter: of a yes and no only that about a day's work does."""
    return "settled" in click.tags or (
        not CLICKS.isdisjoint(click.tags) and letter.occasion.startswith(ABOUT_A_DAY)
    )


def subject_of(messages: Sequence[Message]) -> str:
    """The subject of the first thing that a person said, without "Re:"; robots put words of their own before it."""
    first = next((m for m in messages if m.kind is Kind.HUMAN), next(iter(messages), None))
    return plain_subject(first.subject) if first else ""


def _age(turn: Turn) -> tuple[datetime, str]:
    return turn.since, turn.asked


def _threadable(message: Message) -> Threadable:
    """A story has the same two parties throughout, whatever addresses they write from."""
    return Threadable(
        key=message.key,
        message_id=message.message_id,
        parents=message.parents,
        hints=message.hints,
        subject=message.subject,
        at=message.at,
        parties=frozenset(Side),
        sender=message.side,
    )


# -- the fast way ------------------------------------------------------------------------------------------


def _changed(before: Correspondence, recorded: Mapping[str, Message]) -> Correspondence | None:
    """The correspondence with what is new and without what has gone; None where only the slow way is sure."""
    known = before.recorded
    new = [message for key, message in recorded.items() if known.get(key) is not message]
    if any(message.key in known for message in new):
        return None
    after: Correspondence | None = before
    if len(recorded) < len(known) + len(new):
        after = _without(before, [message for key, message in known.items() if key not in recorded])
    for message in sorted(new, key=lambda m: m.at):
        after = _with(after, message) if after else None
    return _folded(after, recorded=recorded) if after else None


def _folded(before: Correspondence, **changes: object) -> Correspondence:
    """The same with some fields exchanged; what was folded on the way is kept."""
    after = replace(before, **changes)  # type: ignore[arg-type]
    kept = ("by_key", "known", "is_plain", *_SORTS)
    after.__dict__.update({name: before.__dict__[name] for name in kept if name in before.__dict__})
    return after


def _with(before: Correspondence, message: Message) -> Correspondence | None:
    """The correspondence with one mail more; None where in doubt."""
    name = _conversation_for(before, message)
    if name is None:
        return None
    said = before.conversations.get(name, ())
    group = (*said, message)
    begun = before.ledgers[name] if any(map(moves_the_ball, said)) else None
    ledger = fold(name, subject_of(group), (message,), begun)
    after = replace(
        before,
        messages=(*before.messages, message),
        conversation_of={**before.conversation_of, message.key: name},
        conversations={**before.conversations, name: group},
        ledgers={**before.ledgers, name: ledger},
        ledger=_with_ledger(before.ledger, name, ledger),
    )
    after.__dict__.update(_on_the_way(before, message, name))
    return after


def _on_the_way(before: Correspondence, message: Message, name: str) -> dict[str, object]:
    """What was folded on the way, with one mail more."""
    sorts = {sort: getattr(before, sort) for sort in _SORTS}
    return {
        "by_key": {**before.by_key, message.key: message},
        "known": {**before.known, **dict.fromkeys(_names(message), name)},
        "is_plain": True,
        **{sort: (*those, message) if _SORTS[sort](message) else those for sort, those in sorts.items()},
    }


def _is_command(message: Message) -> bool:
    return message.kind is Kind.HUMAN and message.authentic


_SORTS: Mapping[str, Callable[[Message], bool]] = {
    "commands": _is_command,
    "human": lambda m: _is_command(m) and not m.about_letter,
    "clicks": lambda m: _is_command(m) and bool(m.about_letter),
    "tagged": lambda m: _is_command(m) and bool(m.tags or m.takes_back),
    "marked": lambda m: _is_command(m) and bool(m.tags or m.due),
    "of_calls": says_something,
    "automatic": lambda m: m.kind is Kind.AUTO_REPLY and m.side is Side.CONTRACTOR,
    "bounces": lambda m: m.bounce is not None,
    "copies": lambda m: m.kind is Kind.OWN,
}


def _conversation_for(before: Correspondence, message: Message) -> str | None:
    """Where a mail belongs that is later than all others: one conversation, or its own; None where in doubt."""
    last = before.messages[-1] if before.messages else None
    if message.about_letter or not message.message_id or not before.is_plain:
        return None
    if (last and message.at <= last.at) or message.message_id in before.known:
        return None
    names = {before.known[name] for name in message.parents if name in before.known}
    if not names and _may_be_lost(message):
        return None
    names |= {before.known[hint] for hint in _roots(message) if hint in before.known}
    if len(names) > 1 or not names <= before.conversations.keys():
        return None
    return names.pop() if names else message.key


def _may_be_lost(message: Message) -> bool:
    """Whether a mail without a known parent is looked for in other ways than by Outlook's root."""
    if is_reply_subject(message.subject):
        return True
    return bool(message.parents) and len(message.hints) > len(_roots(message))


def _names(message: Message) -> tuple[str, ...]:
    """By what other mails are led to this one's conversation, whatever they are called."""
    own = (message.message_id,) if message.message_id else ()
    return (*own, *message.parents, *_roots(message))


def _roots(message: Message) -> tuple[str, ...]:
    """Outlook's roots, which join always; they do not look like ids."""
    return tuple(hint for hint in message.hints if hint.startswith("thread-index:"))


def _with_ledger(whole: Ledger, name: str, ledger: Ledger) -> Ledger:
    """The whole ledger with one conversation's part exchanged."""
    exchanges = [turn for turn in whole.exchanges if turn.conversation != name]
    waits = [turn for turn in whole.waits if turn.conversation != name]
    for turn in ledger.exchanges:
        insort(exchanges, turn, key=_age)
    for turn in ledger.waits:
        insort(waits, turn, key=_age)
    return Ledger(tuple(exchanges), tuple(waits))


def _without(before: Correspondence, gone: Sequence[Message]) -> Correspondence | None:
    """The correspondence without whole conversations; None where one is torn, or shares an id with others.

    A click may have led others to where it was itself taken away from.
    """
    if not before.is_plain or any(message.about_letter for message in gone):
        return None
    names = {before.conversation_of[message.key] for message in gone}
    if len(gone) != sum(len(before.conversations[name]) for name in names):
        return None
    kept = tuple(m for m in before.messages if before.conversation_of[m.key] not in names)
    return Correspondence(
        recorded=before.recorded,
        messages=kept,
        conversation_of={m.key: before.conversation_of[m.key] for m in kept},
        conversations={name: group for name, group in before.conversations.items() if name not in names},
        ledgers={name: ledger for name, ledger in before.ledgers.items() if name not in names},
        ledger=Ledger(
            tuple(turn for turn in before.ledger.exchanges if turn.conversation not in names),
            tuple(turn for turn in before.ledger.waits if turn.conversation not in names),
        ),
    )
