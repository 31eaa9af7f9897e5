"""What only several files of a repository tell together: owners, local calls, failure handlers, passed-on values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from autoguard.model import Automation, Call, Credential, Input, Step
from autoguard.platforms import Facts, Fragment, merge
from autoguard.platforms.github_actions.calls import WORKFLOWS
from autoguard.platforms.github_actions.owners import KIND, owners_of


def join(facts: Sequence[Facts]) -> Facts:
    """All facts, completed by what other files of the same repository say."""
    merged = merge(facts)
    files = [one for one in merged.fragments if one.kind == KIND]
    by_path = {one.location.path: one for one in merged.automations}
    fed = _fed(merged.fragments, by_path)
    automations = []
    for one in merged.automations:
        known = replace(one, owners=owners_of(one.location.path, files) or one.owners)
        known = replace(
            known, steps=tuple(_step(step, known, by_path, fed.get(one.location.path)) for step in one.steps)
        )
        automations.append(_handled(known, merged.fragments))
    return replace(merged, automations=tuple(automations), credentials=tuple(_credentials(merged.credentials)))


def _root(path: str) -> str:
    """What comes before `.github/` in a path, with its slash."""
    head, marker, _ = path.rpartition(".github/")
    return head if marker else ""


def _found(target: str, caller: str, by_path: Mapping[str, Automation]) -> str:
    """The path of a workflow or composite action that a local name means, "" where it was not scanned."""
    place = (_root(caller) + target).rstrip("/")
    folder = f"{place}/" if place else ""
    return next((path for path in (place, f"{folder}action.yml", f"{folder}action.yaml") if path in by_path), "")


def _fed(fragments: Sequence[Fragment], by_path: Mapping[str, Automation]) -> dict[str, set[str]]:
    """For each called automation the inputs that get values which outsiders choose."""
    found: dict[str, set[str]] = {}
    for one in fragments:
        path = _found(one.key, one.location.path, by_path) if one.kind == "passes" else ""
        if path:
            found.setdefault(path, set()).update(one.data["inputs"])
    return found


def _step(step: Step, automation: Automation, by_path: Mapping[str, Automation], fed: set[str] | None) -> Step:
    if fed:
        step = replace(step, inputs=tuple(_input(one, fed) for one in step.inputs))
    component = step.component
    if step.kind != "call" or component is None:
        return step
    caller = automation.location.path
    if component.publisher == "first-party":
        return _local(step, caller, by_path)
    # A repository may call its own workflow by its full name; only one that can be called is taken for it.
    path = _found("/".join(component.name.split("/")[2:]), caller, by_path)
    callable_ = path and path != caller and any(one.kind == "call" for one in by_path[path].triggers)
    return replace(step, calls=(Call("file", path),)) if callable_ else step


def _local(step: Step, caller: str, by_path: Mapping[str, Automation]) -> Step:
    target = step.calls[0].target if step.calls else ""
    path = _found(target, caller, by_path)
    if path:
        return replace(step, calls=(Call("file", path),))
    if target.startswith(WORKFLOWS):
        return step
    # An action in JavaScript or a container is no automation: the step runs its code and calls nothing.
    return replace(step, kind="other", calls=())


def _input(one: Input, fed: set[str]) -> Input:
    name = one.text.rpartition("inputs.")[2] if "inputs." in one.text else ""
    if one.untrusted == "unknown" and name in fed:
        return replace(one, untrusted="yes", source="workflow_call")
    return one


def _handled(automation: Automation, fragments: Sequence[Fragment]) -> Automation:
    for one in fragments:
        mine = one.kind == "failure-handler" and one.key in (automation.name, automation.native_id)
        if (
            mine
            and one.data["path"] != automation.location.path
            and _root(one.data["path"]) == _root(automation.location.path)
        ):
            return replace(automation, error_route="yes", error_target=Call("file", one.data["path"]))
    return automation


def _credentials(found: Sequence[Credential]) -> Iterator[Credential]:
    by_id: dict[str, Credential] = {}
    for one in found:
        known = by_id.get(one.id)
        by_id[one.id] = replace(known, locations=(*known.locations, *one.locations)) if known else one
    yield from by_id.values()
