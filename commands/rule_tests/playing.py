"""Plays one rule test: the daemon ticks on paper, on the test's own clock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from commands.house import House, Keepwarm
from commands.rule_tests.stage import Stage
from mail.letters.markdown import to_text
from relationship.facts.decisions import Decision
from relationship.facts.letters import Letter, State
from rules.policy import Policy
from rules.rule_tests.plot import OWNER, RuleTest
from store.memory import MemoryStore
from tick.bookkeeping.books import Books
from tick.rehearsal.simulation import play


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that went out, and what it said."""

    at: datetime
    letter: Letter
    contractor: str  # whom it is about
    to: str  # the contractor's name, or OWNER
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test."""

    sent: tuple[Sent, ...]  # oldest first
    decisions: tuple[tuple[str, Decision], ...]  # by contractor; those that withheld something


def played(house: House, policy: Policy, test: RuleTest) -> Outcome:
    """Play a test from its beginning to its end; only those who are named in it take part."""
    cast = tuple(who for who in policy.contractors if who.name in test.people)
    policy = replace(policy, mode="live", contractors=cast, digest="")
    stage = Stage(policy, test.events)
    notes: dict[str, str] = {}

    def take(to: tuple[str, ...], content: bytes) -> None:
        """Of a note, what it says in the day's one mail, and not what it said when it began to wait."""
        waiting = keepwarm.books.post.in_state(State.BUNDLED)
        notes.update({note.token: to_text(note.content) for note in waiting})
        stage.take(to, content)

    keepwarm = house.rehearsal(_without(policy, test, test.begins), MemoryStore(), stage, take)

    def enter(moment: datetime) -> None:
        keepwarm.adopt(_without(policy, test, moment), keepwarm.templates)

    for _ in play(keepwarm, stage, test.begins, test.until, _entrances(test), enter):
        pass
    return _outcome(keepwarm, stage, notes)


def _entrances(test: RuleTest) -> list[datetime]:
    """When somebody is added to rules.yaml."""
    return sorted({event.at for event in test.events if event.does == "is added" and event.at > test.begins})


def _without(policy: Policy, test: RuleTest, now: datetime) -> Policy:
    """The policy without those who are added later."""
    later = {event.who for event in test.events if event.does == "is added" and event.at > now}
    return replace(policy, contractors=tuple(who for who in policy.contractors if who.name not in later))


def _outcome(keepwarm: Keepwarm, stage: Stage, notes: dict[str, str]) -> Outcome:
    books = keepwarm.books
    texts = {letter.mail.message_id: letter.mail.text for letter in stage.letters}
    sent = sorted(_sent(books, texts, notes), key=lambda one: (one.at, one.letter.created_at))
    return Outcome(tuple(sent), tuple(_withheld(books)))


def _sent(books: Books, texts: dict[str, str], notes: dict[str, str]) -> Iterator[Sent]:
    for key, contractor in books.people.contractors.items():
        for letter in books.whole(key).letters.values():  # what is long closed was archived on the way
            if letter.state is State.SENT and letter.sent_at:
                to = contractor.name if letter.to[0] in contractor.addresses else OWNER
                text = notes.get(letter.token) or texts.get(letter.message_id, "")
                yield Sent(letter.sent_at, letter, contractor.name, to, text)


def _withheld(books: Books) -> Iterator[tuple[str, Decision]]:
    for key, contractor in books.people.contractors.items():
        facts = books.whole(key)
        for decision in facts.decisions.values():
            letter = facts.letters.get(decision.letter)
            if letter is None or letter.state is not State.SENT:
                yield contractor.name, decision
