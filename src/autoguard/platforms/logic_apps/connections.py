"""`connections.json` of a Standard app: the connections that its workflows name.

Format: learn.microsoft.com, "Edit host and app settings for Standard logic apps" and the samples of Azure/logicapps
(read 2026-11-24). Values should be `@appsetting('X')` or `@parameters('X')`; one that is a literal is a secret in a
file, which the secrets engine finds by its place.
"""

from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential
from autoguard.platforms._values import dig, mapping, text
from autoguard.platforms._workflow_definition.hosts import Host, service_name
from autoguard.platforms.logic_apps.templates import api_name, connection_id
from autoguard.syntax.parsed import Parsed

_LISTS = {
    "managedApiConnections": "managed",
    "serviceProviderConnections": "provider",
    "agentConnections": "agent",
}
"""The lists of the file, and how the other modules call them (`Host.store`)."""
_OTHER_LISTS = frozenset({"functionConnections", "apiManagementConnections"})
_KINDS = {
    "managedserviceidentity": "managed-identity", "activedirectoryoauth": "oauth2", "raw": "api-key", "key": "api-key",
    "apikey": "api-key", "connectionstring": "connection-string", "basic": "login",
}  # fmt: skip


def is_connections(value: Any) -> bool:
    """The file with a Standard app's connections."""
    if not isinstance(value, dict) or "definition" in value:
        return False
    lists = [value[key] for key in (*_LISTS, *_OTHER_LISTS) if key in value]
    named = "managedApiConnections" in value or "serviceProviderConnections" in value
    return named and all(isinstance(item, dict) for item in lists)


def read_connections(parsed: Parsed, value: dict[str, Any]) -> Iterator[Credential]:
    """A credential for each connection."""
    for place, store in _LISTS.items():
        for key, entry in mapping(value.get(place)).items():
            if isinstance(entry, dict):
                yield Credential(
                    id=connection_id(parsed.folder, f"{store}/{key}"),
                    kind=_kind(entry),
                    storage="reference",
                    name=text(entry.get("displayName")) or text(key),
                    holder="connections.json",
                    platform="logic-apps",
                    service=_service(entry) or service_name(key),
                    locations=(parsed.at(parsed.json, place, key),),
                )


def app_connection(folder: str, host: Host) -> str:
    """The id of the credential that a workflow of the app in that folder names."""
    return connection_id(folder, f"{host.store}/{host.connection}")


def _service(entry: dict[str, Any]) -> str:
    provider = text(dig(entry, "serviceProvider", "id")) or text(entry.get("type"))
    return service_name(provider) if provider else api_name(dig(entry, "api", "id"))


def _kind(entry: dict[str, Any]) -> str:
    values = mapping(entry.get("parameterValues"))
    stated = (
        text(dig(entry, "authentication", "type")),
        text(dig(values, "authProvider", "Type")),
        text(values.get("authenticationType")),
    )
    known = next((_KINDS[item.lower()] for item in stated if item.lower() in _KINDS), "")
    if known:
        return known
    names = " ".join(values).lower()
    for part, kind in (("connectionstring", "connection-string"), ("key", "api-key"), ("password", "login")):
        if part in names:
            return kind
    return _KINDS.get(text(entry.get("parameterSetName")).lower(), "connection")
