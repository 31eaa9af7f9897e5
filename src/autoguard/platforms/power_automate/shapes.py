"""Where flows stand in a JSON document.

The shapes are those of real exports; the answers of the APIs are documented on learn.microsoft.com, "Work with cloud
flows using code" (Dataverse: the flow is a JSON text in `clientdata`) and "Power Automate Management connector" (read
2026-11-24).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autoguard.model import Location
from autoguard.platforms._values import dig, mapping, text
from autoguard.platforms._workflow_definition.actions import Path
from autoguard.platforms._workflow_definition.reader import locate_in
from autoguard.platforms._workflow_definition.shapes import is_definition, is_flow_definition, is_flow_record
from autoguard.syntax.json_tree import parse_json
from autoguard.syntax.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow inside a document: its definition, what stands around it, and how parts of it are located.

    `properties` holds connection references and, in some forms, name and state; `record` is the object around that.
    """

    definition: dict[str, Any]
    properties: dict[str, Any]
    record: dict[str, Any]
    location: Location
    locate: Callable[[Path], Location] = field(repr=False)


def is_asset_list(value: Any) -> bool:
    """The inner manifest of a legacy package, which only lists its flows."""
    return isinstance(value, dict) and "packageSchemaVersion" in value and isinstance(value.get("flowAssets"), dict)


def flows(parsed: Parsed, value: Any) -> list[Flow]:
    """Every flow of the document, [] where it is no document of this platform."""
    if isinstance(value, list):
        return [flow for index, item in enumerate(value) for flow in _flow(parsed, item, (index,))]
    rows = mapping(value).get("value")
    if isinstance(rows, list):
        return [flow for index, item in enumerate(rows) for flow in _flow(parsed, item, ("value", index))]
    return _flow(parsed, value, ()) or _clipboard(parsed, value) or _bare(parsed, value)


def _flow(parsed: Parsed, value: Any, path: Path) -> list[Flow]:
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("clientdata"), str):
        return _stored(parsed, value, path)
    inner: Path = ("properties",) if is_definition(dig(value, "properties", "definition")) else ()
    properties = dig(value, *inner)
    if not is_definition(properties.get("definition")) or not is_flow_record(value):
        return []
    return [
        Flow(
            properties["definition"],
            properties,
            value,
            parsed.at(parsed.json, *path),
            locate_in(parsed, (*path, *inner, "definition")),
        )
    ]


def _stored(parsed: Parsed, row: dict[str, Any], path: Path) -> list[Flow]:
    properties = mapping(dig(parse_json(row["clientdata"]), "properties"))
    if not is_definition(properties.get("definition")):
        return []
    # The flow is a text inside the text: its parts have no lines of their own.
    place = parsed.at(parsed.json, *path, "clientdata")
    return [Flow(properties["definition"], properties, row, parsed.at(parsed.json, *path), lambda _: place)]


def _clipboard(parsed: Parsed, value: Any) -> list[Flow]:
    # The two designers copy a single action, or a scope with all that is in it, in two forms.
    for key, name in (("operationDefinition", "operationName"), ("serializedOperation", "nodeId")):
        body = mapping(value).get(key)
        if isinstance(body, dict) and text(body.get("type")) and isinstance(value.get(name), str):
            kind = "triggers" if value.get("isTrigger") is True else "actions"
            definition = {"triggers": {}, "actions": {}, kind: {value[name]: body}}
            references = mapping(value.get("connectionReferences")) or mapping(value.get("allConnectionData"))
            return [
                Flow(
                    definition,
                    {"connectionReferences": references},
                    {},
                    parsed.at(parsed.json),
                    lambda part, key=key: parsed.at(parsed.json, key, *part[2:]),  # type: ignore[misc]  # bound early
                )
            ]
    return []


def _bare(parsed: Parsed, value: Any) -> list[Flow]:
    if not is_flow_definition(parsed, value):
        return []
    return [Flow(value, {}, {}, parsed.at(parsed.json), locate_in(parsed, ()))]
