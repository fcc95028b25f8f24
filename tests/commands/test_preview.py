"""`preview`: what a letter would look like, with the rules' own people or invented ones."""

import json
from pathlib import Path

import pytest

from commands.preview import preview, save
from mail.letters.rendering import RenderingError, Templates
from rules.format.loader import load

TEMPLATES = Templates()
EXAMPLE = Path("../shared/rules.example.yaml")


def test_without_rules_the_people_are_invented() -> None:
    shown = preview("reminders/gentle", None, TEMPLATES)
    assert shown.to == "maria@contract.example"
    assert "Hi Maria," in shown.text
    assert "Dana reads it" in shown.text.replace("\n", " ")
    assert set(json.loads(shown.as_json())) == {"to", "subject", "text", "html"}


def test_in_spanish_and_in_another_wording() -> None:
    assert preview("reminders/gentle", None, TEMPLATES, language="es").text.startswith("Hola, Maria:")
    mexican = preview("reminders/gentle", None, TEMPLATES, language="es-MX").text
    assert "del martes 3 de marzo" in mexican.replace("\n", " ")
    first, second = (preview("reminders/gentle", None, TEMPLATES, wording=n).text for n in (0, 1))
    assert first != second


def test_a_letter_to_the_owner() -> None:
    shown = preview("owner/you-owe", None, TEMPLATES)
    assert shown.to == "dana@acme.example"
    assert "pause" not in shown.text


@pytest.mark.parametrize("name", sorted(TEMPLATES.index()))
def test_every_letter_can_be_shown(name: str) -> None:
    shown = preview(name, None, TEMPLATES)
    assert shown.subject
    assert shown.html.startswith("<!DOCTYPE html>")


def test_html_can_be_opened(tmp_path: Path) -> None:
    save(preview("owner/bundle", None, TEMPLATES), tmp_path / "letter.html")
    assert "</html>" in (tmp_path / "letter.html").read_text(encoding="utf-8")


def test_what_cannot_be_shown_is_said() -> None:
    with pytest.raises(
        RenderingError, match=r"no letter 'reminders/gentel'. Did you mean \"reminders/gentle\"\?"
    ):
        preview("reminders/gentel", None, TEMPLATES)
    with pytest.raises(RenderingError, match="has 3 wordings, and no 9"):
        preview("reminders/gentle", None, TEMPLATES, wording=8)


def test_with_rules_their_people_are_in_it() -> None:
    if not EXAMPLE.exists():
        pytest.skip("the example lies beside the project only where it is developed")
    policy = load(EXAMPLE.read_text(encoding="utf-8"), TEMPLATES.index())
    shown = preview("onboarding/welcome", policy, TEMPLATES, contractor="Ben Okafor")
    assert shown.to == "ben@contract.example"
    assert "Hi Ben," in shown.text
    assert "as our web designer" in shown.text


def test_a_letter_of_ones_own_is_shown_in_its_own_language(tmp_path: Path) -> None:
    (tmp_path / "thanks.md").write_text("To: contractor\nSubject: Thanks\n\nThanks for {{ took }}.\n")
    shown = preview("thanks", None, Templates((tmp_path,)), language="es")
    assert shown.text.startswith("Thanks for 40 working minutes.")
    assert "Dana reads it" in shown.text.replace("\n", " ")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "thanks.md").write_bytes("To: contractor\nSubject: Día\n\nHola\n".encode("latin-1"))
    with pytest.raises(RenderingError, match="is not UTF-8 text"):
        preview("thanks", None, Templates((tmp_path,)))
