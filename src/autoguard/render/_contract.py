"""The JSON contract, version 1: the assessment in the shape that other programs read, and back.

The parts are those of the model; keys are only ever added. `schema()` describes it all; it is written to
`reports/schema/assessment-1.json` by `make docs`.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from autoguard import model
from autoguard.model import (
    Assessment,
    CheckCount,
    Finding,
    Inventory,
    NotJudged,
    Provenance,
    Score,
    ToolRun,
)
from autoguard.plain import from_plain

SCHEMA = "autoguard-assessment/1"
_COUNTS = (
    ("pass", "passed"),
    ("fail", "failed"),
    ("unknown", "unknown"),
    ("not_applicable", "not_applicable"),
    ("error", "error"),
)


def assessment(value: Assessment) -> dict[str, Any]:
    """The assessment in the contract's shape; its parts are still those of the model, which `to_plain` makes plain."""
    provenance = value.provenance
    return {
        "schema": SCHEMA,
        "tool": {"name": "autoguard", "version": provenance.version},
        "target": value.target,
        "today": provenance.today,
        "policy": provenance.policy,
        "scoring_version": provenance.scoring_version,
        "config": provenance.config,
        "config_trusted": provenance.config_trusted,
        "secrets_only": provenance.secrets_only,
        "score": value.score,
        "summary": summary(value.findings),
        "inventory": value.inventory,
        "findings": value.findings,
        "checks": [_count(one) for one in value.checks],
        "not_judged": value.not_judged,
        "ignored_settings": list(value.ignored_settings),
        "plugins": list(provenance.plugins),
        "tools": provenance.tools,
        "tables": dict(provenance.tables),
        "warnings": list(provenance.warnings),
    }


def summary(findings: Iterable[Finding]) -> dict[str, int]:
    """Open failures by severity, and how many are known, waived and unknown."""
    counts = dict.fromkeys(("critical", "high", "medium", "low", "info", "known", "waived", "unknown"), 0)
    for one in findings:
        if one.outcome != "fail":
            counts["unknown"] += 1
        elif one.status != "open":
            counts[one.status] += 1
        else:
            counts[one.severity] += 1
    return counts


def restore(data: Any) -> Assessment:
    """The assessment that a JSON value in the contract's shape describes.

    Raises:
        ValueError: it is not in that shape.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"is not an assessment of schema {SCHEMA}")
    try:
        provenance = Provenance(
            version=str(data["tool"]["version"]),
            policy=str(data["policy"]),
            scoring_version=int(data["scoring_version"]),
            today=str(data["today"]),
            config=str(data.get("config", "")),
            config_trusted=bool(data.get("config_trusted", True)),
            secrets_only=bool(data.get("secrets_only", False)),
            plugins=tuple(map(str, data.get("plugins", ()))),
            tables={str(name): str(day) for name, day in data.get("tables", {}).items()},
            tools=tuple(from_plain(ToolRun, one) for one in data.get("tools", ())),
            warnings=tuple(map(str, data.get("warnings", ()))),
        )
        return Assessment(
            target=str(data["target"]),
            inventory=from_plain(Inventory, data["inventory"]),
            findings=tuple(from_plain(Finding, one) for one in data["findings"]),
            checks=tuple(_restore_count(one) for one in data["checks"]),
            score=from_plain(Score, data["score"]),
            provenance=provenance,
            not_judged=tuple(from_plain(NotJudged, one) for one in data.get("not_judged", ())),
            ignored_settings=tuple(map(str, data.get("ignored_settings", ()))),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"lacks a part of the contract ({error})") from None


def schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of the contract, generated from the model's types."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only needed when documentation is generated

    definitions: dict[str, Any] = {}

    def of(kind: Any) -> Any:
        made = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
        definitions.update(made.pop("$defs", {}))
        return made if "type" not in made else _as_written(made)

    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    count = {"type": "integer", "minimum": 0}
    properties: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "tool": {"type": "object", "properties": {"name": text, "version": text}, "required": ["name", "version"]},
        "target": text,
        "today": {"type": "string", "format": "date"},
        "policy": text,
        "scoring_version": {"type": "integer"},
        "config": text,
        "config_trusted": {"type": "boolean"},
        "secrets_only": {"type": "boolean"},
        "score": of(Score),
        "summary": {"type": "object", "additionalProperties": count},
        "inventory": of(Inventory),
        "findings": {"type": "array", "items": of(Finding)},
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": text, "domain": text, "severity": text, **{name: count for name, _ in _COUNTS}},
                "required": ["id", "domain", "severity", *(name for name, _ in _COUNTS)],
            },
        },
        "not_judged": {"type": "array", "items": of(NotJudged)},
        "ignored_settings": texts,
        "plugins": texts,
        "tools": {"type": "array", "items": of(ToolRun)},
        "tables": {"type": "object", "additionalProperties": text},
        "warnings": texts,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "autoguard assessment, version 1",
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "$defs": {name: _as_written(made) for name, made in sorted(definitions.items())},
    }


def _as_written(made: dict[str, Any]) -> dict[str, Any]:
    """A definition of pydantic's as `plain` writes it: without what is hidden, and with all that is never None."""
    if made.get("type") != "object" or "properties" not in made:
        return made
    hidden = {field.name for field in fields(getattr(model, made["title"])) if field.metadata.get("hidden")}
    properties = {name: part for name, part in made["properties"].items() if name not in hidden}
    required = [name for name, part in properties.items() if {"type": "null"} not in part.get("anyOf", ())]
    return {**made, "properties": properties, "required": required}


def _count(value: CheckCount) -> dict[str, Any]:
    shaped: dict[str, Any] = {"id": value.id, "domain": value.domain, "severity": value.severity}
    shaped.update({name: getattr(value, field) for name, field in _COUNTS})
    return shaped


def _restore_count(data: Any) -> CheckCount:
    renamed = {**data, **{field: data[name] for name, field in _COUNTS}}
    return from_plain(CheckCount, renamed)
