"""One workflow as a neutral automation."""

import re
from collections.abc import Callable
from typing import Any

from autoguard.model import Automation, Call, Credential, Gap, Known
from autoguard.platforms import Facts
from autoguard.platforms._identity import identity
from autoguard.platforms._values import dig, mapping, sequence, string, strings, text
from autoguard.platforms._workflow_definition.hosts import Host
from autoguard.platforms._workflow_definition.reader import Dialect, anchor_of, read_definition, workflow_call
from autoguard.platforms._workflow_definition.triggers import Access
from autoguard.platforms.logic_apps.connections import app_connection
from autoguard.platforms.logic_apps.shapes import Workflow
from autoguard.platforms.logic_apps.templates import api_name, connection_id, template_name
from autoguard.syntax.parsed import Parsed

ID = "logic-apps"
_STATES: dict[str, Known] = {"enabled": "yes", "disabled": "no", "suspended": "no"}
_GUID = re.compile(r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_NO_NAMES = ("workflow.json", "definition.json")
_RESOURCE_ID = re.compile(r"^/subscriptions/[^{}<>\[\]]{1,400}$", re.IGNORECASE)
_BEARER_ONLY = re.compile(r"authorization'\].{0,40}bearer", re.IGNORECASE | re.DOTALL)


def read_workflow(parsed: Parsed, workflow: Workflow) -> Facts:
    """The automation and the connections it refers to."""
    definition = mapping(workflow.definition)
    name, native_id = _name(parsed, workflow), _native_id(workflow)
    anchor = anchor_of(definition)
    key = identity(ID, native_id=native_id, name=name, anchor=anchor, path=parsed.path)
    dialect = Dialect(_access(workflow), _credential(parsed, workflow), _call(workflow), workflow.locate)
    found = read_definition(definition, dialect)
    automation = Automation(
        id=key,
        identity=key,
        platform=ID,
        name=name,
        native_id=native_id,
        location=workflow.location,
        enabled=_enabled(workflow),
        triggers=found.triggers,
        steps=found.steps,
        edges=found.edges,
        error_route=found.error_route,
        owners=tuple(item for item in (_owner(workflow),) if item),
        description=text(definition.get("description") or workflow.properties.get("description")),
        folder=parsed.folder,
    )
    return Facts((automation,), tuple(found.credentials.values()))


def computed_gap(parsed: Parsed, workflow: Workflow) -> Gap:
    """A workflow resource whose definition is not in the template."""
    line = f" in line {workflow.location.line}" if workflow.location.line else ""
    return Gap(
        parsed.path,
        f"has a workflow{line} whose definition is computed at deployment; scan the file it comes from, or an export",
        "not-followed",
    )


def _name(parsed: Parsed, workflow: Workflow) -> str:
    if workflow.form == "resource":
        # A Standard workflow's resource is called by its app and itself.
        named = template_name(workflow.document, string(workflow.record.get("name"))).rpartition("/")[2]
        return named or parsed.name
    # A Standard workflow is called by its folder's name.
    folder = parsed.folder.rpartition("/")[2].rstrip("!")
    stem = re.split(r"[/!]", parsed.path)[-1].removesuffix(".json")
    # Gallery templates may leave their words to a file of translations.
    shown = text(workflow.properties.get("displayName"))
    given = "" if shown.startswith("${") else shown
    return given or (folder if parsed.name in _NO_NAMES else "") or stem


def _native_id(workflow: Workflow) -> str:
    resource = text(workflow.record.get("id"), 500)
    if workflow.form == "resource":
        return resource.lower() if _RESOURCE_ID.match(resource) else ""
    name = text(workflow.record.get("name"), 64)
    return name.lower() if _GUID.match(name) else ""


def _enabled(workflow: Workflow) -> Known:
    state = template_name(workflow.document, string(workflow.properties.get("state")))
    return _STATES.get(state.lower(), "unknown")


def _owner(workflow: Workflow) -> str:
    tags = mapping(workflow.record.get("tags"))
    owner = next((string(value) for key, value in tags.items() if key.lower() in ("owner", "contact")), "")
    return text(template_name(workflow.document, owner)) if owner else ""


def _access(workflow: Workflow) -> Callable[[dict[str, Any]], Access]:
    # learn.microsoft.com, "Secure access and data for workflows in Azure Logic Apps" (read 2026-11-24): a request
    # trigger's address carries a signature; an authorization policy is a second way in and does not close the first,
    # unless signatures are switched off or the trigger's condition asks for a bearer token. An empty list of callers
    # leaves other workflows of the platform only.
    control = mapping(dig(workflow.properties, "accessControl", "triggers"))
    unsigned = text(dig(control, "sasAuthenticationPolicy", "state")).lower() == "disabled"
    internal = control.get("allowedCallerIpAddresses") == []

    def access(trigger: dict[str, Any]) -> Access:
        if internal:
            return Access("platform", "no", "no")
        conditions = strings(sequence(trigger.get("conditions")))
        if unsigned or any(_BEARER_ONLY.search(value[:2000]) for _, value in conditions):
            return Access("platform", "unknown")
        return Access("shared-secret")

    return access


def _call(workflow: Workflow) -> Callable[[dict[str, Any]], Call]:
    return lambda host: workflow_call(host, lambda target: template_name(workflow.document, target))


def _credential(parsed: Parsed, workflow: Workflow) -> Callable[[Host], Credential]:
    values = mapping(dig(workflow.properties, "parameters", "$connections", "value"))
    # Workflows of one Standard app lie in folders side by side and share the app's connections.
    app = parsed.folder.rpartition("/")[0] if parsed.name == "workflow.json" else parsed.folder
    standard = not values and ("kind" in workflow.record or parsed.name == "workflow.json")
    scope = "" if workflow.form == "resource" else parsed.path

    def credential(host: Host) -> Credential:
        entry = mapping(values.get(host.connection))
        resource = string(entry.get("connectionId")) or string(entry.get("connectionName"))
        named = template_name(workflow.document, resource).rpartition("/")[2]
        if standard:
            native = app_connection(app, host)
        else:
            native = connection_id("", named) if named else connection_id(scope or parsed.path, host.connection)
        return Credential(
            id=native,
            kind="connection",
            storage="reference",
            name=named or host.connection,
            holder="connections.json" if standard else "connection resource",
            platform=ID,
            service=api_name(entry.get("id")) or host.service,
        )

    return credential
