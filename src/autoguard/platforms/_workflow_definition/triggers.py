"""Triggers of a definition in neutral words."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autoguard.model import Known, Location, Trigger, TriggerAuth, TriggerKind
from autoguard.platforms._values import mapping, sequence, string, text
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms._workflow_definition.connectors import outsiders_write
from autoguard.platforms._workflow_definition.expressions import is_dynamic
from autoguard.platforms._workflow_definition.hosts import host_of


class Access(NamedTuple):
    """Who can call a trigger that has an address, and whether outsiders choose what it carries."""

    auth: TriggerAuth
    untrusted: Known = "yes"
    exposed: Known = "yes"


class _Request(NamedTuple):
    kind: TriggerKind
    untrusted: Known = "no"
    event: str = ""


_REQUESTS: dict[str, _Request] = {
    "button": _Request("manual"),
    "apiconnection": _Request("manual", event="selected item"),
    "geofence": _Request("event", event="geofence"),
    "powerapp": _Request("call", event="Power Apps"),
    "powerappv2": _Request("call", event="Power Apps"),
    # What a Copilot agent hands on was written in its chat, by staff or by the public: the flow does not tell.
    "skills": _Request("call", "unknown", "Copilot Studio"),
    "virtualagent": _Request("call", "unknown", "Copilot Studio"),
    "powerpages": _Request("call", "yes", "Power Pages"),
}
"""Kinds of the request trigger that only the platform itself can call; all others have an address of their own."""
_PERIODIC = frozenset({"recurrence", "slidingwindow"})
_CHAT_KINDS = frozenset({"agent", "a2a"})


def read_trigger(
    trigger_id: str, body: dict[str, Any], location: Location, access: Callable[[dict[str, Any]], Access]
) -> Trigger:
    """The neutral trigger; `access` is the platform's answer for a request trigger with an address."""
    kind = text(body.get("type")).lower()
    inputs = mapping(body.get("inputs"))
    if kind in ("request", "manual"):
        return _request(trigger_id, body, location, access)
    if kind in _PERIODIC:
        return _trigger(trigger_id, "schedule", location, schedule=schedule(body))
    if kind == "httpwebhook":
        # The workflow subscribes with a callback address of its own that carries a signature.
        return _trigger(trigger_id, "webhook", location, Access("shared-secret", "unknown"), event="HttpWebhook")
    if kind in ("batch", "workflow"):
        return _trigger(trigger_id, "call", location, address=text(inputs.get("batchGroupName")))
    if kind == "http":
        return _trigger(
            trigger_id, "event", location, Access("platform", "unknown", "no"), event="Http", schedule=schedule(body)
        )
    host = host_of(body)
    access_of_event = Access("platform", outsiders_write(host.service, host.operation), "no")
    event = ".".join(item for item in (host.service, host.operation) if item) or text(body.get("type"), 40)
    return _trigger(trigger_id, "event", location, access_of_event, event=event, schedule=schedule(body))


def schedule(body: dict[str, Any]) -> str:
    """A recurrence in words; "" where there is none."""
    recurrence = body.get("recurrence")
    if not isinstance(recurrence, dict):
        recurrence = mapping(mapping(body.get("inputs")).get("recurrence"))
    frequency = text(recurrence.get("frequency"), 20)
    if not frequency or is_dynamic(frequency):
        return ""
    interval = text(recurrence.get("interval"), 20) or "1"
    words = [f"every {interval} {frequency.lower()}"]
    times = mapping(recurrence.get("schedule"))
    for name, word in (("weekDays", "on"), ("monthDays", "on day"), ("hours", "at hour"), ("minutes", "at minute")):
        listed = [text(item, 20) for item in sequence(times.get(name))[:31]]
        if listed:
            words.append(f"{word} {', '.join(listed)}")
    zone = text(recurrence.get("timeZone"), 60)
    return " ".join(words) + (f" ({zone})" if zone and not is_dynamic(zone) else "")


def _request(
    trigger_id: str, body: dict[str, Any], location: Location, access: Callable[[dict[str, Any]], Access]
) -> Trigger:
    kind = text(body.get("kind")).lower()
    known = _REQUESTS.get(kind)
    if known is not None:
        return _trigger(trigger_id, known.kind, location, Access("platform", known.untrusted, "no"), event=known.event)
    path = string(mapping(body.get("inputs")).get("relativePath"))
    return _trigger(
        trigger_id,
        "chat" if kind in _CHAT_KINDS else "webhook",
        location,
        access(body),
        address=webhook_address(text(path, 300)),
    )


def _trigger(
    trigger_id: str,
    kind: TriggerKind,
    location: Location,
    access: Access = Access("platform", "no", "no"),  # noqa: B008 - an immutable value
    *,
    event: str = "",
    schedule: str = "",
    address: str = "",
) -> Trigger:
    return Trigger(
        id=trigger_id,
        kind=kind,
        name=text(trigger_id),
        auth=access.auth,
        untrusted=access.untrusted,
        exposed=access.exposed,
        event=event,
        schedule=schedule,
        address=address,
        location=location,
    )
