"""What is asked and how strictly: checks and policies, as they come out of the data files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SubjectType = Literal["automation", "trigger", "step", "integration", "credential", "organisation", "gap", "tool"]
Lifecycle = Literal["stable", "experimental", "deprecated"]
Domain = Literal[
    "secrets", "access", "encryption", "supply-chain", "injection", "data", "continuity", "monitoring", "agents",
    "people", "value", "governance",
]  # fmt: skip
DOMAINS: tuple[Domain, ...] = get_args(Domain)
Facts = Mapping[str, Any]


def severity_rank(severity: Severity) -> int:
    """Order of a severity: 0 for info up to 4 for critical."""
    return SEVERITIES.index(severity)


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """A change of severity that applies when a condition on the subject's facts holds."""

    when: str
    to: Severity
    because: str


@dataclass(frozen=True, slots=True)
class SeveritySpec:
    """Base severity with the conditions that raise or lower it, in the order of the file."""

    base: Severity
    raises: tuple[SeverityRule, ...] = ()
    lowers: tuple[SeverityRule, ...] = ()

    @property
    def worst(self) -> Severity:
        """The highest severity this check can reach."""
        return max((self.base, *(rule.to for rule in self.raises)), key=severity_rank)


@dataclass(frozen=True, slots=True)
class Fix:
    """How a finding is repaired: general steps, steps per platform, and the usual minutes of work."""

    minutes: int
    steps: tuple[str, ...]
    per_platform: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """Facts of an invented subject on which the check must come out as the list it stands in says."""

    note: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a check; they are its documentation and its tests. `near_miss` must pass."""

    fails: tuple[Example, ...]
    passes: tuple[Example, ...]
    near_miss: tuple[Example, ...]
    unknown: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One question. Exactly one of `when` (an expression over the subject's facts) and `probe` (a name) is set.

    `applies` narrows the subjects: where it is false the result is not-applicable. `group` names a fact: subjects that
    share its value are one finding. `supersedes` lists checks whose finding on the same subject this one replaces.
    `parameters` go to the probe. `message` is the finding's sentence with `{fact}` places; `path` names the facts whose
    way through the graph is shown, the first that has one; `evidence` the facts that are written into the finding.
    `file` and `lines` say where its parts are written.
    """

    id: str
    title: str
    domain: Domain
    subject: SubjectType
    severity: SeveritySpec
    message: str
    why: str
    fix: Fix
    examples: Examples
    when: str = ""
    probe: str = ""
    applies: str = ""
    group: str = ""
    platforms: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    confidence: Literal["verified", "likely", "possible"] = "likely"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    maps_to: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lifecycle: Lifecycle = "stable"
    path: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cap:
    """An upper limit for the score while a condition holds.

    It holds for a result that matches all that is set: one of `checks`, the `severity`, the asset's `criticality`,
    a `live` secret; or while coverage lies below `coverage_below`.
    """

    id: str
    limit: float
    because: str
    checks: tuple[str, ...] = ()
    severity: Severity | None = None
    criticality: str = ""
    live: bool = False
    coverage_below: float | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """All constants of the score; meaning and formula in `score.py`."""

    version: int
    severity_points: Mapping[Severity, float]
    criticality_factor: Mapping[str, float]
    confidence_factor: Mapping[str, float]
    repeat_decay: float
    halving_points: float
    worst_domain_share: float
    grades: tuple[tuple[str, float], ...]
    grade_coverage: float
    provisional_best: str
    caps: tuple[Cap, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly: which checks are asked, weights of the domains, limits the conditions use, and the scoring."""

    id: str
    title: str
    domain_weights: Mapping[Domain, float]
    limits: Mapping[str, float]
    scoring: Scoring
    fail_on: str
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity_overrides: Mapping[str, Severity] = field(default_factory=dict)
