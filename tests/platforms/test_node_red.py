"""The Node-RED reader: on small flows, stores and settings, and counted against the raw JSON of the corpus."""

import json
from typing import Any

import pytest
from support.reading import read

from autoguard.model import Automation, Step, Trigger
from autoguard.platforms import Facts
from autoguard.platforms._webhooks import webhook_address
from autoguard.platforms.node_red import PLATFORM

TAB = {"id": "8b5ef6dc.d0b8b", "type": "tab", "label": "Orders", "disabled": False, "info": "Takes the orders."}


def node(own: str, kind: str, /, *wires: str, **fields: Any) -> dict[str, Any]:
    return {"id": own, "type": kind, "z": TAB["id"], "name": "", "x": 1, "y": 1, "wires": [list(wires)], **fields}


def flow(*nodes: dict[str, Any], tab: dict[str, Any] | None = TAB) -> Facts:
    return read(PLATFORM, json.dumps([*([tab] if tab else []), *nodes], indent=1), "flows.json")


def only(*nodes: dict[str, Any], tab: dict[str, Any] | None = TAB) -> Automation:
    [automation] = flow(*nodes, tab=tab).automations
    return automation


def step(*nodes: dict[str, Any]) -> Step:
    return only(*nodes).steps[0]


def trigger(*nodes: dict[str, Any]) -> Trigger:
    return only(*nodes).triggers[0]


def inputs(*nodes: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.text, one.into) for one in step(*nodes).inputs]


SHOP = [
    node("a1", "http in", "a2", url="/order", method="post"),
    node("a2", "function", "a3", func='msg.topic = "INSERT INTO o VALUES (\'" + msg.payload.id + "\')";\nreturn msg;'),
    node("a3", "mysql", "a4", "a5", mydb="db1"),
    node("a4", "http request", method="POST", url="https://api.bakery.example/v1?key=hidden", tls="tls1"),
    node("a5", "exec", command="/usr/bin/label", addpay="payload", d=True),
    {"id": "db1", "type": "MySQLdatabase", "name": "Shop", "host": "db.bakery.example", "port": "3306", "db": "shop"},
    {"id": "tls1", "type": "tls-config", "name": "", "keyname": "k.pem", "verifyservercert": False},
]


def test_tab_in_neutral_words() -> None:
    facts = flow(*SHOP)
    [automation] = facts.automations
    assert (automation.identity, automation.name, automation.enabled) == ("node-red:8b5ef6dc.d0b8b", "Orders", "yes")
    assert (automation.native_id, automation.description) == ("8b5ef6dc.d0b8b", "Takes the orders.")
    [hook] = automation.triggers
    assert (hook.kind, hook.auth, hook.untrusted, hook.exposed, hook.address) == (
        "webhook", "unknown", "yes", "yes", webhook_address("order"),
    )  # fmt: skip
    code, database, http, shell = automation.steps
    assert [one.kind for one in automation.steps] == ["code", "database", "http", "shell"]
    assert [(one.text, one.source, one.into) for one in code.inputs] == [("msg.payload.id", "*", "query")]
    assert (database.service, database.credentials) == ("mysql", ("node-red:MySQLdatabase:db1",))
    assert [(one.scheme, one.host, one.port) for one in database.endpoints] == [("mysql", "db.bakery.example", 3306)]
    assert (http.writes, http.tls_verified, http.on_error, http.endpoints[0].host) == (
        "yes", "no", "continue", "api.bakery.example",
    )  # fmt: skip
    assert (shell.enabled, [one.into for one in shell.inputs]) == ("no", ["command"])
    assert [(edge.source, edge.target) for edge in automation.edges] == [
        ("a1", "a2"), ("a2", "a3"), ("a3", "a4"), ("a3", "a5"),
    ]  # fmt: skip
    assert {(one.id, one.kind, one.storage) for one in facts.credentials} == {
        ("node-red:MySQLdatabase:db1", "login", "reference"),
        ("node-red:tls-config:tls1", "private-key", "reference"),
    }


def test_no_parameter_value_reaches_the_model() -> None:
    shown = repr(flow(*SHOP))
    for value in ("hidden", "INSERT", "/usr/bin/label", "k.pem"):
        assert value not in shown


def test_locations_are_the_nodes_own_lines() -> None:
    text = json.dumps([TAB, *SHOP], indent=1)
    lines = text.splitlines()
    [automation] = read(PLATFORM, text, "flows.json").automations
    parts: list[Step | Trigger] = [*automation.steps, *automation.triggers]
    for part in parts:
        assert part.location.line is not None
        assert lines[part.location.line - 1].strip() == "{"
        assert f'"id": "{part.id}"' in lines[part.location.line]


@pytest.mark.parametrize(
    ("fields", "kind", "schedule"),
    [
        ({"repeat": "", "crontab": "", "once": False}, "manual", ""),
        ({"repeat": "15", "once": True}, "schedule", "every 15 seconds"),
        ({"crontab": "00 12 * * *"}, "schedule", "00 12 * * *"),
        ({"once": True}, "schedule", "once at start"),
    ],
)
def test_inject(fields: dict[str, Any], kind: str, schedule: str) -> None:
    found = trigger(node("i", "inject", **fields))
    assert (found.kind, found.schedule, found.untrusted) == (kind, schedule, "no")


def test_receivers_are_triggers() -> None:
    tcp = trigger(node("t", "tcp in", server="server", port="1883"))
    assert (tcp.kind, tcp.exposed, tcp.auth, tcp.address) == ("event", "yes", "none", "tcp:1883")
    assert trigger(node("t", "tcp in", server="client", host="x")).exposed == "no"
    assert trigger(node("m", "e-mail in")).untrusted == "yes"
    listener = {"id": "l", "type": "websocket-listener", "path": "/ws/x"}
    socket = trigger(node("w", "websocket in", server="l"), listener)
    assert (socket.kind, socket.exposed, socket.address) == ("webhook", "yes", webhook_address("ws/x"))
    bot = {"id": "b", "type": "telegram bot", "botname": "x", "usernames": ""}
    assert trigger(node("c", "telegram command", bot="b"), bot).untrusted == "yes"
    assert trigger(node("c", "telegram command", bot="b"), {**bot, "usernames": "owner"}).untrusted == "no"
    assert trigger(node("f", "ui_form", "x"), node("x", "debug")).kind == "form"


def test_an_unknown_source_is_a_trigger_and_an_unknown_sink_is_none() -> None:
    automation = only(node("s", "knx-device in", "t"), node("t", "knx-device out"))
    assert [(one.kind, one.event, one.enabled) for one in automation.triggers] == [("event", "knx-device in", "yes")]
    [sink] = automation.steps
    assert (sink.kind, sink.writes) == ("other", "yes")
    assert sink.component is not None
    assert (sink.component.name, sink.component.publisher) == ("node type knx-device out", "third-party")


def test_an_unknown_node_that_others_feed_is_a_step() -> None:
    fed = only(node("i", "inject", "s"), node("s", "knx-device in", "t"), node("t", "debug"))
    assert [(one.id, one.reads) for one in fed.steps] == [("s", "yes"), ("t", "no")]


def test_mqtt_topics_are_channels_and_ticked_tls_checks_no_certificate() -> None:
    broker = {"id": "b", "type": "mqtt-broker", "broker": "mqtt.bakery.example", "port": "1883", "usetls": False}
    out, into = node("o", "mqtt out", topic="orders", broker="b"), node("i", "mqtt in", topic="orders", broker="b")
    automation = only(out, into, broker)
    [call] = automation.steps[0].calls
    assert (call.how, call.target) == ("channel", automation.triggers[0].address) == (
        "channel", "mqtt://mqtt.bakery.example/orders",
    )  # fmt: skip
    assert (automation.steps[0].endpoints[0].scheme, automation.steps[0].tls_verified) == ("mqtt", "unknown")
    assert step({**out, "topic": ""}, broker).calls == step({**out, "topic": "a/#"}, broker).calls == ()
    ticked = {**broker, "usetls": True}
    assert (step(out, ticked).endpoints[0].scheme, step(out, ticked).tls_verified) == ("mqtts", "no")
    tls = {"id": "t", "type": "tls-config", "verifyservercert": True}
    assert step(out, {**ticked, "tls": "t"}, tls).tls_verified == "unknown"
    assert step(out, {**broker, "broker": "${MQTT_HOST}"}).endpoints[0].dynamic
    public = {**broker, "broker": "test.mosquitto.org"}
    assert (trigger(into, public).untrusted, trigger(into, broker).untrusted) == ("yes", "unknown")


def test_values_that_land_in_sensitive_places() -> None:
    assert inputs(node("e", "exec", command="ls", addpay=True)) == [("msg.payload", "command")]
    assert inputs(node("e", "exec", command="ls", addpay="file.name")) == [("msg.file.name", "command")]
    assert inputs(node("e", "exec", command="ls")) == [("msg.payload", "command")]
    assert inputs(node("e", "exec", command="ls", addpay="")) == []
    assert inputs(node("r", "http request", url="")) == [("msg.url", "url")]
    assert inputs(node("r", "http request", url="https://a.example/{{{payload.id}}}")) == [("msg.payload.id", "url")]
    assert inputs(node("f", "file", filename="", overwriteFile="true")) == [("msg.filename", "path")]
    assert inputs(node("f", "file", filename="p", filenameType="msg")) == [("msg.p", "path")]
    assert inputs(node("f", "file", filename="/data/x", filenameType="str")) == []
    assert inputs(node("d", "mysql")) == [("msg.topic", "query")]
    assert inputs(node("d", "sqlite", sqlquery="prepared", sql="SELECT 1")) == []
    assert inputs(node("d", "postgresql", query="DELETE FROM o WHERE id={{msg.id}}")) == [("msg.msg.id", "query")]


def test_templates_escape_html_but_nothing_else() -> None:
    html = "<p>{{payload.name}} {{{payload.note}}} {{&topic}} {{{env.X}}} {{#list}}{{/list}}</p>"
    assert inputs(node("t", "template", template=html)) == [("msg.payload.note", "html"), ("msg.topic", "html")]
    sql = "SELECT * FROM o WHERE n='{{payload}}'"
    assert inputs(node("t", "template", template=sql, field="topic")) == [("msg.payload", "query")]
    assert inputs(node("t", "template", template="http://h/{{payload}}", field="url")) == [("msg.payload", "url")]
    assert inputs(node("t", "template", template=html, syntax="plain")) == []


def test_function_nodes_are_read_without_their_comments() -> None:
    quiet = node("f", "function", func="// eval(msg.payload); fetch('https://a.example')\nreturn msg;")
    assert (inputs(quiet), step(quiet).writes, step(quiet).endpoints) == ([], "no", ())
    loud = node("f", "function", func="eval(msg.payload);\nfetch('https://a.example/x');")
    assert inputs(loud) == [("msg.payload", "code")]
    assert (step(loud).writes, [one.host for one in step(loud).endpoints]) == ("unknown", ["a.example"])
    # An assignment is no use of the property, and a string with slashes is no comment.
    assigned = node("f", "function", func='msg.topic = "DELETE FROM o WHERE u=\'http://x/" + msg.req.query.u;')
    assert inputs(assigned) == [("msg.req.query.u", "query")]
    indirect = node("f", "function", func='const id = msg.payload.id; msg.topic = "DELETE FROM o WHERE i=" + id;')
    assert inputs(indirect) == [("msg.payload.id", "query")]
    library = node(
        "f", "function", func="", libs=[{"var": "fs", "module": "fs"}, {"var": "a", "module": "axios@1.7.2"}]
    )
    found = step(library).component
    assert found is not None
    assert (found.name, found.version, found.publisher) == ("axios", "1.7.2", "third-party")


def test_links_within_a_tab_are_edges_and_across_tabs_are_calls() -> None:
    other = {**TAB, "id": "5d1f0a2b.aa11", "label": "Bills", "disabled": True}
    first, second = flow(
        other,
        node("i", "inject", "o"),
        node("o", "link out", mode="link", links=["near", "far"], wires=[]),
        node("near", "link in", "end", links=["o"]),
        node("end", "debug"),
        node("far", "link in", "bill", z=other["id"], links=[]),
        node("bill", "file", z=other["id"], filename="/x"),
    ).automations
    assert [one.id for one in first.triggers] == ["i"]
    assert [(edge.source, edge.target) for edge in first.edges] == [("i", "o"), ("o", "near"), ("near", "end")]
    assert [(call.how, call.target) for call in first.steps[0].calls] == [("channel", "far")]
    assert [(one.kind, one.address) for one in second.triggers] == [("call", "far")]
    assert second.enabled == "no"


def test_link_calls() -> None:
    nodes = [node("c", "link call", "d", links=["l"]), node("l", "link in", "r", links=[]), node("d", "debug"),
             node("r", "link out", mode="return", links=["d"])]  # fmt: skip
    automation = only(*nodes)
    assert [(edge.source, edge.target) for edge in automation.edges] == [("c", "d"), ("c", "l"), ("l", "r")]
    assert step(node("c", "link call", linkType="dynamic")).calls[0].dynamic


def test_subflow_is_an_automation_that_its_instances_call() -> None:
    subflow = {"id": "5b01", "type": "subflow", "name": "Tell", "in": [{"wires": [{"id": "s1"}]}], "out": []}
    inside = node("s1", "e-mail", z="5b01", server="smtp.bakery.example", port="465", secure=True)
    unused = {**subflow, "id": "5b02", "name": "Spare"}
    tab, tell, spare = flow(subflow, unused, inside, node("u", "subflow:5b01")).automations
    assert [(call.how, call.target) for call in tab.steps[0].calls] == [("id", "5b01")]
    assert (tell.native_id, tell.enabled, spare.enabled) == ("5b01", "yes", "no")
    [entry] = tell.triggers
    assert (entry.kind, entry.address, entry.event) == ("call", "5b01", "subflow")
    assert [(edge.source, edge.target) for edge in tell.edges] == [(entry.id, "s1")]
    assert tell.steps[0].endpoints[0].scheme == "smtps"
    [off, tell, _] = flow(subflow, unused, inside, node("u", "subflow:5b01"), tab={**TAB, "disabled": True}).automations
    assert (off.enabled, tell.enabled) == ("no", "no")


def test_error_route_needs_a_catch_that_reaches_more_than_a_debug_node() -> None:
    work, notice = node("w", "file", filename="/x"), node("n", "mqtt out", broker="b")
    shown = [node("c", "catch", "d", scope=None), node("d", "debug")]
    told = [node("c", "catch", "t", scope=None), node("t", "change", "n"), notice]
    assert only(work).error_route == "no"
    assert only(work, *shown).error_route == "no"
    assert only(work, *told).error_route == "yes"
    assert only(work, told[0], node("t", "change", "d"), node("d", "debug")).error_route == "no"
    assert only(work, node("c", "catch", "n", scope=["other"]), notice).error_route == "no"
    assert only(work, node("c", "catch", "n", scope=["w", "n"]), notice).error_route == "yes"
    assert only(work, node("c", "catch", "n", scope=None, d=True), notice).error_route == "no"
    grouped = node("c", "catch", "n", scope="group", g="g1")
    assert only(work, grouped, notice).error_route == "no"
    inner = {"id": "g2", "type": "group", "z": TAB["id"], "g": "g1"}
    assert only({**work, "g": "g2"}, grouped, {**notice, "g": "g1"}, inner).error_route == "yes"


def test_covered_steps_route_their_errors() -> None:
    automation = only(node("w", "file", filename="/x"), node("e", "exec", command="x"), node("c", "catch", scope=["w"]))
    assert [(one.id, one.on_error) for one in automation.steps[:2]] == [("w", "route"), ("e", "continue")]
    assert [(edge.source, edge.target) for edge in automation.edges if edge.kind == "error"] == [("w", "c")]


def test_errors_of_a_subflow_go_to_the_flows_that_use_it() -> None:
    subflow = {"id": "5b01", "type": "subflow", "name": "Tell", "in": [], "out": []}
    inside, used = node("s1", "file", z="5b01", filename="/x"), node("u", "subflow:5b01")
    caught = [node("c", "catch", "n", scope=None), node("n", "udp out", addr="10.0.0.9", port="9")]
    assert flow(subflow, inside, used).automations[1].error_route == "no"
    assert flow(subflow, inside, used, *caught).automations[1].error_route == "yes"
    assert flow(subflow, inside).automations[1].error_route == "unknown"


def test_steps_that_check_the_caller() -> None:
    assert step(node("v", "switch", property="req.headers.x-key", propertyType="msg")).kind == "verify"
    assert step(node("v", "function", func="const s = crypto.createHmac('sha256', env.get('K'));")).kind == "verify"
    compared = 'const key = msg.req.headers["x-api-key"]; if (key !== env.get("KEY")) return;'
    assert step(node("v", "function", func=compared)).kind == "verify"
    assert step(node("v", "function", func="if (msg.req.headers.host != 'localhost') return;")).kind == "code"
    assert step(node("v", "switch", property="req.headers.host")).kind == "branch"


def test_requests_to_the_own_server_are_calls() -> None:
    hook, other = node("h", "http in", url="/order"), node("r", "http request", url="http://localhost/order?key=hidden")
    automation = only(hook, other)
    assert [(one.how, one.target) for one in automation.steps[0].calls] == [("url", automation.triggers[0].address)]
    assert step(node("r", "http request", url="https://api.vendor.example/x")).calls == ()
    assert step(node("r", "http request", url="http://{{{host}}}/order")).calls == ()


def test_nodes_without_their_tab_are_one_fragment() -> None:
    nodes = [node("a.1", "inject", "b.1", z="x"), node("b.1", "debug", z="y"), node("n", "comment", z="x")]
    fragment = only(*nodes, tab=None)
    assert (fragment.name, fragment.enabled, fragment.error_route, fragment.native_id) == (
        "flows", "unknown", "unknown", "",
    )  # fmt: skip
    assert (len(fragment.triggers), len(fragment.steps), len(fragment.edges)) == (1, 1, 1)
    [renamed] = read(PLATFORM, json.dumps(nodes), "examples/other.json").automations
    assert renamed.identity == fragment.identity
    assert only({**nodes[0], "z": "w"}, *nodes[1:], tab=None).identity != fragment.identity
    assert only(node("a.1", "inject", "c.1", z="x"), node("c.1", "debug"), tab=None).identity != fragment.identity


def test_answers_of_the_admin_api_and_backups() -> None:
    whole = {"rev": "1", "flows": [TAB, *SHOP]}
    expected = only(*SHOP)
    [versioned] = read(PLATFORM, json.dumps(whole), "flows-api.json").automations
    assert (versioned.steps[0].kind, versioned.identity) == ("code", expected.identity)
    tab = {"id": TAB["id"], "label": "Orders", "nodes": SHOP[:5], "configs": SHOP[5:]}
    [single] = read(PLATFORM, json.dumps(tab), "flow.json").automations
    assert [one.credentials for one in single.steps] == [one.credentials for one in expected.steps]
    [backup] = read(PLATFORM, json.dumps([TAB, *SHOP]), ".flows.json.backup").automations
    assert backup.enabled == "no"
    stored = {**whole, "credentials": {"b1": {"password": "flour-and-water"}}}
    assert [one.role for one in read(PLATFORM, json.dumps(stored)).credentials].count("store") == 1


def test_environment_entries_in_the_store_are_credentials() -> None:
    tab = {**TAB, "env": [{"name": "API_KEY", "type": "cred"}, {"name": "CITY", "value": "x", "type": "str"}]}
    facts = flow(node("f", "function", func="return env.get('API_KEY');"), node("g", "debug"), tab=tab)
    assert [one.id for one in facts.credentials] == ["node-red:env:8b5ef6dc.d0b8b:API_KEY"]
    used, other = facts.automations[0].steps
    assert (used.credentials, other.credentials) == (("node-red:env:8b5ef6dc.d0b8b:API_KEY",), ())


def test_personal_data_in_test_messages() -> None:
    automation = only(node("i", "inject", name="try", payload="jane.roe@bakery-customers.org", payloadType="str"))
    assert [(one.holder, one.kinds, one.count) for one in automation.personal_data] == [("try", ("email",), 1)]


def test_ids_are_unique_even_where_a_file_repeats_them() -> None:
    automation = only(node("a", "inject", "b"), node("b", "debug"), node("b", "debug"), node("b", "file", "a"))
    ids = [*(one.id for one in automation.triggers), *(one.id for one in automation.steps)]
    assert len(set(ids)) == len(ids) == 4
    assert all(edge.source in ids and edge.target in ids for edge in automation.edges)
