"""Modules as neutral steps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autoguard.model import Call, Component, Credential, Endpoint, Input, Known, Location, Step, StepKind
from autoguard.model.inventory import OnError
from autoguard.platforms._endpoints import endpoint, endpoints_in
from autoguard.platforms._values import dig, mapping, sequence, string, strings, text
from autoguard.platforms._webhooks import calls_to
from autoguard.platforms.make.expressions import INPUTS, references
from autoguard.platforms.make.modules import is_custom, module_effect, split, step_kind

_INTO = {
    "url": "url", "uri": "url", "query": "query", "sql": "query", "formula": "query", "filterbyformula": "query",
    "where": "query", "filename": "path", "filepath": "path", "path": "path", "folder": "path", "folderpath": "path",
    "command": "command", "html": "html", "htmlbody": "html", "bodyhtml": "html", "code": "code",
    "codeeditorjavascript": "code", "codeeditorpython": "code", "script": "code",
}  # fmt: skip
"""What a field of a module is, by its name in lower case."""
_CODE_FIELDS = ("code", "codeEditorJavascript", "codeEditorPython", "script")
_NO_PROMPT = frozenset({"model", "url", "assistantId", "agent", "agentId", "voice", "file", "data"})
_CHECKS_CALLER = re.compile(
    r"__IMTHEADERS__|\b\d+\.headers\b|\bsha(?:256|512|1)\(|x-(?:hub|shopify|slack|stripe|twilio)[\w-]{0,40}",
    re.IGNORECASE,
)
_VERIFIES = re.compile(r"createHmac|timingSafeEqual|hmac\.(?:new|compare_digest)|constructEvent", re.IGNORECASE)
_MAX_INPUTS = 40


@dataclass(slots=True)
class Modules:
    """Ids of the modules of one scenario by number, and what those that only reshape data take."""

    ids: dict[str, str] = field(default_factory=dict)
    caller: str = ""
    taken: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def note(self, module: dict[str, Any], module_id: str) -> None:
        """Remember a module, and what it passes on."""
        number = text(module.get("id"), 20)
        if number:
            self.ids.setdefault(number, module_id)
        app, action = split(module["module"])
        if step_kind(app, action) in ("transform", "loop"):
            values = (value for _, value in strings(module.get("mapper")))
            self.taken[module_id] = [(item.module, item.text) for value in values for item in references(value)]

    def inputs(self, value: str, into: str) -> Iterator[Input]:
        """One input for each place that a mapped value comes from, the nearest first."""
        queue = [(item.module, item.text) for item in references(value)]
        seen: set[tuple[str, str]] = set()
        for number, shown in queue:
            if (number, shown) in seen or len(seen) >= _MAX_INPUTS:
                continue
            seen.add((number, shown))
            source = self.caller if number == INPUTS else self.ids.get(number, "")
            yield Input(shown, source, into)  # type: ignore[arg-type]  # callers pass the words that Input knows
            queue.extend(self.taken.get(source, []))


def read_step(
    module: dict[str, Any],
    module_id: str,
    location: Location,
    used: list[Credential],
    modules: Modules,
    *,
    enabled: bool,
) -> Step:
    """The neutral step of a module."""
    app, action = split(module["module"])
    kind = _kind(app, action, module)
    values = {**mapping(module.get("parameters")), **mapping(module.get("mapper"))}
    found = module_effect(app, action, step_kind(app, action), values)
    on_error, retries = _handling(module)
    return Step(
        id=module_id,
        kind=kind,
        name=text(dig(module, "metadata", "designer", "name")) or module["module"],
        service="" if app in ("builtin", "util", "http", "gateway", "scenario-service", "code", "json") else app[:80],
        operation=action[:80],
        reads=found.reads,
        writes=found.writes,
        endpoints=tuple(_endpoints(kind, values)),
        credentials=tuple(credential.id for credential in used),
        inputs=tuple(dict.fromkeys(_inputs(kind, values, modules)))[:_MAX_INPUTS],
        calls=tuple(_calls(app, action, values)),
        component=_component(app, module),
        on_error=on_error,
        retries=retries,
        tls_verified=_tls(values),
        enabled="yes" if enabled else "no",
        location=location,
    )


def read_filter(module: dict[str, Any], module_id: str, location: Location, *, enabled: bool) -> Step | None:
    """The filter before a module as a step of its own, where it looks at the request's headers or a signature."""
    found = mapping(module.get("filter"))
    if not _checks_caller(found):
        return None
    return Step(
        id=f"{module_id}:filter",
        kind="verify",
        name=text(found.get("name")) or "Filter",
        operation="filter",
        enabled="yes" if enabled else "no",
        location=location,
    )


def _checks_caller(found: dict[str, Any]) -> bool:
    return any(_CHECKS_CALLER.search(value[:2000]) for _, value in strings(found.get("conditions")))


def _kind(app: str, action: str, module: dict[str, Any]) -> StepKind:
    kind = step_kind(app, action)
    if kind == "code" and _VERIFIES.search(_code(mapping(module.get("mapper")))):
        return "verify"
    if kind == "branch" and any(_checks_caller(mapping(item)) for item in sequence(module.get("branches"))):
        return "verify"
    return kind


def _handling(module: dict[str, Any]) -> tuple[OnError, int | None]:
    """help.make.com, "Error handlers": Ignore and Resume go on, Commit ends the run as a success, Break retries.

    Commit passes over the failure as Ignore does: the run counts as a success and nobody learns of it.
    """
    handlers = [item for item in sequence(module.get("onerror")) if isinstance(item, dict)]
    if not handlers:
        return "stop", 0
    names = [text(item.get("module")).rpartition(":")[2].lower() for item in handlers]
    retries = 0
    for name, item in zip(names, handlers, strict=True):
        count = text(dig(item, "mapper", "count"), 6)
        if name == "break" and dig(item, "mapper", "retry") is True and count.isascii() and count.isdigit():
            retries = int(count)
    passed_over = all(name in ("ignore", "resume", "commit") for name in names)
    return ("continue" if passed_over else "route"), retries


def _endpoints(kind: StepKind, values: dict[str, Any]) -> Iterator[Endpoint]:
    if kind in ("code", "verify", "shell"):
        yield from endpoints_in(_code(values) or string(values.get("command")))
    for name in ("url", "uri", "host", "baseUrl"):
        value = values.get(name)
        # Many apps take a path of their own API under this name.
        if isinstance(value, str) and not value.startswith("/"):
            found = endpoint(value)
            if found is not None and (found.host or kind == "http"):
                yield found


def _inputs(kind: StepKind, values: dict[str, Any], modules: Modules) -> Iterator[Input]:
    if kind in ("transform", "loop"):
        return
    for path, value in strings(values):
        if "{{" not in value:
            continue
        name = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
        into = _INTO.get(name.lower(), "")
        if kind in ("ai", "agent") and name not in _NO_PROMPT:
            into = "prompt"
        elif name in ("content", "body") and kind == "message":
            into = "html" if text(values.get("contentType")).lower() in ("html", "text/html") else ""
        if into:
            yield from modules.inputs(value, into)


def _calls(app: str, action: str, values: dict[str, Any]) -> Iterator[Call]:
    if app == "scenario-service" and action in ("CallSubscenario", "RunScenario"):
        target = text(values.get("scenario") or values.get("scenarioId"), 60)
        dynamic = "{{" in target or not target
        yield Call("id", "" if dynamic else target.removeprefix("SCN_"), dynamic=dynamic)
    elif app == "http":
        yield from calls_to(string(values.get("url")))


def _component(app: str, module: dict[str, Any]) -> Component | None:
    return Component(app[:120], text(module.get("version"), 20)) if is_custom(app) else None


def _tls(values: dict[str, Any]) -> Known:
    return "no" if values.get("rejectUnauthorized") is False or values.get("allowSelfSigned") is True else "unknown"


def _code(values: dict[str, Any]) -> str:
    return "\n".join(string(values.get(name)) for name in _CODE_FIELDS if values.get(name))
