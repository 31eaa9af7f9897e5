"""A scan of a case, as `autoguard scan` does it in a working folder that is the user's own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autoguard import pipeline
from autoguard.assess import Request, assess
from autoguard.catalog import Catalog, load_catalog
from autoguard.cli import _run
from autoguard.model import Assessment, Check, Finding, Inventory, Policy
from autoguard.plugins import Registry, check_rooms, load_plugins
from autoguard.policy import load_policy
from autoguard.probes import Probe
from autoguard.tools import ToolOptions, ToolReport, pip_audit
from autoguard.tools._process import Ran
from autoguard.verification import run
from autoguard.verification.call import Reply
from checks.cases import Case, Counts, Fires, VendorAnswer
from checks.placeholders import TODAY

REGISTRY: Registry = load_plugins(external=False)
CATALOG: Catalog = load_catalog(check_rooms(REGISTRY), cache=False)
POLICY: Policy = load_policy("default")
PROBES: Mapping[str, Probe] = {probe.name: probe for probe in REGISTRY.all("probes")}


@dataclass(frozen=True)
class Scanned:
    """What reading a case gave: all that a judgement needs."""

    inventory: Inventory
    reports: tuple[ToolReport, ...]


def scan(folder: Path, *, online: bool = False, verify: bool = False) -> Scanned:
    """Read a folder as the user's own tree, with the working folder in it."""
    with chdir(folder):
        wanted = _run.Wanted(
            sources=[],
            today=TODAY.isoformat(),
            jobs=1,
            external_plugins=False,
            online=online,
            verify=verify,
            quiet=True,
        )
        session = _run.start(wanted)
        assert session.own
        estate = _run.read(session)
        options = ToolOptions(online=online, own_tree=session.own)
        return Scanned(estate.inventory, pipeline.run_tools(estate.collected, session.registry, options))


def judge(scanned: Scanned, check: Check | None = None) -> Assessment:
    """The assessment, with one check in the place of its namesake where one is given."""
    checks = CATALOG.checks if check is None else {**CATALOG.checks, check.id: check}
    request = Request("test", POLICY, checks, PROBES, TODAY, tool_reports=scanned.reports)
    return assess(scanned.inventory, request)


class Scans:
    """Every case read once for all tests."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        """Write trees below folders of that factory."""
        self._factory = factory
        self._known: dict[str, Scanned] = {}

    def of(self, case: Case) -> Scanned:
        """What reading the case gave."""
        if case.id not in self._known:
            folder = self._factory.mktemp("tree")
            case.write(folder)
            with _answering(case.answer), _vendors_answering(case.vendor):
                online, verify = bool(case.answer), case.vendor is not None
                self._known[case.id] = scan(folder, online=online, verify=verify)
        return self._known[case.id]


@contextmanager
def _answering(answer: str) -> Iterator[None]:
    """Let pip-audit give that answer instead of asking the network; everything around it is the real thing."""
    with pytest.MonkeyPatch.context() as patch:
        if answer:
            patch.setattr(pip_audit, "run", lambda *_: Ran(1, answer, ""))
        yield


@contextmanager
def _vendors_answering(answer: VendorAnswer | None) -> Iterator[None]:
    """Let every vendor give that answer instead of asking the network; everything around it is the real thing."""
    with pytest.MonkeyPatch.context() as patch:
        if answer is not None:
            patch.setattr(run, "ask", lambda *_: Reply(answer.status, json.dumps(answer.body).encode()))
        yield


def findings(assessment: Assessment, check: str, outcome: str = "fail") -> list[Finding]:
    """The findings of one check that have that outcome."""
    return [one for one in assessment.findings if one.check == check and one.outcome == outcome]


def counts(assessment: Assessment, check: str) -> dict[str, int]:
    """How often each outcome of a check came out, without those that never did."""
    count = next(one for one in assessment.checks if one.id == check)
    named = {
        "pass": count.passed,
        "fail": count.failed,
        "unknown": count.unknown,
        "not-applicable": count.not_applicable,
        "error": count.error,
    }
    return {name: number for name, number in named.items() if number}


def problems(case: Case, assessment: Assessment) -> list[str]:
    """What is not as the case expects it."""
    if isinstance(case.expected, Fires):
        return list(_of_firing(case.check, case.expected, assessment))
    return list(_of_quiet(case.check, case.expected, assessment))


def _of_firing(check: str, expected: Fires, assessment: Assessment) -> Iterator[str]:
    found = findings(assessment, check, expected.outcome)
    if len(found) != 1:
        yield f"{len(found)} findings instead of one; outcomes: {counts(assessment, check)}"
        return
    [finding] = found
    place = finding.locations[0] if finding.locations else None
    at = "nowhere" if place is None else place.path + (f":{place.line}" if place.line else "")
    actual: dict[str, Any] = {
        "at": at,
        "severity": finding.severity,
        "reasons": finding.reasons,
        "places": len(finding.locations),
        "path": tuple(hop.name for hop in finding.path),
        "confidence": finding.confidence,
    }
    for name, value in actual.items():
        if value != getattr(expected, name):
            yield f"{name}: {value!r} instead of {getattr(expected, name)!r}"
    for other in expected.without:
        if findings(assessment, other):
            yield f"{other} is reported besides"


def _of_quiet(check: str, expected: Counts, assessment: Assessment) -> Iterator[str]:
    found = counts(assessment, check)
    if found != expected:
        yield f"outcomes {found} instead of {expected}"
