"""SARIF: valid by the published schema, and what code scanning needs of it."""

import json
from typing import Any

import jsonschema
import pytest
from support.estate import CATALOG, ESTATE, assessment_of, request
from support.reading import FIXTURES

from autoguard.baseline import from_findings
from autoguard.model import Assessment
from autoguard.render import RenderContext
from autoguard.render.sarif import RENDERER
from autoguard.triage import Waiver

SCHEMA = json.loads((FIXTURES / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def sarif(found: Assessment) -> Any:
    text = RENDERER.render(found, RenderContext(CATALOG.checks, request().policy))
    assert isinstance(text, str)
    return json.loads(text)


@pytest.mark.parametrize("files", [{}, ESTATE, {"x.json": '{"nodes": ['}])
def test_valid_by_the_published_schema(files: dict[str, Any]) -> None:
    jsonschema.validate(sarif(assessment_of(files)), SCHEMA)


def test_every_result_has_place_rule_and_partial_fingerprint() -> None:
    found = assessment_of(ESTATE)
    [run] = sarif(found)["runs"]
    failures = [finding for finding in found.findings if finding.outcome == "fail"]
    assert len(run["results"]) == len(failures) >= 3
    for result, finding in zip(run["results"], failures, strict=True):
        assert result["partialFingerprints"] == {"autoguard/v1": finding.fingerprint}
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.check
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_places_of_one_finding_are_related_and_paths_are_flows() -> None:
    [run] = sarif(assessment_of(ESTATE))["runs"]
    by_rule = {result["ruleId"]: result for result in run["results"]}
    assert len(by_rule["insecure-transport"]["relatedLocations"]) == 1
    flow = by_rule["webhook-reaches-shell"]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in flow] == ["Hook", "Run"]


def test_addresses_are_escaped() -> None:
    [run] = sarif(assessment_of(ESTATE))["runs"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert "flows/a%20b%23%C3%BC.json" in uris


def test_waived_and_known_are_suppressed_and_not_dropped() -> None:
    waiver = Waiver("webhook-reaches-shell", "accepted for a test", "ada", "2027-01-01")
    before = from_findings(assessment_of(ESTATE).findings)
    [run] = sarif(assessment_of(ESTATE, waivers=(waiver,), baseline=before))["runs"]
    texts = {result["ruleId"]: result["suppressions"][0]["justification"] for result in run["results"]}
    assert texts["webhook-reaches-shell"] == "accepted for a test (ada, until 2027-01-01)"
    assert texts["insecure-transport"] == "known from the baseline"


def test_what_could_not_be_read_is_a_notification() -> None:
    [run] = sarif(assessment_of({"x.json": '{"nodes": ['}))["runs"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert any("x.json is not valid JSON" in note["message"]["text"] for note in notes)
