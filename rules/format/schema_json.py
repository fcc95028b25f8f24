"""The JSON Schema of rules.yaml, made from the models: editors complete and check the file by it.

`python -m rules.format.schema_json` prints it; `rules/rules.schema.json` is its output, and a test holds it current.
"""

import json
from typing import Any

from relationship.warmth.signals import SIGNALS
from rules.format.schema import EMPTY_BLOCKS, EMPTY_LISTS, RulesFile
from rules.triggers import TRIGGERS

Schema = dict[str, Any]


def schema() -> Schema:
    """The JSON Schema (draft 7, which YAML editors know best)."""
    made = RulesFile.model_json_schema(by_alias=True)
    made.pop("description", None)
    definitions = {_named(name): _tidied(block) for name, block in made.pop("$defs").items()}
    _explain_triggers(definitions["rule"]["properties"]["when"])
    definitions["temperature"]["properties"]["signals"]["propertyNames"] = {"enum": list(SIGNALS)}
    definitions["conditions"]["minProperties"] = 1
    file = _tidied({key: value for key, value in made.items() if key != "title"})
    for key in (*EMPTY_LISTS, *EMPTY_BLOCKS):
        one = file["properties"][key]
        block = definitions.get(one.get("$ref", "").rpartition("/")[2], {})
        file["properties"][key] = _or_nothing({"description": block.get("description"), **one})
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rules.yaml",
        **file,
        "definitions": definitions,
    }


def _or_nothing(block: Schema) -> Schema:
    """A key below which all lines are commented out."""
    about = {key: value for key, value in block.items() if key in ("description", "default")}
    rest = {key: value for key, value in block.items() if key not in about}
    return {"anyOf": [rest, {"type": "null"}], **about}


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _named(model: str) -> str:
    """MailboxBlock is the block of the mailbox."""
    return model.removesuffix("Block").lower()


def _tidied(value: Any) -> Any:
    """References in the words of draft 7; without titles, and without defaults that are no plain data."""
    if isinstance(value, list):
        return [_tidied(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidied(one) for key, one in value.items() if not _noise(key, one)}
    if "$ref" in kept:
        kept = _reference(kept)
    return kept


def _noise(key: str, value: Any) -> bool:
    if key == "title":
        return isinstance(value, str)  # a key of the file may be called so, and is then a schema
    return key == "default" and (value in ("", [], {}, None) or isinstance(value, dict))


def _reference(block: Schema) -> Schema:
    """In draft 7 nothing beside `$ref` counts, so what stands beside it moves outside."""
    name = _named(str(block.pop("$ref")).rsplit("/", 1)[1])
    reference = {"$ref": f"#/definitions/{name}"}
    return {"allOf": [reference], **block} if block else reference


def _explain_triggers(when: Schema) -> None:
    """What each trigger means, shown beside it where an editor offers them."""
    when["enumDescriptions"] = [trigger.about for trigger in TRIGGERS.values()]


if __name__ == "__main__":
    print(text(), end="")
