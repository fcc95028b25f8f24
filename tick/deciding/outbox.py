"""The outbox: a letter that waits is judged by all gates once more; one that no longer applies is cancelled."""

from dataclasses import replace
from datetime import datetime

from relationship.facts import Fact
from relationship.facts.decisions import Judgement, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from rules.evaluation import Case, case_of
from rules.gates.world import Outgoing
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.deciding.decide import Court

GONE = "cancelled: the address is no longer in rules.yaml"


def judge_again(letter: Letter, books: Books, bench: Court, now: datetime) -> Judgement:
    """The verdict on a letter as things are now."""
    if not set(letter.to) <= _may_be_written_to(letter, books):
        return Judgement(Verdict.SUPPRESS, GONE)
    if letter.contractor == OWNER:
        return Judgement(Verdict.SEND, "a mail of Keepwarm's own to the owner")
    case = reopened(letter, books, now)
    if isinstance(case, str):
        return Judgement(Verdict.SUPPRESS, case)
    itself = Outgoing(letter.contractor, letter.created_at)
    if letter.reader is Side.CONTRACTOR and itself in bench.world.outgoing:
        bench.world.outgoing.remove(itself)
    return bench.judge(case)


def reopened(letter: Letter, books: Books, now: datetime) -> Case | str:
    """The case that a letter about a contractor stands for, as things are now; in words why there is none."""
    if letter.contractor not in books.people.contractors:
        return GONE
    return case_of(letter, books.rules, books.readers, books.story(letter.contractor), now)


def _may_be_written_to(letter: Letter, books: Books) -> frozenset[str]:
    """Never astray: the addresses that rules.yaml holds now, of the owner and of this contractor."""
    contractor = books.people.contractors.get(letter.contractor)
    if contractor is None and letter.contractor != OWNER:
        return frozenset()
    return frozenset((*books.people.owner.addresses, *(contractor.addresses if contractor else ())))


def cancel(letter: Letter, why: str, books: Books, now: datetime) -> None:
    """Take a letter that no longer applies out of the outbox, and say so in its decision."""
    facts: list[Fact] = [replace(letter, state=State.CANCELLED, reply=why, content="")]
    if letter.contractor in books.people.contractors:
        decisions = books.story(letter.contractor).decisions.values()
        mine = (decision for decision in decisions if decision.letter == letter.token)
        facts += [replace(decision, at=now, verdict=Verdict.SUPPRESS, why=why) for decision in mine]
    books.commit(letter.contractor, facts)
