"""One credential for everything that is the same: references by their id, found values by their digest."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from autoguard.model import Automation, Credential, Location
from autoguard.platforms._identity import slug
from autoguard.secrets import Concealed, Found
from autoguard.secrets.redaction import labels_for

_CONFIDENCE = ("possible", "likely", "verified")


class Links(NamedTuple):
    """All credentials, the labels of found values, and the ids of those that a trigger or step holds in itself."""

    credentials: tuple[Credential, ...]
    labels: Mapping[Concealed, str]
    holders: Mapping[tuple[str, str], list[str]]


def link_credentials(
    references: Iterable[Credential], found: Iterable[Found], automations: Sequence[Automation]
) -> Links:
    """All credentials with the automations that use them, the labels of all found values, and who holds one.

    What was found inside a plain-text store is part of that store: its values are kept from every output, but the store
    is the one thing to repair.
    """
    users = _users(automations)
    merged = _merge(references, users)
    stores = {
        location.path
        for credential in merged
        if credential.role == "store" and credential.storage == "inline"
        for location in credential.locations
    }
    keys = {
        (location.path, location.line)
        for credential in merged
        if credential.role == "encryption-key"
        for location in credential.locations
    }
    ordered = sorted(found, key=lambda one: _place(one.location))
    labels = labels_for(one.value for one in ordered)
    own = [
        one for one in ordered if one.location.path not in stores and (one.location.path, one.location.line) not in keys
    ]
    secrets, holders = _secrets(own, labels, _Places(automations))
    return Links((*merged, *secrets), labels, holders)


def _users(automations: Sequence[Automation]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for automation in automations:
        used = [
            *(trigger.credentials for trigger in automation.triggers),
            *(step.credentials for step in automation.steps),
        ]
        for credential in (one for group in used for one in group):
            users.setdefault(credential, []).append(automation.id)
    return users


def _merge(references: Iterable[Credential], users: Mapping[str, list[str]]) -> list[Credential]:
    merged: dict[str, Credential] = {}
    for credential in references:
        known = merged.get(credential.id)
        if known is None:
            merged[credential.id] = credential
        else:
            locations = tuple(dict.fromkeys((*known.locations, *credential.locations)))
            merged[credential.id] = replace(known, name=known.name or credential.name, locations=locations)
    return [
        replace(
            credential,
            locations=tuple(sorted(credential.locations, key=_place)),
            automations=tuple(dict.fromkeys((*credential.automations, *users.get(credential.id, ())))),
        )
        for _, credential in sorted(merged.items())
    ]


def _secrets(
    found: Sequence[Found], labels: Mapping[Concealed, str], places: "_Places"
) -> tuple[list[Credential], dict[tuple[str, str], list[str]]]:
    by_digest: dict[str, list[Found]] = {}
    for one in found:
        by_digest.setdefault(one.digest, []).append(one)
    taken: dict[str, int] = {}
    credentials = []
    holders: dict[tuple[str, str], list[str]] = {}
    for digest, same in by_digest.items():
        first = same[0]
        used = [place for one in same if (place := places.at(one.location)) is not None]
        home = f"{used[0][0].identity}#{used[0][1]}" if used else first.location.path
        key = f"{first.kind}:{home}:{slug(first.holder)}"
        taken[key] = taken.get(key, 0) + 1
        key = key if taken[key] == 1 else f"{key}-{taken[key]}"
        automations = dict.fromkeys(automation.id for automation, _ in used)
        for automation, part in used:
            holders.setdefault((automation.id, part), []).append(key)
        credentials.append(
            Credential(
                id=key,
                kind=first.kind,
                storage="inline",
                role=first.role,
                name=first.title,
                holder=first.holder,
                platform=_platform(used, first),
                service=first.vendor,
                label=labels[first.value],
                digest=digest,
                confidence=max((one.confidence for one in same), key=_CONFIDENCE.index),
                locations=tuple(dict.fromkeys(one.location for one in same)),
                automations=tuple(automations),
            )
        )
    return credentials, holders


def _platform(used: Sequence[tuple[Automation, str]], first: Found) -> str:
    if first.role == "encryption-key":
        return first.kind.partition("-encryption")[0].partition("-credential")[0]
    platforms = {automation.platform for automation, _ in used}
    return platforms.pop() if len(platforms) == 1 else ""


class _Places:
    """Which automation, and which of its steps, a place in a file belongs to: the last one that begins before it."""

    def __init__(self, automations: Sequence[Automation]) -> None:
        self._starts: dict[str, list[tuple[tuple[int, int], Automation, str]]] = {}
        for automation in automations:
            self._add(automation.location, automation, "")
            for trigger in automation.triggers:
                self._add(trigger.location, automation, trigger.id)
            for step in automation.steps:
                self._add(step.location, automation, step.id)
        for starts in self._starts.values():
            starts.sort(key=lambda start: start[0])

    def _add(self, location: Location, automation: Automation, part: str) -> None:
        self._starts.setdefault(location.path, []).append((_start(location), automation, part))

    def at(self, location: Location) -> tuple[Automation, str] | None:
        starts = self._starts.get(location.path)
        if not starts:
            return None
        index = bisect_right(starts, _start(location), key=lambda start: start[0])
        _, automation, part = starts[max(0, index - 1)]
        return automation, part


def _start(location: Location) -> tuple[int, int]:
    return (location.line or 0, location.column or 0)


def _place(location: Location) -> tuple[str, int, int]:
    return (location.path, location.line or 0, location.column or 0)
