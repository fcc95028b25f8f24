"""The shape of a file of rule tests: one model for each block, read like those of rules.yaml."""

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import Field

from rules.format.complaints import Grammar
from rules.format.fields import DAY, OneOrMany, Text, Truth, choice, told, worded
from rules.format.people import Zone
from rules.format.problems import Fault, found
from rules.format.schema import Block
from rules.rule_tests.moments import When, absolute, span, when

LONGEST_TEXT = 20_000
CLICKS = ("settled", "pause", "resume", "held", "late", "missed", "accept", "decline", "paid", "news")


def lines(value: object) -> str:
    """Text of several lines."""
    if not isinstance(value, str):
        raise Fault(f"Text is expected here, not {found(value)}.", "Put it in quotes, or begin it with `|`.")
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in value):
        raise Fault("An invisible character stands in this text.", "Delete it.")
    if len(value) > LONGEST_TEXT:
        raise Fault("This is longer than 20,000 characters.")
    return value.strip()


MOMENT = told(
    worded(when), type="string", examples=["2026-03-02 10:40", "next day 09:00", "20 minutes later"]
)
ABSOLUTE = told(worded(absolute), type="string", examples=["2026-03-02 10:40"])
SPAN = told(worded(span), type="string", examples=["2026-03-02 09:00 .. 2026-03-02 12:00"])
LINES = told(lines, type="string")
ANSWER = choice("an answer to an invitation", "accepted", "declined", "tentative")
CLICK = choice("a link in a letter", *CLICKS)

Names = Annotated[list[Text], OneOrMany()]
MaybeWhen = Annotated[When | None, ABSOLUTE]


class EventBlock(Block):
    """Something that happens."""

    at: Annotated[When, MOMENT] = Field(description="When, such as 2026-03-02 10:40 or 20 minutes later.")
    from_: Text = Field("", description="Who writes, by name.")
    to: Names = Field([], description="To whom.")
    cc: Names = Field([], description="Who gets a copy.")
    subject: Text = Field(
        "", description="What the mail is called; an answer is called like what it answers."
    )
    text: Annotated[str, LINES] = Field("", description="What the mail says.")
    answers: Text = Field("", description="Which mail it answers: previous, letter, a label, or a subject.")
    label: Text = Field("", description="A name for this mail, for lines below to speak of.")
    away_until: Annotated[date | None, DAY] = Field(
        None, description="Their mail program answers that they are away until that day."
    )
    answers_the_invitation: Annotated[str, ANSWER] = Field("", description="accepted, declined or tentative.")
    clicks: Annotated[str, CLICK] = Field("", description="A link in the last letter that has it is clicked.")
    star: Text = Field("", description="You star a mail: previous, a label, or a subject.")
    unstar: Text = Field("", description="You take the star back.")
    bounces: Text = Field("", description="Mail to this person comes back for good.")
    added: Text = Field("", description="This contractor is added to rules.yaml.")


class LettersBlock(Block):
    """Letters that must be sent, or must not be."""

    send: Text = Field("", description="The letter, such as reminders/gentle.")
    to: Text = Field("", description="Its reader, by name.")
    about: Text = Field("", description="The contractor that a letter to you is about.")
    rule: Text = Field("", description="The rule that sends it.")
    subject: Text = Field("", description="Words that its subject holds.")
    says: Names = Field([], description="Words that it holds.")
    at: MaybeWhen = Field(None, description="The minute in which it goes out.")
    by: MaybeWhen = Field(None, description="When it is out at the latest.")
    on: Annotated[date | None, DAY] = Field(None, description="The day on which it goes out.")
    between: Annotated[tuple[When, When] | None, SPAN] = Field(
        None, description="2026-03-02 09:00 .. 2026-03-02 12:00"
    )


class TestBlock(Block):
    """One test."""

    name: Text = Field(description="What it shows, in your own words.")
    timezone: Zone = Field("", description="Whose wall clock its times are on; yours where it is left out.")
    begins: MaybeWhen = Field(
        None, description="From when Keepwarm watches; by default a minute before the first line."
    )
    until: MaybeWhen = Field(None, description="Until when; by default ten days after the last line.")
    people: Names = Field([], description="Contractors who take part although no line names them.")
    timeline: list[EventBlock] = Field([], description="What happens.")
    expect: list[LettersBlock] = Field([], description="Letters that must go out.")
    never: list[LettersBlock] = Field([], description="Letters that must not.")
    nothing_else: Truth = Field(False, description="Whether no other letter may go out.")


class TestsFile(Block):
    """A file of rule tests."""

    tests: list[TestBlock] = Field(description="The tests.")


GRAMMAR = Grammar(
    {
        (): TestsFile,
        ("tests",): TestBlock,
        ("tests", "timeline"): EventBlock,
        ("tests", "expect"): LettersBlock,
        ("tests", "never"): LettersBlock,
    },
    {
        (): "the file",
        ("tests",): "a test",
        ("tests", "timeline"): "a line of the timeline",
        ("tests", "expect"): "an expected letter",
        ("tests", "never"): "a forbidden letter",
    },
)
