"""What tells a workflow definition, and which of the two platforms it belongs to."""

from typing import Any

from autoguard.platforms._values import mapping, string
from autoguard.syntax.parsed import Parsed

_FLOW_TYPES = frozenset({"microsoft.flow/flows", "microsoft.processsimple/environments/flows"})
_FLOW_APIS = b"/providers/Microsoft.PowerApps/apis/"


def is_definition(value: Any) -> bool:
    """Whether a value is a workflow definition: an object with triggers and actions."""
    return (
        isinstance(value, dict) and isinstance(value.get("triggers"), dict) and isinstance(value.get("actions"), dict)
    )


def is_flow_record(record: dict[str, Any]) -> bool:
    """Whether the object around a definition is one of Power Automate's: a solution's file, a package's, its API's."""
    return "schemaVersion" in record or string(record.get("type")).lower() in _FLOW_TYPES


def is_flow_definition(parsed: Parsed, value: Any) -> bool:
    """Whether a definition that stands alone was made by Power Automate, whose connectors have ids of their own."""
    if not is_definition(value):
        return False
    return "$authentication" in mapping(value.get("parameters")) or _FLOW_APIS in parsed.utf8
