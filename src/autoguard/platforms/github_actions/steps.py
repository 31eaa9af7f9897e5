"""The steps of a job in neutral words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from autoguard.model import Component, Endpoint, Input, Known, Location, Step
from autoguard.model.inventory import OnError
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._operations import READS, UNKNOWN, WRITES, Effect
from autoguard.platforms._shell import CommandLine, look_at, look_at_other
from autoguard.platforms._shell.transfer import insecure_variable
from autoguard.platforms._values import mapping, string, strings, text
from autoguard.platforms.github_actions.actions import (
    COMMANDS,
    PROMPTS,
    READS_EVENT,
    SCRIPTS,
    Action,
    Uses,
    known_action,
    parse_uses,
)
from autoguard.platforms.github_actions.calls import calls_of_command, calls_of_script, calls_of_uses
from autoguard.platforms.github_actions.checkout import fetched_code, fetched_code_by_command
from autoguard.platforms.github_actions.contexts import Scope, inputs_of
from autoguard.platforms.github_actions.credentials import Ledger, uses_token

_POSIX = frozenset({"bash", "sh", "zsh", "dash", "ash"})
_SCRIPT_WRITES = re.compile(r"\.(?:create|update|delete|add|remove|merge|set|lock|request|dispatch)[A-Z]\w*\(")
_SCRIPT_READS = re.compile(r"\.(?:get|list)[A-Z]?\w*\(|\.paginate\(")
_SCRIPT_TELLS = re.compile(r"\bissues\.create(?:Comment)?\(")
_ENVIRONMENT_WRITE = re.compile(r">>?\s*[\"']?\$\{?(?:GITHUB_ENV|GITHUB_PATH)\b")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,80})")
_HOST_FIELDS = ("host", "server", "server_address", "registry", "url", "endpoint", "server-url")
_AFTER_FAILURE = re.compile(r"failure\(\)|always\(\)|!\s*cancelled\(\)|!\s*success\(\)", re.IGNORECASE)
_AFTER_SUCCESS_TOO = re.compile(r"always\(\)|\bsuccess\(\)|!\s*cancelled\(\)", re.IGNORECASE)
_MAX_WITH = 300


class Condition(NamedTuple):
    """When a step or job runs. `failure`: also or only after a failure; `only_failure`: never after success."""

    failure: bool = False
    only_failure: bool = False
    never: bool = False


ORDINARY = Condition()
"""After everything before it went well."""


class ReadStep(NamedTuple):
    """A step with what its neighbours need to know."""

    step: Step
    condition: Condition
    notifies: bool
    tools: Step | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What holds for all steps of a job: scope of its expressions, shell, token and secrets of its environment."""

    scope: Scope
    ledger: Ledger
    token: str = ""
    shell: str = "bash"
    environment: Mapping[str, Any] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    never: bool = False


def condition(value: Any) -> Condition:
    """What an `if` says about failures."""
    if value is False:
        return Condition(never=True)
    written = string(value)
    inner = re.sub(r"^\s*\$\{\{|\}\}\s*$", "", written).strip()
    if inner.lower() == "false":
        return Condition(never=True)
    failure = bool(_AFTER_FAILURE.search(inner))
    either = bool(_AFTER_SUCCESS_TOO.search(re.sub(r"!\s*success\(\)", "", inner, flags=re.IGNORECASE)))
    return Condition(failure, failure and not either)


def read_step(raw: dict[str, Any], step_id: str, place: Place, location: Location) -> ReadStep:
    """The neutral step of one entry of `steps`."""
    when = condition(raw.get("if"))
    own = {key: value for key, value in mapping(raw.get("env")).items() if isinstance(value, str | int | float)}
    lowered = {key.lower(): str(value) for key, value in own.items()}
    scope = replace(place.scope, env={**place.scope.env, **lowered})
    place = replace(place, scope=scope, environment={**place.environment, **own})
    secrets = place.ledger.secrets({"env": raw.get("env"), "with": raw.get("with"), "run": raw.get("run")}, location)
    given = [place.token] if place.token and uses_token([raw.get("env"), raw.get("with"), raw.get("run")]) else []
    step = Step(
        id=step_id,
        kind="other",
        name=text(raw.get("name"), 120),
        credentials=tuple(dict.fromkeys((*secrets, *given, *place.credentials))),
        on_error=_on_error(raw.get("continue-on-error")),
        retries=0,
        tls_verified=_tls(place.environment),
        enabled="no" if when.never or place.never else "yes",
        location=location,
    )
    if isinstance(raw.get("run"), str):
        step, notifies = _run(raw["run"], raw, step, place)
    elif isinstance(raw.get("uses"), str):
        step, notifies = _uses(raw["uses"], raw, step, place)
    else:
        waits = bool({"wait", "wait-all"} & raw.keys())
        step, notifies = replace(step, kind="wait" if waits else "other", reads="no", writes="no"), False
    tools = _tools(step, place) if step.kind == "agent" else None
    return ReadStep(step, when, notifies and step.enabled == "yes", tools)


def _tools(agent: Step, place: Place) -> Step:
    """What an agent may do by itself: run commands and use the job's token. Which of it, its settings decide."""
    return Step(
        id=f"{agent.id}/tools",
        kind="tool",
        name="tools of the agent",
        writes="yes" if place.ledger.may_write(place.token) else "unknown",
        credentials=(place.token,) if place.token else (),
        enabled=agent.enabled,
        location=agent.location,
    )


def _run(script: str, raw: dict[str, Any], step: Step, place: Place) -> tuple[Step, bool]:
    language = (string(raw.get("shell")) or place.shell).split(None, 1)[:1]
    shell = language[0].rpartition("/")[2].removesuffix(".exe") if language else "bash"
    facts = look_at(script, place="runner") if shell in _POSIX else look_at_other(script, shell)
    into = "command" if shell in (*_POSIX, "pwsh", "powershell", "cmd") else "code"
    found = [
        *inputs_of(script, place.scope, "command" if into == "command" else "code"),
        *_poisoned_environment(script, place.scope),
        *fetched_code_by_command(facts, place.scope),
    ]
    step = replace(
        step,
        kind="shell" if into == "command" else "code",
        name=step.name or facts.name,
        service=facts.service,
        operation=facts.operation,
        reads=facts.effect.reads,
        writes=facts.effect.writes,
        endpoints=facts.endpoints,
        inputs=_unique(found),
        calls=(*calls_of_command(facts), *facts.calls),
        component=facts.downloaded,
        retries=facts.retries,
        on_error="continue" if facts.swallows_failure and step.on_error == "stop" else step.on_error,
        tls_verified="no" if facts.tls_verified == "no" else step.tls_verified,
    )
    return step, _tells(facts)


def _tells(facts: CommandLine) -> bool:
    return facts.notifies or facts.reports_failure


def _poisoned_environment(script: str, scope: Scope) -> Iterator[Input]:
    """Values that outsiders choose, written into the file that sets variables or the path of the following steps.

    Source: docs.github.com, "Workflow commands: setting an environment variable" (read 2026-11-24): a line break in the
    value sets a second variable, and some variables choose programs to run.
    """
    for line in script.splitlines():
        if not _ENVIRONMENT_WRITE.search(line):
            continue
        for name in _VARIABLE.findall(line):
            value = scope.env.get(name.lower(), "")
            for one in inputs_of(value, scope, "code") if "${{" in value else ():
                if one.untrusted == "yes":
                    yield replace(one, text=f"${name} = {one.text}"[:120])


def _uses(written: str, raw: dict[str, Any], step: Step, place: Place) -> tuple[Step, bool]:
    uses = parse_uses(written)
    given = mapping(raw.get("with"))
    if uses is None:
        return replace(step, name=step.name or text(written.partition("@")[0], 120)), False
    step = replace(step, name=step.name or text(uses.name, 120), component=uses.component)
    if uses.kind == "local":
        found = [one for _, value in strings(given) for one in inputs_of(value, place.scope, "value")]
        return replace(step, kind="call", calls=tuple(calls_of_uses(uses, {})), inputs=_unique(found)), False
    if place.token and uses.kind == "action":
        step = replace(step, credentials=tuple(dict.fromkeys((*step.credentials, place.token))))
    action = known_action(uses.name) if uses.kind == "action" else Action("other", "docker", "run")
    script = "\n".join(string(given.get(key)) for key in SCRIPTS.get(uses.name.lower(), ()))
    effect = _effect(action, uses, given, script)
    step = replace(
        step,
        kind=action.kind,
        service=action.service,
        operation=action.operation,
        reads=effect.reads,
        writes=effect.writes,
        endpoints=tuple(dict.fromkeys(_endpoints(given, script)))[:20],
        inputs=_unique(_inputs(uses, action, given, place.scope)),
        calls=(*calls_of_uses(uses, given), *calls_of_script(script)),
        retries=_attempts(given) if action.operation == "retry" else 0,
    )
    return step, action.notifies or bool(_SCRIPT_TELLS.search(script))


def _effect(action: Action, uses: Uses, given: dict[str, Any], script: str) -> Effect:
    if script:
        if _SCRIPT_WRITES.search(script):
            return WRITES
        return READS if _SCRIPT_READS.search(script) else UNKNOWN
    if uses.name.lower() == "docker/build-push-action":
        push = given.get("push")
        return WRITES if push in (True, "true") else READS if push in (None, False, "false") else UNKNOWN
    return action.effect


def _inputs(uses: Uses, action: Action, given: dict[str, Any], scope: Scope) -> Iterator[Input]:
    name = uses.name.lower()
    for key, value in given.items():
        if not isinstance(value, str):
            continue
        lowered = key.lower()
        if lowered in SCRIPTS.get(name, ()):
            yield from inputs_of(value, scope, "code")
        elif lowered in COMMANDS:
            yield from inputs_of(value, scope, "command")
        elif lowered in PROMPTS and action.kind in ("ai", "agent"):
            yield from inputs_of(value, scope, "prompt")
    if name in READS_EVENT and "prompt" not in given and scope.open_events:
        yield Input("github.event", min(scope.open_events), "prompt", "yes")
    if action.operation in ("checkout", "download-artifact"):
        yield from fetched_code(uses, action.operation, given, scope)


def _endpoints(given: dict[str, Any], script: str) -> Iterator[Endpoint]:
    yield from endpoints_in(script)
    for key, value in given.items():
        if not isinstance(value, str) or len(value) > _MAX_WITH or key.lower() in PROMPTS:
            continue
        found = endpoint(value) if key.lower() in _HOST_FIELDS else None
        if found is not None and found.host:
            yield found
        else:
            yield from endpoints_in(value)


def _attempts(given: dict[str, Any]) -> int:
    value = text(given.get("max_attempts"), 4)
    return max(int(value) - 1, 0) if value.isdigit() else 0


def _on_error(value: Any) -> OnError:
    if value is None or value is False:
        return "stop"
    return "continue" if value is True else "unknown"


def _tls(environment: Mapping[str, Any]) -> Known:
    return "no" if any(insecure_variable(name, str(value)) for name, value in environment.items()) else "unknown"


def _unique(found: Any) -> tuple[Input, ...]:
    return tuple(dict.fromkeys(found))[:40]


def container_step(component: Component, step_id: str, place: Place, location: Location, raw: Any) -> ReadStep:
    """A container that a job runs in, or that runs beside it, as a step of its own."""
    service = "/services/" in step_id
    step = Step(
        id=step_id,
        kind="other",
        name=text(component.name, 120),
        operation="service-container" if service else "container",
        reads="no",
        writes="no",
        credentials=place.ledger.secrets(raw, location),
        component=component,
        on_error="stop",
        retries=0,
        enabled="no" if place.never else "yes",
        location=location,
    )
    return ReadStep(step, Condition(), notifies=False)
