"""Parts of a legacy package: the manifest with the accounts behind its connections, and the maps that name them.

`connectionsMap.json` gives for each connector key of a flow (`shared_teams`) the id of a resource in the package's
manifest, whose display name is the account that the connection was made with, or the connector's name.
"""

from typing import Any

from autoguard.platforms import Facts, Fragment
from autoguard.platforms._values import mapping, text
from autoguard.syntax.parsed import Parsed

CONNECTION_TYPE = "microsoft.powerapps/apis/connections"
_TYPES = ("Microsoft.Flow/", "Microsoft.PowerApps/")
_MAP_NAMES = frozenset({"connectionsmap.json", "apismap.json"})


def is_package(value: Any) -> bool:
    """The outer manifest of a legacy package; a deployment template has such resources too, but a `$schema`."""
    if not isinstance(value, dict) or "$schema" in value or not isinstance(value.get("details"), dict):
        return False
    resources = mapping(value.get("resources"))
    return any(text(mapping(item).get("type")).startswith(_TYPES) for item in resources.values())


def is_map(name: str, value: Any) -> bool:
    """A connector key to resource id map. It says too little of itself, so its file name counts."""
    if name not in _MAP_NAMES or not isinstance(value, dict):
        return False
    return all(isinstance(item, str) for item in value.values())


def read_package(parsed: Parsed, value: dict[str, Any]) -> Facts:
    """Accounts by resource id, and the creator."""
    accounts = {
        key: text(mapping(item.get("details")).get("displayName"))
        for key, item in mapping(value.get("resources")).items()
        if isinstance(item, dict) and text(item.get("type")).lower() == CONNECTION_TYPE
    }
    creator = text(mapping(value.get("details")).get("creator"))
    data = {"accounts": accounts, "creator": "" if creator.upper() == "N/A" else creator}
    return Facts(fragments=(Fragment("package", parsed.folder, parsed.at(parsed.json), data),))


def read_map(parsed: Parsed, value: dict[str, Any]) -> Facts:
    """Resource ids by connector key; the map of connectors (not of connections) adds nothing."""
    if parsed.name != "connectionsmap.json":
        return Facts()
    return Facts(fragments=(Fragment("connections", parsed.folder, parsed.at(parsed.json), {"ids": dict(value)}),))
