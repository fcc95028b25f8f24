"""`why`: every decision with its reason, newest first; of each step the last word, and what held it before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from commands.contractors import chosen
from commands.fates import fate
from commands.house import House
from commands.output import AsJson, local, plainly, print_json, print_table, tell_of_damage
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from tick.bookkeeping.books import Books


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision, the letter that it is about, and what became of it."""

    decision: Decision
    letter: str  # its template, and which of the rule's steps it is: "reminders/firm, step 2 of 3"
    came: str = ""  # what became of it, in words; "" where it simply went out

    @property
    def why(self) -> str:
        """The whole reason, in one line."""
        return f"{self.decision.why}; {self.came}" if self.came else self.decision.why


@plainly
def why(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Only about this contractor.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what was sent, held or suppressed, and why."""
    house: House = context.obj
    books = house.books()
    keys = chosen(books, name)
    newest_first = sorted(entries(books, keys), key=_age, reverse=True)
    tell_of_damage(books.flaws)
    if as_json:
        print_json(_row(entry, books) for entry in newest_first)
    else:
        print_table(
            "Why",
            ("when", "contractor", "rule and letter", "occasion", "verdict and why"),
            (_cells(entry, books) for entry in newest_first),
            "Nothing was decided yet.",
        )


def entries(books: Books, keys: list[str]) -> Iterator[Entry]:
    """All decisions about these contractors, with what became of their letters."""
    for key in keys:
        facts = books.whole(key)
        for decision in facts.decisions.values():
            letter = facts.letters.get(decision.letter)
            called = _called(decision, letter, books)
            yield Entry(decision, called, _came(decision, letter, called))
            for held in decision.holds:
                yield Entry(replace(decision, at=held.at, verdict=Verdict.HOLD, why=held.why), called)


def _called(decision: Decision, letter: Letter | None, books: Books) -> str:
    """Such as "reminders/firm, step 2 of 3"; without the number where there is one step."""
    steps = next((rule.steps for rule in books.rules if rule.name == decision.rule), ())
    planned = steps[decision.step].send if decision.step < len(steps) else ""
    name = letter.template if letter else planned
    return f"{name}, step {decision.step + 1} of {len(steps)}" if name and len(steps) > 1 else name


def _came(decision: Decision, letter: Letter | None, called: str) -> str:
    """What became of the letter; of one that a mode keeps back, and of a draft, which one it is."""
    if decision.gate == "mode":
        return f"dry-run of {called}" if called else ""
    words = fate(letter) if letter else ""
    return f"{words}: {called}" if letter and letter.state is State.DRAFTED else words


def _age(entry: Entry) -> tuple[Any, ...]:
    return entry.decision.at, entry.decision.rule, entry.decision.step


def _row(entry: Entry, books: Books) -> dict[str, Any]:
    decision = entry.decision
    return {
        "at": decision.at,
        "rule": decision.rule,
        "contractor": books.people.contractors[decision.contractor].name,
        "occasion": decision.about,
        "verdict": str(decision.verdict),
        "why": entry.why,
    }


def _cells(entry: Entry, books: Books) -> tuple[str, ...]:
    """The occasion stands in a column of its own, so that a verdict of "send" need not say it again."""
    decision = entry.decision
    why = entry.came if decision.why == decision.about else entry.why
    return (
        local(decision.at, books.people.owner.timezone),
        books.people.contractors[decision.contractor].name,
        f"{decision.rule} ({entry.letter})" if entry.letter else decision.rule,
        decision.about,
        f"{decision.verdict}: {why}" if why else str(decision.verdict),
    )
