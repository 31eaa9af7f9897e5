"""What an external tool reports, and what it could not look at: a skipped dependency is unknown, never fine."""

from collections.abc import Iterable, Mapping
from typing import Any

from autoguard.estate import Estate
from autoguard.model import Location, ToolRun
from autoguard.probes import Judgement, Probe
from autoguard.tools import Skip, ToolReport, ToolResult


def ask(report: ToolReport, _: Estate, parameters: Mapping[str, Any]) -> Iterable[Judgement]:
    """One judgement for each result of the named tool. `except` lists rules that checks of our own ask as well."""
    if report.run.tool != parameters["tool"]:
        yield Judgement("not-applicable")
        return
    if report.run.status == "nothing-to-do" and not report.skipped:
        yield Judgement("not-applicable")
        return
    if report.run.status not in ("ran", "nothing-to-do"):
        yield Judgement("unknown", facts={"rule": "gave no answer", "report": report.run.reason})
        return
    left_out = frozenset(parameters.get("except", ()))
    found = [result for result in report.results if result.rule not in left_out]
    for result in found:
        yield Judgement(
            "fail",
            discriminator=f"{result.rule}:{result.subject or result.location.path}",
            locations=(result.location,),
            severity=result.severity,
            because=f"{report.run.tool} rates it so",
            confidence=result.confidence,
            facts={"rule": result.rule, "report": result.message, "url": result.url},
        )
    for skip in report.skipped:
        text = f"{skip.what}: {skip.reason}"
        facts = {"rule": "could not look at something", "report": text}
        yield Judgement("unknown", discriminator=skip.what, locations=(skip.location,), facts=facts)
    if not found and not report.skipped:
        yield Judgement("pass")


def example(facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> ToolReport:
    """A report with as many results and skipped things as an example's facts say."""
    run = ToolRun(str(parameters["tool"]), "0", facts["status"], "as the example says")
    result = ToolResult("example-rule", "an example", "medium", "likely", Location("example"))
    count = int(facts.get("skipped", 0))
    skipped = tuple(Skip(f"thing-{index}", "as the example says", Location("example")) for index in range(count))
    return ToolReport(run, (result,) * int(facts.get("results", 0)), skipped)


PROBE = Probe("tool-results", "tool", ask, example)
