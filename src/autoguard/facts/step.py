"""Facts of steps: what one unit of work does, with what, and what it is fed."""

from typing import Any, NamedTuple, get_args

from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind, each_part, known, unique, unless_unknown
from autoguard.facts._automation import common, in_use
from autoguard.model import Automation, Hop, Location, Step, StepKind, Subject
from autoguard.model.inventory import InputPlace, OnError
from autoguard.platforms._endpoints import is_example, is_local


class Item(NamedTuple):
    """A step with its automation."""

    automation: Automation
    step: Step


PLAIN_SCHEMES = frozenset({"http", "ws", "ftp", "smtp", "imap", "mqtt", "amqp", "redis", "ldap"})
"""Schemes that send everything in clear text, the credentials first."""
_SUBMISSION = 587
"""Port of mail submission, where clients begin in clear text and then encrypt (RFC 6409, RFC 3207)."""


def plain_hosts(step: Step) -> list[str]:
    """Public hosts that the step talks to in clear text; private networks and documentation hosts do not count."""
    return unique(
        endpoint.host
        for endpoint in step.endpoints
        if endpoint.scheme in PLAIN_SCHEMES
        and endpoint.port != _SUBMISSION
        and not is_local(endpoint.host)
        and not is_example(endpoint.host)
    )


def _untrusted_into(item: Item, estate: Estate) -> list[str]:
    return unique(found.input.into for found in estate.graph.untrusted_inputs(item.automation.id, item.step))


def _untrusted_path(item: Item, estate: Estate) -> tuple[Hop, ...]:
    found = list(estate.graph.untrusted_inputs(item.automation.id, item.step))
    if found:
        return min((one.path for one in found), key=len)
    return estate.graph.untrusted_path(item.automation.id, item.step.id)


def _attached(item: Item) -> list[Step]:
    tools = {edge.target for edge in item.automation.edges if edge.kind == "attached" and edge.source == item.step.id}
    return [step for step in item.automation.steps if step.id in tools and step.enabled != "no"] if tools else []


def _tools_act(item: Item, estate: Estate) -> bool | None:
    unsure = False
    for tool in _attached(item):
        if tool.writes == "yes" or tool.kind in ("shell", "code", "payment"):
            return True
        if tool.kind == "call":
            reach = estate.reach(item.automation.id, tool.id)
            if any(kind in reach.paths for kind in ("write", "shell", "money")):
                return True
            unsure = unsure or reach.open_ended or bool(reach.unsure)
        else:
            unsure = unsure or tool.writes == "unknown"
    return None if unsure else False


def _component(attribute: str) -> Any:
    return lambda item, _: getattr(item.step.component, attribute, "") if item.step.component else ""


FACTS = (
    *common(lambda item: item.automation),
    Fact("name", "string", "name of the step", lambda item, _: item.step.name or item.step.id),
    Fact("kind", "string", "what it does in neutral words", lambda item, _: item.step.kind, values=get_args(StepKind)),
    Fact("service", "string", "vendor or system it uses, or empty", lambda item, _: item.step.service),
    Fact("operation", "string", "the platform's own word for what it does", lambda item, _: item.step.operation),
    Fact("reads", "bool", "it reads data from outside", lambda item, _: known(item.step.reads), optional=True),
    Fact("writes", "bool", "it changes data outside", lambda item, _: known(item.step.writes), optional=True),
    Fact("disabled", "bool", "the step itself is switched off", lambda item, _: item.step.enabled == "no"),
    Fact(
        "hosts",
        "strings",
        "hosts it connects to, as far as they are written down",
        lambda item, _: unique(endpoint.host for endpoint in item.step.endpoints),
    ),
    Fact(
        "public_hosts",
        "strings",
        "hosts among them that lie outside private networks",
        lambda item, _: unique(e.host for e in item.step.endpoints if e.host and not is_local(e.host)),
    ),
    Fact(
        "plain_hosts",
        "strings",
        "public hosts it talks to without encryption",
        lambda item, _: plain_hosts(item.step),
    ),
    Fact(
        "tls_unverified",
        "bool",
        "checks of the other side's certificate or host key are switched off",
        lambda item, _: item.step.tls_verified == "no",
    ),
    Fact(
        "sends_credentials",
        "bool",
        "it uses a credential; the token that a CI system makes for each run does not count",
        lambda item, estate: any(one not in estate.run_tokens for one in item.step.credentials),
    ),
    Fact(
        "on_error",
        "string",
        "what happens when it fails",
        lambda item, _: unless_unknown(item.step.on_error),
        values=tuple(word for word in get_args(OnError) if word != "unknown"),
        optional=True,
    ),
    Fact("retries", "int", "further attempts after a failure", lambda item, _: item.step.retries, optional=True),
    Fact("component", "string", "third-party code it runs, or empty", _component("name")),
    Fact("component_version", "string", "version of that code as written, or empty", _component("version")),
    Fact(
        "component_label",
        "string",
        "the code with its version, or empty",
        lambda item, _: (
            "@".join(part for part in (item.step.component.name, item.step.component.version) if part)
            if item.step.component
            else ""
        ),
    ),
    Fact(
        "component_pinned",
        "bool",
        "that version names one content that cannot change",
        lambda item, _: known(item.step.component.pinned) if item.step.component else True,
        optional=True,
    ),
    Fact(
        "component_publisher",
        "string",
        "who publishes that code",
        lambda item, _: item.step.component.publisher if item.step.component else "first-party",
        values=("platform", "first-party", "third-party", "unknown"),
    ),
    Fact(
        "untrusted_into",
        "strings",
        "the places in the step that outsiders can put text into",
        _untrusted_into,
        values=get_args(InputPlace),
        path=_untrusted_path,
    ),
    Fact(
        "fed_by_outsiders",
        "bool",
        "data that outsiders chose arrives at this step",
        lambda item, estate: bool(estate.graph.untrusted_path(item.automation.id, item.step.id)),
        path=lambda item, estate: estate.graph.untrusted_path(item.automation.id, item.step.id),
    ),
    Fact(
        "tools_act",
        "bool",
        "a tool that this agent may use changes data, runs code or moves money",
        _tools_act,
        optional=True,
    ),
    Fact(
        "tools",
        "strings",
        "names of the tools this agent may use",
        lambda item, _: [step.name for step in _attached(item)],
    ),
    Fact(
        "in_use",
        "bool",
        "the automation is switched on, or its state is not exported and the manifest names it",
        lambda item, _: in_use(item.automation),
        optional=True,
    ),
    Fact(
        "missing_targets",
        "strings",
        "automations it starts by a fixed id that were not found in what was scanned",
        lambda item, estate: [
            call.target
            for call in item.step.calls
            if call.how in ("id", "name", "file") and estate.graph.resolves(call, item.automation) == "no"
        ],
    ),
)


def _subject(item: Item) -> Subject:
    automation, step = item
    return Subject(
        "step",
        f"{automation.id}#{step.id}",
        f"{automation.name} / {step.name or step.id}",
        f"{automation.identity}#{step.id}",
        automation.platform,
        automation.id,
    )


def _each(estate: Estate) -> list[Item]:
    return [Item(automation, step) for automation, step in each_part(estate, "steps")]


def _locations(item: Item) -> tuple[Location, ...]:
    return (item.step.location,)


KIND = SubjectKind("step", FACTS, _each, _subject, _locations)
