"""What the settings and the module list of an installation say about the flows beside them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autoguard.model import Automation, Component, Step, Trigger, TriggerAuth
from autoguard.platforms import Facts, merge
from autoguard.platforms.node_red.nodes import NODE_TYPE, publisher

_PROJECT = re.compile(r"(?:^|/)projects/[^/]+$")


def join(facts: Sequence[Facts]) -> Facts:
    """All facts, with the flows of each folder completed by the fragments of its installation."""
    merged = merge(facts)
    settings = {one.key: one.data for one in merged.fragments if one.kind == "settings"}
    modules = {one.key: one.data for one in merged.fragments if one.kind == "modules"}
    if not settings and not modules:
        return merged
    return replace(merged, automations=tuple(_joined(one, settings, modules) for one in merged.automations))


def installation_folders(folder: str) -> tuple[str, ...]:
    """The folders in which the settings of a flow file lie: its own, or the one above `projects/<name>`."""
    return (folder, _PROJECT.sub("", folder)) if _PROJECT.search(folder) else (folder,)


def _joined(
    automation: Automation, settings: Mapping[str, Mapping[str, Any]], modules: Mapping[str, Mapping[str, Any]]
) -> Automation:
    folders = installation_folders(automation.folder)
    own = next((settings[folder] for folder in folders if folder in settings), None)
    shipped = next((modules[folder] for folder in folders if folder in modules), None)
    if own is not None:
        automation = replace(automation, triggers=tuple(_trigger(one, own) for one in automation.triggers))
    if shipped is not None:
        automation = replace(automation, steps=tuple(_step(one, shipped) for one in automation.steps))
    return automation


def _trigger(trigger: Trigger, settings: Mapping[str, Any]) -> Trigger:
    if trigger.exposed != "yes" or trigger.kind not in ("webhook", "form") or trigger.event == "ha-webhook":
        return trigger
    if settings["routes_off"] and trigger.event != "websocket in":
        return replace(trigger, enabled="no", exposed="no")
    auth: TriggerAuth = settings["http_auth"]
    if trigger.event == "websocket in":
        # httpNodeAuth guards routes, not the upgrade to a socket: only the verifying function does (22-websocket.js).
        auth = "none" if settings["socket_auth"] == "no" else "unknown"
    elif trigger.kind == "form" and auth == "none" and settings["dashboard_auth"] != "no":
        auth = "unknown"
    # A server that listens on loopback is often published by a proxy in front of it.
    return replace(trigger, auth=auth, exposed="unknown" if settings["loopback"] else "yes")


def _step(step: Step, modules: Mapping[str, Any]) -> Step:
    shipped = modules.get(step.component.name.removeprefix(NODE_TYPE)) if step.component is not None else None
    if shipped is None or step.operation == "function":
        return step
    name, version = shipped
    return replace(step, component=None if name == "node-red" else Component(name, version, "unknown", publisher(name)))
