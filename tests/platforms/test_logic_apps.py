"""The Logic Apps reader: on small workflows and templates, and counted against every file of the corpus."""

import json
from typing import Any

import pytest
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation, Trigger
from autoguard.platforms import Facts
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.logic_apps import PLATFORM

REQUEST = {"manual": {"type": "Request", "kind": "Http", "inputs": {}}}


def definition(actions: dict[str, Any], triggers: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"contentVersion": "1.0.0.0", "triggers": REQUEST if triggers is None else triggers, "actions": actions}


def standard(actions: dict[str, Any], triggers: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"definition": definition(actions, triggers), "kind": "Stateful"}


def resource(name: str, actions: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.Logic/workflows",
        "name": name,
        "properties": {"definition": definition(actions), **properties},
    }


def template(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"$schema": "https://x/deploymentTemplate.json#", "resources": list(resources), **more}


def one(value: Any, path: str = "app/Orders/workflow.json") -> Automation:
    automations: tuple[Automation, ...] = read(PLATFORM, json.dumps(value, indent=1), path).automations
    assert len(automations) == 1
    return automations[0]


def joined(files: dict[str, Any]) -> Facts:
    return PLATFORM.join([PLATFORM.read(parsed(json.dumps(value), path)) for path, value in files.items()])


def test_standard_workflows_share_the_connections_of_their_app() -> None:
    send = {"type": "ApiConnection", "inputs": {"host": {"connection": {"referenceName": "office365"}},
                                                "method": "post", "path": "/v2/Mail"}}  # fmt: skip
    ask = {"type": "ServiceProvider",
           "inputs": {"serviceProviderConfiguration": {"connectionName": "openai", "operationId": "getChatCompletions",
                                                       "serviceProviderId": "/serviceProviders/openai"}}}  # fmt: skip
    connections = {
        "managedApiConnections": {
            "office365": {
                "api": {"id": "/x/managedApis/office365"},
                "authentication": {"type": "ManagedServiceIdentity"},
            }
        },
        "serviceProviderConnections": {
            "openai": {"displayName": "Our model", "parameterValues": {"openAIKey": "@appsetting('K')"},
                       "serviceProvider": {"id": "/serviceProviders/openai"}}
        },
    }  # fmt: skip
    facts = joined(
        {
            "app/Orders/workflow.json": standard({"Send": send, "Ask": ask}),
            "app/Bills/workflow.json": standard({"Send": send}),
            "app/connections.json": connections,
            "other/Orders/workflow.json": standard({"Send": send}),
        }
    )
    assert [item.name for item in facts.automations] == ["Orders", "Bills", "Orders"]
    mail, model, elsewhere = sorted(facts.credentials, key=lambda item: (item.id, item.name))
    assert (mail.id, mail.kind, len(mail.locations)) == (
        "logic-apps:connection:app/managed/office365", "managed-identity", 3,
    )  # fmt: skip
    assert (model.name, model.kind, model.service) == ("Our model", "api-key", "openai")
    assert elsewhere.id == "logic-apps:connection:other/managed/office365"
    send_step, ask_step = facts.automations[0].steps
    assert (send_step.kind, send_step.writes, send_step.credentials) == ("message", "yes", (mail.id,))
    assert (ask_step.kind, ask_step.credentials) == ("ai", (model.id,))


def trigger_of(**properties: Any) -> Trigger:
    return one(template(resource("x", {}, **properties)), "azuredeploy.json").triggers[0]


def test_who_may_call_a_request_trigger() -> None:
    policies = {"openAuthenticationPolicies": {"policies": {"p": {"type": "AAD", "claims": []}}}}
    both = trigger_of(accessControl={"triggers": policies})
    assert (both.kind, both.auth, both.exposed, both.untrusted) == ("webhook", "shared-secret", "yes", "yes")
    only = trigger_of(accessControl={"triggers": {**policies, "sasAuthenticationPolicy": {"state": "Disabled"}}})
    assert (only.auth, only.exposed, only.untrusted) == ("platform", "yes", "unknown")
    internal = trigger_of(accessControl={"triggers": {"allowedCallerIpAddresses": []}})
    assert (internal.auth, internal.exposed, internal.untrusted) == ("platform", "no", "no")
    ranges = trigger_of(accessControl={"triggers": {"allowedCallerIpAddresses": [{"addressRange": "10.0.0.0/8"}]}})
    assert (ranges.auth, ranges.exposed) == ("shared-secret", "yes")
    condition = "@startsWith(triggerOutputs()?['headers']?['Authorization'], 'Bearer')"
    guarded = {"manual": {**REQUEST["manual"], "conditions": [{"expression": condition}]}}
    assert one(standard({}, guarded)).triggers[0].auth == "platform"


def test_templates_name_workflows_by_their_parameters() -> None:
    target = "[resourceId('Microsoft.Logic/workflows',parameters('Child'))]"
    call = {"type": "Workflow", "inputs": {"host": {"triggerName": "manual", "workflow": {"id": target}}}}
    value = template(
        resource("[parameters('Child')]", {}, state="Disabled"),
        resource("[concat(parameters('Prefix'), '-main')]", {"Call": call}, state="[parameters('State')]"),
        parameters={
            "Prefix": {"type": "string", "defaultValue": "acme"},
            "State": {"type": "string", "defaultValue": "Enabled"},
            "Child": {"type": "securestring", "defaultValue": "hidden"},
        },
    )
    child, main = read(PLATFORM, json.dumps(value)).automations
    assert (child.name, child.enabled, main.name, main.enabled) == ("Child", "no", "acme-main", "yes")
    assert [(item.how, item.target) for item in main.steps[0].calls] == [("name", "Child")]


def test_connections_of_templates_are_told_by_their_resource() -> None:
    use = {"type": "ApiConnection", "inputs": {"method": "get", "path": "/x", "host": {
        "connection": {"name": "@parameters('$connections')['sql']['connectionId']"}}}}  # fmt: skip
    values = {"$connections": {"value": {"sql": {
        "connectionId": "[resourceId('Microsoft.Web/connections', 'sql-orders')]",
        "id": "[concat('/x/providers/Microsoft.Web/locations/', 'eu', '/managedApis/sql')]"}}}}  # fmt: skip
    held = {"api": {"id": "/x/managedApis/sql"}, "parameterValues": {"password": "[parameters('p')]"}}
    own = {"type": "Microsoft.Web/connections", "name": "sql-orders", "properties": held}
    facts = read(PLATFORM, json.dumps(template(own, resource("a", {"Q": use}, parameters=values))))
    [credential] = facts.credentials
    assert (credential.id, credential.service) == ("logic-apps:connection:sql-orders", "sql")
    assert facts.automations[0].steps[0].credentials == (credential.id,)


def test_resources_nested_and_named_and_answers_of_the_resource_manager() -> None:
    inner = {
        "type": "Microsoft.Resources/deployments",
        "properties": {"template": {"resources": [resource("deep", {})]}},
    }
    named = {"$schema": "x", "resources": {"one": resource("one", {}), "two": inner}}
    assert {item.name for item in read(PLATFORM, json.dumps(named)).automations} == {"one", "deep"}
    answer = {"value": [{**resource("live", {}), "id": "/subscriptions/1/resourceGroups/R/x/live"}]}
    [live] = read(PLATFORM, json.dumps(answer)).automations
    assert live.identity == "logic-apps:/subscriptions/1/resourcegroups/r/x/live"


def test_definition_that_the_template_computes_is_a_gap() -> None:
    value = template(resource("x", {}))
    value["resources"][0]["properties"]["definition"] = "[json(variables('d'))]"
    facts = read(PLATFORM, json.dumps(value))
    assert [(item.kind, facts.automations) for item in facts.gaps] == [("not-followed", ())]


def test_gallery_templates_and_bare_definitions() -> None:
    gallery: dict[str, Any] = {
        "name": "0b5c3f4e-1111-4222-8333-444455556666",
        "type": "Microsoft.Logic/galleries/templates",
        "properties": {"displayName": "Post tweets", "definition": definition({})},
    }
    found = one(gallery, "templates/tweets.json")
    assert (found.name, found.identity) == ("Post tweets", "logic-apps:0b5c3f4e-1111-4222-8333-444455556666")
    gallery["properties"] = {"displayName": "${Resources.X}", "definition": definition({})}
    assert one(gallery, "templates/tweets.json").name == "tweets"
    assert one(definition({}), "code.json").triggers[0].auth == "shared-secret"


def test_agent_with_its_tools() -> None:
    agent = {"type": "Agent", "inputs": {
        "parameters": {"messages": [{"role": "user", "content": "Do @{triggerBody()?['task']}"}]},
        "modelConfigurations": {"model1": {"referenceName": "agent-1"}}},
        "tools": {"T": {"actions": {"Look": {"type": "Http", "inputs": {"method": "GET", "uri": "https://a.example"}},
                                    "Next": {"type": "Compose", "runAfter": {"Look": ["SUCCEEDED"]}}}}}}  # fmt: skip
    automation = one(standard({"Agent": agent}))
    assert [(item.source, item.target, item.kind) for item in automation.edges] == [
        ("manual", "Agent", "main"), ("Agent", "Look", "attached"), ("Look", "Next", "main"),
    ]  # fmt: skip
    step = automation.steps[0]
    assert (step.kind, step.credentials) == ("agent", ("logic-apps:connection:app/agent/agent-1",))
    assert [(item.source, item.into) for item in step.inputs] == [("manual", "prompt")]


def test_inline_code_and_calls_by_address() -> None:
    code = {"type": "JavaScriptCode", "inputs": {"code": "return workflowContext.trigger.outputs.body.a"}}
    url = "https://prod-1.westeurope.logic.azure.com:443/workflows/0123/triggers/manual/paths/invoke"
    call = {"type": "Http", "inputs": {"method": "POST", "uri": f"{url}?api-version=1&sig=x"}}
    first, second = one(standard({"Code": code, "Call": call})).steps
    assert (first.kind, [(item.source, item.into) for item in first.inputs]) == ("code", [("manual", "value")])
    path = "workflows/0123/triggers/manual/paths/invoke"
    assert [(item.how, item.target) for item in second.calls] == [("url", webhook_address(path))]


def test_secrets_in_parameters_do_not_reach_the_model() -> None:
    secret = "sk" + "-unreal-47"
    inputs = {"method": "post", "path": f"/{secret}/items?code={secret}", "body": {"k": secret}}
    step = {"type": "ApiConnection", "inputs": {**inputs, "host": {"connection": {"referenceName": "x"}}}}
    code = {"type": "JavaScriptCode", "inputs": {"code": f"fetch('https://a.example/?k={secret}')"}}
    connections = {
        "serviceProviderConnections": {"q": {"parameterValues": {"connectionString": f"AccountKey={secret}"}}}
    }
    facts = joined({"a/b/workflow.json": standard({"S": step, "C": code}), "a/connections.json": connections})
    assert secret not in repr(facts)
    assert [item.host for item in facts.automations[0].steps[1].endpoints] == ["a.example"]


FLOW = {"schemaVersion": "1.0.0.0", "properties": {"definition": definition({})}}


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (FLOW, "x.json"),
        ({"type": "Microsoft.Flow/flows", "properties": {"definition": definition({})}}, "definition.json"),
        ({**definition({}), "parameters": {"$authentication": {}}}, "definition.json"),
        ({"version": "2.0", "extensionBundle": {"id": "x"}}, "host.json"),
        ({"sql_connectionString": {"type": "String", "value": "x"}}, "parameters.json"),
        ({"IsEncrypted": False, "Values": {"a": "b"}}, "local.settings.json"),
        ({"shared_teams": {"id": "x"}}, "connections.json"),
        (template({"type": "Microsoft.Web/sites", "name": "x"}), "azuredeploy.json"),
        ({"triggers": {}, "actions": {}}, "x.json"),
        ({"definition": {"triggers": [], "actions": {}}}, "workflow.json"),
        ({"nodes": [], "connections": {}}, "workflow.json"),
        ([], "workflow.json"),
        ({}, "connections.json"),
    ],
)
def test_near_misses_are_not_logic_apps(other: Any, name: str) -> None:
    assert not PLATFORM.recognise(parsed(json.dumps(other), name))


WRONG: list[Any] = [None, True, 0, "x", "[parameters('", [], {}, [None], {"a": 1}, "\ud800"]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_types_are_survived(wrong: Any) -> None:
    for key in ("host", "serviceProviderConfiguration", "modelConfigurations", "code", "uri", "method", "parameters"):
        one(standard({"A": {"type": "ServiceProvider", "inputs": {key: wrong}, "tools": wrong}}))
    for key in ("state", "accessControl", "parameters", "displayName"):
        read(PLATFORM, json.dumps(template(resource("x", {}, **{key: wrong}), parameters=wrong, variables=wrong)))
    for key in ("name", "id", "tags", "resources"):
        read(PLATFORM, json.dumps(template({**resource("x", {}), key: wrong})))
    read(PLATFORM, json.dumps({"managedApiConnections": {"a": wrong, "b": {"api": wrong, "parameterValues": wrong}}}))


def below(value: Any, key: str) -> list[Any]:
    stack, found = [value], []
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.extend([item[key]] if isinstance(item.get(key), dict) else [])
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return found


def test_counts_on_the_corpus_match_the_raw_json() -> None:
    checked = 0
    for path in corpus_files("logic-apps"):
        raw = json.loads(path.read_text("utf-8-sig"))
        facts = read(PLATFORM, path.read_bytes(), str(path.relative_to(CORPUS)))
        found = below(raw, "definition")
        assert len(facts.automations) == len(found)
        actions = [action for group in below(raw, "actions") for action in group.values()]
        assert sum(len(item.steps) for item in facts.automations) == len(actions)
        assert sum(len(item.triggers) for item in facts.automations) == sum(len(item["triggers"]) for item in found)
        waits = [action.get("runAfter") or {} for action in actions]
        both = sum(
            1 for wait in waits for states in wait.values() if len({s.lower() == "succeeded" for s in states}) > 1
        )
        assert sum(len(item.edges) for item in facts.automations) == sum(len(wait) or 1 for wait in waits) + both
        named = sum(1 for action in actions if isinstance(action.get("inputs"), dict) and connects(action["inputs"]))
        assert sum(len(step.credentials) for item in facts.automations for step in item.steps) == named
        checked += len(facts.automations)
    assert checked > 40


def connects(inputs: dict[str, Any]) -> bool:
    # A connection that is chosen at run time names none.
    named = json.dumps(
        [inputs.get("host"), inputs.get("serviceProviderConfiguration"), inputs.get("modelConfigurations")]
    )
    return ('"connection' in named or '"referenceName"' in named) and "rand(" not in named


def test_files_of_other_platforms_are_left_alone() -> None:
    for folder in sorted(item.name for item in CORPUS.iterdir() if item.is_dir()) if CORPUS.is_dir() else []:
        for path in corpus_files(folder) if folder != "logic-apps" else []:
            document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
            try:
                assert not (PLATFORM.signature.search(document.utf8) and PLATFORM.recognise(document)), path
            except UnreadableError:
                continue
