"""pip-audit on the fixed dependencies of scripts. Its JSON format: the project's README (2.10.1, 2026-11-24).

It prints "No known vulnerabilities found" and ends with 0 also when it skipped every dependency; its skips are read,
and each one is an open question. Options inside a scanned requirements file could choose hosts or run code, so it gets
a list of `name==version` that is written here, and only where `--online` allows the network.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autoguard.model import Document, Location, ToolRun
from autoguard.syntax.text import decode, is_binary
from autoguard.tools import Tool, ToolOptions, ToolReport, ToolResult
from autoguard.tools._process import (
    DidNotRun,
    nothing_to_do,
    report_without_results,
    run,
    tool_version,
    without_quotes,
)

NAME = "pip-audit"
_REQUIREMENTS = re.compile(r"(?:^|[/!])(?:[\w.-]*requirements[\w.-]*|constraints)\.txt$", re.IGNORECASE)
_PROJECT = r"^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?)\s*(?:\[[A-Za-z0-9,._ -]*\])?\s*"
_FIXED = re.compile(_PROJECT + r"==\s*([0-9][A-Za-z0-9.!+_-]{0,60})")
_NAMED = re.compile(_PROJECT + r"(?:[<>=!~;@]|$)")


def wants(document: Document) -> bool:
    """Lists of requirements."""
    return bool(_REQUIREMENTS.search(document.path)) and not is_binary(document.data)


def look(documents: Sequence[Document], folder: Path, options: ToolOptions) -> ToolReport:
    """Known vulnerabilities of the fixed dependencies, and everything that could not be looked up."""
    fixed: dict[tuple[str, str], Location] = {}
    skipped: list[tuple[str, str]] = []
    for document in documents:
        for name, version, location in _dependencies(document):
            if version:
                fixed.setdefault((name, version), location)
            else:
                skipped.append((f"{name} in {document.path}", "it has no fixed version, so nobody knows what runs"))
    if not fixed and not skipped:
        return nothing_to_do(NAME, NAME)
    if not options.online:
        reason = f"looking up {len(fixed) + len(skipped)} dependencies needs the network; allow it with --online"
        return ToolReport(ToolRun(NAME, tool_version(NAME), "not-asked", reason, len(documents)))
    if not fixed:
        return ToolReport(ToolRun(NAME, tool_version(NAME), "ran", "", len(documents)), (), tuple(skipped))
    clean = folder / "requirements.txt"
    clean.write_text("".join(f"{name}=={version}\n" for name, version in fixed), encoding="utf-8")
    arguments = ["-r", clean.name, "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    ran = run(NAME, arguments, folder, options)
    if isinstance(ran, DidNotRun):
        return report_without_results(NAME, NAME, ran, len(documents))
    return read_answer(ran.output, ran.code, fixed, skipped, len(documents))


def read_answer(
    output: str, code: int, fixed: dict[tuple[str, str], Location], skipped: list[tuple[str, str]], files: int
) -> ToolReport:
    """What pip-audit's JSON says. A dependency that it neither judged nor skipped is an open question as well."""
    results: list[ToolResult] = []
    missing = {_normal(name): (name, version) for name, version in fixed}
    left = list(skipped)
    try:
        answer: Any = json.loads(output)
        for item in answer["dependencies"]:
            name = _normal(item["name"])
            known = missing.pop(name, None)
            if "skip_reason" in item:
                left.append((item["name"], without_quotes(item["skip_reason"])))
            elif known is not None:
                results.extend(_result(found, known, fixed[known]) for found in item["vulns"])
    except (ValueError, KeyError, TypeError):
        failed = DidNotRun("failed", f"pip-audit ended with code {code} and an answer that cannot be read")
        return report_without_results(NAME, NAME, failed, files)
    left.extend((name, "pip-audit did not mention it") for name, _ in missing.values())
    return ToolReport(ToolRun(NAME, tool_version(NAME), "ran", "", files), tuple(results), tuple(left))


def _result(item: Any, dependency: tuple[str, str], location: Location) -> ToolResult:
    name, version = dependency
    fixes = ", ".join(map(str, item.get("fix_versions") or ())) or "no version yet"
    return ToolResult(
        rule=str(item["id"]),
        message=f"{name} {version}, fixed in {fixes}",
        severity="high",
        confidence="verified",
        location=location,
        subject=f"{name}=={version}",
    )


def _dependencies(document: Document) -> Iterator[tuple[str, str, Location]]:
    for number, raw in enumerate(decode(document.data).splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if not line or line.startswith("-"):
            continue
        fixed = _FIXED.match(line)
        if fixed:
            yield fixed[1], fixed[2], Location(document.path, number)
        elif named := _NAMED.match(line):
            yield named[1], "", Location(document.path, number)


def _normal(name: str) -> str:
    # PEP 503: names are equal up to case and runs of separators.
    return re.sub(r"[-_.]+", "-", name).lower()


TOOL = Tool(NAME, wants, look)
