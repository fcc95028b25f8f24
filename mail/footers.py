"""The last lines of a letter: who it is from, that a person reads the answer, how to stop these letters."""

from collections.abc import Mapping

from mail.markdown import Markdown, escape
from relationship.messages import Side

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


def footer(reader: Side, owner_name: str, pause_link: str = "", language: str = "en") -> Markdown:
    """The footer as Markdown; `pause_link` is left out where a letter has none (those to the owner)."""
    if reader is Side.OWNER:
        return Markdown(_OWNER)
    known = language.partition("-")[0]
    first = (owner_name.split() or [""])[0]
    said = _CONTRACTOR.get(known, _CONTRACTOR["en"]).format(name=escape(owner_name), first=escape(first))
    if pause_link:
        said += "  \n" + _PAUSE.get(known, _PAUSE["en"]).format(link=escape(pause_link))
    return Markdown(said)
