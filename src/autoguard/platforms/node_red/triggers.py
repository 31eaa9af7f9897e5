"""Nodes that start a flow, in neutral words."""

import re
from typing import Any

from autoguard.model import Known, Trigger, TriggerAuth
from autoguard.platforms._values import sequence, string, text
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.node_red.config_nodes import endpoints
from autoguard.platforms.node_red.document import Flow, FlowFile, Node
from autoguard.platforms.node_red.nodes import TriggerClass
from autoguard.platforms.node_red.steps import channel, is_enabled
from autoguard.syntax.parsed import Parsed

_PUBLIC_BROKER = re.compile(
    r"^(?:test\.mosquitto\.org|broker\.hivemq\.com|broker\.emqx\.io|mqtt\.eclipseprojects\.io|iot\.eclipse\.org)$"
)
"""Brokers on which everybody may publish (their own home pages, read 2026-11-24)."""

_SOCKETS = frozenset({"tcp in", "udp in"})
_BROKERS = frozenset({"mqtt in", "redis-in", "websocket in", "watch", "serial in"})
"""Sources whose senders prove who they are, or not, to somebody else than Node-RED."""


def read_trigger(parsed: Parsed, node: Node, found: TriggerClass, file: FlowFile) -> Trigger:
    """The neutral trigger of a node that starts a flow."""
    data = node.data
    return Trigger(
        id=node.id,
        kind=found.kind,
        name=text(data.get("name")),
        auth=_auth(node.type, found),
        untrusted=_untrusted(node, found, file),
        exposed=found.exposed,
        event="" if node.type in ("http in", "inject") else text(node.type, 80),
        schedule=_schedule(data) if found.kind == "schedule" else "",
        address=_address(data, file),
        enabled=is_enabled(data),
        location=parsed.at(parsed.json, *node.path),
    )


def link_trigger(parsed: Parsed, node: Node) -> Trigger:
    """A link in node that another flow sends to. Its id is the address that links use."""
    return Trigger(
        id=node.id,
        kind="call",
        name=text(node.data.get("name")),
        auth="platform",
        untrusted="no",
        exposed="no",
        event="link in",
        address=node.data["id"],
        enabled=is_enabled(node.data),
        location=parsed.at(parsed.json, *node.path),
    )


def subflow_trigger(parsed: Parsed, flow: Flow) -> Trigger | None:
    """The input of a subflow, or None where it has none: then only its own nodes can start it."""
    if not sequence(flow.data.get("in")):
        return None
    return Trigger(
        id=flow.id,
        kind="call",
        name=text(flow.data.get("name")),
        auth="platform",
        untrusted="no",
        exposed="no",
        event="subflow",
        address=flow.id,
        location=parsed.at(parsed.json, *flow.path),
    )


def _auth(node_type: str, found: TriggerClass) -> TriggerAuth:
    if node_type in _SOCKETS:
        # Sockets have no authentication at all: a TLS config gives them a certificate, but asks none of the caller.
        return "none" if found.exposed == "yes" else "unknown"
    return "platform" if found.exposed == "no" and node_type not in _BROKERS else "unknown"


def _untrusted(node: Node, found: TriggerClass, file: FlowFile) -> Known:
    if node.type == "mqtt in":
        broker = file.configs.get(string(node.data.get("broker")))
        hosts = [one.host for one in endpoints(broker)] if broker is not None else []
        return "yes" if any(_PUBLIC_BROKER.match(host) for host in hosts) else "unknown"
    if found.kind == "chat":
        bot = file.configs.get(string(node.data.get("bot")))
        listed = bot is not None and (text(bot.data.get("usernames")) or text(bot.data.get("chatids")))
        return "no" if listed else "yes"
    return found.untrusted


def _address(data: dict[str, Any], file: FlowFile) -> str:
    kind = data["type"]
    if kind == "http in":
        return webhook_address(text(data.get("url"), 300))
    if kind == "mqtt in":
        return channel(data, file)
    if kind == "websocket in":
        listener = file.configs.get(string(data.get("server")))
        return webhook_address(text(listener.data.get("path"), 300)) if listener is not None else ""
    if kind == "ha-webhook":
        return webhook_address(text(data.get("webhookId"), 100))
    if kind in ("tcp in", "udp in") and data.get("server") != "client":
        return f"{kind[:3]}:{text(data.get('port'), 8)}"
    return ""


def _schedule(data: dict[str, Any]) -> str:
    cron, repeat = text(data.get("crontab"), 100), text(data.get("repeat"), 20)
    if cron:
        return cron
    if repeat and repeat != "0":
        return f"every {repeat} seconds"
    return "once at start" if data["type"] == "inject" else text(data["type"], 80)
