"""`preview`: a letter as it would look, with the rules' own people if there are any, else invented ones."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from commands.check import checked
from commands.contractors import named_among
from commands.house import House
from commands.output import AsJson, json_line, plainly
from mail.letters.composing import parts
from mail.letters.footers import footer
from mail.letters.links import all_answers
from mail.letters.rendering import Templates
from mail.letters.samples import sample_facts
from mail.letters.sandbox import RenderingError
from relationship.facts.messages import Side
from relationship.parties import Contractor
from rules.format.people import language
from rules.format.problems import Fault
from rules.format.suggest import did_you_mean
from rules.policy import Policy

TOKEN = "sampletoken0"  # noqa: S105 - it proves nothing


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter, as its reader would see it."""

    to: str
    subject: str
    text: str
    html: str

    def as_json(self) -> str:
        """One JSON object on one line."""
        return json_line(asdict(self))

    def as_text(self) -> str:
        """For the terminal."""
        return f"To: {self.to}\nSubject: {self.subject}\n\n{self.text}"


@plainly
def show(
    context: typer.Context,
    template: Annotated[str, typer.Argument(help="Such as reminders/gentle.")],
    html: Annotated[Path | None, typer.Option("--html", help="Write the HTML part to this file.")] = None,
    language: Annotated[str, typer.Option(help="Such as es.")] = "",
    wording: Annotated[int, typer.Option(help="Which of its wordings, from 1.", min=1)] = 1,
    contractor: Annotated[str, typer.Option(help="To whom; by default the first one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a letter as it would look, with sample facts."""
    house: House = context.obj
    templates = house.templates()
    policy = checked(house.rules, templates).policy
    spoken = _language(language)
    seen = preview(template, policy, templates, language=spoken, wording=wording - 1, contractor=contractor)
    if html:
        save(seen, html)
    print(seen.as_json() if as_json else seen.as_text())


def preview(
    name: str,
    policy: Policy | None,
    templates: Templates,
    *,
    language: str = "",
    wording: int = 0,
    contractor: str = "",
) -> Preview:
    """The letter `name` with sample facts; RenderingError says why it cannot be shown.

    `language` is by default that of the contractor, who is the one named, else the policy's first.
    """
    index = templates.index()
    if name not in index:
        raise RenderingError(f"There is no letter {name!r}. {did_you_mean(name, index, 'There are')}")
    who = _contractor(policy, contractor)
    spoken = language or (who.language if who else "en")
    mailbox = policy.mailbox.address if policy else "team@acme.example"
    told = templates.written_in(name, spoken, policy.owner.locale if policy else "")
    links = all_answers(mailbox, TOKEN, told)
    facts = {**sample_facts(name, told), "mailbox": mailbox, "links": links, **_people(policy, who, told)}
    count = templates.wordings(name, spoken)
    if wording >= count > 0:  # a file that cannot be read has none, and says why below
        raise RenderingError(f"The letter {name} has {count} wordings, and no {wording + 1}.")
    rendered = templates.render(name, spoken, wording, facts)
    owner_name = policy.owner.name if policy else "Dana Reyes"
    pause = links["pause"] if rendered.reader is Side.CONTRACTOR else ""
    text, page = parts(
        replace(rendered, language=told), footer(rendered.reader, owner_name, pause, told), rendered.subject
    )
    return Preview(_reader(rendered.reader, policy, who), rendered.subject, text, page)


def _language(typed: str) -> str:
    """As in rules.yaml: what is no language would be shown in English, as if nobody had translated the letter."""
    try:
        return language(typed) if typed else ""
    except Fault as fault:
        raise RenderingError(f"--language: {fault.message} {fault.hint}") from None


def save(shown: Preview, path: Path) -> None:
    """Write the HTML where a browser can open it."""
    path.write_text(shown.html, encoding="utf-8")


def _contractor(policy: Policy | None, name: str) -> Contractor | None:
    """Whom a letter is shown to; None where there are no rules, and so nobody."""
    everybody = {str(number): one for number, one in enumerate(policy.contractors if policy else ())}
    if not name:
        return everybody.get("0")
    return everybody[named_among({key: (one.name, *one.addresses) for key, one in everybody.items()}, name)]


def _people(policy: Policy | None, who: Contractor | None, language: str) -> dict[str, object]:
    found: dict[str, object] = {}
    if policy:
        found["owner"] = {"name": policy.owner.name, "first_name": policy.owner.first_name}
    if who:
        sample = sample_facts(language=language)["contractor"]
        found["contractor"] = {
            **(sample if isinstance(sample, dict) else {}),
            "name": who.name,
            "first_name": who.first_name,
            "role": who.role,
            "good_at": who.good_at,
            "not_for": who.not_for,
            "language": who.language,
        }
    return found


def _reader(side: Side, policy: Policy | None, who: Contractor | None) -> str:
    if side is Side.OWNER:
        return policy.owner.addresses[0] if policy else "dana@acme.example"
    return who.addresses[0] if who else "maria@contract.example"
