"""What Node-RED's node types are in neutral words.

Core types: the node definitions in @node-red/nodes 4.1.15. Others: node-red-dashboard 3.6.6, its successor of FlowFuse
1.31.0, node-red-node-email 5.2.5, -mysql 3.0.4, -sqlite 1.1.1, -mongodb 0.2.5, -feedparser 0.3.0, and
node-red-contrib-telegrambot 17.0.6, -home-assistant-websocket 0.80.3, -influxdb 0.7.0, -mssql-plus 0.13.1, -redis
1.3.9, -stackhero-mysql 1.0.6, -google-sheets 1.1.2, -cron-plus 1.5.7, -oauth2 6.2.1 (all read 2026-11-24). The types
`postgresql`, `postgres`, `bigtimer`, `httpauth`, `jwt verify`, `hmac`, and those of Twilio, Twitter, IRC, XMPP,
Pushover, Pushbullet, Prowl and serial ports are known by name alone.
"""

import re
from typing import Any, Literal, NamedTuple

from autoguard.model import Known, StepKind, TriggerKind
from autoguard.platforms._operations import BOTH, NEITHER, READS, UNKNOWN, WRITES, Effect, effect
from autoguard.platforms._values import sequence

CORE = frozenset(
    {"batch", "catch", "change", "comment", "complete", "csv", "debug", "delay", "exec", "file", "file in", "function",
     "html", "http in", "http request", "http response", "inject", "join", "json", "junction", "link call", "link in",
     "link out", "mqtt in", "mqtt out", "range", "rbe", "sort", "split", "status", "switch", "tcp in", "tcp out",
     "tcp request", "template", "trigger", "udp in", "udp out", "unknown", "watch", "websocket in", "websocket out",
     "xml", "yaml"}
)  # fmt: skip
"""Types that the `node-red` package itself ships, without config nodes."""

NOT_WORK = frozenset({"comment"})
"""Nodes that no message passes."""
PLUMBING = frozenset({"debug", "junction", "link in", "link out", "complete"})
"""Nodes that pass a message on or show it to the developer: reaching one of them is no handling of an error."""
SUBFLOW = "subflow:"
"""Beginning of the type of a subflow's instance; the subflow's id follows."""


class Kind(NamedTuple):
    """Neutral kind of a step, the service behind it, and whether it reads and writes outside data."""

    step: StepKind
    service: str = ""
    effect: Effect = NEITHER


class TriggerClass(NamedTuple):
    """Neutral kind of a trigger, whether outsiders choose its data, and whether it has an address of its own."""

    kind: TriggerKind
    untrusted: Known = "unknown"
    exposed: Known = "no"


_STEPS: dict[str, Kind] = {
    **dict.fromkeys(("change", "range", "template", "csv", "html", "json", "xml", "yaml", "split", "join", "sort",
                     "batch", "junction", "link in", "complete"), Kind("transform")),
    **dict.fromkeys(("switch", "rbe"), Kind("branch")),
    **dict.fromkeys(("delay", "trigger", "stoptimer"), Kind("wait")),
    **dict.fromkeys(("debug", "catch", "http response", "unknown"), Kind("other")),
    "function": Kind("code", "", UNKNOWN),
    "exec": Kind("shell", "", UNKNOWN),
    "link out": Kind("transform"),
    "link call": Kind("call"),
    "file": Kind("file", "", WRITES),
    "file in": Kind("file", "", READS),
    "http request": Kind("http", "", UNKNOWN),
    "mqtt out": Kind("message", "mqtt", WRITES),
    "websocket out": Kind("message", "", WRITES),
    "tcp out": Kind("message", "", WRITES),
    "tcp request": Kind("other", "", BOTH),
    "udp out": Kind("message", "", WRITES),
    "serial out": Kind("other", "", WRITES),
    "serial request": Kind("other", "", BOTH),
    "e-mail": Kind("message", "smtp", WRITES),
    "mysql": Kind("database", "mysql", UNKNOWN),
    "Stackhero-MySQL": Kind("database", "mysql", UNKNOWN),
    "postgresql": Kind("database", "postgresql", UNKNOWN),
    "postgres": Kind("database", "postgresql", UNKNOWN),
    "sqlite": Kind("database", "sqlite", UNKNOWN),
    "MSSQL": Kind("database", "mssql", UNKNOWN),
    "mongodb in": Kind("database", "mongodb", READS),
    "mongodb out": Kind("database", "mongodb", WRITES),
    "influxdb in": Kind("database", "influxdb", READS),
    "influxdb out": Kind("database", "influxdb", WRITES),
    "influxdb batch": Kind("database", "influxdb", WRITES),
    "redis-out": Kind("database", "redis", WRITES),
    "redis-command": Kind("database", "redis", UNKNOWN),
    "redis-lua-script": Kind("database", "redis", UNKNOWN),
    "GSheet": Kind("database", "google sheets", UNKNOWN),
    "telegram sender": Kind("message", "telegram", WRITES),
    "telegram reply": Kind("transform", "telegram"),
    "telegram control": Kind("other", "telegram", UNKNOWN),
    **{kind: Kind("message", kind.removesuffix(" out"), WRITES)
       for kind in ("twilio out", "twitter out", "irc out", "xmpp out", "pushover", "pushbullet", "prowl")},
    "oauth2": Kind("http", "", READS),
    "api-call-service": Kind("other", "home assistant", WRITES),
    "ha-fire-event": Kind("other", "home assistant", WRITES),
    "ha-api": Kind("other", "home assistant", UNKNOWN),
    "ha-wait-until": Kind("wait", "home assistant", READS),
    **dict.fromkeys(("api-current-state", "ha-get-entities", "api-get-history", "api-render-template"),
                    Kind("other", "home assistant", READS)),
    **dict.fromkeys(("httpauth", "jwt verify", "hmac"), Kind("verify")),
}  # fmt: skip

_TRIGGERS: dict[str, TriggerClass] = {
    "http in": TriggerClass("webhook", "yes", "yes"),
    "mqtt in": TriggerClass("event"),
    "watch": TriggerClass("event"),
    "status": TriggerClass("event", "no"),
    "e-mail in": TriggerClass("event", "yes"),
    "e-mail mta": TriggerClass("event", "yes", "yes"),
    "udp in": TriggerClass("event", "yes", "yes"),
    "serial in": TriggerClass("event"),
    "cronplus": TriggerClass("schedule", "no"),
    "bigtimer": TriggerClass("schedule", "no"),
    "feedparse": TriggerClass("event", "yes"),
    "twitter in": TriggerClass("event", "yes"),
    "telegram receiver": TriggerClass("chat", "yes"),
    "telegram command": TriggerClass("chat", "yes"),
    "telegram event": TriggerClass("chat", "yes"),
    "redis-in": TriggerClass("event"),
    "server-state-changed": TriggerClass("event"),
    "server-events": TriggerClass("event"),
    "trigger-state": TriggerClass("event"),
    "poll-state": TriggerClass("event"),
    "ha-time": TriggerClass("schedule", "no"),
    "ha-webhook": TriggerClass("webhook", "yes", "yes"),
}

# The user of a dashboard writes text into these; the others only let them choose or press.
_TEXT_WIDGET = re.compile(r"ui[_-](?:form|text[_-]input|file[_-]input|upload)$")
_WIDGET = re.compile(
    r"ui[_-](?:button(?:-group)?|dropdown|switch|slider|numeric|number-input|date[_-]picker|colour[_-]picker|"
    r"radio-group|control|ui_control|event)$"
)
_LANGUAGE_MODEL = re.compile(r"openai|chat-?gpt|\bgpt|ollama|anthropic|claude|gemini|\bllm|mistral", re.IGNORECASE)
_OUTSIDERS = re.compile(r"mail|imap|sms|twilio|telegram|whatsapp|slack|discord|twitter|mastodon|irc|xmpp|rss|feed|form")
_CLOCK = re.compile(r"timer|cron|sched|clock", re.IGNORECASE)
_SOURCE = re.compile(r"(?:^|[ _-])(?:in|trigger|receiver|listener|subscriber?|events?|webhook)$", re.IGNORECASE)
_SINK = re.compile(r"(?:^|[ _-])(?:out|send(?:er)?|publish(?:er)?|write|sink)$", re.IGNORECASE)
_GETTER = re.compile(r"(?:^|[ _-])(?:in|get|read(?:er)?|query|find|request)$", re.IGNORECASE)


_MODULES: dict[str, tuple[str, ...]] = {
    "node-red-node-email": ("e-mail", "e-mail in", "e-mail mta"),
    "node-red-node-mysql": ("mysql",),
    "node-red-node-sqlite": ("sqlite",),
    "node-red-node-mongodb": ("mongodb in", "mongodb out"),
    "node-red-node-feedparser": ("feedparse",),
    "node-red-node-serialport": ("serial in", "serial out", "serial request"),
    "node-red-contrib-telegrambot": ("telegram sender", "telegram reply", "telegram control", "telegram receiver",
                                     "telegram command", "telegram event"),
    "node-red-contrib-home-assistant-websocket": ("api-call-service", "api-current-state", "api-get-history",
                                                  "api-render-template", "server-state-changed", "server-events",
                                                  "trigger-state", "poll-state"),
    "node-red-contrib-influxdb": ("influxdb in", "influxdb out", "influxdb batch"),
    "node-red-contrib-mssql-plus": ("MSSQL",),
    "node-red-contrib-redis": ("redis-in", "redis-out", "redis-command", "redis-lua-script"),
    "node-red-contrib-stackhero-mysql": ("Stackhero-MySQL",),
    "node-red-contrib-google-sheets": ("GSheet",),
    "node-red-contrib-cron-plus": ("cronplus",),
    "node-red-contrib-oauth2": ("oauth2",),
}  # fmt: skip
_SHIPPED_BY = {kind: module for module, kinds in _MODULES.items() for kind in kinds}
_FAMILIES = (
    ("ui_", "node-red-dashboard"),
    ("ui-", "@flowfuse/node-red-dashboard"),
    ("ha-", "node-red-contrib-home-assistant-websocket"),
)


NODE_TYPE = "node type "
"""Before the type of a node whose package is not known."""


def module_of(node_type: str) -> str:
    """The module that ships a type as far as it is known, else the type itself: a flow names nothing more."""
    family = next((module for start, module in _FAMILIES if node_type.startswith(start)), "")
    return _SHIPPED_BY.get(node_type) or family or node_type


def publisher(module: str) -> Literal["platform", "third-party"]:
    """Who publishes a module: the makers of Node-RED themselves, or somebody else (npmjs.com, read 2026-11-24)."""
    own = module.startswith(("@node-red/", "@flowfuse/", "node-red-node-")) or module == "node-red-dashboard"
    return "platform" if own else "third-party"


def is_widget(node_type: str) -> bool:
    """Whether the type is a part of a dashboard, in either of its two versions."""
    return node_type.startswith(("ui_", "ui-"))


def step_kind(node_type: str) -> Kind:
    """The neutral kind of a node that is no trigger; what a type that is not known does is guessed from its name."""
    if node_type in _STEPS:
        return _STEPS[node_type]
    if node_type.startswith(SUBFLOW):
        return Kind("call")
    if is_widget(node_type):
        return Kind("other")
    if _LANGUAGE_MODEL.search(node_type):
        return Kind("ai", node_type.lower(), NEITHER)
    if node_type.startswith("ha-"):
        return Kind("other", "home assistant", UNKNOWN)
    if _SINK.search(node_type):
        return Kind("other", "", WRITES)
    if _GETTER.search(node_type):
        return Kind("other", "", READS)
    return Kind("other", "", effect(node_type))


def trigger_class(node: dict[str, Any], *, fed: bool) -> TriggerClass | None:
    """The neutral class of a node that starts a flow, or None. `fed`: some other node is wired into it.

    What a type that is not known is shows in the flow: a node without input that has outputs can only be a source.
    """
    kind: str = node["type"]
    if kind == "inject":
        repeats = any(value not in (None, "", False, "0", 0) for value in (node.get("repeat"), node.get("crontab")))
        return TriggerClass("schedule" if repeats or node.get("once") is True else "manual", "no")
    if kind == "websocket in":
        # A listener is an address of this server; a client only receives from the server that it has chosen.
        return TriggerClass("webhook", "yes", "yes") if node.get("server") else TriggerClass("event")
    if kind == "tcp in":
        listens = node.get("server") in ("server", True)
        return TriggerClass("event", "yes", "yes") if listens else TriggerClass("event")
    if _TEXT_WIDGET.match(kind):
        return TriggerClass("form", "yes", "yes")
    if _WIDGET.match(kind):
        return TriggerClass("form", "unknown", "yes")
    if kind in _TRIGGERS:
        return _TRIGGERS[kind]
    if kind in CORE or kind in _STEPS or kind.startswith(SUBFLOW) or fed:
        return None
    wired = any(isinstance(output, list) and output for output in sequence(node.get("wires")))
    if node.get("inputs") == 0 or (wired and (_SOURCE.search(kind) or "inputs" not in node)):
        if _CLOCK.search(kind):
            return TriggerClass("schedule", "no")
        return TriggerClass("event", "yes" if _OUTSIDERS.search(kind.lower()) else "unknown")
    return None
