"""Node-RED's credential stores, the keys that encrypt them, and what its settings say about the flows beside them."""

import json
from typing import Any

import pytest
from support.reading import parsed, read

from autoguard.model import Trigger
from autoguard.platforms import Facts
from autoguard.platforms.node_red import PLATFORM

TAB = {"id": "8b5ef6dc.d0b8b", "type": "tab", "label": "Orders"}


def node(own: str, kind: str, /, *wires: str, **fields: Any) -> dict[str, Any]:
    return {"id": own, "type": kind, "z": TAB["id"], "x": 1, "y": 1, "wires": [list(wires)], **fields}


def test_plain_store_counts_the_entries_that_hold_a_secret() -> None:
    text = json.dumps(
        {
            "8b5ef6dc.d0b8b": {"user": "shop", "password": "flour-and-water"},
            "0123456789abcdef": {"user": "shop", "password": ""},
            "fedcba9876543210": {"password": "${DB_PASS}"},
            "00000000000000aa": {"map": {"TOKEN": "butter"}},
        },
        indent=1,
    )
    [store] = read(PLATFORM, text, "data.json").credentials
    assert (store.role, store.storage, store.entries) == ("store", "inline", 2)
    lines = text.splitlines()
    assert ["8b5ef6dc" in lines[place.line - 1] for place in store.locations if place.line] == [True, False]
    assert "00000000000000aa" in lines[(store.locations[1].line or 0) - 1]
    # Ids of people's own choice are recognised by the file's name.
    own = json.dumps({"my broker": {"password": "flour-and-water"}})
    assert read(PLATFORM, own, "flows_cred.json").credentials[0].entries == 1
    assert not PLATFORM.recognise(parsed(own, "settings.json"))


def test_encrypted_and_empty_stores() -> None:
    vector = "0123456789abcdef" * 2
    [store] = read(PLATFORM, json.dumps({"$": f"{vector}zJHqZxzVTAHgdsKJxagIQzQFJwnysSg="}), "x.json").credentials
    assert (store.role, store.storage, store.entries) == ("store", "encrypted-store", 0)
    assert read(PLATFORM, json.dumps({"$": f"{vector}+jY="}), "flows_cred.json").credentials == ()
    assert read(PLATFORM, "{}", "flows_cred.json").credentials == ()
    assert not PLATFORM.recognise(parsed("{}", "other.json"))


def test_keys_in_the_runtimes_own_settings() -> None:
    [key] = read(PLATFORM, '{"instanceId": "1",\n "_credentialSecret": "yeast"}', ".config.runtime.json").credentials
    assert (key.role, key.storage, key.holder, key.locations[0].line) == (
        "encryption-key", "inline", "_credentialSecret", 2,
    )  # fmt: skip
    projects = {"projects": {"shop": {"credentialSecret": "yeast"}, "other": {"credentialSecret": False}}}
    assert [one.id for one in read(PLATFORM, json.dumps(projects), ".config.projects.json").credentials] == [
        "node-red:encryption-key:.config.projects.json:shop"
    ]
    single = {"_credentialSecret": "yeast", "projects": projects}
    assert len(read(PLATFORM, json.dumps(single), ".config.json").credentials) == 2


@pytest.mark.parametrize(
    ("value", "storage"),
    [
        ('"yeast"', "inline"),
        ("'yeast'", "inline"),
        ("process.env.NODE_RED_SECRET", "env"),
        ('process.env["NODE_RED_SECRET"]', "env"),
        ('process.env.NODE_RED_SECRET || "yeast"', "inline"),
        ('(process.env.A ?? "yeast")', "inline"),
        ("process.env.NODE_RED_SECRET || undefined", "env"),
        ('require("fs").readFileSync("/run/secrets/key", "utf8")', "unknown"),
        ("`${process.env.A}`", "env"),
        ("process.env.A, cloud: { credentialSecret: 'yeast' }", "env"),
    ],
)
def test_where_the_key_of_the_store_comes_from(value: str, storage: str) -> None:
    before = 'quotes: /["/*]/, uiPort: 1880, // no'
    text = f"module.exports = {{\n  {before}\n  credentialSecret: {value},\n  flowFile: 'flows.json'\n}}"
    [key] = read(PLATFORM, text, "settings.js").credentials
    assert (key.role, key.storage) == ("encryption-key", storage)
    assert (key.locations[0].line, key.locations[0].column) == (3, 3)
    assert "yeast" not in repr(key)


@pytest.mark.parametrize(
    "line",
    ["credentialSecret: false", '//credentialSecret: "yeast"', '/* credentialSecret: "yeast" */ adminAuth: x',
     'note: "credentialSecret: 1"', "pattern: /[/*]credentialSecret: 'x'/"],
)  # fmt: skip
def test_what_is_no_key(line: str) -> None:
    text = f"module.exports = {{\n  flowFile: 'http://x/*y', httpAdminRoot: '/a',\n  {line}\n}}"
    assert read(PLATFORM, text, "settings.js").credentials == ()


def settings(body: str, path: str = "settings.js") -> Facts:
    document = parsed(f"module.exports = {{ uiPort: 1880, httpAdminRoot: '/a', {body} }}", path)
    assert PLATFORM.recognise(document)
    return PLATFORM.read(document)


def joined(body: str, *nodes: dict[str, Any], folder: str = "", at: str = "settings.js") -> Trigger:
    document = parsed(json.dumps([TAB, *nodes]), f"{folder}flows.json")
    return PLATFORM.join([PLATFORM.read(document), settings(body, at)]).automations[0].triggers[0]


HOOK = node("h", "http in", url="/order", method="post")


@pytest.mark.parametrize(
    ("body", "auth"),
    [
        ("", "none"),
        ('//httpNodeAuth: {user:"a", pass:"b"},\n', "none"),
        ('httpNodeAuth: {user: "a", pass: "$2b$08$x"}', "shared-secret"),
        ('"httpAuth": {user: process.env.U, pass: process.env.P}', "shared-secret"),
        ("httpNodeAuth: false", "none"),
        ("httpNodeAuth: auth", "unknown"),
        ("httpNodeAuth(req, res, next) { next() }", "unknown"),
        ("httpNodeMiddleware: function(req, res, next) { next() }", "unknown"),
        ("...require('./base')", "unknown"),
    ],
)
def test_webhook_authentication_comes_from_the_settings(body: str, auth: str) -> None:
    assert joined(body, HOOK).auth == auth


def test_settings_count_for_their_folder_and_its_projects_alone() -> None:
    assert joined("", HOOK, folder="projects/shop/").auth == "none"
    assert joined("", HOOK, folder="data/projects/shop/", at="data/settings.js").auth == "none"
    assert joined("", HOOK, folder="elsewhere/").auth == "unknown"
    assert joined("", HOOK, folder="a/b/", at="a/settings.js").auth == "unknown"


def test_other_settings_that_change_what_is_exposed() -> None:
    assert joined('uiHost: "127.0.0.1"', HOOK).exposed == "unknown"
    assert (joined("httpNodeRoot: false", HOOK).enabled, joined("httpNodeRoot: '/api'", HOOK).enabled) == ("no", "yes")
    socket = [node("w", "websocket in", server="l"), {"id": "l", "type": "websocket-listener", "path": "/w"}]
    guarded = 'httpNodeAuth: {user: "a", pass: "b"}'
    assert joined(guarded, *socket).auth == "none"
    assert joined("webSocketNodeVerifyClient: function(info) { return true }", *socket).auth == "unknown"
    form = node("f", "ui_form", "x")
    assert joined("ui: {path: 'ui'}", form, node("x", "debug")).auth == "none"
    assert joined("ui: {middleware: check}", form, node("x", "debug")).auth == "unknown"


def test_module_list_names_the_package_of_a_node() -> None:
    modules = {"node-red": {"version": "4.1.15", "nodes": {"inject": {"types": ["inject"]}}},
               "node-red-contrib-knx": {"version": "2.0.1", "nodes": {"k": {"types": ["knx-device out"]}}}}  # fmt: skip
    listed = PLATFORM.read(parsed(json.dumps(modules), ".config.nodes.json"))
    document = PLATFORM.read(parsed(json.dumps([TAB, node("k", "knx-device out")]), "flows.json"))
    component = PLATFORM.join([listed, document]).automations[0].steps[0].component
    assert component is not None
    assert (component.name, component.version) == ("node-red-contrib-knx", "2.0.1")
