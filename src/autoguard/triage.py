"""From results to findings: one per root cause, with a fingerprint, and with the status that the gate goes by."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from autoguard.baseline import Baseline
from autoguard.bearings import HERE, Bearings
from autoguard.model import Check, Finding, Location, Result, Status, Subject, severity_rank


@dataclass(frozen=True, slots=True)
class Waiver:
    """A risk that somebody accepts: which findings, why, who answers for it, and until when.

    `place` is file:line, and `bearings` tell what that file calls the places of findings.
    """

    check: str
    reason: str
    owner: str
    until: str
    path: str = ""
    subject: str = ""
    fingerprint: str = ""
    place: str = ""
    bearings: Bearings = HERE


@dataclass(frozen=True, slots=True)
class Triaged:
    """Findings with their status, and the waivers that did nothing (expired or matching no finding)."""

    findings: tuple[Finding, ...]
    expired: tuple[Waiver, ...]
    unused: tuple[Waiver, ...]


def root_causes(results: Iterable[Result], checks: Mapping[str, Check]) -> list[Result]:
    """Failures with one cause joined into one, and those dropped that a graver check says as well.

    Unknowns stay apart: which subject a question is open for is what the reader needs to answer it.
    """
    kept = _superseded(list(results), checks)
    grouped: dict[tuple[str, str], list[Result]] = {}
    single: list[Result] = []
    for result in kept:
        if result.outcome == "fail" and result.discriminator and checks[result.check].group:
            grouped.setdefault((result.check, result.discriminator), []).append(result)
        else:
            single.append(result)
    return [*single, *(_join(found) for found in grouped.values())]


def triage(
    results: Iterable[Result],
    checks: Mapping[str, Check],
    *,
    baseline: Baseline | None,
    waivers: Sequence[Waiver],
    today: date,
) -> Triaged:
    """Findings in the order in which they matter: open first, worst first, then by place."""
    valid = [waiver for waiver in waivers if date.fromisoformat(waiver.until) >= today]
    expired = tuple(waiver for waiver in waivers if waiver not in valid)
    used: set[Waiver] = set()
    findings = []
    for result in results:
        if result.outcome in ("pass", "not-applicable"):
            continue
        finding = _finding(result, checks[result.check])
        waiver = next((one for one in valid if _matches(one, finding)), None)
        if waiver is not None:
            used.add(waiver)
            text = f"{waiver.reason} ({waiver.owner}, until {waiver.until})"
            finding = replace(finding, status="waived", waiver=text)
        findings.append(finding)
    if baseline is not None:
        known = baseline.known(findings)
        findings = [
            replace(finding, status="known") if finding.status == "open" and finding.fingerprint in known else finding
            for finding in findings
        ]
    unused = tuple(waiver for waiver in valid if waiver not in used)
    return Triaged(tuple(sorted(findings, key=_order)), expired, unused)


def fingerprint(check: str, identity: str, discriminator: str) -> str:
    """A finding's identity: check, subject and what tells it apart; no message, line or value is in it."""
    return hashlib.sha256(f"{check}\0{identity}\0{discriminator}".encode(errors="surrogatepass")).hexdigest()[:32]


def _finding(result: Result, check: Check) -> Finding:
    status: Status = "open"
    return Finding(
        check=result.check,
        domain=result.domain,
        subject=result.subject,
        outcome=result.outcome,
        severity=result.severity,
        status=status,
        confidence=result.confidence,
        message=result.message,
        fingerprint=fingerprint(result.check, result.subject.identity, result.discriminator),
        reasons=result.reasons,
        locations=result.locations,
        path=result.path,
        evidence=result.evidence,
        maps_to=check.maps_to,
    )


def _superseded(results: list[Result], checks: Mapping[str, Check]) -> list[Result]:
    dropped: set[tuple[str, str]] = set()
    for result in results:
        if result.outcome == "fail":
            dropped.update((other, result.subject.id) for other in checks[result.check].supersedes)
    if not dropped:
        return results
    return [
        replace(result, outcome="not-applicable") if (result.check, result.subject.id) in dropped else result
        for result in results
    ]


def _join(results: list[Result]) -> Result:
    if len(results) == 1:
        return replace(results[0], subject=_group_subject(results))
    worst = max(results, key=lambda result: (severity_rank(result.severity), result.criticality == "critical"))
    places = _unique_places(location for result in results for location in result.locations)
    path = worst.path or next((result.path for result in results if result.path), ())
    counts = Counter(result.subject.automation for result in results if result.subject.automation)
    evidence = {**worst.evidence, "places": len(places), "automations": len(counts)}
    return replace(worst, subject=_group_subject(results), locations=places, path=path, evidence=evidence)


def _group_subject(results: list[Result]) -> Subject:
    first = results[0]
    platforms = {result.subject.platform for result in results}
    automations = {result.subject.automation for result in results}
    return Subject(
        type=first.subject.type,
        id=first.discriminator,
        name=first.discriminator,
        identity="",
        platform=platforms.pop() if len(platforms) == 1 else "",
        automation=automations.pop() if len(automations) == 1 else "",
    )


def _unique_places(locations: Iterable[Location]) -> tuple[Location, ...]:
    return tuple(dict.fromkeys(sorted(locations, key=_place)))


def _place(location: Location) -> tuple[str, int, int]:
    return (location.path, location.line or 0, location.column or 0)


def _matches(waiver: Waiver, finding: Finding) -> bool:
    if waiver.check not in (finding.check, "*"):
        return False
    if waiver.fingerprint and waiver.fingerprint != finding.fingerprint:
        return False
    name = finding.subject.name
    if waiver.subject and name != waiver.subject and not fnmatchcase(name, waiver.subject):
        return False
    if not waiver.path:
        return True
    # A waiver for a path covers a finding only when every place of it lies there, and it has one.
    places = [place.path for place in finding.locations]
    return bool(places) and all(_lies_in(waiver, path) for path in places)


def _lies_in(waiver: Waiver, path: str) -> bool:
    # As its file would write it, or as the report shows it, from which people copy.
    return any(name == waiver.path or fnmatchcase(name, waiver.path) for name in (waiver.bearings.seen(path), path))


def _order(finding: Finding) -> tuple[object, ...]:
    status = ("open", "known", "waived").index(finding.status)
    outcome = ("fail", "error", "unknown").index(finding.outcome) if finding.outcome in ("fail", "error") else 2
    place = _place(finding.locations[0]) if finding.locations else ("", 0, 0)
    return (
        status,
        outcome,
        -severity_rank(finding.severity),
        finding.check,
        place,
        finding.subject.id,
        finding.fingerprint,
    )
