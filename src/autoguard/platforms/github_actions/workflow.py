"""One workflow or composite action as a neutral automation."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from autoguard.model import Automation, Known, Trigger
from autoguard.platforms import Fragment
from autoguard.platforms._identity import identity
from autoguard.platforms._values import mapping, strings, text
from autoguard.platforms.github_actions.calls import WORKFLOWS
from autoguard.platforms.github_actions.contexts import ANYWHERE, Scope
from autoguard.platforms.github_actions.credentials import Ledger
from autoguard.platforms.github_actions.entries import Keys, Reading, entries_of, ids_of, passed_on, with_steps
from autoguard.platforms.github_actions.jobs import read_jobs
from autoguard.platforms.github_actions.order import Job, edges, error_route, steps
from autoguard.platforms.github_actions.steps import Place, read_step
from autoguard.platforms.github_actions.triggers import events, read_trigger
from autoguard.syntax import Tree
from autoguard.syntax.parsed import Parsed

_IN_REPOSITORY = re.compile(r"(?:^|.*/)(\.github/.+)$")
_FAILED = re.compile(r"failure|!=\s*'success'")
_COMPOSITE = "runs"

Read = tuple[Automation, Reading]
"""An automation and what was collected on the way to it."""


def native_path(path: str) -> str:
    """The path inside the repository, "" where the document does not lie in a `.github` folder."""
    match = _IN_REPOSITORY.match(path)
    return match[1] if match else ""


def read_workflow(parsed: Parsed, tree: Tree, value: dict[str, Any]) -> Read:
    """A workflow, also one that others call.

    Its identity is its path inside the repository; a copy elsewhere has its name, first job and first event.
    """
    reading = Reading(parsed, tree, value, native_path(parsed.path), Ledger(parsed.path))
    found = events(value.get("on"))
    jobs = read_jobs(reading, frozenset(found))
    triggers = tuple(_triggers(reading, found))
    stem = parsed.path.rpartition("/")[2].rpartition(".")[0]
    name = text(value.get("name"), 120)
    anchor = f"{next(iter(jobs), '')} {next(iter(found), '')}"
    key = identity("github-actions", native_id=reading.path, name=name or stem, anchor=anchor, path=parsed.path)
    if _handles_failures(found, value, jobs):
        watched = dict.fromkeys(one.address for one in triggers if one.event == "workflow_run" and one.address)
        data = {"path": parsed.path}
        reading.fragments.extend(Fragment("failure-handler", one, reading.at("on"), data) for one in watched)
    automation = Automation(
        id=key,
        identity=key,
        platform="github-actions",
        name=name or reading.path or stem,
        location=reading.at(),
        enabled=_enabled(reading.path),
        triggers=triggers,
        steps=tuple(steps(jobs)),
        edges=tuple(edges(triggers, jobs)),
        error_route=error_route(jobs),
        native_id=reading.path,
        folder=parsed.folder,
    )
    return automation, reading


def read_composite(parsed: Parsed, tree: Tree, value: dict[str, Any]) -> Read:
    """A composite action, which runs as part of whatever uses it."""
    path = native_path(parsed.path)
    reading = Reading(parsed, tree, value, path, Ledger(parsed.path))
    folder = (path or parsed.path).rpartition("/")[0]
    trigger = Trigger(
        id=ANYWHERE,
        kind="call",
        name="uses",
        auth="platform",
        untrusted="no",
        exposed="no",
        event="uses",
        address=folder,
        location=reading.at("runs"),
    )
    entries = entries_of(mapping(value["runs"]).get("steps"), ("runs", "steps"))
    ids = ids_of("", entries)
    inputs = dict.fromkeys((str(key).lower() for key in mapping(value.get("inputs"))), "string")
    scope = with_steps(Scope(frozenset({ANYWHERE}), inputs=inputs, job=_COMPOSITE), _COMPOSITE, entries, ids)
    place = Place(scope, reading.ledger)
    read = [read_step(entry, one, place, reading.at(*at)) for (at, entry), one in zip(entries, ids, strict=True)]
    jobs = {_COMPOSITE: Job(_COMPOSITE, read)}
    key = identity("github-actions", native_id=path, path=parsed.path)
    automation = Automation(
        id=key,
        identity=key,
        platform="github-actions",
        name=text(value.get("name"), 120) or folder or parsed.path,
        location=reading.at(),
        triggers=(trigger,),
        steps=tuple(steps(jobs)),
        edges=tuple(edges([trigger], jobs)),
        description=text(value.get("description"), 200),
        native_id=path,
        folder=parsed.folder,
    )
    reading.fragments.extend(passed_on(reading, entries, place))
    return automation, reading


def _enabled(path: str) -> Known:
    # GitHub only runs what lies directly in this folder; elsewhere a workflow is a template or a copy.
    inside = path.startswith(WORKFLOWS) and "/" not in path.removeprefix(WORKFLOWS)
    return "yes" if inside else "unknown"


def _triggers(reading: Reading, found: Mapping[str, Any]) -> Iterator[Trigger]:
    written = reading.value.get("on")
    for event, settings in found.items():
        keys: Keys = ("on",)
        if isinstance(written, dict):
            keys = ("on", event)
        elif isinstance(written, list):
            keys = ("on", written.index(event))
        yield from read_trigger(text(event, 60), settings, reading.at(*keys), reading.path or reading.parsed.path)


def _handles_failures(found: Mapping[str, Any], value: dict[str, Any], jobs: Mapping[str, Job]) -> bool:
    """Whether it runs after other workflows to tell of their failures."""
    if "workflow_run" not in found or not any(one.notifies for job in jobs.values() for one in job.steps):
        return False
    conditions = " ".join(item for keys, item in strings(value.get("jobs")) if keys[-1:] == ("if",))
    return "conclusion" in conditions and bool(_FAILED.search(conditions))
