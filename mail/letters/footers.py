"""The last lines of a letter: who it is from, that a person reads the answer, how to stop these letters."""

from collections.abc import Mapping
from dataclasses import dataclass

from mail.letters.markdown import Markdown, escape
from mail.letters.phrasebook import phrasebook
from relationship.facts.messages import Side
from relationship.parties import first_name_of

_OWNER = (
    "Keepwarm wrote this to you alone; it is not in the shared mailbox. It follows the rules in your "
    "rules.yaml, and the command “why” tells what it decided, and why."
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of which the contractor has not said how it went."""

    when: str  # the day in the reader's words
    is_missed: bool  # the letter says that it did not take place
    links: Mapping[str, str]  # held, late, missed


def footer(
    reader: Side, owner_name: str, pause_link: str = "", language: str = "en", call: Call | None = None
) -> Markdown:
    """The footer as Markdown; `pause_link` is left out where a letter has none (those to the owner)."""
    if reader is Side.OWNER:
        return Markdown(_OWNER)
    words, first = phrasebook(language).footer, first_name_of(owner_name)
    said = words["from"].format(name=escape(owner_name), first=escape(first))
    if call:
        said += f"\n\n{_asked(call, words, first)}\n\n"
    if pause_link:
        said += ("" if call else "  \n") + words["pause"].format(link=escape(pause_link))
    return Markdown(said)


def _asked(call: Call, words: Mapping[str, str], first: str) -> str:
    """How the call was, each answer a link on a line of its own; of a missed one, whether it took place after all."""
    question = "it was" if call.is_missed else "how was it"
    answers = ("held", "late") if call.is_missed else ("held", "late", "missed")
    said = words[question].format(first=escape(first), when=escape(call.when))
    return "  \n".join([said, *(f"[{words[answer]}]({escape(call.links[answer])})" for answer in answers)])
