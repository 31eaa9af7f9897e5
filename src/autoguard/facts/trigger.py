"""Facts of triggers: who can start an automation, and what follows from it."""

from typing import Any, NamedTuple, get_args

from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind, each_part, known, unless_unknown
from autoguard.facts._automation import common
from autoguard.flows import Reachable
from autoguard.model import Automation, Hop, Subject, Trigger, TriggerAuth, TriggerKind


class Item(NamedTuple):
    """A trigger with its automation."""

    automation: Automation
    trigger: Trigger


def _reaches(kind: Reachable, doc: str) -> Fact:
    def read(item: Item, estate: Estate) -> bool | None:
        return known(estate.reach(item.automation.id, item.trigger.id).known(kind))

    def path(item: Item, estate: Estate) -> tuple[Hop, ...]:
        return estate.reach(item.automation.id, item.trigger.id).paths.get(kind, ())

    return Fact(f"reaches_{kind}", "bool", doc, read, optional=True, path=path)


FACTS = (
    *common(lambda item: item.automation),
    Fact("name", "string", "name of the trigger", lambda item, _: item.trigger.name or item.trigger.id),
    Fact("kind", "string", "what starts it", lambda item, _: item.trigger.kind, values=get_args(TriggerKind)),
    Fact("event", "string", "the platform's own word for the event, or empty", lambda item, _: item.trigger.event),
    Fact(
        "auth",
        "string",
        "what a caller must show",
        lambda item, _: unless_unknown(item.trigger.auth),
        values=tuple(word for word in get_args(TriggerAuth) if word != "unknown"),
        optional=True,
    ),
    Fact(
        "untrusted", "bool", "outsiders choose its data", lambda item, _: known(item.trigger.untrusted), optional=True
    ),
    Fact(
        "exposed",
        "bool",
        "it can be called from outside the platform",
        lambda item, _: known(item.trigger.exposed),
        optional=True,
    ),
    Fact(
        "signature_verified",
        "bool",
        "a step checks the caller's signature or shared secret",
        lambda item, estate: known(estate.graph.checks_caller(item.automation.id, item.trigger.id)),
        optional=True,
    ),
    Fact("disabled", "bool", "the trigger itself is switched off", lambda item, _: item.trigger.enabled == "no"),
    Fact(
        "schedule", "string", "cron expression or the platform's text, or empty", lambda item, _: item.trigger.schedule
    ),
    _reaches("write", "a step it can start changes data outside the automation"),
    _reaches("shell", "a step it can start runs a shell command"),
    _reaches("money", "a step it can start moves or owes money"),
    _reaches("database", "a step it can start uses a database"),
    _reaches("message", "a step it can start sends a message"),
    _reaches("agent", "a step it can start is an AI agent"),
)


def _subject(item: Item) -> Subject:
    automation, trigger = item
    return Subject(
        "trigger",
        f"{automation.id}#{trigger.id}",
        f"{automation.name} / {trigger.name or trigger.id}",
        f"{automation.identity}#{trigger.id}",
        automation.platform,
        automation.id,
    )


def _each(estate: Estate) -> list[Item]:
    return [Item(automation, trigger) for automation, trigger in each_part(estate, "triggers")]


def _locations(item: Any) -> tuple[Any, ...]:
    return (item.trigger.location,)


KIND = SubjectKind("trigger", FACTS, _each, _subject, _locations)
assert set(get_args(Reachable)) >= {"write", "shell", "money", "database", "message", "agent"}  # noqa: S101 - one spelling
