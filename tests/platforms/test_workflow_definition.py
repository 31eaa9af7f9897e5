"""What Power Automate and Logic Apps share: order, failures, expressions, sources of values."""

import json
from typing import Any

import pytest
from support.reading import read

from autoguard.model import Automation, Step
from autoguard.platforms._workflow_definition.expressions import expressions, references, without_expressions
from autoguard.platforms._workflow_definition.hosts import host_of, service_name
from autoguard.platforms.logic_apps import PLATFORM

WRITE = {"type": "Http", "inputs": {"method": "POST", "uri": "https://a.example"}}
READ = {"type": "Http", "inputs": {"method": "GET", "uri": "https://a.example"}}
NOTE = {"type": "Compose", "inputs": "x"}


def after(action: dict[str, Any], **waits: str) -> dict[str, Any]:
    return {**action, "runAfter": {name: outcomes.split() for name, outcomes in waits.items()}}


def scope(**actions: Any) -> dict[str, Any]:
    return {"type": "Scope", "actions": actions}


def workflow(**actions: Any) -> Automation:
    triggers = {"hook": {"type": "Request", "kind": "Http"}}
    value = {"definition": {"triggers": triggers, "actions": actions}, "kind": "Stateful"}
    automations: tuple[Automation, ...] = read(PLATFORM, json.dumps(value), "a/b/workflow.json").automations
    return automations[0]


def edges(automation: Automation) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.target, edge.kind) for edge in automation.edges}


def step(automation: Automation, name: str) -> Step:
    return next(item for item in automation.steps if item.id == name)


def test_order_of_nested_actions() -> None:
    choice = {
        "type": "If", "actions": {"Yes": NOTE}, "else": {"actions": {"No": NOTE, "Then": after(NOTE, No="Succeeded")}},
    }  # fmt: skip
    switch = {"type": "Switch", "cases": {"c": {"actions": {"Case": NOTE}}}, "default": {"actions": {"Rest": NOTE}}}
    loop = {"type": "foreach", "foreach": "@triggerBody()", "actions": {"Each": NOTE}}
    automation = workflow(If=choice, Switch=after(switch, If="SUCCEEDED"), Loop=after(loop, Switch="Succeeded"))
    assert edges(automation) == {
        ("hook", "If", "main"), ("If", "Yes", "main"), ("If", "No", "main"), ("No", "Then", "main"),
        ("If", "Switch", "main"), ("Switch", "Case", "main"), ("Switch", "Rest", "main"), ("Switch", "Loop", "main"),
        ("Loop", "Each", "main"),
    }  # fmt: skip
    kinds = {item.id: item.kind for item in automation.steps}
    assert (kinds["If"], kinds["Switch"], kinds["Loop"], kinds["Yes"]) == ("branch", "branch", "loop", "transform")


def test_handlers_and_ways_on_after_a_failure() -> None:
    automation = workflow(
        A=WRITE, Handler=after(WRITE, A="FAILED TimedOut"), B=after(WRITE, A="Succeeded Failed"), C=WRITE, Lost=WRITE
    )
    assert {("A", "Handler", "error"), ("A", "B", "main"), ("A", "B", "error")} <= edges(automation)
    assert (step(automation, "A").on_error, step(automation, "C").on_error) == ("route", "stop")
    passed_over = workflow(A=WRITE, B=after(WRITE, A="Succeeded Failed Skipped TimedOut"))
    assert (step(passed_over, "A").on_error, passed_over.error_route) == ("continue", "no")


def test_action_that_waits_for_one_that_is_not_there_follows_the_trigger() -> None:
    assert ("hook", "B", "main") in edges(workflow(B=after(NOTE, Gone="Succeeded"), C=after(NOTE, C="Succeeded")))


@pytest.mark.parametrize(
    ("actions", "route"),
    [
        ({"A": WRITE}, "no"),
        ({}, "no"),
        ({"Try": scope(A=WRITE, B=after(WRITE, A="Succeeded")), "Catch": after(scope(M=WRITE), Try="Failed")}, "yes"),
        ({"Try": scope(A=WRITE), "Catch": after(scope(M=WRITE), Try="Failed"), "Other": WRITE}, "no"),
        # The handler of the last step catches the others by their being skipped, if it says so.
        ({"A": WRITE, "B": after(WRITE, A="Succeeded"), "H": after(WRITE, B="Failed Skipped TimedOut")}, "yes"),
        ({"A": WRITE, "B": after(WRITE, A="Succeeded"), "H": after(WRITE, B="Failed TimedOut")}, "no"),
        # What runs in either case is a handler where it looks at the result.
        ({"A": WRITE, "H": after({**WRITE, "description": "@result('A')"}, A="Succeeded Failed Skipped")}, "yes"),
        # A step that only reads needs no handler where another one writes.
        ({"R": READ, "A": after(WRITE, R="Succeeded"), "H": after(NOTE, A="Failed")}, "yes"),
        ({"R": READ, "H": after(NOTE, R="Failed")}, "yes"),
        ({"R": READ, "H": after(NOTE, R="Skipped")}, "no"),
    ],
)
def test_failures_that_reach_a_handler(actions: dict[str, Any], route: str) -> None:
    assert workflow(**actions).error_route == route


def test_success_path_behind_a_handler_is_no_error_path() -> None:
    automation = workflow(Try=scope(A=WRITE), Catch=after(NOTE, Try="Failed"), Done=after(WRITE, Catch="Skipped"))
    assert ("Catch", "Done", "main") in edges(automation)
    assert automation.error_route == "no"


def test_values_are_followed_to_the_trigger() -> None:
    automation = workflow(
        Set={"type": "InitializeVariable", "inputs": {"variables": [{"name": "Id", "value": "@triggerBody()?['id']"}]}},
        Note={"type": "Compose", "inputs": "@variables('id')"},
        Loop={"type": "Foreach", "foreach": "@outputs('Note')", "actions": {
            "Call": {"type": "Http", "inputs": {"method": "GET", "uri": "https://a.example/@{items('Loop')}/@{item()}"}}}},
        **{"Two words": {"type": "Http", "inputs": {"method": "GET", "uri": "@{body('Two_Words')}@{body('gone')}"}}},
    )  # fmt: skip
    found = [(item.text, item.source) for item in step(automation, "Call").inputs]
    assert found == [
        ("items('Loop')", "Loop"), ("item()", "Loop"), ("outputs('Note')", "Note"), ("variables('id')", "Set"),
        ("triggerBody()?['id']", "hook"),
    ]  # fmt: skip
    assert {item.into for item in step(automation, "Call").inputs} == {"url"}
    assert [item.source for item in step(automation, "Two words").inputs] == ["Two words", "*"]


def test_only_sensitive_places_are_inputs() -> None:
    body = {"type": "Http", "inputs": {"method": "POST", "uri": "https://a.example", "body": "@triggerBody()"}}
    assert workflow(A=body, B={"type": "Compose", "inputs": "@triggerBody()"}).steps[0].inputs == ()


INNER = {"type": "Compose", "inputs": 1}
HEADER = "@triggerOutputs()?['headers']?['x-key']"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"type": "If", "actions": {"B": INNER}, "expression": {"equals": [HEADER, "@x"]}}, "verify"),
        ({"type": "If", "actions": {}, "expression": {"equals": [HEADER, "@x"]}}, "branch"),
        (
            {"type": "Switch", "cases": {"a": {}}, "expression": "@triggerOutputs()['headers']['Authorization']"},
            "verify",
        ),
        ({"type": "JavaScriptCode", "inputs": {"code": "crypto.createHmac('sha256', key)"}}, "verify"),
        ({"type": "If", "expression": {"equals": ["@triggerBody()?['key']", "@x"]}}, "branch"),
        ({"type": "JavaScriptCode", "inputs": {"code": "return 1;"}}, "code"),
    ],
)
def test_steps_that_check_the_caller(action: dict[str, Any], expected: str) -> None:
    assert workflow(Check=action).steps[0].kind == expected


def test_retries() -> None:
    def retries(policy: Any) -> int | None:
        return workflow(A={"type": "Http", "inputs": {"retryPolicy": policy}}).steps[0].retries

    policies: list[Any] = [{"type": "none"}, {"type": "fixed", "count": 4}, {"count": "@x"}, None, []]
    assert [retries(policy) for policy in policies] == [0, 4, None, None, None]


def test_expressions() -> None:
    assert expressions("@triggerBody()") == ["triggerBody()"]
    assert expressions("a @{body('x')} b @{items('it''s')}") == ["body('x')", "items('it''s')"]
    assert expressions("@@plain") == expressions("jane@acme.example") == []
    assert [item.name for item in references("@{items('it''s')['}']}")] == ["it's"]
    assert references("@concat(triggerBody()?['a'], variables('V'), outputs('O')?.body)") == [
        ("trigger", "", "triggerBody()?['a']"), ("variable", "V", "variables('V')"),
        ("action", "O", "outputs('O')?.body"),
    ]  # fmt: skip
    assert without_expressions("/a/@{x('/')}/b") == "/a//b"


def test_hostile_text_takes_no_time() -> None:
    for text in ("@{'" * 50_000, "@{" + "''" * 50_000, "@" + "body('" * 50_000, "@{" + "{" * 50_000):
        assert references(text) == []


def test_hosts() -> None:
    assert service_name(
        "/providers/Microsoft.PowerApps/apis/shared_graph-20api-5f04d5eb22c34423fb-5f448e0b83a75acf03"
    ) == ("graph api")
    path = "/v2/datasets/@{encodeURIComponent('https://a.example/x')}/tables/4f1a/items?key=1"
    host = {"connection": {"name": "@json(x)['$connections']['shared_sql_1']['connectionId']"}}
    found = host_of({"inputs": {"host": host, "method": "Post", "path": path}})
    assert found[:4] == ("sql", "post v2/datasets/tables/items", "shared_sql_1", "Post")
    computed = {"connection": {"name": "@parameters('$connections')[concat('servicebus_', rand(1,3))]['connectionId']"}}
    assert host_of({"inputs": {"host": computed, "method": "post", "path": ""}})[:3] == ("servicebus", "post", "")
