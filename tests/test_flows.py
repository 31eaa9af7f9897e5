"""The graph: what a trigger reaches, where outsiders' data arrives, and what cannot be known."""

from typing import Any

import pytest
from support.estate import inventory_of, node, workflow

from autoguard.flows import Graph
from autoguard.model import Automation, Known


def graph(*flows: dict[str, Any]) -> tuple[Graph, dict[str, Automation]]:
    inventory = inventory_of({f"{flow['name']}.json": flow for flow in flows})
    return Graph(inventory.automations), {one.name: one for one in inventory.automations}


def names(path: tuple[Any, ...]) -> list[str]:
    return [hop.name for hop in path]


HOOK = node("Hook", "webhook", {"path": "a-long-orders-path"})
SHELL = node("Run", "executeCommand", {"command": "bake"})


def test_the_shortest_way_is_the_evidence() -> None:
    flow = workflow("F", [HOOK, node("Set", "set"), node("Set2", "set"), SHELL],
                    ("Hook", "Set"), ("Set", "Set2"), ("Set2", "Run"), ("Set", "Run"))  # fmt: skip
    found, by_name = graph(flow)
    reach = found.reach(by_name["F"].id, "id-Hook")
    assert reach.known("shell") == "yes"
    assert names(reach.paths["shell"]) == ["Hook", "Set", "Run"]
    assert [hop.location.line for hop in reach.paths["shell"]] == sorted(
        hop.location.line or 0 for hop in reach.paths["shell"]
    )


def test_a_step_beside_the_way_is_not_reached() -> None:
    found, by_name = graph(workflow("F", [HOOK, node("Set", "set"), SHELL], ("Hook", "Set")))
    assert found.reach(by_name["F"].id, "id-Hook").known("shell") == "no"


def test_a_disabled_step_does_nothing_but_lets_data_pass() -> None:
    off = {**SHELL, "disabled": True}
    flow = workflow(
        "F", [HOOK, off, node("Save", "postgres", {"operation": "insert"})], ("Hook", "Run"), ("Run", "Save")
    )
    found, by_name = graph(flow)
    reach = found.reach(by_name["F"].id, "id-Hook")
    assert (reach.known("shell"), reach.known("database")) == ("no", "yes")


def test_loops_end() -> None:
    flow = workflow(
        "F", [HOOK, node("A", "set"), node("B", "set"), SHELL], ("Hook", "A"), ("A", "B"), ("B", "A"), ("B", "Run")
    )
    found, by_name = graph(flow)
    assert names(found.reach(by_name["F"].id, "id-Hook").paths["shell"]) == ["Hook", "A", "B", "Run"]


def test_a_sub_workflow_is_followed_to_its_own_entry() -> None:
    caller = workflow(
        "Caller", [HOOK, node("Call", "executeWorkflow", {"workflowId": {"value": "wf-Sub"}})], ("Hook", "Call")
    )
    nodes = [node("In", "executeWorkflowTrigger"), SHELL, node("Other", "manualTrigger"), node("Mail", "gmail")]
    sub = workflow("Sub", nodes,
                   ("In", "Run"), ("Other", "Mail"))  # fmt: skip
    found, by_name = graph(caller, sub)
    reach = found.reach(by_name["Caller"].id, "id-Hook")
    assert names(reach.paths["shell"]) == ["Hook", "Call", "In", "Run"]
    assert {hop.automation for hop in reach.paths["shell"]} == {by_name["Caller"].id, by_name["Sub"].id}
    assert reach.known("message") == "no"
    assert found.callers(by_name["Sub"].id) == {by_name["Caller"].id}


def test_a_call_that_leads_nowhere_known_leaves_the_answer_open() -> None:
    for parameters in ({"workflowId": "={{ $json.id }}"}, {"workflowId": {"value": "was-not-exported"}}):
        found, by_name = graph(workflow("F", [HOOK, node("Call", "executeWorkflow", parameters)], ("Hook", "Call")))
        reach = found.reach(by_name["F"].id, "id-Hook")
        assert (reach.known("shell"), reach.known("write")) == ("unknown", "unknown")
        assert reach.known("shell") != "no"


def test_what_was_found_stays_found_beside_an_open_call() -> None:
    flow = workflow(
        "F",
        [HOOK, SHELL, node("Call", "executeWorkflow", {"workflowId": "={{ 1 }}"})],
        ("Hook", "Run"),
        ("Hook", "Call"),
    )
    found, by_name = graph(flow)
    assert found.reach(by_name["F"].id, "id-Hook").known("shell") == "yes"


def test_a_webhook_call_reaches_the_other_automation() -> None:
    url = "https://n8n.bakery.eu/webhook/a-long-orders-path"
    post = node("Post", "httpRequest", {"url": url, "method": "POST"})
    caller = workflow("Caller", [node("In", "formTrigger"), post], ("In", "Post"))
    found, by_name = graph(caller, workflow("Target", [HOOK, SHELL], ("Hook", "Run")))
    assert names(found.reach(by_name["Caller"].id, "id-In").paths["shell"]) == ["In", "Post", "Hook", "Run"]


def test_an_address_of_somebody_else_is_an_ordinary_request() -> None:
    post = node("Post", "httpRequest", {"url": "https://api.vendor.eu/v1/webhook/x"})
    caller = workflow("Caller", [node("In", "formTrigger"), post], ("In", "Post"))
    found, by_name = graph(caller, workflow("Target", [HOOK, SHELL], ("Hook", "Run")))
    reach = found.reach(by_name["Caller"].id, "id-In")
    assert (reach.known("shell"), reach.open_ended) == ("no", False)


def test_copies_call_the_copy_beside_them() -> None:
    caller = workflow(
        "Caller", [HOOK, node("Call", "executeWorkflow", {"workflowId": {"value": "wf-Sub"}})], ("Hook", "Call")
    )
    safe = workflow("Sub", [node("In", "executeWorkflowTrigger"), node("Set", "set")], ("In", "Set"))
    risky = workflow("Sub", [node("In", "executeWorkflowTrigger"), SHELL], ("In", "Run"))
    inventory = inventory_of(
        {"live/caller.json": caller, "live/sub.json": risky, "old/caller.json": caller, "old/sub.json": safe}
    )
    found = Graph(inventory.automations)
    by_path = {one.location.path: one for one in inventory.automations}
    assert found.reach(by_path["live/caller.json"].id, "id-Hook").known("shell") == "yes"
    assert found.reach(by_path["old/caller.json"].id, "id-Hook").known("shell") == "no"


def untrusted(flow: dict[str, Any], step: str) -> list[str]:
    found, by_name = graph(flow)
    automation = by_name[flow["name"]]
    wanted = next(one for one in automation.steps if one.name == step)
    return [one.input.into for one in found.untrusted_inputs(automation.id, wanted)]


def test_data_of_outsiders_passes_through_what_only_reshapes_it() -> None:
    command = node("Run", "executeCommand", {"command": "=bake {{ $json.size }}"})
    assert untrusted(workflow("F", [HOOK, node("Set", "set"), command], ("Hook", "Set"), ("Set", "Run")), "Run") == [
        "command"
    ]


def test_data_of_a_service_is_not_that_of_the_caller() -> None:
    command = node("Run", "executeCommand", {"command": "=bake {{ $json.size }}"})
    flow = workflow(
        "F", [HOOK, node("Ask", "httpRequest", {"url": "https://a.eu"}), command], ("Hook", "Ask"), ("Ask", "Run")
    )
    assert untrusted(flow, "Run") == []
    named = node("Run", "executeCommand", {"command": "=bake {{ $('Hook').item.json.size }}"})
    flow = workflow(
        "F", [HOOK, node("Ask", "httpRequest", {"url": "https://a.eu"}), named], ("Hook", "Ask"), ("Ask", "Run")
    )
    assert untrusted(flow, "Run") == ["command"]


def test_a_schedule_brings_nothing_from_outside() -> None:
    command = node("Run", "executeCommand", {"command": "=bake {{ $json.size }}"})
    assert untrusted(workflow("F", [node("Every", "scheduleTrigger"), command], ("Every", "Run")), "Run") == []


def test_a_disabled_trigger_brings_nothing() -> None:
    command = node("Run", "executeCommand", {"command": "=bake {{ $json.size }}"})
    assert untrusted(workflow("F", [{**HOOK, "disabled": True}, command], ("Hook", "Run")), "Run") == []


def test_the_graph_is_linear() -> None:
    size = 3000
    nodes = [HOOK, *(node(f"N{n}", "set") for n in range(size)), SHELL]
    edges = [("Hook", "N0"), *((f"N{n}", f"N{n + 1}") for n in range(size - 1)), (f"N{size - 1}", "Run")]
    found, by_name = graph(workflow("F", nodes, *edges))
    assert len(found.reach(by_name["F"].id, "id-Hook").paths["shell"]) == size + 2


def caller_checked(files: dict[str, Any]) -> Known:
    """Whether the only exposed trigger of these files has its caller checked."""
    inventory = inventory_of(files)
    [(automation, trigger)] = [
        (one, trigger) for one in inventory.automations for trigger in one.triggers if trigger.exposed == "yes"
    ]
    assert trigger.kind == "webhook"
    return Graph(inventory.automations).checks_caller(automation.id, trigger.id)


CHECK = node("Check", "if", {"conditions": {"conditions": [{"leftValue": "={{ $json.headers['x-key'] }}"}]}})
MEDIA = node("Media", "if", {"conditions": {"conditions": [{"leftValue": "={{ $json.headers['content-type'] }}"}]}})
SIGN = node("Sign", "crypto", {"action": "hmac", "secret": "={{ $env.KEY }}"})
SAVE = node("Save", "postgres", {"operation": "insert"})
SET, QUERY = node("Set", "set"), node("Query", "postgres", {"operation": "executeQuery", "query": "={{ $json.q }}"})
ANSWER = node("Answer", "respondToWebhook")


@pytest.mark.parametrize(
    ("nodes", "edges", "expected"),
    [
        pytest.param([CHECK, SAVE], "Hook-Check Check-Save", "yes", id="compared before the effect"),
        pytest.param([SIGN, SAVE], "Hook-Sign Sign-Save", "yes", id="signed before the effect"),
        pytest.param([SET, CHECK, SAVE], "Hook-Set Set-Check Check-Save", "yes", id="reshaped first"),
        pytest.param([ANSWER, CHECK, SAVE], "Hook-Answer Answer-Check Check-Save", "yes", id="answered first"),
        pytest.param([CHECK, SAVE, SET], "Hook-Check Check-Save Hook-Set", "yes", id="nothing is done beside it"),
        pytest.param([SET, CHECK, SAVE], "Hook-Set Set-Set Set-Check Check-Save", "yes", id="a loop before it"),
        pytest.param([CHECK, SAVE], "Hook-Save Save-Check", "no", id="compared after the effect"),
        pytest.param([CHECK, SAVE, SHELL], "Hook-Check Check-Run Hook-Save", "no", id="a branch goes around it"),
        pytest.param([CHECK, SET, SHELL], "Hook-Check Hook-Set Set-Run Check-Run", "no", id="a longer way around it"),
        pytest.param([CHECK, SAVE], "Hook-Save", "no", id="the check is not connected"),
        pytest.param([MEDIA, SAVE], "Hook-Media Media-Save", "no", id="a header that holds no secret"),
        pytest.param(
            [{**CHECK, "disabled": True}, SAVE], "Hook-Check Check-Save", "no", id="the check is switched off"
        ),
        pytest.param(
            [CHECK, {**SHELL, "disabled": True}, SAVE],
            "Hook-Run Run-Check Check-Save",
            "yes",
            id="an effect that is off",
        ),
        pytest.param([SAVE], "Hook-Save", "no", id="no check"),
        pytest.param([SET], "Hook-Set", "no", id="no check and no effect"),
        pytest.param([CHECK, SAVE, QUERY], "Hook-Check Check-Save Hook-Query", "unknown", id="a query nobody knows"),
    ],
)
def test_callers_of_n8n_are_checked(nodes: list[dict[str, Any]], edges: str, expected: str) -> None:
    pairs = [(source, target) for source, _, target in (edge.partition("-") for edge in edges.split())]
    assert caller_checked({"f.json": workflow("F", [HOOK, *nodes], *pairs)}) == expected


@pytest.mark.parametrize(
    ("inside", "expected"), [((CHECK, SHELL), "yes"), ((SHELL, CHECK), "no"), ((SET, SHELL), "no"), (None, "unknown")]
)
def test_a_called_workflow_may_check_the_caller(
    inside: tuple[dict[str, Any], dict[str, Any]] | None, expected: str
) -> None:
    call = node("Call", "executeWorkflow", {"workflowId": {"value": "wf-Sub"}})
    files = {"caller.json": workflow("Caller", [HOOK, call], ("Hook", "Call"))}
    if inside is not None:
        first, then = inside
        pairs = (("In", first["name"]), (first["name"], then["name"]))
        files["sub.json"] = workflow("Sub", [node("In", "executeWorkflowTrigger"), first, then], *pairs)
    assert caller_checked(files) == expected


def node_red(*nodes: tuple[str, str, str, dict[str, Any]]) -> dict[str, Any]:
    tab = {"id": "t1", "type": "tab", "label": "Orders", "disabled": False, "info": ""}
    found = [
        {"id": own, "type": kind, "z": "t1", "name": own, "x": 1, "y": 1, "wires": [wires.split()], **fields}
        for own, kind, wires, fields in nodes
    ]
    return {"flows.json": [tab, *found]}


KEY = {"property": "req.headers.x-key", "propertyType": "msg"}
SIGNED = {"func": "const s = crypto.createHmac('sha256', env.get('K'));\nreturn msg;"}
FILE = {"filename": "/srv/orders.txt"}


@pytest.mark.parametrize(
    ("hook", "nodes", "expected"),
    [
        pytest.param("c", [("c", "switch", "w", KEY), ("w", "file", "", FILE)], "yes", id="compared before the effect"),
        pytest.param("c", [("c", "function", "w", SIGNED), ("w", "file", "", FILE)], "yes", id="signed before it"),
        pytest.param("w", [("w", "file", "c", FILE), ("c", "switch", "", KEY)], "no", id="compared after the effect"),
        pytest.param("c w", [("c", "switch", "", KEY), ("w", "file", "", FILE)], "no", id="a wire goes around it"),
        pytest.param(
            "c",
            [("c", "switch", "w", {"property": "req.headers.host"}), ("w", "file", "", FILE)],
            "no",
            id="a header that holds no secret",
        ),
        pytest.param(
            "c",
            [("c", "switch", "w", {**KEY, "d": True}), ("w", "file", "", FILE)],
            "no",
            id="the check is switched off",
        ),
        pytest.param(
            "c", [("c", "subflow:5b01", "w", {}), ("w", "file", "", FILE)], "unknown", id="a subflow nobody knows"
        ),
    ],
)
def test_callers_of_node_red_are_checked(hook: str, nodes: list[Any], expected: str) -> None:
    assert caller_checked(node_red(("h", "http in", hook, {"url": "/order"}), *nodes)) == expected


def logic_app(**actions: Any) -> dict[str, Any]:
    definition = {"triggers": {"hook": {"type": "Request", "kind": "Http"}}, "actions": actions}
    return {"orders/workflow.json": {"definition": definition, "kind": "Stateful"}}


def power_automate(**actions: Any) -> dict[str, Any]:
    schema = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
    request = {"type": "Request", "kind": "Http", "inputs": {"triggerAuthenticationType": "All"}}
    definition = {"$schema": schema, "contentVersion": "1.0.0.0", "triggers": {"manual": request}, "actions": actions}
    properties = {"displayName": "Orders", "state": "Started", "definition": definition, "connectionReferences": {}}
    flow = {"name": "f1", "type": "Microsoft.Flow/flows", "properties": properties}
    return {"Microsoft.Flow/flows/f1/definition.json": flow}


def compared(header: str, **inside: Any) -> dict[str, Any]:
    equals = [f"@triggerOutputs()?['headers']?['{header}']", "@parameters('key')"]
    return {"type": "If", "expression": {"and": [{"equals": equals}]}, "actions": inside, "runAfter": {}}


POST = {"type": "Http", "inputs": {"method": "POST", "uri": "https://api.mill-lane-bakery.eu/orders"}, "runAfter": {}}


POST_AFTER = {**POST, "runAfter": {"Check": ["Succeeded"]}}


@pytest.mark.parametrize("export", [logic_app, power_automate])
@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        pytest.param({"Check": compared("x-key", Save=POST)}, "yes", id="compared before the effect"),
        pytest.param(
            {"Save": POST, "Check": {**compared("x-key"), "runAfter": {"Save": ["Succeeded"]}}},
            "no",
            id="compared after the effect",
        ),
        pytest.param({"Check": compared("x-key", Tell=POST), "Save": POST}, "no", id="a branch goes around it"),
        pytest.param({"Check": compared("x-key"), "Save": POST_AFTER}, "no", id="a condition that holds nothing"),
        pytest.param({"Check": compared("Content-Type", Save=POST)}, "no", id="a header that holds no secret"),
        pytest.param({"Save": POST}, "no", id="no check"),
    ],
)
def test_callers_of_microsoft_flows_are_checked(export: Any, actions: dict[str, Any], expected: str) -> None:
    assert caller_checked(export(**actions)) == expected


def make(*modules: dict[str, Any]) -> dict[str, Any]:
    hook = {"id": 1, "module": "gateway:CustomWebHook", "version": 1, "parameters": {"hook": 4711}, "mapper": {}}
    flow = [hook, *({"version": 1, "parameters": {}, "mapper": {}, **one} for one in modules)]
    settings = {"roundtrips": 1, "maxErrors": 3, "confidential": False, "dataloss": False, "dlq": False}
    metadata = {"instant": True, "scenario": settings, "designer": {"orphans": []}}
    return {"orders.blueprint.json": {"name": "Orders", "flow": flow, "metadata": metadata}}


ROW = {"id": 3, "module": "mysql:InsertRow"}
OURS = {"name": "Ours?", "conditions": [[{"a": "{{1.__IMTHEADERS__[].value}}", "b": "x", "o": "text:equal"}]]}
HMAC = {"id": 2, "module": "code:ExecuteCode", "mapper": {"code": "require('crypto').createHmac('sha256', key)"}}


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        pytest.param([HMAC, ROW], "yes", id="signed before the effect"),
        pytest.param([{**ROW, "filter": OURS}], "yes", id="a filter before the effect"),
        pytest.param([ROW, {"id": 4, "module": "slack:CreateMessage", "filter": OURS}], "no", id="a filter after it"),
        pytest.param([ROW, HMAC], "no", id="signed after the effect"),
        pytest.param(
            [
                {
                    "id": 5,
                    "module": "builtin:BasicRouter",
                    "routes": [{"flow": [HMAC, ROW]}, {"flow": [{"id": 4, "module": "slack:CreateMessage"}]}],
                }
            ],
            "no",
            id="a route goes around it",
        ),
        pytest.param([ROW], "no", id="no check"),
    ],
)
def test_callers_of_make_are_checked(modules: list[dict[str, Any]], expected: str) -> None:
    assert caller_checked(make(*modules)) == expected
