"""Config nodes: where they connect to, whether certificates are checked, and the credentials that belong to them.

Which fields are credentials, and how connections are made: the nodes' own sources as named in `nodes.py`.
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Credential, Endpoint, Known
from autoguard.platforms._endpoints import endpoint
from autoguard.platforms._values import string, text
from autoguard.platforms.node_red.document import Flow, FlowFile, Node, env_names
from autoguard.platforms.node_red.nodes import is_widget
from autoguard.syntax.parsed import Parsed

_NO_REFERENCE = frozenset({"id", "type", "z", "g", "wires", "links", "scope", "name"})
_WITHOUT_CREDENTIAL = frozenset(
    {"websocket-listener", "websocket-client", "serial-port", "sqlitedb", "global-config", "swagger-doc",
     "ha-entity-config", "ha-device-config", "modbus-client", "unknown"}
)  # fmt: skip
_OWN_CREDENTIAL = frozenset({"e-mail", "e-mail in", "twitter in", "twitter out", "pushover", "pushbullet", "oauth2"})
"""Flow nodes that hold a credential themselves, without a config node."""
_URL_FIELDS = ("url", "uri", "path")
_SCHEMES = {"mongodb": "mongodb", "MySQLdatabase": "mysql", "Stackhero-MySQL-Server": "mysql", "MSSQL-CN": "mssql",
            "postgreSQLConfig": "postgresql", "postgresdb": "postgresql"}  # fmt: skip
_SERVICES = {
    "mqtt-broker": "mqtt", "MySQLdatabase": "mysql", "Stackhero-MySQL-Server": "mysql", "MSSQL-CN": "mssql",
    "postgreSQLConfig": "postgresql", "postgresdb": "postgresql", "telegram bot": "telegram", "gauth": "google sheets",
    "server": "home assistant", "redis-config": "redis", "e-mail": "smtp", "e-mail in": "imap", "serial-port": "",
    "tls-config": "", "http proxy": "", "http request": "", "oauth2": "",
}  # fmt: skip
_TOKEN_HOLDER = re.compile(r"bot|api|token|openai|server$|gauth|oauth", re.IGNORECASE)
_MAX_REFERENCED = 20


def referenced(data: dict[str, Any], file: FlowFile) -> list[Node]:
    """The config nodes that a node names in its fields, and those that these name in turn."""
    found: dict[str, Node] = {}
    open_nodes = [data]
    while open_nodes and len(found) < _MAX_REFERENCED:
        current = open_nodes.pop(0)
        for key, value in current.items():
            if key not in _NO_REFERENCE and isinstance(value, str) and value in file.configs and value not in found:
                found[value] = file.configs[value]
                open_nodes.append(file.configs[value].data)
    return list(found.values())


def endpoints(config: Node) -> Iterator[Endpoint]:
    """Where a config node connects to."""
    data = config.data
    if config.type in ("tls-config", "http proxy", "websocket-listener", "serial-port", "telegram bot"):
        return
    if config.type == "mqtt-broker":
        yield from _broker(data)
        return
    if config.type == "influxdb" and data.get("influxdbVersion") in ("1.x", None):
        yield from at(string(data.get("protocol")) or "http", data.get("hostname"), data.get("port"))
        return
    for field in _URL_FIELDS:
        if "://" in string(data.get(field)):
            yield from _url(data[field])
            return
    for field in ("host", "hostname", "server") if config.type == "MSSQL-CN" else ("host", "hostname"):
        if string(data.get(field)):
            # Some nodes let a second field say that the first one names an environment or context variable.
            typed = text(data.get(f"{field}FieldType") or data.get(f"{field}Type")) not in ("", "str")
            scheme = _SCHEMES.get(config.type, "")
            yield from [Endpoint(scheme, dynamic=True)] if typed else at(scheme, data[field], data.get("port"))
            return


def at(scheme: str, host: Any, port: Any) -> Iterator[Endpoint]:
    """The endpoint of a host field and a port field; `${NAME}` in either is an environment variable."""
    name = text(host, 300)
    if "://" in name:
        yield from _url(name)
    elif name:
        if name.count(":") > 1 and not name.startswith("["):
            name = f"[{name}]"
        found = endpoint(f"https://{name}")
        number = text(port, 8)
        if found is not None:
            own = int(number) if number.isdigit() and 0 < int(number) < 2**16 else found.port
            yield Endpoint(scheme, found.host, own, dynamic=found.dynamic)


def unverified(data: dict[str, Any], configs: list[Node]) -> Known:
    """`no` where the certificate of the other side is not checked, by the node or by a config node it uses."""
    if data.get("rejectUnauthorized") is False or (data["type"] == "e-mail" and data.get("tls") is False):
        return "no"
    for config in configs:
        own = config.data
        switched_off = (
            config.type == "tls-config" and own.get("verifyservercert") is False,
            own.get("rejectUnauthorized") is False or own.get("rejectUnauthorizedCerts") is False,
            own.get("trustServerCertificate") in (True, "true"),
            config.type == "mqtt-broker" and _is_unverified_broker(own, configs),
        )
        if any(switched_off):
            return "no"
    return "unknown"


def service_of(node_type: str) -> str:
    """The service behind a config node, or behind a flow node that holds a credential itself."""
    return _SERVICES.get(node_type, re.sub(r"[ _-](?:in|out|config|api)$", "", node_type.lower()))


def credentials(parsed: Parsed, file: FlowFile) -> dict[str, Credential]:
    """References to the credential store, by the id of the config node or flow node that they belong to."""
    owners = [node for node in file.configs.values() if _holds(node)]
    owners.extend(node for flow in file.flows for node in flow.nodes if _holds_own(node))
    return {node.data["id"]: _reference(parsed, node) for node in owners}


def environment(parsed: Parsed, flow: Flow, file: FlowFile) -> dict[str, Credential]:
    """References to what the credential store keeps as environment entries of a flow and of all flows, by name."""
    global_nodes = [node for node in file.configs.values() if node.type == "global-config"]
    holders = [*((node.data, node.path, "global") for node in global_nodes), (flow.data, flow.path, flow.id)]
    return {
        name: Credential(
            id=f"node-red:env:{holder}:{text(name, 80)}",
            kind="environment-variable",
            storage="reference",
            name=text(name, 80),
            holder="Node-RED credential store",
            platform="node-red",
            locations=(parsed.at(parsed.json, *path),),
        )
        for data, path, holder in holders
        for name in env_names(data)
    }


def _broker(data: dict[str, Any]) -> Iterator[Endpoint]:
    host = string(data.get("url")) or string(data.get("broker"))
    yield from at("mqtts" if data.get("usetls") is True else "mqtt", host, data.get("port") or 1883)


def _is_unverified_broker(data: dict[str, Any], configs: list[Node]) -> bool:
    # Without a tls-config the node sets rejectUnauthorized from its own old field, which new brokers do not have:
    # TLS that is merely ticked encrypts without checking whom it talks to (10-mqtt.js, `initialise`).
    secured = data.get("usetls") is True or string(data.get("broker")).startswith(("wss://", "mqtts://", "ssl://"))
    has_config = data.get("usetls") is True and any(config.data["id"] == data.get("tls") for config in configs)
    return secured and not has_config and data.get("verifyservercert") not in (True, "true")


def _url(value: str) -> Iterator[Endpoint]:
    found = endpoint(value)
    if found is not None:
        yield found


def _holds(config: Node) -> bool:
    if config.type == "tls-config":
        return any(string(config.data.get(field)) for field in ("key", "keyname"))
    return config.type not in _WITHOUT_CREDENTIAL and not is_widget(config.type)


def _holds_own(node: Node) -> bool:
    if node.type == "http request":
        return bool(text(node.data.get("authType")))
    return node.type in _OWN_CREDENTIAL


def _reference(parsed: Parsed, node: Node) -> Credential:
    kind = "login"
    if node.type == "tls-config":
        kind = "private-key"
    elif node.type == "influxdb":
        kind = "api-key" if node.data.get("influxdbVersion") == "2.0" else "login"
    elif node.data.get("authType") == "bearer" or _TOKEN_HOLDER.search(node.type):
        kind = "api-key"
    return Credential(
        id=f"node-red:{node.type}:{node.data['id']}",
        kind=kind,
        storage="reference",
        name=text(node.data.get("name") or node.data.get("botname")) or node.type,
        holder="Node-RED credential store",
        platform="node-red",
        service=service_of(node.type),
        locations=(parsed.at(parsed.json, *node.path),),
    )
