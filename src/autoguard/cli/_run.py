"""What `scan`, `inventory` and `baseline` do before they differ: configuration, parts, reading, linking, judging."""

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from autoguard import __version__, pipeline
from autoguard.assess import Request, assess
from autoguard.baseline import Baseline
from autoguard.catalog import Catalog, load_catalog
from autoguard.cli._verification import verified
from autoguard.config import Config, check_names, find_config, is_own, policy_of, unknown_name, waivers_of
from autoguard.errors import UsageError
from autoguard.model import DOMAINS, Assessment, Check, Inventory, Policy, Provenance
from autoguard.pipeline import Root
from autoguard.plugins import Registry, check_rooms, load_plugins
from autoguard.practices.manifest import Manifest, unmatched
from autoguard.printable import printable
from autoguard.render._wording import shown_path
from autoguard.secrets.redaction import Redactor
from autoguard.tables import table_dates
from autoguard.tools import ToolOptions, ToolReport
from autoguard.workers import Collected, Progress, ReadOptions

_OF_SECRETS = ("credential", "gap")
"""What a search for secrets alone asks about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    sources: Sequence[Path]
    config: Path | None = None
    policy: str = ""
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    today: str = ""
    jobs: int = 0
    external_plugins: bool = True
    checks: Sequence[Path] = ()
    trust_config: bool = False
    online: bool = False
    secrets_only: bool = False
    verify: bool = False
    quiet: bool = False
    baseline: Baseline | None = None


@dataclass(slots=True)
class Session:
    """Everything that is loaded before anything is read."""

    wanted: Wanted
    cwd: Path
    today: date
    config: Config
    registry: Registry
    catalog: Catalog
    policy: Policy
    roots: list[Root] = field(default_factory=list)
    own: bool = True


def start(wanted: Wanted) -> Session:
    """Configuration, plugins, checks and policy.

    Raises:
        UsageError: something named does not exist or is not valid.
    """
    cwd = Path.cwd()
    today = _today(wanted.today)
    sources = list(wanted.sources) or [Path()]
    roots = pipeline.roots_for(sources, cwd)
    config = find_config(wanted.config, cwd)
    own = all(is_own(source, cwd) for source in sources)
    registry = load_plugins(external=wanted.external_plugins)
    catalog = load_catalog([*check_rooms(registry), *wanted.checks])
    policy = policy_of(config.manifest, wanted.policy)
    if config.manifest is not None:
        check_names(config.manifest, catalog)
    for name in (*wanted.select, *wanted.ignore):
        if name not in DOMAINS and catalog.find(name) is None:
            raise UsageError(unknown_name("check or domain", name, [*catalog.checks, *DOMAINS]))
    if config.path and not wanted.quiet:
        sys.stderr.write(printable(f"using {config.path}\n"))
    return Session(wanted, cwd, today, config, registry, catalog, policy, roots, own)


@dataclass(frozen=True, slots=True)
class Judged:
    """The assessment, the policy that it went by, and the means to take every found value out of a text."""

    assessment: Assessment
    policy: Policy
    redactor: Redactor


@dataclass(frozen=True, slots=True)
class ReadEstate:
    """What reading gave: the inventory, already without found values, and what belongs to it.

    `calls` is the account of what vendors were asked, which is in `notes` as well.
    """

    inventory: Inventory
    collected: Collected
    redactor: Redactor
    manifest: Manifest | None
    policy: Policy
    notes: tuple[str, ...]
    calls: tuple[str, ...] = ()


def read(session: Session, progress: Progress | None = None) -> ReadEstate:
    """All sources as one inventory.

    Raises:
        UsageError: the sources hold a configuration of the user's own that is not valid.
    """
    key = os.environ.get("AUTOGUARD_KEY", "").encode(errors="surrogateescape") or secrets.token_bytes(32)
    wanted = session.wanted
    options = ReadOptions(key, wanted.jobs, wanted.secrets_only, wanted.external_plugins)
    collected = pipeline.read_roots(session.roots, session.registry, options, progress)
    found = pipeline.find_manifest(collected, session.roots, session.config)
    manifest, ignored, policy = found.manifest, found.ignored, session.policy
    if manifest is not None and not manifest.own and (session.own or session.wanted.trust_config):
        manifest, ignored = replace(manifest, own=True), ()
        policy = policy_of(manifest, session.wanted.policy)
        check_names(manifest, session.catalog)
    scope = pipeline.keep_to_scope(collected, manifest) if manifest is not None and manifest.own else ()
    if manifest is not None and not session.config.path and not session.wanted.quiet:
        shown = shown_path(manifest.path, [root.source for root in session.roots])
        sys.stderr.write(printable(f"using {shown}{_whose(manifest)}\n"))
    linked = pipeline.build_inventory(collected, session.roots, session.registry, manifest, found.gaps, session.today)
    linked, calls = verified(linked, session.registry) if wanted.verify else (linked, ())
    redactor = Redactor(linked.labels, (document.path for document in collected.documents))
    inventory = redactor.model(linked.inventory)
    if os.environ.get("AUTOGUARD_KEY"):
        credentials = tuple(replace(one, fingerprint=one.digest[:32]) for one in inventory.credentials)
        inventory = replace(inventory, credentials=credentials)
    loose = unmatched(manifest, inventory.automations) if manifest is not None else ()
    notes = (*(_not_honoured(item) for item in ignored), *found.notes, *scope, *loose, *calls)
    return ReadEstate(inventory, collected, redactor, manifest, policy, notes, calls)


def judge(session: Session, estate: ReadEstate) -> Judged:
    """The assessment of what was read."""
    options = ToolOptions(online=session.wanted.online, own_tree=session.own)
    reports = () if session.wanted.secrets_only else pipeline.run_tools(estate.collected, session.registry, options)
    notes = (*estate.notes, *(_not_honoured(item) for report in reports for item in report.ignored))
    assessment = _assess(session, estate.inventory, estate.policy, estate.manifest, reports=reports, notes=notes)
    return Judged(estate.redactor.model(assessment), estate.policy, estate.redactor)


def judge_inventory(session: Session, inventory: Inventory, target: str) -> Judged:
    """The assessment of an inventory that was read before."""
    assessment = _assess(session, inventory, session.policy, session.config.manifest, target=target)
    return Judged(assessment, session.policy, Redactor({}))


def _assess(
    session: Session,
    inventory: Inventory,
    policy: Policy,
    manifest: Manifest | None,
    *,
    reports: tuple[ToolReport, ...] = (),
    notes: tuple[str, ...] = (),
    target: str = "",
) -> Assessment:
    wanted = session.wanted
    waivers = (
        waivers_of(manifest, session.config.path or manifest.path) if manifest is not None and manifest.own else ()
    )
    probes = {probe.name: probe for probe in session.registry.all("probes")}
    config = session.config.path or (manifest.path if manifest is not None else "")
    provenance = Provenance(
        version=__version__,
        policy=policy.id,
        scoring_version=policy.scoring.version,
        today=session.today.isoformat(),
        config=config,
        config_trusted=manifest is None or manifest.own,
        secrets_only=wanted.secrets_only,
        plugins=session.registry.plugins,
        tables=table_dates(),
        tools=tuple(report.run for report in reports),
        warnings=tuple(session.registry.warnings),
    )
    return assess(
        inventory,
        Request(
            target=target or _target(session, manifest),
            policy=policy,
            checks=_asked(session),
            probes=probes,
            today=session.today,
            select=tuple(wanted.select),
            ignore=tuple(wanted.ignore),
            baseline=wanted.baseline,
            waivers=waivers,
            tool_reports=reports,
            provenance=provenance,
            ignored_settings=notes,
        ),
    )


def _asked(session: Session) -> Mapping[str, Check]:
    checks = session.catalog.checks
    if not session.wanted.secrets_only:
        return checks
    return {name: check for name, check in checks.items() if check.subject in _OF_SECRETS}


def _whose(manifest: Manifest) -> str:
    if not manifest.own:
        return " for facts alone; --trust-config honours its waivers and choices as well"
    return ", waivers and choices included: it lies in the tree you work in" if manifest.content.waivers else ""


def _not_honoured(setting: str) -> str:
    return f"not honoured in a tree that is not yours: {setting}"


def _target(session: Session, manifest: Manifest | None) -> str:
    if manifest is not None and manifest.content.organisation is not None:
        return manifest.content.organisation.name
    return " and ".join(root.source.label for root in session.roots)


def _today(text: str) -> date:
    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--today {text}: is not a date; write it as 2026-11-24") from None
