"""n8n's action nodes in neutral words."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from autoguard.model import (
    Call,
    Component,
    Credential,
    Endpoint,
    Input,
    Known,
    Location,
    Step,
    StepKind,
)
from autoguard.model.inventory import InputPlace
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._headers import AUTHENTICATING
from autoguard.platforms._operations import NEITHER, READS, UNKNOWN, Effect, effect, http_effect, sql_effect
from autoguard.platforms._scripts import EVALUATES
from autoguard.platforms._values import dig, mapping, string, strings, text
from autoguard.platforms._webhooks import calls_to
from autoguard.platforms.n8n.expressions import HERE, MODEL, is_dynamic, references
from autoguard.platforms.n8n.nodes import default_operation, is_community, moves_money, package, short, step_kind

_ON_ERROR: dict[str, Literal["stop", "continue", "route"]] = {
    "continueRegularOutput": "continue",
    "continueErrorOutput": "route",
    "stopWorkflow": "stop",
}
_CODE_FIELDS = ("jsCode", "pythonCode", "functionCode", "code")
_VERIFIES = re.compile(
    r"createHmac|timingSafeEqual|hmac\.(?:new|compare_digest)|x-hub-signature|stripe-signature|x-shopify-hmac|"
    r"x-slack-signature|x-twilio-signature|webhooks\.constructEvent",
    re.IGNORECASE,
)
_CALLS_OUT = re.compile(r"httpRequest|\bfetch\s*\(|\baxios\b|\brequests\.|urlopen|\$http\b")
_SECRET_HEADER = re.compile(r"headers[\"'\]?.\[ ]{1,8}" + AUTHENTICATING, re.IGNORECASE)
_INTO: dict[str, Literal["command", "query", "url", "path", "prompt", "html"]] = {
    "command": "command", "query": "query", "sqlQuery": "query", "url": "url", "uri": "url", "fileName": "path",
    "filePath": "path", "fileSelector": "path", "path": "path", "systemMessage": "prompt", "prompt": "prompt",
    "text": "prompt", "html": "html", "content": "prompt", "workflowInputs": "prompt",
}  # fmt: skip
_PROMPT_KINDS = frozenset({"ai", "agent"})


def read_step(
    node: dict[str, Any], node_id: str, location: Location, used: list[Credential], *, ids_by_name: dict[str, str]
) -> Step:
    """The neutral step of any node that is neither a trigger nor a note."""
    parameters = mapping(node.get("parameters"))
    node_type: str = node["type"]
    name = short(node_type)
    kind, service = step_kind(node_type)
    resource, operation = _operation(node_type, parameters)
    if kind == "other" and operation == "executeQuery":
        # Only databases are asked so, also those whose nodes are not n8n's own.
        kind = "database"
    found = _effect(name, kind, operation, parameters)
    if kind == "payment" and not (found.writes != "no" and moves_money(service, resource)):
        kind = "other"
    if operation == "sendAndWait":
        kind = "approval"
    elif _is_verification(name, kind, parameters):
        kind = "verify"
    retries = node.get("maxTries")
    return Step(
        id=node_id,
        kind=kind,
        name=text(node.get("name")),
        service=service or _http_service(parameters),
        operation=".".join(item for item in (resource, operation) if item),
        reads=found.reads,
        writes=found.writes,
        endpoints=tuple(_endpoints(name, parameters)),
        credentials=tuple(credential.id for credential in used),
        inputs=tuple(_inputs(kind, name, parameters, ids_by_name)),
        calls=tuple(_calls(name, parameters)),
        component=_component(node_type, node),
        on_error=_ON_ERROR.get(text(node.get("onError")), "continue" if node.get("continueOnFail") is True else "stop"),
        retries=(retries - 1 if isinstance(retries, int) else 2) if node.get("retryOnFail") is True else 0,
        tls_verified=_tls(parameters),
        enabled="no" if node.get("disabled") is True else "yes",
        location=location,
    )


def _operation(node_type: str, parameters: dict[str, Any]) -> tuple[str, str]:
    resource, operation = text(parameters.get("resource"), 60), text(parameters.get("operation"), 60)
    if operation:
        return resource or default_operation(node_type, "")[0], operation
    return default_operation(node_type, resource)


def _effect(name: str, kind: StepKind, operation: str, parameters: dict[str, Any]) -> Effect:
    if name in ("httpRequest", "httpRequestTool", "toolHttpRequest"):
        method = text(parameters.get("method") or parameters.get("requestMethod")) or "GET"
        return UNKNOWN if method.startswith("=") else http_effect(method)
    if name.startswith("graphql"):
        return effect("mutation update") if "mutation" in string(parameters.get("query")) else READS
    if operation == "executeQuery":
        statement = string(parameters.get("query"))
        return UNKNOWN if statement.startswith("={{") else sql_effect(statement.removeprefix("="))
    if name in ("rssFeedRead", "quickChart", "readBinaryFile", "readBinaryFiles"):
        return READS
    if name == "writeBinaryFile":
        return Effect("no", "yes")
    if kind in ("shell", "tool", "call"):
        return UNKNOWN
    if kind == "code":
        return UNKNOWN if _CALLS_OUT.search(_code(parameters)) else NEITHER
    if kind in ("transform", "branch", "loop", "wait", "ai", "agent") or name in ("respondToWebhook", "stopAndError"):
        return NEITHER
    if name.startswith(("vectorStore", "memory")):
        mode = text(parameters.get("mode"))
        return Effect("no", "yes") if mode == "insert" else READS if name.startswith("vector") else Effect("yes", "yes")
    return effect(operation)


def _http_service(parameters: dict[str, Any]) -> str:
    return text(parameters.get("nodeCredentialType"), 80).removesuffix("Api").removesuffix("OAuth2")


def _endpoints(name: str, parameters: dict[str, Any]) -> Iterator[Endpoint]:
    if name in ("code", "function", "functionItem", "toolCode", "executeCommand", "ssh"):
        yield from endpoints_in(_code(parameters) or string(parameters.get("command")))
        return
    for field in ("url", "uri", "endpoint", "endpointUrl", "sseEndpoint", "baseURL", "baseUrl"):
        value = parameters.get(field)
        if isinstance(value, str):
            found = endpoint(value)
            if found is not None:
                yield found
    base = endpoint(string(dig(parameters, "options", "baseURL")))
    if base is not None:
        yield base


def _inputs(kind: StepKind, name: str, parameters: dict[str, Any], ids_by_name: dict[str, str]) -> Iterator[Input]:
    if kind == "code":
        # Code reads values as data; they become code only where it evaluates text or starts a process.
        into: InputPlace = "code" if EVALUATES.search(_code(parameters)) else "value"
        for reference in references(_code(parameters), "code"):
            yield Input(reference.text, _source(reference.node, ids_by_name), into)
        return
    for path, value in strings(parameters):
        if not value.startswith("="):
            continue
        place = _INTO.get(next((part for part in reversed(path) if isinstance(part, str)), ""))
        if place is None or (place == "prompt" and kind not in _PROMPT_KINDS) or (place == "html" and name == "html"):
            continue
        for reference in references(value):
            yield Input(reference.text, _source(reference.node, ids_by_name), place)


def _source(node: str, ids_by_name: dict[str, str]) -> str:
    return node if node in (HERE, MODEL) else ids_by_name.get(node, HERE)


def _calls(name: str, parameters: dict[str, Any]) -> Iterator[Call]:
    if name in ("executeWorkflow", "toolWorkflow"):
        if text(parameters.get("source")) not in ("", "database"):
            return
        value = parameters.get("workflowId")
        target = text(value.get("value") if isinstance(value, dict) else value, 100)
        dynamic = target.startswith("=")
        yield Call("id", "" if dynamic else target, dynamic=dynamic or not target)
    elif name in ("httpRequest", "httpRequestTool", "toolHttpRequest"):
        yield from calls_to(string(parameters.get("url")))


def _component(node_type: str, node: dict[str, Any]) -> Component | None:
    if not is_community(node_type):
        return None
    # An export names the node's own version, never that of the package which was installed.
    return Component(package(node_type), text(node.get("typeVersion"), 20), "no", "third-party")


def _tls(parameters: dict[str, Any]) -> Known:
    unverified = (
        dig(parameters, "options", "allowUnauthorizedCerts"),
        parameters.get("allowUnauthorizedCerts"),
        dig(parameters, "options", "ignoreSSLIssues"),
        dig(parameters, "options", "ignoreSsl"),
    )
    return "no" if any(value is True for value in unverified) else "unknown"


def _is_verification(name: str, kind: StepKind, parameters: dict[str, Any]) -> bool:
    if name == "crypto":
        return text(parameters.get("action")) == "hmac"
    if kind == "code":
        return bool(_VERIFIES.search(_code(parameters)))
    if kind == "branch":
        # A condition on a header that carries a secret is how workflows compare a shared secret themselves.
        return any(is_dynamic(value) and _SECRET_HEADER.search(value) for _, value in strings(parameters))
    return False


def _code(parameters: dict[str, Any]) -> str:
    return "\n".join(string(parameters.get(field)) for field in _CODE_FIELDS if parameters.get(field))
