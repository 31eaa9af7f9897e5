"""What some plain estates would score: the scale by which a reader of the two numbers can judge them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from autoguard.catalog import load_catalog
from autoguard.documentation.markdown import table
from autoguard.model import DOMAINS, Check, Outcome, Result, Severity, Subject
from autoguard.policy import load_policy
from autoguard.rooms import room
from autoguard.score import score

_WITHOUT_EVIDENCE = ("continuity", "people", "value", "governance")
_Failure = tuple[int, Severity, int]
"""The domain by its place in the list, how grave, and on how many automations."""
_ESTATES: Sequence[tuple[str, Sequence[_Failure]]] = (
    ("every question answered well", ()),
    ("one low finding", ((0, "low", 1),)),
    ("one medium finding", ((0, "medium", 1),)),
    ("ten mediums of one check", ((0, "medium", 10),)),
    ("fifty mediums of one check", ((0, "medium", 50),)),
    ("one high finding", ((0, "high", 1),)),
    ("three highs in three domains", ((0, "high", 1), (1, "high", 1), (2, "high", 1))),
    ("three highs in one domain", ((0, "high", 1), (0, "high", 1), (0, "high", 1))),
    ("one critical finding", ((0, "critical", 1),)),
)


def calibration(_: PurePosixPath) -> str:
    """A table of what findings alone, and unanswered questions alone, make of the score under the default policy."""
    rows = [_row(title, _failures(failures)) for title, failures in _ESTATES]
    [worst] = _failures(((0, "critical", 1),))
    asked = load_catalog([room("checks")]).checks.values()
    unanswered = [_result(check, check.id, "unknown") for check in asked if check.domain in _WITHOUT_EVIDENCE]
    nothing = [_result(check, check.id, "unknown") for check in asked]
    rows.append(_row("a secret that works, in the open", [replace(worst, live=True)]))
    rows.append(_row("files without fault, no question about the firm answered", unanswered))
    rows.append(_row("nothing answered", nothing))
    return table(("an estate with", "assured", "possible", "coverage", "grade"), rows)


def _row(title: str, results: Sequence[Result]) -> tuple[str, ...]:
    found = score(
        results, load_catalog([room("checks")]).checks.values(), load_policy("default"), assets=10, minutes={}
    )
    return (title, f"{found.assured:.1f}", f"{found.possible:.1f}", f"{int(found.coverage * 100)} %", found.grade)


def _failures(failures: Sequence[_Failure]) -> list[Result]:
    return [
        Result(
            f"check-{number}",
            DOMAINS[place],
            _automation(str(index)),
            "fail",
            severity,
            severity,
            confidence="verified",
        )
        for number, (place, severity, count) in enumerate(failures)
        for index in range(count)
    ]


def _result(check: Check, name: str, outcome: Outcome) -> Result:
    return Result(check.id, check.domain, _automation(name), outcome, check.severity.worst, check.severity.worst)


def _automation(name: str) -> Subject:
    return Subject("automation", name, name, name)
