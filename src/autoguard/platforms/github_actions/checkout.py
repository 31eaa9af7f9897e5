"""Code of outsiders that a step brings into the workspace.

Source: docs.github.com, "Securely using pull_request_target" (read 2026-11-24): checking out the head or merge commit
of a pull request, or the fork itself, and what such a run left as artifacts; `actions/checkout` from version 7 refuses
commits of forks in privileged runs unless `allow-unsafe-pr-checkout` is set.
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Input, Known
from autoguard.platforms._shell import CommandLine
from autoguard.platforms._values import string
from autoguard.platforms.github_actions.actions import Uses
from autoguard.platforms.github_actions.contexts import Scope, carrier, inputs_of
from autoguard.platforms.github_actions.expressions import Path, Reference, references

_HEAD: tuple[Path, ...] = tuple(
    tuple(text.split("."))
    for text in (
        "github.head_ref", "github.event.pull_request.head", "github.event.pull_request.merge_commit_sha",
        "github.event.workflow_run.head_sha", "github.event.workflow_run.head_branch",
        "github.event.workflow_run.head_commit", "github.event.workflow_run.head_repository",
        "github.event.workflow_run.pull_requests",
    )
)  # fmt: skip
_MERGE_REF = re.compile(r"refs/(?:remotes/)?pull/")
_REFUSES = re.compile(r"^v?(?:[7-9]|\d{2})(?:\.|$)")


def fetched_code(uses: Uses, operation: str, given: dict[str, Any], scope: Scope) -> Iterator[Input]:
    """What a checkout or a download brings that outsiders wrote."""
    if operation == "download-artifact":
        run = string(given.get("run-id")) or string(given.get("run_id"))
        if "workflow_run" in run and "workflow_run" in scope.events:
            yield Input("artifacts of github.event.workflow_run", "workflow_run", "value", "yes")
        return
    refused = bool(_REFUSES.match(uses.component.version)) and given.get("allow-unsafe-pr-checkout") not in (
        True,
        "true",
    )
    for key in ("ref", "repository"):
        value = string(given.get(key))
        head = _takes_head(value, scope)
        if head is not None:
            trust: Known = "no" if refused and scope.events <= {"pull_request_target"} else "yes"
            yield Input(head.text, carrier(head.path, scope), "workspace", trust)
        elif value:
            unsure = (one for one in inputs_of(value, scope, "workspace") if one.untrusted == "unknown")
            yield from unsure


def fetched_code_by_command(facts: CommandLine, scope: Scope) -> Iterator[Input]:
    """What `gh pr checkout` or `git fetch` of a pull request brings."""
    if not scope.open_events:
        return
    for run in facts.runs:
        words = " ".join(run.arguments)
        fetched = run.program == "git" and run.arguments[:1] in (("fetch",), ("pull",)) and "pull/" in words
        if fetched or (run.program == "gh" and run.arguments[:2] == ("pr", "checkout")):
            yield Input("git fetch" if fetched else "gh pr checkout", _source(scope), "workspace", "yes")


def _takes_head(value: str, scope: Scope) -> Reference | None:
    found = references(value)
    if _MERGE_REF.search(value) and scope.open_events:
        return next(iter(found), Reference(("refs/pull",)))
    for one in found:
        written = scope.env.get(one.path[1], "") if one.path[0] == "env" and len(one.path) > 1 else ""
        meant = next(iter(references(written)), one) if "${{" in written else one
        if any(meant.path[: len(head)] == head for head in _HEAD):
            return meant
    return None


def _source(scope: Scope) -> str:
    return min(scope.open_events, default="")
