"""Which nodes a catch node covers, and whether a failure reaches somebody.

A catch node without scope covers its tab or subflow, one with a list those nodes, one with `group` the nodes of its own
group. What a subflow does not catch goes to the place where it is used. Debug nodes only write to the editor's sidebar,
so that an error which ends there has reached nobody. Source: `handleError` in `lib/flows/Flow.js` and `Subflow.js` of
@node-red/runtime 4.1.15 (read 2026-11-24).
"""

import itertools
from collections.abc import Iterable, Mapping

from autoguard.model import Edge, Known, Step
from autoguard.platforms._values import string
from autoguard.platforms.node_red.document import Flow, FlowFile, Node
from autoguard.platforms.node_red.nodes import NOT_WORK, PLUMBING

_QUIET = frozenset({"transform", "branch", "wait", "loop"})
_EXTERNAL = frozenset(
    {"http", "shell", "database", "file", "message", "payment", "ai", "agent", "tool", "approval", "call"}
)
_MAX_ERROR_EDGES = 20_000
_MAX_CATCH_NODES = 200


def catchers(flow: Flow, file: FlowFile) -> dict[str, set[str]]:
    """The nodes that each active catch node of a flow covers, by the catch node's id."""
    return {
        node.id: _covered(node, flow, file)
        for node in itertools.islice((node for node in flow.nodes if node.type == "catch"), _MAX_CATCH_NODES)
        if node.data.get("d") is not True
    }


def error_edges(flow: Flow, covered: Mapping[str, set[str]]) -> Iterable[Edge]:
    """An edge from every covered node to the catch node that gets its errors; bounded, for files made to be large."""
    count = 0
    for catch, nodes in covered.items():
        for node in flow.nodes:
            if node.id in nodes:
                count += 1
                if count > _MAX_ERROR_EDGES:
                    return
                yield Edge(node.id, catch, "error")


def handling(covered: Mapping[str, set[str]], steps: Iterable[Step], edges: Iterable[Edge]) -> set[str]:
    """The nodes whose errors reach more than plumbing, debug nodes and nodes that only change the message."""
    by_id = {step.id: step for step in steps}
    following: dict[str, list[str]] = {}
    for edge in edges:
        if edge.kind == "main":
            following.setdefault(edge.source, []).append(edge.target)
    handled: set[str] = set()
    for catch, nodes in covered.items():
        if any(_handles(by_id[reached]) for reached in _reach(catch, following) if reached in by_id):
            handled |= nodes
    return handled


def needs_handling(step: Step) -> bool:
    """Whether a step touches something outside, so that its failure is one that somebody has to know of."""
    if step.enabled == "no" or step.operation in ("catch", *PLUMBING):
        return False
    return step.kind in _EXTERNAL or step.writes == "yes" or step.reads == "yes" or bool(step.endpoints)


def error_route(flow: Flow, file: FlowFile, steps: Iterable[Step], handled: Mapping[str, set[str]]) -> Known:
    """Whether every failure in a flow reaches a handler. `handled` holds the handled nodes of all flows, by flow id."""
    own = handled[flow.id]
    if own and all(step.id in own for step in steps if needs_handling(step)):
        return "yes"
    if flow.kind == "fragment":
        return "unknown"
    return "no" if flow.kind == "tab" else _route_of_uses(flow, file, handled)


def _route_of_uses(flow: Flow, file: FlowFile, handled: Mapping[str, set[str]]) -> Known:
    routes: set[Known] = set()
    seen, open_flows = {flow.id}, [flow.id]
    while open_flows:
        for user, node in file.uses.get(open_flows.pop(), ()):
            if node.data.get("d") is True:
                continue
            if node.id in handled[user.id]:
                routes.add("yes")
            elif user.kind == "subflow":
                # An error climbs on until some flow on the way catches it.
                open_flows.extend([user.id] if user.id not in seen else [])
                seen.add(user.id)
            else:
                routes.add("unknown" if user.kind == "fragment" else "no")
    return "no" if "no" in routes else "yes" if routes == {"yes"} else "unknown"


def _covered(catch: Node, flow: Flow, file: FlowFile) -> set[str]:
    scope, group = catch.data.get("scope"), string(catch.data.get("g"))
    listed = {item for item in scope if isinstance(item, str)} if isinstance(scope, list) else None
    return {
        node.id
        for node in flow.nodes
        if node.type != "catch"
        and node.type not in NOT_WORK
        and node.data.get("d") is not True
        and (listed is None or node.data["id"] in listed)
        and (scope != "group" or not group or group in file.groups_of(node))
    }


def _handles(step: Step) -> bool:
    if step.enabled == "no" or step.operation in ("catch", *PLUMBING) or step.kind in _QUIET:
        return step.enabled != "no" and bool(step.calls)
    return step.kind != "code" or step.writes != "no"


def _reach(start: str, following: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    open_ids = [start]
    while open_ids:
        for target in following.get(open_ids.pop(), ()):
            if target not in reached:
                reached.add(target)
                open_ids.append(target)
    return reached
