"""The graph: what a trigger reaches, where outsiders' data arrives, and what cannot be known."""

from typing import Any

from support.estate import inventory_of, node, workflow

from autoguard.flows import Graph
from autoguard.model import Automation


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
