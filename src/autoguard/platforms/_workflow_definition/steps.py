"""Actions of a definition as neutral steps."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autoguard.model import Call, Endpoint, Input, Location, Step, StepKind
from autoguard.model.inventory import OnError
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._headers import AUTHENTICATING
from autoguard.platforms._operations import BOTH, Effect, http_effect, sql_effect
from autoguard.platforms._scripts import EVALUATES
from autoguard.platforms._values import dig, mapping, string, strings, text
from autoguard.platforms._webhooks import calls_to
from autoguard.platforms._workflow_definition.actions import Action
from autoguard.platforms._workflow_definition.connectors import (
    TYPES,
    connector_effect,
    connector_kind,
    type_effect,
)
from autoguard.platforms._workflow_definition.expressions import code_references, is_dynamic, references
from autoguard.platforms._workflow_definition.hosts import Host, host_of, parameter
from autoguard.platforms._workflow_definition.sources import Sources

_INTO = {
    "uri": "url", "url": "url", "$filter": "query", "filter": "query", "query": "query", "sqlquery": "query",
    "fetchxml": "query", "$search": "query", "searchquery": "query", "q": "query", "commandtext": "query",
    "path": "path", "folderpath": "path", "filepath": "path", "filename": "path", "destinationfolderpath": "path",
    "sourcefilepath": "path", "messagebody": "html", "html": "html",
}  # fmt: skip
"""What a connector's parameter is, by the last part of its name in lower case."""
_NOT_DATA = frozenset({"host", "authentication", "path", "schema", "serviceProviderConfiguration", "retryPolicy"})
_SENDS_REQUESTS = re.compile(r"^(?:http|invoke)\w*(?:request|http)|^httprequest", re.IGNORECASE)
_VERIFIES = re.compile(r"createHmac|timingSafeEqual|HMACSHA|x-hub-signature|stripe-signature", re.IGNORECASE)
_CHECKED_HEADER = re.compile(
    r"(?:trigger|triggerOutputs)\(\)(?:\??\['outputs'\]|\??\.outputs)?(?:\??\['headers'\]|\??\.headers)(?:\??\['|\??\.)"
    + AUTHENTICATING,
    re.IGNORECASE,
)
_CALLS_OUT = re.compile(r"\bfetch\s*\(|\baxios\b|https?\.request|HttpClient|Invoke-(?:Rest|Web)\w+", re.IGNORECASE)
_CODE_FIELDS = ("code", "inlineCode", "script")


@dataclass(frozen=True, slots=True)
class Context:
    """What a step needs to know besides its action."""

    sources: Sources
    credential: Callable[[Host], str]
    workflow: Callable[[dict[str, Any]], Call]


def read_step(action: Action, on_error: OnError, location: Location, context: Context) -> Step:
    """The neutral step of an action."""
    host = host_of(action.body)
    kind = _kind(action, host)
    found = _effect(action, kind, host)
    credential = context.credential(host) if host.connection else ""
    return Step(
        id=action.id,
        kind=kind,
        name=text(action.name),
        service="aibuilder" if host.operation.lower().startswith("aibuilderpredict") else host.service,
        operation=host.operation or text(action.body.get("type"), 60),
        reads=found.reads,
        writes=found.writes,
        endpoints=tuple(_endpoints(action, kind)),
        credentials=(credential,) if credential else (),
        inputs=tuple(dict.fromkeys(_inputs(action, kind, host, context.sources))),
        calls=tuple(_calls(action, host, context)),
        on_error=on_error,
        retries=_retries(action),
        location=location,
    )


def _kind(action: Action, host: Host) -> StepKind:
    if host.service or host.operation:
        return "http" if _sends_request(host) else connector_kind(host.service, host.operation)
    kind = TYPES.get(action.type, "other")
    if kind == "code" and _VERIFIES.search(_code(action)):
        return "verify"
    if (
        kind == "branch"
        and _leads_somewhere(action)
        and any(_CHECKED_HEADER.search(value) for _, value in strings(action.body.get("expression")))
    ):
        # A condition on a request header is how workflows compare a shared secret themselves.
        return "verify"
    return kind


def _leads_somewhere(action: Action) -> bool:
    # What stands after a condition runs whatever its answer; only what stands in it is guarded.
    return any(action.body.get(part) for part in ("actions", "else", "cases", "default"))


def _sends_request(host: Host) -> bool:
    return bool(_SENDS_REQUESTS.match(host.operation)) or host.operation.lower().endswith("/httprequest")


def _effect(action: Action, kind: StepKind, host: Host) -> Effect:
    if host.service or host.operation:
        if _sends_request(host):
            return http_effect(_requested_method(action))
        statement = string(parameter(action.inputs, "query"))
        if "query" in host.operation.lower() and statement and not is_dynamic(statement[:2]):
            return sql_effect(statement)
        found = connector_effect(kind, host.operation)
        if found.writes == "unknown" and host.method and not action.inputs.get("host", {}).get("operationId"):
            return http_effect(host.method)
        return found
    if action.type == "http":
        return http_effect(text(action.inputs.get("method"), 20))
    if action.type == "httpwebhook":
        return BOTH
    if kind == "code":
        return (
            Effect("unknown", "unknown")
            if not _code(action) or _CALLS_OUT.search(_code(action))
            else type_effect("transform", action.type)
        )
    return type_effect(kind, action.type)


def _requested_method(action: Action) -> str:
    body = action.inputs.get("body")
    found = parameter(action.inputs, "method") or dig(body, "method") or dig(body, "Method")
    return text(found, 20)


def _endpoints(action: Action, kind: StepKind) -> Iterator[Endpoint]:
    if kind in ("code", "verify") and _code(action):
        yield from endpoints_in(_code(action))
        return
    for place in (("uri",), ("subscribe", "uri"), ("parameters", "request/url"), ("parameters", "dataset")):
        value = dig(action.inputs, *place)
        # A site or server that a connector works on is named by its address; an identifier of another kind is not.
        if isinstance(value, str) and (place[0] != "parameters" or value.startswith("http")):
            found = endpoint(value) if not value.startswith("@") else Endpoint(dynamic=True)
            if found is not None:
                yield found


def _inputs(action: Action, kind: StepKind, host: Host, sources: Sources) -> Iterator[Input]:
    if kind in ("code", "verify") and _code(action):
        # The script gets the run's values as objects; only what is put in before it starts is part of its text.
        yield from sources.inputs(action, references(_code(action)), "code")
        into = "code" if EVALUATES.search(_code(action)) else "value"
        yield from sources.inputs(action, code_references(_code(action)), into)
        return
    for place, value in strings({key: item for key, item in action.inputs.items() if key not in _NOT_DATA}):
        found = references(value)
        into = _into(str(next((part for part in reversed(place) if isinstance(part, str)), "")), kind, host)
        if found and into:
            yield from sources.inputs(action, found, into)


def _into(field: str, kind: StepKind, host: Host) -> str:
    name = field.lower().rpartition("/")[2]
    if kind in ("ai", "agent"):
        return "prompt"
    if name == "body" and kind in ("message", "approval"):
        return "html"
    if kind in ("transform", "loop"):
        return ""
    if name == "path" and _sends_request(host):
        return "url"
    return _INTO.get(name, "")


def _calls(action: Action, host: Host, context: Context) -> Iterator[Call]:
    if action.type == "workflow":
        yield context.workflow(mapping(action.inputs.get("host")))
    elif host.service == "uiflow":
        target = text(parameter(action.inputs, "uiflowid"), 64)
        yield Call("id", "" if is_dynamic(target) else target.lower(), dynamic=is_dynamic(target) or not target)
    elif action.type in ("http", "httpwebhook"):
        yield from calls_to(string(action.inputs.get("uri")))


def _retries(action: Action) -> int | None:
    policy = mapping(action.inputs.get("retryPolicy")) or mapping(action.body.get("retryPolicy"))
    if text(policy.get("type")).lower() == "none":
        return 0
    count = policy.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _code(action: Action) -> str:
    found = (string(action.inputs.get(field)) or string(dig(action.inputs, field, "code")) for field in _CODE_FIELDS)
    return next((value for value in found if value), "")
