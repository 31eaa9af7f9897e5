"""n8n's trigger nodes in neutral words."""

from typing import Any

from autoguard.model import Credential, Known, Location, Trigger, TriggerAuth
from autoguard.platforms._values import mapping, sequence, text
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.n8n.nodes import short, trigger_class

_AUTH: dict[str, TriggerAuth] = {
    "none": "none",
    "basicAuth": "shared-secret",
    "headerAuth": "shared-secret",
    "bearerAuth": "shared-secret",
    "jwtAuth": "signature",
    "n8nUserAuth": "platform",
    "n8nOAuth2": "platform",
}
"""Values of `authentication`; the node's default, `none`, is left out of exports."""


def read_trigger(node: dict[str, Any], node_id: str, location: Location, used: list[Credential]) -> Trigger:
    """The neutral trigger of a trigger node."""
    parameters = mapping(node.get("parameters"))
    found = trigger_class(node["type"])
    if found is None:
        raise ValueError(node_id)
    exposed: Known = found.exposed
    untrusted: Known = found.untrusted
    auth: TriggerAuth = "platform"
    if found.kind in ("webhook", "form", "chat") and found.exposed != "no":
        auth = _AUTH.get(text(parameters.get("authentication")) or "none", "unknown")
    if short(node["type"]) == "chatTrigger":
        # Only a public chat has an address of its own; the others open inside the editor, for its users.
        public = parameters.get("public") is True
        exposed, untrusted, auth = ("yes", "yes", auth) if public else ("no", "no", "platform")
    return Trigger(
        id=node_id,
        kind=found.kind,
        name=text(node.get("name")),
        auth=auth,
        untrusted=untrusted,
        exposed=exposed,
        event=found.event,
        schedule=_schedule(parameters) if found.kind == "schedule" else "",
        address=_address(node, parameters) if found.kind in ("webhook", "form", "chat") else "",
        credentials=tuple(credential.id for credential in used),
        enabled="no" if node.get("disabled") is True else "yes",
        location=location,
    )


def _address(node: dict[str, Any], parameters: dict[str, Any]) -> str:
    path = text(parameters.get("path"), 300)
    return webhook_address(path if path and not path.startswith("=") else text(node.get("webhookId"), 64))


def _schedule(parameters: dict[str, Any]) -> str:
    rules = sequence(mapping(parameters.get("rule")).get("interval"))
    found = [_rule(mapping(rule)) for rule in rules]
    times = sequence(mapping(parameters.get("triggerTimes")).get("item"))
    found.extend(
        text(mapping(item).get("cronExpression")) or text(mapping(item).get("mode")) or "daily" for item in times
    )
    return "; ".join(item for item in found if item) or ("daily at midnight" if rules else "")


def _rule(rule: dict[str, Any]) -> str:
    if text(rule.get("expression")):
        return text(rule["expression"])
    field = text(rule.get("field")) or "days"
    count = next((value for key, value in rule.items() if key.endswith("Interval") and isinstance(value, int)), 1)
    at = rule.get("triggerAtHour")
    minute = rule.get("triggerAtMinute")
    clock = f" at {at if isinstance(at, int) else 0:02d}:{minute if isinstance(minute, int) else 0:02d}"
    return f"every {count} {field}" + (clock if field in ("days", "weeks", "months") else "")
