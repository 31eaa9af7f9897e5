"""Drop-ins of systemd units: files in `<unit>.d` that add to a unit or replace parts of it (systemd.unit(5))."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from autoguard.model import Step
from autoguard.platforms import Fragment

ALL_SERVICES = "service"
"""Key of the drop-ins in `service.d`, which hold for every service beside that folder."""


def completed(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The units with what their drop-ins say, which are left out themselves."""
    drop_ins: dict[str, list[Fragment]] = {}
    for one in sorted(fragments, key=lambda each: each.location.path.rpartition("/")[2]):
        if one.kind == "drop-in":
            drop_ins.setdefault(one.key, []).append(one)
    units = [one for one in fragments if one.kind != "drop-in"]
    count = Counter(one.key for one in units)
    return [_completed(one, list(_applying(one, drop_ins, alone=count[one.key] == 1))) for one in units]


def _applying(unit: Fragment, drop_ins: dict[str, list[Fragment]], *, alone: bool) -> Iterator[Fragment]:
    template = unit.key.partition("@")[0] + "@." + unit.key.rpartition(".")[2] if "@" in unit.key else unit.key
    for key in dict.fromkeys((ALL_SERVICES, template, unit.key)):
        for one in drop_ins.get(key, ()) if key != ALL_SERVICES or unit.kind == "service" else ():
            beside = one.data["folder"].rpartition("/")[0] == unit.data["folder"]
            if beside or (alone and key != ALL_SERVICES):
                yield one


def _completed(unit: Fragment, drop_ins: Sequence[Fragment]) -> Fragment:
    data = dict(unit.data)
    for one in drop_ins:
        added = one.data
        data["starts"] = {key: (*names, *added["starts"][key]) for key, names in data["starts"].items()}
        data["wanted_by"] = (*data["wanted_by"], *added["wanted_by"])
        data["unit"] = added["unit"] or data["unit"]
        if "schedule" in data and "schedule" in added:
            before = "" if added["resets"] else data["schedule"]
            data["schedule"] = "; ".join(item for item in (before, added["schedule"]) if item)
        if "steps" in data and "steps" in added:
            _add_steps(data, added)
    return replace(unit, data=data)


def _add_steps(data: dict[str, Any], added: Any) -> None:
    data["reports"] = data["reports"] or added["reports"]
    credentials = tuple(dict.fromkeys((*data["credentials"], *added["credentials"])))
    steps: dict[str, Step] = {}
    started: dict[str, tuple[str, ...]] = {}
    for source in (data, added):
        for step in source["steps"]:
            if source is data and added["resets"] and step.id.partition("-")[0] == "ExecStart":
                continue
            key, number = step.id, 2
            while key in steps:
                key, number = f"{step.id.partition('-')[0]}-{number}", number + 1
            steps[key] = replace(step, id=key, credentials=credentials)
            started[key] = source["started"].get(step.id, ())
    data.update(steps=tuple(steps.values()), started=started, credentials=credentials)
