"""Occasions of Keepwarm's own: something was withheld or is in doubt, and the owner is told."""

from collections.abc import Iterator
from datetime import datetime

from relationship.decisions import Verdict
from relationship.ledger import Turn
from relationship.letters import State
from relationship.messages import Side
from relationship.occasions.occasion import Finder, Occasion, day, quoted
from relationship.story import Story


def withheld(trigger: str, gate: str) -> Finder:
    """Built-in notices: a gate withheld a letter, and the owner is told instead."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for decision in story.decisions.values():
            if decision.gate == gate and decision.verdict is Verdict.HOLD:
                yield Occasion(
                    trigger=trigger,
                    key=f"{gate}/{decision.occasion}",
                    moment=decision.at,
                    about=f"held because of {gate}: {decision.about}",
                    whose=Side.OWNER,
                    start=decision.at,
                    turn=_turn_of(story, decision.occasion),
                )

    return find


def unprovable(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in notice: nobody can tell whether a letter went out, so it is not sent again."""
    for letter in story.letters.values():
        if letter.state is State.UNPROVABLE and letter.attempted_at:
            yield Occasion(
                trigger="unprovable",
                key=f"unprovable/{letter.token}",
                moment=letter.attempted_at,
                about=f"nobody can tell whether {quoted(letter.subject)} went out",
                whose=Side.OWNER,
                start=letter.attempted_at,
                letter=letter,
            )


def bounced(story: Story, now: datetime) -> Iterator[Occasion]:
    """`bounced`: mail to an address comes back for good."""
    for address, message in story.bouncing.items():
        yield Occasion(
            trigger="bounced",
            key=f"bounced/{address}",
            moment=message.at,
            about=f"mail to {address} comes back since {day(message.at)}",
            whose=Side.OWNER,
            start=message.at,
            seen_at=message.seen_at,
            message=message,
        )


def _turn_of(story: Story, occasion: str) -> Turn | None:
    asked = occasion.removeprefix("wait/")
    return next((turn for turn in story.ledger.waits if turn.asked == asked), None)
