"""Links between nodes: wires, link nodes within a flow and across flows, and what a complete node listens to.

A link is written at both ends, and one end is enough. A link call comes back to where it started; its way back is not
drawn, since the message goes on from the link call itself. Source: `60-link.js` of @node-red/nodes 4.1.15 and
`parseConfig` of @node-red/runtime 4.1.15 (read 2026-11-24).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from autoguard.model import Call, Edge
from autoguard.platforms._values import sequence, string
from autoguard.platforms.node_red.document import Flow, FlowFile, Node, targets
from autoguard.platforms.node_red.nodes import NOT_WORK


@dataclass(slots=True)
class Links:
    """Where every link leads, from which flows each link in node is reached, and in which flow a node lies."""

    places: dict[str, str]
    leads: dict[str, list[str]] = field(default_factory=dict)
    reached_from: dict[str, set[str]] = field(default_factory=dict)


def read_links(file: FlowFile) -> Links:
    """The links of a file."""
    places = {node.data["id"]: flow.id for flow in file.flows for node in flow.nodes}
    links = Links(places)
    senders = {
        node.data["id"]
        for flow in file.flows
        for node in flow.nodes
        if node.type == "link out" and node.data.get("mode") != "return"
    }
    for flow in file.flows:
        for node in flow.nodes:
            own = node.data["id"]
            for other in _listed(node):
                if own in senders or (node.type == "link call" and node.data.get("linkType") != "dynamic"):
                    _add(links, own, other, flow.id)
                elif node.type == "link in" and (other in senders or other not in places):
                    _add(links, other, own, places.get(other, ""))
    return links


def is_entry(node: Node, flow: Flow, links: Links) -> bool:
    """Whether messages of other flows come in at a link in node; one without any link can be called by its name."""
    return node.type == "link in" and links.reached_from.get(node.data["id"], set()) != {flow.id}


def edges(flow: Flow, links: Links) -> Iterator[Edge]:
    """The wires and links inside a flow, in the order of the file."""
    ids = {node.data["id"]: node.id for node in reversed(flow.nodes) if node.type not in NOT_WORK}
    if flow.kind == "subflow" and sequence(flow.data.get("in")):
        entry = {"wires": [[string(wire.get("id")) for wire in _wires(flow)]]}
        yield from (Edge(flow.id, ids[target]) for target in targets(entry) if target in ids)
    for node in flow.nodes:
        if node.type in NOT_WORK:
            continue
        leads = links.leads.get(node.data["id"], [])
        yield from (Edge(node.id, ids[target]) for target in (*targets(node.data), *leads) if target in ids)
        if node.type == "complete":
            scope = [item for item in sequence(node.data.get("scope")) if isinstance(item, str)]
            yield from (Edge(ids[source], node.id) for source in scope if source in ids)


def calls(node: Node, flow: Flow, links: Links) -> tuple[Call, ...]:
    """The links of a node that lead out of its flow."""
    if node.type == "link call" and node.data.get("linkType") == "dynamic":
        return (Call("channel", dynamic=True),)
    leads = links.leads.get(node.data["id"], [])
    return tuple(Call("channel", target) for target in leads if links.places.get(target) != flow.id)


def _listed(node: Node) -> Iterator[str]:
    value = node.data.get("links")
    # The first versions of link call kept its one target as text.
    for item in [value] if isinstance(value, str) else sequence(value):
        if isinstance(item, str) and item:
            yield item


def _add(links: Links, source: str, target: str, flow: str) -> None:
    leads = links.leads.setdefault(source, [])
    if target not in leads:
        leads.append(target)
    links.reached_from.setdefault(target, set()).add(flow)


def _wires(flow: Flow) -> Iterator[dict[str, object]]:
    for entry in sequence(flow.data.get("in")):
        for wire in sequence(entry.get("wires") if isinstance(entry, dict) else None):
            if isinstance(wire, dict):
                yield wire
