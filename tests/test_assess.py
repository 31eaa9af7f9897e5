"""The judgement as a whole: what moves the score and what does not."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.estate import assessment_of, inventory_of, node, request, workflow
from support.scoring import mutant

import autoguard.assess as real
from autoguard.model import Gap
from autoguard.triage import Waiver

ORDERS = workflow(
    "Orders",
    [
        node("Hook", "webhook", {"path": "orders"}),
        node("Run", "executeCommand", {"command": "=bake {{ $json.body.size }}"}),
        node("Save", "postgres", {"operation": "insert"}, onError="continueRegularOutput"),
        node("Ask", "httpRequest", {"url": "http://flour.supplier.eu/api"}),
    ],
    ("Hook", "Run"), ("Run", "Save"), ("Save", "Ask"),
)  # fmt: skip
ESTATE = {
    "orders.json": ORDERS,
    "newsletter.json": workflow("Newsletter", [node("Form", "formTrigger"), node("Mail", "gmail")], ("Form", "Mail")),
}


def waivers(checks: set[str]) -> tuple[Waiver, ...]:
    return tuple(Waiver(check, "accepted for a test", "ada", "2027-01-31") for check in sorted(checks))


def test_estate_has_findings_to_waive() -> None:
    found = {finding.check for finding in assessment_of(ESTATE).findings if finding.outcome == "fail"}
    assert found >= {
        "webhook-reaches-shell",
        "untrusted-input-in-shell",
        "insecure-transport",
        "swallowed-error",
        "open-webhook",
    }


CHECKS = sorted({finding.check for finding in assessment_of(ESTATE).findings})
QUIET = settings(max_examples=25, deadline=None, database=None, derandomize=True)


@QUIET
@given(st.sets(st.sampled_from(CHECKS)))
def test_property_11_accepting_a_risk_moves_no_score(accepted: set[str]) -> None:
    plain, waived = assessment_of(ESTATE), assessment_of(ESTATE, waivers=waivers(accepted))
    assert waived.score == plain.score
    assert {finding.check for finding in waived.findings if finding.status == "waived"} == accepted


def test_property_11_kills_its_mutant() -> None:
    broken = mutant(
        "judged = _scored(results, request.policy, request.tool_reports)",
        "judged = [r for r in results if r.check not in {f.check for f in triaged.findings if f.status == 'waived'}]",
        real,
    )
    inventory = inventory_of(ESTATE)
    accepted = waivers({"webhook-reaches-shell"})
    assert broken.assess(inventory, request(waivers=accepted)).score != broken.assess(inventory, request()).score


SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from support.estate import assessment_of
from test_assess import ESTATE
{patch}
from autoguard.plain import to_plain
import json
print(json.dumps(to_plain(assessment_of(ESTATE))))
"""


def under_seed(seed: int, patch: str = "") -> str:
    paths = [os.path.dirname(__file__)]  # noqa: PTH120 - a plain string for the script
    script = SCRIPT.format(paths=paths, patch=patch)
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def test_property_13_same_input_same_bytes_under_any_hash_seed() -> None:
    assert len({under_seed(seed) for seed in range(3)}) == 1


def test_property_13_kills_its_mutant() -> None:
    patch = """
import autoguard.triage as triage
triage._order = lambda finding: hash(finding.check)
"""
    assert len({under_seed(seed, patch) for seed in range(3)}) > 1


def test_a_file_that_cannot_be_read_never_helps() -> None:
    inventory = inventory_of(ESTATE)
    broken = replace(inventory, gaps=(Gap("exports/x.json", "is not valid JSON"),))
    before, after = real.assess(inventory, request()), real.assess(broken, request())
    assert after.score.raw < before.score.raw
    assert after.score.coverage < before.score.coverage
    [unknown] = [finding for finding in after.findings if finding.check == "unreadable-source"]
    assert (unknown.outcome, unknown.subject.id) == ("unknown", "exports/x.json")


@pytest.mark.parametrize("broken", sorted(ESTATE))
def test_breaking_the_worst_file_never_raises_the_score(broken: str) -> None:
    before = assessment_of(ESTATE).score
    after = assessment_of({**ESTATE, broken: json.dumps(ESTATE[broken])[:-40]}).score
    assert after.assured <= before.assured
    assert after.coverage <= before.coverage


def test_selection_by_check_and_domain() -> None:
    only = assessment_of(ESTATE, select=("encryption", "open-webhook"))
    assert {count.domain for count in only.checks} == {"encryption", "access"}
    assert "open-webhook" in {count.id for count in only.checks}
    without = assessment_of(ESTATE, ignore=("access", "swallowed-error"))
    assert not {count.id for count in without.checks} & {"open-webhook", "swallowed-error", "webhook-reaches-shell"}


def test_a_graver_check_takes_the_place_of_the_milder_one() -> None:
    found = [
        finding.check
        for finding in assessment_of(ESTATE).findings
        if finding.subject.name == "Orders / Hook" and finding.outcome == "fail"
    ]
    assert found == ["webhook-reaches-shell"]


@pytest.mark.parametrize("until", ["2026-11-23", "2020-01-01"])
def test_an_expired_waiver_does_nothing_and_is_said(until: str) -> None:
    waiver = Waiver("insecure-transport", "accepted for a test", "ada", until, place="autoguard.yaml:3")
    found = assessment_of(ESTATE, waivers=(waiver,))
    assert all(finding.status == "open" for finding in found.findings)
    assert any("expired" in note and "autoguard.yaml:3" in note for note in found.ignored_settings)


def test_a_waiver_that_matches_nothing_is_said() -> None:
    waiver = Waiver("no-kpi", "accepted for a test", "ada", "2027-01-31", path="nowhere/*", place="autoguard.yaml:9")
    assert any("matches no finding" in note for note in assessment_of(ESTATE, waivers=(waiver,)).ignored_settings)
