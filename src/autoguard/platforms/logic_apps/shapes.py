"""Where workflows stand in a JSON document.

Shapes: learn.microsoft.com, "Create Azure Resource Manager templates to automate deployment for Azure Logic Apps" and
"Create Standard logic app workflows with Visual Studio Code" (read 2026-11-24); gallery templates: Azure/logicapps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from autoguard.model import Location
from autoguard.platforms._values import dig, mapping, string
from autoguard.platforms._workflow_definition.actions import Path
from autoguard.platforms._workflow_definition.reader import locate_in
from autoguard.platforms._workflow_definition.shapes import is_definition, is_flow_definition, is_flow_record
from autoguard.syntax.parsed import Parsed

_RESOURCE_TYPE = "microsoft.logic/workflows"
_STANDARD_TYPE = "microsoft.web/sites/workflows"
"""A workflow of a Standard app as the resource manager answers it: its files stand below the properties."""
_STANDARD_FILE: Path = ("properties", "files", "workflow.json")
_MAX_RESOURCES = 5000
Form = Literal["file", "resource"]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow inside a document. `definition` is None where the template computes it.

    `document` is the whole template, whose parameters and variables names refer to.
    """

    form: Form
    definition: dict[str, Any] | None
    properties: dict[str, Any]
    record: dict[str, Any]
    document: dict[str, Any]
    location: Location
    locate: Callable[[Path], Location] = field(repr=False)


def workflows(parsed: Parsed, value: Any) -> list[Workflow]:
    """Every workflow of the document, [] where it is no document of this platform."""
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _resource(parsed, item, (index,), {})]
    if not isinstance(value, dict):
        return []
    return _file(parsed, value) or [
        found for item, path in resources(value) for found in _resource(parsed, item, path, value)
    ]


def resources(document: Any) -> Iterator[tuple[dict[str, Any], Path]]:
    """Every resource of a deployment template or of an answer of the resource manager, with those nested in it."""
    stack: list[tuple[Any, Path]] = [(document, ())]
    seen = 0
    while stack and seen < _MAX_RESOURCES:
        item, path = stack.pop()
        if not isinstance(item, dict):
            continue
        seen += 1
        if isinstance(item.get("type"), str):
            yield item, path
        for place in (("resources",), ("value",), ("properties", "template", "resources")):
            inner = dig(item, *place)
            keys: list[str | int] = list(inner) if isinstance(inner, dict) else []
            keys = list(range(len(inner))) if isinstance(inner, list) else keys
            stack.extend((inner[key], (*path, *place, key)) for key in reversed(keys))


def _file(parsed: Parsed, value: dict[str, Any]) -> list[Workflow]:
    if string(value.get("type")).lower() == _RESOURCE_TYPE:
        return []
    inner: Path = ("properties",) if is_definition(dig(value, "properties", "definition")) else ()
    properties = dig(value, *inner)
    path: Path = (*inner, "definition")
    if not is_definition(properties.get("definition")):
        if not _is_bare(parsed, value):
            return []
        properties, path = {"definition": value}, ()
    elif is_flow_record(value):
        return []
    location = parsed.at(parsed.json)
    return [Workflow("file", properties["definition"], properties, value, value, location, locate_in(parsed, path))]


def _is_bare(parsed: Parsed, value: dict[str, Any]) -> bool:
    # A definition alone names neither platform; the connectors of Power Automate tell it, the rest is ours.
    described = "contentVersion" in value or "workflowdefinition.json" in string(value.get("$schema"))
    return is_definition(value) and described and not is_flow_definition(parsed, value)


def _resource(parsed: Parsed, value: Any, path: Path, document: dict[str, Any]) -> list[Workflow]:
    kind = string(mapping(value).get("type")).lower()
    if kind not in (_RESOURCE_TYPE, _STANDARD_TYPE):
        return []
    inner: Path = _STANDARD_FILE if kind == _STANDARD_TYPE else ("properties",)
    properties = mapping(dig(value, *inner))
    definition = properties.get("definition")
    return [
        Workflow(
            "resource",
            definition if is_definition(definition) else None,
            properties,
            value,
            document,
            parsed.at(parsed.json, *path),
            locate_in(parsed, (*path, *inner, "definition")),
        )
    ]
