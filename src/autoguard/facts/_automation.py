"""What all subjects inside an automation know of it."""

from collections.abc import Callable
from typing import Any

from autoguard.estate import Estate
from autoguard.facts import Fact, known
from autoguard.model import Automation

CRITICALITIES = ("critical", "high", "normal", "low")


def common(of: Callable[[Any], Automation]) -> tuple[Fact, ...]:
    """Facts about the automation a subject belongs to."""
    return (
        Fact(
            "platform", "string", "id of the platform, such as n8n or github-actions", lambda item, _: of(item).platform
        ),
        Fact("automation", "string", "name of the automation", lambda item, _: of(item).name),
        Fact(
            "enabled",
            "bool",
            "the automation is switched on; unknown where the export does not say",
            lambda item, _: known(of(item).enabled),
            optional=True,
        ),
        Fact(
            "criticality",
            "string",
            "how much the firm depends on it, as declared; normal otherwise",
            lambda item, _: of(item).criticality,
            values=CRITICALITIES,
        ),
        Fact("owners", "strings", "who answers for it: declared, or hinted at by the export", _owners(of)),
    )


def in_use(automation: Automation) -> bool | None:
    """Whether it is switched on, or its state is not exported and the manifest names it; None where nobody knows."""
    if automation.enabled != "unknown":
        return automation.enabled == "yes"
    # Nobody declares owner and recovery times of an automation that is not used.
    return True if automation.declared is not None else None


def owners(automation: Automation) -> list[str]:
    """Who answers for it first, then the other hints of export and repository."""
    return list(dict.fromkeys(item for item in (automation.owner, *automation.owners) if item))


def _owners(of: Callable[[Any], Automation]) -> Callable[[Any, Estate], list[str]]:
    return lambda item, _: owners(of(item))
