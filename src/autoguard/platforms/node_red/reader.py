"""One tab, subflow or fragment of a Node-RED flow file as a neutral automation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from autoguard.model import Automation, Credential, Edge, Input, Known, PersonalData, Step, Trigger
from autoguard.personal_data import kinds_in
from autoguard.platforms import Facts
from autoguard.platforms._identity import identity
from autoguard.platforms._values import mapping, sequence, string, strings, text
from autoguard.platforms.node_red import config_nodes, errors, links
from autoguard.platforms.node_red.document import Flow, FlowFile, Node, Path, read_file, targets
from autoguard.platforms.node_red.inputs import HERE, writes_out
from autoguard.platforms.node_red.nodes import NOT_WORK, trigger_class
from autoguard.platforms.node_red.steps import Context, read_step
from autoguard.platforms.node_red.triggers import link_trigger, read_trigger, subflow_trigger
from autoguard.syntax.parsed import Parsed


@dataclass(slots=True)
class _Parts:
    """What a flow consists of, before it is put together."""

    triggers: list[Trigger] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    covered: dict[str, set[str]] = field(default_factory=dict)


class _Known(NamedTuple):
    """Credentials that a flow's nodes may use: by the id of the node they belong to, and by name of an entry."""

    shared: dict[str, Credential]
    environment: dict[str, Credential]


def read_flows(parsed: Parsed, found: list[tuple[Path, dict[str, Any]]]) -> Facts:
    """All automations of a flow document, and the credentials that its nodes refer to."""
    file = read_file(found)
    shared = config_nodes.credentials(parsed, file)
    own = {flow.id: config_nodes.environment(parsed, flow, file) for flow in file.flows}
    linked, within = links.read_links(file), Context(parsed, file)
    parts = {flow.id: _parts(flow, within, linked, _Known(shared, own[flow.id])) for flow in file.flows}
    handled = {key: errors.handling(part.covered, part.steps, part.edges) for key, part in parts.items()}
    active = _active(parsed, file)
    automations = []
    for flow in file.flows:
        route = errors.error_route(flow, file, parts[flow.id].steps, handled)
        automations.append(_automation(parsed, flow, parts[flow.id], active[flow.id], route))
    stored = [*shared.values(), *(one for entries in own.values() for one in entries.values())]
    return Facts(tuple(automations), tuple({one.id: one for one in stored}.values()))


def _parts(flow: Flow, within: Context, linked: links.Links, known: _Known) -> _Parts:
    found, parsed, file = _Parts(), within.parsed, within.file
    fed = {target for node in flow.nodes for target in targets(node.data)}
    entry = subflow_trigger(parsed, flow) if flow.kind == "subflow" else None
    found.triggers.extend([entry] if entry is not None else [])
    for node in flow.nodes:
        starts = trigger_class(node.data, fed=node.data["id"] in fed)
        if links.is_entry(node, flow, linked):
            found.triggers.append(link_trigger(parsed, node))
        elif starts is not None:
            trigger = read_trigger(parsed, node, starts, file)
            found.triggers.append(replace(trigger, credentials=_used(node, file, known)))
        elif node.type not in NOT_WORK:
            used = _used(node, file, known)
            found.steps.append(read_step(node, within, used, links.calls(node, flow, linked)))
    found.covered = errors.catchers(flow, file)
    found.edges = list(dict.fromkeys((*links.edges(flow, linked), *errors.error_edges(flow, found.covered))))
    caught = set[str]().union(*found.covered.values())
    found.steps = [replace(step, on_error="route") if _is_routed(step, caught) else step for step in found.steps]
    found.steps = _without_fixed(flow, found)
    return found


def _without_fixed(flow: Flow, found: _Parts) -> list[Step]:
    # A query that arrives in the message and that every node before writes out in full is nobody else's choice.
    nodes = {node.id: node.data for node in flow.nodes}
    before: dict[str, list[dict[str, Any]]] = {}
    for edge in found.edges:
        if edge.kind == "main":
            before.setdefault(edge.target, []).append(nodes.get(edge.source, {}))
    return [
        replace(step, inputs=tuple(one for one in step.inputs if not _is_fixed(one, before.get(step.id, []))))
        if any(one.into == "query" and one.source == HERE for one in step.inputs)
        else step
        for step in found.steps
    ]


def _is_fixed(found: Input, before: list[dict[str, Any]]) -> bool:
    return found.into == "query" and bool(before) and all(writes_out(node, found.text) for node in before)


def _is_routed(step: Step, caught: set[str]) -> bool:
    # A command that fails raises no error; a request that fails raises one, even where it also goes on.
    return step.id in caught and step.kind != "shell"


def _used(node: Node, file: FlowFile, known: _Known) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_used_by(node, file, known)))


def _used_by(node: Node, file: FlowFile, known: _Known) -> Iterator[str]:
    for owner in (node, *config_nodes.referenced(node.data, file)):
        if owner.data["id"] in known.shared:
            yield known.shared[owner.data["id"]].id
    if known.environment:
        content = "\n".join(value for _, value in strings(node.data))
        yield from (one.id for name, one in known.environment.items() if name in content)


def _automation(parsed: Parsed, flow: Flow, parts: _Parts, enabled: Known, error_route: Known) -> Automation:
    file_name = parsed.path.rpartition("/")[2].removesuffix(".json")
    native_id = "" if flow.kind == "fragment" else flow.id
    name = text(flow.data.get("label") or flow.data.get("name")) or file_name
    # The file's name is how a fragment is shown, not what it is: a renamed file holds the same flow.
    key = identity("node-red", native_id=native_id, name="fragment", anchor=_anchor(flow, parts), path=parsed.path)
    return Automation(
        id=key,
        identity=key,
        platform="node-red",
        name=name,
        native_id=native_id,
        location=parsed.at(parsed.json, *flow.path),
        enabled=enabled,
        triggers=tuple(parts.triggers),
        steps=tuple(parts.steps),
        edges=tuple(parts.edges),
        error_route=error_route,
        personal_data=tuple(_personal_data(parsed, flow)),
        description=text(flow.data.get("info")),
        folder=parsed.folder,
    )


def _anchor(flow: Flow, parts: _Parts) -> str:
    # Exports that were made from one tab after another share its id and often their first node, but not what follows.
    ids = [*(trigger.id for trigger in parts.triggers), *(step.id for step in parts.steps)]
    first = next(iter(ids), "")
    tab = next((string(node.data.get("z")) for node in flow.nodes), "")
    return ":".join((tab, first, next((edge.target for edge in parts.edges if edge.source == first), "")))


def _active(parsed: Parsed, file: FlowFile) -> dict[str, Known]:
    # The runtime never loads a backup that it keeps beside the file (`getBackupFilename` in projects/index.js).
    backup = parsed.name.endswith(".backup")
    found: dict[str, Known] = {}
    for flow in file.flows:
        disabled = backup or flow.data.get("disabled") is True
        found[flow.id] = "unknown" if flow.kind == "fragment" and not backup else "no" if disabled else "yes"
    subflows = [flow for flow in file.flows if flow.kind == "subflow"]
    if not backup:
        _activate(file, found, subflows)
    return found


def _activate(file: FlowFile, found: dict[str, Known], subflows: list[Flow]) -> None:
    # A subflow runs where a flow that runs uses it; in a file without tabs its uses may lie elsewhere.
    for flow in subflows:
        found[flow.id] = "no" if file.has_tabs else "unknown"
    open_flows = [flow_id for flow_id, enabled in found.items() if enabled == "yes"]
    used: dict[str, list[str]] = {}
    for subflow, uses in file.uses.items():
        for user, node in uses:
            if node.data.get("d") is not True:
                used.setdefault(user.id, []).append(subflow)
    while open_flows:
        for subflow in used.get(open_flows.pop(), ()):
            if found.get(subflow) in ("no", "unknown"):
                found[subflow] = "yes"
                open_flows.append(subflow)


def _personal_data(parsed: Parsed, flow: Flow) -> Iterator[PersonalData]:
    for node in flow.nodes:
        if node.type == "inject":
            found = kinds_in(_sent(node.data))
            if found:
                holder = text(node.data.get("name")) or node.type
                location = parsed.at(parsed.json, *node.path)
                yield PersonalData(holder, tuple(sorted(found)), sum(found.values()), location)


def _sent(data: dict[str, Any]) -> Iterable[str]:
    yield string(data.get("payload"))
    yield from (string(mapping(item).get("v")) for item in sequence(data.get("props")))
