"""One flow as a neutral automation."""

import re
from typing import Any

from autoguard.model import Automation, Call, Credential, Known
from autoguard.platforms import Facts, Fragment
from autoguard.platforms._identity import identity
from autoguard.platforms._values import dig, mapping, string, text
from autoguard.platforms._workflow_definition.hosts import Host, service_name
from autoguard.platforms._workflow_definition.reader import Dialect, anchor_of, read_definition, workflow_call
from autoguard.platforms._workflow_definition.triggers import Access
from autoguard.platforms.power_automate.shapes import Flow
from autoguard.syntax.parsed import Parsed

ID = "power-automate"
_FILE_ID = re.compile(r"(?:^|-)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.json)?$")
_GUID = re.compile(r"^\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?$")
_STATES: dict[str, Known] = {"started": "yes", "stopped": "no", "suspended": "no", "1": "yes", "0": "no", "2": "no"}
_OWNER_FIELDS = (
    ("_ownerid_value@OData.Community.Display.V1.FormattedValue",),
    ("owninguser", "internalemailaddress"),
    ("properties", "creator", "userPrincipalName"),
)


def guid(value: Any) -> str:
    """A GUID in lower case without braces, "" where the value is none."""
    match = _GUID.match(text(value, 64))
    return match.group(1).lower() if match else ""


def credential_id(native: str) -> str:
    """The id of the credential that stands for a connection or connection reference."""
    return f"{ID}:connection:{native}"


def read_flow(parsed: Parsed, flow: Flow) -> Facts:
    """The automation, the connections it refers to, and which key of its package names which of them."""
    native_id = _native_id(parsed, flow)
    name = _name(parsed, flow)
    anchor = anchor_of(flow.definition)
    key = identity(ID, native_id=native_id, name=name, anchor=anchor, path=parsed.path)
    keys: dict[str, str] = {}

    def credential(host: Host) -> Credential:
        found = _credential(flow, host, key)
        keys[host.connection] = found.id
        return found

    found = read_definition(flow.definition, Dialect(_access, credential, _call, flow.locate))
    alert = flow.properties.get("flowFailureAlertSubscribed") is True
    automation = Automation(
        id=key,
        identity=key,
        platform=ID,
        name=name,
        native_id=native_id,
        location=flow.location,
        enabled=_enabled(flow),
        triggers=found.triggers,
        steps=found.steps,
        edges=found.edges,
        # The subscription mails the owner when runs fail.
        error_route="yes" if alert else found.error_route,
        owners=tuple(dict.fromkeys(_owners(flow))),
        description=text(flow.definition.get("description") or flow.record.get("description")),
        folder=parsed.folder,
    )
    references = Fragment("references", parsed.folder, flow.location, {"flow": key, "keys": keys})
    return Facts((automation,), tuple(found.credentials.values()), fragments=(references,))


def _native_id(parsed: Parsed, flow: Flow) -> str:
    by_field = (guid(flow.record.get(field)) for field in ("workflowid", "name", "id"))
    by_name = _FILE_ID.search(parsed.name)
    return next((item for item in by_field if item), "") or (by_name.group(1) if by_name else "")


def _name(parsed: Parsed, flow: Flow) -> str:
    given = text(flow.properties.get("displayName"))
    if not given and "clientdata" in flow.record:
        given = text(flow.record.get("name"))
    stem = re.split(r"[/!]", parsed.path)[-1]
    # A solution names its files by the flow's name without blanks and its id; the name itself stands in an XML file.
    if not given and parsed.name == "definition.json":
        given = parsed.folder.rpartition("/")[2].rstrip("!")
    return given or re.sub(r"(?:-[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?\.json$", "", stem)


def _enabled(flow: Flow) -> Known:
    state = text(flow.properties.get("state") or flow.record.get("statecode", ""), 20).lower()
    return _STATES.get(state, "unknown")


def _owners(flow: Flow) -> list[str]:
    return [found for place in _OWNER_FIELDS if (found := text(dig(flow.record, *place)))]


def _access(trigger: dict[str, Any]) -> Access:
    # learn.microsoft.com, "Add OAuth authentication for HTTP request triggers" (2025): "Anyone" is the legacy setting
    # with open access. Flows from before the setting lack the key and are of that kind; new ones name theirs. The
    # address carries a signature, but that is the whole of the protection and travels with every copy of the address.
    allowed = text(mapping(trigger.get("inputs")).get("triggerAuthenticationType")).lower()
    if allowed in ("", "all"):
        return Access("none")
    return Access("platform", "unknown") if allowed in ("tenant", "user") else Access("unknown", "unknown")


def _call(host: dict[str, Any]) -> Call:
    return workflow_call(host, lambda target: target)


def _credential(flow: Flow, host: Host, flow_key: str) -> Credential:
    reference = mapping(mapping(flow.properties.get("connectionReferences")).get(host.connection))
    reference = mapping(reference.get("connectionReference")) or reference
    connection = mapping(reference.get("connection"))
    logical = text(connection.get("connectionReferenceLogicalName"), 120) or text(
        reference.get("connectionReferenceLogicalName"), 120
    )
    named = text(reference.get("connectionName"), 120) or text(connection.get("name"), 120)
    native = logical or named or string(connection.get("id")).rpartition("/")[2][:120]
    source = text(reference.get("runtimeSource") or reference.get("source"), 20).lower()
    api = text(dig(reference, "api", "name")) or text(reference.get("id")) or text(dig(reference, "api", "id"))
    return Credential(
        # A key without an entry means something only inside its flow.
        id=credential_id(native.lower() if native else f"{flow_key}/{host.connection}"),
        kind="connection",
        storage="reference",
        name=logical or text(reference.get("displayName")) or native or host.connection,
        holder=f"{source} connection" if source in ("embedded", "invoker") else "connection",
        platform=ID,
        service=service_name(api) or host.service,
    )
