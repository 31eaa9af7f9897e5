"""Node-RED's flow nodes in neutral words."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from autoguard.model import Call, Component, Endpoint, Known, Step, StepKind
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._headers import AUTHENTICATING
from autoguard.platforms._operations import NEITHER, READS, UNKNOWN, Effect, effect, http_effect, sql_effect
from autoguard.platforms._values import mapping, sequence, string, strings, text
from autoguard.platforms._webhooks import calls_to
from autoguard.platforms.node_red.config_nodes import at, endpoints, referenced, service_of, unverified
from autoguard.platforms.node_red.document import FlowFile, Node
from autoguard.platforms.node_red.inputs import code_of, inputs_of
from autoguard.platforms.node_red.nodes import (
    CORE,
    NODE_TYPE,
    NOT_WORK,
    SUBFLOW,
    is_widget,
    module_of,
    publisher,
    step_kind,
)
from autoguard.syntax.parsed import Parsed

_CALLS_OUT = re.compile(
    r"\bfetch\s*\(|\baxios\b|\bgot\s*[.(]|\brequest\s*[.(]|https?\s*\.\s*(?:request|get)\b|XMLHttpRequest|\brequire\s*\(|"
    r"\bglobal\s*\.\s*get\s*\(\s*[\"'](?:fs|os|axios|request|got|http|https|mysql|pg|child_process)\b|\bfs\s*\."
)
_VERIFIES = re.compile(
    r"createHmac|timingSafeEqual|jwt\s*\.\s*verify|x-hub-signature|stripe-signature|x-shopify-hmac|x-slack-signature|"
    r"x-twilio-signature",
    re.IGNORECASE,
)
_SECRET_HEADER = re.compile(r"req\s*\.\s*headers\s*(?:\.\s*|\[\s*[\"'])" + AUTHENTICATING, re.IGNORECASE)
_COMPARES = re.compile(r"[!=]==?|\.\s*(?:includes|indexOf|startsWith|test)\s*\(")
_BUILT_IN = frozenset(
    {"assert", "buffer", "child_process", "cluster", "crypto", "dgram", "dns", "events", "fs", "http", "http2", "https",
     "net", "os", "path", "perf_hooks", "process", "querystring", "readline", "stream", "string_decoder", "timers",
     "tls", "tty", "url", "util", "v8", "vm", "worker_threads", "zlib"}
)  # fmt: skip
"""Modules of Node.js itself (nodejs.org/api, version 22)."""
_HARMLESS = frozenset({"assert", "buffer", "crypto", "events", "path", "querystring", "string_decoder", "url", "util"})
_LIBRARY = re.compile(r"(?P<name>(?:@[^/@\s]{1,100}/)?[^@\s]{1,100})(?:@(?P<version>\S{1,40}))?")


class Context(NamedTuple):
    """What the nodes of one document are read with."""

    parsed: Parsed
    file: FlowFile


def read_step(node: Node, within: Context, used: tuple[str, ...], calls: tuple[Call, ...]) -> Step:
    """The neutral step of a node that starts nothing. `used` are its credentials, `calls` its links to other flows."""
    data, file = node.data, within.file
    known = step_kind(node.type)
    configs = referenced(data, file)
    kind = _kind(data, known.step, linked=bool(calls))
    found = _effect(data, known.effect)
    return Step(
        id=node.id,
        kind=kind,
        name=text(data.get("name")),
        service=known.service or _service(node, configs),
        operation=_operation(data),
        reads=found.reads,
        writes=found.writes,
        endpoints=tuple(dict.fromkeys([*_endpoints(data), *(one for config in configs for one in endpoints(config))])),
        credentials=used,
        inputs=inputs_of(data, known.step),
        calls=(*calls, *_calls(data, within)),
        component=_component(data),
        on_error=_on_error(data),
        retries=0 if node.type in CORE else None,
        tls_verified=unverified(data, configs),
        enabled=is_enabled(data),
        location=within.parsed.at(within.parsed.json, *node.path),
    )


def is_enabled(data: dict[str, Any]) -> Known:
    """A node is switched off by `d`."""
    return "no" if data.get("d") is True else "yes"


def channel(data: dict[str, Any], file: FlowFile) -> str:
    """An MQTT topic with its broker as one address; "" where either is computed or a topic holds wildcards."""
    topic = text(data.get("topic"), 200)
    broker = file.configs.get(string(data.get("broker")))
    host = next((one.host for one in endpoints(broker)), "") if broker is not None else ""
    return f"mqtt://{host}/{topic}" if host and topic and not re.search(r"[#+]|\$[{(]|\{\{", topic) else ""


def _kind(data: dict[str, Any], known: StepKind, *, linked: bool) -> StepKind:
    if _verifies(data):
        return "verify"
    if data["type"] == "link out" and linked:
        return "call"
    if data["type"] == "api-call-service" and _home_assistant_action(data).startswith(("notify", "tts")):
        return "message"
    return known


def _calls(data: dict[str, Any], within: Context) -> Iterator[Call]:
    kind = data["type"]
    if kind.startswith(SUBFLOW):
        yield Call("id", kind.removeprefix(SUBFLOW))
    elif kind in ("http request", "websocket out"):
        client = within.file.configs.get(string(data.get("client")))
        url = string(data.get("url") if client is None else client.data.get("path"))
        yield from calls_to(url)
    elif kind == "mqtt out" and (address := channel(data, within.file)):
        yield Call("channel", address)


def _operation(data: dict[str, Any]) -> str:
    kind: str = data["type"]
    if kind.startswith(SUBFLOW):
        return "subflow"
    detail = {
        "http request": "msg.method" if data.get("method") == "use" else _word(data.get("method")) or "GET",
        "file": {"delete": "delete", "true": "overwrite"}.get(text(data.get("overwriteFile")).lower(), "append"),
        "exec": "spawn" if data.get("useSpawn") in ("true", True) else "exec",
        "mongodb out": _word(data.get("operation")),
        "mongodb in": _word(data.get("operation")),
        "api-call-service": _home_assistant_action(data),
        "GSheet": _word(data.get("method")),
        "redis-command": _word(data.get("command")),
    }.get(kind, "")
    return f"{text(kind, 80)}.{detail}" if detail else text(kind, 80)


def _word(value: Any) -> str:
    # What is no plain word is a value that somebody put there, and stays out.
    found = text(value, 41)
    return found if re.fullmatch(r"[A-Za-z][\w.-]{0,40}", found) else ""


def _home_assistant_action(data: dict[str, Any]) -> str:
    # Older versions of the nodes keep the domain and the service apart.
    domain = text(data.get("domain") or data.get("service_domain"))
    return _word(data.get("action")) or _word(f"{domain}.{text(data.get('service'))}".strip("."))


def _effect(data: dict[str, Any], known: Effect) -> Effect:
    kind = data["type"]
    if kind == "http request":
        return UNKNOWN if data.get("method") == "use" else http_effect(text(data.get("method")) or "GET")
    if kind == "function":
        modules = {match["name"] for match in _libraries(data)}
        return UNKNOWN if modules - _HARMLESS or _CALLS_OUT.search(code_of(data)) else NEITHER
    if kind in ("postgresql", "MSSQL", "influxdb in") and string(data.get("query")).strip():
        return sql_effect(data["query"]) if kind != "influxdb in" else READS
    if kind == "sqlite" and text(data.get("sqlquery")) in ("fixed", "prepared"):
        return sql_effect(string(data.get("sql")))
    if kind == "GSheet":
        return effect(text(data.get("method")))
    if kind == "redis-command":
        return (
            READS if re.match(r"h?get|mget|keys|scan|exists|[lsz]\w*range|ttl", text(data.get("command"))) else UNKNOWN
        )
    if kind == "ha-api":
        return http_effect(text(data.get("method")) or "GET") if data.get("protocol") == "http" else UNKNOWN
    if kind == "tcp out" and data.get("beserver") == "reply":
        return NEITHER
    return effect(text(data.get("operation"))) if known == UNKNOWN else known


def _service(node: Node, configs: list[Node]) -> str:
    if node.type in CORE or is_widget(node.type) or node.type.startswith(SUBFLOW):
        return ""
    holder = next((config for config in configs if not is_widget(config.type) and config.type != "tls-config"), None)
    return service_of(holder.type) if holder is not None else ""


def _endpoints(data: dict[str, Any]) -> Iterator[Endpoint]:
    kind = data["type"]
    if kind == "http request":
        yield from _request(data)
    elif kind == "function":
        yield from endpoints_in(code_of(data))
    elif kind == "exec":
        yield from endpoints_in(string(data.get("command")))
    elif kind == "change":
        yield from (one for _, value in strings(data.get("rules")) if "://" in value for one in endpoints_in(value))
    elif kind == "tcp request" or (kind == "tcp out" and data.get("beserver") in ("client", None)):
        host = data.get("server") if kind == "tcp request" else data.get("host")
        scheme = "tls" if string(data.get("tls")) else "tcp"
        yield from at(scheme, host, data.get("port")) if text(host) else [Endpoint(scheme, dynamic=True)]
    elif kind == "udp out":
        yield from at("udp", data.get("addr"), data.get("port")) if text(data.get("addr")) else [Endpoint(dynamic=True)]
    elif kind == "e-mail":
        yield from at("smtps" if data.get("secure") is True else "smtp", data.get("server"), data.get("port"))
    elif kind not in CORE and (url := string(data.get("url") or data.get("access_token_url"))) and "://" in url:
        found = endpoint(url)
        yield from [found] if found is not None else []


def _request(data: dict[str, Any]) -> Iterator[Endpoint]:
    url = string(data.get("url")).strip()
    if not url:
        yield Endpoint(dynamic=True)
        return
    # Without a scheme the node puts http:// in front, or https:// where a TLS config is chosen (21-httprequest.js).
    if "://" not in url and not url.startswith(("{{", "${")):
        url = f"{'https' if string(data.get('tls')) else 'http'}://{url}"
    found = endpoint(url)
    if found is not None:
        yield found


def _libraries(data: dict[str, Any]) -> Iterator[re.Match[str]]:
    for library in sequence(data.get("libs")):
        match = _LIBRARY.fullmatch(text(mapping(library).get("module"), 160).removeprefix("node:"))
        if match is not None:
            yield match


def _component(data: dict[str, Any]) -> Component | None:
    kind = data["type"]
    if kind == "function":
        outside = (match for match in _libraries(data) if match["name"] not in _BUILT_IN)
        return next((Component(one["name"], one["version"] or "", "unknown", "third-party") for one in outside), None)
    if kind in CORE or kind in NOT_WORK or kind.startswith(SUBFLOW):
        return None
    module = module_of(kind)
    # Where nothing tells the package, the type is named as what it is.
    return Component(
        text(module, 80) if module != kind else f"{NODE_TYPE}{text(kind, 80)}", publisher=publisher(module)
    )


def _on_error(data: dict[str, Any]) -> Literal["stop", "continue"]:
    # A command that fails shows in outputs two and three, a request that fails goes on as a message unless `senderr`.
    if data["type"] == "exec" or (data["type"] == "http request" and data.get("senderr") is not True):
        return "continue"
    return "stop"


def _verifies(data: dict[str, Any]) -> bool:
    # Comparing a request header that is named like a secret is how flows check their callers themselves.
    if data["type"] == "function":
        code = code_of(data)
        return bool(_VERIFIES.search(code) or (_SECRET_HEADER.search(code) and _COMPARES.search(code)))
    return data["type"] == "switch" and bool(_SECRET_HEADER.match(string(data.get("property"))))
