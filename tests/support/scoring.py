"""Results, policies and mutants for the tests of the score."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

import autoguard.score
from autoguard.model import DOMAINS, SEVERITIES, Check, Examples, Fix, Policy, Result, Severity, SeveritySpec, Subject
from autoguard.model.check import Domain
from autoguard.policy import load_policy

POLICY: Policy = load_policy("default")
CRITICALITIES = ("low", "normal", "high", "critical")
CONFIDENCES = ("possible", "likely", "verified")


def check(name: str, domain: Domain, worst: Severity) -> Check:
    """A check of which only what the score looks at is set."""
    none = Examples((), (), ())
    return Check(name, name, domain, "automation", SeveritySpec(worst), name, name, Fix(10, ("do it",)), none)


CHECKS: tuple[Check, ...] = (
    *(check(f"{domain}-{severity}", domain, severity) for domain in DOMAINS[:5] for severity in SEVERITIES[1:]),
    check("no-restore-test", "continuity", "high"),
    check("single-owner", "governance", "high"),
)
MINUTES = {one.id: 10 + index for index, one in enumerate(CHECKS)}


def result(one: Check, number: int, outcome: str, **changes: Any) -> Result:
    """A result of that check on the automation of that number."""
    subject = Subject("automation", f"a{number}", f"a{number}", f"a{number}")
    made = Result(one.id, one.domain, subject, outcome, one.severity.worst, one.severity.worst)  # type: ignore[arg-type]
    return replace(made, **changes)


@st.composite
def any_result(
    draw: st.DrawFn, outcomes: tuple[str, ...] = ("pass", "fail", "unknown", "not-applicable", "error")
) -> Result:
    """A result of any kind; the severity never exceeds the worst that its check can reach."""
    one = draw(st.sampled_from(CHECKS))
    outcome = draw(st.sampled_from(outcomes))
    lower = [severity for severity in SEVERITIES if SEVERITIES.index(severity) <= SEVERITIES.index(one.severity.worst)]
    return result(
        one,
        draw(st.integers(0, 6)),
        outcome,
        severity=draw(st.sampled_from(lower)),
        criticality=draw(st.sampled_from(CRITICALITIES)),
        confidence=draw(st.sampled_from(CONFIDENCES)),
        live=outcome == "fail" and draw(st.integers(0, 9)) == 0,
    )


def one_each(results: list[Result]) -> list[Result]:
    """At most one result for each check and automation, as a scan gives them."""
    return list({(item.check, item.subject.id): item for item in results}.values())


def estates(minimum: int = 0) -> st.SearchStrategy[list[Result]]:
    """Up to twelve results of one scan."""
    return (
        st.lists(any_result(), min_size=minimum, max_size=12).map(one_each).filter(lambda found: len(found) >= minimum)
    )


def mutant(before: str, after: str, module: ModuleType = autoguard.score) -> ModuleType:
    """The module with one piece of its source replaced; the piece must stand in it exactly once."""
    path = Path(str(module.__file__))
    source = path.read_text(encoding="utf-8")
    if source.count(before) != 1:
        raise ValueError(f"{before!r} stands {source.count(before)} times in {path.name}")
    name = f"{module.__name__.replace('.', '_')}_mutant_{abs(hash((before, after)))}"
    spec = importlib.util.spec_from_loader(name, loader=None)
    if spec is None:
        raise ImportError(name)
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    exec(compile(source.replace(before, after), str(path), "exec"), made.__dict__)  # noqa: S102 - our own source
    return made
