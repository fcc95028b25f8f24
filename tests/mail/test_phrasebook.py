"""Phrasebooks: every language says all that English says, with the same things put in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mail.letters.footers import Call, footer
from mail.letters.links import all_answers
from mail.letters.markdown import to_html
from mail.letters.phrasebook import languages, phrasebook
from mail.letters.rendering import BUILT_IN, Templates
from mail.letters.samples import sample_facts
from mail.letters.wording import clock, day, full_date, lies_with, listed, stands, working_time
from relationship.facts.messages import Side

LANGUAGES = sorted(languages())


def said(words: object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text of a phrasebook, and where it stands."""
    if isinstance(words, Mapping):
        for key, inside in words.items():
            yield from said(inside, (*at, key))
    elif isinstance(words, str):
        yield at, words
    else:
        assert isinstance(words, list | tuple)
        for number, inside in enumerate(words):
            yield from said(inside, (*at, str(number)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_that_english_says(language: str) -> None:
    ours, english = (dict(said(asdict(phrasebook(one)))) for one in (language, "en"))
    assert ours.keys() == english.keys()
    assert all(text.strip() for text in ours.values())
    for at, text in english.items():
        assert set(re.findall(r"\{\w+\}", ours[at])) == set(re.findall(r"\{\w+\}", text)), (language, at)
    assert len(set(phrasebook(language).days)) == 7 and len(set(phrasebook(language).months)) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_ones_own_has_facts_and_footer_in_its_language(language: str, tmp_path: Path) -> None:
    path = tmp_path / language / "mine.md"
    path.parent.mkdir()
    text = "To: contractor\nSubject: {{ subject }}\n\n{{ waiting }} / {{ since }} / {{ check_in.when }}\n"
    for own in (path, tmp_path / "mine.md"):
        own.write_text(text, encoding="utf-8")
    templates = Templates([tmp_path, BUILT_IN])
    assert templates.written_in("mine", f"{language}-XX", "en-US") == language
    shown = templates.render("mine", language, 0, sample_facts("mine", language)).text
    assert phrasebook(language).units["working day"][1] in shown
    assert phrasebook(language).months[2] in shown
    links = all_answers("team@acme.example", "abcdefghijkl", language)
    assert all(link.startswith("mailto:team@acme.example?subject=") for link in links.values())
    call = Call("x", False, {tag: links[tag] for tag in ("held", "late", "missed")})
    page = to_html(footer(Side.CONTRACTOR, "Dana Reyes", links["pause"], language, call))
    assert page.count('<a href="mailto:') == 4 and "{" not in page
    assert "Dana" in page


def test_each_language_writes_dates_in_its_own_way() -> None:
    first = datetime(2026, 3, 1, 15, 5, tzinfo=UTC)
    assert [f"{day(first.date(), one)}, {clock(first, one)}" for one in LANGUAGES] == [
        "Sonntag, 1. März, 15:05 Uhr",
        "Sunday 1 March, 15:05",
        "domingo 1 de marzo, 15:05",
        "dimanche 1er mars, 15h05",
        "domenica 1º marzo, 15:05",
        "zondag 1 maart, 15:05 uur",
        "domingo, 1º de março, 15:05",
        "Linggo, Marso 1, 3:05 PM",
    ]
    assert full_date(date(2024, 3, 2), "fr-CA") == "2 mars 2024"
    assert full_date(date(2024, 3, 2), "de", "en-US") == "2. März 2024"


def test_small_words_of_other_languages() -> None:
    assert working_time(3 * 3600, "pt-BR") == "3 horas de trabalho"
    assert listed(("a", "b", "c"), "nl") == "a, b en c"
    assert lies_with("Ben", "lundi 2 mars", "fr") == "chez Ben depuis le lundi 2 mars"
    assert lies_with("me", "Lunes", "tl") == "nasa akin mula pa noong Lunes"
    assert stands("due", "venerdì 6 marzo", "it") == "scadenza venerdì 6 marzo"


def test_filipino_is_written_in_the_words_of_tagalog() -> None:
    assert phrasebook("fil-PH") is phrasebook("tl") is not phrasebook("en")


def test_a_language_without_a_phrasebook_is_helped_out_in_english() -> None:
    assert phrasebook("fi") is phrasebook("en")
    assert phrasebook("../de") is phrasebook("en")


def test_the_documentation_names_the_languages() -> None:
    told = Path("docs/letters.md").read_text(encoding="utf-8")
    names = "English, Spanish, German, French, Italian, Dutch, Portuguese and Tagalog"
    assert names in " ".join(told.split())
    assert len(LANGUAGES) == names.count(",") + 2
