"""Which service an action or trigger talks to, which operation it asks for, and which connection it uses.

Five forms occur: `host.apiId` with an operation id (OpenApiConnection), `host.connection` with an HTTP method and path
(ApiConnection), `serviceProviderConfiguration` (built-in connectors of Logic Apps Standard), `modelConfigurations`
(agents), and none.
"""

import re
from typing import Any, Literal, NamedTuple

from autoguard.platforms._values import dig, mapping, string, text
from autoguard.platforms._workflow_definition.expressions import without_expressions

_CONNECTION_KEY = re.compile(r"\$connections'\s*[\])]\s*\??\[\s*'([^']{1,120})'\s*\]")
_COMPUTED_KEY = re.compile(r"\[\s*concat\(\s*'([A-Za-z0-9]{2,40})")
_COPY = re.compile(r"[-_]\d{1,3}$")
_ENCODED = re.compile(r"-(20|2d|5f)")
_ENVIRONMENT = re.compile(r"(?:[_-][0-9a-f]{12,16})+$")
_WORD_SEGMENT = re.compile(r"^\$?[A-Za-z][A-Za-z_]{1,30}\d?$|^v\d+$")
_MAX_SEGMENTS = 4


class Host(NamedTuple):
    """Service in lower case, operation in the platform's words, the connection's key, and the HTTP method if any.

    `store` tells which list of connections the key belongs to: Logic Apps Standard keeps three.
    """

    service: str = ""
    operation: str = ""
    connection: str = ""
    method: str = ""
    store: Literal["managed", "provider", "agent"] = "managed"


def host_of(body: dict[str, Any]) -> Host:
    """The host of an action or trigger, empty where it names none."""
    inputs = mapping(body.get("inputs"))
    provider = mapping(inputs.get("serviceProviderConfiguration"))
    if provider:
        return Host(
            service_name(text(provider.get("serviceProviderId"))),
            text(provider.get("operationId"), 80),
            text(provider.get("connectionName"), 120),
            store="provider",
        )
    for model in mapping(inputs.get("modelConfigurations")).values():
        return Host(connection=text(mapping(model).get("referenceName"), 120), store="agent")
    host = mapping(inputs.get("host"))
    connection = host.get("connection")
    if not host or (connection is None and not host.get("apiId") and not host.get("connectionName")):
        return Host()
    api = text(host.get("apiId")) or text(dig(host, "api", "runtimeUrl")) or text(dig(inputs, "api", "runtimeUrl"))
    key, computed = _key(host, connection)
    method = text(inputs.get("method"), 20) or text(parameter(inputs, "method"), 20)
    path = string(inputs.get("path")) or string(dig(inputs, "subscribe", "pathTemplate", "template"))
    operation = text(host.get("operationId"), 80) or _path_operation(method, path)
    return Host(service_name(api) or service_name(key or computed), operation, key, method)


def parameter(inputs: dict[str, Any], name: str) -> Any:
    """The value of a connector's parameter, whose key is its name or a path that ends in it (`request/method`)."""
    for key, value in mapping(inputs.get("parameters")).items():
        if key.lower().rpartition("/")[2] == name:
            return value
    return None


def service_name(api: str) -> str:
    """The short name of a connector: `/providers/Microsoft.PowerApps/apis/shared_teams` is `teams`.

    A custom connector's name is written with codes for space, hyphen and underscore (`-20`, `-2d`, `-5f`) and ends in
    ids of its environment, which are dropped.
    """
    name = api.rstrip("/").rpartition("/")[2].lower().removeprefix("shared_")
    name = _ENCODED.sub(lambda match: {"20": " ", "2d": "-"}.get(match.group(1), "_"), name)
    return _COPY.sub("", _ENVIRONMENT.sub("", name))[:60]


def _key(host: dict[str, Any], connection: Any) -> tuple[str, str]:
    if isinstance(connection, dict):
        if text(connection.get("referenceName")):
            return text(connection["referenceName"], 120), ""
        named = string(connection.get("name"))
    else:
        named = string(connection)
    found = _CONNECTION_KEY.search(named)
    if found:
        return found.group(1), ""
    computed = _COMPUTED_KEY.search(named)
    return text(host.get("connectionName"), 120), computed.group(1) if computed else ""


def _path_operation(method: str, path: str) -> str:
    # Only plain words of the path are kept: the rest are identifiers of the user's own things.
    fixed = without_expressions(path).partition("?")[0]
    words = [part for part in fixed.split("/") if _WORD_SEGMENT.match(part)]
    return " ".join([method.lower() if method.isalpha() else "", "/".join(words[-_MAX_SEGMENTS:])]).strip()
