"""The report in the terminal."""

import io
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from autoguard.model import Assessment, Finding
from autoguard.render import RenderContext, Renderer
from autoguard.render._view import first_steps
from autoguard.render._wording import (
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
    whole,
)

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_BAR = 20
_MAX_PLACES = 5
_MAX_FINDINGS = 40
_MAX_NOT_JUDGED = 6


def render(assessment: Assessment, context: RenderContext) -> str:
    """The report as text, with colour where the terminal has it."""
    target = io.StringIO()
    console = Console(
        file=target,
        width=context.width,
        force_terminal=context.color,
        no_color=not context.color,
        color_system="standard" if context.color else None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
    )
    for line in _lines(assessment, context):
        console.print(line)
    return target.getvalue()


def _lines(assessment: Assessment, context: RenderContext) -> Iterable[Text]:
    shown = [finding for finding in assessment.findings if finding.outcome == "fail" and finding.status == "open"]
    if context.verbose:
        shown = [finding for finding in assessment.findings if finding.outcome == "fail"]
    for finding in shown[:_MAX_FINDINGS]:
        yield from _finding(finding, assessment, context)
        yield Text()
    if len(shown) > _MAX_FINDINGS:
        yield Text(
            f"... and {len(shown) - _MAX_FINDINGS} more; all of them are in -f html=report.html and -f json", "dim"
        )
        yield Text()
    yield from _gaps(assessment)
    yield from _score(assessment, context)
    yield Text(counts_line(assessment.findings), "bold")
    yield from _not_judged(assessment)
    yield from _notes(assessment)
    yield from _fix_first(assessment, context)


def _finding(finding: Finding, assessment: Assessment, context: RenderContext) -> Iterable[Text]:
    check = context.checks.get(finding.check)
    style = _STYLES[finding.severity]
    head = Text.assemble((f"{finding.severity}[{finding.check}]", style), (": " + plain(finding.message), "bold"))
    if finding.status != "open":
        head.append(f"  ({finding.status})", "dim")
    yield head
    sources = assessment.inventory.sources
    for index, location in enumerate(finding.locations[:_MAX_PLACES]):
        arrow = " --> " if index == 0 else "     "
        line = Text(arrow + plain(place(location, sources)), "blue")
        if index == 0 and finding.subject.type in ("automation", "trigger", "step", "credential"):
            line.append(f"  {_subject(finding)}", "default")
        yield line
    if len(finding.locations) > _MAX_PLACES:
        yield Text(f"     and {plural(len(finding.locations) - _MAX_PLACES, 'more place')}", "blue")
    yield Text("  |", "dim")
    facts = list(_facts(finding))
    width = max(len(label) for label, _ in facts)
    for label, value in facts:
        yield Text.assemble(("  |  ", "dim"), (f"{label:<{width}}  ", "dim"), value)
    yield Text("  |", "dim")
    if check is not None:
        steps = check.fix.per_platform.get(finding.subject.platform) or check.fix.steps
        yield Text.assemble(("  = ", "dim"), ("fix", "bold"), f", about {minutes(check.fix.minutes)}: {steps[0]}")
    yield Text.assemble(("  = ", "dim"), ("more", "bold"), f": autoguard explain {finding.check}")


def _subject(finding: Finding) -> str:
    subject = finding.subject
    if subject.type in ("trigger", "step") and " / " in subject.name:
        automation, _, part = subject.name.partition(" / ")
        return f'{subject.platform} "{plain(automation)}", {subject.type} "{plain(part)}"'
    return f'{subject.platform} "{plain(subject.name)}"'.strip()


def _facts(finding: Finding) -> Iterable[tuple[str, str]]:
    if len(finding.path) > 1:
        yield "path", " -> ".join(plain(hop.name) for hop in finding.path)
    yield "severity", "; ".join((finding.severity, *map(plain, finding.reasons)))
    if finding.confidence != "likely":
        yield "confidence", finding.confidence
    yield from (item for item in evidence(finding, 160) if item[0] not in ("confidence", "liveness"))
    if finding.waiver:
        yield "waived", plain(finding.waiver)


def _gaps(assessment: Assessment) -> Iterable[Text]:
    gaps = assessment.inventory.gaps
    if not gaps:
        return
    yield Text(f"could not be read: {plural(len(gaps), 'source')}", "bold yellow")
    for gap in gaps[:10]:
        yield Text(f"  {plain(place_of(gap.path, assessment))}: {plain(gap.reason)}")
    if len(gaps) > 10:  # noqa: PLR2004 - a screen of them is enough
        yield Text(f"  and {len(gaps) - 10} more; all of them are in -f json", "dim")
    yield Text()


def place_of(path: str, assessment: Assessment) -> str:
    """A gap's path relative to the working folder."""
    return shown_path(path, assessment.inventory.sources)


def _score(assessment: Assessment, context: RenderContext) -> Iterable[Text]:
    score = assessment.score
    yield Text.assemble((plain(assessment.target), "bold"), f"  {headline(assessment)}")
    yield Text()
    why = ungraded(assessment)
    if why:
        yield Text(f"  {why}", "yellow")
        yield Text()
        return
    limits = caps(assessment, context.policy)
    yield Text.assemble(
        "  score ",
        (f"{whole(score.assured)} assured, {whole(score.possible)} possible", "bold"),
        f"  ({score.grade})   {answered(assessment)}",
    )
    for reason in limits:
        yield Text(f"  limited because {reason}")
    judged = judged_domains(assessment)
    for domain in score.domains:
        if domain.id not in judged:
            yield Text(f"  {domain.id:<13}   -  nothing was asked here, or nothing is there to ask", "dim")
            continue
        counts = _counts(assessment, domain.id)
        filled, maybe = round(domain.assured / 100 * _BAR), round(domain.possible / 100 * _BAR)
        bar = "#" * filled + "-" * max(0, maybe - filled) + "." * (_BAR - max(filled, maybe))
        yield Text(f"  {domain.id:<13}{whole(domain.assured):>4}  {bar}   {counts}".rstrip())
    yield Text("  # assured   - possible, once the open questions are answered", "dim")
    yield Text()


def _counts(assessment: Assessment, domain: str) -> str:
    found = [
        one for one in assessment.findings if one.domain == domain and one.outcome == "fail" and one.status == "open"
    ]
    parts = []
    for severity in ("critical", "high", "medium", "low", "info"):
        count = sum(one.severity == severity for one in found)
        if count:
            parts.append(f"{count} {severity}")
    return "  ".join(parts)


def _not_judged(assessment: Assessment) -> Iterable[Text]:
    found = assessment.not_judged
    if not found:
        return
    yield Text(f"not judged: {plural(len(found), 'question')}", "bold")
    for one in found[:_MAX_NOT_JUDGED]:
        yield Text(f"  {one.check}: {plain(one.reason)}", "dim")
    if len(found) > _MAX_NOT_JUDGED:
        yield Text(f"  and {len(found) - _MAX_NOT_JUDGED} more", "dim")


def _notes(assessment: Assessment) -> Iterable[Text]:
    for note in assessment.ignored_settings:
        yield Text(f"note: {plain(note)}", "yellow")
    for warning in assessment.provenance.warnings:
        yield Text(f"warning: {plain(warning)}", "yellow")


def _fix_first(assessment: Assessment, context: RenderContext) -> Iterable[Text]:
    steps = list(first_steps(assessment, context))
    if not steps:
        return
    yield Text()
    yield Text("fix first", "bold")
    width = max(len(step.check) for step in steps)
    for number, step in enumerate(steps, start=1):
        lifts = f", lifts {step.lifts}" if step.lifts else ""
        yield Text.assemble(
            f"  {number}. ",
            (f"{step.check:<{width}}", "bold"),
            f"  {step.gain}{lifts}, {step.findings}, about {step.effort}: {step.title}",
        )


RENDERER = Renderer("console", "the report in the terminal", ".txt", render)
