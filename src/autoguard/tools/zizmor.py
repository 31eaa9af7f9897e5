"""zizmor on GitHub Actions. Its JSON format: docs.zizmor.sh, "JSON v1" (1.32.0, 2026-11-24)."""

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

NAME = "zizmor"
_SEVERITIES: dict[str, Severity] = {"High": "high", "Medium": "medium", "Low": "low", "Informational": "info"}
_CONFIDENCES: dict[str, Confidence] = {"High": "likely", "Medium": "likely", "Low": "possible", "Unknown": "possible"}
_WORKFLOW = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$|(?:^|[/!])action\.ya?ml$")
_WORKFLOW_PLACE, _ACTION_PLACE = ".github/workflows/workflow.yml", "action.yml"
_COMPLETED = re.compile(r"completed (?:\./)?(d\d+/\S+)")


def wants(document: Document) -> bool:
    """Workflows and composite actions."""
    return bool(_WORKFLOW.search(document.path))


def look(documents: Sequence[Document], folder: Path, options: ToolOptions) -> ToolReport:
    """What zizmor reports without the network. In a foreign tree its ignore comments count for nothing."""
    if not documents:
        return nothing_to_do(NAME, NAME)
    if len(documents) > MAX_FILES:
        return report_without_results(
            NAME, NAME, DidNotRun("failed", f"there are more than {MAX_FILES} workflows"), len(documents)
        )
    written = copy_out(documents, folder, _place)
    arguments = ["--offline", "--no-config", "--no-exit-codes", "--no-progress", "--format", "json-v1"]
    arguments += [*([] if options.own_tree else ["--no-ignores"]), "--collect=all", "."]
    ran = run(NAME, arguments, folder, options)
    if isinstance(ran, DidNotRun):
        return report_without_results(NAME, NAME, ran, len(documents))
    try:
        answer: Any = json.loads(ran.output)
        silenced = sum(bool(item.get("ignored")) for item in answer)
        # `--no-ignores` changes what zizmor shows to a person; in JSON the mark stays.
        results = tuple(_result(item, written) for item in answer if not (options.own_tree and item.get("ignored")))
    except NOT_AN_ANSWER:
        failed = DidNotRun("failed", f"zizmor ended with code {ran.code} and an answer that cannot be read")
        return report_without_results(NAME, NAME, failed, len(documents))
    # What it cannot parse it passes over, at times without a name: only what it says to have completed was looked at.
    done = {match[1] for match in _COMPLETED.finditer(ran.errors)}
    unread = [path for name, path in written.items() if name not in done]
    skipped = tuple(Skip(path, "zizmor could not read it", Location(path)) for path in unread)
    ignored = (f"{silenced} ignore comments for zizmor",) if silenced and not options.own_tree else ()
    return ToolReport(ToolRun(NAME, tool_version(NAME), "ran", "", len(documents)), results, skipped, ignored)


def _place(document: Document) -> str:
    return _WORKFLOW_PLACE if "/workflows/" in f"/{document.path}" else _ACTION_PLACE


def _result(item: Any, written: dict[str, str]) -> ToolResult:
    primary = [place for place in item["locations"] if place["symbolic"]["kind"] == "Primary"][0]  # noqa: RUF015
    path = written[primary["symbolic"]["key"]["Local"]["verbatim_path"].removeprefix("./")]
    start = primary["concrete"]["location"]["start_point"]
    rating = item["determinations"]
    return ToolResult(
        rule=item["ident"],
        message=without_quotes(f"{item['desc']}: {primary['symbolic']['annotation']}"),
        severity=_SEVERITIES.get(rating["severity"], "medium"),
        confidence=_CONFIDENCES.get(rating["confidence"], "possible"),
        location=Location(path, start["row"] + 1, start["column"] + 1),
        subject=f"{path}:{'/'.join(_route(primary['symbolic']['route']))}",
        url=item.get("url", ""),
    )


def _route(route: Any) -> list[str]:
    parts = route.get("route", ()) if isinstance(route, dict) else ()
    return [str(next(iter(part.values()))) for part in parts if isinstance(part, dict) and part]


TOOL = Tool(NAME, wants, look, honours_ignores=True)
