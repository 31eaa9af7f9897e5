"""SARIF 2.1.0 (OASIS standard of 27 March 2020) for code scanning and IDEs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from autoguard.model import Assessment, Check, Finding, Hop, Location, Severity, Source
from autoguard.render import RenderContext, Renderer
from autoguard.render._wording import plain, shown_path
from autoguard.render.json import dump

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {
    "critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note",
}  # fmt: skip
_SECURITY_SEVERITY: Mapping[Severity, str] = {
    "critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0",
}  # fmt: skip
"""GitHub sorts by these: above 9.0 critical, from 7.0 high, from 4.0 medium (docs.github.com, "SARIF support")."""


def render(assessment: Assessment, context: RenderContext) -> str:
    """The failures as SARIF; known and waived ones are there, marked as suppressed."""
    findings = [finding for finding in assessment.findings if finding.outcome == "fail"]
    ids = sorted({finding.check for finding in findings})
    rules = [_rule(name, context.checks.get(name)) for name in ids]
    index = {name: position for position, name in enumerate(ids)}
    # Where there is no automation the numbers would praise an empty folder.
    found = bool(assessment.inventory.automations)
    run = {
        "tool": {"driver": _driver(assessment, rules)},
        "invocations": [_invocation(assessment)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index, assessment) for finding in findings],
        "properties": {
            "target": assessment.target,
            **({"scoreAssured": assessment.score.assured, "scorePossible": assessment.score.possible} if found else {}),
            "grade": assessment.score.grade,
        },
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(assessment: Assessment, rules: list[dict[str, Any]]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "autoguard", "rules": rules}
    if assessment.provenance.version:
        driver["version"] = assessment.provenance.version
    return driver


def _rule(name: str, check: Check | None) -> dict[str, Any]:
    if check is None:
        return {"id": name}
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(check.fix.steps, start=1))
    tags = ["security", check.domain, *(f"external/cwe/cwe-{number}" for number in check.maps_to.get("cwe", ()))]
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": " ".join(check.why.split())},
        "help": {"text": f"{check.why.strip()}\n\nFix, about {check.fix.minutes} minutes:\n{steps}"},
        "defaultConfiguration": {"level": _LEVELS[check.severity.base]},
        "properties": {"tags": tags, "security-severity": _SECURITY_SEVERITY[check.severity.worst]},
    }


def _result(finding: Finding, index: Mapping[str, int], assessment: Assessment) -> dict[str, Any]:
    sources = assessment.inventory.sources
    places = [_location(place, sources) for place in finding.locations] or [_anywhere(assessment)]
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": index[finding.check],
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(finding.message)},
        "locations": places[:1],
        "partialFingerprints": {"autoguard/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "security-severity": _SECURITY_SEVERITY[finding.severity],
            "confidence": finding.confidence,
            "reasons": list(finding.reasons),
        },
    }
    if len(places) > 1:
        result["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(places[1:], start=1)]
    if len(finding.path) > 1:
        result["codeFlows"] = [{"threadFlows": [{"locations": [_hop(hop, sources) for hop in finding.path]}]}]
    if finding.status != "open":
        result["suppressions"] = [
            {"kind": "external", "justification": plain(finding.waiver) or "known from the baseline"}
        ]
    return result


def _location(place: Location, sources: tuple[Source, ...]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path, sources)}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": physical}


def _hop(hop: Hop, sources: tuple[Source, ...]) -> dict[str, Any]:
    return {"location": {**_location(hop.location, sources), "message": {"text": plain(hop.name)}}}


def _anywhere(assessment: Assessment) -> dict[str, Any]:
    # Code scanning refuses a result without a place; what concerns the whole firm is shown at its first automation.
    first = next(iter(assessment.inventory.automations), None)
    place = first.location if first is not None else Location("autoguard.yaml")
    return _location(Location(place.path), assessment.inventory.sources)


def _uri(path: str, sources: tuple[Source, ...]) -> str:
    return quote(shown_path(path, sources), safe="/!@+,;=~")


def _invocation(assessment: Assessment) -> dict[str, Any]:
    notes = [
        {
            "level": "warning",
            "descriptor": {"id": "unreadable-source"},
            "message": {"text": plain(f"{gap.path} {gap.reason}")},
            "locations": [_location(Location(gap.path), assessment.inventory.sources)],
        }
        for gap in assessment.inventory.gaps
    ]
    notes.extend(
        {"level": "note", "descriptor": {"id": one.check}, "message": {"text": plain(f"not judged: {one.reason}")}}
        for one in assessment.not_judged
    )
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


RENDERER = Renderer("sarif", "SARIF 2.1.0, for code scanning", ".sarif", render)
