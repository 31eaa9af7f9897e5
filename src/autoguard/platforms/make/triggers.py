"""What starts a scenario."""

from typing import Any

from autoguard.model import Known, Location, Trigger, TriggerAuth, TriggerKind
from autoguard.platforms._values import dig, mapping, sequence, text
from autoguard.platforms.make.modules import outsiders_write, split
from autoguard.syntax.json_tree import parse_json

SCHEDULE = "schedule"
"""Id of the trigger of a scenario whose first module does not start it by itself."""


def scheduling(record: dict[str, Any], blueprint: dict[str, Any]) -> dict[str, Any]:
    """The schedule, which stands beside the blueprint, or in hand-made blueprints within."""
    for value in (
        record.get("scheduling"),
        blueprint.get("scheduling"),
        dig(blueprint, "metadata", "scheduling"),
        dig(blueprint, "metadata", "schedulingState"),
    ):
        found = parse_json(value) if isinstance(value, str) else value
        if isinstance(found, dict) and found:
            return found
    return {}


def schedule_text(plan: dict[str, Any]) -> str:
    """A schedule in words. Types: developers.make.com, "Scenario scheduling" (read 2026-11-24)."""
    kind = text(plan.get("type"), 30)
    if kind == "indefinitely" and isinstance(plan.get("interval"), int):
        return f"every {plan['interval']} seconds"
    if not kind or kind in ("immediately", "on-demand"):
        return ""
    days = ", ".join(text(item, 20) for field in ("days", "months") for item in sequence(plan.get(field))[:31])
    times = [text(plan.get(field), 30) for field in ("time", "date") if plan.get(field)]
    return " ".join(item for item in (kind, f"on {days}" if days else "", *times) if item)


def from_schedule(plan: dict[str, Any], location: Location) -> Trigger:
    """The trigger of a scenario that runs by its schedule alone, or on demand."""
    on_demand = text(plan.get("type")) == "on-demand"
    return Trigger(
        id=SCHEDULE,
        kind="manual" if on_demand else "schedule",
        name="On demand" if on_demand else "Schedule",
        auth="platform",
        untrusted="no",
        exposed="no",
        schedule=schedule_text(plan),
        location=location,
    )


def from_module(module: dict[str, Any], trigger_id: str, plan: dict[str, Any], location: Location) -> Trigger:
    """The trigger that a scenario's first module is."""
    app, action = split(module["module"])
    kind, auth, untrusted, exposed, event = _class(app, action, module)
    return Trigger(
        id=trigger_id,
        kind=kind,
        name=text(dig(module, "metadata", "designer", "name")) or module["module"],
        auth=auth,
        untrusted=untrusted,
        exposed=exposed,
        event=event,
        schedule=schedule_text(plan),
        address=hook(module),
        location=location,
    )


def hook(module: dict[str, Any]) -> str:
    """The number of the hook that a module listens to, "" where it listens to none."""
    parameters = mapping(module.get("parameters"))
    found = text(parameters.get("hook"), 20) or text(parameters.get("__IMTHOOK__"), 20)
    return found if found.isascii() and found.isdigit() else ""


def _class(app: str, action: str, module: dict[str, Any]) -> tuple[TriggerKind, TriggerAuth, Known, Known, str]:
    if app == "gateway":
        # apps.make.com/gateway (read 2026-11-24): a hook is open unless keys are attached to it, and whether they are
        # is kept with the hook, not in the blueprint. Anybody may write to a mailhook's address.
        return "webhook", "unknown", "yes", "yes", "mail" if action.lower() == "custommailhook" else ""
    if app == "scenario-service":
        return "call", "platform", "no", "no", action
    if action.lower() == "basictrigger":
        return "schedule", "platform", "no", "no", ""
    # An instant trigger's hook is called by the vendor; whether it knows the caller, the blueprint does not say.
    instant = "__IMTHOOK__" in mapping(module.get("parameters")) or any(
        text(mapping(item).get("type")).startswith("hook:") for item in sequence(dig(module, "metadata", "parameters"))
    )
    return "event", "platform", outsiders_write(app), "unknown" if instant else "no", f"{app}:{action}"
