"""Names in deployment templates, and the connection resources that stand in them.

Template expressions: learn.microsoft.com, "ARM template functions" (read 2026-11-24). They are not evaluated: a name is
put together from the literals, defaults and parameter names in it, which is the same wherever the same name is meant.
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential
from autoguard.platforms._values import dig, mapping, string, text
from autoguard.platforms._workflow_definition.actions import Path
from autoguard.platforms._workflow_definition.hosts import service_name
from autoguard.platforms.logic_apps.shapes import resources
from autoguard.syntax.parsed import Parsed

_CONNECTION_TYPE = "microsoft.web/connections"
_PART = re.compile(
    r"(?P<kind>parameters|variables)\(\s*'(?P<name>[^']{1,100})'\s*\)|'(?P<literal>[^']{0,200})'|\b(?P<number>\d{1,6})\b"
)
_RESOURCE_TYPE = re.compile(r"'Microsoft\.\w+/[\w/]+'\s*,", re.IGNORECASE)
_MANAGED_API = re.compile(r"managedApis/([A-Za-z0-9_-]{1,60})", re.IGNORECASE)
_LAST_LITERAL = re.compile(r"'([A-Za-z0-9_-]{1,60})'\W*$")
_MAX_NAME = 120


def template_name(document: dict[str, Any], value: str) -> str:
    """The name that a text or template expression stands for; the same expression always gives the same name."""
    if not value.startswith("[") or value.startswith("[["):
        return text(value, _MAX_NAME)
    types = list(_RESOURCE_TYPE.finditer(value))
    expression = value[types[-1].end() :] if types else value
    parts = []
    for match in _PART.finditer(expression):
        name = match["name"]
        parts.append(_value(document, match["kind"], name) if name else match["literal"] or match["number"] or "")
    return text("".join(parts), _MAX_NAME)


def _value(document: dict[str, Any], kind: str, name: str) -> str:
    declared = mapping(document.get(kind)).get(name)
    if kind == "parameters":
        # A secure parameter holds no name, and its default no secret of ours to show.
        secure = "secure" in text(mapping(declared).get("type")).lower()
        declared = "" if secure else mapping(declared).get("defaultValue")
    found = string(declared)
    return found if found and not found.startswith("[") else name


def connection_id(scope: str, key: str) -> str:
    """The id of the credential that stands for a connection; `scope` is "" for one that is a resource of its own."""
    return f"logic-apps:connection:{scope}/{key}" if scope else f"logic-apps:connection:{key.lower()}"


def api_name(value: Any) -> str:
    """The connector that an API id or an expression for it names."""
    found = _MANAGED_API.search(string(value)) or _LAST_LITERAL.search(string(value))
    return service_name(found.group(1)) if found else ""


def connection_resources(document: Any) -> Iterator[tuple[dict[str, Any], Path]]:
    """Connection resources of a template, with their places."""
    for resource, path in resources(document):
        if string(resource.get("type")).lower() == _CONNECTION_TYPE:
            yield resource, path


def read_connection_resource(parsed: Parsed, document: Any, resource: dict[str, Any], path: Path) -> Credential:
    """The credential of a connection resource; what it holds comes from parameters and is looked at elsewhere."""
    name = template_name(mapping(document), string(resource.get("name")))
    return Credential(
        id=connection_id("", name or parsed.path),
        kind="connection",
        storage="reference",
        name=name,
        holder="connection resource",
        platform="logic-apps",
        service=api_name(dig(resource, "properties", "api", "id")),
        locations=(parsed.at(parsed.json, *path),),
    )
