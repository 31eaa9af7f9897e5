"""The assessment arranged for a reader: what the Markdown and the HTML report both show, without any markup."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autoguard.model import Assessment, Check, Finding, Location, Severity, severity_rank
from autoguard.render import RenderContext
from autoguard.render._contract import summary
from autoguard.render._wording import (
    DOMAIN_TITLES,
    answered,
    caps,
    counts_line,
    evidence,
    headline,
    judged_domains,
    minutes,
    place,
    plain,
    plural,
    shown_path,
    ungraded,
)

GRADE_WORDS = {
    "A": "in good order",
    "B": "sound, with gaps",
    "C": "needs work",
    "D": "at risk",
    "F": "in danger",
    "U": "nothing to grade",
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding with everything a page shows of it."""

    number: int
    check: str
    title: str
    domain: str
    severity: str
    status: str
    confidence: str
    message: str
    subject: str
    reasons: tuple[str, ...]
    places: tuple[str, ...]
    more_places: int
    path: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    why: str
    steps: tuple[str, ...]
    effort: str
    references: tuple[str, ...]
    waiver: str


@dataclass(frozen=True, slots=True)
class DomainView:
    """One domain with its numbers and counts of open findings."""

    id: str
    title: str
    assured: float
    possible: float
    counts: str
    judged: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the first repairs."""

    check: str
    title: str
    findings: str
    gain: str
    effort: str
    lifts: str
    first_step: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an inventory table."""

    cells: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All of the report."""

    target: str
    headline: str
    counts: dict[str, int]
    counts_line: str
    grade: str
    grade_words: str
    provisional: bool
    assured: float
    possible: float
    answered: str
    ungraded: str
    caps: tuple[str, ...]
    domains: tuple[DomainView, ...]
    first: tuple[StepView, ...]
    findings: tuple[FindingView, ...]
    automations: tuple[Row, ...]
    integrations: tuple[Row, ...]
    credentials: tuple[Row, ...]
    practices: tuple[Row, ...]
    gaps: tuple[tuple[str, str], ...]
    not_judged: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def view(assessment: Assessment, context: RenderContext) -> View:
    """The report of an assessment."""
    score = assessment.score
    failures = [finding for finding in assessment.findings if finding.outcome == "fail"]
    return View(
        target=plain(assessment.target),
        headline=headline(assessment),
        counts=summary(assessment.findings),
        counts_line=counts_line(assessment.findings),
        grade=score.grade,
        grade_words=GRADE_WORDS.get(score.grade[:1], ""),
        provisional=score.grade.endswith("?"),
        assured=score.assured,
        possible=score.possible,
        answered=answered(assessment),
        ungraded=ungraded(assessment),
        caps=tuple(caps(assessment, context.policy)),
        domains=tuple(_domains(assessment)),
        first=tuple(first_steps(assessment, context)),
        findings=tuple(_finding(number, one, assessment, context) for number, one in enumerate(failures, start=1)),
        automations=tuple(_automations(assessment)),
        integrations=tuple(_integrations(assessment)),
        credentials=tuple(_credentials(assessment)),
        practices=tuple(_practices(assessment)),
        gaps=tuple(
            (plain(shown_path(gap.path, assessment.inventory.sources)), plain(gap.reason))
            for gap in assessment.inventory.gaps
        ),
        not_judged=tuple((_title(one.check, context), plain(one.reason)) for one in assessment.not_judged),
        notes=tuple(plain(note) for note in (*assessment.ignored_settings, *assessment.provenance.warnings)),
        facts=tuple(_facts(assessment)),
    )


def _domains(assessment: Assessment) -> Iterable[DomainView]:
    judged = judged_domains(assessment)
    for domain in assessment.score.domains:
        found = [
            one for one in assessment.findings if (one.domain, one.outcome, one.status) == (domain.id, "fail", "open")
        ]
        words = [
            f"{count} {severity}"
            for severity in ("critical", "high", "medium", "low", "info")
            if (count := sum(one.severity == severity for one in found))
        ]
        title = DOMAIN_TITLES[domain.id]
        yield DomainView(domain.id, title, domain.assured, domain.possible, ", ".join(words), domain.id in judged)


def first_steps(assessment: Assessment, context: RenderContext) -> Iterable[StepView]:
    """The three repairs to begin with: those of critical findings, then those that bring most for their effort."""
    failing = [one for one in assessment.findings if (one.outcome, one.status) == ("fail", "open")]
    counts = Counter(finding.check for finding in failing)
    critical = {finding.check for finding in failing if finding.severity == "critical"}
    steps = [step for step in assessment.score.roadmap if step.check in counts and step.raw_gain > 0]
    steps.sort(key=lambda step: step.check not in critical)
    for step in steps[:3]:
        check = context.checks.get(step.check)
        gain = f"+{step.gain:.1f} points" if step.gain >= 0.05 else f"+{step.raw_gain:.1f} points below the cap"  # noqa: PLR2004
        yield StepView(
            check=step.check,
            title=check.title if check else step.check,
            findings=plural(counts[step.check], "finding"),
            gain=gain,
            effort=minutes(counts[step.check] * (check.fix.minutes if check else 60)),
            lifts="a limit of the score" if step.lifts else "",
            first_step=check.fix.steps[0] if check else "",
        )


def _finding(number: int, finding: Finding, assessment: Assessment, context: RenderContext) -> FindingView:
    check = context.checks.get(finding.check)
    sources = assessment.inventory.sources
    shown = finding.locations[:8]
    return FindingView(
        number=number,
        check=finding.check,
        title=_title(finding.check, context),
        domain=DOMAIN_TITLES[finding.domain],
        severity=finding.severity,
        status=finding.status,
        confidence=finding.confidence,
        message=plain(finding.message),
        subject=f"{finding.subject.platform} {plain(finding.subject.name)}".strip(),
        reasons=tuple(map(plain, finding.reasons)),
        places=tuple(plain(place(one, sources)) for one in shown),
        more_places=len(finding.locations) - len(shown),
        path=tuple(plain(hop.name) for hop in finding.path) if len(finding.path) > 1 else (),
        evidence=tuple(evidence(finding, 300)),
        why=" ".join(check.why.split()) if check else "",
        steps=_steps(check, finding.subject.platform),
        effort=minutes(check.fix.minutes) if check else "",
        references=tuple(f"{name} {', '.join(map(str, ids))}" for name, ids in finding.maps_to.items()),
        waiver=plain(finding.waiver),
    )


def _steps(check: Check | None, platform: str) -> tuple[str, ...]:
    if check is None:
        return ()
    own = check.fix.per_platform.get(platform, ())
    # The platform's own words stand for the first general step; what follows holds everywhere.
    return (*own, *check.fix.steps[1:]) if own else check.fix.steps


def _title(check: str, context: RenderContext) -> str:
    found = context.checks.get(check)
    return found.title if found else check


def _open_failures(assessment: Assessment) -> list[Finding]:
    return [one for one in assessment.findings if (one.outcome, one.status) == ("fail", "open")]


def _worst(severities: Iterable[Severity]) -> str:
    return max(severities, key=severity_rank, default="")


def _automations(assessment: Assessment) -> Iterable[Row]:
    by_automation: dict[str, list[Severity]] = {}
    by_path: dict[str, list[Severity]] = {}
    for finding in _open_failures(assessment):
        if finding.subject.automation:
            by_automation.setdefault(finding.subject.automation, []).append(finding.severity)
        else:
            # A finding of several automations names none; its places do.
            for path in {location.path for location in finding.locations}:
                by_path.setdefault(path, []).append(finding.severity)
    for one in assessment.inventory.automations:
        severities = [*by_automation.get(one.id, ()), *by_path.get(one.location.path, ())]
        yield Row(
            (
                plain(one.name),
                one.platform,
                {"yes": "on", "no": "off", "unknown": "not known"}[one.enabled],
                ", ".join(dict.fromkeys(trigger.kind for trigger in one.triggers)) or "nothing known",
                str(len(one.steps)),
                plain(one.owner) or "nobody known",
                one.criticality,
                plain(place(one.location, assessment.inventory.sources)),
            ),
            _worst(severities),
        )


def _integrations(assessment: Assessment) -> Iterable[Row]:
    words = {"in": "comes in", "out": "goes out", "both": "both ways"}
    for one in assessment.inventory.integrations:
        hosts = ", ".join(one.hosts[:3]) + (" ..." if len(one.hosts) > 3 else "")  # noqa: PLR2004 - three tell enough
        yield Row(
            (plain(one.service), hosts, words[one.direction], str(len(one.automations)), str(len(one.credentials)))
        )


def _credentials(assessment: Assessment) -> Iterable[Row]:
    findings = [one for one in _open_failures(assessment) if one.subject.type == "credential"]

    def worst(locations: Sequence[Location]) -> str:
        places = set(locations)
        return _worst(one.severity for one in findings if places & set(one.locations))

    for one in assessment.inventory.credentials:
        where = place(one.locations[0], assessment.inventory.sources) if one.locations else ""
        name = plain(one.name) + (f" [{one.label}]" if one.label else "")
        kept = one.storage if one.liveness == "unknown" else f"{one.storage}, {one.liveness}"
        yield Row((one.kind, name, kept, str(len(one.automations)), plain(where)), worst(one.locations))


def _practices(assessment: Assessment) -> Iterable[Row]:
    words = {1: "said", 2: "document", 3: "read from a job or record", 4: "verified"}
    for one in assessment.inventory.practices:
        if one.kind in ("document", "manifest", "vendor"):
            continue
        where = place(one.locations[0], assessment.inventory.sources) if one.locations else ""
        present = {"yes": "yes", "no": "no", "unknown": "not known"}[one.present]
        yield Row((one.kind.replace("-", " "), plain(one.scope), present, words[one.strength], one.date, plain(where)))


def _facts(assessment: Assessment) -> Iterable[tuple[str, str]]:
    provenance, reading = assessment.provenance, assessment.inventory.reading
    yield "autoguard", provenance.version
    yield "judged as of", provenance.today
    yield "policy", f"{provenance.policy}, scoring version {provenance.scoring_version}"
    yield "sources", ", ".join(plain(source.label) for source in assessment.inventory.sources)
    yield "read", f"{plural(reading.files, 'file')}, {reading.bytes / 1_000_000:.1f} MB"
    if reading.skipped:
        yield "passed over", ", ".join(f"{count} {reason}" for reason, count in reading.skipped.items())
    if provenance.config:
        yield "configuration", plain(provenance.config) + ("" if provenance.config_trusted else " (facts alone)")
    for run in provenance.tools:
        yield run.tool, f"{run.version} {run.status}" + (f": {plain(run.reason)}" if run.reason else "")
    yield "tables", ", ".join(f"{name} of {day}" for name, day in provenance.tables.items())
    yield "plugins", ", ".join(provenance.plugins) or "none"
