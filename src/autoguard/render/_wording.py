"""Words and figures that several outputs share."""

from collections.abc import Iterable, Sequence

from autoguard.model import Assessment, Finding, Location, Policy, Source
from autoguard.printable import printable
from autoguard.render._contract import summary

DOMAIN_TITLES = {
    "secrets": "Secrets",
    "access": "Access",
    "encryption": "Encryption",
    "supply-chain": "Supply chain",
    "injection": "Injection",
    "data": "Data",
    "continuity": "Continuity",
    "monitoring": "Monitoring",
    "agents": "AI agents",
    "people": "People",
    "value": "Value",
    "governance": "Governance",
}


def plain(text: str) -> str:
    """Text from a scanned file as one line that no terminal or page can be steered by."""
    return printable(" ".join(str(text).split()))


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 step, 2 steps."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def whole(points: float) -> int:
    """Points or percent as they are shown: never rounded up, so that 89.9 does not look like an A."""
    # The margin takes back what binary fractions lose: 0.58 * 100 is a little less than 58.
    return int(points + 1e-9)


def headline(assessment: Assessment) -> str:
    """What the estate consists of, in one line."""
    inventory = assessment.inventory
    platforms = {automation.platform for automation in inventory.automations}
    owners = {automation.owner for automation in inventory.automations if automation.owner}
    return ", ".join(
        (
            f"{plural(len(inventory.automations), 'automation')} on {plural(len(platforms), 'platform')}",
            plural(len(inventory.integrations), "integration"),
            plural(len(inventory.credentials), "credential"),
            plural(len(owners), "owner"),
        )
    )


def ungraded(assessment: Assessment) -> str:
    """Why there is no grade, in a sentence without a full stop; empty where there is one."""
    if assessment.provenance.secrets_only:
        return "only secrets were looked for, no automations; there is nothing to grade"
    if not assessment.inventory.automations:
        read = plural(assessment.inventory.reading.files, "file")
        return f"no automation was found in {read}; there is nothing to grade"
    return ""


def answered(assessment: Assessment) -> str:
    """How many of the questions have an answer for everything that they were asked of."""
    done = sum(not count.unknown and not count.error for count in assessment.checks)
    return f"{done} of {plural(len(assessment.checks), 'question')} answered"


def judged_domains(assessment: Assessment) -> frozenset[str]:
    """The domains in which a question was asked of something that exists; of the others the score says nothing."""
    return frozenset(
        count.domain for count in assessment.checks if count.passed or count.failed or count.unknown or count.error
    )


def caps(assessment: Assessment, policy: Policy) -> list[str]:
    """Why the score is limited; what is only not ruled out, because it limits the assured number alone, is said so."""
    score = assessment.score
    found = {cap.id: cap for cap in policy.scoring.caps}
    words = []
    for name in score.capped_by:
        cap = found.get(name)
        if cap is None:
            words.append(name)
        elif score.possible > cap.limit and not cap.coverage_below:
            words.append(f"it is not ruled out that {cap.because}")
        else:
            words.append(cap.because)
    return words


def evidence(finding: Finding, width: int) -> Iterable[tuple[str, str]]:
    """What a finding rests on, as labels and texts of at most `width` characters."""
    for name, value in finding.evidence.items():
        if value in ("", [], (), None):
            continue
        match value:
            case bool():
                text = "yes" if value else "no"
            case float():
                text = f"{value:g}"
            case list() | tuple():
                text = ", ".join(map(str, value))
            case _:
                text = str(value)
        yield name.replace("_", " "), plain(text)[:width]


def counts_line(findings: Sequence[Finding]) -> str:
    """How many findings are open, by severity, and what else there is."""
    counts = summary(findings)
    open_count = sum(counts[severity] for severity in ("critical", "high", "medium", "low", "info"))
    parts = [
        f"{counts[severity]} {severity}"
        for severity in ("critical", "high", "medium", "low", "info")
        if counts[severity]
    ]
    rest = [
        text
        for text in (
            f"{counts['known']} known from the baseline" if counts["known"] else "",
            f"{counts['waived']} waived" if counts["waived"] else "",
        )
        if text
    ]
    line = plural(open_count, "open finding") + (f": {', '.join(parts)}" if parts else "")
    return line + (f"   ({', '.join(rest)})" if rest else "")


def minutes(value: int) -> str:
    """A length of work that a person can plan with."""
    if value < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{value} minutes"
    hours = value / 60
    if hours < 12:  # noqa: PLR2004 - more than a working day reads better in days
        return f"{hours:.0f} hour{'s' if hours >= 1.5 else ''}"  # noqa: PLR2004
    days = max(1, round(hours / 8))
    return f"{days} day{'s' if days > 1 else ''}"


def place(location: Location, sources: Iterable[Source] = ()) -> str:
    """`path:line` relative to the working folder, so that a terminal can open it."""
    path = shown_path(location.path, sources)
    commit = f" in {location.commit[:10]}" if location.commit else ""
    return f"{path}:{location.line}{commit}" if location.line else path + commit


def shown_path(path: str, sources: Iterable[Source]) -> str:
    """A location's path relative to the working folder where the source lies in it."""
    found = list(sources)
    if len(found) == 1:
        return found[0].prefix + path
    for source in found:
        if path.startswith(source.label + "/"):
            return source.prefix + path.removeprefix(source.label + "/")
    return path
