"""The last lines of a letter: who it is from, that a person reads the answer, how to stop these letters."""

from collections.abc import Mapping
from dataclasses import dataclass

from mail.letters.markdown import Markdown, escape
from relationship.messages import Side
from relationship.parties import first_name_of

_CONTRACTOR: Mapping[str, str] = {
    "en": (
        "Keepwarm sent this for {name}. It looks after this mailbox so that nothing between you gets lost. "
        "Answer as you would any mail: {first} reads it."
    ),
    "es": (
        "Keepwarm envió esta nota de parte de {name}. Cuida este buzón para que nada entre ustedes se "
        "pierda. Contesta como a cualquier correo: lo lee {first}."
    ),
}
_PAUSE: Mapping[str, str] = {
    "en": "Rather not get these notes? Send the mail that this link opens: [pause the notes]({link})",
    "es": "¿Prefieres no recibirlas? Envía el correo que abre este enlace: [pausar las notas]({link})",
}
_OWNER = (
    "Keepwarm wrote this to you alone; it is not in the shared mailbox. It follows the rules in your "
    "rules.yaml, and the command “why” tells what it decided, and why."
)


_CALL: Mapping[str, str] = {
    "en": (
        "And one click for the record: how was your call with {first} on {when}?  \n"
        "[It took place]({held})  \n[It began late]({late})  \n[It did not take place]({missed})"
    ),
    "es": (
        "Y con un clic, para que quede anotado: ¿qué tal tu llamada con {first} del {when}?  \n"
        "[La tuvimos]({held})  \n[Empezó tarde]({late})  \n[No la tuvimos]({missed})"
    ),
}


_NOT_SO: Mapping[str, str] = {
    "en": "If it did take place, one click says so:  \n[It took place]({held})  \n[It began late]({late})",
    "es": "Si la tuvimos, dilo con un clic:  \n[La tuvimos]({held})  \n[Empezó tarde]({late})",
}


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
    known = language.partition("-")[0]
    first = first_name_of(owner_name)
    said = _CONTRACTOR.get(known, _CONTRACTOR["en"]).format(name=escape(owner_name), first=escape(first))
    if call:
        links = {word: escape(link) for word, link in call.links.items()}
        words = _NOT_SO if call.is_missed else _CALL
        asked = words.get(known, words["en"]).format(first=escape(first), when=escape(call.when), **links)
        said += f"\n\n{asked}\n\n"
    if pause_link:
        said += ("" if call else "  \n") + _PAUSE.get(known, _PAUSE["en"]).format(link=escape(pause_link))
    return Markdown(said)
