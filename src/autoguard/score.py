"""The score: two numbers, coverage, a grade, and the way up. Pure; every constant comes from the policy.

    points(r) = SEVERITY * CRITICALITY * CONFIDENCE     where r failed
              = WORST SEVERITY * CRITICALITY            where r is unknown, for the assured number only
              = 0                                       otherwise
    load(check)   = sum of decay^i * points, largest first: repetitions fade
    domain        = 100 * 2^(-load / halving_points)
    raw           = w * worst domain + (1 - w) * weighted mean of the domains
    score         = min(raw, caps that hold)
    coverage      = 1 - severity of checks with an unknown / severity of all checks

`assured` takes every unknown as a failure, `possible` as a pass. A source that could not be read is such an unknown in
every domain: it may hold anything. A waived or known finding counts in full: accepting a
risk changes the to-do list, never the score. Checks of the policy always count, also where nothing was found to ask.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autoguard.model import Cap, Check, Domain, DomainScore, Policy, Result, RoadmapStep, Score, Severity, severity_rank

UNGRADED = "U"
"""The grade where there is nothing to grade."""
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Numbers:
    """One of the two numbers with what made it. `raw` is before caps."""

    raw: float
    capped: float
    caps: tuple[str, ...]
    domains: Mapping[Domain, float]


@dataclass(frozen=True, slots=True)
class CheckLoad:
    """All results of one check: its load in each domain, the caps it trips, and how many results stand behind it."""

    check: str
    loads: Mapping[Domain, float]
    caps: frozenset[str]
    count: int


def score(
    results: Iterable[Result], checks: Iterable[Check], policy: Policy, *, assets: int, minutes: Mapping[str, int]
) -> Score:
    """The score of these results under that policy.

    `checks` are all that the policy asks, with or without results; `assets` counts the automations in scope; `minutes`
    gives the work of repairing a check once. Exact duplicates count once, and the order does not matter.
    """
    judged = unique(results)
    coverage = coverage_of(judged, checks, policy)
    loads = check_loads(judged, policy, assured=True)
    assured = numbers(loads, policy, coverage)
    possible = numbers(check_loads(judged, policy, assured=False), policy)
    return Score(
        assured=floor1(assured.capped),
        possible=floor1(possible.capped),
        raw=floor1(assured.raw),
        coverage=coverage,
        grade=grade(assured.capped, possible.capped, coverage, policy, assets=assets),
        capped_by=assured.caps,
        domains=tuple(
            DomainScore(domain, floor1(value), floor1(possible.domains[domain]))
            for domain, value in assured.domains.items()
        ),
        roadmap=tuple(roadmap(loads, policy, coverage, minutes)),
    )


def check_loads(results: Iterable[Result], policy: Policy, *, assured: bool) -> list[CheckLoad]:
    """The results by check; `assured` counts unknowns as failures and lets them trip caps."""
    by_check: dict[str, list[Result]] = {}
    for result in results:
        by_check.setdefault(result.check, []).append(result)
    found = []
    for check, own in sorted(by_check.items()):
        values: dict[Domain, list[float]] = {}
        for result in own:
            if (value := points(result, policy, assured=assured)) > 0:
                values.setdefault(result.domain, []).append(value)
        caps = frozenset(cap.id for cap in policy.scoring.caps if any(_trips(cap, one, assured=assured) for one in own))
        if values or caps:
            loads = {domain: load(one, policy.scoring.repeat_decay) for domain, one in values.items()}
            subjects = {(result.subject.id, result.discriminator) for result in own}
            found.append(CheckLoad(check, loads, caps, len(subjects)))
    return found


def numbers(loads: Iterable[CheckLoad], policy: Policy, coverage: float | None = None) -> Numbers:
    """One number from the loads of the checks; with `coverage`, the caps on coverage hold as well."""
    sums: dict[Domain, float] = dict.fromkeys(policy.domain_weights, 0.0)
    tripped: set[str] = set()
    for one in loads:
        for domain, value in one.loads.items():
            sums[domain] = sums.get(domain, 0.0) + value
        tripped |= one.caps
    domains = {
        domain: 100.0 * 2 ** (-sums[domain] / policy.scoring.halving_points)
        for domain, weight in policy.domain_weights.items()
        if weight > 0
    }
    raw = combine(domains, policy)
    caps = [cap for cap in policy.scoring.caps if cap.id in tripped or _lacks_coverage(cap, coverage)]
    limit = min((cap.limit for cap in caps), default=100.0)
    binding = tuple(cap.id for cap in sorted(caps, key=lambda cap: (cap.limit, cap.id)) if cap.limit < raw)
    return Numbers(raw, min(raw, limit), binding, domains)


def points(result: Result, policy: Policy, *, assured: bool) -> float:
    """What one result costs."""
    scoring = policy.scoring
    if result.outcome == "fail":
        return (
            scoring.severity_points[result.severity]
            * scoring.criticality_factor[result.criticality]
            * scoring.confidence_factor[result.confidence]
        )
    if result.outcome in ("unknown", "error") and assured:
        return scoring.severity_points[result.worst_severity] * scoring.criticality_factor[result.criticality]
    return 0.0


def load(values: Iterable[float], decay: float) -> float:
    """Points of one check's results together: the largest counts in full, each further one less."""
    return math.fsum(value * decay**index for index, value in enumerate(sorted(values, reverse=True)))


def combine(domains: Mapping[Domain, float], policy: Policy) -> float:
    """One number from those of the domains: the worst one and the weighted mean of all."""
    if not domains:
        return 100.0
    share = policy.scoring.worst_domain_share
    weights = math.fsum(policy.domain_weights[domain] for domain in domains)
    mean = math.fsum(policy.domain_weights[domain] * value for domain, value in domains.items()) / weights
    return share * min(domains.values()) + (1 - share) * mean


def grade(assured: float, possible: float, coverage: float, policy: Policy, *, assets: int) -> str:
    """The letter of the assured number; below the coverage for a grade, that of the possible one with a `?`."""
    if assets == 0:
        return UNGRADED
    letters = policy.scoring.grades
    if coverage >= policy.scoring.grade_coverage:
        return _letter(assured, letters)
    best = dict(letters).get(policy.scoring.provisional_best, 0.0)
    letter = _letter(possible, letters)
    if letter == letters[-1][0]:
        return letter  # the best that is possible is the lowest grade, so nothing is left to doubt
    return (policy.scoring.provisional_best if dict(letters)[letter] > best else letter) + "?"


def roadmap(
    loads: Sequence[CheckLoad], policy: Policy, coverage: float, minutes: Mapping[str, int]
) -> list[RoadmapStep]:
    """Repairs in the order that brings most for the effort; their raw gains add up to the way from now to 100.

    One step closes all results of one check, failures and unknowns. Each next step is the one that lifts most caps,
    then gains most per minute, from where the steps before it lead.
    """
    left = list(loads)
    steps: list[RoadmapStep] = []
    now = numbers(left, policy, coverage)
    while left:
        ranked = []
        for one in left:
            then = numbers([other for other in left if other is not one], policy, coverage)
            effort = max(1, minutes.get(one.check, 60)) * max(1, one.count)
            ranked.append(((len(now.caps) - len(then.caps), (then.raw - now.raw) / effort), one, then, effort))
        # Of equals the first by name, so that the order never depends on the order of results.
        _, best, then, effort = max(ranked, key=lambda entry: entry[0])
        steps.append(
            RoadmapStep(
                check=best.check,
                count=best.count,
                gain=then.capped - now.capped,
                raw_gain=then.raw - now.raw,
                minutes=effort,
                lifts=tuple(cap for cap in now.caps if cap not in then.caps),
            )
        )
        left = [one for one in left if one is not best]
        now = then
    return steps


def floor1(value: float) -> float:
    """A number cut, never rounded, to one decimal: 74.96 must not read as 75."""
    return math.floor(value * 10 + _EPSILON) / 10


def unique(results: Iterable[Result]) -> list[Result]:
    """The results without exact duplicates, in an order of their own."""
    found: dict[tuple[str, ...], Result] = {}
    for result in results:
        key = (
            result.check, result.domain, result.subject.type, result.subject.id, result.discriminator, result.outcome,
            result.severity, result.criticality, result.confidence, str(result.live),
        )  # fmt: skip
        found.setdefault(key, result)
    return [found[key] for key in sorted(found)]


def coverage_of(results: Iterable[Result], checks: Iterable[Check], policy: Policy) -> float:
    """The part of the questions that was answered, weighted by severity. Assets do not count, questions do."""
    points_of = policy.scoring.severity_points
    weights = {check.id: points_of[_severity(check, policy)] for check in checks}
    total = math.fsum(weights.values())
    open_checks = {result.check for result in results if result.outcome in ("unknown", "error")}
    missing = math.fsum(weight for check, weight in weights.items() if check in open_checks)
    return 1.0 if total == 0 else 1.0 - missing / total


def _severity(check: Check, policy: Policy) -> Severity:
    return policy.severity_overrides.get(check.id) or check.severity.worst


def _lacks_coverage(cap: Cap, coverage: float | None) -> bool:
    return cap.coverage_below is not None and coverage is not None and coverage < cap.coverage_below


def _trips(cap: Cap, result: Result, *, assured: bool) -> bool:
    unknown = result.outcome in ("unknown", "error")
    if cap.coverage_below is not None:
        return False
    if not (result.outcome == "fail" or (unknown and assured)):
        return False
    if cap.checks and result.check not in cap.checks:
        return False
    if cap.criticality and result.criticality != cap.criticality:
        return False
    if cap.severity is not None:
        reached = result.worst_severity if unknown else result.severity
        if severity_rank(reached) < severity_rank(cap.severity):
            return False
    # Nobody has tried a secret that is not known to exist: an unknown is never a live one.
    return not cap.live or (result.live and not unknown)


def _letter(value: float, letters: Sequence[tuple[str, float]]) -> str:
    return next((letter for letter, at_least in letters if value >= at_least), letters[-1][0])
