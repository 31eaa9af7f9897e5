"""Small estates for tests: workflows as n8n writes them, and an assessment of an inventory in one call."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from autoguard import inventory as linking
from autoguard.assess import Request, assess
from autoguard.catalog import Catalog, load_catalog
from autoguard.model import Assessment, Document, Inventory, Reading, Source
from autoguard.plugins import Registry, check_rooms, load_plugins
from autoguard.policy import load_policy
from autoguard.read import Reader
from autoguard.secrets.kinds import load_kinds
from autoguard.tables import vendors

TODAY = date(2026, 11, 24)
REGISTRY: Registry = load_plugins(external=False)
CATALOG: Catalog = load_catalog(check_rooms(REGISTRY), cache=False)
READER = Reader(REGISTRY, load_kinds(check_rooms(REGISTRY)), b"a key for tests")


def node(name: str, kind: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One node of an n8n workflow."""
    package = "@n8n/n8n-nodes-langchain" if kind.startswith("lc.") else "n8n-nodes-base"
    kind = kind.removeprefix("lc.")
    return {
        "id": f"id-{name}",
        "name": name,
        "type": kind if "." in kind else f"{package}.{kind}",
        "typeVersion": 1,
        "position": [0, 0],
        "parameters": dict(parameters or {}),
        **more,
    }


def workflow(name: str, nodes: list[dict[str, Any]], *edges: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An active n8n workflow whose edges are main connections; an edge `(a, b)` may name a kind as third part."""
    connections: dict[str, Any] = {}
    for source, target in edges:
        connections.setdefault(source, {"main": [[]]})["main"][0].append({"node": target, "type": "main", "index": 0})
    return {
        "id": f"wf-{name}",
        "name": name,
        "active": True,
        "settings": {},
        "nodes": nodes,
        "connections": connections,
        **more,
    }


def inventory_of(files: Mapping[str, str | bytes | dict[str, Any] | list[Any]]) -> Inventory:
    """The linked inventory of some files; mappings and lists are written as JSON."""
    documents = []
    for path, content in sorted(files.items()):
        data = content if isinstance(content, bytes) else (
            content if isinstance(content, str) else json.dumps(content, indent=1)
        ).encode()  # fmt: skip
        documents.append(READER.read(Document(path, data)))
    linked = linking.link(
        documents,
        platforms={platform.id: platform for platform in REGISTRY.platforms},
        evidence=tuple(REGISTRY.all("evidence")),
        manifest=None,
        sources=[Source("estate")],
        gaps=[],
        reading=Reading(len(documents)),
        today=TODAY,
        vendors=vendors(),
    )
    return linked.inventory


def request(**changes: Any) -> Request:
    """A request under the default policy with all checks."""
    made = Request(
        target="estate",
        policy=load_policy("default"),
        checks=CATALOG.checks,
        probes={probe.name: probe for probe in REGISTRY.all("probes")},
        today=TODAY,
    )
    return replace(made, **changes)


def assessment_of(files: Mapping[str, Any], **changes: Any) -> Assessment:
    """The assessment of some files."""
    return assess(inventory_of(files), request(**changes))


def write_tree(folder: Path, files: Mapping[str, Any]) -> Path:
    """Write files below a folder; mappings and lists as JSON."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            target.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return folder


ESTATE = {
    "flows/a b#ü.json": workflow(
        "Orders <b>",
        [node("Hook", "webhook"), node("Run", "executeCommand", {"command": "=x {{ $json.a }}"}), node("A", "httpRequest", {"url": "http://a.supplier.eu"})],
        ("Hook", "Run"), ("Run", "A"),
    ),
    "flows/b.json": workflow("B", [node("Every", "scheduleTrigger"), node("A", "httpRequest", {"url": "http://a.supplier.eu"})], ("Every", "A")),
    "autoguard.yaml": "version: 1\n",
}  # fmt: skip
"""Two workflows of which one can be started by anyone and runs a command, with a path that needs escapes, and a manifest."""
