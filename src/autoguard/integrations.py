"""Third parties that automations talk to, one for each vendor however a platform names it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from autoguard.model import Automation, Credential, Integration, Location, Step
from autoguard.platforms._endpoints import is_example, is_local
from autoguard.tables import Vendors


@dataclass(slots=True)
class _Collected:
    service: str
    hosts: dict[str, None] = field(default_factory=dict)
    automations: dict[str, None] = field(default_factory=dict)
    credentials: dict[str, None] = field(default_factory=dict)
    locations: dict[Location, None] = field(default_factory=dict)
    sends: bool = False
    receives: bool = False


def link_integrations(
    automations: Sequence[Automation], credentials: Sequence[Credential], vendors: Vendors
) -> tuple[Integration, ...]:
    """All third parties by id. Hosts of this machine and of documentation are none."""
    known = {credential.id for credential in credentials}
    found: dict[str, _Collected] = {}
    for automation in automations:
        for step in automation.steps:
            for key, host in _parties(step, vendors):
                one = found.setdefault(key, _Collected(key))
                if host:
                    one.hosts.setdefault(host)
                one.automations.setdefault(automation.id)
                one.credentials.update(dict.fromkeys(item for item in step.credentials if item in known))
                one.locations.setdefault(step.location)
                one.sends = one.sends or step.writes != "no"
                one.receives = one.receives or step.reads == "yes"
        for trigger in automation.triggers:
            if trigger.kind == "event" and (key := vendors.known_connector(trigger.event)):
                one = found.setdefault(key, _Collected(key))
                one.automations.setdefault(automation.id)
                one.locations.setdefault(trigger.location)
                one.receives = True
    return tuple(_integration(key, one) for key, one in sorted(found.items()))


def _parties(step: Step, vendors: Vendors) -> list[tuple[str, str]]:
    parties = [
        (vendors.of_host(endpoint.host) or endpoint.host, endpoint.host)
        for endpoint in step.endpoints
        if endpoint.host and not is_local(endpoint.host) and not is_example(endpoint.host)
    ]
    if step.service and not parties:
        # A command's service is the program's name, which is a third party only where the table says so.
        find = vendors.known_connector if step.kind == "shell" else vendors.of_connector
        key = find(step.service)
        if key:
            parties.append((key, ""))
    return parties


def _integration(key: str, one: _Collected) -> Integration:
    direction: Literal["in", "out", "both"] = "both" if one.sends and one.receives else "out" if one.sends else "in"
    return Integration(
        id=key,
        service=key,
        hosts=tuple(sorted(one.hosts)),
        direction=direction,
        automations=tuple(one.automations),
        credentials=tuple(one.credentials),
        locations=tuple(one.locations),
    )
