"""Facts of single documents become one inventory, linked over platforms by id, host and digest. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from autoguard.credential_links import link_credentials
from autoguard.integrations import link_integrations
from autoguard.model import Automation, Declared, Gap, Inventory, Practice, Reading, Source
from autoguard.platforms import Facts, Platform, merge
from autoguard.practices import EvidenceReader
from autoguard.practices.manifest import Manifest, declarations, practices
from autoguard.read import DocumentFacts
from autoguard.secrets import Concealed
from autoguard.tables import Vendors


@dataclass(frozen=True, slots=True)
class Linked:
    """The inventory, and the found values with their labels, so that they can be taken out of every text."""

    inventory: Inventory
    labels: Mapping[Concealed, str]


def link(
    documents: Iterable[DocumentFacts],
    *,
    platforms: Mapping[str, Platform],
    evidence: Sequence[EvidenceReader],
    manifest: Manifest | None,
    sources: Sequence[Source],
    gaps: Sequence[Gap],
    reading: Reading,
    today: date,
    vendors: Vendors,
) -> Linked:
    """One inventory of everything that was read."""
    read = list(documents)
    facts, joined_gaps = _join(read, platforms)
    automations = _unique_ids(facts.automations)
    proved = [practice for document in read for practice in document.practices]
    proved.extend(facts.practices)
    for reader in evidence:
        proved.extend(reader.derive(automations))
    if manifest is not None:
        declared = declarations(manifest, automations, proved, today)
        automations = tuple(_with_declaration(one, declared.get(one.id)) for one in automations)
        proved.extend(practices(manifest, proved, today))
    links = link_credentials(
        [*facts.credentials, *(one for document in read for one in document.certificates)],
        [found for document in read for found in document.secrets],
        automations,
    )
    automations = tuple(_with_secrets(one, links.holders) for one in automations)
    every_gap = [*gaps, *(gap for document in read for gap in document.gaps), *facts.gaps, *joined_gaps]
    inventory = Inventory(
        automations=automations,
        integrations=link_integrations(automations, links.credentials, vendors),
        credentials=links.credentials,
        practices=tuple(sorted(proved, key=_practice_order)),
        gaps=tuple(sorted(set(every_gap), key=lambda gap: (gap.path, gap.reason))),
        sources=tuple(sources),
        reading=reading,
    )
    return Linked(inventory, links.labels)


def _join(read: Sequence[DocumentFacts], platforms: Mapping[str, Platform]) -> tuple[Facts, list[Gap]]:
    by_platform: dict[str, list[DocumentFacts]] = {}
    for document in sorted(read, key=lambda one: one.path):
        if document.platform:
            by_platform.setdefault(document.platform, []).append(document)
    joined: list[Facts] = []
    gaps: list[Gap] = []
    for name, found in sorted(by_platform.items()):
        parts = [document.facts for document in found]
        try:
            joined.append(platforms[name].join(parts))
        except Exception as error:  # noqa: BLE001 - a plugin's join may raise anything; its parts are still worth having
            joined.append(merge(parts))
            reason = f"files of {name} that belong together could not be joined ({type(error).__name__})"
            gaps.append(Gap(found[0].path, reason))
    return merge(joined), gaps


def _unique_ids(automations: Iterable[Automation]) -> tuple[Automation, ...]:
    # Copies share an identity; each is told apart by its file, and inside one file by its place in it.
    ordered = sorted(automations, key=lambda one: (one.location.path, one.location.line or 0, one.location.column or 0))
    counts = Counter(automation.identity for automation in ordered)
    taken: Counter[str] = Counter()
    unique = []
    for automation in ordered:
        key = automation.identity
        if counts[key] > 1:
            key = f"{key}@{automation.location.path}"
        taken[key] += 1
        key = key if taken[key] == 1 else f"{key}#{taken[key]}"
        unique.append(replace(automation, id=key, owner=next(iter(automation.owners), "")))
    return tuple(unique)


def _with_secrets(automation: Automation, holders: Mapping[tuple[str, str], list[str]]) -> Automation:
    """The automation with the secrets that its steps hold in themselves among their credentials."""
    if not any((automation.id, step.id) in holders for step in automation.steps):
        return automation
    steps = (
        replace(step, credentials=tuple(dict.fromkeys((*step.credentials, *holders.get((automation.id, step.id), ())))))
        for step in automation.steps
    )
    return replace(automation, steps=tuple(steps))


def _with_declaration(automation: Automation, declared: Declared | None) -> Automation:
    if declared is None:
        return automation
    return replace(
        automation,
        declared=declared,
        owner=declared.owner or automation.owner,
        criticality=declared.criticality or "normal",
    )


def _practice_order(practice: Practice) -> tuple[str, str, int, str, str]:
    place = practice.locations[0].path if practice.locations else ""
    return (practice.kind, practice.scope, -practice.strength, practice.date, place)
