"""The n8n reader: on small exports, and counted against the raw JSON of every file of the corpus."""

import json
from typing import Any

import pytest
from support.reading import corpus_files, parsed, read

from autoguard.errors import UnreadableError
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.n8n import PLATFORM
from autoguard.platforms.n8n.nodes import short, trigger_class


def workflow(**changes: Any) -> dict[str, Any]:
    return {
        "id": "aB3xY9kLm2",
        "name": "Orders",
        "active": True,
        "settings": {"errorWorkflow": "Xy12"},
        "nodes": [
            {"id": "n1", "name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "position": [0, 0],
             "parameters": {"path": "orders", "httpMethod": "POST"}},
            {"id": "n2", "name": "Save", "type": "n8n-nodes-base.postgres", "typeVersion": 2.5, "position": [0, 0],
             "parameters": {"operation": "executeQuery", "query": "=INSERT INTO o VALUES ('{{ $json.body.id }}')"},
             "credentials": {"postgres": {"id": "7", "name": "Shop DB"}}, "onError": "continueErrorOutput",
             "retryOnFail": True, "maxTries": 4},
            {"id": "n3", "name": "Tell", "type": "n8n-nodes-base.slack", "typeVersion": 2.2, "position": [0, 0],
             "parameters": {}, "disabled": True},
        ],
        "connections": {"Hook": {"main": [[{"node": "Save", "type": "main", "index": 0}]]},
                        "Save": {"main": [[], [{"node": "Tell", "type": "main", "index": 0}]]}},
        **changes,
    }  # fmt: skip


def test_workflow_in_neutral_words() -> None:
    [automation] = read(PLATFORM, json.dumps(workflow(), indent=1)).automations
    assert (automation.identity, automation.enabled, automation.error_route) == ("n8n:aB3xY9kLm2", "yes", "yes")
    [trigger] = automation.triggers
    assert (trigger.kind, trigger.auth, trigger.address, trigger.untrusted) == (
        "webhook",
        "none",
        webhook_address("orders"),
        "yes",
    )
    save, tell = automation.steps
    assert (save.kind, save.service, save.writes, save.retries) == ("database", "postgres", "yes", 3)
    assert [(item.text, item.source, item.into) for item in save.inputs] == [("$json.body.id", "*", "query")]
    assert (save.on_error, save.credentials) == ("route", ("n8n:postgres:7",))
    assert (tell.enabled, tell.operation, tell.writes) == ("no", "message.post", "yes")
    assert [(edge.source, edge.target, edge.kind) for edge in automation.edges] == [
        ("n1", "n2", "main"),
        ("n2", "n3", "error"),
    ]


def test_locations_are_the_nodes_own_lines() -> None:
    text = json.dumps(workflow(), indent=1)
    [automation] = read(PLATFORM, text).automations
    for step in automation.steps:
        assert step.location.line is not None
        assert f'"name": "{step.name}"' in "".join(text.splitlines()[step.location.line - 1 : step.location.line + 3])


def test_presence_of_a_key_is_not_a_value() -> None:
    [automation] = read(PLATFORM, json.dumps(workflow(settings={"errorWorkflow": None}))).automations
    assert automation.error_route == "no"
    [template] = read(
        PLATFORM, json.dumps({k: v for k, v in workflow().items() if k in ("nodes", "connections")})
    ).automations
    assert (template.enabled, template.error_route) == ("unknown", "unknown")


def test_own_error_trigger_handles_failures() -> None:
    nodes = [*workflow()["nodes"], {"id": "e", "name": "E", "type": "n8n-nodes-base.errorTrigger", "typeVersion": 1,
                                    "position": [0, 0], "parameters": {}}]  # fmt: skip
    [automation] = read(PLATFORM, json.dumps(workflow(settings={}, nodes=nodes))).automations
    assert automation.error_route == "yes"


def test_backup_with_several_workflows_and_api_answer() -> None:
    several = [workflow(), workflow(id="other", name="Other")]
    assert len(read(PLATFORM, json.dumps(several)).automations) == 2
    assert len(read(PLATFORM, json.dumps({"data": several, "nextCursor": None})).automations) == 2


def test_private_chat_is_not_exposed_and_public_chat_is() -> None:
    def chat(**parameters: Any) -> Any:
        node = {"id": "c", "name": "C", "type": "@n8n/n8n-nodes-langchain.chatTrigger", "typeVersion": 1.1,
                "position": [0, 0], "parameters": parameters}  # fmt: skip
        return read(PLATFORM, json.dumps(workflow(nodes=[node], connections={}))).automations[0].triggers[0]

    assert (chat().exposed, chat().auth) == ("no", "platform")
    assert (chat(public=True).exposed, chat(public=True).auth) == ("yes", "none")
    assert chat(public=True, authentication="basicAuth").auth == "shared-secret"


def condition(left: str) -> dict[str, Any]:
    return {"conditions": {"conditions": [{"leftValue": left, "rightValue": "={{ $env.KEY }}"}]}}


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    [
        ("if", condition("={{ $json.headers['x-key'] }}"), "verify"),
        ("if", condition("={{ $('Hook').item.json.headers.authorization }}"), "verify"),
        ("switch", {"rules": {"values": [condition('={{ $json["headers"]["x-shop-token"] }}')]}}, "verify"),
        ("crypto", {"action": "hmac"}, "verify"),
        ("code", {"jsCode": "const s = crypto.createHmac('sha256', $env.KEY);"}, "verify"),
        ("if", condition("={{ $json.headers['content-type'] }}"), "branch"),
        ("if", condition("={{ $json.body.key }}"), "branch"),
        ("if", condition("headers['x-key']"), "branch"),
        ("crypto", {"action": "hash"}, "transform"),
        ("code", {"jsCode": "return $input.all();"}, "code"),
    ],
)
def test_steps_that_check_the_caller(kind: str, parameters: dict[str, Any], expected: str) -> None:
    node = {"id": "v", "name": "V", "type": f"n8n-nodes-base.{kind}", "position": [0, 0], "parameters": parameters}
    [automation] = read(PLATFORM, json.dumps(workflow(nodes=[*workflow()["nodes"], node]))).automations
    assert automation.steps[-1].kind == expected


def test_credential_exports_plain_and_encrypted() -> None:
    plain = [{"id": "1", "name": "DB", "type": "postgres", "data": {"password": "flour-and-water"}}]
    sealed = [{"id": "1", "name": "DB", "type": "postgres", "data": "U2FsdGVkX1" + "x" * 40}]
    [store] = read(PLATFORM, json.dumps(plain)).credentials
    assert (store.role, store.storage, store.entries) == ("store", "inline", 1)
    [store] = read(PLATFORM, json.dumps(sealed)).credentials
    assert (store.role, store.storage) == ("store", "encrypted-store")


def test_instance_config_holds_the_key() -> None:
    [key] = read(PLATFORM, '{"encryptionKey": "abcabcabcabcabcabcabcabcabcabcab"}', ".n8n/config").credentials
    assert (key.role, key.storage) == ("encryption-key", "inline")
    assert not PLATFORM.recognise(parsed('{"encryptionKey": "x", "database": {}, "port": 1}', "app/settings.json"))


def test_other_graphs_are_not_n8n() -> None:
    others: list[Any] = [{"nodes": [], "edges": []}, {"nodes": [{"data": {}}], "connections": {}}, {"flow": []}, [], {}]
    for other in others:
        assert not PLATFORM.recognise(parsed(json.dumps(other)))


def test_counts_on_the_corpus_match_the_raw_json() -> None:
    checked = 0
    for path in corpus_files("n8n"):
        if path.suffix != ".json":
            continue
        document = parsed(path.read_bytes(), path.name)
        try:
            raw = document.json.value
        except UnreadableError:
            continue
        workflows = [item for item in (raw if isinstance(raw, list) else [raw]) if isinstance(item, dict)]
        facts = read(PLATFORM, path.read_bytes(), path.name)
        assert len(facts.automations) == len(workflows)
        for automation, source in zip(facts.automations, workflows, strict=True):
            nodes = [node for node in source["nodes"] if isinstance(node, dict) and node.get("type")]
            triggers = [node for node in nodes if trigger_class(node["type"])]
            notes = [node for node in nodes if short(node["type"]) == "stickyNote"]
            assert len(automation.triggers) == len(triggers)
            assert len(automation.steps) == len(nodes) - len(triggers) - len(notes)
            names = {node.get("name") for node in nodes}
            edges = sum(
                1
                for origin, kinds in source["connections"].items()
                if origin in names
                for outputs in kinds.values()
                for targets in outputs
                for target in targets or []
                if target["node"] in names
            )
            assert len(automation.edges) == edges
            references = sum(len(node.get("credentials") or {}) for node in nodes if not trigger_class(node["type"]))
            assert sum(len(step.credentials) for step in automation.steps) <= references
            checked += 1
    assert checked > 100
