"""Other workflows and actions that a step starts.

Sources, read 2026-11-24: docs.github.com, "Reuse workflows"; REST API, "Create a repository dispatch event" and
"Create a workflow dispatch event"; manual of `gh workflow run`; README of peter-evans/repository-dispatch and
benc-uk/workflow-dispatch.
"""

import re
from collections.abc import Iterator
from typing import Any

from autoguard.model import Call
from autoguard.platforms._shell import CommandLine
from autoguard.platforms._shell.runs import Run, option
from autoguard.platforms._values import string, text
from autoguard.platforms.github_actions.actions import Uses

WORKFLOWS = ".github/workflows/"
_EVENT_TYPE = re.compile(r"[\"']?event_type[\"']?\s*[:=]\s*[\"']?([\w.-]{1,100})")
_WORKFLOW_ID = re.compile(r"workflow_id\s*:\s*[\"']([\w.-]{1,100}\.ya?ml)[\"']")
_DISPATCHES = re.compile(r"/actions/workflows/([\w.-]{1,100})/dispatches")


def calls_of_uses(uses: Uses, given: dict[str, Any]) -> Iterator[Call]:
    """The call that a `uses` is; a local action is named by its folder until `join` has found its file."""
    if uses.kind == "local":
        yield Call("file", uses.name)
    elif uses.kind == "workflow":
        # It lies in another repository and cannot be followed, unless `join` finds it in this one.
        yield Call("file", text(uses.name, 200), dynamic=True)
    elif uses.name.lower() == "peter-evans/repository-dispatch" and not given.get("repository"):
        yield _call("channel", string(given.get("event-type")))
    elif uses.name.lower() == "benc-uk/workflow-dispatch" and not given.get("repo"):
        yield from _workflow(string(given.get("workflow")))


def calls_of_command(facts: CommandLine) -> Iterator[Call]:
    """Workflows that a script starts through the command line client or the API."""
    for run in facts.runs:
        if run.program == "gh" and not option(run, "--repo", "-R"):
            yield from _client(run)
        elif run.program == "curl":
            words = " ".join(run.arguments)
            started = _DISPATCHES.search(words)
            if started is not None:
                yield from _workflow(started[1])
            elif re.search(r"/dispatches\b", words):
                yield from _channel(words)


def calls_of_script(script: str) -> Iterator[Call]:
    """Workflows that JavaScript starts through the API."""
    if "createDispatchEvent" in script:
        yield from _channel(script)
    if "createWorkflowDispatch" in script:
        for name in _WORKFLOW_ID.findall(script):
            yield from _workflow(name)


def _client(run: Run) -> Iterator[Call]:
    if run.arguments[:2] == ("workflow", "run") and len(run.arguments) > 2:  # noqa: PLR2004 - its name follows
        yield from _workflow(run.arguments[2])
    elif run.arguments[:1] == ("api",):
        words = " ".join(run.arguments)
        started = _DISPATCHES.search(words)
        if started is not None:
            yield from _workflow(started[1])
        elif "/dispatches" in words:
            yield from _channel(words)


def _workflow(name: str) -> Iterator[Call]:
    if "$" in name:
        yield Call("file", dynamic=True)
    elif re.fullmatch(r"[\w./-]{1,150}\.ya?ml", name):
        yield Call("file", WORKFLOWS + name.rpartition("/")[2])
    elif name and not name.startswith("-") and not name.isdigit():
        yield Call("name", text(name, 120))


def _channel(words: str) -> Iterator[Call]:
    match = _EVENT_TYPE.search(words)
    yield _call("channel", match[1] if match else "")


def _call(how: Any, target: str) -> Call:
    dynamic = not target or "$" in target
    return Call(how, "" if dynamic else text(target, 120), dynamic=dynamic)
