"""What the Node-RED reader must leave alone and survive, and its counts against the raw JSON of the corpus."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.reading import corpus_files, parsed, read

from autoguard.platforms.node_red import PLATFORM
from autoguard.platforms.node_red.nodes import CORE

TAB = {"id": "8b5ef6dc.d0b8b", "type": "tab", "label": "Orders"}


def node(own: str, kind: str, /, *wires: str, **fields: Any) -> dict[str, Any]:
    return {"id": own, "type": kind, "z": TAB["id"], "x": 1, "y": 1, "wires": [list(wires)], **fields}


SHOP = [
    node("a1", "http in", "a2", url="/order", method="post"),
    node("a2", "function", "a3", func="return msg;", libs=[{"var": "fs", "module": "fs"}]),
    node("a3", "mysql", "a4", "a5", mydb="db1"),
    node("a4", "http request", method="POST", url="https://api.bakery.example/v1", tls="tls1"),
    node("a5", "exec", command="label", addpay="payload", d=True),
    {"id": "db1", "type": "MySQLdatabase", "name": "Shop", "host": "db.bakery.example", "port": "3306", "db": "shop"},
    {"id": "tls1", "type": "tls-config", "name": "", "keyname": "k.pem", "verifyservercert": False},
]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"nodes": [{"id": "1", "type": "n8n-nodes-base.set"}], "connections": {}}', "flows.json"),
        ('{"nodes": [{"id": "1", "type": "customNode", "data": {}}], "edges": []}', "flow.json"),
        ('[{"id": "1", "alias": "Light", "trigger": [], "action": []}]', "automations.json"),
        ('[{"id": "home", "type": "tab", "title": "Home"}]', "ui.json"),
        ('[{"id": "1", "type": "a"}, {"id": "2", "type": "b"}]', "flows.json"),
        ('[{"id": "1", "type": "tab", "label": "x"}, {"a": 1}, {"b": 2}]', "ui.json"),
        ('{"flow": [{"id": 1, "module": "http:ActionSendData"}]}', "flow.json"),
        ('{"flows": [{"name": "a"}]}', "flows.json"),
        ('{"0123456789abcdef": {"size": 1, "path": "x"}}', "cache.json"),
        ('{"$": "x"}', "x.json"),
        ('{"projects": {"a": {"root": "x"}}}', "angular.json"),
        ('{"name": "x", "node-red": {"nodes": {"a": "a.js"}}}', "package.json"),
        ('module.exports = { BOT_NAME: "x", PREFIX: "." }', "settings.js"),
        ("module.exports = { amazon: { credentialSecret: process.env.A } }", "settings.js"),
        ("module.exports = function(RED) { RED.nodes.createNode(this, RED.settings.httpNodeRoot) }", "node.js"),
        ("# Set `credentialSecret` and `httpNodeAuth` in module.exports", "README.md"),
        ("[]", "flows.json"),
        ("3", "flows.json"),
    ],
)  # fmt: skip
def test_near_misses_are_not_node_red(text: str, path: str) -> None:
    assert not PLATFORM.recognise(parsed(text, path))


WRONG: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "\x00<b>",
    [],
    [None],
    [[]],
    {},
    {"a": {"b": None}},
    [{"wires": 1}],
)


def spoiled(value: Any) -> Iterator[Any]:
    """Copies of a document in which one value after the other has a type that it should not have."""
    whole = json.dumps(value)
    paths: list[tuple[Any, ...]] = [()]
    for path in paths:
        inside = value
        for key in path:
            inside = inside[key]
        if isinstance(inside, dict | list):
            paths.extend((*path, key) for key in (inside if isinstance(inside, dict) else range(len(inside))))
    for path in paths[1:]:
        for wrong in WRONG:
            copy = json.loads(whole)
            inside = copy
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = wrong
            yield copy


def test_wrong_types_anywhere_are_survived() -> None:
    fields = {"server": "db1", "host": "h", "port": "1", "links": ["a1"], "scope": ["a1"], "libs": [{"module": "x"}],
              "rules": [{"p": "x"}], "env": [{"name": "K", "type": "cred"}], "g": "g1", "broker": "db1", "query": "x",
              "in": [{"wires": [{"id": "a1"}]}]}  # fmt: skip
    kinds = sorted(
        CORE | {"subflow:s", "postgresql", "MSSQL", "GSheet", "ha-api", "telegram command", "ui_form", "new in"}
    )
    nodes = [
        TAB,
        {"id": "s", "type": "subflow", **fields},
        *(node(f"n{i}", kind, **fields) for i, kind in enumerate(kinds)),
    ]
    read_any = 0
    for changed in [*spoiled([TAB, *SHOP]), *spoiled([*nodes[:3], *nodes[-6:]]), nodes]:
        document = parsed(json.dumps(changed), "flows.json")
        if PLATFORM.recognise(document):
            read_any += len(PLATFORM.join([PLATFORM.read(document)]).automations)
    store = {"0123456789abcdef": {"password": "x", "map": {"a": "b"}}}
    for changed in [*spoiled(store), *spoiled({"_credentialSecret": "x", "projects": {"projects": {"a": {}}}})]:
        document = parsed(json.dumps(changed), "flows_cred.json")
        if PLATFORM.recognise(document):
            PLATFORM.read(document)
    assert read_any > 1000


SOURCES = {"inject", "http in", "mqtt in", "tcp in", "websocket in", "serial in", "status"}


def test_counts_on_the_corpus_match_the_raw_json() -> None:
    checked = 0
    for path in corpus_files("node-red"):
        raw = json.loads(path.read_bytes())
        if not isinstance(raw, list):
            assert not PLATFORM.recognise(parsed(path.read_bytes(), path.name))
            continue
        facts = read(PLATFORM, path.read_bytes(), path.name)
        tabs = [item["id"] for item in raw if item["type"] == "tab"]
        assert len(facts.automations) == max(1, len(tabs))
        parts = [item for item in raw if "wires" in item and item["type"] != "comment"]
        places = {item["id"]: item["z"] for item in parts}
        senders = {item["id"] for item in parts if item["type"] == "link out" and item.get("mode") != "return"}
        links = {(item["id"], other) for item in parts if item["id"] in senders for other in item["links"]}
        links |= {(other, item["id"]) for item in parts if item["type"] == "link in" for other in item["links"]}
        wires = {(item["id"], other) for item in parts for output in item["wires"] for other in output}
        entries = {
            item["id"]
            for item in parts
            if item["type"] == "link in"
            and {places.get(source) for source, target in links if target == item["id"]} != {item["z"]}
        }
        triggers = {item["id"] for item in parts if item["type"] in SOURCES} | entries
        found = {one.id for automation in facts.automations for one in automation.triggers}
        assert found == triggers
        assert sum(len(one.steps) for one in facts.automations) == len(parts) - len(triggers)
        edges = [edge for automation in facts.automations for edge in automation.edges]
        inside = {
            (source, target)
            for source, target in wires | links
            if source in places and places.get(target) == places[source]
        }
        assert {(edge.source, edge.target) for edge in edges if edge.kind == "main"} == inside
        scopes = sum(len(item["scope"]) for item in parts if item["type"] == "catch")
        assert sum(edge.kind == "error" for edge in edges) == scopes
        brokers = {item["id"] for item in raw if item["type"] == "mqtt-broker"}
        own = [item for item in parts if item["type"] == "http request" and item["authType"]]
        users = sum(item.get("broker") in brokers for item in parts if item["type"] == "mqtt out")
        references = sum(len(one.credentials) for automation in facts.automations for one in automation.steps)
        assert references == users + len(own)
        assert len(facts.credentials) == len(brokers) + len(own)
        checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    "folder", ["n8n", "flowise", "langflow", "make", "mcp", "home-assistant", "logic-apps", "secrets"]
)
def test_other_platforms_of_the_corpus_are_not_claimed(folder: str) -> None:
    for path in corpus_files(folder):
        document = parsed(path.read_bytes(), path.name)
        if path.suffix in (".json", ".js") and PLATFORM.signature.search(document.utf8):
            assert not PLATFORM.recognise(document), path.name
