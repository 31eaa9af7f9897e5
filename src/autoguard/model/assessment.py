"""What was judged: results, findings, score and the assessment that holds them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from autoguard.model.check import Domain, Severity, SubjectType
from autoguard.model.inventory import Confidence, Criticality, Inventory, Location

Outcome = Literal["pass", "fail", "unknown", "not-applicable", "error"]
Status = Literal["open", "known", "waived"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a result speaks of. `identity` is stable between scans; `id` is unique within this one."""

    type: SubjectType
    id: str
    name: str
    identity: str
    platform: str = ""
    automation: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One element of a path through the estate: which automation, which trigger or step, and where it stands."""

    automation: str
    id: str
    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of one check for one subject. `discriminator` tells several results on one subject apart."""

    check: str
    domain: Domain
    subject: Subject
    outcome: Outcome
    severity: Severity
    worst_severity: Severity
    criticality: Criticality = "normal"
    confidence: Confidence = "likely"
    reasons: tuple[str, ...] = ()
    message: str = ""
    discriminator: str = ""
    live: bool = False
    locations: tuple[Location, ...] = ()
    path: tuple[Hop, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not a pass, one per root cause, with all its places and its status for the gate."""

    check: str
    domain: Domain
    subject: Subject
    outcome: Outcome
    severity: Severity
    status: Status
    confidence: Confidence
    message: str
    fingerprint: str
    reasons: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    path: tuple[Hop, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    maps_to: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    waiver: str = ""


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often each outcome came out for one check."""

    id: str
    domain: Domain
    severity: Severity
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    error: int = 0


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A question that was not asked or could not be answered as a whole, with the reason."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class DomainScore:
    """Both numbers of one domain."""

    id: Domain
    assured: float
    possible: float


@dataclass(frozen=True, slots=True)
class RoadmapStep:
    """One repair: all results of a check that are closed together, and what that brings."""

    check: str
    count: int
    gain: float
    raw_gain: float
    minutes: int
    lifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The two numbers, coverage, grade and the way up.

    `assured` counts every unknown as a failure, `possible` as a pass. `raw` is assured before caps. All lie in 0..100.
    """

    assured: float
    possible: float
    raw: float
    coverage: float
    grade: str
    capped_by: tuple[str, ...]
    domains: tuple[DomainScore, ...]
    roadmap: tuple[RoadmapStep, ...] = ()
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class ToolRun:
    """How one external tool fared: `status` says whether its answers may be relied on."""

    tool: str
    version: str
    status: Literal["ran", "absent", "failed", "timeout", "not-asked", "nothing-to-do"]
    reason: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made an assessment: versions, policy, configuration, plugins, dates of the tables used.

    `secrets_only`: automations, practices and other scanners were not looked at.
    """

    version: str
    policy: str
    scoring_version: int
    today: str
    config: str = ""
    config_trusted: bool = True
    secrets_only: bool = False
    plugins: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    tools: tuple[ToolRun, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer: what was found, how it was judged, how it scores, and how it came about."""

    target: str
    inventory: Inventory
    findings: tuple[Finding, ...]
    checks: tuple[CheckCount, ...]
    score: Score
    provenance: Provenance
    not_judged: tuple[NotJudged, ...] = ()
    ignored_settings: tuple[str, ...] = ()
