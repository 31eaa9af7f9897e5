"""systemd units put together: what starts a service, what it starts, and where its failures go."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from autoguard.model import Automation, Call, Credential, Edge, Known, Location, Step, Trigger
from autoguard.platforms import Facts, Fragment, merge
from autoguard.platforms._identity import identity
from autoguard.platforms.systemd.drop_ins import completed
from autoguard.syntax.ini_tree import Entry

_INSTANCE = re.compile(r"@[^@]*(?=\.[a-z]+$)")
SCHEDULES = ("OnCalendar", "OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec")
"""Keys of a timer that say when (systemd.timer(5))."""
_PULLS = ("Wants", "Requires", "BindsTo", "Upholds")


def kept(entries: Sequence[Entry], section: str, key: str) -> list[Entry]:
    """All entries of a key that may stand several times; an empty one takes back those before it."""
    found: list[Entry] = []
    for entry in entries:
        if entry.section == section and entry.key == key:
            found = [*found, entry] if entry.value else []
    return found


def values(entries: Sequence[Entry], section: str, key: str) -> list[str]:
    """The values of those entries."""
    return [entry.value for entry in kept(entries, section, key)]


def join(facts: Sequence[Facts]) -> Facts:
    """One automation for each service that something starts, in the order of the files."""
    merged = merge(facts)
    units = _Units(merged.fragments)
    automations = [*units.services(), *units.lonely_timers()]
    return Facts(
        tuple(sorted(automations, key=lambda one: (one.location.path, one.location.line or 0, one.id))),
        tuple(_credentials(merged.credentials)),
        merged.practices,
        merged.gaps,
    )


def _credentials(found: Sequence[Credential]) -> Iterator[Credential]:
    by_id: dict[str, Credential] = {}
    for one in found:
        known = by_id.get(one.id)
        by_id[one.id] = replace(known, locations=(*known.locations, *one.locations)) if known else one
    yield from by_id.values()


class _Units:
    """All units of a scan, with who starts whom."""

    def __init__(self, fragments: Sequence[Fragment]) -> None:
        units = completed(fragments)
        self._services = [one for one in units if one.kind == "service"]
        self._by_name: dict[str, list[Fragment]] = {}
        for one in self._services:
            self._by_name.setdefault(one.key, []).append(one)
        self._starters: dict[int, list[Fragment]] = {}
        self._lonely: list[Fragment] = []
        for one in units:
            if one.kind in ("timer", "path"):
                started = self._find(_target(one), one)
                if started is None:
                    self._lonely.append(one)
                else:
                    self._starters.setdefault(id(started), []).append(one)
        self._pulled: dict[int, list[str]] = {}
        for one in self._services:
            self._pull(one)

    def services(self) -> Iterator[Automation]:
        """The services that are automations."""
        for service in self._services:
            triggers = tuple(self._triggers(service))
            if triggers:
                yield self._automation(service, triggers)

    def lonely_timers(self) -> Iterator[Automation]:
        """Timers and path units whose service was not scanned."""
        for one in self._lonely:
            target = _target(one)
            step = Step(
                id="unit",
                kind="call",
                name=target,
                calls=(Call("id", _template(target)),),
                on_error="unknown",
                location=one.location,
            )
            key = identity("systemd", native_id=one.key)
            yield Automation(
                id=key,
                identity=key,
                platform="systemd",
                name=_stem(one.key),
                location=one.location,
                triggers=(_trigger(one),),
                steps=(step,),
                edges=(Edge(_trigger(one).id, step.id),),
                description=one.data["description"],
                native_id=one.key,
                folder=one.data["folder"],
            )

    def _pull(self, one: Fragment) -> None:
        for key in ("OnFailure", "OnSuccess", *_PULLS):
            for name in one.data["starts"][key]:
                service = self._find(name, one)
                if service is not None and service is not one:
                    self._pulled.setdefault(id(service), []).append(one.key)

    def _find(self, name: str, asker: Fragment) -> Fragment | None:
        """The unit of that name that lies nearest to the asker; an instance is found by its template."""
        candidates = self._by_name.get(name) or self._by_name.get(_template(name)) or []
        return max(candidates, key=lambda one: _nearness(one, asker)) if candidates else None

    def _triggers(self, service: Fragment) -> Iterator[Trigger]:
        starters = self._starters.get(id(service), [])
        for one in starters:
            yield _trigger(one)
        if not (service.data["oneshot"] or starters):
            return
        boot = [unit for unit in service.data["wanted_by"] if unit.endswith(".target")]
        others = [*self._pulled.get(id(service), []), *(u for u in service.data["wanted_by"] if u not in boot)]
        lines = service.data["lines"]
        place = Location(service.location.path, lines.get("WantedBy", lines.get("RequiredBy", service.location.line)))
        if boot:
            # Whether it was ever enabled is a link on the machine, not a line in the file.
            yield Trigger(
                "boot", "event", "boot", "platform", "no", "no", event="boot", enabled="unknown", location=place
            )
        if others:
            yield Trigger(
                "unit", "call", others[0], "platform", "no", "no", event="unit", address=service.key,
                location=service.location,
            )  # fmt: skip

    def _automation(self, service: Fragment, triggers: tuple[Trigger, ...]) -> Automation:
        steps = tuple(self._with_calls(service))
        handlers = service.data["starts"]["OnFailure"]
        key = identity("systemd", native_id=service.key)
        return Automation(
            id=key,
            identity=key,
            platform="systemd",
            name=_stem(service.key),
            location=service.location,
            enabled="unknown",
            triggers=triggers,
            steps=steps,
            edges=tuple(_edges(triggers, steps)),
            error_route=_error_route(handlers, reports=service.data["reports"]),
            error_target=Call("id", _template(handlers[0])) if handlers else None,
            description=service.data["description"],
            native_id=service.key,
            folder=service.data["folder"],
        )

    def _with_calls(self, service: Fragment) -> Iterator[Step]:
        """The steps with the other automations that they start: by `systemctl start`, or by a relation of the unit."""
        steps, starts = service.data["steps"], service.data["starts"]
        for index, step in enumerate(steps):
            names = [name for name in service.data["started"][step.id] if self._find(name, service) is not None]
            if index == len(steps) - 1:
                names.extend(starts["OnSuccess"])
                names.extend(name for key in _PULLS for name in starts[key] if self._is_job(name, service))
            calls = tuple(dict.fromkeys(Call("id", _template(name)) for name in names))
            yield replace(step, calls=calls) if calls else step

    def _is_job(self, name: str, asker: Fragment) -> bool:
        found = self._find(name, asker)
        oneshot: bool = found is not None and found.data["oneshot"]
        return oneshot


def _error_route(handlers: Sequence[str], *, reports: bool) -> Known:
    """Failures of a unit are only noted in the journal, which tells nobody, unless `OnFailure=` or its command does."""
    return "yes" if handlers or reports else "no"


def _edges(triggers: Sequence[Trigger], steps: Sequence[Step]) -> Iterator[Edge]:
    ordinary = [step for step in steps if not step.id.startswith("ExecStopPost")]
    if ordinary:
        for trigger in triggers:
            yield Edge(trigger.id, ordinary[0].id)
    for before, after in pairwise(ordinary):
        yield Edge(before.id, after.id)
    for step in steps:
        if step not in ordinary and ordinary:
            # What stands in ExecStopPost= runs after a failure as well (systemd.service(5)).
            yield Edge(ordinary[-1].id, step.id)
            yield Edge(ordinary[-1].id, step.id, "error")


def _trigger(one: Fragment) -> Trigger:
    lines: dict[str, Any] = one.data["lines"]
    if one.kind == "path":
        event = one.data["event"]
        place = Location(one.location.path, lines[event])
        return Trigger(one.key, "event", one.key, "platform", "unknown", "no", event=event, location=place)
    first = min((lines[key] for key in SCHEDULES if key in lines), default=one.location.line)
    return Trigger(
        id=one.key,
        kind="schedule",
        name=one.key,
        auth="platform",
        untrusted="no",
        exposed="no",
        schedule=one.data["schedule"],
        location=Location(one.location.path, first),
    )


def _target(one: Fragment) -> str:
    named: str = one.data["unit"]
    return named or one.key.rpartition(".")[0] + ".service"


def _template(name: str) -> str:
    return _INSTANCE.sub("@", name)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _nearness(one: Fragment, asker: Fragment) -> int:
    """How many folders two files share; the same folder counts most."""
    mine, other = one.location.path.split("/")[:-1], asker.location.path.split("/")[:-1]
    shared = 0
    for left, right in zip(mine, other, strict=False):
        if left != right:
            break
        shared += 1
    return 1_000 + shared if mine == other else shared
