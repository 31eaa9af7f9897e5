"""Whether outsiders choose what a context of GitHub Actions holds.

Sources, read 2026-11-24: docs.github.com, "Script injections" (contexts that end in body, default_branch, email,
head_ref, label, message, name, page_name, ref and title are to be treated as untrusted; branch names and mail addresses
can hold shell commands), "Webhook events and payloads" (who fills which field), "Events that trigger workflows" (which
event carries which object). Numbers, hashes, logins and states are made by GitHub and cannot hold a command; names of
labels, milestones, branches and tags of the repository itself are given by people who may write to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from autoguard.model import Input, Known
from autoguard.model.inventory import InputPlace
from autoguard.platforms.github_actions.expressions import Path, Reference, holds_expression, references

_COMMIT = ("message", "author.name", "author.email", "committer.name", "committer.email")
_BY_OUTSIDERS: tuple[Path, ...] = tuple(
    tuple(text.split("."))
    for text in (
        "issue.title", "issue.body", "pull_request.title", "pull_request.body", "pull_request.head.ref",
        "pull_request.head.label", "pull_request.head.repo.default_branch", "pull_request.head.repo.description",
        "pull_request.head.repo.homepage", "comment.body", "review.body", "review_comment.body", "discussion.title",
        "discussion.body", "answer.body", "pages.*.page_name", "pages.*.title", "pages.*.summary",
        *(f"commits.*.{leaf}" for leaf in _COMMIT), *(f"head_commit.{leaf}" for leaf in _COMMIT),
        "workflow_run.head_branch", "workflow_run.display_title", "workflow_run.head_repository.description",
        "workflow_run.pull_requests.*.head.ref", *(f"workflow_run.head_commit.{leaf}" for leaf in _COMMIT),
        "forkee.description", "changes.title.from", "changes.body.from",
    )
)  # fmt: skip
_PULL_REQUESTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"}
)
_CARRIED_BY: Mapping[str, frozenset[str]] = {
    "issue": frozenset({"issues", "issue_comment"}),
    "pull_request": _PULL_REQUESTS,
    "comment": frozenset({"issue_comment", "discussion_comment", "pull_request_review_comment", "commit_comment"}),
    "review": frozenset({"pull_request_review"}),
    "discussion": frozenset({"discussion", "discussion_comment"}),
    "pages": frozenset({"gollum"}),
    "commits": frozenset({"push"}),
    "head_commit": frozenset({"push"}),
    "workflow_run": frozenset({"workflow_run"}),
    "forkee": frozenset({"fork"}),
}
_MADE_BY_GITHUB = frozenset(
    {"number", "id", "node_id", "sha", "head_sha", "before", "after", "login", "state", "action", "merged", "draft",
     "created_at", "updated_at", "closed_at", "url", "html_url", "type", "conclusion", "status", "event", "run_number",
     "full_name", "private", "fork", "merge_commit_sha", "comments_url", "clone_url", "ssh_url", "diff_url", "run_id",
     "run_attempt", "workflow_id", "default_branch", "author_association", "commits", "additions", "deletions", "size",
     "avatar_url", "schedule", "artifacts_url", "logs_url", "check_suite_id", "ref_type", "forced", "locked"}
)  # fmt: skip
_BY_WRITERS = frozenset(
    {"label", "labels", "milestone", "release", "repository", "organization", "deployment", "sender", "base", "rule",
     "registry_package", "package", "ref", "base_ref", "assignee", "requested_team", "merge_group"}
)  # fmt: skip
ANYWHERE = "workflow_call"
"""Event of a workflow or action that runs with the event of its caller, whatever that is."""
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """What the contexts mean at one place of a workflow.

    `events` are the workflow's events, `open_events` those that outsiders cause, `env` the variables in force. `steps`
    are the neutral ids of each job's steps by their own id, `jobs` the outputs of each job, `inputs` the declared type
    of each input, `matrix` the keys of the matrix whose values are computed at run time (`*`: all). All keys are in
    lower case.
    """

    events: frozenset[str] = frozenset()
    open_events: frozenset[str] = frozenset()
    env: Mapping[str, str] = field(default_factory=dict)
    job: str = ""
    steps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    jobs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    matrix: frozenset[str] = frozenset()


def inputs_of(text: str, scope: Scope, into: InputPlace, depth: int = 0) -> Iterator[Input]:
    """The values chosen at run time that `text` takes, judged; constants and what GitHub makes are left out."""
    for reference in references(text):
        yield from _judge(reference, scope, into, depth)


def worst(found: list[Input]) -> Known:
    """Whether outsiders choose any of these values."""
    trust = {one.untrusted for one in found}
    return "yes" if "yes" in trust else "unknown" if "unknown" in trust else "no"


def _judge(reference: Reference, scope: Scope, into: InputPlace, depth: int) -> Iterator[Input]:
    path = reference.path
    if depth > _MAX_DEPTH or not path:
        return
    if path[0] == "github":
        trust = _github(path[1:], scope)
        if trust is not None:
            yield Input(reference.text, carrier(path, scope) if trust == "yes" else "", into, trust)
    elif path[0] == "inputs":
        yield from _input(reference, scope, into)
    elif path[0] == "steps" and (len(path) < 3 or path[2] == "outputs"):  # noqa: PLR2004 - steps.<id>.outputs
        step = scope.steps.get(scope.job, {}).get(path[1], "") if len(path) > 1 else ""
        yield Input(reference.text, step, into, "unknown")
    elif path[0] == "needs" and (len(path) < 3 or path[2] == "outputs"):  # noqa: PLR2004 - needs.<job>.outputs
        yield from _needed(reference, scope, into, depth)
    elif path[0] == "env":
        yield from _variable(reference, scope, into, depth)
    elif path[0] == "matrix" and scope.matrix & {"*", *path[1:2]}:
        yield Input(reference.text, "", into, "unknown")


def _github(path: Path, scope: Scope) -> Known | None:
    """None where nobody outside GitHub and the workflow itself chooses the value."""
    if not path or path == ("event",):
        return "yes" if scope.open_events else "unknown"
    if path[0] == "head_ref":
        return "yes" if scope.events & {*_PULL_REQUESTS, ANYWHERE} else "no"
    if path[0] in ("ref", "ref_name"):
        return "no"
    return _event(path[1:], scope) if path[0] == "event" else None


def _event(path: Path, scope: Scope) -> Known | None:
    if path[0] == "inputs":
        return "no"
    if path[0] == "client_payload":
        return "unknown"
    if any(_covers(path, known) for known in _BY_OUTSIDERS):
        carriers = _CARRIED_BY.get(path[0])
        carried = carriers is None or bool(scope.events & carriers)
        return "yes" if carried or ANYWHERE in scope.events else "no"
    if path[-1] in _MADE_BY_GITHUB or path[-2:] == ("repo", "name") or _BY_WRITERS & set(path):
        return None
    return "unknown"


def _covers(path: Path, known: Path) -> bool:
    # An object as a whole (`toJSON(github.event.issue)`) holds what its fields hold.
    return len(path) <= len(known) and all(
        "*" in (mine, theirs) or mine == theirs for mine, theirs in zip(path, known, strict=False)
    )


def carrier(path: Path, scope: Scope) -> str:
    """The trigger that carries the value, where there is just one."""
    carriers = _CARRIED_BY.get(path[2], frozenset()) if len(path) > 2 else scope.open_events  # noqa: PLR2004
    carriers = _PULL_REQUESTS if path[1:2] == ("head_ref",) else carriers
    fitting = sorted(scope.events & carriers)
    return fitting[0] if fitting else ""


def _input(reference: Reference, scope: Scope, into: InputPlace) -> Iterator[Input]:
    name = reference.path[1] if len(reference.path) > 1 else ""
    kind = scope.inputs.get(name, "string")
    if kind in ("boolean", "number"):
        return
    called = ANYWHERE in scope.events and kind != "choice"
    # Whoever may start a workflow by hand may write to the repository.
    yield Input(reference.text, "", into, "unknown" if called else "no")


def _needed(reference: Reference, scope: Scope, into: InputPlace, depth: int) -> Iterator[Input]:
    path = reference.path
    value = scope.jobs.get(path[1], {}).get(path[3], "") if len(path) > 3 else ""  # noqa: PLR2004 - needs.j.outputs.o
    found = list(inputs_of(value, replace(scope, job=path[1]), into, depth + 1)) if value else []
    for one in found or [Input("", "", into, "unknown")]:
        yield replace(one, text=reference.text)


def _variable(reference: Reference, scope: Scope, into: InputPlace, depth: int) -> Iterator[Input]:
    name = reference.path[1] if len(reference.path) > 1 else ""
    value = scope.env.get(name)
    if value is None:
        if name and not name.startswith(("github_", "runner_")):
            yield Input(reference.text, "", into, "unknown")
        return
    if holds_expression(value):
        for one in inputs_of(value, scope, into, depth + 1):
            yield Input(f"{reference.text} = {one.text}"[:120], one.source, into, one.untrusted)
