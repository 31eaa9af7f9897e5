"""The manifest `autoguard.yaml`: read, and turned into declarations and practices once the evidence is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from autoguard.bearings import HERE, Bearings
from autoguard.dates import days_since
from autoguard.errors import UsageError
from autoguard.model import Automation, Declared, Location, Practice
from autoguard.model.inventory import Known
from autoguard.practices.evidence import documents, restore_tests
from autoguard.syntax.parsed import Parsed

if TYPE_CHECKING:
    from autoguard.practices.manifest_file import AutomationEntry, ManifestFile
    from autoguard.syntax.yaml_tree import YamlTree

NAME = "autoguard.yaml"
ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A validated manifest with where it stands; `own` says that it is the user's configuration."""

    content: "ManifestFile"
    path: str
    lines: Mapping[str, int]
    bearings: Bearings = HERE
    own: bool = True

    def place(self, key: str) -> Location:
        """Where that part of the manifest is written."""
        return Location(self.path, self.lines.get(key, 1))

    def resolve(self, reference: str) -> str:
        """A path of the manifest in the terms of the scanned sources; one that lies in none of them as it is."""
        return self.bearings.resolve(reference)


def parse_manifest(parsed: Parsed, shown: str | None = None) -> Manifest:
    """The manifest in a document.

    Raises:
        UsageError: every error, each with `file:line`.
    """
    from autoguard.catalog_file import validate  # noqa: PLC0415 - pydantic is slow to import
    from autoguard.practices.manifest_file import ManifestFile  # noqa: PLC0415 - as above

    trees = parsed.yaml
    name = shown or parsed.path
    if len(trees) != 1 or not isinstance(trees[0].value, dict):
        raise UsageError(f"{name}:1: must hold exactly one YAML mapping; start with `version: 1`")
    return Manifest(validate(trees[0], name, ManifestFile), name, _lines(trees[0]))


def practices(manifest: Manifest, evidence: Sequence[Practice], today: date) -> Iterator[Practice]:
    """What the manifest says about the organisation, stronger where a document or record proves it."""
    content = manifest.content
    reviewed = content.organisation.reviewed if content.organisation else None
    yield Practice("manifest", ORGANISATION, "yes", date=reviewed or "", locations=(manifest.place("version"),))
    outlines = {practice.scope: practice for practice in evidence if practice.kind == documents.KIND}
    backups = [backup for entry in content.automations for backup in entry.backups]
    yield _said(manifest, "backup", "automations", present=bool(backups))
    incident = content.continuity.incident
    yield _said(manifest, "incident-contact", "continuity", present=bool(incident.contact or incident.phone))
    yield from _training(manifest, today)
    yield from _retraining(manifest, outlines)
    yield from _workforce(manifest)
    yield _said(manifest, "vendor-register", "vendors", present=bool(content.vendors))
    for vendor in content.vendors:
        yield Practice("vendor", vendor.id, "yes", locations=(manifest.place("vendors"),))


def declarations(
    manifest: Manifest, automations: Iterable[Automation], evidence: Sequence[Practice], today: date
) -> dict[str, Declared]:
    """Which automation each entry of the manifest speaks of: by automation id."""
    found: dict[str, Declared] = {}
    tests = [practice for practice in evidence if practice.kind == restore_tests.KIND and practice.present == "yes"]
    outlines = {practice.scope: practice for practice in evidence if practice.kind == documents.KIND}
    candidates = list(automations)
    for index, entry in enumerate(manifest.content.automations):
        declared = _declared(manifest, entry, index, tests, outlines, today)
        for automation in candidates:
            if automation.id not in found and _speaks_of(manifest, entry, automation):
                found[automation.id] = declared
    return found


def unmatched(manifest: Manifest, automations: Iterable[Automation]) -> tuple[str, ...]:
    """What the manifest names and nothing answers to: automations that were not read, people it does not list."""
    content = manifest.content
    read = list(automations)
    people = {person.id for person in content.people}
    notes = []
    for index, entry in enumerate(content.automations):
        place = f"{manifest.path}:{manifest.lines.get(f'automations.{index}', 1)}"
        if not any(_speaks_of(manifest, entry, automation) for automation in read):
            notes.append(f"{place}: {entry.id} matches no automation that was read")
        unknown = [name for name in (entry.owner, entry.deputy) if name and people and name not in people]
        notes.extend(f"{place}: {name} is not among the people of the manifest" for name in unknown)
    return tuple(notes)


def _speaks_of(manifest: Manifest, entry: "AutomationEntry", automation: Automation) -> bool:
    if entry.platform and entry.platform.replace("_", "-") != automation.platform:
        return False
    if entry.source:
        source = manifest.resolve(entry.source)
        path = automation.location.path
        if path != source and not path.startswith((source + "!/", source.rstrip("/") + "/")):
            return False
        # A file with several automations is told apart by the name, where the entry gives one.
        return not entry.name or entry.name == automation.name
    return bool(entry.name and entry.name == automation.name) or entry.id in (automation.native_id, automation.id)


def _declared(
    manifest: Manifest,
    entry: "AutomationEntry",
    index: int,
    tests: Sequence[Practice],
    outlines: Mapping[str, Practice],
    today: date,
) -> Declared:
    references = {manifest.resolve(reference) for reference in entry.restore_tests}
    ages = [
        days_since(test.date, today)
        for test in tests
        if test.scope == entry.id or references & {location.path for location in test.locations}
    ]
    continuity = entry.continuity
    return Declared(
        id=entry.id,
        owner=entry.owner,
        deputy=entry.deputy,
        # Somebody else's manifest may say that an automation matters, which asks for more, but not that it does not.
        criticality=entry.criticality if manifest.own or entry.criticality != "low" else None,
        purpose=entry.purpose,
        phase=entry.phase or "",
        data=tuple(entry.data),
        manual_fallback=_written(manifest, continuity.manual_fallback, outlines),
        fallback_person=continuity.fallback_person,
        runbook=_written(manifest, continuity.runbook, outlines),
        missing_documents=tuple(
            reference
            for reference in (continuity.manual_fallback, continuity.runbook)
            if reference and not _written(manifest, reference, outlines)
        ),
        rto_hours=continuity.rto_h,
        rpo_hours=continuity.rpo_h,
        backups=tuple(backup.what for backup in entry.backups),
        restore_test_age_days=min((age for age in ages if age is not None and age >= 0), default=None),
        kpi_baseline=bool(entry.kpi.baseline),
        kpi_target=bool(entry.kpi.target),
        kpi_actual=bool(entry.kpi.actual),
        hours_saved_week=sum(effect.hours_saved_week or 0 for effect in entry.workforce) or None,
        cost_year=entry.kpi.cost_year,
        benefit_year=entry.kpi.benefit_year,
        location=Location(manifest.path, manifest.lines.get(f"automations.{index}", 1)),
    )


def _written(manifest: Manifest, reference: str, outlines: Mapping[str, Practice]) -> str:
    """The reference where a document of that path was read and says something, else "": a claim alone is not enough."""
    if not reference:
        return ""
    outline = outlines.get(manifest.resolve(reference))
    return reference if outline is not None and outline.present == "yes" else ""


def _said(manifest: Manifest, kind: str, part: str, *, present: bool) -> Practice:
    word: Known = "yes" if present else "no"
    return Practice(kind, ORGANISATION, word, locations=(manifest.place(part),))


def _training(manifest: Manifest, today: date) -> Iterator[Practice]:
    found = manifest.content.training.awareness
    # One to come says nothing of what people know today.
    held = [training.date for training in found if (days_since(training.date, today) or 0) >= 0]
    latest = max(held or [training.date for training in found], default="")
    place = (manifest.place("training"),)
    yield Practice("awareness-training", ORGANISATION, "yes" if found else "no", date=latest, locations=place)


def _retraining(manifest: Manifest, outlines: Mapping[str, Practice]) -> Iterator[Practice]:
    policy = manifest.content.workforce_policy
    retraining = policy.retraining
    outline = outlines.get(manifest.resolve(policy.document)) if policy.document else None
    planned = bool(retraining.programmes or retraining.hours_per_person or retraining.budget_per_person)
    details: dict[str, Any] = {}
    if retraining.hours_per_person is not None:
        details["hours_per_person"] = retraining.hours_per_person
    yield Practice(
        "retraining-plan",
        ORGANISATION,
        "yes" if planned else "no",
        strength=2 if outline is not None and outline.present == "yes" else 1,
        date=outline.date if outline else "",
        details=details,
        locations=(manifest.place("workforce_policy"),),
    )


def _workforce(manifest: Manifest) -> Iterator[Practice]:
    hours: dict[str, float] = {}
    for entry in manifest.content.automations:
        for effect in entry.workforce:
            if effect.hours_saved_week is not None:
                hours[effect.role] = hours.get(effect.role, 0.0) + effect.hours_saved_week
    shares = [
        min(1.0, hours[role.id] / (role.headcount * role.contract_hours))
        for role in manifest.content.roles
        if role.id in hours and role.headcount
    ]
    if shares:
        details = {"largest_share": max(shares)}
        place = (manifest.place("automations"),)
        yield Practice("workforce-effect", ORGANISATION, "yes", details=details, locations=place)


def _lines(tree: "YamlTree") -> dict[str, int]:
    lines = {key: tree.position(key)[0] for key in tree.value}
    for part in ("automations", "waivers"):
        for index in range(len(tree.value.get(part) or ())):
            lines[f"{part}.{index}"] = tree.position(part, index)[0]
    return lines
