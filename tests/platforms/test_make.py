"""The Make reader: on small blueprints, and counted against the raw JSON of every file of the corpus."""

import json
from typing import Any

import pytest
from support.reading import CORPUS, corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.model import Automation
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.make import PLATFORM
from autoguard.platforms.make.modules import is_trigger

SETTINGS = {"roundtrips": 1, "maxErrors": 3, "confidential": False, "dataloss": False, "dlq": False}
GMAIL = {"label": "Mail (jane@acme.example)", "data": {"scoped": "true", "connection": "google"}}


def module(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {"id": number, "module": name, "version": 1, "parameters": {}, "mapper": {}, **changes}


def blueprint(*flow: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "name": "New client",
        "flow": list(flow),
        "metadata": {"instant": True, "scenario": {**SETTINGS, **settings}, "designer": {"orphans": []}},
    }


def hooked(*flow: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return blueprint(module(1, "gateway:CustomWebHook", parameters={"hook": 123456}), *flow, **settings)


def one(value: Any) -> Automation:
    automations: tuple[Automation, ...] = read(PLATFORM, json.dumps(value, indent=1), "x.blueprint.json").automations
    assert len(automations) == 1
    return automations[0]


def edges(automation: Automation) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.kind) for edge in automation.edges]


def test_webhook_scenario_in_neutral_words() -> None:
    row = module(
        2,
        "google-sheets:addRow",
        parameters={"__IMTCONN__": 77},
        mapper={"values": {"0": "{{1.email}}"}},
        metadata={"restore": {"parameters": {"__IMTCONN__": GMAIL}}, "designer": {"x": 0, "name": "Keep it"}},
        onerror=[module(9, "builtin:Break", mapper={"count": "3", "interval": "15", "retry": True})],
    )
    facts = read(PLATFORM, json.dumps(hooked(row)))
    [automation] = facts.automations
    [trigger] = automation.triggers
    assert (trigger.kind, trigger.auth, trigger.exposed, trigger.untrusted) == ("webhook", "unknown", "yes", "yes")
    assert (trigger.address, automation.enabled) == ("123456", "unknown")
    step, handler = automation.steps
    assert (step.kind, step.service, step.writes, step.name) == ("database", "google-sheets", "yes", "Keep it")
    assert (step.on_error, step.retries, automation.error_route) == ("route", 3, "yes")
    assert (handler.kind, handler.operation) == ("other", "Break")
    [credential] = facts.credentials
    assert (credential.id, credential.service) == ("make:connection:77", "google")
    assert (credential.name, step.credentials) == ("Mail (jane@acme.example)", ("make:connection:77",))
    assert edges(automation) == [("1", "2", "main"), ("2", "9", "error")]


def test_routes_branches_tools_and_orphans() -> None:
    router = module(3, "builtin:BasicRouter", routes=[{"flow": [module(4, "slack:CreateMessage")]}, {"flow": []}])
    agent = module(
        5, "ai-local-agent:RunLocalAIAgent", tools=[{"name": "t", "flow": [module(6, "http:ActionSendData")]}]
    )
    choice = module(
        7,
        "builtin:BasicIfElse",
        branches=[{"flow": [module(8, "json:ParseJSON")]}, {"flow": [module(10, "a:b")], "disabled": True}],
    )
    value = hooked(choice, module(11, "builtin:BasicMerge"), agent, router)
    value["metadata"]["designer"]["orphans"] = [[module(12, "mysql:InsertRow"), module(13, "slack:CreateMessage")]]
    automation = one(value)
    assert sorted(edges(automation)) == sorted(
        [
            ("1", "7", "main"), ("7", "8", "main"), ("7", "10", "main"), ("7", "11", "main"), ("8", "11", "main"),
            ("10", "11", "main"), ("11", "5", "main"), ("5", "6", "attached"), ("5", "3", "main"), ("3", "4", "main"),
            ("12", "13", "main"),
        ]
    )  # fmt: skip
    disabled = {step.id for step in automation.steps if step.enabled == "no"}
    assert disabled == {"10", "12", "13"}
    assert {step.id: step.kind for step in automation.steps}["5"] == "agent"


@pytest.mark.parametrize(
    ("handlers", "on_error", "route"),
    [
        ([], "stop", "no"),
        (["builtin:Ignore"], "continue", "no"),
        (["builtin:Resume"], "continue", "no"),
        (["builtin:Commit"], "continue", "no"),
        (["builtin:Rollback"], "route", "yes"),
        (["slack:CreateMessage", "builtin:Ignore"], "route", "yes"),
    ],
)
def test_error_directives(handlers: list[str], on_error: str, route: str) -> None:
    step = module(2, "mysql:InsertRow", onerror=[module(20 + n, name) for n, name in enumerate(handlers)])
    automation = one(hooked(step))
    assert (automation.steps[0].on_error, automation.error_route) == (on_error, route)


def test_incomplete_executions_are_an_error_route_and_no_settings_are_unknown() -> None:
    assert one(hooked(module(2, "mysql:InsertRow"), dlq=True)).error_route == "yes"
    bare = {"name": "x", "flow": [module(1, "mysql:InsertRow")]}
    assert one(bare).error_route == "unknown"


def test_request_with_its_host_method_and_tls() -> None:
    call = module(
        2,
        "http:ActionSendData",
        mapper={"url": "https://api.acme.example/v1?id={{1.id}}", "method": "post", "rejectUnauthorized": False},
    )
    [step] = one(hooked(call)).steps
    assert (step.kind, step.writes, step.tls_verified) == ("http", "yes", "no")
    assert [(item.scheme, item.host) for item in step.endpoints] == [("https", "api.acme.example")]
    assert [(item.text, item.source, item.into) for item in step.inputs] == [("1.id", "1", "url")]
    [step] = one(hooked(module(2, "http:ActionSendData", mapper={"url": "{{1.url}}", "method": "get"}))).steps
    assert (step.writes, step.endpoints[0].dynamic, step.tls_verified) == ("no", True, "unknown")


def test_values_are_followed_through_modules_that_only_reshape() -> None:
    parse = module(2, "json:ParseJSON", mapper={"json": "{{1.body}}"})
    ask = module(3, "openai-gpt-3:CreateCompletion", mapper={"messages": [{"content": "Sum up {{2.text}}"}]})
    code = module(4, "code:ExecuteCode", mapper={"codeEditorJavascript": "run('{{3.result}}')", "input": []})
    query = module(5, "mysql:ExecuteQuery", mapper={"query": "DELETE FROM t WHERE id = {{lower(1.`id x`)}}"})
    automation = one(hooked(parse, ask, code, query))
    found = {step.id: [(item.source, item.into) for item in step.inputs] for step in automation.steps}
    assert found == {"2": [], "3": [("2", "prompt"), ("1", "prompt")], "4": [("3", "code")], "5": [("1", "query")]}
    assert [step.kind for step in automation.steps] == ["transform", "ai", "code", "database"]
    assert automation.steps[3].writes == "yes"


def test_polled_and_instant_triggers() -> None:
    [polled] = one(blueprint(module(1, "google-email:TriggerNewEmail", parameters={"account": 5}))).triggers
    assert (polled.kind, polled.untrusted, polled.exposed) == ("event", "yes", "no")
    [rows] = one(blueprint(module(1, "google-sheets:watchRows"))).triggers
    assert (rows.kind, rows.untrusted, rows.event) == ("event", "unknown", "google-sheets:watchRows")
    [instant] = one(blueprint(module(1, "telegram:WatchUpdates", parameters={"__IMTHOOK__": 8}))).triggers
    assert (instant.kind, instant.exposed, instant.address) == ("event", "unknown", "8")
    [mail] = one(blueprint(module(1, "gateway:CustomMailHook", parameters={"hook": 9}))).triggers
    assert (mail.kind, mail.exposed, mail.untrusted, mail.event) == ("webhook", "yes", "yes", "mail")


def test_scenario_that_begins_with_an_action_runs_by_its_schedule() -> None:
    automation = one(blueprint(module(1, "http:ActionSendData", mapper={"url": "https://a.example", "method": "get"})))
    [trigger] = automation.triggers
    assert (trigger.id, trigger.kind, trigger.schedule) == ("schedule", "schedule", "")
    assert edges(automation) == [("schedule", "1", "main")]
    assert [step.id for step in automation.steps] == ["1"]


def test_api_answers_know_state_schedule_and_owner() -> None:
    inner = blueprint(module(1, "google-sheets:watchRows"))
    plan = {"type": "indefinitely", "interval": 900}
    answer = {"code": "OK", "response": {"blueprint": inner, "scheduling": plan}}
    assert one(answer).triggers[0].schedule == "every 900 seconds"
    record = {
        "id": 4711, "name": "x", "isActive": True, "blueprint": json.dumps(inner), "scheduling": json.dumps(plan),
        "createdByUser": {"id": 1, "name": "Jane", "email": "jane@acme.example"},
    }  # fmt: skip
    [first, second] = read(PLATFORM, json.dumps({"scenarios": [record, {**record, "isActive": False}]})).automations
    assert (first.identity, first.native_id, first.enabled, second.enabled) == ("make:4711", "4711", "yes", "no")
    assert (first.owners, first.triggers[0].schedule) == (("jane@acme.example",), "every 900 seconds")
    [called] = one({"blueprint": hooked(), "scheduling": {"type": "on-demand"}, "isActive": True}).triggers
    assert called.kind == "webhook"


def test_sub_scenarios_and_hooks_are_calls() -> None:
    start = module(1, "scenario-service:StartSubscenario")
    child = one(blueprint(start, module(2, "ai-tools:Ask", mapper={"input": "{{var.input.text}}"})))
    assert (child.triggers[0].kind, child.steps[0].inputs[0].source) == ("call", "1")
    steps = one(
        hooked(
            module(2, "scenario-service:CallSubscenario", parameters={"scenario": "SCN_901"}),
            module(3, "scenario-service:CallSubscenario", mapper={"scenarioId": "{{1.id}}"}),
            module(4, "http:ActionSendData", mapper={"url": "https://hook.eu1.make.com/abcdef123456?k=1"}),
        )
    ).steps
    assert [(call.how, call.target, call.dynamic) for step in steps for call in step.calls] == [
        ("id", "901", False),
        ("id", "", True),
        ("url", webhook_address("abcdef123456"), False),
    ]


def test_filter_on_a_header_is_a_step_before_its_module() -> None:
    checked = {"name": "Ours?", "conditions": [[{"a": "{{1.__IMTHEADERS__[].value}}", "b": "x", "o": "text:equal"}]]}
    found = one(hooked(module(2, "mysql:InsertRow", filter=checked), module(3, "slack:CreateMessage")))
    assert [(step.id, step.kind, step.name) for step in found.steps][:2] == [
        ("2:filter", "verify", "Ours?"),
        ("2", "database", "mysql:InsertRow"),
    ]
    assert {(edge.source, edge.target) for edge in found.edges} == {("1", "2:filter"), ("2:filter", "2"), ("2", "3")}


def test_custom_apps_are_components() -> None:
    [step] = one(hooked(module(2, "app#acme-erp:CreateDoc"))).steps
    assert step.component is not None
    assert (step.component.name, step.component.pinned, step.writes) == ("app#acme-erp", "unknown", "yes")


def test_locations_are_the_modules_own_lines() -> None:
    text = json.dumps(hooked(module(2, "builtin:BasicRouter", routes=[{"flow": [module(3, "a:b")]}])), indent=1)
    for step in read(PLATFORM, text).automations[0].steps:
        assert step.location.line is not None
        assert f'"id": {step.id},' in text.splitlines()[step.location.line]


def test_secrets_in_parameters_do_not_reach_the_model() -> None:
    secret = "sk" + "-unreal-47"
    leaky = module(
        2,
        "http:ActionSendData",
        parameters={"apiKey": secret, "key": secret, "account": secret, "__IMTCONN__": secret, "someKeychain": secret},
        mapper={
            "url": f"https://u:{secret}@a.example/x?token={secret}", "headers": [{"name": "A", "value": secret}],
            "authUser": secret, "method": secret, "data": f"{{{{1.a}}}} {secret}",
        },
    )  # fmt: skip
    code = module(3, "code:ExecuteCode", mapper={"codeEditorJavascript": f"const k = '{secret}' + {{{{1.b}}}}"})
    assert secret not in repr(read(PLATFORM, json.dumps(hooked(leaky, code))))


@pytest.mark.parametrize(
    "other",
    [
        {"flow": []},
        {"flow": [{"module": "noColon"}], "name": "x"},
        {"flow": [{"type": "tab"}], "metadata": {}},
        {"name": "x", "modules": [module(1, "gateway:CustomWebHook")]},
        {"scenario": {"modules": [module(1, "a:b")]}},
        {"blueprint": {"steps": []}, "isActive": True},
        {"$schema": "https://playground.wordpress.net/blueprint-schema.json", "steps": []},
        {"zaps": []},
        [],
        {},
        [1, None],
    ],
)
def test_near_misses_are_not_make(other: Any) -> None:
    assert not PLATFORM.recognise(parsed(json.dumps(other), "blueprint.json"))


WRONG: list[Any] = [None, True, 0, "x", [], {}, [None], [[1]], {"a": 1}, "{{1.", "\ud800"]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "key", ["id", "parameters", "mapper", "metadata", "onerror", "routes", "branches", "tools", "filter", "version"]
)
def test_wrong_types_in_modules_are_survived(key: str, wrong: Any) -> None:
    broken = module(2, "mysql:InsertRow", **{key: wrong})
    automation = one(hooked(broken, module(3, "http:ActionSendData", mapper={"url": wrong, "method": wrong})))
    assert len(automation.steps) == 2


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_types_around_modules_are_survived(wrong: Any) -> None:
    base = hooked(module(2, "a:b"))
    for key in ("name", "metadata", "description", "subflows", "scheduling", "isActive", "createdByUser"):
        one({**base, key: wrong})
        one({"blueprint": base, key: wrong})
    one({**base, "flow": [wrong, *base["flow"], wrong]})
    one({**base, "metadata": {"designer": {"orphans": wrong}, "scenario": wrong}})


def modules_below(value: Any) -> list[dict[str, Any]]:
    stack, found = [value], []
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.extend([item] if ":" in str(item.get("module", "")) else [])
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return found


def test_counts_on_the_corpus_match_the_raw_json() -> None:
    checked = 0
    for path in corpus_files("make"):
        raw = json.loads(path.read_text("utf-8-sig"))
        facts = read(PLATFORM, path.read_bytes(), path.name)
        [automation] = facts.automations
        modules = modules_below(raw)
        starts = [item for item in raw["flow"][:1] if is_trigger(item)]
        assert len(automation.steps) == len(modules) - len(starts)
        assert len(automation.triggers) == 1
        branches = sum(len([r for r in item.get("routes", []) if r["flow"]]) for item in modules)
        handlers = sum(1 for item in modules if item.get("onerror"))
        chains = sum(len(item["flow"]) - 1 for item in modules_with_flows(raw) if item["flow"])
        chains += sum(len(item["onerror"]) - 1 for item in modules if item.get("onerror"))
        assert len(automation.edges) == branches + handlers + chains + (0 if starts else 1)
        used = [
            value
            for item in modules
            for key, value in (item.get("parameters") or {}).items()
            if key in ("__IMTCONN__", "account") and value
        ]
        assert sum(len(item.locations) for item in facts.credentials) == len(used)
        assert {item.id for item in facts.credentials} == {f"make:connection:{value}" for value in used}
        checked += 1
    assert checked == 4


def modules_with_flows(raw: Any) -> list[dict[str, Any]]:
    routes = [route for item in modules_below(raw) for route in item.get("routes", [])]
    return [raw, *routes]


def test_files_of_other_platforms_are_left_alone() -> None:
    for folder in sorted(item.name for item in CORPUS.iterdir()) if CORPUS.is_dir() else []:
        for path in corpus_files(folder) if (CORPUS / folder).is_dir() and folder != "make" else []:
            document = parsed(path.read_bytes(), str(path.relative_to(CORPUS)))
            try:
                assert not (PLATFORM.signature.search(document.utf8) and PLATFORM.recognise(document)), path
            except UnreadableError:
                continue
