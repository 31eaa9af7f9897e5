"""Facts of automations as a whole, with what the manifest declares of them."""

from collections.abc import Callable
from typing import Any, get_args

from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind, fold, known, unique
from autoguard.facts._automation import common, in_use, owners
from autoguard.model import Automation, Declared, Location, Subject, TriggerKind

_UNATTENDED = frozenset({"webhook", "schedule", "event", "form", "chat"})


def _declared(read: Callable[[Declared], Any], missing: Any = False) -> Callable[[Automation, Estate], Any]:
    """A value of the manifest: unknown without a manifest, `missing` where it does not name the automation."""

    def value(automation: Automation, estate: Estate) -> Any:
        if automation.declared is not None:
            return read(automation.declared)
        return missing if estate.practice("manifest") else None

    return value


def _has_owner(automation: Automation, estate: Estate) -> bool | None:
    if owners(automation):
        return True
    return False if estate.practice("manifest") else None


def _triggers(automation: Automation) -> list[Any]:
    return [trigger for trigger in automation.triggers if trigger.enabled != "no"]


def _untrusted_code(automation: Automation, _: Estate) -> bool | None:
    return fold(one.untrusted for step in automation.steps for one in step.inputs if one.into == "workspace")


def _writes_unattended(automation: Automation, estate: Estate) -> bool | None:
    started = [trigger for trigger in _triggers(automation) if trigger.kind in _UNATTENDED]
    return fold(estate.reach(automation.id, trigger.id).known("write") for trigger in started)


FACTS = (
    *common(lambda item: item),
    Fact("name", "string", "name of the automation", lambda item, _: item.name),
    Fact(
        "trigger_kinds",
        "strings",
        "what starts it",
        lambda item, _: unique(trigger.kind for trigger in _triggers(item)),
        values=get_args(TriggerKind),
    ),
    Fact(
        "events",
        "strings",
        "the platform's words for its events",
        lambda item, _: unique(t.event for t in _triggers(item)),
    ),
    Fact(
        "unattended",
        "bool",
        "it starts without a person",
        lambda item, _: any(t.kind in _UNATTENDED for t in _triggers(item)),
    ),
    Fact(
        "in_use",
        "bool",
        "it is switched on, or its state is not exported and the manifest names it",
        lambda item, _: in_use(item),
        optional=True,
    ),
    Fact(
        "steps",
        "int",
        "number of its steps that are switched on",
        lambda item, _: sum(s.enabled != "no" for s in item.steps),
    ),
    Fact(
        "writes",
        "bool",
        "it changes data outside itself",
        lambda item, _: fold(step.writes for step in item.steps if step.enabled != "no"),
        optional=True,
    ),
    Fact(
        "writes_unattended",
        "bool",
        "what starts without a person reaches a step that changes data outside",
        _writes_unattended,
        optional=True,
    ),
    Fact(
        "moves_money",
        "bool",
        "a step moves or owes money",
        lambda item, _: any(step.kind == "payment" and step.enabled != "no" for step in item.steps),
    ),
    Fact(
        "uses_ai",
        "bool",
        "a step is a language model or an agent",
        lambda item, _: any(step.kind in ("ai", "agent") and step.enabled != "no" for step in item.steps),
    ),
    Fact(
        "uses_credentials",
        "bool",
        "a step uses a credential",
        lambda item, _: any(step.credentials for step in item.steps),
    ),
    Fact(
        "error_route",
        "bool",
        "a failure anywhere in it reaches a handler or a person",
        lambda item, _: known(item.error_route),
        optional=True,
    ),
    Fact("is_called", "bool", "another automation starts it", lambda item, estate: bool(estate.graph.callers(item.id))),
    Fact(
        "runs_untrusted_code",
        "bool",
        "it fetches code that outsiders wrote into its workspace",
        _untrusted_code,
        optional=True,
    ),
    Fact(
        "personal_data",
        "strings",
        "classes of personal data kept inside the export",
        lambda item, _: unique(kind for data in item.personal_data for kind in data.kinds),
        values=("email", "iban", "card", "phone"),
        places=lambda item, _: tuple(data.location for data in item.personal_data),
    ),
    Fact(
        "declared",
        "bool",
        "the manifest names it; unknown without a manifest",
        _declared(lambda _: True),
        optional=True,
    ),
    Fact("has_owner", "bool", "somebody answers for it; unknown without a manifest or hint", _has_owner, optional=True),
    Fact("owner", "string", "the first who answers for it, or empty", lambda item, _: item.owner),
    Fact(
        "owner_is_team",
        "bool",
        "that is a team and not a person",
        lambda item, _: item.owner.startswith("@") and "/" in item.owner,
    ),
    Fact(
        "has_deputy",
        "bool",
        "a second person can take over",
        _declared(lambda declared: bool(declared.deputy)),
        optional=True,
    ),
    Fact(
        "has_fallback",
        "bool",
        "a way to do the work by hand is written down",
        _declared(lambda declared: bool(declared.manual_fallback)),
        optional=True,
    ),
    Fact(
        "missing_documents",
        "strings",
        "documents that the manifest names and that were not found or say nothing",
        lambda item, _: list(item.declared.missing_documents) if item.declared else [],
    ),
    Fact(
        "restore_tested",
        "bool",
        "a restore was tested and recorded",
        _declared(lambda declared: declared.restore_test_age_days is not None),
        optional=True,
    ),
    Fact(
        "restore_test_age_days",
        "int",
        "days since the last successful restore test",
        lambda item, _: item.declared.restore_test_age_days if item.declared else None,
        optional=True,
    ),
    Fact(
        "backed_up",
        "bool",
        "a backup of it is declared",
        _declared(lambda declared: bool(declared.backups)),
        optional=True,
    ),
    Fact(
        "phase",
        "string",
        "pilot, expansion or integration, as declared; empty where not said",
        _declared(lambda declared: declared.phase, ""),
        values=("", "pilot", "expansion", "integration"),
        optional=True,
    ),
    Fact(
        "has_kpi",
        "bool",
        "a baseline and a target of its benefit are declared",
        _declared(lambda declared: declared.kpi_baseline and declared.kpi_target),
        optional=True,
    ),
    Fact(
        "has_measured_kpi",
        "bool",
        "its benefit was measured",
        _declared(lambda declared: declared.kpi_actual),
        optional=True,
    ),
)


def _subject(automation: Automation) -> Subject:
    return Subject(
        "automation", automation.id, automation.name, automation.identity, automation.platform, automation.id
    )


def _locations(automation: Automation) -> tuple[Location, ...]:
    return (automation.location,)


KIND = SubjectKind("automation", FACTS, lambda estate: estate.inventory.automations, _subject, _locations)
