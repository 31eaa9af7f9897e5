"""One n8n workflow as a neutral automation."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autoguard.model import Automation, Call, Credential, Edge, Known, PersonalData, Step, Trigger
from autoguard.personal_data import kinds_in
from autoguard.platforms._identity import identity
from autoguard.platforms._values import dig, mapping, sequence, string, strings, text
from autoguard.platforms.n8n.nodes import short, trigger_class
from autoguard.platforms.n8n.steps import read_step
from autoguard.platforms.n8n.triggers import read_trigger
from autoguard.syntax.parsed import Parsed

Path = tuple[str | int, ...]
_KEY_TYPES = frozenset({"httpHeaderAuth", "httpQueryAuth", "httpBearerAuth", "httpCustomAuth", "jwtAuth", "crypto"})


def read_workflow(parsed: Parsed, workflow: dict[str, Any], path: Path) -> tuple[Automation, list[Credential]]:
    """The automation that stands at `path` of the document, and the credentials its nodes refer to."""
    nodes = list(_nodes(workflow))
    ids = _ids(nodes)
    triggers: list[Trigger] = []
    steps: list[Step] = []
    credentials: dict[str, Credential] = {}
    for index, node in nodes:
        node_id = ids[index]
        location = parsed.at(parsed.json, *path, "nodes", index)
        used = list(_credentials(node))
        for credential in used:
            known = credentials.get(credential.id, credential)
            credentials[credential.id] = _located(known, location)
        if trigger_class(node["type"]) is not None:
            triggers.append(read_trigger(node, node_id, location, used))
        elif short(node["type"]) != "stickyNote":
            step = read_step(node, node_id, location, used, ids_by_name=_by_name(nodes, ids))
            is_no_guard = step.kind == "verify" and _goes_on_either_way(workflow, node)
            steps.append(replace(step, kind="branch") if is_no_guard else step)
    native_id = text(workflow.get("id"), 64)
    name = text(workflow.get("name")) or parsed.path.rpartition("/")[2].removesuffix(".json")
    anchor = next((text(node.get("id")) for _, node in nodes if trigger_class(node["type"])), "")
    key = identity("n8n", native_id=native_id, name=name, anchor=anchor, path=parsed.path)
    settings = workflow.get("settings")
    automation = Automation(
        id=key,
        identity=key,
        platform="n8n",
        name=name,
        native_id=native_id,
        location=parsed.at(parsed.json, *path),
        enabled=_enabled(workflow),
        triggers=tuple(triggers),
        steps=tuple(steps),
        edges=tuple(_edges(workflow, nodes, ids)),
        error_route=_error_route(settings, triggers),
        error_target=_error_target(settings),
        owners=tuple(_owners(workflow)),
        personal_data=tuple(_pinned(parsed, workflow, path)),
        description=text(workflow.get("description") or dig(workflow, "meta", "description")),
        folder=parsed.folder,
    )
    return automation, list(credentials.values())


def _nodes(workflow: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, node in enumerate(sequence(workflow.get("nodes"))):
        if isinstance(node, dict) and isinstance(node.get("type"), str) and node["type"]:
            yield index, node


def _goes_on_either_way(workflow: dict[str, Any], node: dict[str, Any]) -> bool:
    """Whether all outputs of a node lead to the same nodes, so that its condition decides nothing."""
    outputs = sequence(dig(workflow, "connections", text(node.get("name")), "main"))
    targets = [{text(mapping(link).get("node")) for link in sequence(output)} for output in outputs]
    return len(targets) > 1 and all(one == targets[0] for one in targets)


def _ids(nodes: list[tuple[int, dict[str, Any]]]) -> dict[int, str]:
    # The node's own id survives a new name; a copy inside one workflow may repeat it, then the name decides.
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for index, node in nodes:
        candidates = (text(node.get("id"), 64), text(node.get("name"), 120), f"{short(node['type'])}-{index}")
        chosen = next((item for item in candidates if item and item not in taken), f"node-{index}")
        taken.add(chosen)
        ids[index] = chosen
    return ids


def _by_name(nodes: list[tuple[int, dict[str, Any]]], ids: dict[int, str]) -> dict[str, str]:
    return {str(node["name"]): ids[index] for index, node in nodes if isinstance(node.get("name"), str)}


def _credentials(node: dict[str, Any]) -> Iterator[Credential]:
    # Newer exports hold {id, name}, some only {name}, very old ones the bare name.
    for kind, reference in mapping(node.get("credentials")).items():
        native = text(mapping(reference).get("id"), 64)
        name = text(mapping(reference).get("name")) or text(reference)
        if native or name:
            yield Credential(
                id=f"n8n:{kind}:{native or name}",
                kind=_kind(str(kind)),
                storage="reference",
                name=name,
                holder="n8n credential store",
                platform="n8n",
                service=str(kind).removesuffix("Api").removesuffix("OAuth2"),
            )


def _located(credential: Credential, location: Any) -> Credential:

    return replace(credential, locations=(*credential.locations, location))


def _kind(credential_type: str) -> str:
    if "OAuth2" in credential_type:
        return "oauth2"
    return "api-key" if credential_type.endswith("Api") or credential_type in _KEY_TYPES else "login"


def _edges(workflow: dict[str, Any], nodes: list[tuple[int, dict[str, Any]]], ids: dict[int, str]) -> Iterator[Edge]:
    names = _by_name(nodes, ids)
    error_output = {
        str(node["name"])
        for _, node in nodes
        if node.get("onError") == "continueErrorOutput" and isinstance(node.get("name"), str)
    }
    for source, kinds in mapping(workflow.get("connections")).items():
        if source not in names:
            continue
        for kind, outputs in mapping(kinds).items():
            for index, targets in enumerate(sequence(outputs)):
                for target in sequence(targets):
                    name = string(mapping(target).get("node"))
                    if name not in names:
                        continue
                    if kind != "main":
                        yield Edge(names[name], names[source], "attached" if kind == "ai_tool" else "part")
                    elif source in error_output and index > 0 and index == len(sequence(outputs)) - 1:
                        yield Edge(names[source], names[name], "error")
                    else:
                        yield Edge(names[source], names[name])


def _enabled(workflow: dict[str, Any]) -> Known:
    if workflow.get("isArchived") is True:
        return "no"
    active = workflow.get("active")
    if isinstance(active, str):
        active = {"true": True, "false": False}.get(active.lower())
    return "unknown" if not isinstance(active, bool) else "yes" if active else "no"


def _error_route(settings: Any, triggers: list[Trigger]) -> Known:
    # A workflow with an error trigger of its own handles its failures itself (docs.n8n.io, "Error handling").
    if any(trigger.event == "error" and trigger.enabled == "yes" for trigger in triggers):
        return "yes"
    if not isinstance(settings, dict):
        return "unknown"
    return "yes" if text(settings.get("errorWorkflow")) not in ("", "DEFAULT") else "no"


def _error_target(settings: Any) -> Call | None:
    target = text(mapping(settings).get("errorWorkflow"), 64)
    return Call("id", target) if target and target != "DEFAULT" else None


def _owners(workflow: dict[str, Any]) -> Iterator[str]:
    for share in sequence(workflow.get("shared")):
        if mapping(share).get("role") == "workflow:owner":
            owner = text(dig(share, "project", "name")) or text(dig(share, "user", "email"))
            if owner:
                yield owner


def _pinned(parsed: Parsed, workflow: dict[str, Any], path: Path) -> Iterator[PersonalData]:
    for holder, items in mapping(workflow.get("pinData")).items():
        found = kinds_in(value for _, value in strings(items))
        if found:
            yield PersonalData(
                text(holder),
                tuple(sorted(found)),
                sum(found.values()),
                parsed.at(parsed.json, *path, "pinData", holder),
            )
