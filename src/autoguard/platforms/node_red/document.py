"""A flow file taken apart: tabs, subflows, groups and config nodes, whichever of the shapes it comes in.

Shapes: the array that the editor saves and exports; `{"rev", "flows"}` of the Admin API (version 2) and `{"flows",
"credentials"}` of the storage API; `GET /flow/:id`, which holds one tab with `nodes` and `configs`. What belongs where
is decided as `parseConfig` in `lib/flows/util.js` of @node-red/runtime 4.1.15 does (read 2026-11-24).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from autoguard.platforms._values import mapping, sequence, string
from autoguard.platforms.node_red.nodes import NOT_WORK, SUBFLOW

Path = tuple[str | int, ...]
_CONTAINERS = ("tab", "subflow", "group")
_MAX_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Node:
    """One node with its place in the document. `id` is its own, made unique where a file repeats it."""

    id: str
    path: Path
    data: dict[str, Any]

    @property
    def type(self) -> str:
        """The platform's own name of what the node does."""
        kind: str = self.data["type"]
        return kind


@dataclass(slots=True)
class Flow:
    """A tab, a subflow's definition, or a fragment: nodes whose tab is not in the file."""

    kind: Literal["tab", "subflow", "fragment"]
    id: str
    path: Path
    data: dict[str, Any]
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class FlowFile:
    """All flows of a document, its config nodes by id, the group that each group lies in, and the uses of subflows."""

    flows: list[Flow] = field(default_factory=list)
    configs: dict[str, Node] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    uses: dict[str, list[tuple[Flow, Node]]] = field(default_factory=dict)

    @property
    def has_tabs(self) -> bool:
        """Whether the file is more than a fragment of a flow."""
        return any(flow.kind == "tab" for flow in self.flows)

    def groups_of(self, node: Node) -> set[str]:
        """The groups that a node lies in, from the inside out."""
        found: set[str] = set()
        group = string(node.data.get("g"))
        while group and group not in found and len(found) < _MAX_GROUPS:
            found.add(group)
            group = self.groups.get(group, "")
        return found


def entries(value: Any) -> list[tuple[Path, dict[str, Any]]]:
    """The nodes of a document with their paths, or nothing where it is no flow."""
    if isinstance(value, list):
        return _listed(value, ())
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("flows"), list):
        return _listed(value["flows"], ("flows",))
    if (
        isinstance(value.get("nodes"), list)
        and isinstance(value.get("id"), str)
        and isinstance(value.get("label"), str)
    ):
        inside = _listed(value["nodes"], ("nodes",))
        tab = {**value, "type": "tab"}
        return [((), tab), *inside, *_plain(value.get("configs"), ("configs",))] if inside else []
    return []


def read_file(found: list[tuple[Path, dict[str, Any]]]) -> FlowFile:
    """The document's flows, in its order; nodes without a tab of their own in the file come together as a fragment."""
    file = FlowFile()
    owners: dict[str, Flow] = {}
    for path, data in found:
        if data["type"] in ("tab", "subflow") and data["id"] not in owners:
            flow = Flow("tab" if data["type"] == "tab" else "subflow", data["id"], path, data)
            owners[flow.id] = flow
            file.flows.append(flow)
        elif data["type"] == "group":
            file.groups[data["id"]] = string(data.get("g"))
    fragments: dict[str, Flow] = {}
    taken: set[str] = set()
    for path, data in found:
        if data["type"] in _CONTAINERS:
            continue
        node = Node(_unique(data["id"], taken), path, data)
        if _is_config(data):
            file.configs.setdefault(data["id"], node)
            continue
        tab = string(data.get("z"))
        flow = owners.get(tab) or fragments.setdefault(
            tab if file.has_tabs else "", Flow("fragment", tab, found[0][0][:-1], {})
        )
        flow.nodes.append(node)
        if node.type.startswith(SUBFLOW):
            file.uses.setdefault(node.type.removeprefix(SUBFLOW), []).append((flow, node))
    # Comments alone do nothing; a tab is an automation even while it is empty.
    file.flows.extend(flow for flow in fragments.values() if any(node.type not in NOT_WORK for node in flow.nodes))
    return file


def targets(node: dict[str, Any]) -> Iterator[str]:
    """Ids of the nodes that a node's outputs are wired to, output by output."""
    for output in sequence(node.get("wires")):
        for target in output if isinstance(output, list) else [output]:
            if isinstance(target, str):
                yield target


def _listed(items: list[Any], base: Path) -> list[tuple[Path, dict[str, Any]]]:
    found = _plain(items, base)
    wired = any(isinstance(data.get("wires"), list) or _is_container(data) for _, data in found)
    # Other lists hold items with an id and a type too; there they are not all of the items, or nothing is wired.
    return found if wired and 2 * len(found) > len(items) else []


def _plain(items: Any, base: Path) -> list[tuple[Path, dict[str, Any]]]:
    return [
        ((*base, index), item)
        for index, item in enumerate(sequence(items))
        if isinstance(item, dict) and isinstance(item.get("id"), str) and isinstance(item.get("type"), str)
    ]


def _is_container(data: dict[str, Any]) -> bool:
    if data["type"] == "tab":
        return isinstance(data.get("label"), str)
    return data["type"] == "subflow" and isinstance(data.get("in", data.get("out")), list)


def _is_config(data: dict[str, Any]) -> bool:
    return not isinstance(data.get("wires"), list) and not ("x" in data and "y" in data)


def _unique(node_id: str, taken: set[str]) -> str:
    chosen, count = node_id, 1
    while chosen in taken:
        count += 1
        chosen = f"{node_id}#{count}"
    taken.add(chosen)
    return chosen


def env_names(data: dict[str, Any]) -> list[str]:
    """Names of the environment entries of a tab, subflow or instance whose values lie in the credential store."""
    return [
        string(mapping(entry).get("name"))
        for entry in sequence(data.get("env"))
        if mapping(entry).get("type") == "cred" and string(mapping(entry).get("name"))
    ]
