"""The two schemas: of the JSON contract, and of a check file for editors that know YAML schemas.

What the lint knows of names is in the second one as well, so that an editor offers and checks them while one types.
What plugins may add (platforms, probes) is offered there, and not insisted on.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from autoguard.catalog_file import CheckFile
from autoguard.facts import Fact, subject_kind, subject_types
from autoguard.model import SubjectType
from autoguard.plugins import load_plugins
from autoguard.render import _contract
from autoguard.tables import tables

_OUTCOMES = ("fails", "passes", "near_miss", "unknown")


class _Untitled(GenerateJsonSchema):
    """Without titles that only repeat a key with a capital letter."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        del schema
        return False


def assessment() -> str:
    """The schema of what `-f json` writes."""
    return _dump(_contract.schema())


def check_file() -> str:
    """The schema of a file below `checks/<domain>/`."""
    schema = check_file_model()
    for model in schema["$defs"].values():
        model.pop("title")
    schema["$defs"].update({f"facts-of-{subject}": _facts(subject) for subject in subject_types()})
    properties = schema["properties"]
    for name in ("when", "probe"):
        properties[name] = {**properties[name], "minLength": 3}
        del properties[name]["default"]
    registry = load_plugins(external=False)
    properties["probe"]["examples"] = list(registry.names("probes"))
    properties["platforms"]["items"]["examples"] = list(registry.names("platforms"))
    steps = schema["$defs"]["FixFile"]["properties"]["per_platform"]
    steps["properties"] = dict.fromkeys(registry.names("platforms"), steps["additionalProperties"])
    properties["maps_to"].update(_references())
    return _dump(
        {
            # Of the drafts, the one that editors' YAML servers know in full.
            "$schema": "http://json-schema.org/draft-07/schema#",
            **schema,
            "title": "autoguard check",
            "oneOf": [{"required": ["when"]}, {"required": ["probe"]}],
            "allOf": [_examples(), *(rule for subject in subject_types() for rule in _names(subject))],
        }
    )


def check_file_model() -> dict[str, Any]:
    """What the model of a check file says by itself."""
    return CheckFile.model_json_schema(schema_generator=_Untitled)


def _examples() -> dict[str, Any]:
    def with_one(*outcomes: str) -> dict[str, Any]:
        return {"required": list(outcomes), "properties": {name: {"minItems": 1} for name in outcomes}}

    return {
        "if": {"required": ["when"]},
        "then": {"properties": {"examples": with_one("fails", "passes", "near_miss")}},
        "else": {"properties": {"examples": {"anyOf": [with_one("fails"), with_one("unknown")]}}},
    }


def _names(subject: SubjectType) -> list[dict[str, Any]]:
    facts = subject_kind(subject).facts
    of_subject = {"properties": {"subject": {"const": subject}}, "required": ["subject"]}
    every = {"enum": [fact.name for fact in facts]}
    paths = {"enum": [fact.name for fact in facts if fact.path is not None]}
    named = {"group": every, "evidence": {"items": every}, "path": {"items": paths}}
    example = {"properties": {"facts": {"$ref": f"#/$defs/facts-of-{subject}"}}}
    given = {"properties": {"examples": {"properties": {name: {"items": example} for name in _OUTCOMES}}}}
    return [
        {"if": of_subject, "then": {"properties": named}},
        # A probe makes its subject of an example's facts as it likes.
        {"if": {**of_subject, "required": ["subject", "when"]}, "then": given},
    ]


def _facts(subject: SubjectType) -> dict[str, Any]:
    properties = {fact.name: _fact(fact) for fact in subject_kind(subject).facts}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _fact(fact: Fact) -> dict[str, Any]:
    word: dict[str, Any] = {"type": "string", **({"enum": list(fact.values)} if fact.values else {})}
    types: Mapping[str, dict[str, Any]] = {
        "bool": {"type": "boolean"},
        "int": {"type": "integer"},
        "float": {"type": "number"},
        "string": word,
        "strings": {"type": "array", "items": word},
    }
    return {"description": fact.doc, **types[fact.type]}


def _references() -> dict[str, Any]:
    frameworks = tables()["references"]["frameworks"]
    properties = {
        name: {
            "description": item["title"],
            "type": "array",
            "items": {"enum": [int(one) if str(one).isdigit() else one for one in item["ids"]]},
        }
        for name, item in frameworks.items()
    }
    return {"properties": properties, "additionalProperties": False}


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
