"""The whole judgement in one pure function: inventory and policy in, assessment out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from autoguard.baseline import Baseline
from autoguard.estate import Estate
from autoguard.evaluate import evaluate, prepare
from autoguard.model import (
    Assessment,
    Check,
    CheckCount,
    Inventory,
    NotJudged,
    Outcome,
    Policy,
    Provenance,
    Result,
)
from autoguard.probes import Probe
from autoguard.score import score
from autoguard.tools import ToolReport
from autoguard.triage import Triaged, Waiver, root_causes, triage

_COUNTED: Mapping[Outcome, str] = {
    "pass": "passed",
    "fail": "failed",
    "unknown": "unknown",
    "not-applicable": "not_applicable",
    "error": "error",
}


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that decides a judgement besides the inventory."""

    target: str
    policy: Policy
    checks: Mapping[str, Check]
    probes: Mapping[str, Probe]
    today: date
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: Baseline | None = None
    waivers: tuple[Waiver, ...] = ()
    tool_reports: tuple[ToolReport, ...] = ()
    provenance: Provenance | None = None
    ignored_settings: tuple[str, ...] = ()


_NAMED = 4
"""How many subjects of an open question are named."""
_NOT_KNOWN = "a fact was not found or declared"


def assess(inventory: Inventory, request: Request) -> Assessment:
    """The assessment of an inventory.

    Raises:
        UsageError: a check whose condition does not compile, with `file:line`.
    """
    asked = chosen(request.checks.values(), request)
    questions = prepare(asked, request.policy.limits, request.probes, request.policy.severity_overrides)
    estate = Estate(inventory, request.today, request.policy.limits, request.tool_reports)
    counts: dict[str, dict[str, int]] = {}
    kept: list[Result] = []
    for result in evaluate(questions, estate):
        tally = counts.setdefault(result.check, dict.fromkeys(_COUNTED.values(), 0))
        tally[_COUNTED[result.outcome]] += 1
        if result.outcome not in ("pass", "not-applicable"):
            kept.append(result)
    results = root_causes(kept, request.checks)
    triaged = triage(results, request.checks, baseline=request.baseline, waivers=request.waivers, today=request.today)
    judged = _scored(results, request.policy, request.tool_reports)
    total = score(
        judged,
        asked,
        request.policy,
        assets=len(inventory.automations),
        minutes={check.id: check.fix.minutes for check in asked},
    )
    return Assessment(
        target=request.target,
        inventory=inventory,
        findings=triaged.findings,
        checks=tuple(_count(check, counts.get(check.id, {})) for check in asked),
        score=total,
        provenance=request.provenance or Provenance("", request.policy.id, request.policy.scoring.version, ""),
        not_judged=tuple(_not_judged(asked, counts, kept, request.tool_reports)),
        ignored_settings=(*request.ignored_settings, *_waiver_notes(triaged, {check.id for check in asked})),
    )


def chosen(checks: Iterable[Check], request: Request) -> list[Check]:
    """The checks that policy and command line ask, in the order of their ids."""
    policy = request.policy
    found = []
    for check in sorted(checks, key=lambda one: one.id):
        if check.lifecycle == "deprecated":
            continue
        if policy.select and not _named(check, policy.select):
            continue
        if request.select and not _named(check, request.select):
            continue
        if not (_named(check, policy.ignore) or _named(check, request.ignore)):
            found.append(check)
    return found


def _in_every_domain(results: Iterable[Result], policy: Policy) -> Iterable[Result]:
    # A source that could not be read may hold a failure of any domain. Without this, breaking the file that holds the
    # worst finding would raise the score.
    for result in results:
        if result.subject.type == "gap" and result.worst_severity == "critical":
            yield from (replace(result, domain=domain) for domain in policy.domain_weights)
        else:
            yield result


def _named(check: Check, names: Sequence[str]) -> bool:
    return any(name in (check.id, check.domain, *check.aliases) for name in names)


def _count(check: Check, tally: Mapping[str, int]) -> CheckCount:
    return CheckCount(check.id, check.domain, check.severity.worst, **tally)


def _scored(results: Iterable[Result], policy: Policy, reports: Iterable[ToolReport]) -> list[Result]:
    """The results that count: none of a tool that had nothing to do, and those of unread sources in every domain."""
    idle = {report.run.tool for report in reports if report.run.status == "nothing-to-do"}
    return [
        result
        for result in _in_every_domain(results, policy)
        if not (result.subject.type == "tool" and result.subject.id in idle)
    ]


def _not_judged(
    asked: Iterable[Check],
    counts: Mapping[str, Mapping[str, int]],
    kept: Iterable[Result],
    reports: Iterable[ToolReport],
) -> Iterable[NotJudged]:
    unknown: dict[str, list[Result]] = {}
    for result in kept:
        if result.outcome == "unknown":
            unknown.setdefault(result.check, []).append(result)
    reasons = {
        report.run.tool: report.run.reason for report in reports if report.run.status not in ("ran", "nothing-to-do")
    }
    for check in asked:
        tool = str(check.parameters.get("tool", ""))
        if check.subject == "tool" and tool in reasons:
            yield NotJudged(check.id, reasons[tool])
            continue
        tally = counts.get(check.id, {})
        if tally.get("error"):
            yield NotJudged(check.id, "the check itself failed; this is a defect worth reporting")
        elif tally.get("unknown") and check.subject == "gap":
            yield NotJudged(
                check.id, f"{tally['unknown']} source{'s' if tally['unknown'] > 1 else ''} could not be read"
            )
        elif tally.get("unknown"):
            yield NotJudged(check.id, _open_question(unknown[check.id]))


def _open_question(results: Sequence[Result]) -> str:
    """Whom a question is open for, and what is missing: the reader's way to an answer."""
    reasons = {str(result.evidence.get("report", "")) for result in results}
    names = list(dict.fromkeys(result.subject.name for result in results if result.subject.name))
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    why = reasons.pop() if len(reasons) == 1 else ""
    return f"{why or _NOT_KNOWN}, for {shown}" if shown else why or _NOT_KNOWN


def _waiver_notes(triaged: Triaged, asked: set[str]) -> Iterable[str]:
    for waiver in triaged.expired:
        yield f"{waiver.place}: waiver for {waiver.check} expired on {waiver.until} and no longer counts"
    for waiver in triaged.unused:
        if waiver.check not in asked and waiver.check != "*":
            continue
        yield f"{waiver.place}: waiver for {waiver.check} matches no finding"
