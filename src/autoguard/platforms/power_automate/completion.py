"""Completes flows with what other files of their package or solution say of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from autoguard.model import Automation, Gap, Known
from autoguard.platforms import Facts, Fragment, merge
from autoguard.platforms._workflow_definition.credentials import merged
from autoguard.platforms._workflow_definition.hosts import service_name
from autoguard.platforms.power_automate.reader import credential_id

_STATES: dict[str, Known] = {"1": "yes", "0": "no"}
_CLOUD, _DESKTOP = "5", "6"
_CLASSIC = frozenset({"0", "1", "3"})
_FLOWS = "/Microsoft.Flow/flows/"
_UNREAD = {
    _CLOUD: ("not-followed", "describes a cloud flow whose definition is not beside it; export the solution again"),
    _DESKTOP: ("unsupported", "describes a desktop flow, whose steps are not read"),
    **dict.fromkeys(_CLASSIC, ("unsupported", "describes a classic Dataverse workflow, whose steps are not read")),
}
"""Categories of workflow that run with rights of their own; business rules and process flows do not."""


def join(facts: Sequence[Facts]) -> Facts:
    """Names, states and owners for the flows, names and owners for their connections, gaps for what is not there."""
    whole = merge(facts)
    fragments: dict[tuple[str, str], list[Fragment]] = defaultdict(list)
    for fragment in whole.fragments:
        fragments[fragment.kind, fragment.key].append(fragment)
    owners: dict[str, dict[str, str]] = {}
    automations = []
    for automation in whole.automations:
        described = _described(automation, fragments)
        accounts = _accounts(described, fragments)
        owners.setdefault(automation.id, {}).update(accounts)
        automations.append(replace(described, owners=tuple(dict.fromkeys((*described.owners, *accounts.values())))))
    accounts_by_credential = _by_credential(fragments, owners)
    credentials = [
        replace(
            item,
            owner=item.owner or accounts_by_credential.get(item.id, ""),
            **_reference(fragments.get(("reference", item.id.removeprefix(credential_id(""))), []), item.service),
        )
        for item in merged(whole.credentials)
    ]
    gaps = (*whole.gaps, *_gaps(whole))
    return Facts(tuple(automations), tuple(credentials), whole.practices, gaps)


def _described(automation: Automation, fragments: dict[tuple[str, str], list[Fragment]]) -> Automation:
    found = _nearest(fragments.get(("workflow", automation.native_id), []), automation.location.path)
    if found is None or not automation.native_id:
        return automation
    return replace(
        automation,
        name=found.data["name"] or automation.name,
        description=automation.description or found.data["description"],
        enabled=_STATES.get(found.data["state"], automation.enabled),
    )


def _nearest(found: list[Fragment], path: str) -> Fragment | None:
    # The same flow may lie in several versions of its solution: the file that shares most of the way belongs to it.
    return max(found, key=lambda item: _shared(item.location.path, path), default=None)


def _shared(first: str, second: str) -> int:
    pairs = zip(first.split("/"), second.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _accounts(automation: Automation, fragments: dict[tuple[str, str], list[Fragment]]) -> dict[str, str]:
    """Accounts by connector key; where no map tells which are used, all of the package under made-up keys."""
    folder = f"/{automation.folder}"
    root, marker, _ = folder.rpartition(_FLOWS)
    package = next(iter(fragments.get(("package", root.removeprefix("/")), [])), None) if marker else None
    if package is None:
        return {}
    accounts: dict[str, str] = {key: name for key, name in package.data["accounts"].items() if "@" in name}
    used = next(iter(fragments.get(("connections", automation.folder), [])), None)
    if used is not None:
        accounts = {key: accounts[found] for key, found in used.data["ids"].items() if found in accounts}
    if package.data["creator"]:
        accounts[""] = package.data["creator"]
    return accounts


def _by_credential(
    fragments: dict[tuple[str, str], list[Fragment]], owners: dict[str, dict[str, str]]
) -> dict[str, str]:
    return {
        credential: account
        for (kind, _), found in fragments.items()
        if kind == "references"
        for fragment in found
        for key, credential in fragment.data["keys"].items()
        if (account := owners.get(fragment.data["flow"], {}).get(key, ""))
    }


def _reference(found: list[Fragment], service: str) -> dict[str, Any]:
    if not found or not found[0].data["name"]:
        return {}
    return {"name": found[0].data["name"], "service": service or service_name(found[0].data["api"])}


def _gaps(whole: Facts) -> Iterator[Gap]:
    read = {automation.native_id for automation in whole.automations}
    told: set[str] = set()
    for fragment in whole.fragments:
        if fragment.kind != "workflow" or fragment.key in read or fragment.key in told:
            continue
        kind, reason = _UNREAD.get(fragment.data["category"], ("", ""))
        if kind:
            told.add(fragment.key)
            where = f"line {fragment.location.line} " if fragment.location.line else ""
            yield Gap(fragment.location.path, where + reason, kind)  # type: ignore[arg-type]  # words of GapKind
