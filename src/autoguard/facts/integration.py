"""Facts of integrations: the third parties that automations talk to."""

from typing import get_args

from autoguard.estate import Estate
from autoguard.facts import Fact, SubjectKind
from autoguard.model import Integration, Location, Subject

_DIRECTIONS = get_args(Integration.__annotations__["direction"])


def _approved(integration: Integration, estate: Estate) -> bool | None:
    practice = estate.practice("vendor", integration.id)
    if practice is not None:
        return practice.present == "yes"
    return False if estate.practice("vendor-register") else None


FACTS = (
    Fact("service", "string", "vendor or host", lambda item, _: item.service),
    Fact("hosts", "strings", "hosts it was seen at", lambda item, _: list(item.hosts)),
    Fact("direction", "string", "which way data flows", lambda item, _: item.direction, values=_DIRECTIONS),
    Fact("automations", "int", "number of automations that use it", lambda item, _: len(item.automations)),
    Fact("credentials", "int", "number of credentials for it", lambda item, _: len(item.credentials)),
    Fact("approved", "bool", "the manifest's register of vendors names it", _approved, optional=True),
)


def _subject(integration: Integration) -> Subject:
    return Subject("integration", integration.id, integration.service, integration.id)


def _locations(integration: Integration) -> tuple[Location, ...]:
    return integration.locations


KIND = SubjectKind("integration", FACTS, lambda estate: estate.inventory.integrations, _subject, _locations)
