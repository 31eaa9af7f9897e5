"""One scenario as a neutral automation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from autoguard.model import Automation, Credential, Edge, Known, Step, Trigger
from autoguard.platforms import Facts
from autoguard.platforms._identity import identity
from autoguard.platforms._values import dig, mapping, text
from autoguard.platforms.make.connections import credentials
from autoguard.platforms.make.modules import is_trigger
from autoguard.platforms.make.shapes import Flow, Path, Scenario, flows, is_module
from autoguard.platforms.make.steps import Modules, read_filter, read_step
from autoguard.platforms.make.triggers import SCHEDULE, from_module, from_schedule, hook, scheduling
from autoguard.syntax.parsed import Parsed


def read_scenario(parsed: Parsed, scenario: Scenario) -> Facts:
    """The automation and the connections its modules use."""
    lists = list(flows(scenario.blueprint))
    ids = _ids(lists)
    plan = scheduling(scenario.record, scenario.blueprint)
    triggers: list[Trigger] = []
    steps: list[Step] = []
    used: dict[str, Credential] = {}
    modules = Modules()
    starts = set(_starts(lists))
    for flow in lists:
        for place, module in _modules(flow):
            modules.note(module, ids[place])
    if not starts:
        triggers.append(from_schedule(plan, scenario.location))
    modules.caller = next((ids[place] for place in starts), SCHEDULE)
    for flow in lists:
        for place, module in _modules(flow):
            location = scenario.locate(place)
            found = [replace(item, locations=(location,)) for item in credentials(module)]
            for item in found:
                known = used.get(item.id)
                used[item.id] = replace(known, locations=(*known.locations, location)) if known else item
            if place in starts:
                trigger = from_module(module, ids[place], plan, location)
                triggers.append(replace(trigger, credentials=tuple(item.id for item in found)))
            else:
                check = read_filter(module, ids[place], location, enabled=flow.enabled)
                steps.extend([check] if check is not None else [])
                steps.append(read_step(module, ids[place], location, found, modules, enabled=flow.enabled))
    handlers = {ids[place] for flow in lists if "onerror" in flow.path for place, _ in _modules(flow)}
    automation = _automation(parsed, scenario, lists, tuple(steps), handlers)
    edges = tuple(_through_filters(_edges(lists, ids, starts), steps))
    return Facts((replace(automation, triggers=tuple(triggers), edges=edges),), tuple(used.values()))


def _automation(
    parsed: Parsed, scenario: Scenario, lists: list[Flow], steps: tuple[Step, ...], handlers: set[str]
) -> Automation:
    blueprint, record = scenario.blueprint, scenario.record
    outside = record if record is not blueprint else {}
    native_id = text(outside.get("id") or outside.get("scenarioId"), 20)
    native_id = native_id if native_id.isdigit() else ""
    name = text(blueprint.get("name")) or text(record.get("name"))
    first = next((module for flow in lists for _, module in _modules(flow)), {})
    anchor = ":".join(item for item in (text(first.get("module")), hook(first)) if item)
    key = identity("make", native_id=native_id, name=name, anchor=anchor, path=parsed.path)
    return Automation(
        id=key,
        identity=key,
        platform="make",
        name=name or parsed.path.rpartition("/")[2].removesuffix(".json").removesuffix(".blueprint"),
        native_id=native_id,
        location=scenario.location,
        enabled=_enabled(record),
        steps=steps,
        error_route=_error_route(blueprint, steps, handlers),
        owners=tuple(dict.fromkeys(_owners(record))),
        description=text(blueprint.get("description") or record.get("description")),
        folder=parsed.folder,
    )


def _modules(flow: Flow) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, module in enumerate(flow.modules):
        if is_module(module):
            yield (*flow.path, index), module


def _ids(lists: list[Flow]) -> dict[Path, str]:
    # A module's number is what expressions name it by; a copy in the same scenario is told apart by its place.
    ids: dict[Path, str] = {}
    taken = {SCHEDULE}
    for flow in lists:
        for place, module in _modules(flow):
            number = text(module.get("id"), 20)
            chosen = number if number and number not in taken else ".".join(str(part) for part in place)
            taken.add(chosen)
            ids[place] = chosen
    return ids


def _starts(lists: list[Flow]) -> Iterator[Path]:
    for flow in lists:
        first = next(_modules(flow), None)
        if flow.kind == "root" and first is not None and is_trigger(first[1]):
            yield first[0]


def _edges(lists: list[Flow], ids: dict[Path, str], starts: set[Path]) -> Iterator[Edge]:
    last_of: dict[Path, list[str]] = {}
    for flow in lists:
        places = list(_modules(flow))
        if places and flow.kind == "main":
            last_of.setdefault(flow.owner, []).append(ids[places[-1][0]])
    for flow in lists:
        previous: Path | None = None
        for place, module in _modules(flow):
            if previous is not None:
                yield Edge(ids[previous], ids[place])
                if text(module.get("module")) == "builtin:BasicMerge":
                    # The branches of the module before come together here.
                    for end in last_of.get(previous, []):
                        yield Edge(end, ids[place])
            elif flow.owner:
                kind = flow.kind if flow.kind in ("error", "attached") else "main"
                yield Edge(ids[flow.owner], ids[place], kind)  # type: ignore[arg-type]  # words of EdgeKind
            elif flow.kind == "root" and place not in starts and not starts:
                yield Edge(SCHEDULE, ids[place])
            previous = place


def _through_filters(edges: Iterable[Edge], steps: list[Step]) -> Iterator[Edge]:
    filters = {step.id.removesuffix(":filter"): step.id for step in steps if step.id.endswith(":filter")}
    for edge in edges:
        yield replace(edge, target=filters.get(edge.target, edge.target))
    for module, check in filters.items():
        yield Edge(check, module)


def _enabled(record: dict[str, Any]) -> Known:
    for name in ("isActive", "islinked"):
        if isinstance(record.get(name), bool):
            return "yes" if record[name] and record.get("isPaused") is not True else "no"
    return "unknown"


def _error_route(blueprint: dict[str, Any], steps: tuple[Step, ...], handlers: set[str]) -> Known:
    settings = dig(blueprint, "metadata", "scenario")
    if mapping(settings).get("dlq") is True:
        return "yes"
    # Handlers have no handler of their own, and orphans never run.
    writing = [step for step in steps if step.writes == "yes" and step.enabled == "yes" and step.id not in handlers]
    if writing and all(step.on_error == "route" for step in writing):
        return "yes"
    return "no" if isinstance(settings, dict) else "unknown"


def _owners(record: dict[str, Any]) -> Iterator[str]:
    user = mapping(record.get("createdByUser"))
    owner = text(user.get("email")) or text(user.get("name"))
    if owner:
        yield owner
