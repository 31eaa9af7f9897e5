"""Events that start a workflow, and whether outsiders cause them.

Source: docs.github.com, "Events that trigger workflows" and "Securely using pull_request_target" (read 2026-11-24).
On a public repository anybody may open issues, discussions and pull requests and comment on them, star it and fork it:

* `pull_request`, `pull_request_review`, `pull_request_review_comment` run the outsider's own code, but from a fork
  without secrets and with a token that can only read.
* `pull_request_target`, `issues`, `issue_comment`, `discussion`, `discussion_comment`, `fork`, `watch` run the
  repository's code with all its secrets, and carry what outsiders wrote.
* `workflow_run` runs with secrets after a run that may have come from a fork. Which workflows it names does not help:
  a fork may bring a workflow of that name with it.

Branches, tags, releases, labels, deployments and manual starts are made by people who may write to the repository.
Whether a repository is public the file does not say, so `exposed` stays unknown.
"""

from collections.abc import Iterator
from typing import Any

from autoguard.model import Known, Location, Trigger, TriggerKind
from autoguard.platforms._values import mapping, sequence, string, text

OPEN_EVENTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "issues",
     "issue_comment", "discussion", "discussion_comment", "fork", "watch", "workflow_run"}
)  # fmt: skip
"""Events that outsiders cause."""
_TRUSTED = frozenset(
    {"push", "create", "delete", "release", "label", "milestone", "deployment", "public", "page_build", "schedule",
     "workflow_dispatch", "workflow_call", "branch_protection_rule", "registry_package", "project", "project_card",
     "project_column", "image_version", "member"}
)  # fmt: skip
_KINDS: dict[str, TriggerKind] = {"schedule": "schedule", "workflow_dispatch": "manual", "workflow_call": "call"}
_MAX_ADDRESSES = 50


def events(on: Any) -> dict[str, Any]:
    """The events of a workflow with their settings, however `on` is written."""
    if isinstance(on, str):
        return {on: None}
    if isinstance(on, list):
        return {item: None for item in on if isinstance(item, str)}
    return mapping(on)


def read_trigger(event: str, settings: Any, location: Location, path: str) -> Iterator[Trigger]:
    """The triggers of one event: one for each name it listens to, where other workflows can match it."""
    addresses = list(_addresses(event, settings, path))
    for count, address in enumerate(addresses or [""]):
        yield Trigger(
            id=event if count == 0 else f"{event}-{count + 1}",
            kind=_KINDS.get(event, "event"),
            name=event if not address or event == "workflow_call" else f"{event} ({address})",
            auth="platform",
            untrusted=_untrusted(event),
            exposed="yes" if event == "repository_dispatch" else "unknown" if event in OPEN_EVENTS else "no",
            event=event,
            schedule=_schedule(settings) if event == "schedule" else "",
            address=address,
            location=location,
        )


def _untrusted(event: str) -> Known:
    if event in OPEN_EVENTS:
        return "yes"
    # Payloads of the others come from whoever the sending program listens to.
    return "no" if event in _TRUSTED else "unknown"


def _addresses(event: str, settings: Any, path: str) -> Iterator[str]:
    if event == "workflow_call":
        yield path
        return
    key = {"repository_dispatch": "types", "workflow_run": "workflows"}.get(event)
    named = mapping(settings).get(key) if key else None
    for item in [named] if isinstance(named, str) else sequence(named)[:_MAX_ADDRESSES]:
        if text(item):
            yield text(item, 120)


def _schedule(settings: Any) -> str:
    found = (string(mapping(item).get("cron")) for item in sequence(settings))
    return "; ".join(text(cron, 60) for cron in found if cron.strip())[:500]
