"""pip-audit on the fixed dependencies of scripts. Its JSON format: the project's README (2.10.1, 2026-11-24).

It prints "No known vulnerabilities found" and ends with 0 also when it skipped every dependency; its skips are read,
and each one is an open question. Options inside a scanned requirements file could choose hosts or run code, so it gets
a list of `name==version` that is written here, and only where `--online` allows the network.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autoguard.model import Document, Location, ToolRun
from autoguard.syntax.text import decode, is_binary
from autoguard.tools import Skip, Tool, ToolOptions, ToolReport, ToolResult
from autoguard.tools._process import (
    NOT_AN_ANSWER,
    DidNotRun,
    Ran,
    nothing_to_do,
    report_without_results,
    run,
    tool_version,
    without_quotes,
)

NAME = "pip-audit"
Dependency = tuple[str, str]
"""Normal name and version."""
_REQUIREMENTS = re.compile(r"(?:^|[/!])(?:[\w.-]*requirements[\w.-]*|constraints)\.txt$", re.IGNORECASE)
_PROJECT = r"^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?)\s*(?:\[[A-Za-z0-9,._ -]*\])?\s*"
_FIXED = re.compile(_PROJECT + r"==\s*([0-9][A-Za-z0-9.!+_*-]{0,60})")
_NAMED = re.compile(_PROJECT + r"(?:[<>=!~;@]|$)")
_UNNAMED = re.compile(r"(?:-e\b|--editable\b|\.{0,2}/|[a-z][a-z+]{1,20}://)", re.IGNORECASE)
_NOT_FIXED = "it has no fixed version, so nobody knows what runs"
_NO_NETWORK = re.compile(r"ConnectionError|ConnectError|Max retries|NameResolution|timed out|ServiceError|ProxyError")


def wants(document: Document) -> bool:
    """Lists of requirements."""
    return bool(_REQUIREMENTS.search(document.path)) and not is_binary(document.data)


def look(documents: Sequence[Document], folder: Path, options: ToolOptions) -> ToolReport:
    """Known vulnerabilities of the fixed dependencies, and everything that could not be looked up."""
    fixed: dict[Dependency, list[Location]] = {}
    skipped: list[Skip] = []
    for document in documents:
        for name, version, location in _dependencies(document):
            if not name:
                skipped.append(Skip("a dependency", "an address or path names it, which no advisory covers", location))
            elif _is_version(version):
                fixed.setdefault((_normal(name), version), []).append(location)
            else:
                skipped.append(Skip(name, _NOT_FIXED, location))
    if not fixed and not skipped:
        return nothing_to_do(NAME, NAME)
    if not options.online:
        reason = f"looking up {len(fixed) + len(skipped)} dependencies needs the network; allow it with --online"
        return ToolReport(ToolRun(NAME, tool_version(NAME), "not-asked", reason, len(documents)))
    results: list[ToolResult] = []
    for number, layer in enumerate(_layers(fixed)):
        clean = folder / f"requirements-{number}.txt"
        clean.write_text("".join(f"{name}=={version}\n" for name, version in layer), encoding="utf-8")
        arguments = ["-r", clean.name, "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
        ran = run(NAME, arguments, folder, options)
        if isinstance(ran, DidNotRun):
            return report_without_results(NAME, NAME, ran, len(documents))
        answer = read_answer(ran.output, layer)
        if answer is None:
            return report_without_results(NAME, NAME, _failure(ran), len(documents))
        results.extend(answer[0])
        skipped.extend(answer[1])
    return ToolReport(ToolRun(NAME, tool_version(NAME), "ran", "", len(documents)), tuple(results), tuple(skipped))


def read_answer(
    output: str, asked: Mapping[Dependency, Sequence[Location]]
) -> tuple[list[ToolResult], list[Skip]] | None:
    """What pip-audit's JSON says of the dependencies it was asked about, each name once; None for no answer.

    A dependency that it neither judged nor skipped is an open question as well.
    """
    results: list[ToolResult] = []
    skipped: list[Skip] = []
    missing = {name: (name, version) for name, version in asked}
    try:
        for item in json.loads(output)["dependencies"]:
            known = missing.pop(_normal(item["name"]), None)
            if known is None:
                continue
            if "skip_reason" in item:
                skipped.append(Skip("==".join(known), without_quotes(item["skip_reason"]), asked[known][0]))
            else:
                results.extend(_result(found, known, place) for found in item["vulns"] for place in asked[known])
    except NOT_AN_ANSWER:
        return None
    skipped.extend(Skip("==".join(one), "pip-audit did not mention it", asked[one][0]) for one in missing.values())
    return results, skipped


def _layers(fixed: Mapping[Dependency, Sequence[Location]]) -> list[dict[Dependency, Sequence[Location]]]:
    # It refuses two versions of one package in a single run.
    layers: list[dict[Dependency, Sequence[Location]]] = []
    for (name, version), locations in fixed.items():
        layer = next((one for one in layers if all(other != name for other, _ in one)), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[name, version] = locations
    return layers


def _failure(ran: Ran) -> DidNotRun:
    if _NO_NETWORK.search(ran.errors):
        return DidNotRun("failed", "the advisory service could not be reached")
    return DidNotRun("failed", f"pip-audit ended with code {ran.code} and an answer that cannot be read")


def _result(item: Any, dependency: Dependency, location: Location) -> ToolResult:
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
        if _UNNAMED.match(line):
            yield "", "", Location(document.path, number)
            continue
        if not line or line.startswith("-"):
            continue
        fixed = _FIXED.match(line)
        if fixed:
            yield fixed[1], fixed[2], Location(document.path, number)
        elif named := _NAMED.match(line):
            yield named[1], "", Location(document.path, number)


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only where there are dependencies

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _normal(name: str) -> str:
    # PEP 503: names are equal up to case and runs of separators.
    return re.sub(r"[-_.]+", "-", name).lower()


TOOL = Tool(NAME, wants, look)
