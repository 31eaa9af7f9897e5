"""Facts of external tools: whether one ran and what it brought."""

from typing import TYPE_CHECKING, get_args

from autoguard.facts import Fact, SubjectKind
from autoguard.model import Location, Subject, ToolRun

if TYPE_CHECKING:
    from autoguard.tools import ToolReport

FACTS = (
    Fact("tool", "string", "name of the tool", lambda item, _: item.run.tool),
    Fact(
        "status",
        "string",
        "how it fared",
        lambda item, _: item.run.status,
        values=get_args(ToolRun.__annotations__["status"]),
    ),
    Fact("results", "int", "number of things it reports", lambda item, _: len(item.results)),
    Fact("skipped", "int", "number of things it could not look at", lambda item, _: len(item.skipped)),
)


def _subject(report: "ToolReport") -> Subject:
    return Subject("tool", report.run.tool, report.run.tool, report.run.tool)


def _locations(_: "ToolReport") -> tuple[Location, ...]:
    return ()


KIND = SubjectKind("tool", FACTS, lambda estate: estate.tool_reports, _subject, _locations)
