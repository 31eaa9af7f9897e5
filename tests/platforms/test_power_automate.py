"""The Power Automate reader: on small packages and solutions, and counted against every file of the corpus."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation, Step, Trigger
from autoguard.platforms import Facts
from autoguard.platforms.power_automate import PLATFORM

GUID = "0b5c3f4e-1111-4222-8333-444455556666"
SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
BUTTON = {"manual": {"type": "Request", "kind": "Button", "inputs": {"schema": {}}}}


def operation(api: str, operation_id: str, key: str = "", **changes: Any) -> dict[str, Any]:
    host = {
        "apiId": f"/providers/Microsoft.PowerApps/apis/shared_{api}",
        "connectionName": key or f"shared_{api}",
        "operationId": operation_id,
    }
    inputs = {"host": host, "parameters": changes.pop("parameters", {}), **changes.pop("inputs", {})}
    return {"type": "OpenApiConnection", "inputs": inputs, "runAfter": {}, **changes}


def definition(actions: dict[str, Any], triggers: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"$schema": SCHEMA, "triggers": BUTTON if triggers is None else triggers, "actions": actions}


def solution(
    actions: dict[str, Any], triggers: dict[str, Any] | None = None, references: dict[str, Any] | None = None
) -> dict[str, Any]:
    properties = {"connectionReferences": references or {}, "definition": definition(actions, triggers)}
    return {"properties": properties, "schemaVersion": "1.0.0.0"}


def package(**properties: Any) -> dict[str, Any]:
    known = {"displayName": "Orders", "definition": definition({}), "connectionReferences": {}, **properties}
    return {"name": GUID, "id": f"/x/{GUID}", "type": "Microsoft.Flow/flows", "properties": known}


def one(value: Any, path: str = "definition.json") -> Automation:
    automations: tuple[Automation, ...] = read(PLATFORM, json.dumps(value, indent=1), path).automations
    assert len(automations) == 1
    return automations[0]


def joined(files: dict[str, str]) -> Facts:
    facts = []
    for path, text in files.items():
        document = parsed(text, path)
        assert PLATFORM.signature.search(document.utf8), path
        assert PLATFORM.recognise(document), path
        facts.append(PLATFORM.read(document))
    return PLATFORM.join(facts)


def http(**inputs: Any) -> dict[str, Any]:
    return {"manual": {"type": "Request", "kind": "Http", "inputs": inputs}}


def test_flow_of_a_solution_with_name_state_and_connection_from_other_files() -> None:
    flow = solution(
        {"Get": operation("sharepointonline", "GetItems", "shared_sharepointonline_1")},
        references={
            "shared_sharepointonline_1": {
                "runtimeSource": "Invoker",
                "connection": {"connectionReferenceLogicalName": "cr_sp_ca6d5"},
                "api": {"name": "shared_sharepointonline"},
            }
        },
    )
    folder = "src/Workflows"
    described = (
        f'<Workflow WorkflowId="{{{GUID.upper()}}}" Name="Orders | nightly"><Category>5</Category>'
        "<StateCode>1</StateCode><StatusCode>2</StatusCode></Workflow>"
    )
    customizations = (
        '<ImportExportXml><connectionreferences><connectionreference connectionreferencelogicalname="cr_sp_CA6D5">'
        "<connectionreferencedisplayname>Team site</connectionreferencedisplayname></connectionreference>"
        "</connectionreferences></ImportExportXml>"
    )
    facts = joined(
        {
            f"{folder}/Orders-{GUID.upper()}.json": json.dumps(flow),
            f"{folder}/Orders-{GUID.upper()}.json.data.xml": "\ufeff" + described,
            "src/Other/Customizations.xml": customizations,
        }
    )
    [automation] = facts.automations
    assert (automation.name, automation.enabled) == ("Orders | nightly", "yes")
    assert automation.identity == f"power-automate:{GUID}"
    [credential] = facts.credentials
    assert (credential.id, credential.name) == ("power-automate:connection:cr_sp_ca6d5", "Team site")
    assert (credential.holder, credential.service) == ("invoker connection", "sharepointonline")
    assert automation.steps[0].credentials == (credential.id,)
    assert facts.gaps == ()


def test_state_in_attributes_of_a_compact_export() -> None:
    compact = (
        f'<ImportExportXml><Workflows><Workflow WorkflowId="{GUID}" Name="Nightly" Category="5" StateCode="0"/>'
        "</Workflows></ImportExportXml>"
    )
    flow = json.dumps(solution({"A": {"type": "Compose", "inputs": 1}}))
    facts = joined({"customizations.xml": compact, f"Workflows/Nightly-{GUID}.json": flow})
    assert [(item.name, item.enabled) for item in facts.automations] == [("Nightly", "no")]


def test_flows_that_are_described_but_not_there_are_gaps() -> None:
    other = GUID.replace("0b5c", "ffff")
    rows = "".join(
        f'<Workflow WorkflowId="{other[:-1]}{category}" Name="n" Category="{category}" StateCode="1"/>\n'
        for category in "0256"
    )
    facts = joined({"customizations.xml": f"<ImportExportXml>\n{rows}</ImportExportXml>"})
    assert [(item.kind, item.reason.split(" describes ")[0]) for item in facts.gaps] == [
        ("unsupported", "line 2"),
        ("not-followed", "line 4"),
        ("unsupported", "line 5"),
    ]


def test_legacy_package_with_the_accounts_behind_its_connections() -> None:
    references = {
        "shared_teams": {"connectionName": "shared-teams-4711", "source": "Embedded", "id": "/a/shared_teams"}
    }
    actions = {"Post": operation("teams", "PostMessageToConversation")}
    manifest = {
        "schema": "1.0",
        "details": {"displayName": "Orders", "creator": "Jane"},
        "resources": {
            "r1": {"type": "Microsoft.PowerApps/apis/connections", "details": {"displayName": "jane@acme.example"}},
            "r2": {"type": "Microsoft.PowerApps/apis/connections", "details": {"displayName": "bob@acme.example"}},
            "r3": {"type": "Microsoft.PowerApps/apis/connections", "details": {"displayName": "Approvals"}},
        },
    }
    root = f"p.zip!/Microsoft.Flow/flows/{GUID[::-1]}"
    files = {
        f"{root}/definition.json": json.dumps(
            package(definition=definition(actions), connectionReferences=references, flowFailureAlertSubscribed=True)
        ),
        f"{root}/connectionsMap.json": '{"shared_teams": "r1"}',
        "p.zip!/manifest.json": json.dumps(manifest),
        "p.zip!/Microsoft.Flow/flows/manifest.json": '{"packageSchemaVersion":"1.0","flowAssets":{"assetPaths":[]}}',
    }
    facts = joined(files)
    [automation] = facts.automations
    assert (automation.native_id, automation.name, automation.enabled) == (GUID, "Orders", "unknown")
    assert (automation.owners, automation.error_route) == (("jane@acme.example", "Jane"), "yes")
    [credential] = facts.credentials
    assert (credential.id, credential.owner) == ("power-automate:connection:shared-teams-4711", "jane@acme.example")
    assert credential.holder == "embedded connection"
    del files[f"{root}/connectionsMap.json"]
    assert joined(files).automations[0].owners == ("jane@acme.example", "bob@acme.example", "Jane")


def test_one_connection_in_two_flows_is_one_credential() -> None:
    def flow(source: str) -> str:
        entry = {"runtimeSource": source, "connection": {"connectionReferenceLogicalName": "cr_1"}}
        return json.dumps(
            solution({"A": operation("office365", "SendEmailV2")}, references={"shared_office365": entry})
        )

    facts = joined({"Workflows/A.json": flow("invoker"), "Workflows/B.json": flow("embedded")})
    [credential] = facts.credentials
    assert (credential.holder, len(credential.locations)) == ("embedded connection", 2)


@pytest.mark.parametrize(
    ("inputs", "auth", "untrusted"),
    [
        ({}, "none", "yes"),
        ({"triggerAuthenticationType": "All"}, "none", "yes"),
        ({"triggerAuthenticationType": "Tenant"}, "platform", "unknown"),
        ({"triggerAuthenticationType": "User", "triggerAllowedUsers": ""}, "platform", "unknown"),
        ({"triggerAuthenticationType": "@parameters('x')"}, "unknown", "unknown"),
    ],
)
def test_who_may_call_an_http_trigger(inputs: dict[str, Any], auth: str, untrusted: str) -> None:
    [trigger] = one(solution({}, http(**inputs))).triggers
    assert (trigger.kind, trigger.exposed, trigger.auth, trigger.untrusted) == ("webhook", "yes", auth, untrusted)


@pytest.mark.parametrize(
    ("trigger", "kind", "untrusted", "exposed"),
    [
        ({"type": "Request", "kind": "PowerAppV2"}, "call", "no", "no"),
        ({"type": "Request", "kind": "Skills"}, "call", "unknown", "no"),
        ({"type": "Request", "kind": "ApiConnection"}, "manual", "no", "no"),
        ({"type": "recurrence", "recurrence": {"frequency": "Day"}}, "schedule", "no", "no"),
        (operation("office365", "OnNewEmailV3"), "event", "yes", "no"),
        (operation("office365", "CalendarGetOnNewItemsV3"), "event", "unknown", "no"),
        (operation("microsoftforms", "CreateFormWebhook"), "event", "yes", "no"),
        (operation("teams", "WebhookNewMessageTrigger"), "event", "yes", "no"),
        (operation("sharepointonline", "GetOnNewItems"), "event", "unknown", "no"),
    ],
)
def test_other_triggers(trigger: dict[str, Any], kind: str, untrusted: str, exposed: str) -> None:
    [found] = one(solution({}, {"t": trigger})).triggers
    assert (found.kind, found.untrusted, found.exposed, found.auth) == (kind, untrusted, exposed, "platform")


def test_answers_of_the_apis() -> None:
    row = {
        "workflowid": GUID, "name": "Orders", "statecode": 1, "clientdata": json.dumps(solution({})),
        "_ownerid_value@OData.Community.Display.V1.FormattedValue": "Jane Doe",
    }  # fmt: skip
    [first, second] = read(PLATFORM, json.dumps({"value": [row, {**row, "statecode": 0}]})).automations
    assert (first.name, first.enabled, first.owners, first.native_id) == ("Orders", "yes", ("Jane Doe",), GUID)
    assert second.enabled == "no"
    managed = {**package(state="Suspended"), "type": "Microsoft.ProcessSimple/environments/flows"}
    assert one(managed).enabled == "no"


def test_clipboard_copies_and_bare_definitions() -> None:
    scope = {"type": "Scope", "actions": {"Mail": operation("office365", "SendEmailV2")}, "runAfter": {"X": ["Failed"]}}
    classic = {"id": "1", "isTrigger": False, "operationName": "Tell", "operationDefinition": scope}
    automation = one(classic, "copied.json")
    assert [step.id for step in automation.steps] == ["Tell", "Mail"]
    assert automation.steps[1].location.line == json.dumps(classic, indent=1).split("\n").index('   "Mail": {') + 1
    modern = {"nodeId": "Tell", "serializedOperation": scope, "isScopeNode": True, "mslaNode": True}
    assert [step.id for step in one(modern, "copied.json").steps] == ["Tell", "Mail"]
    assert one(definition({"Mail": operation("office365", "SendEmailV2")})).steps[0].kind == "message"


def test_child_and_desktop_flows_are_calls() -> None:
    child = {"type": "Workflow", "inputs": {"host": {"workflowReferenceName": GUID.upper()}}}
    robot = operation("uiflow", "RunUIFlow_V2", parameters={"uiFlowId": GUID})
    steps = one(solution({"Child": child, "Robot": robot})).steps
    assert [(call.how, call.target) for step in steps for call in step.calls] == [("id", GUID), ("id", GUID)]


def test_locations_are_the_actions_own_lines() -> None:
    nested = {"Scope": {"type": "Scope", "runAfter": {}, "actions": {"In": {"type": "Compose", "inputs": 1}}}}
    text = json.dumps(solution(nested, http()), indent=1)
    automation = read(PLATFORM, text).automations[0]
    lines = text.splitlines()
    items: list[Trigger | Step] = [*automation.triggers, *automation.steps]
    for item in items:
        assert item.location.line is not None
        assert lines[item.location.line - 1].strip() == f'"{item.name}": {{'


def test_secrets_in_parameters_do_not_reach_the_model() -> None:
    secret = "sk" + "-unreal-47"
    call = {
        "type": "Http",
        "inputs": {
            "method": "POST", "uri": f"https://a.example/{secret}?sig={secret}", "headers": {"k": secret},
            "body": f"@{{triggerBody()}} {secret}",
            "authentication": {"type": "Basic", "username": secret, "password": secret},
        },
    }  # fmt: skip
    note = {"type": "Compose", "inputs": secret}
    mail = operation("office365", "SendEmailV2", parameters={"emailMessage/Body": f"@{{outputs('N')}} {secret}"})
    flow = solution({"H": call, "N": note, "M": mail}, http())
    flow["properties"]["definition"]["parameters"] = {"p": {"type": "String", "defaultValue": secret}}
    assert secret not in repr(read(PLATFORM, json.dumps(flow)))


ARM = {
    "$schema": "x/deploymentTemplate.json#",
    "resources": {"a": {"type": "Microsoft.Logic/workflows"}},
    "details": {},
}


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"definition": definition({}), "kind": "Stateful"}, "workflow.json"),
        ({"type": "Microsoft.Galleries", "properties": {"definition": definition({})}}, "x.json"),
        ({"definition": {"$schema": SCHEMA, "triggers": {}, "actions": {}}}, "definition.json"),
        (ARM, "manifest.json"),
        ({"manifest_version": 3, "name": "x"}, "manifest.json"),
        ({"StartAt": "A", "States": {}}, "definition.json"),
        ({"schemaVersion": "1", "definition": {"triggers": [], "actions": []}}, "definition.json"),
        ({"kind": "Document", "definitions": [{"kind": "OperationDefinition"}]}, "x.json"),
        ({"shared_teams": "r1"}, "other.json"),
        ([], "definition.json"),
        ({}, "definition.json"),
    ],
)
def test_near_misses_are_not_power_automate(other: Any, name: str) -> None:
    assert not PLATFORM.recognise(parsed(json.dumps(other), name))


def test_other_xml_is_not_power_automate() -> None:
    for inner in ("<SolutionManifest/>", "<Workflows/>"):
        assert not PLATFORM.recognise(parsed(f"<ImportExportXml>{inner}</ImportExportXml>", "customizations.xml"))
    assert not PLATFORM.recognise(parsed("<Workflow><Name>x</Name></Workflow>", "a.data.xml"))


WRONG: list[Any] = [None, True, 0, "x", "@{body('", [], {}, [None], {"a": 1}, {"a": {"b": []}}, "\ud800"]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_types_are_survived(wrong: Any) -> None:
    for key in ("type", "kind", "inputs", "runAfter", "actions", "else", "cases", "default", "foreach", "expression"):
        actions = {"A": {**operation("teams", "PostMessageToConversation"), key: wrong}, "B": wrong}
        one(solution(actions, {"t": {"type": "Request", key: wrong}}))
    for key in ("host", "parameters", "authentication", "retryPolicy", "method", "uri", "path", "code"):
        one(solution({"A": {"type": "Http", "inputs": {"host": {"apiId": "x"}, key: wrong}}}))
    for key in ("connectionReferences", "displayName", "state", "flowFailureAlertSubscribed"):
        one(package(**{key: wrong}))
    references = {"shared_teams": wrong}
    one(solution({"A": operation("teams", "X")}, references=references))
    manifest = {
        "schema": "1.0",
        "details": {"creator": wrong},
        "resources": {"a": wrong, "b": {"type": "Microsoft.Flow/flows"}},
    }
    read(PLATFORM, json.dumps(manifest), "manifest.json")


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    name = str(path.relative_to(CORPUS))
    if path.suffix != ".zip":
        yield name, path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.endswith("/"):
                yield f"{name}!/{member}", archive.read(member)


def actions_below(value: Any) -> list[dict[str, Any]]:
    stack, found = [value], []
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if isinstance(item.get("actions"), dict):
                found.extend(item["actions"].values())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return found


def test_counts_on_the_corpus_match_the_raw_json() -> None:
    checked = 0
    for path in corpus_files("power-automate"):
        for name, data in members(path):
            if not name.endswith(".json"):
                continue
            raw = json.loads(data.decode("utf-8-sig"))
            if not isinstance(raw.get("properties"), dict) or "definition" not in raw["properties"]:
                continue
            facts = read(PLATFORM, data, name)
            [automation] = facts.automations
            found = raw["properties"]["definition"]
            actions = actions_below(found)
            assert len(automation.steps) == len(actions)
            assert len(automation.triggers) == len(found["triggers"])
            edges = sum(expected_edges(action) for action in actions)
            assert len(automation.edges) == edges
            connected = [a for a in actions if isinstance(a.get("inputs"), dict) and '"connection' in host_text(a)]
            assert sum(len(step.credentials) for step in automation.steps) == len(connected)
            used = {item.id.rpartition(":")[2] for item in facts.credentials}
            named = json.dumps(raw["properties"]["connectionReferences"]).lower()
            assert all(item in named for item in used)
            checked += 1
    assert checked >= 50


def host_text(action: dict[str, Any]) -> str:
    return json.dumps(action["inputs"].get("host", {}))


def expected_edges(action: dict[str, Any]) -> int:
    waits = action.get("runAfter") or {}
    both = sum(1 for states in waits.values() if len({state.lower() == "succeeded" for state in states}) > 1)
    return len(waits) + both if waits else 1


def test_the_whole_corpus_joins_and_other_folders_are_left_alone() -> None:
    facts = []
    for path in corpus_files("power-automate"):
        for name, data in members(path):
            document = parsed(data, name)
            if PLATFORM.signature.search(document.utf8) and PLATFORM.recognise(document):
                facts.append(PLATFORM.read(document))
    whole = PLATFORM.join(facts)
    assert sum(1 for item in whole.automations if item.enabled == "yes") > 10
    assert sum(1 for item in whole.automations if item.owners) > 10
    for folder in sorted(item.name for item in CORPUS.iterdir() if item.is_dir() and item.name != "power-automate"):
        for path in corpus_files(folder):
            document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
            try:
                assert not (PLATFORM.signature.search(document.utf8) and PLATFORM.recognise(document)), path
            except UnreadableError:
                continue
