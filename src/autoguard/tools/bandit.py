"""bandit on Python scripts. Its JSON format: bandit.readthedocs.io, "JSON formatter" (1.9.4, 2026-11-24)."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autoguard.model import Document, Location, Severity, ToolRun
from autoguard.model.inventory import Confidence
from autoguard.tools import Skip, Tool, ToolOptions, ToolReport, ToolResult
from autoguard.tools._process import (
    MAX_FILES,
    NOT_AN_ANSWER,
    DidNotRun,
    copy_out,
    nothing_to_do,
    report_without_results,
    run,
    tool_version,
    without_quotes,
)

NAME = "bandit"
_MAX_BYTES = 1_000_000
_SEVERITIES: dict[str, Severity] = {"HIGH": "high", "MEDIUM": "medium", "LOW": "low"}
_CONFIDENCES: dict[str, Confidence] = {"HIGH": "likely", "MEDIUM": "likely", "LOW": "possible"}
_NOSEC = re.compile(rb"#[ \t]*nosec\b", re.IGNORECASE)
_OURS = ("B105", "B106", "B107")
"""Hard-coded passwords are the question of `plain-text-secret`, which does not print them."""


def wants(document: Document) -> bool:
    """Python scripts of a size that a person writes."""
    return document.path.endswith(".py") and len(document.data) <= _MAX_BYTES


def look(documents: Sequence[Document], folder: Path, options: ToolOptions) -> ToolReport:
    """What bandit reports, medium severity and confidence or above. In a foreign tree `# nosec` counts for nothing."""
    if not documents:
        return nothing_to_do(NAME, NAME)
    if len(documents) > MAX_FILES:
        return report_without_results(
            NAME, NAME, DidNotRun("failed", f"there are more than {MAX_FILES} Python files"), len(documents)
        )
    written = copy_out(documents, folder, lambda _: "script.py")
    arguments = [
        "-r",
        ".",
        "-f",
        "json",
        "-q",
        "--exit-zero",
        "--severity-level",
        "medium",
        "--confidence-level",
        "medium",
    ]
    arguments += ["--skip", ",".join(_OURS), *([] if options.own_tree else ["--ignore-nosec"])]
    ran = run(NAME, arguments, folder, options)
    if isinstance(ran, DidNotRun):
        return report_without_results(NAME, NAME, ran, len(documents))
    try:
        answer: Any = json.loads(ran.output)
        results = tuple(_result(item, written) for item in answer["results"])
        skipped = tuple(_skip(item, written) for item in answer["errors"])
    except NOT_AN_ANSWER:
        failed = DidNotRun("failed", f"bandit ended with code {ran.code} and an answer that cannot be read")
        return report_without_results(NAME, NAME, failed, len(documents))
    silenced = 0 if options.own_tree else sum(len(_NOSEC.findall(document.data)) for document in documents)
    ignored = (f"{silenced} nosec comments for bandit",) if silenced else ()
    return ToolReport(ToolRun(NAME, tool_version(NAME), "ran", "", len(documents)), results, skipped, ignored)


def _result(item: Any, written: dict[str, str]) -> ToolResult:
    path = written[_relative(item["filename"])]
    return ToolResult(
        rule=item["test_id"],
        message=without_quotes(item["issue_text"]),
        severity=_SEVERITIES[item["issue_severity"]],
        confidence=_CONFIDENCES[item["issue_confidence"]],
        location=Location(path, int(item["line_number"])),
        url=item.get("more_info", ""),
    )


def _skip(item: Any, written: dict[str, str]) -> Skip:
    path = written.get(_relative(item["filename"]), "a file")
    return Skip(path, without_quotes(item["reason"]), Location(path))


def _relative(name: str) -> str:
    return name.removeprefix("./")


TOOL = Tool(NAME, wants, look, honours_ignores=True)
