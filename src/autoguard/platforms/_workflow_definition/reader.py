"""One workflow definition as triggers, steps and edges."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from autoguard.model import Call, Credential, Edge, Known, Location, Step, Trigger
from autoguard.platforms._values import mapping, text
from autoguard.platforms._workflow_definition.actions import Path, walk
from autoguard.platforms._workflow_definition.edges import Order
from autoguard.platforms._workflow_definition.hosts import Host, host_of
from autoguard.platforms._workflow_definition.sources import Sources
from autoguard.platforms._workflow_definition.steps import Context, read_step
from autoguard.platforms._workflow_definition.triggers import Access, read_trigger
from autoguard.syntax.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two platforms do differently.

    `access`: who may call a request trigger. `credential`: the reference that a host's connection stands for, or None.
    `workflow`: which workflow a `Workflow` action calls. `locate` gives the place of a part of the definition.
    """

    access: Callable[[dict[str, Any]], Access]
    credential: Callable[[Host], Credential | None]
    workflow: Callable[[dict[str, Any]], Call]
    locate: Callable[[Path], Location]


@dataclass(slots=True)
class Definition:
    """What a definition says, in neutral words."""

    triggers: tuple[Trigger, ...] = ()
    steps: tuple[Step, ...] = ()
    edges: tuple[Edge, ...] = ()
    error_route: Known = "unknown"
    credentials: dict[str, Credential] = field(default_factory=dict)


def locate_in(parsed: Parsed, path: Path) -> Callable[[Path], Location]:
    """Places of the parts of a definition that stands at `path` of the document."""
    return lambda part: parsed.at(parsed.json, *path, *part)


def anchor_of(definition: dict[str, Any]) -> str:
    """The first trigger's name, else the first action's: they stay when a workflow is edited."""
    names = (next(iter(mapping(definition.get(part))), "") for part in ("triggers", "actions"))
    return next((name for name in names if name), "")


def read_definition(definition: dict[str, Any], dialect: Dialect) -> Definition:
    """Triggers, steps, edges, credential references and the fate of failures."""
    found = Definition()
    bodies = {
        name: body for name, body in mapping(definition.get("triggers")).items() if isinstance(body, dict) and body
    }
    triggers = []
    for name, body in bodies.items():
        location = dialect.locate(("triggers", name))
        used = _note_credential(found, host_of(body), location, dialect)
        trigger = read_trigger(name, body, location, dialect.access)
        triggers.append(replace(trigger, credentials=(used,) if used else ()))
    actions = walk(definition.get("actions"), ("actions",), set(bodies))
    order = Order([trigger.id for trigger in triggers], actions)
    sources = Sources(triggers[0].id if triggers else "", actions)
    steps = []
    for action in actions:
        location = dialect.locate(action.path)

        def noted(host: Host, location: Location = location) -> str:
            return _note_credential(found, host, location, dialect)

        steps.append(read_step(action, order.on_error(action), location, Context(sources, noted, dialect.workflow)))
    found.triggers = tuple(triggers)
    found.steps = tuple(steps)
    found.edges = tuple(order.edges())
    found.error_route = order.error_route(steps)
    return found


def _note_credential(found: Definition, host: Host, location: Location, dialect: Dialect) -> str:
    credential = dialect.credential(host) if host.connection else None
    if credential is None:
        return ""
    known = found.credentials.get(credential.id, credential)
    found.credentials[credential.id] = replace(known, locations=(*known.locations, location))
    return credential.id


def workflow_call(host: dict[str, Any], resolve: Callable[[str], str]) -> Call:
    """The workflow that a `Workflow` action calls: by id in Power Automate, by name in Logic Apps.

    `resolve` turns a template's expression into the name it stands for, "" where it cannot.
    """
    native = text(host.get("workflowReferenceName"), 64)
    if native:
        return Call("id", native.lower()) if not native.startswith("@") else Call("id", dynamic=True)
    target = resolve(text(mapping(host.get("workflow")).get("id"), 500))
    name = target.rstrip("/").rpartition("/")[2]
    return Call("name", name) if name and not name.startswith("@") else Call("name", dynamic=True)
