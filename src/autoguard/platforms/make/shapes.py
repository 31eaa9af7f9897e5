"""Where scenarios stand in a JSON document.

A blueprint alone has neither a state nor a schedule; both stand beside it in the API's answers: developers.make.com,
"Scenarios" and "Scenarios > Blueprints" (read 2026-11-24). The API sends blueprint and scheduling as JSON texts too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autoguard.model import Location
from autoguard.platforms._values import dig, mapping, sequence
from autoguard.syntax.json_tree import parse_json
from autoguard.syntax.parsed import Parsed

Path = tuple[str | int, ...]
_MODULE = re.compile(r"^[A-Za-z0-9_.#-]{1,120}:[A-Za-z0-9_.:-]{1,120}$")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A blueprint and the object it stands in, which may know state, schedule and owner."""

    blueprint: dict[str, Any]
    record: dict[str, Any]
    location: Location
    locate: Callable[[Path], Location] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flow:
    """A list of modules that run one after the other. `owner` is the place of the module that it branches off from."""

    modules: list[Any]
    path: Path
    owner: Path = ()
    kind: str = "root"
    enabled: bool = True


def is_module(value: Any) -> bool:
    """Whether a value is a module: an object whose `module` reads `app:Action`."""
    return isinstance(value, dict) and isinstance(value.get("module"), str) and bool(_MODULE.match(value["module"]))


def scenarios(parsed: Parsed, value: Any) -> list[Scenario]:
    """Every scenario of the document, [] where it is no document of this platform."""
    items: list[tuple[Any, Path]] = [(value, ())]
    for key in ("response", "scenarios"):
        inner = mapping(value).get(key)
        if inner is not None:
            items = [(inner, (key,))]
    found: list[Scenario] = []
    for item, path in items:
        rows = [(row, (*path, index)) for index, row in enumerate(item)] if isinstance(item, list) else [(item, path)]
        found.extend(one for row, place in rows if (one := _scenario(parsed, row, place)) is not None)
    return found


def flows(blueprint: dict[str, Any]) -> Iterator[Flow]:
    """Every list of modules: the main one, routes, branches, error handlers, tools of agents, and orphans."""
    stack = [Flow(sequence(blueprint.get("flow")), ("flow",))]
    for index, subflow in enumerate(sequence(blueprint.get("subflows"))):
        stack.append(Flow(sequence(mapping(subflow).get("flow")), ("subflows", index, "flow")))
    for index, orphan in enumerate(sequence(dig(blueprint, "metadata", "designer", "orphans"))):
        place: Path = ("metadata", "designer", "orphans")
        if isinstance(orphan, list):
            stack.append(Flow(orphan, (*place, index), kind="orphan", enabled=False))
        elif index == 0:
            stack.append(Flow(sequence(dig(blueprint, *place)), place, kind="orphan", enabled=False))
    stack.reverse()
    while stack:
        flow = stack.pop()
        yield flow
        inner = [one for index, module in enumerate(flow.modules) for one in _inside(module, flow, index)]
        stack.extend(reversed(inner))


def _inside(module: Any, flow: Flow, index: int) -> Iterator[Flow]:
    if not is_module(module):
        return
    owner = (*flow.path, index)
    for key, kind in (("routes", "main"), ("branches", "main"), ("tools", "attached")):
        for number, branch in enumerate(sequence(module.get(key))):
            enabled = flow.enabled and mapping(branch).get("disabled") is not True
            modules = sequence(mapping(branch).get("flow"))
            if modules:
                yield Flow(modules, (*owner, key, number, "flow"), owner, kind, enabled)
    handler = sequence(module.get("onerror"))
    if handler:
        yield Flow(handler, (*owner, "onerror"), owner, "error", flow.enabled)


def _scenario(parsed: Parsed, value: Any, path: Path) -> Scenario | None:
    if not isinstance(value, dict):
        return None
    if _is_blueprint(value):
        return Scenario(value, value, parsed.at(parsed.json, *path), _locate(parsed, path))
    record = {**value, **mapping(value.get("scenario"))}
    inner = value.get("blueprint")
    if isinstance(inner, dict) and _is_blueprint(inner):
        place = (*path, "blueprint")
        return Scenario(inner, record, parsed.at(parsed.json, *place), _locate(parsed, place))
    if isinstance(inner, str):
        stored = parse_json(inner)
        if _is_blueprint(stored):
            # The blueprint is a text inside the text: its parts have no lines of their own.
            here = parsed.at(parsed.json, *path, "blueprint")
            return Scenario(stored, record, here, lambda _: here)
    return None


def _locate(parsed: Parsed, path: Path) -> Callable[[Path], Location]:
    return lambda part: parsed.at(parsed.json, *path, *part)


def _is_blueprint(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    lists = [
        sequence(value.get("flow")),
        *(sequence(mapping(item).get("flow")) for item in sequence(value.get("subflows"))),
    ]
    if any(is_module(module) for modules in lists for module in modules):
        return True
    empty = value.get("flow") == [] or value.get("subflows") == []
    return empty and isinstance(dig(value, "metadata", "scenario"), dict)
