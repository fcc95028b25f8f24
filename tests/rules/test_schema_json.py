"""The schema that editors read is made from the models, and is the one that lies in the repository."""

import json
import re
from pathlib import Path
from typing import Any

from relationship.templates import TemplateIndex
from rules.format.loader import load
from rules.format.positions import read
from rules.format.schema import EMPTY_BLOCKS, EMPTY_LISTS, Block, RulesFile
from rules.format.schema_json import schema, text
from rules.triggers import TRIGGERS

ROOT = Path(__file__).parents[2]


def test_the_file_is_current() -> None:
    """If this fails: python -m rules.format.schema_json > rules/rules.schema.json."""
    assert (ROOT / "rules" / "rules.schema.json").read_text(encoding="utf-8") == text()


def test_the_rules_file_points_editors_to_it() -> None:
    first = (ROOT / "rules.yaml").read_text(encoding="utf-8").splitlines()[0]
    prefix, _, path = first.partition("$schema=")
    assert prefix == "# yaml-language-server: "
    assert (ROOT / path).resolve() == ROOT / "rules" / "rules.schema.json"


def test_every_key_is_described_and_no_other_is_allowed() -> None:
    made = schema()
    for block in (made, *made["definitions"].values()):
        assert block["additionalProperties"] is False
        for name, one in block["properties"].items():
            assert "description" in one or "$ref" in one, name


def test_triggers_are_offered_with_what_they_mean() -> None:
    when = schema()["definitions"]["rule"]["properties"]["when"]
    assert when["enum"] == list(TRIGGERS)
    assert len(when["enumDescriptions"]) == len(TRIGGERS)


def test_all_references_lead_somewhere() -> None:
    made = schema()
    for reference in _references(made):
        assert reference.removeprefix("#/definitions/") in made["definitions"]


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for entry in value for one in _references(entry)]
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [one for entry in value.values() for one in _references(entry)]
    return []


def test_it_knows_every_key_of_the_example() -> None:
    made = json.loads(text())
    example = read(Path(__file__).with_name("rules.example.yaml").read_bytes()).data
    assert isinstance(example, dict)
    assert set(example) <= set(made["properties"])
    for rule in example["rules"]:  # type: ignore[union-attr]
        assert set(rule) <= set(made["definitions"]["rule"]["properties"])  # type: ignore[arg-type]


def test_keys_are_the_models_own() -> None:
    assert set(schema()["properties"]) == {field.alias for field in RulesFile.model_fields.values()}
    assert issubclass(RulesFile, Block)


def test_what_the_loader_takes_is_not_marked_red(good: str, every_letter: TemplateIndex) -> None:
    """Blocks with all lines commented out, a big letter at the beginning."""
    made = schema()
    for key in (*EMPTY_LISTS, *EMPTY_BLOCKS):
        assert {"type": "null"} in made["properties"][key]["anyOf"]
        assert key in good or load(f"{good}{key}:\n", every_letter)
    limits = made["definitions"]["limits"]["properties"]
    assert re.search(limits["stale after"]["pattern"], "2 Working Days")
    assert {"Yes", "no"} <= set(limits["owner first"]["enum"])


def test_what_the_loader_refuses_is_red_where_a_schema_can_say_so() -> None:
    definitions = schema()["definitions"]
    signals = definitions["temperature"]["properties"]["signals"]
    assert "silence 14 days" in signals["propertyNames"]["enum"]
    assert definitions["conditions"]["minProperties"] == 1
    assert definitions["conditions"]["properties"]["role"]["anyOf"][1]["minItems"] == 1
    stale = definitions["limits"]["properties"]["stale after"]["pattern"]
    assert not re.search(stale, "2 working weeks")
